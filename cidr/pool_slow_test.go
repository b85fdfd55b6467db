package cidr_test

import (
	"cmp"
	"math/big"
	"math/bits"
	"net/netip"
	"slices"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
)

// The oracle for Pool: one state per cell of a window of 256 cells, and every
// question answered by going through all of them. A cell is an address, or,
// where the window is wide, a whole block.

const cells = 256

// run is a block as cells: aligned, its size a power of two.
type run struct{ start, size int }

func (r run) end() int                 { return r.start + r.size }
func (r run) meets(q run) bool         { return r.start < q.end() && q.start < r.end() }
func compareRuns(a, b run) int         { return cmp.Compare(a.start, b.start) }
func sizeOf(w window, n int) int       { return 1 << max(0, w.bits+8-n) }
func (w window) lengthOf(size int) int { return w.bits + 8 - bits.TrailingZeros(uint(size)) }

// window is the network whose 256 subnets are the cells.
type window struct {
	family cidr.Family
	first  *big.Int
	bits   int
}

func windowOf(s string) window {
	p := netip.MustParsePrefix(s)
	o := spanOf(p)
	return window{o.family, o.first, p.Bits()}
}

// prefix is a run as a prefix.
func (w window) prefix(r run) netip.Prefix {
	cell := pow2Big(w.family.BitLen() - w.bits - 8)
	n := new(big.Int).Mul(cell, big.NewInt(int64(r.start)))
	return prefixAt(w.family, n.Add(n, w.first), w.lengthOf(r.size))
}

// run is the part of a prefix that is in the window; ok is false if there is
// none. The prefix must not be smaller than a cell.
func (w window) run(p netip.Prefix) (r run, ok bool) {
	all := spanOf(w.prefix(run{0, cells}))
	switch s := spanOf(p); {
	case s.contains(all):
		return run{0, cells}, true
	case !all.contains(s):
		return run{}, false
	default:
		cell := pow2Big(w.family.BitLen() - w.bits - 8)
		n := new(big.Int).Sub(s.first, w.first)
		return run{int(n.Div(n, cell).Int64()), sizeOf(w, p.Bits())}, true
	}
}

// slowPool is the part of a pool in one window.
type slowPool struct {
	window
	state [cells]cidr.State
	used  []run
	held  []wait // in quarantine
}

type wait struct {
	run
	until time.Time
}

func (s *slowPool) clone() *slowPool {
	c := *s
	c.used = slices.Clone(s.used)
	c.held = slices.Clone(s.held)
	return &c
}

func (s *slowPool) all(r run, state cidr.State) bool {
	for i := r.start; i < r.end(); i++ {
		if s.state[i] != state {
			return false
		}
	}
	return true
}

func (s *slowPool) set(r run, state cidr.State) {
	for i := r.start; i < r.end(); i++ {
		s.state[i] = state
	}
}

// maximal lists the largest aligned blocks of a state inside a network.
func (s *slowPool) maximal(state cidr.State, in run) []run {
	var rs []run
	for size := cells; size > 0; size /= 2 {
		for start := 0; start < cells; start += size {
			r := run{start, size}
			if start < in.start || r.end() > in.end() || !s.all(r, state) {
				continue
			}
			if !slices.ContainsFunc(rs, r.meets) {
				rs = append(rs, r)
			}
		}
	}
	slices.SortFunc(rs, compareRuns)
	return rs
}

// place is where a block of some size goes inside a network.
func (s *slowPool) place(in run, size int, fit cidr.Fit) (run, bool) {
	var places []run
	for start := 0; start+size <= cells; start += size {
		r := run{start, size}
		if start >= in.start && r.end() <= in.end() && s.all(r, cidr.Free) {
			places = append(places, r)
		}
	}
	if len(places) == 0 {
		return run{}, false
	}
	rooms := slices.DeleteFunc(s.maximal(cidr.Free, in), func(r run) bool { return r.size < size })
	switch fit {
	case cidr.FirstFit:
		return places[0], true
	case cidr.LastFit:
		return places[len(places)-1], true
	case cidr.BestFit:
		slices.SortStableFunc(rooms, func(a, b run) int { return cmp.Compare(a.size, b.size) })
	case cidr.Sparse:
		slices.SortStableFunc(rooms, func(a, b run) int { return cmp.Compare(b.size, a.size) })
	}
	return run{rooms[0].start, size}, true
}

func (s *slowPool) isUsed(r run) bool { return slices.Contains(s.used, r) }

func (s *slowPool) use(r run) {
	s.set(r, cidr.Used)
	s.used = append(s.used, r)
	slices.SortFunc(s.used, compareRuns)
}

func (s *slowPool) release(r run, state cidr.State) {
	s.set(r, state)
	s.used = slices.DeleteFunc(s.used, func(q run) bool { return q == r })
}

// exclude reports whether nothing in r is in use.
func (s *slowPool) exclude(r run) bool {
	for i := r.start; i < r.end(); i++ {
		if s.state[i] == cidr.Used || s.state[i] == cidr.Quarantined {
			return false
		}
	}
	for i := r.start; i < r.end(); i++ {
		if s.state[i] == cidr.Free {
			s.state[i] = cidr.Excluded
		}
	}
	return true
}

// firstThat is the first address of a prefix in a state that counts. Around
// the window everything is outside.
func (s *slowPool) firstThat(q netip.Prefix, counts func(cidr.State) bool) (*big.Int, cidr.State) {
	whole := spanOf(s.prefix(run{0, cells}))
	in, inside := s.run(q)
	if first := spanOf(q).first; !inside || counts(cidr.Outside) && first.Cmp(whole.first) < 0 {
		return first, cidr.Outside
	}
	for i := in.start; i < in.end(); i++ {
		if counts(s.state[i]) {
			return spanOf(s.prefix(run{i, 1})).first, s.state[i]
		}
	}
	return new(big.Int).Add(whole.last, big.NewInt(1)), cidr.Outside
}

// numFree counts the places of a block, which for aligned blocks is how many
// fit; a block smaller than a cell has several in each.
func (s *slowPool) numFree(n int) *big.Int {
	count := big.NewInt(0)
	if n < s.bits {
		return count
	}
	size := sizeOf(s.window, n)
	for start := 0; start < cells; start += size {
		if s.all(run{start, size}, cidr.Free) {
			count.Add(count, big.NewInt(1))
		}
	}
	return count.Lsh(count, uint(max(0, n-s.bits-8)))
}

func (s *slowPool) prefixes(rs []run) []netip.Prefix {
	ps := make([]netip.Prefix, len(rs))
	for i, r := range rs {
		ps[i] = s.prefix(r)
	}
	return ps
}

// tilesSpace reports whether parts do not overlap and have together exactly the
// addresses of a space: of parts that do not overlap, each in the space, the
// sizes add up.
func tilesSpace(parts, space []netip.Prefix) bool {
	var have, want [2]big.Int // IPv4, IPv6
	add := func(to *[2]big.Int, p netip.Prefix) {
		n := &to[0]
		if !p.Addr().Is4() {
			n = &to[1]
		}
		n.Add(n, pow2Big(p.Addr().BitLen()-p.Bits()))
	}
	for _, p := range space {
		add(&want, p)
	}
	slices.SortFunc(parts, compare)
	for i, p := range parts {
		in := func(s netip.Prefix) bool { return spanOf(s).contains(spanOf(p)) }
		if i > 0 && spanOf(parts[i-1]).overlaps(spanOf(p)) || !slices.ContainsFunc(space, in) {
			return false
		}
		add(&have, p)
	}
	return have[0].Cmp(&want[0]) == 0 && have[1].Cmp(&want[1]) == 0
}
