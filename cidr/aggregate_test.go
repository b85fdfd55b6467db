package cidr_test

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

func TestAggregate(t *testing.T) {
	for _, tt := range []struct {
		name     string
		in, want []string
	}{
		{"nothing", nil, nil},
		{"duplicates", []string{"10.0.0.0/8", "10.0.0.0/8"}, []string{"10.0.0.0/8"}},
		{"a subnet goes", []string{"10.1.0.0/16", "10.0.0.0/8"}, []string{"10.0.0.0/8"}},
		{"siblings merge, in turn", []string{"10.3.0.0/16", "10.2.0.0/16", "10.0.0.0/15"}, []string{"10.0.0.0/14"}},
		{"neighbours that are no siblings stay", []string{"10.1.0.0/16", "10.2.0.0/16"}, []string{"10.1.0.0/16", "10.2.0.0/16"}},
		{"IPv4 first", []string{"fd00::/8", "10.0.0.0/8"}, []string{"10.0.0.0/8", "fd00::/8"}},
		{"halves of everything", []string{"128.0.0.0/1", "0.0.0.0/1", "8000::/1", "::/1"}, []string{"0.0.0.0/0", "::/0"}},
		{"host bits of a built prefix", []string{"10.1.2.3/8"}, []string{"10.0.0.0/8"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := cidr.Aggregate(prefixes(tt.in...)); !slices.Equal(got, prefixes(tt.want...)) {
				t.Errorf("Aggregate(%v) = %v, want %v", tt.in, got, tt.want)
			}
		})
	}
}

// Over a space of 2^8 addresses the oracle is a set of addresses. The result
// is minimal where no two of it could be one.
func TestAggregateAgreesWithAddresses(t *testing.T) {
	for _, base := range prefixes("10.0.0.0/24", "0.0.0.0/24", "255.255.255.0/24", "fd00::/120", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120") {
		rapid.Check(t, func(t *rapid.T) {
			in := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) netip.Prefix {
				a, err := cidr.Nth(base, uint64(rapid.Byte().Draw(t, "a")))
				if err != nil {
					t.Fatal(err)
				}
				return netip.PrefixFrom(a, rapid.IntRange(base.Bits(), a.BitLen()).Draw(t, "bits"))
			}), 0, 12).Draw(t, "in")
			kept := slices.Clone(in)
			out := cidr.Aggregate(in)
			if !slices.Equal(in, kept) {
				t.Fatal("the argument changed")
			}
			if got, want := addresses(base, out), addresses(base, in); got != want {
				t.Fatalf("Aggregate(%v) = %v covers other addresses", in, out)
			}
			for i := 1; i < len(out); i++ {
				if compare(out[i-1], out[i]) >= 0 || out[i-1].Overlaps(out[i]) {
					t.Fatalf("Aggregate(%v) = %v: not sorted and disjoint", in, out)
				}
				if c, err := cidr.Common(out[i-1], out[i]); err != nil || c.Bits() == out[i].Bits()-1 && c.Bits() == out[i-1].Bits()-1 {
					t.Fatalf("Aggregate(%v) = %v: %v and %v are %v", in, out, out[i-1], out[i], c)
				}
			}
			if again := cidr.Aggregate(out); !slices.Equal(again, out) {
				t.Fatalf("Aggregate(%v) = %v", out, again)
			}
		})
	}
}

// addresses marks which of base's 256 addresses ps have.
func addresses(base netip.Prefix, ps []netip.Prefix) (set [256]bool) {
	a := base.Addr()
	for i := range set {
		set[i] = slices.ContainsFunc(ps, func(p netip.Prefix) bool { return p.Contains(a) })
		a = a.Next()
	}
	return set
}

func BenchmarkAggregate(b *testing.B) {
	split, err := cidr.Split(netip.MustParsePrefix("10.0.0.0/8"), 26)
	if err != nil {
		b.Fatal(err)
	}
	ps := slices.Collect(split)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(ps), func(i, j int) { ps[i], ps[j] = ps[j], ps[i] })
	for b.Loop() {
		if got := cidr.Aggregate(ps); len(got) != 1 {
			b.Fatal(len(got))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(ps)), "ns/prefix")
}
