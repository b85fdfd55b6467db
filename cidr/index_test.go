package cidr_test

import (
	"iter"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

// numbered yields every prefix with its place, as its owner.
func numbered(ps []netip.Prefix) iter.Seq2[netip.Prefix, int] {
	return func(yield func(netip.Prefix, int) bool) {
		for i, p := range ps {
			if !yield(p, i) {
				return
			}
		}
	}
}

func indexOf(t interface{ Fatal(...any) }, ps []netip.Prefix) *cidr.Index[int] {
	x, err := cidr.NewIndex(numbered(ps))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// owners collects the places of prefixes, and holds each to its own.
func owners(t interface{ Fatalf(string, ...any) }, ps []netip.Prefix, seq iter.Seq2[netip.Prefix, int]) []int {
	var is []int
	for p, i := range seq {
		if p != ps[i] {
			t.Fatalf("%v with the owner of %v", p, ps[i])
		}
		is = append(is, i)
	}
	return is
}

// The slow answers: look at every prefix.

func slowLookup(ps []netip.Prefix, a netip.Addr) int {
	best := -1
	for i, p := range ps {
		if p.Contains(a) && (best < 0 || p.Bits() > ps[best].Bits()) {
			best = i
		}
	}
	return best
}

func slowSupernets(ps []netip.Prefix, p netip.Prefix) []int {
	var is []int
	for i, q := range ps {
		if spanOf(q).contains(spanOf(p)) {
			is = append(is, i)
		}
	}
	slices.SortStableFunc(is, func(i, j int) int { return ps[j].Bits() - ps[i].Bits() })
	return is
}

func slowSubnets(ps []netip.Prefix, p netip.Prefix) []int {
	var is []int
	for i, q := range ps {
		if spanOf(p).contains(spanOf(q)) {
			is = append(is, i)
		}
	}
	slices.SortStableFunc(is, func(i, j int) int { return compare(ps[i], ps[j]) })
	return is
}

func TestIndexAgreesWithLookingAtAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := genCrowd().Draw(t, "ps")
		x := indexOf(t, ps)
		if x.Len() != len(ps) {
			t.Fatalf("Len() = %d, want %d", x.Len(), len(ps))
		}
		all := slices.Clone(ps)
		if got := owners(t, ps, x.All()); len(got) != len(ps) || !slices.IsSortedFunc(got, func(i, j int) int { return compare(all[i], all[j]) }) {
			t.Fatalf("All of %v: %v", ps, got)
		}
		var addrs []netip.Addr
		for _, p := range ps { // where anything can change
			addrs = append(addrs, p.Addr(), cidr.Last(p), p.Addr().Prev(), cidr.Last(p).Next())
		}
		addrs = append(addrs, genAddr(genFamily().Draw(t, "family")).Draw(t, "address"))
		for _, a := range addrs {
			if !a.IsValid() || a.Is4In6() {
				continue
			}
			want := slowLookup(ps, a)
			p, i, ok := x.Lookup(a)
			if ok != (want >= 0) || ok && (i != want || p != ps[want]) {
				t.Fatalf("%v: Lookup(%v) = %v, %d, %v; want %d", ps, a, p, i, ok, want)
			}
		}
		for _, q := range append(genCrowd().Draw(t, "qs"), ps...) {
			if got, want := owners(t, ps, x.Supernets(q)), slowSupernets(ps, q); !slices.Equal(got, want) {
				t.Fatalf("%v: Supernets(%v) = %v, want %v", ps, q, got, want)
			}
			if got, want := owners(t, ps, x.Subnets(q)), slowSubnets(ps, q); !slices.Equal(got, want) {
				t.Fatalf("%v: Subnets(%v) = %v, want %v", ps, q, got, want)
			}
		}
	})
}

// chain is every prefix that covers an address, the longest first.
func chain(a string, bits int) (ps []netip.Prefix) {
	for ; bits >= 0; bits-- {
		ps = append(ps, netip.PrefixFrom(netip.MustParseAddr(a), bits).Masked())
	}
	return ps
}

// rows is n networks of /28 at the beginning of each of 512 /16.
func rows(n int) (ps []netip.Prefix) {
	for i := range 512 {
		for k := range n {
			ps = append(ps, netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(10 + i>>8), byte(i), 0, byte(k) << 4}), 28))
		}
	}
	return ps
}

// Enough prefixes for every entry of the table to matter, in several shapes.
func TestLargeIndexAgreesWithLookingAtAll(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	random := func(base string, least, most int) []netip.Prefix {
		p := netip.MustParsePrefix(base)
		ps := make([]netip.Prefix, 3000)
		for i := range ps {
			bits := least + r.IntN(most-least+1)
			q, err := cidr.Subnet(p, bits, r.Uint64()>>(64-min(64, bits-p.Bits())))
			if err != nil {
				t.Fatal(err)
			}
			ps[i] = q
		}
		return ps
	}
	for name, ps := range map[string][]netip.Prefix{
		"all of IPv4":                        random("0.0.0.0/0", 4, 32),
		"one IPv4 /16":                       random("10.1.0.0/16", 18, 32),
		"IPv6 networks":                      random("fd00::/8", 16, 64),
		"IPv6 hosts":                         random("fd00::/64", 70, 128),
		"hosts and networks":                 random("fd00::/8", 16, 128),
		"hosts of few":                       slices.Concat(random("fd00:1:2:3::/64", 120, 128), random("fd80::/64", 120, 128)),
		"every length of IPv4, mostly equal": random("10.0.0.0/28", 28, 32),
		"around one address":                 random("0.0.0.0/0", 32, 32)[:1],
		"all in one another":                 chain("255.255.255.255", 32),
		"all in one another, IPv6":           chain("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 128),
		"eight side by side":                 rows(8),
		"nine side by side":                  rows(9),
		"eight, and two around them":         slices.Concat(rows(8), random("10.0.0.0/7", 7, 16)),
		"every one twice":                    slices.Repeat(random("0.0.0.0/0", 0, 32), 2),
		"every one twice, IPv6":              slices.Repeat(random("fd00::/8", 8, 128), 2),
		"hosts of a /56":                     random("fd00:1:2:3::/56", 64, 128),
		"clusters of two":                    slices.Concat(random("10.1.0.0/16", 18, 32), random("203.0.0.0/16", 18, 32), random("0.0.0.0/0", 1, 3)),
	} {
		t.Run(name, func(t *testing.T) {
			x := indexOf(t, ps)
			for range 3000 {
				p := ps[r.IntN(len(ps))]
				a := p.Addr()
				switch r.IntN(4) {
				case 0:
					a = cidr.Last(p)
				case 1:
					a = cidr.Last(p).Next()
				case 2:
					a = a.Prev()
				}
				if !a.IsValid() {
					continue
				}
				want := slowLookup(ps, a)
				if p, i, ok := x.Lookup(a); ok != (want >= 0) || ok && i != want {
					t.Fatalf("Lookup(%v) = %v, %d, %v; want %d", a, p, i, ok, want)
				}
			}
		})
	}
}

// One prefix, of every length, at both ends of the addresses and between.
func TestIndexOfOne(t *testing.T) {
	for _, s := range []string{"0.0.0.0", "10.1.2.3", "255.255.255.255", "::", "fd00:1:2:3:4:5:6:7", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"} {
		for _, p := range chain(s, netip.MustParseAddr(s).BitLen()) {
			for _, ps := range [][]netip.Prefix{{p}, {p, p}} {
				x := indexOf(t, ps)
				for _, a := range []netip.Addr{p.Addr(), cidr.Last(p), p.Addr().Prev(), cidr.Last(p).Next(), netip.IPv4Unspecified(), netip.IPv6Unspecified()} {
					if !a.IsValid() || a.Is4In6() {
						continue
					}
					q, i, ok := x.Lookup(a)
					if want := slowLookup(ps, a); ok != (want >= 0) || ok && (i != want || q != p) {
						t.Fatalf("%v: Lookup(%v) = %v, %d, %v; want %d", ps, a, q, i, ok, want)
					}
				}
			}
		}
	}
}

func TestIndexOfNothing(t *testing.T) {
	for name, x := range map[string]*cidr.Index[string]{"zero value": {}, "no entries": mustIndex(t, func(func(netip.Prefix, string) bool) {})} {
		if p, v, ok := x.Lookup(netip.MustParseAddr("10.0.0.1")); ok || p.IsValid() || v != "" || x.Len() != 0 {
			t.Errorf("%s: %v, %q, %v", name, p, v, ok)
		}
		for range x.Supernets(netip.MustParsePrefix("10.0.0.0/8")) {
			t.Errorf("%s has supernets", name)
		}
		for range x.Subnets(netip.MustParsePrefix("::/0")) {
			t.Errorf("%s has subnets", name)
		}
	}
}

func mustIndex(t *testing.T, entries iter.Seq2[netip.Prefix, string]) *cidr.Index[string] {
	t.Helper()
	x, err := cidr.NewIndex(entries)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestIndexStopsWhenTold(t *testing.T) {
	x := indexOf(t, prefixes("10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/16", "fd00::/8"))
	for name, seq := range map[string]iter.Seq2[netip.Prefix, int]{
		"All": x.All(), "Supernets": x.Supernets(netip.MustParsePrefix("10.0.0.0/24")), "Subnets": x.Subnets(netip.MustParsePrefix("10.0.0.0/8")),
	} {
		n := 0
		for range seq {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%s: %d", name, n)
		}
	}
}

func TestIndexLookupAllocatesNothing(t *testing.T) {
	x := indexOf(t, prefixes("10.0.0.0/8", "10.0.0.0/16", "fd00::/8", "fd00::/48"))
	for _, a := range []netip.Addr{netip.MustParseAddr("10.0.1.2"), netip.MustParseAddr("fd00::1"), netip.MustParseAddr("::ffff:10.0.0.1"), netip.MustParseAddr("11.0.0.0")} {
		if n := testing.AllocsPerRun(100, func() { x.Lookup(a) }); n != 0 {
			t.Errorf("Lookup(%v): %v allocations", a, n)
		}
	}
}

func TestIndexIsSafeForReaders(t *testing.T) {
	ps := prefixes("10.0.0.0/8", "10.0.0.0/16", "fd00::/8")
	x := indexOf(t, ps)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				x.Lookup(netip.MustParseAddr("10.0.0.1"))
				owners(t, ps, x.Supernets(ps[1]))
				owners(t, ps, x.Subnets(ps[0]))
			}
		})
	}
	wg.Wait()
}

func BenchmarkIndex(b *testing.B) {
	const n = 1_000_000
	r := rand.New(rand.NewPCG(1, 2))
	for name, base := range map[string]string{"v4": "0.0.0.0/0", "v6": "fd00::/8"} {
		p := netip.MustParsePrefix(base)
		ps, addrs := make([]netip.Prefix, n), make([]netip.Addr, n)
		for i := range ps {
			bits := p.Bits() + 8 + r.IntN(17)
			q, err := cidr.Subnet(p, bits, r.Uint64N(1<<(bits-p.Bits())))
			if err != nil {
				b.Fatal(err)
			}
			ps[i], addrs[i] = q, cidr.Last(q)
		}
		r.Shuffle(n, func(i, j int) { addrs[i], addrs[j] = addrs[j], addrs[i] })
		b.Run("build/"+name, func(b *testing.B) {
			for b.Loop() {
				indexOf(b, ps)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/prefix")
		})
		x := indexOf(b, ps)
		b.Run("lookup/"+name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				x.Lookup(addrs[i])
				if i++; i == n {
					i = 0
				}
			}
		})
	}
}
