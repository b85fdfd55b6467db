package dualstack_test

import (
	"net/netip"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

func TestNoAllocations(t *testing.T) {
	pods := dualstack.MustParse("10.0.0.0/8,fd00:10::/48")
	dns := dualstack.MustParseAddrs("10.96.0.10,fd00:10:96::a")
	m := dualstack.Masks{V4: 24, V6: 64}
	need := dualstack.NodeNeed{Nodes: 5000, AddrsPerNode: 113}
	for name, f := range map[string]func(){
		"NodeBlock":       func() { _, _ = dualstack.NodeBlock(pods, m, 777) },
		"NodeCapacity":    func() { _, _ = dualstack.NodeCapacity(pods, m) },
		"NodeMasks":       func() { _, _ = dualstack.NodeMasks(pods, need) },
		"Equalize":        func() { _, _ = dualstack.Equalize(pods, m) },
		"Dual":            func() { _, _ = dualstack.Dual(pods.V4(), pods.V6()) },
		"Pair.V4":         func() { pods.V4() },
		"Pair.V6":         func() { pods.V6() },
		"Pair.Of":         func() { pods.Of(cidr.IPv6) },
		"Pair.Primary":    func() { pods.Primary() },
		"Pair.Secondary":  func() { pods.Secondary() },
		"Pair.IsZero":     func() { pods.IsZero() },
		"Pair.IsDual":     func() { pods.IsDual() },
		"Addrs.V4":        func() { dns.V4() },
		"Addrs.V6":        func() { dns.V6() },
		"Addrs.Of":        func() { dns.Of(cidr.IPv6) },
		"Addrs.Primary":   func() { dns.Primary() },
		"Addrs.Secondary": func() { dns.Secondary() },
	} {
		if n := testing.AllocsPerRun(100, f); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// Starting to range costs a closure or two; an element costs nothing.
func TestSequencesAllocateNothingPerElement(t *testing.T) {
	pods := dualstack.MustParse("10.0.0.0/8,fd00:10::/48")
	blocks, err := dualstack.NodeBlocks(pods, dualstack.Masks{V4: 24, V6: 64})
	if err != nil {
		t.Fatal(err)
	}
	var last dualstack.Pair
	if n := testing.AllocsPerRun(3, func() {
		for _, b := range blocks {
			last = b
		}
	}); n > 2 || last.IsZero() {
		t.Errorf("65536 node blocks: %v allocations", n)
	}
	var lastRange netip.Prefix
	if n := testing.AllocsPerRun(100, func() {
		for p := range pods.All() {
			lastRange = p
		}
	}); n > 2 || !lastRange.IsValid() {
		t.Errorf("ranges of a pair: %v allocations", n)
	}
}
