package dualstack_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"pgregory.net/rapid"
)

func TestEmbed(t *testing.T) {
	for _, tt := range []struct{ v4, under, want string }{
		{"10.244.3.0/24", "fd00::/16", "fd00:10:244:3::/64"},
		{"10.244.3.0/24", "fd00:10:244::/48", "fd00:10:244:10:244:3::/96"},
		{"10.244.0.0/16", "fd12:3456:789a::/48", "fd12:3456:789a:10:244::/80"},
		{"10.244.3.7/32", "fd12:3456:789a:1::/64", "fd12:3456:789a:1:10:244:3:7/128"},
		{"10.244.3.7/24", "fd00::5/16", "fd00:10:244:3::/64"},
		{"255.199.100.99/32", "fd00::/64", "fd00::255:199:100:99/128"},
		{"0.0.0.0/0", "fd00::/16", "fd00::/16"},
		{"0.0.0.0/8", "fd00::/16", "fd00::/32"},
		{"10.0.0.0/8", "fd00::/8", "fd00:10::/32"},
		{"10.0.0.0/8", "fd12:3400::/24", "fd12:3400:10::/48"},
		{"10.244.3.7/32", "::/0", "10:244:3:7::/64"},
		{"0.0.0.0/0", "fd00::1/128", "fd00::1/128"},
	} {
		p, err := dualstack.Embed(netip.MustParsePrefix(tt.v4), netip.MustParsePrefix(tt.under))
		if err != nil || p.String() != tt.want {
			t.Errorf("%s under %s: %v, %v; want %s", tt.v4, tt.under, p, err, tt.want)
		}
	}
}

func TestEmbedRefuses(t *testing.T) {
	for _, tt := range []struct {
		v4, under string
		kind      error
		want      string
	}{
		{"10.16.0.0/20", "fd00::/16", dualstack.ErrEmbed, "dualstack: twin of 10.16.0.0/20: a /20 does not end with a whole number between dots (use /16 or /24)"},
		{"128.0.0.0/1", "fd00::/16", dualstack.ErrEmbed, "(use /0 or /8)"},
		{"10.0.0.0/31", "fd00::/16", dualstack.ErrEmbed, "(use /24 or /32)"},
		{"10.0.0.1/32", "fd00::/65", dualstack.ErrEmbed, "dualstack: twin of 10.0.0.1/32 under fd00::/65: 4 numbers of 16 bits do not fit (use a /64 or shorter range)"},
		{"10.0.0.0/8", "fd00::/113", dualstack.ErrEmbed, "(use a /112 or shorter range)"},
		{"fd00::/16", "fd00::/16", cidr.ErrFamily, "not an IPv4 block"},
		{"10.0.0.0/8", "10.0.0.0/8", cidr.ErrFamily, "not an IPv6 range"},
		{"::ffff:10.0.0.0/104", "fd00::/16", cidr.ErrMapped, ""},
		{"10.0.0.0/8", "::ffff:10.0.0.0/104", cidr.ErrMapped, ""},
	} {
		p, err := dualstack.Embed(netip.MustParsePrefix(tt.v4), netip.MustParsePrefix(tt.under))
		if !errors.Is(err, tt.kind) || p.IsValid() || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s under %s: %v, %v; want %v that says %q", tt.v4, tt.under, p, err, tt.kind, tt.want)
		}
	}
	good := netip.MustParsePrefix("10.0.0.0/8")
	for _, pair := range [][2]netip.Prefix{{{}, good}, {good, {}}} {
		if _, err := dualstack.Embed(pair[0], pair[1]); !errors.Is(err, cidr.ErrInvalid) {
			t.Errorf("%v: %v", pair, err)
		}
	}
}

// genNumbers draws IPv4 blocks of whole numbers, near to each other.
func genNumbers() *rapid.Generator[netip.Prefix] {
	return rapid.Custom(func(t *rapid.T) netip.Prefix {
		var a [4]byte
		for i := range a {
			a[i] = rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte{0, 1, 9, 10, 16, 99, 100, 255})).Draw(t, "number")
		}
		return netip.PrefixFrom(netip.AddrFrom4(a), 8*rapid.IntRange(0, 4).Draw(t, "numbers")).Masked()
	})
}

// The twin as text, put together from the groups of the range and the numbers of
// the block.
func TestEmbedShowsTheDigits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v4 := genNumbers().Draw(t, "v4")
		under := rapid.Custom(func(t *rapid.T) netip.Prefix {
			return netip.PrefixFrom(genAddr(cidr.IPv6).Draw(t, "address"), rapid.IntRange(0, 128).Draw(t, "bits"))
		}).Filter(func(p netip.Prefix) bool { return !p.Masked().Addr().Is4In6() }).Draw(t, "under")
		numbers := v4.Bits() / 8
		groups := strings.Split(under.Masked().Addr().StringExpanded(), ":")
		first := 0
		for first*16 < under.Bits() {
			first++
		}
		got, err := dualstack.Embed(v4, under)
		if first+numbers > 8 {
			if !errors.Is(err, dualstack.ErrEmbed) || got.IsValid() {
				t.Fatalf("%v under %v: %v, %v", v4, under, got, err)
			}
			return
		}
		copy(groups[first:], strings.Split(v4.Addr().String(), ".")[:numbers])
		want := netip.MustParsePrefix(fmt.Sprintf("%s/%d", strings.Join(groups, ":"), 16*(first+numbers)))
		if err != nil || got != want || !under.Contains(got.Addr()) || got.Bits() < under.Bits() {
			t.Fatalf("%v under %v: %v, %v; want %v", v4, under, got, err, want)
		}
	})
}

// Blocks and their twins are equal, nested, disjoint and in order alike.
func TestEmbedKeepsTheOrderOfBlocks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := genNumbers().Draw(t, "a"), genNumbers().Draw(t, "b")
		if rapid.Bool().Draw(t, "near") {
			b = netip.PrefixFrom(a.Addr(), b.Bits()).Masked()
		}
		under := netip.PrefixFrom(netip.MustParseAddr("fd12:3456:789a:bcde::"), rapid.IntRange(0, 64).Draw(t, "bits"))
		twinA, err := dualstack.Embed(a, under)
		if err != nil {
			t.Fatal(err)
		}
		twinB, err := dualstack.Embed(b, under)
		if err != nil {
			t.Fatal(err)
		}
		covers := func(p, q netip.Prefix) bool { return p.Bits() <= q.Bits() && p.Contains(q.Addr()) }
		if (a == b) != (twinA == twinB) || a.Overlaps(b) != twinA.Overlaps(twinB) || covers(a, b) != covers(twinA, twinB) ||
			a.Addr().Compare(b.Addr()) != twinA.Addr().Compare(twinB.Addr()) {
			t.Fatalf("%v and %v, but %v and %v", a, b, twinA, twinB)
		}
	})
}

// The blocks of a node whose addresses tell which one it is.
func ExampleEmbed() {
	ula := netip.MustParsePrefix("fd3a:9107:c25e::/48")
	for _, text := range []string{"10.244.0.0/16", "10.244.3.0/24", "10.244.3.0/26"} {
		p, err := dualstack.Embed(netip.MustParsePrefix(text), ula)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(text, p)
	}
	// Output:
	// 10.244.0.0/16 fd3a:9107:c25e:10:244::/80
	// 10.244.3.0/24 fd3a:9107:c25e:10:244:3::/96
	// dualstack: twin of 10.244.3.0/26: a /26 does not end with a whole number between dots (use /24 or /32)
}
