package cidr_test

import (
	"net/netip"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
)

func TestSetLookupsAllocateNothing(t *testing.T) {
	s, u := setOf(t, randomBlocks(cidr.IPv4, 1000, 1)...), setOf(t, randomBlocks(cidr.IPv6, 1000, 1)...)
	s = s.Union(u)
	for _, p := range prefixes("10.0.0.0/24", "fd00::/64") {
		netmask := cidr.Netmask(p)
		for name, f := range map[string]func(){
			"Contains":       func() { s.Contains(p.Addr()) },
			"ContainsPrefix": func() { s.ContainsPrefix(p) },
			"ContainsSet":    func() { s.ContainsSet(u) },
			"Overlaps":       func() { s.Overlaps(p) },
			"OverlapsSet":    func() { s.OverlapsSet(u) },
			"Equal":          func() { s.Equal(u) },
			"IsEmpty":        func() { s.IsEmpty() },
			"NumAddrs":       func() { s.NumAddrs(cidr.IPv6) },
			"RangeOf":        func() { cidr.RangeOf(p) },
			"Netmask":        func() { cidr.Netmask(p) },
			"Hostmask":       func() { cidr.Hostmask(p) },
			"MaskBits":       func() { _, _ = cidr.MaskBits(netmask) },
		} {
			if n := testing.AllocsPerRun(100, f); n != 0 {
				t.Errorf("%s, %v: %v allocations", name, p, n)
			}
		}
	}
}

// Starting to range costs a few closures; an element costs nothing.
func TestSetSequencesAllocateNothingPerElement(t *testing.T) {
	s := setOf(t, append(randomBlocks(cidr.IPv4, 1000, 1), randomBlocks(cidr.IPv6, 1000, 1)...)...)
	r := cidr.RangeOf(netip.MustParsePrefix("::/0"))
	seen := 0
	for name, f := range map[string]func(){
		"Prefixes": func() {
			for range s.Prefixes() {
				seen++
			}
		},
		"Ranges": func() {
			for range s.Ranges() {
				seen++
			}
		},
		"RangePrefixes": func() {
			seq, err := cidr.RangePrefixes(r)
			if err != nil {
				t.Fatal(err)
			}
			for range seq {
				seen++
			}
		},
		"SpecialPurpose": func() {
			for range cidr.SpecialPurpose(netip.MustParsePrefix("::/0")) {
				seen++
			}
		},
	} {
		if n := testing.AllocsPerRun(10, f); n > 4 || seen == 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// An operation allocates its result, per family, and room that it did not need
// at most once more.
func TestSetOperationsAllocateTheirResult(t *testing.T) {
	s, u := setOf(t, randomBlocks(cidr.IPv4, 1000, 1)...), setOf(t, randomBlocks(cidr.IPv4, 1000, 2)...)
	for name, f := range map[string]func(){
		"Union":     func() { s.Union(u) },
		"Intersect": func() { s.Intersect(u) },
		"Subtract":  func() { s.Subtract(u) },
	} {
		if n := testing.AllocsPerRun(10, f); n > 3 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
