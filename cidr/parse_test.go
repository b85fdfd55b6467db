package cidr_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

func TestParseAccepts(t *testing.T) {
	for _, s := range []string{
		"0.0.0.0/0", "10.0.0.0/8", "10.1.2.3/32", "255.255.255.255/32",
		"::/0", "::/128", "fd00:10:244::/48", "2001:db8::1/128", "::ffff:0:0:0/80",
	} {
		if p, err := cidr.Parse(s); err != nil || p.String() != s {
			t.Errorf("Parse(%q) = %v, %v", s, p, err)
		}
	}
	// Spellings that KEP-4858 lets pass: only the value must be unmistakable.
	if p, err := cidr.Parse("FD00:0:0::/48"); err != nil || p.String() != "fd00::/48" {
		t.Errorf("upper case, uncompressed IPv6: %v, %v", p, err)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		kind     error
		hint     string
	}{
		{"host bits", "10.0.0.1/24", cidr.ErrHostBits, "network is 10.0.0.0/24"},
		{"host bits, IPv6", "fd00::1/48", cidr.ErrHostBits, "network is fd00::/48"},
		{"an address", "10.0.0.1", cidr.ErrInvalid, "10.0.0.1/32"},
		{"an IPv6 address", "fd00::1", cidr.ErrInvalid, "fd00::1/128"},
		{"mapped", "::ffff:10.0.0.0/104", cidr.ErrMapped, "use 10.0.0.0/8"},
		{"mapped, in hexadecimal", "::ffff:a00:0/104", cidr.ErrMapped, "use 10.0.0.0/8"},
		{"mapped with a short length", "::ffff:10.0.0.0/80", cidr.ErrMapped, "IPv4-mapped"},
		{"zone", "fe80::1%eth0/64", cidr.ErrZone, "zone"},
		{"zone after the length", "fe80::/64%eth0", cidr.ErrInvalid, `"64%eth0"`},
		{"leading zeros", "010.001.002.003/08", cidr.ErrInvalid, "10.1.2.3/08"},
		{"leading zeros in an address", "10.0.0.01", cidr.ErrInvalid, "10.0.0.1"},
		{"leading zeros in the length", "10.0.0.0/08", cidr.ErrInvalid, "leading zeros in the prefix length"},
		{"sign in the length", "10.0.0.0/+8", cidr.ErrInvalid, "sign"},
		{"length too long", "10.0.0.0/33", cidr.ErrInvalid, "0 to 32"},
		{"length too long, IPv6", "fd00::/129", cidr.ErrInvalid, "0 to 128"},
		{"negative length", "10.0.0.0/-1", cidr.ErrInvalid, "0 to 32"},
		{"netmask", "10.0.0.0/255.0.0.0", cidr.ErrInvalid, `"255.0.0.0"`},
		{"no length", "10.0.0.0/", cidr.ErrInvalid, `""`},
		{"spaces", " 10.0.0.0/8", cidr.ErrInvalid, `use "10.0.0.0/8"`},
		{"range", "10.0.0.0-10.0.0.5", cidr.ErrInvalid, "CIDR notation"},
		{"short form", "10/8", cidr.ErrInvalid, "CIDR notation"},
		{"list", "10.0.0.0/8,fd00::/8", cidr.ErrInvalid, ""},
		{"empty", "", cidr.ErrInvalid, "CIDR notation"},
		{"word", "corp", cidr.ErrInvalid, "CIDR notation"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := cidr.Parse(tt.in)
			if p != (netip.Prefix{}) || !errors.Is(err, tt.kind) {
				t.Fatalf("Parse(%q) = %v, %v; want kind %v", tt.in, p, err, tt.kind)
			}
			if !strings.Contains(err.Error(), tt.hint) || !strings.Contains(err.Error(), tt.in) {
				t.Errorf("message %q does not name the input and %q", err, tt.hint)
			}
		})
	}
}

func TestParseListKeepsOrder(t *testing.T) {
	ps, err := cidr.ParseList("fd00::/108,10.96.0.0/16,10.96.0.0/16")
	if err != nil || len(ps) != 3 || ps[0].String() != "fd00::/108" || ps[1] != ps[2] {
		t.Fatalf("ParseList = %v, %v", ps, err)
	}
}

func TestParseListRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		kind     error
		want     string
	}{
		{"a space after the comma, fatal for kube-apiserver", "10.0.0.0/16, fd00::/108", cidr.ErrInvalid, "element 2"},
		{"empty", "", cidr.ErrInvalid, "element 1 is empty"},
		{"trailing comma", "10.0.0.0/16,", cidr.ErrInvalid, "element 2 is empty"},
		{"host bits", "10.0.0.0/16,10.0.0.1/24", cidr.ErrHostBits, "element 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ps, err := cidr.ParseList(tt.in)
			if ps != nil || !errors.Is(err, tt.kind) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("ParseList(%q) = %v, %v", tt.in, ps, err)
			}
		})
	}
}

func TestParseInterface(t *testing.T) {
	a, p, err := cidr.ParseInterface("10.0.0.5/24")
	if err != nil || a.String() != "10.0.0.5" || p.String() != "10.0.0.0/24" {
		t.Errorf("got %v in %v, %v", a, p, err)
	}
	for _, in := range []string{"10.0.0.5", "::ffff:10.0.0.5/120", "fe80::1%eth0/64", "10.0.0.05/24"} {
		if a, p, err := cidr.ParseInterface(in); err == nil || a.IsValid() || p.IsValid() {
			t.Errorf("ParseInterface(%q) = %v, %v, %v; want an error", in, a, p, err)
		}
	}
}

func TestMustParsePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("MustParse of host bits did not panic")
		}
	}()
	cidr.MustParse("10.0.0.1/8")
}

func TestParseRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPrefix().Draw(t, "p")
		if q, err := cidr.Parse(p.String()); err != nil || q != p {
			t.Fatalf("Parse(%q) = %v, %v", p, q, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8", "10.0.0.1/8", "::ffff:10.0.0.0/104", "fe80::1%e/64", "010.1.2.3/08", "fd00::/48", "a,b", "/", "::/0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := cidr.Parse(s)
		std, stdErr := netip.ParsePrefix(s)
		strict := stdErr == nil && std == std.Masked() && !std.Addr().Is4In6()
		if (err == nil) != strict {
			t.Fatalf("Parse(%q): %v; by net/netip and the rules %v", s, err, strict)
		}
		if strict && p != std {
			t.Fatalf("Parse(%q) = %v", s, p)
		}
		if a, n, err := cidr.ParseInterface(s); err == nil && (a != std.Addr() || n != std.Masked()) {
			t.Fatalf("ParseInterface(%q) = %v, %v", s, a, n)
		}
		if ps, err := cidr.ParseList(s); err == nil {
			for i, e := range strings.Split(s, ",") {
				if q, err := cidr.Parse(e); err != nil || q != ps[i] {
					t.Fatalf("ParseList(%q)[%d] = %v; Parse gives %v, %v", s, i, ps[i], q, err)
				}
			}
		}
	})
}
