package cidr

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/internal/fault"
)

// Supernet returns the network of the given prefix length that covers p. It is
// [ErrBits] for a length below 0 or longer than p's.
func Supernet(p netip.Prefix, bits int) (netip.Prefix, error) {
	if err := check("supernet", p); err != nil {
		return netip.Prefix{}, err
	}
	b := blockOf(p)
	if bits < 0 || bits > int(b.bits) {
		return netip.Prefix{}, fault.New(ErrBits, "cidr: supernet: /%d of %v: want a length from 0 to %d", bits, b.prefix(), b.bits)
	}
	return b.supernet(bits).prefix(), nil
}

// Sibling returns the other half of the network one bit shorter: the block
// that p merges with. ok is false for a /0, and for an invalid or IPv4-mapped
// prefix.
func Sibling(p netip.Prefix) (sibling netip.Prefix, ok bool) {
	if FamilyOf(p) == 0 || p.Bits() == 0 {
		return netip.Prefix{}, false
	}
	b := blockOf(p)
	b.addr = b.addr.Xor(unit(int(b.bits)))
	return b.prefix(), true
}

// Next returns the network of the same length right after p. ok is false at
// the end of the address space, and for an invalid or IPv4-mapped prefix.
func Next(p netip.Prefix) (next netip.Prefix, ok bool) {
	if FamilyOf(p) == 0 {
		return netip.Prefix{}, false
	}
	b := blockOf(p)
	if b.end() == mask(128) {
		return netip.Prefix{}, false
	}
	b.addr = b.addr.Add(unit(int(b.bits)))
	return b.prefix(), true
}

// Prev returns the network of the same length right before p. ok is false at
// the start of the address space, and for an invalid or IPv4-mapped prefix.
func Prev(p netip.Prefix) (prev netip.Prefix, ok bool) {
	if FamilyOf(p) == 0 {
		return netip.Prefix{}, false
	}
	b := blockOf(p)
	if b.addr.IsZero() {
		return netip.Prefix{}, false
	}
	b.addr = b.addr.Sub(unit(int(b.bits)))
	return b.prefix(), true
}

// Common returns the longest prefix that covers every one of ps, which may
// cover more besides. It is [ErrEmpty] without prefixes, and [ErrFamily] where
// both families are among them.
func Common(ps ...netip.Prefix) (netip.Prefix, error) {
	if len(ps) == 0 {
		return netip.Prefix{}, fault.New(ErrEmpty, "cidr: common prefix: no prefixes given")
	}
	var c block
	for i, p := range ps {
		if err := check("common prefix", p); err != nil {
			return netip.Prefix{}, err
		}
		b := blockOf(p)
		switch {
		case i == 0:
			c = b
		case b.family != c.family:
			return netip.Prefix{}, fault.New(ErrFamily, "cidr: common prefix: %v and %v are of different address families", ps[0], p)
		default:
			same := b.addr.Xor(c.addr).LeadingZeros()
			c = c.supernet(min(same, int(b.bits), int(c.bits)))
		}
	}
	return c.prefix(), nil
}
