package cidr_test

import (
	"errors"
	"net/netip"
	"slices"
	"sync"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"go4.org/netipx"
)

func parseSet(t testing.TB, s string) cidr.Set {
	t.Helper()
	set, err := cidr.ParseSet(s)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func TestSetEdgesOfTheSpace(t *testing.T) {
	for _, tt := range []struct{ name, a, b, union, intersection, difference string }{
		{"both empty", "", "", "", "", ""},
		{"one empty", "10.0.0.0/8", "", "10.0.0.0/8", "", "10.0.0.0/8"},
		{"all of IPv4 less nothing", "0.0.0.0/0", "", "0.0.0.0/0", "", "0.0.0.0/0"},
		{"all of it less all", "0.0.0.0/0,::/0", "0.0.0.0/0,::/0", "0.0.0.0/0,::/0", "0.0.0.0/0,::/0", ""},
		{"all less the first", "0.0.0.0/0", "0.0.0.0/1", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"},
		{"all less the last", "0.0.0.0/0", "128.0.0.0/1", "0.0.0.0/0", "128.0.0.0/1", "0.0.0.0/1"},
		{"halves", "0.0.0.0/1", "128.0.0.0/1", "0.0.0.0/0", "", "0.0.0.0/1"},
		{"halves, the other way", "8000::/1", "::/1", "::/0", "", "8000::/1"},
		{"all less the first address", "0.0.0.0/30", "0.0.0.0/32", "0.0.0.0/30", "0.0.0.0/32", "0.0.0.1/32,0.0.0.2/31"},
		{"all less the last address", "255.255.255.252/30", "255.255.255.255/32", "255.255.255.252/30", "255.255.255.255/32", "255.255.255.252/31,255.255.255.254/32"},
		{"the first IPv6 address", "::/126", "::/128", "::/126", "::/128", "::1/128,::2/127"},
		{"the last IPv6 address", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffc/126", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffc/126", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffc/127,ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/128"},
		{"across the middle of an IPv6 address", "fd00:0:0:1::/64", "fd00::/64", "fd00::/63", "", "fd00:0:0:1::/64"},
		{"adjacent, not siblings", "10.0.1.0/24", "10.0.2.0/24", "10.0.1.0/24,10.0.2.0/24", "", "10.0.1.0/24"},
		{"a hole", "10.0.0.0/30", "10.0.0.1/32", "10.0.0.0/30", "10.0.0.1/32", "10.0.0.0/32,10.0.0.2/31"},
		{"families apart", "10.0.0.0/8", "fd00::/8", "10.0.0.0/8,fd00::/8", "", "10.0.0.0/8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, b := parseSet(t, tt.a), parseSet(t, tt.b)
			for op, got := range map[string]struct {
				set  cidr.Set
				want string
			}{
				"union": {a.Union(b), tt.union}, "union, reversed": {b.Union(a), tt.union},
				"intersection": {a.Intersect(b), tt.intersection}, "intersection, reversed": {b.Intersect(a), tt.intersection},
				"difference": {a.Subtract(b), tt.difference},
			} {
				if got.set.String() != got.want || !got.set.Equal(parseSet(t, got.want)) {
					t.Errorf("%s: %v, want %v", op, got.set, got.want)
				}
			}
		})
	}
}

func TestZeroSetIsEmpty(t *testing.T) {
	var s cidr.Set
	if !s.IsEmpty() || !s.Equal(setOf(t)) || s.String() != "" || s.Contains(netip.IPv4Unspecified()) ||
		s.Overlaps(netip.MustParsePrefix("::/0")) || !s.ContainsSet(s) || s.OverlapsSet(s) {
		t.Error("the zero Set is not empty")
	}
	if n, ok := s.NumAddrs(cidr.IPv4); n != 0 || !ok {
		t.Errorf("NumAddrs = %d, %v", n, ok)
	}
	for p := range s.Prefixes() {
		t.Errorf("prefix %v", p)
	}
	if got := s.IPSet(); got == nil || len(got.Ranges()) != 0 {
		t.Errorf("IPSet = %v", got)
	}
	if !cidr.FromIPSet(nil).IsEmpty() || !cidr.FromIPSet(new(netipx.IPSet)).IsEmpty() {
		t.Error("an empty IPSet gives addresses")
	}
}

func TestSetNumAddrs(t *testing.T) {
	for _, tt := range []struct {
		set    string
		v4, v6 uint64
		ok6    bool
	}{
		{"0.0.0.0/0,::/0", 1 << 32, 1<<64 - 1, false},
		{"0.0.0.0/0,fd00::/64", 1 << 32, 1<<64 - 1, false},
		{"255.255.255.255/32,fd00::/65", 1, 1 << 63, true},
		{"0.0.0.0/1,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", 1 << 31, 1, true},
	} {
		s := parseSet(t, tt.set)
		if n, ok := s.NumAddrs(cidr.IPv4); n != tt.v4 || !ok {
			t.Errorf("%s: %d IPv4 addresses, %v", tt.set, n, ok)
		}
		if n, ok := s.NumAddrs(cidr.IPv6); n != tt.v6 || ok != tt.ok6 {
			t.Errorf("%s: %d IPv6 addresses, %v", tt.set, n, ok)
		}
		if n, ok := s.NumAddrs(0); n != 0 || !ok || s.NumAddrsBig(0).Sign() != 0 {
			t.Errorf("%s: %d addresses of no family, %v", tt.set, n, ok)
		}
	}
	if n := parseSet(t, "::/0").NumAddrsBig(cidr.IPv6); n.Cmp(pow2Big(128)) != 0 {
		t.Errorf("%d IPv6 addresses", n)
	}
}

func TestSetContainsMappedAndZonedAddresses(t *testing.T) {
	s := parseSet(t, "10.0.0.0/8,fe80::/10")
	for _, tt := range []struct {
		addr string
		want bool
	}{
		{"10.1.2.3", true}, {"::ffff:10.1.2.3", true}, {"::ffff:11.1.2.3", false},
		{"fe80::1", true}, {"fe80::1%eth0", false}, {"::ffff:10.1.2.3%eth0", false},
	} {
		if got := s.Contains(netip.MustParseAddr(tt.addr)); got != tt.want {
			t.Errorf("Contains(%s) = %v", tt.addr, got)
		}
	}
	if parseSet(t, "::/0").Contains(netip.MustParseAddr("::ffff:10.1.2.3")) {
		t.Error("an IPv4-mapped address is read as IPv6")
	}
}

// What an IPSet has of ::ffff:0:0/96 is kept apart from IPv4, on the way back
// too, and no text can have it.
func TestSetOfMappedRanges(t *testing.T) {
	var b netipx.IPSetBuilder
	b.AddPrefix(netip.MustParsePrefix("::/0"))
	b.RemovePrefix(netip.MustParsePrefix("::ffff:10.0.0.0/104"))
	ipset, err := b.IPSet()
	if err != nil {
		t.Fatal(err)
	}
	s := cidr.FromIPSet(ipset)
	if !s.IPSet().Equal(ipset) || s.ContainsPrefix(netip.MustParsePrefix("::/0")) || s.Contains(netip.MustParseAddr("11.0.0.0")) {
		t.Errorf("%v", s)
	}
	if _, err := s.MarshalText(); !errors.Is(err, cidr.ErrMapped) {
		t.Errorf("text: error %v", err)
	}
	if _, err := s.MarshalJSON(); !errors.Is(err, cidr.ErrMapped) {
		t.Errorf("JSON: error %v", err)
	}
	b.RemovePrefix(netip.MustParsePrefix("::ffff:0:0/96"))
	if ipset, err = b.IPSet(); err != nil {
		t.Fatal(err)
	}
	if text, err := cidr.FromIPSet(ipset).MarshalText(); err != nil {
		t.Errorf("text %s: error %v", text, err)
	}
}

func TestSetOfRanges(t *testing.T) {
	rs := []netipx.IPRange{
		netipx.MustParseIPRange("fd00::-fd00::5"),
		netipx.MustParseIPRange("10.0.0.8-10.0.0.9"),
		netipx.MustParseIPRange("255.255.255.0-255.255.255.255"),
		netipx.MustParseIPRange("10.0.0.0-10.0.0.5"),
		netipx.MustParseIPRange("10.0.0.0-10.0.0.2"),
		netipx.MustParseIPRange("10.0.0.4-10.0.0.7"),
		netipx.MustParseIPRange("255.255.255.128-255.255.255.255"),
		netipx.MustParseIPRange("::-::ffff:255.255.255.255"), // that of ::/80
	}
	s, err := cidr.SetOfRanges(rs...)
	if want := "10.0.0.0/29,10.0.0.8/31,255.255.255.0/24,::/80,fd00::/126,fd00::4/127"; err != nil || s.String() != want {
		t.Errorf("%v, %v", s, err)
	}
}

func TestSetOfRangesRefusesInvalidOnes(t *testing.T) {
	addr := netip.MustParseAddr
	for _, tt := range []struct {
		r    netipx.IPRange
		kind error
		want string
	}{
		{netipx.IPRange{}, cidr.ErrInvalid, "range from invalid IP to invalid IP lacks an address"},
		{netipx.IPRangeFrom(addr("10.0.0.5"), addr("10.0.0.0")), cidr.ErrInvalid, "10.0.0.5-10.0.0.0 ends before it begins (use 10.0.0.0-10.0.0.5)"},
		{netipx.IPRangeFrom(addr("10.0.0.0"), addr("fd00::")), cidr.ErrFamily, "10.0.0.0-fd00:: begins in one address family and ends in the other"},
		{netipx.IPRangeFrom(addr("::ffff:10.0.0.0"), addr("::ffff:10.0.0.5")), cidr.ErrMapped, "::ffff:10.0.0.0-::ffff:10.0.0.5 is IPv4-mapped (use 10.0.0.0-10.0.0.5)"},
	} {
		s, err := cidr.SetOfRanges(netipx.MustParseIPRange("10.0.0.0-10.0.0.5"), tt.r)
		if want := "cidr: set: range 1: " + tt.want; !s.IsEmpty() || !errors.Is(err, tt.kind) || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// Stopping early stops, wherever in a range it happens.
func TestSetSequencesStop(t *testing.T) {
	s := parseSet(t, "10.0.0.0/31,10.0.0.2/32,11.0.0.0/8,fd00::/127,fd00::2/128,fd01::/16")
	all := collect(s.Prefixes())
	for n := range all {
		var got []netip.Prefix
		for p := range s.Prefixes() {
			if got = append(got, p); len(got) == n+1 {
				break
			}
		}
		if !slices.Equal(got, all[:n+1]) {
			t.Errorf("the first %d prefixes are %v", n+1, got)
		}
	}
	for range 5 {
		for r := range s.Ranges() {
			if r.From() != all[0].Addr() {
				t.Errorf("range %v", r)
			}
			break
		}
	}
}

// Operands and results may share memory; nobody may see it.
func TestSetsDoNotChange(t *testing.T) {
	a, b := parseSet(t, "10.0.0.0/24,10.0.2.0/24,fd00::/64"), parseSet(t, "10.0.1.0/24,fd00:1::/64")
	texts := []string{a.String(), b.String()}
	u := a.Union(b)
	v, w := u.Union(a), u.Subtract(b)
	if got := []string{a.String(), b.String()}; !slices.Equal(got, texts) || !v.Equal(u) || !w.Equal(a) {
		t.Errorf("%v, %v, %v", got, v, w)
	}
}

// For the race detector.
func TestSetHasConcurrentReaders(t *testing.T) {
	s, u := parseSet(t, "10.0.0.0/8,172.16.0.0/12,fd00::/48"), parseSet(t, "10.1.0.0/16,fd00::/64")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if !s.Subtract(u).Union(u).Equal(s) || !s.Intersect(u).Equal(u) || !s.ContainsSet(u) || !s.OverlapsSet(u) {
					t.Error("wrong result")
				}
				if !s.Contains(netip.MustParseAddr("10.1.2.3")) || !s.Overlaps(netip.MustParsePrefix("10.0.0.0/7")) {
					t.Error("wrong result")
				}
				if text, err := s.MarshalText(); err != nil || string(text) != s.String() || !cidr.FromIPSet(s.IPSet()).Equal(s) {
					t.Error("wrong result")
				}
			}
		})
	}
	wg.Wait()
}
