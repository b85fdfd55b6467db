package cidr

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/internal/fault"
)

// Family is an IP address family. The zero value is no family.
type Family uint8

// The two address families.
const (
	IPv4 Family = 4
	IPv6 Family = 6
)

// FamilyOf returns the family of p. It is 0 for the zero Prefix, for an
// invalid one and for an IPv4-mapped one such as ::ffff:10.0.0.0/104, which
// this package accepts nowhere.
func FamilyOf(p netip.Prefix) Family {
	switch {
	case !p.IsValid():
		return 0
	case p.Addr().Is4():
		return IPv4
	case p.Addr().Is4In6():
		return 0
	}
	return IPv6
}

// FamilyOfAddr returns the family of a. An IPv4-mapped address is IPv4, as in
// every lookup of this package; the zero Addr has no family.
func FamilyOfAddr(a netip.Addr) Family {
	switch {
	case !a.IsValid():
		return 0
	case a.Is4(), a.Is4In6():
		return IPv4
	}
	return IPv6
}

// BitLen returns the number of bits of an address: 32, 128, or 0 for no
// family.
func (f Family) BitLen() int {
	switch f {
	case IPv4:
		return 32
	case IPv6:
		return 128
	}
	return 0
}

// String returns "IPv4", "IPv6" (Kubernetes' names in ipFamilies), or "" for
// no family.
func (f Family) String() string {
	switch f {
	case IPv4:
		return "IPv4"
	case IPv6:
		return "IPv6"
	}
	return ""
}

// MarshalText writes "IPv4", "IPv6", or nothing for no family.
func (f Family) MarshalText() ([]byte, error) {
	if f != 0 && f.BitLen() == 0 {
		return nil, fault.New(ErrFamily, "cidr: family %d is neither IPv4 nor IPv6", uint8(f))
	}
	return []byte(f.String()), nil
}

// UnmarshalText reads "IPv4" or "IPv6", exactly so; empty text is no family.
func (f *Family) UnmarshalText(text []byte) error {
	switch string(text) {
	case "IPv4":
		*f = IPv4
	case "IPv6":
		*f = IPv6
	case "":
		*f = 0
	default:
		return fault.New(ErrFamily, "cidr: family %q: want IPv4 or IPv6", text)
	}
	return nil
}
