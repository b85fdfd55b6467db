package dualstack_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"pgregory.net/rapid"
)

func TestParseAddrs(t *testing.T) {
	for _, tt := range []struct {
		name, in                   string
		primary, secondary, v4, v6 string
		families                   []cidr.Family
	}{
		{"IPv4", "10.96.0.10", "10.96.0.10", "", "10.96.0.10", "", []cidr.Family{cidr.IPv4}},
		{"IPv6", "fd00::a", "fd00::a", "", "", "fd00::a", []cidr.Family{cidr.IPv6}},
		{"IPv4 primary", "10.96.0.10,fd00::a", "10.96.0.10", "fd00::a", "10.96.0.10", "fd00::a", []cidr.Family{cidr.IPv4, cidr.IPv6}},
		{"IPv6 primary", "fd00::a,10.96.0.10", "fd00::a", "10.96.0.10", "10.96.0.10", "fd00::a", []cidr.Family{cidr.IPv6, cidr.IPv4}},
		{"unspecified, which asks kubelet to look for itself", "::", "::", "", "", "::", []cidr.Family{cidr.IPv6}},
		{"the ends", "0.0.0.0,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0.0.0.0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"0.0.0.0", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", []cidr.Family{cidr.IPv4, cidr.IPv6}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := dualstack.ParseAddrs(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			for name, got := range map[string][2]string{
				"Primary":   {addrText(a.Primary()), tt.primary},
				"Secondary": {addrText(a.Secondary()), tt.secondary},
				"V4":        {addrText(a.V4()), tt.v4},
				"V6":        {addrText(a.V6()), tt.v6},
				"Of IPv4":   {addrText(a.Of(cidr.IPv4)), tt.v4},
				"Of IPv6":   {addrText(a.Of(cidr.IPv6)), tt.v6},
				"Of none":   {addrText(a.Of(0)), ""},
				"String":    {a.String(), tt.in},
			} {
				if got[0] != got[1] {
					t.Errorf("%s = %q, want %q", name, got[0], got[1])
				}
			}
			if got := a.Families(); !slices.Equal(got, tt.families) {
				t.Errorf("Families = %v, want %v", got, tt.families)
			}
			if a.IsZero() || a.IsDual() != (len(tt.families) == 2) {
				t.Errorf("IsZero = %v, IsDual = %v", a.IsZero(), a.IsDual())
			}
			var all []string
			for b := range a.All() {
				all = append(all, b.String())
			}
			if got := strings.Join(all, ","); got != tt.in {
				t.Errorf("All = %v", got)
			}
		})
	}
}

// addrText is an address as text, and "" for the zero Addr.
func addrText(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func TestParseAddrsRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		kind     error
		want     string
	}{
		{"empty", "", cidr.ErrInvalid, `dualstack: addresses "": "" is not an IP address`},
		{"a trailing comma", "10.0.0.1,", cidr.ErrInvalid, `dualstack: addresses "10.0.0.1,": "" is not an IP address`},
		{"a space after the comma", "10.0.0.1, fd00::1", cidr.ErrInvalid, `dualstack: addresses "10.0.0.1, fd00::1": " fd00::1" is not an IP address`},
		{"leading zeros", "010.0.0.1", cidr.ErrInvalid, `dualstack: addresses "010.0.0.1": "010.0.0.1" is not an IP address`},
		{"a range", "10.0.0.0/8", cidr.ErrInvalid, `dualstack: addresses "10.0.0.0/8": "10.0.0.0/8" is not an IP address`},
		{"mapped", "::ffff:10.0.0.1", cidr.ErrMapped, `dualstack: address ::ffff:10.0.0.1 is IPv4-mapped (use 10.0.0.1)`},
		{"mapped as the second", "10.0.0.1,::ffff:10.0.0.1", cidr.ErrMapped, ""},
		{"zone", "fe80::1%eth0", cidr.ErrZone, `dualstack: address fe80::1%eth0 has a zone`},
		{"zone of the second", "10.0.0.1,fe80::1%eth0", cidr.ErrZone, `dualstack: address fe80::1%eth0 has a zone`},
		{"two of IPv4", "10.0.0.1,10.0.0.2", dualstack.ErrSameFamily, `dualstack: 10.0.0.1 and 10.0.0.2 are both IPv4: want one of each family`},
		{"two of IPv6", "fd00::1,fd00::2", dualstack.ErrSameFamily, ""},
		{"three", "10.0.0.1,fd00::1,10.0.0.2", dualstack.ErrCount, `dualstack: "10.0.0.1,fd00::1,10.0.0.2" has 3 addresses: want one, or one of each family`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, err := dualstack.ParseAddrs(tt.in)
			if !a.IsZero() || !errors.Is(err, tt.kind) {
				t.Fatalf("ParseAddrs(%q) = %v, %v; want kind %v", tt.in, a, err, tt.kind)
			}
			if tt.want != "" && err.Error() != tt.want {
				t.Errorf("message %q, want %q", err, tt.want)
			}
		})
	}
}

func TestSingleAddrAndDualAddrsRefuse(t *testing.T) {
	good := netip.MustParseAddr("10.0.0.1")
	for _, tt := range []struct {
		name string
		bad  netip.Addr
		kind error
	}{
		{"zero", netip.Addr{}, cidr.ErrInvalid},
		{"mapped", netip.MustParseAddr("::ffff:10.0.0.1"), cidr.ErrMapped},
		{"zone", netip.MustParseAddr("fe80::1%eth0"), cidr.ErrZone},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for op, f := range map[string]func() (dualstack.Addrs, error){
				"SingleAddr":          func() (dualstack.Addrs, error) { return dualstack.SingleAddr(tt.bad) },
				"DualAddrs primary":   func() (dualstack.Addrs, error) { return dualstack.DualAddrs(tt.bad, good) },
				"DualAddrs secondary": func() (dualstack.Addrs, error) { return dualstack.DualAddrs(good, tt.bad) },
			} {
				if a, err := f(); !a.IsZero() || !errors.Is(err, tt.kind) {
					t.Errorf("%s: %v, %v", op, a, err)
				}
			}
		})
	}
	if a, err := dualstack.DualAddrs(good, good); !a.IsZero() || !errors.Is(err, dualstack.ErrSameFamily) {
		t.Errorf("DualAddrs of one family: %v, %v", a, err)
	}
}

func TestZeroAddrsHasNoAddress(t *testing.T) {
	var a dualstack.Addrs
	if !a.IsZero() || a.IsDual() || a.String() != "" || a.Families() != nil ||
		a.Primary().IsValid() || a.Secondary().IsValid() || a.V4().IsValid() || a.V6().IsValid() || a.Of(0).IsValid() {
		t.Errorf("the zero Addrs is not empty: %v", a)
	}
	for b := range a.All() {
		t.Errorf("All yields %v", b)
	}
	b, err := json.Marshal(a)
	if err != nil || string(b) != `""` {
		t.Fatalf("JSON of the zero Addrs: %s, %v", b, err)
	}
	a = dualstack.MustParseAddrs("10.0.0.1")
	if err := json.Unmarshal(b, &a); err != nil || !a.IsZero() {
		t.Errorf("the zero Addrs reads back as %v, %v", a, err)
	}
}

func TestAddrsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v4, v6 := genAddr(cidr.IPv4).Draw(t, "v4"), genAddr(cidr.IPv6).Draw(t, "v6")
		for _, build := range []func() (dualstack.Addrs, error){
			func() (dualstack.Addrs, error) { return dualstack.SingleAddr(v4) },
			func() (dualstack.Addrs, error) { return dualstack.SingleAddr(v6) },
			func() (dualstack.Addrs, error) { return dualstack.DualAddrs(v4, v6) },
			func() (dualstack.Addrs, error) { return dualstack.DualAddrs(v6, v4) },
		} {
			a, err := build()
			if err != nil {
				t.Fatal(err)
			}
			if b, err := dualstack.ParseAddrs(a.String()); err != nil || b != a {
				t.Fatalf("ParseAddrs(%q) = %v, %v", a, b, err)
			}
			var b dualstack.Addrs
			j, err := json.Marshal(a)
			if err != nil || string(j) != `"`+a.String()+`"` {
				t.Fatalf("JSON %s, %v", j, err)
			}
			if err := json.Unmarshal(j, &b); err != nil || b != a {
				t.Fatalf("JSON %s reads as %v, %v", j, b, err)
			}
		}
	})
}

func TestUnmarshalErrorLeavesTheAddrs(t *testing.T) {
	want := dualstack.MustParseAddrs("10.0.0.1")
	a := want
	if err := a.UnmarshalText([]byte("10.0.0.1,10.0.0.2")); !errors.Is(err, dualstack.ErrSameFamily) || a != want {
		t.Errorf("got %v, %v", a, err)
	}
}

func FuzzParseAddrs(f *testing.F) {
	f.Fuzz(func(t *testing.T, s string) {
		a, err := dualstack.ParseAddrs(s)
		var want []netip.Addr
		for _, e := range strings.Split(s, ",") {
			b, err := netip.ParseAddr(e)
			if err == nil && b.Zone() == "" && !b.Is4In6() {
				want = append(want, b)
			}
		}
		strict := len(want) == strings.Count(s, ",")+1 &&
			(len(want) == 1 || len(want) == 2 && want[0].BitLen() != want[1].BitLen())
		if strict != (err == nil) {
			t.Fatalf("ParseAddrs(%q) = %v, %v; by net/netip and the rules %v", s, a, err, strict)
		}
		if !strict {
			if !a.IsZero() {
				t.Fatalf("ParseAddrs(%q) = %v beside an error", s, a)
			}
			return
		}
		if got := slices.Collect(a.All()); !slices.Equal(got, want) {
			t.Fatalf("ParseAddrs(%q) = %v, want %v", s, got, want)
		}
		if b, err := dualstack.ParseAddrs(a.String()); err != nil || b != a {
			t.Fatalf("ParseAddrs(%q) = %v, %v", a, b, err)
		}
	})
}
