package cidr_test

import (
	"errors"
	"math/big"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"go4.org/netipx"
	"pgregory.net/rapid"
)

func TestRangeOf(t *testing.T) {
	for in, want := range map[string]string{
		"0.0.0.0/0":   "0.0.0.0-255.255.255.255",
		"10.1.2.3/8":  "10.0.0.0-10.255.255.255",
		"10.0.0.1/32": "10.0.0.1-10.0.0.1",
		"::/0":        "::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"fd00::1/128": "fd00::1-fd00::1",
		"::/80":       "::-::ffff:255.255.255.255",
	} {
		if got := cidr.RangeOf(netip.MustParsePrefix(in)); got.String() != want {
			t.Errorf("RangeOf(%s) = %v", in, got)
		}
	}
}

func TestRangePrefixes(t *testing.T) {
	for in, want := range map[string][]netip.Prefix{
		"10.0.0.0-10.0.0.5":                          prefixes("10.0.0.0/30", "10.0.0.4/31"),
		"10.0.0.1-10.0.0.1":                          prefixes("10.0.0.1/32"),
		"0.0.0.0-255.255.255.255":                    prefixes("0.0.0.0/0"),
		"255.255.255.254-255.255.255.255":            prefixes("255.255.255.254/31"),
		"::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff": prefixes("::/0"),
		"::1-::2":                                prefixes("::1/128", "::2/128"),
		"::-::ffff:255.255.255.255":              prefixes("::/80"),
		"fd00::ffff:ffff:ffff:ffff-fd00:0:0:1::": prefixes("fd00::ffff:ffff:ffff:ffff/128", "fd00:0:0:1::/128"),
	} {
		seq, err := cidr.RangePrefixes(netipx.MustParseIPRange(in))
		if err != nil || !slices.Equal(collect(seq), want) {
			t.Errorf("RangePrefixes(%s): error %v", in, err)
		}
	}
}

func TestRangePrefixesWorstCases(t *testing.T) {
	for in, want := range map[string]int{
		"0.0.0.1-255.255.255.254":                     62,
		"::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe": 254,
	} {
		seq, err := cidr.RangePrefixes(netipx.MustParseIPRange(in))
		if err != nil || len(collect(seq)) != want {
			t.Errorf("RangePrefixes(%s): error %v", in, err)
		}
	}
}

func TestRangePrefixesTileTheRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := genFamily().Draw(t, "family")
		from, to := genAddr(f).Draw(t, "from"), genAddr(f).Draw(t, "to")
		if to.Less(from) {
			from, to = to, from
		}
		r := netipx.IPRangeFrom(from, to)
		seq, err := cidr.RangePrefixes(r)
		if err != nil {
			t.Fatal(err)
		}
		ps := collect(seq)
		next := new(big.Int).SetBytes(from.AsSlice())
		for _, p := range ps {
			s := spanOf(p)
			if s.first.Cmp(next) != 0 {
				t.Fatalf("%v: gap or overlap before %v in %v", r, p, ps)
			}
			next = new(big.Int).Add(s.last, big.NewInt(1))
		}
		if last := new(big.Int).Sub(next, big.NewInt(1)); addrOfBig(f, last) != to {
			t.Fatalf("%v: %v ends elsewhere", r, ps)
		}
		if want := r.Prefixes(); !slices.Equal(ps, want) {
			t.Fatalf("%v: %v, want %v", r, ps, want)
		}
		if got := cidr.RangeOf(ps[0]); len(ps) == 1 && got != r {
			t.Fatalf("RangeOf(%v) = %v", ps[0], got)
		}
	})
}

func TestInvalidRanges(t *testing.T) {
	addr := netip.MustParseAddr
	for _, tt := range []struct {
		name, want string
		from, to   netip.Addr
		kind       error
	}{
		{"zero", "range from invalid IP to invalid IP lacks an address", netip.Addr{}, netip.Addr{}, cidr.ErrInvalid},
		{"half", "range from 10.0.0.0 to invalid IP lacks an address", addr("10.0.0.0"), netip.Addr{}, cidr.ErrInvalid},
		{"reversed", "10.0.0.5-10.0.0.0 ends before it begins (use 10.0.0.0-10.0.0.5)", addr("10.0.0.5"), addr("10.0.0.0"), cidr.ErrInvalid},
		{"families", "10.0.0.0-fd00:: begins in one address family and ends in the other", addr("10.0.0.0"), addr("fd00::"), cidr.ErrFamily},
		{"mapped", "::ffff:10.0.0.0-::ffff:10.0.0.5 is IPv4-mapped (use 10.0.0.0-10.0.0.5)", addr("::ffff:10.0.0.0"), addr("::ffff:10.0.0.5"), cidr.ErrMapped},
	} {
		r := netipx.IPRangeFrom(tt.from, tt.to)
		seq, err := cidr.RangePrefixes(r)
		if want := "cidr: prefixes of a range: " + tt.want; seq != nil || !errors.Is(err, tt.kind) || err.Error() != want {
			t.Errorf("%s: RangePrefixes: error %v", tt.name, err)
		}
	}
}

func TestParseRange(t *testing.T) {
	for in, want := range map[string]string{
		"10.0.0.0-10.0.0.5": "10.0.0.0-10.0.0.5",
		"10.0.0.5-10.0.0.5": "10.0.0.5-10.0.0.5",
		"10.0.0.0/29":       "10.0.0.0-10.0.0.7",
		"fd00::-fd00::ff":   "fd00::-fd00::ff",
		"FD00::/64":         "fd00::-fd00::ffff:ffff:ffff:ffff",
	} {
		if r, err := cidr.ParseRange(in); err != nil || r.String() != want {
			t.Errorf("ParseRange(%q) = %v, %v", in, r, err)
		}
	}
}

func TestParseRangeRefuses(t *testing.T) {
	for _, tt := range []struct {
		in   string
		kind error
		want string
	}{
		{"10.0.0.0 - 10.0.0.5", cidr.ErrInvalid, `cidr: range "10.0.0.0 - 10.0.0.5" has spaces (use "10.0.0.0-10.0.0.5")`},
		{"10.0.0.5-10.0.0.0", cidr.ErrInvalid, `cidr: range "10.0.0.5-10.0.0.0" ends before it begins (use "10.0.0.0-10.0.0.5")`},
		{"10.0.0.1", cidr.ErrInvalid, `cidr: range "10.0.0.1" is a single address (use "10.0.0.1-10.0.0.1" or "10.0.0.1/32")`},
		{"10.0.0.0-5", cidr.ErrInvalid, `cidr: range "10.0.0.0-5": the last address "5" is not an IP address`},
		{"10.0.0.0-", cidr.ErrInvalid, `cidr: range "10.0.0.0-": the last address "" is not an IP address`},
		{"10.0.0.0-10.0.0.5-10.0.0.7", cidr.ErrInvalid, `cidr: range "10.0.0.0-10.0.0.5-10.0.0.7": the last address "10.0.0.5-10.0.0.7" is not an IP address`},
		{"10.0.0.00-10.0.0.05", cidr.ErrInvalid, `cidr: range "10.0.0.00-10.0.0.05": the first address "10.0.0.00" has leading zeros (some programs read them as octal; in decimal it is 10.0.0.0)`},
		{"10.0.0.0/24-10.0.1.0/24", cidr.ErrInvalid, `cidr: range "10.0.0.0/24-10.0.1.0/24": the first address "10.0.0.0/24" is not an IP address`},
		{"10.0.0.0-fd00::", cidr.ErrFamily, `cidr: range "10.0.0.0-fd00::" begins in one address family and ends in the other`},
		{"fe80::1%eth0-fe80::2%eth0", cidr.ErrZone, `cidr: range "fe80::1%eth0-fe80::2%eth0": the first address "fe80::1%eth0" has a zone, which a range cannot have`},
		{"::ffff:10.0.0.0-::ffff:10.0.0.5", cidr.ErrMapped, `cidr: range "::ffff:10.0.0.0-::ffff:10.0.0.5": the first address is IPv4-mapped (use 10.0.0.0)`},
		{"10.0.0.1/24", cidr.ErrHostBits, `cidr: range: "10.0.0.1/24" has host bits set (network is 10.0.0.0/24)`},
		{"::ffff:10.0.0.0/104", cidr.ErrMapped, `cidr: range: "::ffff:10.0.0.0/104" is IPv4-mapped (use 10.0.0.0/8)`},
		{"", cidr.ErrInvalid, `cidr: range "" is neither two addresses, such as 10.0.0.0-10.0.0.5, nor in CIDR notation`},
		{"10.0.0.*", cidr.ErrInvalid, `cidr: range "10.0.0.*" is neither two addresses, such as 10.0.0.0-10.0.0.5, nor in CIDR notation`},
	} {
		if r, err := cidr.ParseRange(tt.in); r != (netipx.IPRange{}) || !errors.Is(err, tt.kind) || err.Error() != tt.want {
			t.Errorf("ParseRange(%q) = %v, %v; want %s", tt.in, r, err, tt.want)
		}
	}
}

func FuzzParseRange(f *testing.F) {
	f.Fuzz(func(t *testing.T, s string) {
		r, err := cidr.ParseRange(s)
		if err != nil {
			if r.IsValid() {
				t.Fatalf("%q: %v beside the error %v", s, r, err)
			}
			return
		}
		if again, err := cidr.ParseRange(r.String()); err != nil && !r.To().Is4In6() || err == nil && again != r {
			t.Fatalf("%q became %v and %v, %v", s, r, again, err)
		}
		ps, err := cidr.RangePrefixes(r)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		first, last := netip.Addr{}, netip.Addr{}
		for p := range ps {
			if !first.IsValid() {
				first = p.Addr()
			}
			last = netipx.PrefixLastIP(p)
		}
		if first != r.From() || last != r.To() {
			t.Fatalf("%q: prefixes from %v to %v", s, first, last)
		}
	})
}
