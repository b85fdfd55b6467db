package cidr_test

import (
	"net/netip"
	"runtime"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
)

func TestNoAllocations(t *testing.T) {
	for _, p := range prefixes("10.0.0.0/8", "fd00::/48") {
		sub, err := cidr.Subnet(p, p.Addr().BitLen()-4, 5)
		if err != nil {
			t.Fatal(err)
		}
		for name, f := range map[string]func(){
			"Last":        func() { cidr.Last(p) },
			"NumAddrs":    func() { cidr.NumAddrs(p) },
			"NumSubnets":  func() { _, _ = cidr.NumSubnets(p, p.Bits()+8) },
			"Nth":         func() { _, _ = cidr.Nth(p, 77) },
			"NthLast":     func() { _, _ = cidr.NthLast(p, 77) },
			"Offset":      func() { _, _ = cidr.Offset(p, sub.Addr()) },
			"Subnet":      func() { _, _ = cidr.Subnet(p, p.Bits()+8, 77) },
			"SubnetIndex": func() { _, _ = cidr.SubnetIndex(p, sub) },
			"BitsFor":     func() { _, _ = cidr.BitsFor(cidr.IPv4, 254) },
			"Supernet":    func() { _, _ = cidr.Supernet(sub, p.Bits()) },
			"Sibling":     func() { cidr.Sibling(p) },
			"Next":        func() { cidr.Next(p) },
			"Prev":        func() { cidr.Prev(p) },
			"Common":      func() { _, _ = cidr.Common(p, sub) },
		} {
			if n := testing.AllocsPerRun(100, f); n != 0 {
				t.Errorf("%s(%v): %v allocations", name, p, n)
			}
		}
	}
}

// Starting to range costs a closure or two; an element costs nothing.
func TestSplitAllocatesNothingPerElement(t *testing.T) {
	for _, p := range prefixes("10.0.0.0/8", "fd00::/48") {
		split, err := cidr.Split(p, p.Bits()+12)
		if err != nil {
			t.Fatal(err)
		}
		var last netip.Prefix
		n := testing.AllocsPerRun(10, func() {
			for q := range split {
				last = q
			}
		})
		if n > 2 || !last.IsValid() {
			t.Errorf("4096 subnets of %v: %v allocations", p, n)
		}
	}
}

// What is sorted takes two words a prefix in IPv4 and six in IPv6, four without
// hosts, and half of that if it is in order, or the other way round.
func TestScratchOfSorting(t *testing.T) {
	const n = 1 << 16
	for _, tt := range []struct {
		space string
		bits  int
		most  uint64 // words
	}{{"10.0.0.0/8", 28, 2}, {"fd00::/40", 64, 2}, {"2000::/4", 64, 4}, {"2000::/4", 128, 6}} {
		space, ps := netip.MustParsePrefix(tt.space), make([]netip.Prefix, n)
		for i := range ps {
			scattered := uint64(i) * 0x9E37_79B9_7F4A_7C15
			p, err := cidr.Subnet(space, tt.bits, scattered>>max(0, 64-(tt.bits-space.Bits())))
			if err != nil {
				t.Fatal(err)
			}
			ps[i] = p
		}
		if got := wordsTaken(ps); got > tt.most*n+1<<14 {
			t.Errorf("%d prefixes of %s: %d words", n, tt.space, got)
		}
		slices.SortFunc(ps, compare)
		if got := wordsTaken(ps); got > tt.most/2*n+1<<14 {
			t.Errorf("%d prefixes of %s in order: %d words", n, tt.space, got)
		}
		slices.Reverse(ps)
		if got := wordsTaken(slices.Compact(ps)); got > tt.most/2*n+1<<14 {
			t.Errorf("%d prefixes of %s the other way round: %d words", n, tt.space, got)
		}
	}
}

func wordsTaken(ps []netip.Prefix) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_ = cidr.Disjoint(ps...)
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / 8
}
