package k8sflags_test

import (
	"errors"
	"fmt"
	"math/big"
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// KEP-3070's table, and the ends of what can be handed out.
func TestServiceBands(t *testing.T) {
	for _, c := range []struct {
		services, static, dynamic string
		numStatic, numDynamic     uint64
		dns                       string
	}{
		{"10.96.0.0/30", "", "10.96.0.1-10.96.0.2", 0, 2, ""},
		{"10.96.0.0/29", "", "10.96.0.1-10.96.0.6", 0, 6, ""},
		{"10.96.0.0/28", "", "10.96.0.1-10.96.0.14", 0, 14, "10.96.0.10"},
		{"10.96.0.0/27", "10.96.0.1-10.96.0.16", "10.96.0.17-10.96.0.30", 16, 14, "10.96.0.10"},
		{"10.96.0.0/26", "10.96.0.1-10.96.0.16", "10.96.0.17-10.96.0.62", 16, 46, "10.96.0.10"},
		{"10.96.0.9/24", "10.96.0.1-10.96.0.16", "10.96.0.17-10.96.0.254", 16, 238, "10.96.0.10"},
		{"10.96.0.0/23", "10.96.0.1-10.96.0.32", "10.96.0.33-10.96.1.254", 32, 478, "10.96.0.10"},
		{"10.96.0.0/22", "10.96.0.1-10.96.0.64", "10.96.0.65-10.96.3.254", 64, 958, "10.96.0.10"},
		{"10.96.0.0/20", "10.96.0.1-10.96.1.0", "10.96.1.1-10.96.15.254", 256, 3838, "10.96.0.10"},
		{"10.96.0.0/12", "10.96.0.1-10.96.1.0", "10.96.1.1-10.111.255.254", 256, 1048318, "10.96.0.10"},
		{"fd00:10:96::/127", "", "fd00:10:96::1-fd00:10:96::1", 0, 1, ""},
		{"fd00:10:96::/124", "", "fd00:10:96::1-fd00:10:96::f", 0, 15, "fd00:10:96::a"},
		{"fd00:10:96::/112", "fd00:10:96::1-fd00:10:96::100", "fd00:10:96::101-fd00:10:96::ffff", 256, 65279, "fd00:10:96::a"},
		{"fd00:10:96::/64", "fd00:10:96::1-fd00:10:96::100", "fd00:10:96::101-fd00:10:96:0:ffff:ffff:ffff:ffff", 256, 1<<64 - 257, "fd00:10:96::a"},
	} {
		b, err := k8sflags.ServiceBands(netip.MustParsePrefix(c.services))
		if err != nil {
			t.Errorf("%s: %v", c.services, err)
			continue
		}
		dns := ""
		if b.DNS.IsValid() {
			dns = b.DNS.String()
		}
		if b.Static.String() != c.static || b.Dynamic.String() != c.dynamic || b.NumStatic != c.numStatic || b.NumDynamic != c.numDynamic || dns != c.dns {
			t.Errorf("%s: %+v, %s, %s", c.services, b, b.Static, b.Dynamic)
		}
	}
}

func TestServiceBandsErrors(t *testing.T) {
	for services, want := range map[string]error{
		"0.0.0.0/1": k8sflags.ErrServiceRange, "10.0.0.0/31": k8sflags.ErrServiceRange, "10.0.0.1/32": k8sflags.ErrServiceRange,
		"fd00::/63": k8sflags.ErrServiceRange, "fd00::/128": k8sflags.ErrServiceRange, "::ffff:10.0.0.0/112": cidr.ErrMapped,
	} {
		if b, err := k8sflags.ServiceBands(netip.MustParsePrefix(services)); !errors.Is(err, want) || b != (k8sflags.Bands{}) {
			t.Errorf("%s: %+v, %v", services, b, err)
		}
	}
	if _, err := k8sflags.ServiceBands(netip.Prefix{}); !errors.Is(err, cidr.ErrInvalid) {
		t.Error(err)
	}
}

func number(a netip.Addr) *big.Int { return new(big.Int).SetBytes(a.AsSlice()) }

// The bands, their counts and ServicesIn against big numbers.
func TestServiceBandsTileTheRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, from, to, lost := netip.MustParseAddr("10.170.85.204"), 2, 30, int64(2)
		if rapid.Bool().Draw(t, "IPv6") {
			base, from, to, lost = netip.MustParseAddr("fd00:10:96::aaaa:5555:cccc"), 64, 127, 1
		}
		r := netip.PrefixFrom(base, rapid.IntRange(from, to).Draw(t, "bits"))
		b, err := k8sflags.ServiceBands(r)
		if err != nil {
			t.Fatal(err)
		}
		size := new(big.Int).Lsh(big.NewInt(1), uint(base.BitLen()-r.Bits()))
		offset := new(big.Int).Div(size, big.NewInt(16)) // min(max(16, size/16), 256), 0 for 16 and fewer
		switch {
		case size.Cmp(big.NewInt(16)) <= 0:
			offset.SetInt64(0)
		case offset.Cmp(big.NewInt(16)) < 0:
			offset.SetInt64(16)
		case offset.Cmp(big.NewInt(256)) > 0:
			offset.SetInt64(256)
		}
		total := new(big.Int).Sub(size, big.NewInt(lost))
		if new(big.Int).SetUint64(b.NumStatic).Cmp(offset) != 0 || new(big.Int).SetUint64(b.NumStatic+b.NumDynamic).Cmp(total) != 0 {
			t.Fatalf("%v: %d and %d, want %v of %v", r, b.NumStatic, b.NumDynamic, offset, total)
		}
		first := new(big.Int).Add(number(r.Masked().Addr()), big.NewInt(1))
		for _, band := range []struct {
			r AddrRange
			n uint64
		}{{b.Static, b.NumStatic}, {b.Dynamic, b.NumDynamic}} {
			if band.r.IsZero() != (band.n == 0) {
				t.Fatalf("%v: %v has %d", r, band.r, band.n)
			}
			if band.n == 0 {
				continue
			}
			if number(band.r.First).Cmp(first) != 0 {
				t.Fatalf("%v: %v begins elsewhere", r, band.r)
			}
			first.Add(first, new(big.Int).SetUint64(band.n))
			if last := new(big.Int).Sub(first, big.NewInt(1)); number(band.r.Last).Cmp(last) != 0 {
				t.Fatalf("%v: %v ends elsewhere", r, band.r)
			}
			if !band.r.Contains(band.r.First) || !band.r.Contains(band.r.Last) || band.r.Contains(band.r.First.Prev()) || band.r.Contains(band.r.Last.Next()) {
				t.Fatalf("%v: %v does not contain itself", r, band.r)
			}
		}
		if n, err := k8sflags.ServicesIn(k8sflags.MaxVersion(), r); err != nil || n != b.NumStatic+b.NumDynamic {
			t.Fatalf("%v: ServicesIn %d, %v", r, n, err)
		}
	})
}

type AddrRange = k8sflags.AddrRange

func TestAddrRangeContains(t *testing.T) {
	r := AddrRange{First: netip.MustParseAddr("10.0.0.1"), Last: netip.MustParseAddr("10.0.0.9")}
	for text, want := range map[string]bool{"10.0.0.1": true, "10.0.0.9": true, "10.0.0.10": false, "::ffff:10.0.0.5": true, "fd00::1": false, "fe80::1%eth0": false} {
		if r.Contains(netip.MustParseAddr(text)) != want {
			t.Errorf("%s: %v", text, !want)
		}
	}
	if r.Contains(netip.Addr{}) || (AddrRange{}).Contains(netip.Addr{}) || (AddrRange{}).Contains(r.First) {
		t.Error("nothing contains something")
	}
}

// Where to put the Services whose addresses are chosen by hand.
func ExampleServiceBands() {
	b, err := k8sflags.ServiceBands(netip.MustParsePrefix("10.96.0.0/16"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("kubernetes", b.Kubernetes, "DNS", b.DNS)
	fmt.Println("by hand", b.Static, b.NumStatic)
	fmt.Println("at random", b.Dynamic, b.NumDynamic)
	// Output:
	// kubernetes 10.96.0.1 DNS 10.96.0.10
	// by hand 10.96.0.1-10.96.1.0 256
	// at random 10.96.1.1-10.96.255.254 65278
}
