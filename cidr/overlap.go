package cidr

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"
)

// OverlapError names two prefixes that share addresses, and where they stood
// in the arguments, I before J. It wraps [ErrOverlap].
type OverlapError struct {
	I, J int
	A, B netip.Prefix
}

// Error names both prefixes and where they stood.
func (e *OverlapError) Error() string {
	if e.A == e.B {
		return fmt.Sprintf("cidr: %v stands twice, at %d and %d", e.A, e.I, e.J)
	}
	return fmt.Sprintf("cidr: %v (at %d) overlaps %v (at %d)", e.A, e.I, e.B, e.J)
}

// Unwrap returns [ErrOverlap].
func (e *OverlapError) Unwrap() error { return ErrOverlap }

// Disjoint returns nil if no two of ps share an address, and else an
// [*OverlapError] with the first pair that [Overlaps] would yield. An invalid
// or IPv4-mapped prefix is an error, never "disjoint". It takes O(n).
func Disjoint(ps ...netip.Prefix) error {
	v4, v6, err := inOrder("disjoint", ps, true)
	if err != nil {
		return err
	}
	for _, r := range []*run{&v4, &v6} {
		if i, j, ok := r.overlap(); ok {
			i, j = min(i, j), max(i, j)
			return &OverlapError{i, j, ps[i].Masked(), ps[j].Masked()}
		}
	}
	return nil
}

// overlap returns the first two prefixes of r that overlap. Up to there none
// do, so they stand next to each other.
func (r *run) overlap() (i, j int, found bool) {
	switch {
	case r.one != nil:
		return overlapOf(r.spans(), r.one)
	case r.two != nil:
		return overlapOf(r.spans(), r.two)
	}
	for k := 1; k < r.len(); k++ {
		before, i := r.at(k - 1)
		if b, j := r.at(k); before.covers(b) {
			return i, j, true
		}
	}
	return 0, 0, false
}

func overlapOf[W words](s spans, ws []W) (i, j int, found bool) {
	for k := 1; k < len(ws); k++ {
		before, length, i := fields(s, &ws[k-1])
		if addr, _, j := fields(s, &ws[k]); addr <= s.last(before, length) {
			return i, j, true
		}
	}
	return 0, 0, false
}

// Overlaps yields the indices of every two of ps that share addresses, the
// lower index first. Two prefixes overlap only if one covers the other or they
// are equal, so a pair is reported where its inner prefix stands in address
// order (IPv4 first; equal prefixes by index), with the outermost of the
// prefixes around it first. Duplicates are pairs like others. An invalid or
// IPv4-mapped prefix is an error.
//
// It takes O(n + pairs) beside a radix sort, which is done before it returns;
// what is in address order already is not sorted. The sequence can be ranged
// over more than once. It has no hold of ps.
func Overlaps(ps []netip.Prefix) (iter.Seq2[int, int], error) {
	v4, v6, err := inOrder("overlaps", ps, true)
	if err != nil {
		return nil, err
	}
	return func(yield func(int, int) bool) {
		if v4.pairs(yield) {
			v6.pairs(yield)
		}
	}, nil
}

// pairs yields the indices of every two prefixes of r that overlap, and reports
// whether to go on.
func (r *run) pairs(yield func(int, int) bool) bool {
	switch {
	case r.one != nil:
		return pairsOf(r.spans(), r.one, yield)
	case r.two != nil:
		return pairsOf(r.spans(), r.two, yield)
	}
	return r.pairsOfBlocks(yield)
}

func pairsOf[W words](s spans, ws []W, yield func(int, int) bool) bool {
	type open struct {
		last  uint64
		index int
	}
	var around []open // the prefixes that cover the current one
	for k := range ws {
		addr, length, i := fields(s, &ws[k])
		for len(around) > 0 && around[len(around)-1].last < addr {
			around = around[:len(around)-1]
		}
		for _, a := range around {
			if !yield(min(a.index, i), max(a.index, i)) {
				return false
			}
		}
		around = append(around, open{s.last(addr, length), i})
	}
	return true
}

// pairsOfBlocks is pairs for addresses of more than one word.
func (r *run) pairsOfBlocks(yield func(int, int) bool) bool {
	var around []entry
	for k := range r.len() {
		b, i := r.at(k)
		around = covering(around, b)
		for _, a := range around {
			if !yield(min(a.index, i), max(a.index, i)) {
				return false
			}
		}
		around = append(around, entry{b, i})
	}
	return true
}

// entry is a block and where it stood in the arguments.
type entry struct {
	block
	index int
}

// covering drops the innermost of nested blocks until the rest cover b.
func covering(around []entry, b block) []entry {
	for len(around) > 0 && !around[len(around)-1].covers(b) {
		around = around[:len(around)-1]
	}
	return around
}

// OverlapsBetween yields i, j for every prefix a[i] that shares addresses with
// b[j], in the order of [Overlaps], and nothing about pairs inside a or b. An
// invalid or IPv4-mapped prefix on either side is an error. It costs as much
// as Overlaps of both.
func OverlapsBetween(a, b []netip.Prefix) (iter.Seq2[int, int], error) {
	v4, v6, err := inOrder("overlaps", slices.Concat(a, b), true)
	if err != nil {
		return nil, err
	}
	return func(yield func(int, int) bool) {
		for _, r := range []*run{&v4, &v6} {
			var around [2][]entry // of a and of b
			for k := range r.len() {
				p, i := r.at(k)
				side := 0
				if i >= len(a) {
					side = 1
				}
				around[0], around[1] = covering(around[0], p), covering(around[1], p)
				for _, o := range around[1-side] {
					if !yield(min(o.index, i), max(o.index, i)-len(a)) {
						return
					}
				}
				around[side] = append(around[side], entry{p, i})
			}
		}
	}, nil
}
