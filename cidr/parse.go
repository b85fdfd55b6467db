package cidr

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"

	"github.com/kubecidr/kubecidr/internal/fault"
)

// Parse reads a network in CIDR notation, strictly: no leading zeros, no
// IPv4-mapped form, no zone, no host bits. These are the rules of Kubernetes'
// KEP-4858. The errors wrap [ErrInvalid], [ErrMapped], [ErrZone] or
// [ErrHostBits] and name the value that was probably meant.
//
// An address with the length of its network is read by [ParseInterface].
func Parse(s string) (netip.Prefix, error) {
	p, err := parse(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	if m := p.Masked(); m != p {
		return netip.Prefix{}, fault.New(ErrHostBits, "cidr: %q has host bits set (network is %v)", s, m)
	}
	return p, nil
}

// MustParse is [Parse] for constants: it panics on an error.
func MustParse(s string) netip.Prefix {
	p, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return p
}

// ParseList reads networks separated by commas, as Kubernetes' flags take
// them: "10.96.0.0/16,fd00:10:96::/112". Each is read like [Parse]; spaces and
// empty elements are errors because kube-apiserver refuses them. The order is
// kept and nothing is compared: see [Disjoint].
func ParseList(s string) ([]netip.Prefix, error) {
	elements := strings.Split(s, ",")
	ps := make([]netip.Prefix, len(elements))
	for i, e := range elements {
		if e == "" {
			return nil, fault.New(ErrInvalid, "cidr: list %q: element %d is empty", s, i+1)
		}
		p, err := Parse(e)
		if err != nil {
			return nil, fault.New(errors.Unwrap(err), "cidr: list %q: element %d: %s",
				s, i+1, strings.TrimPrefix(err.Error(), "cidr: "))
		}
		ps[i] = p
	}
	return ps, nil
}

// ParseInterface reads an address with the length of its network, as
// "10.0.0.5/24" on an interface, and returns both: 10.0.0.5 and 10.0.0.0/24.
// Apart from the host bits it is as strict as [Parse].
func ParseInterface(s string) (netip.Addr, netip.Prefix, error) {
	p, err := parse(s)
	if err != nil {
		return netip.Addr{}, netip.Prefix{}, err
	}
	return p.Addr(), p.Masked(), nil
}

// parse reads CIDR notation and keeps host bits.
func parse(s string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(s)
	if err != nil {
		return netip.Prefix{}, explain(s)
	}
	if p.Addr().Is4In6() {
		return netip.Prefix{}, fault.New(ErrMapped, "cidr: %q is IPv4-mapped%s", s, meantIPv4(p))
	}
	return p, nil
}

// explain says why netip does not take s, most telling reason first.
func explain(s string) error {
	if t := strings.TrimSpace(s); t != s {
		return fault.New(ErrInvalid, "cidr: %q has spaces around it (use %q)", s, t)
	}
	addr, length, slash := strings.Cut(s, "/")
	if strings.Contains(addr, "%") {
		return fault.New(ErrZone, "cidr: %q has a zone, which a network cannot have", s)
	}
	a, err := netip.ParseAddr(addr)
	switch {
	case err == nil && !slash:
		return fault.New(ErrInvalid, "cidr: %q has no prefix length (a single address is %v/%d)", s, a, a.BitLen())
	case err != nil:
		if trimmed, ok := trimZeros(addr); ok {
			return fault.New(ErrInvalid, "cidr: %q has leading zeros (some programs read them as octal; in decimal it is %v)",
				s, rejoin(trimmed.String(), length, slash))
		}
		return fault.New(ErrInvalid, "cidr: %q is not in CIDR notation, such as 10.0.0.0/16 or fd00::/48", s)
	}
	if bits, err := strconv.Atoi(length); err == nil && strconv.Itoa(bits) != length {
		return fault.New(ErrInvalid, "cidr: %q has a sign or leading zeros in the prefix length", s)
	}
	return fault.New(ErrInvalid, "cidr: %q: prefix length %q is not a number from 0 to %d", s, length, a.BitLen())
}

// trimZeros reads dotted decimal with leading zeros.
func trimZeros(addr string) (netip.Addr, bool) {
	octets := strings.Split(addr, ".")
	for i, o := range octets {
		if t := strings.TrimLeft(o, "0"); t != "" {
			octets[i] = t
		} else if o != "" {
			octets[i] = "0"
		}
	}
	a, err := netip.ParseAddr(strings.Join(octets, "."))
	return a, err == nil && a.Is4()
}

func rejoin(addr, length string, slash bool) string {
	if !slash {
		return addr
	}
	return addr + "/" + length
}
