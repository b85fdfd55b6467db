package dualstack

import (
	"iter"
	"net/netip"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/internal/fault"
)

// Addrs is no address, one, or one of each family with the primary first: node
// IPs, cluster DNS addresses. The zero Addrs is none. Addresses are valid,
// never IPv4-mapped and never zoned. Addrs compare with ==.
type Addrs struct {
	primary, secondary netip.Addr
}

// SingleAddr returns the Addrs of one address. An invalid, IPv4-mapped or
// zoned address is an error.
func SingleAddr(a netip.Addr) (Addrs, error) {
	if err := usableAddr(a); err != nil {
		return Addrs{}, err
	}
	return Addrs{primary: a}, nil
}

// DualAddrs returns the Addrs of two addresses of different families. It is
// [ErrSameFamily] for two of one family, and an error for an invalid,
// IPv4-mapped or zoned address.
func DualAddrs(primary, secondary netip.Addr) (Addrs, error) {
	for _, a := range []netip.Addr{primary, secondary} {
		if err := usableAddr(a); err != nil {
			return Addrs{}, err
		}
	}
	if f := cidr.FamilyOfAddr(primary); f == cidr.FamilyOfAddr(secondary) {
		return Addrs{}, fault.New(ErrSameFamily, "dualstack: %v and %v are both %v: want one of each family", primary, secondary, f)
	}
	return Addrs{primary, secondary}, nil
}

func usableAddr(a netip.Addr) error {
	switch {
	case !a.IsValid():
		return fault.New(cidr.ErrInvalid, "dualstack: invalid address (%v)", a)
	case a.Zone() != "":
		return fault.New(cidr.ErrZone, "dualstack: address %v has a zone", a)
	case a.Is4In6():
		return fault.New(cidr.ErrMapped, "dualstack: address %v is IPv4-mapped (use %v)", a, a.Unmap())
	}
	return nil
}

// ParseAddrs reads one address, or two of different families separated by a
// comma: "10.96.0.10,fd00:10:96::a". No spaces, leading zeros, zones or
// IPv4-mapped forms.
func ParseAddrs(s string) (Addrs, error) {
	elements := strings.Split(s, ",")
	if len(elements) > 2 {
		return Addrs{}, fault.New(ErrCount, "dualstack: %q has %d addresses: want one, or one of each family", s, len(elements))
	}
	as := make([]netip.Addr, len(elements))
	for i, e := range elements {
		a, err := netip.ParseAddr(e)
		if err != nil {
			return Addrs{}, fault.New(cidr.ErrInvalid, "dualstack: addresses %q: %q is not an IP address", s, e)
		}
		as[i] = a
	}
	if len(as) == 1 {
		return SingleAddr(as[0])
	}
	return DualAddrs(as[0], as[1])
}

// MustParseAddrs is [ParseAddrs] for constants: it panics on an error.
func MustParseAddrs(s string) Addrs {
	a, err := ParseAddrs(s)
	if err != nil {
		panic(err)
	}
	return a
}

// V4 returns the IPv4 address, or the zero Addr.
func (a Addrs) V4() netip.Addr { return a.Of(cidr.IPv4) }

// V6 returns the IPv6 address, or the zero Addr.
func (a Addrs) V6() netip.Addr { return a.Of(cidr.IPv6) }

// Of returns the address of family f, or the zero Addr.
func (a Addrs) Of(f cidr.Family) netip.Addr {
	switch f {
	case 0:
	case cidr.FamilyOfAddr(a.primary):
		return a.primary
	case cidr.FamilyOfAddr(a.secondary):
		return a.secondary
	}
	return netip.Addr{}
}

// Primary returns the first address, or the zero Addr if there is none.
func (a Addrs) Primary() netip.Addr { return a.primary }

// Secondary returns the second address, or the zero Addr.
func (a Addrs) Secondary() netip.Addr { return a.secondary }

// IsZero reports whether a has no address.
func (a Addrs) IsZero() bool { return a == Addrs{} }

// IsDual reports whether a has both families.
func (a Addrs) IsDual() bool { return a.secondary.IsValid() }

// Families returns the families of a, the primary first; empty for none.
func (a Addrs) Families() []cidr.Family {
	var fs []cidr.Family
	for b := range a.All() {
		fs = append(fs, cidr.FamilyOfAddr(b))
	}
	return fs
}

// All yields the addresses of a, the primary first.
func (a Addrs) All() iter.Seq[netip.Addr] {
	return func(yield func(netip.Addr) bool) {
		if a.primary.IsValid() && yield(a.primary) && a.secondary.IsValid() {
			yield(a.secondary)
		}
	}
}

// String returns the text that [ParseAddrs] reads, and "" for none.
func (a Addrs) String() string {
	switch {
	case a.IsZero():
		return ""
	case !a.IsDual():
		return a.primary.String()
	}
	return a.primary.String() + "," + a.secondary.String()
}

// MarshalText writes [Addrs.String].
func (a Addrs) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads like [ParseAddrs], and empty text as the zero Addrs. On
// an error a is unchanged.
func (a *Addrs) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*a = Addrs{}
		return nil
	}
	b, err := ParseAddrs(string(text))
	if err == nil {
		*a = b
	}
	return err
}
