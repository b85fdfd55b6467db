package cidr

import (
	"iter"
	"net/netip"

	"github.com/kubecidr/kubecidr/internal/fault"
	"github.com/kubecidr/kubecidr/internal/u128"
	"go4.org/netipx"
)

// RangeOf returns the range from the first to the last address of p. It is the
// zero IPRange for an invalid or IPv4-mapped prefix. [RangePrefixes] is the way
// back.
func RangeOf(p netip.Prefix) netipx.IPRange {
	if FamilyOf(p) == 0 {
		return netipx.IPRange{}
	}
	return blockOf(p).span().ipRange()
}

// RangePrefixes returns the fewest prefixes that cover exactly the addresses of
// r, ascending: 10.0.0.0/30 and 10.0.0.4/31 for 10.0.0.0-10.0.0.5. There are
// at most 62 for IPv4 and 254 for IPv6; the sequence is lazy and allocates
// nothing per element.
//
// It is [ErrInvalid] for the zero IPRange and for a range that ends before it
// begins, [ErrFamily] for one between the families, and [ErrMapped] for one of
// IPv4-mapped addresses. Zones there are none in an IPRange.
func RangePrefixes(r netipx.IPRange) (iter.Seq[netip.Prefix], error) {
	if err := checkRange("prefixes of a range", r); err != nil {
		return nil, err
	}
	s := spanOf(r)
	return func(yield func(netip.Prefix) bool) { s.prefixes(yield) }, nil
}

// checkRange reports why r cannot be used by op. Only a range that lies in
// ::ffff:0:0/96 is IPv4-mapped: that of ::/80 ends there and is IPv6 all the
// same.
func checkRange(op string, r netipx.IPRange) error {
	from, to := r.From(), r.To()
	switch {
	case !from.IsValid() || !to.IsValid():
		return fault.New(ErrInvalid, "cidr: %s: range from %v to %v lacks an address", op, from, to)
	case from.BitLen() != to.BitLen():
		return fault.New(ErrFamily, "cidr: %s: %v-%v begins in one address family and ends in the other", op, from, to)
	case to.Less(from):
		return fault.New(ErrInvalid, "cidr: %s: %v-%v ends before it begins (use %v-%v)", op, from, to, to, from)
	case from.Is4In6() && to.Is4In6():
		return fault.New(ErrMapped, "cidr: %s: %v-%v is IPv4-mapped (use %v-%v)", op, from, to, from.Unmap(), to.Unmap())
	}
	return nil
}

// span is a range of addresses as numbers, in the scale of block: for IPv4 the
// 96 bits below the address are zeros in first and ones in end.
type span struct {
	first, end u128.Uint
	family     Family
}

// spanOf is for ranges that passed checkRange.
func spanOf(r netipx.IPRange) span {
	f := IPv6
	if r.From().Is4() {
		f = IPv4
	}
	return span{numberOf(r.From()), numberOf(r.To()).Or(mask(f.BitLen()).Not()), f}
}

func (b block) span() span { return span{b.addr, b.end(), b.family} }

func (s span) ipRange() netipx.IPRange {
	return netipx.IPRangeFrom(addrOf(s.family, s.first), addrOf(s.family, s.end))
}

// prefixes yields the fewest prefixes that tile s, ascending, and reports
// whether the receiver wanted them all.
func (s span) prefixes(yield func(netip.Prefix) bool) bool {
	for {
		// The largest block that may start here and ends in time.
		n := s.first.TrailingZeros()
		if left := s.end.Sub(s.first); left != u128.Max() {
			n = min(n, left.Add(u128.From64(1)).BitLen()-1)
		}
		b := block{s.first, uint8(128 - n), s.family}
		if !yield(b.prefix()) {
			return false
		}
		if b.end() == s.end {
			return true
		}
		s.first = b.end().Add(u128.From64(1))
	}
}
