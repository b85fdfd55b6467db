package dualstack

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/internal/fault"
)

// groupBits is the length of what stands between two colons.
const groupBits = 16

// Embed returns the IPv6 twin of an IPv4 block in the range under: a block whose
// text shows the digits of the IPv4 one, a number between dots becoming one
// between colons. Below fd00::/16, 10.244.3.0/24 is fd00:10:244:3::/64; below
// fd12:3456:789a::/48 it is fd12:3456:789a:10:244:3::/96. As in any IPv6
// address, zeros may be hidden in "::".
//
// Twins below one range overlap, nest and sort as their IPv4 blocks do, so that
// a plan for IPv4 is one for IPv6. Where under ends inside of a group, the digits
// begin with the next one. Each number of 8 bits takes 16: mind
// [MaxIPv6Difference] between a cluster's twin and those of its nodes.
//
// [ErrEmbed] is wrapped for a block that does not end with a whole number, like
// a /20, since numbers from 16 to 31 are no block in decimal digits, and for one
// whose numbers do not all fit: whole addresses do below a /64 or shorter. A v4
// that is not IPv4 and an under that is not IPv6 are cidr.ErrFamily, and an
// invalid or IPv4-mapped prefix is an error as everywhere.
func Embed(v4, under netip.Prefix) (netip.Prefix, error) {
	for _, p := range []netip.Prefix{v4, under} {
		if err := usable(p); err != nil {
			return netip.Prefix{}, err
		}
	}
	switch {
	case cidr.FamilyOf(v4) != cidr.IPv4:
		return netip.Prefix{}, fault.New(cidr.ErrFamily, "dualstack: twin of %v: not an IPv4 block", v4)
	case cidr.FamilyOf(under) != cidr.IPv6:
		return netip.Prefix{}, fault.New(cidr.ErrFamily, "dualstack: twin of %v under %v: not an IPv6 range", v4, under)
	case v4.Bits()%8 != 0:
		return netip.Prefix{}, fault.New(ErrEmbed, "dualstack: twin of %v: a /%d does not end with a whole number between dots (use /%d or /%d)",
			v4, v4.Bits(), v4.Bits()/8*8, v4.Bits()/8*8+8)
	}
	numbers := v4.Bits() / 8
	first := (under.Bits() + groupBits - 1) / groupBits
	if first+numbers > 128/groupBits {
		return netip.Prefix{}, fault.New(ErrEmbed, "dualstack: twin of %v under %v: %d numbers of 16 bits do not fit (use a /%d or shorter range)",
			v4, under, numbers, 128-groupBits*numbers)
	}
	a, octets := under.Masked().Addr().As16(), v4.Addr().As4()
	for i, n := range octets[:numbers] {
		group := a[2*(first+i):]
		group[0], group[1] = n/100, n/10%10<<4|n%10 // decimal digits as hexadecimal ones
	}
	return netip.PrefixFrom(netip.AddrFrom16(a), groupBits*(first+numbers)), nil
}
