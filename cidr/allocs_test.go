package cidr_test

import (
	"net/netip"
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
