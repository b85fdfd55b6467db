package cidr

import (
	"cmp"
	"fmt"
	"slices"

	"go4.org/netipx"
)

// SetOfRanges returns the set of the addresses of all of rs, which may repeat,
// overlap and stand in any order. The errors are those of [RangePrefixes]. It
// takes O(n log n).
func SetOfRanges(rs ...netipx.IPRange) (Set, error) {
	spans := make([]span, len(rs))
	for i, r := range rs {
		if err := checkRange("set", r); err != nil {
			return Set{}, checkRange(fmt.Sprintf("set: range %d", i), r)
		}
		spans[i] = spanOf(r)
	}
	slices.SortFunc(spans, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.family, b.family), a.first.Cmp(b.first))
	})
	var s Set
	for _, r := range spans {
		s.appendSpan(r)
	}
	return s.fitted(), nil
}

// FromIPSet returns the set of the same addresses, that of a nil IPSet being
// empty. It takes O(n).
//
// An IPSet can have IPv4-mapped addresses, apart from the IPv4 ones that they
// map. They stay what they are, IPv6 addresses in ::ffff:0:0/96, where
// [Set.Contains] does not look for them: unmap addresses before they go into
// an IPSet.
func FromIPSet(s *netipx.IPSet) Set {
	var out Set
	if s == nil {
		return out
	}
	for _, r := range s.Ranges() {
		out.appendSpan(spanOf(r))
	}
	return out.fitted()
}

// IPSet returns the set of the same addresses for programs that use netipx. It
// is never nil. [FromIPSet] is the way back. It takes O(n log n), which is what
// the builder of an IPSet does.
func (s Set) IPSet() *netipx.IPSet {
	var b netipx.IPSetBuilder
	for r := range s.Ranges() {
		b.AddRange(r)
	}
	// The builder fails for invalid ranges only, and a Set has none.
	out, _ := b.IPSet()
	return out
}
