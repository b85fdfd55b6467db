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
// or IPv4-mapped prefix is an error, never "disjoint". It takes O(n log n).
func Disjoint(ps ...netip.Prefix) error {
	pairs, err := Overlaps(ps)
	if err != nil {
		return err
	}
	for i, j := range pairs {
		return &OverlapError{i, j, ps[i].Masked(), ps[j].Masked()}
	}
	return nil
}

// Overlaps yields the indices of every two of ps that share addresses, the
// lower index first. Two prefixes overlap only if one covers the other or they
// are equal, so a pair is reported where its inner prefix stands in address
// order (IPv4 first; equal prefixes by index), with the outermost of the
// prefixes around it first. Duplicates are pairs like others. An invalid or
// IPv4-mapped prefix is an error.
//
// It takes O(n log n + pairs); the sorting is done before it returns, and the
// sequence can be ranged over more than once. ps must not change meanwhile.
func Overlaps(ps []netip.Prefix) (iter.Seq2[int, int], error) {
	order, err := sorted("overlaps", ps)
	if err != nil {
		return nil, err
	}
	return func(yield func(int, int) bool) {
		var around []entry // the prefixes that cover the current one
		for _, e := range order {
			for len(around) > 0 && !around[len(around)-1].covers(e.block) {
				around = around[:len(around)-1]
			}
			for _, a := range around {
				if !yield(min(a.index, e.index), max(a.index, e.index)) {
					return
				}
			}
			around = append(around, e)
		}
	}, nil
}

// OverlapsBetween yields i, j for every prefix a[i] that shares addresses with
// b[j], in the order of [Overlaps], and nothing about pairs inside a or b. An
// invalid or IPv4-mapped prefix on either side is an error. It takes
// O(n log n + pairs).
func OverlapsBetween(a, b []netip.Prefix) (iter.Seq2[int, int], error) {
	order, err := sorted("overlaps", slices.Concat(a, b))
	if err != nil {
		return nil, err
	}
	return func(yield func(int, int) bool) {
		var around [2][]entry // of a and of b
		for _, e := range order {
			side := 0
			if e.index >= len(a) {
				side = 1
			}
			for s := range around {
				for n := len(around[s]); n > 0 && !around[s][n-1].covers(e.block); n-- {
					around[s] = around[s][:n-1]
				}
			}
			for _, o := range around[1-side] {
				if !yield(min(o.index, e.index), max(o.index, e.index)-len(a)) {
					return
				}
			}
			around[side] = append(around[side], e)
		}
	}, nil
}

// entry is a block and where it stood in the arguments.
type entry struct {
	block
	index int
}

// sorted returns ps in address order, equal ones by index.
func sorted(op string, ps []netip.Prefix) ([]entry, error) {
	es := make([]entry, len(ps))
	for i, p := range ps {
		if FamilyOf(p) == 0 {
			return nil, check(fmt.Sprintf("%s: prefix %d", op, i), p)
		}
		es[i] = entry{blockOf(p), i}
	}
	slices.SortStableFunc(es, func(a, b entry) int { return compareBlocks(a.block, b.block) })
	return es, nil
}
