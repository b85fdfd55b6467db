package plantest

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

// Prefixes draws prefixes inside of space, masked, of any length from that of
// the space that they lie in to a single address; in private IPv4 addresses and
// unique local ones of IPv6 (RFC 1918, RFC 4193) if no space is given. They
// shrink to long prefixes at the beginning of the first. Space that is invalid or
// IPv4-mapped fails the test that draws from it.
func Prefixes(space ...netip.Prefix) *rapid.Generator[netip.Prefix] {
	if len(space) == 0 {
		space = []netip.Prefix{
			cidr.MustParse("10.0.0.0/8"), cidr.MustParse("172.16.0.0/12"), cidr.MustParse("192.168.0.0/16"), cidr.MustParse("fd00::/8"),
		}
	}
	_, err := cidr.Overlaps(space)
	return rapid.Custom(func(t *rapid.T) netip.Prefix {
		if err != nil {
			t.Fatalf("plantest: space: %v", err)
		}
		within := rapid.SampledFrom(space).Draw(t, "within").Masked()
		a := within.Addr().AsSlice()
		bits := 8*len(a) - rapid.IntRange(0, 8*len(a)-within.Bits()).Draw(t, "host bits")
		for i := within.Bits() / 8; 8*i < bits; i++ {
			free := byte(0xff)
			if first := within.Bits() - 8*i; first > 0 {
				free >>= first
			}
			a[i] |= rapid.Byte().Draw(t, "byte") & free
		}
		addr, _ := netip.AddrFromSlice(a)
		return netip.PrefixFrom(addr, bits).Masked()
	})
}
