package cidr

import (
	"errors"
	"net/netip"
	"strings"

	"github.com/kubecidr/kubecidr/internal/fault"
	"go4.org/netipx"
)

// ParseRange reads a range of addresses, strictly: its first and its last
// address with a hyphen between them, as in "10.0.0.0-10.0.0.5", or a prefix,
// as in "10.0.0.0/29", which is read like [Parse] and stands for all of its
// addresses. These are the forms that MetalLB's address pools have. A range of
// one address names it twice or is a /32 or /128. The errors wrap
// [ErrInvalid], [ErrMapped], [ErrZone], [ErrHostBits], or [ErrFamily] for a
// range between the families.
//
// The String method of netipx.IPRange writes what ParseRange reads, but for
// the few IPv6 ranges of which one end is IPv4-mapped, as that of ::/80.
func ParseRange(s string) (netipx.IPRange, error) {
	first, last, hyphen := strings.Cut(s, "-")
	if !hyphen {
		return parseRangeOfPrefix(s)
	}
	if t := strings.Join(strings.Fields(s), ""); t != s {
		return netipx.IPRange{}, fault.New(ErrInvalid, "cidr: range %q has spaces (use %q)", s, t)
	}
	from, err := parseEnd(s, "first", first)
	if err != nil {
		return netipx.IPRange{}, err
	}
	to, err := parseEnd(s, "last", last)
	if err != nil {
		return netipx.IPRange{}, err
	}
	switch {
	case from.BitLen() != to.BitLen():
		return netipx.IPRange{}, fault.New(ErrFamily, "cidr: range %q begins in one address family and ends in the other", s)
	case to.Less(from):
		return netipx.IPRange{}, fault.New(ErrInvalid, "cidr: range %q ends before it begins (use \"%v-%v\")", s, to, from)
	}
	return netipx.IPRangeFrom(from, to), nil
}

func parseRangeOfPrefix(s string) (netipx.IPRange, error) {
	if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" && !a.Is4In6() {
		return netipx.IPRange{}, fault.New(ErrInvalid, "cidr: range %q is a single address (use \"%v-%v\" or \"%v/%d\")", s, a, a, a, a.BitLen())
	}
	if !strings.Contains(s, "/") {
		return netipx.IPRange{}, fault.New(ErrInvalid, "cidr: range %q is neither two addresses, such as 10.0.0.0-10.0.0.5, nor in CIDR notation", s)
	}
	p, err := Parse(s)
	if err != nil {
		return netipx.IPRange{}, fault.New(errors.Unwrap(err), "cidr: range: %s", strings.TrimPrefix(err.Error(), "cidr: "))
	}
	return RangeOf(p), nil
}

// parseEnd reads one address of the range in s.
func parseEnd(s, which, end string) (netip.Addr, error) {
	a, err := netip.ParseAddr(end)
	switch {
	case strings.Contains(end, "%"):
		return netip.Addr{}, fault.New(ErrZone, "cidr: range %q: the %s address %q has a zone, which a range cannot have", s, which, end)
	case err != nil:
		if t, ok := trimZeros(end); ok {
			return netip.Addr{}, fault.New(ErrInvalid, "cidr: range %q: the %s address %q has leading zeros (some programs read them as octal; in decimal it is %v)", s, which, end, t)
		}
		return netip.Addr{}, fault.New(ErrInvalid, "cidr: range %q: the %s address %q is not an IP address", s, which, end)
	case a.Is4In6():
		return netip.Addr{}, fault.New(ErrMapped, "cidr: range %q: the %s address is IPv4-mapped (use %v)", s, which, a.Unmap())
	}
	return a, nil
}
