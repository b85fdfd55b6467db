package main

import (
	"math/bits"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// Pool: blocks of one size from a space that has as many as are asked for or a
// few more, the node ranges of a cluster; then blocks of many sizes, the plan of
// a fleet. Libraries place blocks as they like: what is compared is whether the
// blocks are what was asked for and none was given out twice.

func poolWorkloads() []workload {
	everyone := func(of phase, quadratic ...string) []contender {
		cs := []contender{
			onePool(ours, openOurs(cidr.FirstFit), of, false),
			onePool("cilium cidrset", openCilium, of, true),
			onePool("kubernetes cidrset", openKubernetes, of, true),
			onePool("netipx", openNetipx, of, false),
			onePool("netip, map and scan", openScan, of, false),
		}
		for i, c := range cs {
			cs[i].quadratic = slices.Contains(quadratic, c.name)
		}
		return cs
	}
	one := []kind{nothing}
	const netipx, scan = "netipx", "netip, map and scan"
	return []workload{
		{name: "pool: allocate", per: "block", families: both, kinds: one,
			contenders: everyone(allocate, scan)},
		{name: "pool: free, in order", per: "block", families: both, kinds: one,
			contenders: everyone(free, scan)},
		{name: "pool: free, in random order", per: "block", families: both, kinds: one,
			contenders: everyone(freeShuffled, netipx, scan)},
		{name: "pool: allocate again", per: "block", families: both, kinds: one,
			contenders: everyone(allocateAgain, netipx, scan)},
		{name: "pool 90 % full: free one, allocate one", per: "pair", families: both, kinds: one, size: powerOfTwo,
			contenders: everyone(replace90, netipx, scan)},
		{name: "pool 100 % full: free one, allocate one", per: "pair", families: both, kinds: one, size: powerOfTwo,
			contenders: everyone(replace100, netipx, scan)},
		{
			// /20 to /28, or /56 to /64, in random order.
			name: "pool: mixed sizes", per: "block", families: both, kinds: one,
			size: func(n int) int { return min(n, 15_000) },
			contenders: []contender{
				{name: ours, prepare: able(ourMixedSizes)},
				{name: "netipx", prepare: able(netipxMixedSizes)},
			},
		},
	}
}

// A pool is an allocator of blocks of one size, which it has its own type for.
type pool[B any] struct {
	alloc   func() (B, bool)
	release func(B)
	prefix  func(B) netip.Prefix
}

// An opener returns a pool of a space that is wholly free, or says why the
// library cannot have it.
type opener[B any] func(space netip.Prefix, bits int) (pool[B], string)

// A phase is the part of a pool's life that is timed.
type phase int

const (
	allocate      phase = iota // fill an empty pool
	free                       // free all blocks in the order of their allocation
	freeShuffled               // free all blocks in random order
	allocateAgain              // fill the pool that this leaves
	replace90                  // free a random block and allocate one, 90 % being in use
	replace100                 // the same in a full pool: the block just freed is the only one
)

// onePool is a contender in a phase of a pool with blocks of one size. One that
// searches a full pool bit by bit exchanges a thousand blocks there, not n.
func onePool[B any](name string, open opener[B], timed phase, searches bool) contender {
	return contender{name: name, prepare: func(in input) (job, string) {
		space, bits := poolSpace(in)
		switch timed {
		case replace90:
			n := in.n / 10 * 9
			return replaceJob(in, space, bits, open, n, n)
		case replace100:
			exchanges := in.n
			if searches {
				exchanges = min(in.n, 1000)
			}
			return replaceJob(in, space, bits, open, in.n, exchanges)
		}
		return fillJob(in, space, bits, open, timed)
	}}
}

// poolSpace is the smallest space for the blocks of an input, but at least a
// /16 or /48, and the length of the blocks.
func poolSpace(in input) (space netip.Prefix, length int) {
	k := max(bits.Len(uint(in.n-1)), 12)
	if in.family == cidr.IPv4 {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10}), 28-k), 28
	}
	return netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfd}), 64-k), 64
}

// fillJob times one of the phases of filling and emptying.
func fillJob[B any](in input, space netip.Prefix, bits int, open opener[B], timed phase) (job, string) {
	p, why := open(space, bits)
	if why != "" {
		return job{}, why
	}
	blocks := make([]B, in.n)
	fill := func() {
		for i := range blocks {
			blocks[i] = mustAlloc(p)
		}
	}
	empty := func() {
		for _, b := range blocks {
			p.release(b)
		}
	}
	shuffle := func() {
		source(in.family, in.n).Shuffle(in.n, func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
	}
	anew := func() { p, _ = open(space, bits) }

	valid := func() uint64 { return digestBlocks(p, blocks, space, bits) }
	validAfter := func() uint64 { fill(); return valid() }
	switch timed {
	case allocate:
		return job{reset: anew, run: fill, answer: valid}, ""
	case free:
		return job{reset: func() { anew(); fill() }, run: empty, answer: validAfter}, ""
	case freeShuffled:
		return job{reset: func() { anew(); fill(); shuffle() }, run: empty, answer: validAfter}, ""
	case allocateAgain:
		return job{reset: func() { anew(); fill(); shuffle(); empty() }, run: fill, answer: valid}, ""
	}
	panic("no such phase")
}

// replaceJob times exchanging blocks in a pool of which n are in use, each at
// most once. They are shuffled before, so that the list they are kept in is read
// from the first to the last: one that is not is most of what is measured.
func replaceJob[B any](in input, space netip.Prefix, bits int, open opener[B], n, exchanges int) (job, string) {
	p, why := open(space, bits)
	if why != "" {
		return job{}, why
	}
	r := source(in.family, in.n)
	blocks := make([]B, in.n)
	for i := range blocks {
		blocks[i] = mustAlloc(p)
	}
	shuffle := func() {
		r.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
	}
	shuffle()
	for _, b := range blocks[n:] {
		p.release(b)
	}
	blocks = blocks[:n]
	return job{
		reset: shuffle,
		run: func() {
			for i, b := range blocks[:exchanges] {
				p.release(b)
				blocks[i] = mustAlloc(p)
			}
		},
		answer:   func() uint64 { return digestBlocks(p, blocks, space, bits) },
		elements: exchanges,
	}, ""
}

func mustAlloc[B any](p pool[B]) B {
	b, ok := p.alloc()
	if !ok {
		panic("no space in a pool that has some")
	}
	return b
}

// digestBlocks is the number of blocks if each is in the space, as long as it
// should be and different from the others, and 0 if not.
func digestBlocks[B any](p pool[B], blocks []B, space netip.Prefix, bits int) uint64 {
	ps := make([]netip.Prefix, len(blocks))
	for i, b := range blocks {
		ps[i] = p.prefix(b)
		if ps[i].Bits() != bits {
			return 0
		}
	}
	return digestDisjoint(ps, space)
}

// digestDisjoint is the number of prefixes if all are in the space and none
// overlaps another, and 0 if not.
func digestDisjoint(ps []netip.Prefix, space netip.Prefix) uint64 {
	ps = slices.Clone(ps)
	slices.SortFunc(ps, netip.Prefix.Compare)
	for i, p := range ps {
		if !space.Contains(p.Addr()) || p.Bits() < space.Bits() || i > 0 && ps[i-1].Overlaps(p) {
			return 0
		}
	}
	return uint64(len(ps))
}

func same(p netip.Prefix) netip.Prefix { return p }

// openOurs opens pools of this library.
func openOurs(fit cidr.Fit) opener[netip.Prefix] {
	return func(space netip.Prefix, bits int) (pool[netip.Prefix], string) {
		p, err := cidr.NewPool(space)
		if err != nil {
			panic(err)
		}
		family := cidr.FamilyOf(space)
		return pool[netip.Prefix]{
			alloc: func() (netip.Prefix, bool) {
				q, err := p.Alloc(family, bits, fit)
				return q, err == nil
			},
			release: func(q netip.Prefix) {
				if err := p.Release(q); err != nil {
					panic(err)
				}
			},
			prefix: same,
		}, ""
	}
}

// mixedSizes returns a space of 2^24 addresses, or 2^24 /68s, and the lengths of
// blocks to take from it: 15,000 of them fill four fifths.
func mixedSizes(in input) (space netip.Prefix, lengths []int) {
	space = netip.PrefixFrom(netip.AddrFrom4([4]byte{10}), 8)
	longest := 28
	if in.family == cidr.IPv6 {
		space = netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfd}), 44)
		longest = 64
	}
	r := source(in.family, in.n)
	lengths = make([]int, in.n)
	for i := range lengths {
		lengths[i] = longest - r.IntN(9)
	}
	return space, lengths
}

// ourMixedSizes takes the best fit, as netipx does.
func ourMixedSizes(in input) job {
	space, lengths := mixedSizes(in)
	blocks := make([]netip.Prefix, in.n)
	var p *cidr.Pool
	return job{
		reset: func() {
			var err error
			if p, err = cidr.NewPool(space); err != nil {
				panic(err)
			}
		},
		run: func() {
			for i, bits := range lengths {
				var err error
				if blocks[i], err = p.Alloc(in.family, bits, cidr.BestFit); err != nil {
					panic(err)
				}
			}
		},
		answer: func() uint64 { return digestDisjoint(blocks, space) },
	}
}
