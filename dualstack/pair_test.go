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

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		name, in                   string
		primary, secondary, v4, v6 string
		families                   []cidr.Family
	}{
		{"IPv4", "10.244.0.0/16", "10.244.0.0/16", "", "10.244.0.0/16", "", []cidr.Family{cidr.IPv4}},
		{"IPv6", "fd00:10:244::/48", "fd00:10:244::/48", "", "", "fd00:10:244::/48", []cidr.Family{cidr.IPv6}},
		{"IPv4 primary", "10.244.0.0/16,fd00::/48", "10.244.0.0/16", "fd00::/48", "10.244.0.0/16", "fd00::/48", []cidr.Family{cidr.IPv4, cidr.IPv6}},
		{"IPv6 primary", "fd00::/48,10.244.0.0/16", "fd00::/48", "10.244.0.0/16", "10.244.0.0/16", "fd00::/48", []cidr.Family{cidr.IPv6, cidr.IPv4}},
		{"everything", "0.0.0.0/0,::/0", "0.0.0.0/0", "::/0", "0.0.0.0/0", "::/0", []cidr.Family{cidr.IPv4, cidr.IPv6}},
		{"single addresses", "10.0.0.1/32,fd00::1/128", "10.0.0.1/32", "fd00::1/128", "10.0.0.1/32", "fd00::1/128", []cidr.Family{cidr.IPv4, cidr.IPv6}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := dualstack.Parse(tt.in)
			if err != nil {
				t.Fatal(err)
			}
			for name, got := range map[string][2]string{
				"Primary":   {text(p.Primary()), tt.primary},
				"Secondary": {text(p.Secondary()), tt.secondary},
				"V4":        {text(p.V4()), tt.v4},
				"V6":        {text(p.V6()), tt.v6},
				"Of IPv4":   {text(p.Of(cidr.IPv4)), tt.v4},
				"Of IPv6":   {text(p.Of(cidr.IPv6)), tt.v6},
				"Of none":   {text(p.Of(0)), ""},
				"String":    {p.String(), tt.in},
			} {
				if got[0] != got[1] {
					t.Errorf("%s = %q, want %q", name, got[0], got[1])
				}
			}
			if got := p.Families(); !slices.Equal(got, tt.families) {
				t.Errorf("Families = %v, want %v", got, tt.families)
			}
			if p.IsZero() || p.IsDual() != (len(tt.families) == 2) {
				t.Errorf("IsZero = %v, IsDual = %v", p.IsZero(), p.IsDual())
			}
			var all []string
			for q := range p.All() {
				all = append(all, q.String())
			}
			if got := strings.Join(all, ","); got != tt.in {
				t.Errorf("All = %v", got)
			}
		})
	}
}

// text is a prefix as text, and "" for the zero Prefix.
func text(p netip.Prefix) string {
	if p == (netip.Prefix{}) {
		return ""
	}
	return p.String()
}

func TestAllStopsWhenAsked(t *testing.T) {
	n := 0
	for range dualstack.MustParse("10.244.0.0/16,fd00::/48").All() {
		n++
		break
	}
	if n != 1 {
		t.Errorf("%d ranges after a break", n)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		kind     error
		want     string
	}{
		{"empty", "", cidr.ErrInvalid, `dualstack: "" is not in CIDR notation, such as 10.0.0.0/16 or fd00::/48`},
		{"a comma alone", ",", cidr.ErrInvalid, `dualstack: list ",": element 1 is empty`},
		{"a trailing comma", "10.0.0.0/8,", cidr.ErrInvalid, `dualstack: list "10.0.0.0/8,": element 2 is empty`},
		{"a space after the comma", "10.0.0.0/8, fd00::/48", cidr.ErrInvalid, `dualstack: list "10.0.0.0/8, fd00::/48": element 2: " fd00::/48" has spaces around it (use "fd00::/48")`},
		{"a space before", " 10.0.0.0/8", cidr.ErrInvalid, `dualstack: " 10.0.0.0/8" has spaces around it (use "10.0.0.0/8")`},
		{"host bits", "10.0.0.1/8", cidr.ErrHostBits, `dualstack: "10.0.0.1/8" has host bits set (network is 10.0.0.0/8)`},
		{"host bits of the second", "10.0.0.0/8,fd00::1/48", cidr.ErrHostBits, `dualstack: list "10.0.0.0/8,fd00::1/48": element 2: "fd00::1/48" has host bits set (network is fd00::/48)`},
		{"mapped", "::ffff:10.0.0.0/104", cidr.ErrMapped, `dualstack: "::ffff:10.0.0.0/104" is IPv4-mapped (use 10.0.0.0/8)`},
		{"mapped as the second", "10.0.0.0/8,::ffff:10.0.0.0/104", cidr.ErrMapped, ""},
		{"zone", "fe80::%eth0/64", cidr.ErrZone, `dualstack: "fe80::%eth0/64" has a zone, which a network cannot have`},
		{"an address", "10.0.0.1", cidr.ErrInvalid, `dualstack: "10.0.0.1" has no prefix length (a single address is 10.0.0.1/32)`},
		{"two of IPv4", "10.0.0.0/8,11.0.0.0/8", dualstack.ErrSameFamily, `dualstack: 10.0.0.0/8 and 11.0.0.0/8 are both IPv4: a pair has one of each family`},
		{"two of IPv6", "fd00::/48,fd01::/48", dualstack.ErrSameFamily, `dualstack: fd00::/48 and fd01::/48 are both IPv6: a pair has one of each family`},
		{"one twice", "10.0.0.0/8,10.0.0.0/8", dualstack.ErrSameFamily, ""},
		{"three", "10.0.0.0/8,fd00::/48,11.0.0.0/8", dualstack.ErrCount, `dualstack: "10.0.0.0/8,fd00::/48,11.0.0.0/8" has 3 ranges: want one, or one of each family`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := dualstack.Parse(tt.in)
			if !p.IsZero() || !errors.Is(err, tt.kind) {
				t.Fatalf("Parse(%q) = %v, %v; want kind %v", tt.in, p, err, tt.kind)
			}
			if tt.want != "" && err.Error() != tt.want {
				t.Errorf("message %q, want %q", err, tt.want)
			}
		})
	}
}

func TestSingleAndDualMaskHostBits(t *testing.T) {
	v4, v6 := netip.MustParsePrefix("10.244.1.2/16"), netip.MustParsePrefix("fd00::1/48")
	if p, err := dualstack.Single(v4); err != nil || p != dualstack.MustParse("10.244.0.0/16") {
		t.Errorf("Single(%v) = %v, %v", v4, p, err)
	}
	if p, err := dualstack.Dual(v6, v4); err != nil || p != dualstack.MustParse("fd00::/48,10.244.0.0/16") {
		t.Errorf("Dual(%v, %v) = %v, %v", v6, v4, p, err)
	}
}

func TestSingleAndDualRefuse(t *testing.T) {
	good := netip.MustParsePrefix("10.0.0.0/8")
	for _, tt := range []struct {
		name string
		bad  netip.Prefix
		kind error
		want string
	}{
		{"zero", netip.Prefix{}, cidr.ErrInvalid, "dualstack: invalid range (invalid Prefix)"},
		{"a length beyond the family", netip.PrefixFrom(good.Addr(), 33), cidr.ErrInvalid, "dualstack: invalid range (invalid Prefix)"},
		{"a negative length", netip.PrefixFrom(good.Addr(), -1), cidr.ErrInvalid, "dualstack: invalid range (invalid Prefix)"},
		{"mapped", netip.MustParsePrefix("::ffff:10.0.0.0/104"), cidr.ErrMapped, "dualstack: range ::ffff:10.0.0.0/104 is IPv4-mapped (use 10.0.0.0/8)"},
		{"host bits that are mapped", netip.MustParsePrefix("::ffff:10.0.0.0/80"), cidr.ErrMapped, "dualstack: range ::ffff:10.0.0.0/80 is IPv4-mapped"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for op, f := range map[string]func() (dualstack.Pair, error){
				"Single":         func() (dualstack.Pair, error) { return dualstack.Single(tt.bad) },
				"Dual primary":   func() (dualstack.Pair, error) { return dualstack.Dual(tt.bad, good) },
				"Dual secondary": func() (dualstack.Pair, error) { return dualstack.Dual(good, tt.bad) },
			} {
				p, err := f()
				if !p.IsZero() || !errors.Is(err, tt.kind) || err.Error() != tt.want {
					t.Errorf("%s: %v, %v; want %q", op, p, err, tt.want)
				}
			}
		})
	}
	if p, err := dualstack.Dual(good, good); !p.IsZero() || !errors.Is(err, dualstack.ErrSameFamily) {
		t.Errorf("Dual of one family: %v, %v", p, err)
	}
}

// The order of the families is part of the value: the first is primary.
func TestPairsCompareWithTheirOrder(t *testing.T) {
	a, b := dualstack.MustParse("10.0.0.0/8,fd00::/48"), dualstack.MustParse("fd00::/48,10.0.0.0/8")
	if a == b {
		t.Error("pairs with different primaries are equal")
	}
	if a != dualstack.MustParse(a.String()) {
		t.Error("equal pairs differ")
	}
}

func TestWithPrimary(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		family   cidr.Family
		want     string
	}{
		{"the other one", "10.0.0.0/8,fd00::/48", cidr.IPv6, "fd00::/48,10.0.0.0/8"},
		{"the other one, back", "fd00::/48,10.0.0.0/8", cidr.IPv4, "10.0.0.0/8,fd00::/48"},
		{"already", "10.0.0.0/8,fd00::/48", cidr.IPv4, "10.0.0.0/8,fd00::/48"},
		{"a single range", "10.0.0.0/8", cidr.IPv4, "10.0.0.0/8"},
		{"a family that is not there", "10.0.0.0/8", cidr.IPv6, "10.0.0.0/8"},
		{"no family", "10.0.0.0/8,fd00::/48", 0, "10.0.0.0/8,fd00::/48"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if p := dualstack.MustParse(tt.in).WithPrimary(tt.family); p != dualstack.MustParse(tt.want) {
				t.Errorf("got %v, want %s", p, tt.want)
			}
		})
	}
	for _, f := range []cidr.Family{0, cidr.IPv4, cidr.IPv6} {
		if p := (dualstack.Pair{}).WithPrimary(f); !p.IsZero() {
			t.Errorf("of the zero Pair with %v: %v", f, p)
		}
	}
}

func TestZeroPairHasNoRange(t *testing.T) {
	var p dualstack.Pair
	if !p.IsZero() || p.IsDual() || p.String() != "" || p.Families() != nil ||
		p.Primary().IsValid() || p.Secondary().IsValid() || p.V4().IsValid() || p.V6().IsValid() || p.Of(0).IsValid() {
		t.Errorf("the zero Pair is not empty: %v", p)
	}
	for q := range p.All() {
		t.Errorf("All yields %v", q)
	}
}

func TestPairRoundTrip(t *testing.T) {
	type document struct {
		Pods dualstack.Pair            `json:"pods"`
		None dualstack.Pair            `json:"none,omitzero"`
		Keys map[dualstack.Pair]string `json:"keys"`
	}
	rapid.Check(t, func(t *rapid.T) {
		p := genPair().Draw(t, "p")
		if q, err := dualstack.Parse(p.String()); err != nil || q != p {
			t.Fatalf("Parse(%q) = %v, %v", p, q, err)
		}
		if b, err := p.AppendText([]byte("pods=")); err != nil || string(b) != "pods="+p.String() {
			t.Fatalf("AppendText: %q, %v", b, err)
		}
		b, err := json.Marshal(document{Pods: p, Keys: map[dualstack.Pair]string{p: "x"}})
		if err != nil {
			t.Fatal(err)
		}
		if want := `{"pods":"` + p.String() + `","keys":{"` + p.String() + `":"x"}}`; string(b) != want {
			t.Fatalf("JSON %s, want %s", b, want)
		}
		var d document
		if err := json.Unmarshal(b, &d); err != nil || d.Pods != p || d.Keys[p] != "x" {
			t.Fatalf("JSON %s reads as %v, %v", b, d, err)
		}
	})
}

func TestZeroPairRoundTrip(t *testing.T) {
	b, err := json.Marshal(dualstack.Pair{})
	if err != nil || string(b) != `""` {
		t.Fatalf("JSON of the zero Pair: %s, %v", b, err)
	}
	p := dualstack.MustParse("10.0.0.0/8")
	if err := json.Unmarshal(b, &p); err != nil || !p.IsZero() {
		t.Errorf("the zero Pair reads back as %v, %v", p, err)
	}
}

func TestUnmarshalErrorLeavesThePair(t *testing.T) {
	want := dualstack.MustParse("10.0.0.0/8")
	p := want
	if err := p.UnmarshalText([]byte("10.0.0.1/8")); !errors.Is(err, cidr.ErrHostBits) || p != want {
		t.Errorf("got %v, %v", p, err)
	}
}

func TestMustParsePanics(t *testing.T) {
	for name, f := range map[string]func(){
		"MustParse":      func() { dualstack.MustParse("10.0.0.0/8,11.0.0.0/8") },
		"MustParseAddrs": func() { dualstack.MustParseAddrs("10.0.0.1,10.0.0.2") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("two of one family did not panic")
				}
			}()
			f()
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Fuzz(func(t *testing.T, s string) {
		p, err := dualstack.Parse(s)
		var want []netip.Prefix
		for _, e := range strings.Split(s, ",") {
			q, err := netip.ParsePrefix(e)
			if err == nil && q == q.Masked() && !q.Addr().Is4In6() {
				want = append(want, q)
			}
		}
		strict := len(want) == strings.Count(s, ",")+1 &&
			(len(want) == 1 || len(want) == 2 && want[0].Addr().BitLen() != want[1].Addr().BitLen())
		if strict != (err == nil) {
			t.Fatalf("Parse(%q) = %v, %v; by net/netip and the rules %v", s, p, err, strict)
		}
		if !strict {
			if !p.IsZero() {
				t.Fatalf("Parse(%q) = %v beside an error", s, p)
			}
			return
		}
		if got := slices.Collect(p.All()); !slices.Equal(got, want) {
			t.Fatalf("Parse(%q) = %v, want %v", s, got, want)
		}
		if q, err := dualstack.Parse(p.String()); err != nil || q != p {
			t.Fatalf("Parse(%q) = %v, %v", p, q, err)
		}
	})
}
