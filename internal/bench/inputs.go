package main

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// A kind of input is a list of prefixes as long as one likes. The same kind,
// family and length give the same list, everywhere.
type kind struct {
	name string
	list func(f cidr.Family, n int) []netip.Prefix
}

// The kinds of input. Where nothing else is said they are in random order and
// have no duplicates.
var (
	// disjoint: one prefix in each of n random cells, /20 or /48; no two
	// overlap, so that nobody can stop early.
	disjoint         = kind{"disjoint", disjointList}
	disjointSorted   = kind{"disjoint, sorted", sorted(disjointList)}
	disjointReversed = kind{"disjoint, reversed", reversed(disjointList)}

	// random: uniformly random networks of /16 to /32 or, in 2000::/3, of /18
	// to /64. A million of them have about 2 million pairs in IPv4, 1.3
	// million in IPv6.
	random         = kind{"random", randomList}
	randomSorted   = kind{"random, sorted", sorted(randomList)}
	randomReversed = kind{"random, reversed", reversed(randomList)}

	// nested: in each of random cells, a chain of networks of every length
	// from /16 to /32 or from /32 to /96, the longest first: a prefix is
	// covered by 8 or 32 others on average.
	nested = kind{"nested chains", nestedList}

	// equal: the same prefix n times, and n²/2 pairs.
	equal = kind{"all equal", equalList}

	// routes: a routing table of the Internet as it could be, see bgp.go. It
	// is as long as it is, if n is more.
	routes = kind{"BGP-like", routeList}

	// nothing is for jobs that take no prefixes.
	nothing = kind{"", func(cidr.Family, int) []netip.Prefix { return nil }}
)

func source(f cidr.Family, n int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(f), uint64(n)))
}

func prefix4(a uint32, bits int) netip.Prefix {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], a)
	return netip.PrefixFrom(netip.AddrFrom4(b), bits).Masked()
}

func prefix6(hi, lo uint64, bits int) netip.Prefix {
	return netip.PrefixFrom(addr6(hi, lo), bits).Masked()
}

func addr6(hi, lo uint64) netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:], hi)
	binary.BigEndian.PutUint64(b[8:], lo)
	return netip.AddrFrom16(b)
}

// global is a random first half of an address in 2000::/3.
func global(r *rand.Rand) uint64 { return 1<<61 | r.Uint64()>>3 }

// distinct calls next until it has n different prefixes.
func distinct(n int, next func() netip.Prefix) []netip.Prefix {
	ps := make([]netip.Prefix, 0, n)
	seen := make(map[netip.Prefix]bool, n)
	for len(ps) < n {
		if p := next(); !seen[p] {
			seen[p] = true
			ps = append(ps, p)
		}
	}
	return ps
}

// cells returns n different random networks: /20 in IPv4, of which there are
// 2^20, or /48.
func cells(r *rand.Rand, f cidr.Family, n int) []netip.Prefix {
	if f == cidr.IPv4 {
		ps := make([]netip.Prefix, n)
		for i, cell := range r.Perm(1 << 20)[:n] {
			ps[i] = prefix4(uint32(cell)<<12, 20)
		}
		return ps
	}
	return distinct(n, func() netip.Prefix { return prefix6(global(r), 0, 48) })
}

func disjointList(f cidr.Family, n int) []netip.Prefix {
	return inCells(source(f, n), f, n)
}

// inCells puts one random prefix into each of n random cells.
func inCells(r *rand.Rand, f cidr.Family, n int) []netip.Prefix {
	ps := cells(r, f, n)
	for i, p := range ps {
		if f == cidr.IPv4 {
			b := p.Addr().As4()
			ps[i] = prefix4(binary.BigEndian.Uint32(b[:])|r.Uint32()>>20, 20+r.IntN(13))
		} else {
			b := p.Addr().As16()
			ps[i] = prefix6(binary.BigEndian.Uint64(b[:])|r.Uint64()>>48, 0, 48+r.IntN(17))
		}
	}
	return ps
}

func randomList(f cidr.Family, n int) []netip.Prefix {
	r := source(f, n)
	if f == cidr.IPv4 {
		return distinct(n, func() netip.Prefix { return prefix4(r.Uint32(), 16+r.IntN(17)) })
	}
	return distinct(n, func() netip.Prefix { return prefix6(global(r), 0, 18+r.IntN(47)) })
}

func nestedList(f cidr.Family, n int) []netip.Prefix {
	r := source(f, n)
	ps := make([]netip.Prefix, 0, n+65)
	if f == cidr.IPv4 {
		for _, cell := range r.Perm(1 << 16) {
			for bits, a := 32, uint32(cell)<<16|r.Uint32()>>16; bits >= 16 && len(ps) < n; bits-- {
				ps = append(ps, prefix4(a, bits))
			}
		}
		return ps
	}
	for _, cell := range distinct(n/65+1, func() netip.Prefix { return prefix6(global(r), 0, 32) }) {
		b := cell.Addr().As16()
		hi, lo := binary.BigEndian.Uint64(b[:])|r.Uint64()>>32, r.Uint64()
		for bits := 96; bits >= 32 && len(ps) < n; bits-- {
			ps = append(ps, prefix6(hi, lo, bits))
		}
	}
	return ps
}

func equalList(f cidr.Family, n int) []netip.Prefix {
	p := prefix4(10<<24|96<<16, 16)
	if f == cidr.IPv6 {
		p = prefix6(0xfd00_0010_0096_0000, 0, 112)
	}
	return slices.Repeat([]netip.Prefix{p}, n)
}

func sorted(list func(cidr.Family, int) []netip.Prefix) func(cidr.Family, int) []netip.Prefix {
	return func(f cidr.Family, n int) []netip.Prefix {
		ps := list(f, n)
		slices.SortFunc(ps, netip.Prefix.Compare)
		return ps
	}
}

func reversed(list func(cidr.Family, int) []netip.Prefix) func(cidr.Family, int) []netip.Prefix {
	return func(f cidr.Family, n int) []netip.Prefix {
		ps := sorted(list)(f, n)
		slices.Reverse(ps)
		return ps
	}
}
