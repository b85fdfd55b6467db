package cidr

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/internal/fault"
)

// Netmask returns the mask that has ones where p fixes the address:
// 255.255.255.0 for a /24 of IPv4, ffff:ffff:ffff:: for a /48 of IPv6. It is
// the zero Addr for an invalid or IPv4-mapped prefix. [MaskBits] is the way
// back to the length.
func Netmask(p netip.Prefix) netip.Addr {
	if f := FamilyOf(p); f != 0 {
		return addrOf(f, mask(p.Bits()))
	}
	return netip.Addr{}
}

// Hostmask returns the complement of [Netmask], the wildcard of access lists:
// 0.0.0.255 for a /24 of IPv4. It is the zero Addr for an invalid or
// IPv4-mapped prefix.
func Hostmask(p netip.Prefix) netip.Addr {
	if f := FamilyOf(p); f != 0 {
		return addrOf(f, mask(p.Bits()).Not())
	}
	return netip.Addr{}
}

// MaskBits returns the prefix length that a netmask stands for: 24 for
// 255.255.255.0. An IPv4-mapped address is read as IPv4. It is [ErrInvalid]
// for what is no netmask, a hostmask among them, because 0.0.0.0 and
// 255.255.255.255 could be either; and [ErrZone] for a zoned address.
func MaskBits(netmask netip.Addr) (int, error) {
	a := netmask.Unmap()
	switch {
	case !a.IsValid():
		return 0, fault.New(ErrInvalid, "cidr: netmask: invalid address (%v)", netmask)
	case netmask.Zone() != "": // Unmap drops it
		return 0, fault.New(ErrZone, "cidr: netmask %v has a zone", netmask)
	}
	n, f := numberOf(a), FamilyOfAddr(a)
	bits := n.Not().LeadingZeros()
	if n == mask(bits) {
		return bits, nil
	}
	// The ones of a hostmask are at the low end of the family's bits.
	if bits = n.LeadingZeros(); n == mask(bits).Not().And(mask(f.BitLen())) {
		return 0, fault.New(ErrInvalid, "cidr: netmask %v is a hostmask (the netmask is %v, a /%d)", netmask, addrOf(f, mask(bits)), bits)
	}
	return 0, fault.New(ErrInvalid, "cidr: netmask %v has ones behind zeros", netmask)
}
