package cidr

import (
	"net/netip"
	"slices"
	"testing"
)

// The index of an IPv4 prefix may outgrow its word, before or after the first
// one has come.
func TestCollectorOfMoreThanFits(t *testing.T) {
	ps := []netip.Prefix{
		netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8"),
		netip.MustParsePrefix("10.0.0.0/16"), netip.MustParsePrefix("9.0.0.0/8"),
	}
	for _, before := range []int{0, 1<<shortIndexBits - 2, 1<<shortIndexBits - 1, 1 << shortIndexBits, 1<<shortIndexBits + 5} {
		c := collector{n: before}
		for _, p := range ps {
			if err := c.add(p); err != nil {
				t.Fatal(err)
			}
		}
		v4, v6 := c.sorted()
		var got []int
		for _, r := range []*run{&v4, &v6} {
			for k := range r.len() {
				b, i := r.at(k)
				if b.prefix() != ps[i-before] {
					t.Errorf("%v has index %d", b.prefix(), i)
				}
				got = append(got, i-before)
			}
		}
		if want := []int{4, 1, 3, 0, 2}; !slices.Equal(got, want) {
			t.Errorf("after %d others: order %v, want %v", before, got, want)
		}
	}
}
