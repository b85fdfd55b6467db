package cidr

import (
	"iter"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/internal/u128"
	"go4.org/netipx"
)

// Set is a set of addresses of both families. It is immutable: every operation
// returns a new one, and all are safe for concurrent use. The zero Set is empty
// and ready for use. Sets are compared by [Set.Equal]; what they were built
// from makes no difference.
//
// It holds 8 bytes for each range of IPv4 addresses and 32 for each of IPv6,
// however many prefixes cover the range, and up to as much again. Lookups are
// binary searches; operations on two sets take one pass over both.
type Set struct {
	v4 edges4
	v6 edges6
}

// SetOf returns the set of the addresses of all of ps, which may repeat, nest
// and stand in any order; of no prefixes it is empty. An invalid or IPv4-mapped
// prefix is an error. It takes O(n).
func SetOf(ps ...netip.Prefix) (Set, error) {
	v4, v6, err := inOrder("set", ps, false)
	if err != nil {
		return Set{}, err
	}
	s := Set{make(edges4, 0, 2*v4.len()), make(edges6, 0, 2*v6.len())}
	for i := range v4.len() {
		b, _ := v4.at(i)
		s.appendSpan(b.span())
	}
	for i := range v6.len() {
		b, _ := v6.at(i)
		s.appendSpan(b.span())
	}
	return s.fitted(), nil
}

// appendSpan adds a range while the set is built, in address order of where
// the ranges begin.
func (s *Set) appendSpan(r span) {
	if r.family == IPv4 {
		s.v4 = s.v4.appendRange(uint32(r.first.Hi>>32), uint32(r.end.Hi>>32)+1)
	} else {
		s.v6 = s.v6.appendRange(r.first, r.end.Add(u128.From64(1)))
	}
}

// fitted ends the building.
func (s Set) fitted() Set { return Set{fit(s.v4), fit(s.v6)} }

// IsEmpty reports whether s has no address.
func (s Set) IsEmpty() bool { return len(s.v4)+len(s.v6) == 0 }

// Equal reports whether s and t have the same addresses.
func (s Set) Equal(t Set) bool {
	return slices.Equal(s.v4, t.v4) && slices.Equal(s.v6, t.v6)
}

// Contains reports whether a is in s. An IPv4-mapped address is read as IPv4;
// a zoned one and the zero Addr are in no set. It takes O(log n).
func (s Set) Contains(a netip.Addr) bool {
	switch {
	case a.Zone() != "":
		return false
	case FamilyOfAddr(a) == IPv4:
		return s.v4.rank(uint32(numberOf(a.Unmap()).Hi>>32))%2 == 1
	case a.IsValid():
		return s.v6.rank(numberOf(a))%2 == 1
	}
	return false
}

// ContainsPrefix reports whether every address of p is in s. An invalid or
// IPv4-mapped prefix is in no set. It takes O(log n).
func (s Set) ContainsPrefix(p netip.Prefix) bool {
	return FamilyOf(p) != 0 && s.contains(blockOf(p).span())
}

// ContainsSet reports whether every address of t is in s. The empty set is in
// every set.
func (s Set) ContainsSet(t Set) bool {
	for r := range t.spans {
		if !s.contains(r) {
			return false
		}
	}
	return true
}

func (s Set) contains(r span) bool {
	if r.family == IPv4 {
		return s.v4.contains(uint32(r.first.Hi>>32), uint32(r.end.Hi>>32))
	}
	return s.v6.contains(r.first, r.end)
}

// Overlaps reports whether any address of p is in s. An invalid or IPv4-mapped
// prefix overlaps no set. It takes O(log n).
func (s Set) Overlaps(p netip.Prefix) bool {
	return FamilyOf(p) != 0 && s.overlaps(blockOf(p).span())
}

// OverlapsSet reports whether any address is in both s and t.
func (s Set) OverlapsSet(t Set) bool {
	if len(s.v4)+len(s.v6) < len(t.v4)+len(t.v6) {
		s, t = t, s // a search for each range of the smaller set
	}
	for r := range t.spans {
		if s.overlaps(r) {
			return true
		}
	}
	return false
}

func (s Set) overlaps(r span) bool {
	if r.family == IPv4 {
		return s.v4.overlaps(uint32(r.first.Hi>>32), uint32(r.end.Hi>>32))
	}
	return s.v6.overlaps(r.first, r.end)
}

// Prefixes returns the fewest prefixes that cover exactly the addresses of s,
// in address order, IPv4 first. The sequence is lazy, allocates nothing per
// element and can be ranged over more than once. [SetOf] is the way back.
func (s Set) Prefixes() iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		for r := range s.spans {
			if !r.prefixes(yield) {
				return
			}
		}
	}
}

// Ranges returns the ranges that s consists of in address order, IPv4 first: no
// two of them overlap or are adjacent. The sequence is lazy and allocates nothing per
// element. [SetOfRanges] is the way back.
func (s Set) Ranges() iter.Seq[netipx.IPRange] {
	return func(yield func(netipx.IPRange) bool) {
		for r := range s.spans {
			if !yield(r.ipRange()) {
				return
			}
		}
	}
}

// spans yields what Ranges does.
func (s Set) spans(yield func(span) bool) {
	for i := 0; i < len(s.v4); i += 2 {
		if !yield(s.v4.span(i)) {
			return
		}
	}
	for i := 0; i < len(s.v6); i += 2 {
		if !yield(s.v6.span(i)) {
			return
		}
	}
}
