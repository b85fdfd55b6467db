package cidr_test

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

func TestMasks(t *testing.T) {
	for _, tt := range []struct{ prefix, netmask, hostmask string }{
		{"0.0.0.0/0", "0.0.0.0", "255.255.255.255"},
		{"128.0.0.0/1", "128.0.0.0", "127.255.255.255"},
		{"10.1.2.3/24", "255.255.255.0", "0.0.0.255"},
		{"10.0.0.0/31", "255.255.255.254", "0.0.0.1"},
		{"10.0.0.0/32", "255.255.255.255", "0.0.0.0"},
		{"::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		{"fd00::1/48", "ffff:ffff:ffff::", "::ffff:ffff:ffff:ffff:ffff"},
		{"fd00::/64", "ffff:ffff:ffff:ffff::", "::ffff:ffff:ffff:ffff"},
		{"fd00::1/128", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::"},
	} {
		p := netip.MustParsePrefix(tt.prefix)
		if got := cidr.Netmask(p); got.String() != tt.netmask {
			t.Errorf("Netmask(%v) = %v", p, got)
		}
		if got := cidr.Hostmask(p); got.String() != tt.hostmask {
			t.Errorf("Hostmask(%v) = %v", p, got)
		}
	}
}

func TestMaskBitsIsTheInverseOfNetmask(t *testing.T) {
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		for bits := range f.BitLen() + 1 {
			p := prefixAt(f, big64(0), bits)
			if got, err := cidr.MaskBits(cidr.Netmask(p)); got != bits || err != nil {
				t.Errorf("MaskBits(%v) = %d, %v", cidr.Netmask(p), got, err)
			}
		}
	}
	if got, err := cidr.MaskBits(netip.MustParseAddr("::ffff:255.255.255.0")); got != 24 || err != nil {
		t.Errorf("of an IPv4-mapped netmask: %d, %v", got, err)
	}
}

func TestMaskBitsRefuses(t *testing.T) {
	for _, tt := range []struct {
		in   netip.Addr
		kind error
		want string
	}{
		{netip.Addr{}, cidr.ErrInvalid, "cidr: netmask: invalid address (invalid IP)"},
		{netip.MustParseAddr("ffff::%eth0"), cidr.ErrZone, "cidr: netmask ffff::%eth0 has a zone"},
		{netip.MustParseAddr("::ffff:255.0.0.0%eth0"), cidr.ErrZone, "cidr: netmask ::ffff:255.0.0.0%eth0 has a zone"},
		{netip.MustParseAddr("0.0.0.255"), cidr.ErrInvalid, "cidr: netmask 0.0.0.255 is a hostmask (the netmask is 255.255.255.0, a /24)"},
		{netip.MustParseAddr("::ffff:ffff:ffff:ffff"), cidr.ErrInvalid, "cidr: netmask ::ffff:ffff:ffff:ffff is a hostmask (the netmask is ffff:ffff:ffff:ffff::, a /64)"},
		{netip.MustParseAddr("255.0.255.0"), cidr.ErrInvalid, "cidr: netmask 255.0.255.0 has ones behind zeros"},
		{netip.MustParseAddr("10.0.0.1"), cidr.ErrInvalid, "cidr: netmask 10.0.0.1 has ones behind zeros"},
		{netip.MustParseAddr("ffff::1"), cidr.ErrInvalid, "cidr: netmask ffff::1 has ones behind zeros"},
	} {
		if n, err := cidr.MaskBits(tt.in); n != 0 || !errors.Is(err, tt.kind) || err.Error() != tt.want {
			t.Errorf("MaskBits(%v) = %d, %v", tt.in, n, err)
		}
	}
}

// The masks tell network and host apart: no bit is in both, or in neither.
func TestMasksAreComplements(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPrefix().Filter(usable).Draw(t, "p")
		network, last := p.Addr().AsSlice(), cidr.Last(p).AsSlice()
		n, h := cidr.Netmask(p).AsSlice(), cidr.Hostmask(p).AsSlice()
		for i := range n {
			if n[i]^h[i] != 0xff || last[i]&n[i] != network[i] || last[i]&h[i] != h[i] {
				t.Fatalf("%v: %v and %v", p, cidr.Netmask(p), cidr.Hostmask(p))
			}
		}
	})
}
