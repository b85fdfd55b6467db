package dualstack_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"pgregory.net/rapid"
)

func TestNodeMasks(t *testing.T) {
	for _, tt := range []struct {
		name, pods  string
		nodes, each uint64
		want        dualstack.Masks
	}{
		{"kubeadm's default", "10.244.0.0/16", 256, 256, dualstack.Masks{V4: 24}},
		{"113 addresses fit a /25", "10.244.0.0/16", 300, 113, dualstack.Masks{V4: 25}},
		{"a power of two exactly", "10.244.0.0/16", 512, 128, dualstack.Masks{V4: 25}},
		{"/64 where the count allows", "10.244.0.0/15,fd00:10:244::/48", 300, 113, dualstack.Masks{V4: 25, V6: 64}},
		{"the order of the families does not matter", "fd00:10:244::/48,10.244.0.0/15", 300, 113, dualstack.Masks{V4: 25, V6: 64}},
		{"/64 with as many nodes as it can have", "fd00:10:244::/55", 512, 113, dualstack.Masks{V6: 64}},
		{"beyond that the range is split further", "fd00:10:244::/55", 513, 113, dualstack.Masks{V6: 71}},
		{"beyond that as many as IPv4 has", "10.244.0.0/14,fd00:10:244::/55", 513, 113, dualstack.Masks{V4: 25, V6: 66}},
		{"a range too large for /64", "fd00::/40", 100, 113, dualstack.Masks{V6: 56}},
		{"a range too large for /64, like IPv4", "10.244.0.0/16,fd00::/40", 100, 200, dualstack.Masks{V4: 24, V6: 48}},
		{"a cluster pool of /112", "fd00::/112", 100, 113, dualstack.Masks{V6: 121}},
		{"a cluster pool of /112, like IPv4", "10.244.0.0/16,fd00::/112", 100, 200, dualstack.Masks{V4: 24, V6: 120}},
		{"a cluster pool of /112 with less room than IPv4", "10.0.0.0/8,fd00::/112", 100, 113, dualstack.Masks{V4: 25, V6: 121}},
		{"a block that /64 is too small for", "fd00::/56", 1, math.MaxUint64, dualstack.Masks{V6: 64}},
		{"one node in one range", "10.244.7.0/24,fd00::/64", 1, 254, dualstack.Masks{V4: 24, V6: 64}},
		{"one node with one address", "10.0.0.1/32,fd00::1/128", 1, 1, dualstack.Masks{V4: 32, V6: 128}},
		{"every IPv4 address a node", "0.0.0.0/0", 1 << 32, 1, dualstack.Masks{V4: 32}},
		{"half of IPv4 a node", "0.0.0.0/0", 2, 1 << 31, dualstack.Masks{V4: 1}},
		{"all of IPv6", "::/0", 100, 113, dualstack.Masks{V6: 16}},
		{"65,536 IPv6 nodes", "fd00::/48", 1 << 16, 113, dualstack.Masks{V6: 64}},
		{"a mask of 0 is none, so that all of IPv6 has at least two blocks", "10.0.0.0/24,::/0", 1, 256, dualstack.Masks{V4: 24, V6: 1}},
		{"no block is cut out of the IPv4-mapped addresses", "::/80", 1 << 15, 113, dualstack.Masks{V6: 95}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pods := dualstack.MustParse(tt.pods)
			need := dualstack.NodeNeed{Nodes: tt.nodes, AddrsPerNode: tt.each}
			m, err := dualstack.NodeMasks(pods, need)
			if err != nil || m != tt.want {
				t.Fatalf("NodeMasks(%v, %v) = %v, %v; want %v", pods, need, m, err, tt.want)
			}
			if n, err := dualstack.NodeCapacity(pods, m); err != nil || n < tt.nodes {
				t.Errorf("capacity %d, %v", n, err)
			}
		})
	}
}

func TestNodeMasksRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, pods  string
		nodes, each uint64
		family      cidr.Family
		message     string
	}{
		{"too few blocks", "10.244.0.0/16", 257, 200, cidr.IPv4,
			"dualstack: IPv4 is the bottleneck: 10.244.0.0/16 has room for 256 of 257 nodes with a /24 each (200 addresses); all of them need a /15"},
		{"not one block", "10.244.0.0/25", 300, 200, cidr.IPv4,
			"dualstack: IPv4 is the bottleneck: 10.244.0.0/25 has room for 0 of 300 nodes with a /24 each (200 addresses); all of them need a /15"},
		{"IPv4 of two", "10.244.0.0/16,fd00::/48", 257, 200, cidr.IPv4,
			"dualstack: IPv4 is the bottleneck: 10.244.0.0/16 has room for 256 of 257 nodes with a /24 each (200 addresses); all of them need a /15"},
		{"IPv6 of two", "10.244.0.0/16,fd00::/121", 200, 200, cidr.IPv6,
			"dualstack: IPv6 is the bottleneck: fd00::/121 has room for 0 of 200 nodes with a /120 each (200 addresses); all of them need a /112"},
		{"IPv6 where both are too small", "10.244.0.0/17,fd00::/114", 200, 200, cidr.IPv6,
			"dualstack: IPv6 is the bottleneck: fd00::/114 has room for 64 of 200 nodes with a /120 each (200 addresses); all of them need a /112"},
		{"IPv4 where both are too small", "10.244.0.0/19,fd00::/114", 200, 200, cidr.IPv4,
			"dualstack: IPv4 is the bottleneck: 10.244.0.0/19 has room for 32 of 200 nodes with a /24 each (200 addresses); all of them need a /16"},
		{"more nodes than any IPv6 range gives", "fd00::/40", 1<<16 + 1, 113, cidr.IPv6,
			"dualstack: IPv6 is the bottleneck: fd00::/40 has room for 65536 of 65537 nodes with a /56 each (113 addresses); Kubernetes takes no more than 65536 from any IPv6 range"},
		{"more nodes than all of IPv4 has", "10.0.0.0/8", 1 << 32, 256, cidr.IPv4,
			"dualstack: IPv4 is the bottleneck: 10.0.0.0/8 has room for 65536 of 4294967296 nodes with a /24 each (256 addresses); all of IPv4 has not that many"},
		{"2^64−1 nodes", "0.0.0.0/0,fd00::/48", math.MaxUint64, 1, cidr.IPv6,
			"dualstack: IPv6 is the bottleneck: fd00::/48 has room for 65536 of 18446744073709551615 nodes with a /64 each (1 addresses); Kubernetes takes no more than 65536 from any IPv6 range"},
		{"blocks larger than IPv4", "0.0.0.0/0", 1, 1<<32 + 1, cidr.IPv4,
			"dualstack: IPv4 is the bottleneck: no node mask of it leaves 4294967297 addresses"},
		{"a block that is all of IPv4, which no mask can say", "0.0.0.0/0", 1, 1 << 32, cidr.IPv4,
			"dualstack: IPv4 is the bottleneck: no node mask of it leaves 4294967296 addresses"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pods := dualstack.MustParse(tt.pods)
			need := dualstack.NodeNeed{Nodes: tt.nodes, AddrsPerNode: tt.each}
			m, err := dualstack.NodeMasks(pods, need)
			var bottleneck *dualstack.CapacityError
			if m != (dualstack.Masks{}) || !errors.Is(err, dualstack.ErrCapacity) || !errors.As(err, &bottleneck) {
				t.Fatalf("NodeMasks(%v, %v) = %v, %v", pods, need, m, err)
			}
			if bottleneck.Family != tt.family || bottleneck.Pods != pods || bottleneck.Need != need {
				t.Errorf("error %+v", bottleneck)
			}
			if err.Error() != tt.message {
				t.Errorf("message\n%q, want\n%q", err, tt.message)
			}
		})
	}
	for _, need := range []dualstack.NodeNeed{{}, {Nodes: 1}, {AddrsPerNode: 1}} {
		if m, err := dualstack.NodeMasks(dualstack.MustParse("10.0.0.0/8"), need); m != (dualstack.Masks{}) || !errors.Is(err, dualstack.ErrOutOfRange) {
			t.Errorf("a need of %v: %v, %v", need, m, err)
		}
	}
	if m, err := dualstack.NodeMasks(dualstack.Pair{}, dualstack.NodeNeed{Nodes: 1, AddrsPerNode: 1}); m != (dualstack.Masks{}) || !errors.Is(err, dualstack.ErrCount) {
		t.Errorf("no range: %v, %v", m, err)
	}
}

// NodeMasks against every mask there is: it fails only if no masks exist that
// serve the nodes, and chooses those that its comment promises.
func TestNodeMasksAgainstEveryMask(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pods := genPair().Draw(t, "pods")
		need := dualstack.NodeNeed{Nodes: genCount().Draw(t, "nodes"), AddrsPerNode: genCount().Draw(t, "addresses")}
		m, err := dualstack.NodeMasks(pods, need)

		most := map[cidr.Family]*big.Int{}
		served := true
		for p := range pods.All() {
			n := mostNodes(p, need.AddrsPerNode)
			most[cidr.FamilyOf(p)] = n
			served = served && n.Cmp(big64(need.Nodes)) >= 0
		}
		if !served {
			checkCapacityError(t, err, most)
			return
		}
		if err != nil {
			t.Fatalf("NodeMasks(%v, %v): %v; but masks exist", pods, need, err)
		}

		v4Nodes := new(big.Int)
		if p := pods.V4(); p.IsValid() {
			want := 0
			for _, mask := range legalMasks(p) {
				if holds(p, mask, need.AddrsPerNode) {
					want = mask
				}
			}
			if m.V4 != want {
				t.Fatalf("NodeMasks(%v, %v): IPv4 /%d, want /%d", pods, need, m.V4, want)
			}
			v4Nodes = count(p, want)
		}
		if p := pods.V6(); p.IsValid() {
			if want := wantIPv6Mask(p, need, v4Nodes); m.V6 != want {
				t.Fatalf("NodeMasks(%v, %v): IPv6 /%d, want /%d", pods, need, m.V6, want)
			}
		}
		for p := range pods.All() {
			mask := m.Of(cidr.FamilyOf(p))
			if !legal(p, mask) || !holds(p, mask, need.AddrsPerNode) || count(p, mask).Cmp(big64(need.Nodes)) < 0 {
				t.Fatalf("NodeMasks(%v, %v) = %v: /%d does not serve %v", pods, need, m, mask, p)
			}
		}
		if n, err := dualstack.NodeCapacity(pods, m); err != nil || n < need.Nodes {
			t.Fatalf("NodeCapacity(%v, %v) = %d, %v; need %d", pods, m, n, err, need.Nodes)
		}
	})
}

// wantIPv6Mask is the mask that NodeMasks promises: /64 if it serves, else the
// most blocks that IPv4 has a partner for; v4Nodes is 0 without IPv4.
func wantIPv6Mask(p netip.Prefix, need dualstack.NodeNeed, v4Nodes *big.Int) int {
	want := 0
	for _, mask := range legalMasks(p) {
		n := count(p, mask)
		if !holds(p, mask, need.AddrsPerNode) {
			continue
		}
		if mask == 64 && n.Cmp(big64(need.Nodes)) >= 0 {
			return 64
		}
		if want == 0 || v4Nodes.Sign() == 0 || n.Cmp(v4Nodes) <= 0 {
			want = mask
		}
	}
	return want
}

// checkCapacityError holds an error to what is true of it: the family is the
// one that serves fewest nodes, and the range that it asks for is the smallest
// that serves all.
func checkCapacityError(t *rapid.T, err error, most map[cidr.Family]*big.Int) {
	var e *dualstack.CapacityError
	if !errors.As(err, &e) || !errors.Is(err, dualstack.ErrCapacity) {
		t.Fatalf("%v; but no masks exist", err)
	}
	for f, n := range most {
		if n.Cmp(most[e.Family]) < 0 {
			t.Fatalf("%v; but %v serves only %v nodes", err, f, n)
		}
	}
	p := e.Pods.Of(e.Family)
	if big64(e.Nodes).Cmp(most[e.Family]) != 0 {
		t.Fatalf("%v: %d nodes, but some mask serves %v", err, e.Nodes, most[e.Family])
	}
	if e.Nodes > 0 && (!legal(p, e.Mask) || count(p, e.Mask).Cmp(big64(e.Nodes)) != 0) {
		t.Fatalf("%v: mask %d does not serve %d", err, e.Mask, e.Nodes)
	}

	if coversMapped(p) {
		return // a range elsewhere could be smaller
	}
	elsewhere := netip.MustParseAddr("fd00::")
	if p.Addr().Is4() {
		elsewhere = netip.MustParseAddr("10.0.0.0")
	}
	want := ""
	for bits := range bitLen(p) + 1 {
		q := netip.PrefixFrom(elsewhere, bits).Masked()
		if mostNodes(q, e.Need.AddrsPerNode).Cmp(big64(e.Need.Nodes)) >= 0 {
			want = fmt.Sprintf("; all of them need a /%d", bits)
		}
	}
	if strings.Contains(err.Error(), "all of them need") != (want != "") || !strings.HasSuffix(err.Error(), want) {
		t.Fatalf("%v; want it to say %q", err, want)
	}
}

func TestNodeCapacity(t *testing.T) {
	for _, tt := range []struct {
		name, pods string
		masks      dualstack.Masks
		want       uint64
	}{
		{"kubeadm's default", "10.244.0.0/16", dualstack.Masks{V4: 24}, 256},
		{"IPv4 is the bottleneck", "10.244.0.0/16,fd00::/48", dualstack.Masks{V4: 24, V6: 64}, 256},
		{"IPv6 is the bottleneck", "10.0.0.0/8,fd00::/60", dualstack.Masks{V4: 24, V6: 64}, 16},
		{"the range is the block", "10.244.0.0/24,fd00::/64", dualstack.Masks{V4: 24, V6: 64}, 1},
		{"the most of IPv6", "fd00::/48", dualstack.Masks{V6: 64}, 1 << 16},
		{"all of IPv4", "0.0.0.0/0", dualstack.Masks{V4: 32}, 1 << 32},
		{"all of IPv6", "::/0", dualstack.Masks{V6: 1}, 2},
		{"an IPv4 difference beyond 16 bits", "10.0.0.0/8", dualstack.Masks{V4: 26}, 1 << 18},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if n, err := dualstack.NodeCapacity(dualstack.MustParse(tt.pods), tt.masks); err != nil || n != tt.want {
				t.Errorf("NodeCapacity(%v, %v) = %d, %v; want %d", tt.pods, tt.masks, n, err, tt.want)
			}
		})
	}
}

// Capacity is the minimum over the families, and masks that
// kube-controller-manager would refuse are errors everywhere.
func TestMasksAgreeWithEnumeration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pods := genPair().Draw(t, "pods")
		m := rapid.OneOf(genMasks(pods), rapid.Custom(func(t *rapid.T) dualstack.Masks {
			return dualstack.Masks{V4: rapid.IntRange(-1, 34).Draw(t, "v4"), V6: rapid.IntRange(-1, 130).Draw(t, "v6")}
		})).Draw(t, "masks")
		ok := true
		want := new(big.Int)
		for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
			p := pods.Of(f)
			switch {
			case !p.IsValid():
				ok = ok && m.Of(f) == 0
			case !legal(p, m.Of(f)):
				ok = false
			case want.Sign() == 0 || count(p, m.Of(f)).Cmp(want) < 0:
				want = count(p, m.Of(f))
			}
		}
		n, err := dualstack.NodeCapacity(pods, m)
		equal, equalErr := dualstack.Equalize(pods, m)
		if !ok {
			seq, seqErr := dualstack.NodeBlocks(pods, m)
			block, blockErr := dualstack.NodeBlock(pods, m, 0)
			for op, err := range map[string]error{"NodeCapacity": err, "Equalize": equalErr, "NodeBlocks": seqErr, "NodeBlock": blockErr} {
				if !errors.Is(err, dualstack.ErrMasks) {
					t.Fatalf("%s(%v, %v): %v, want ErrMasks", op, pods, m, err)
				}
			}
			if n != 0 || equal != (dualstack.Masks{}) || seq != nil || !block.IsZero() {
				t.Fatalf("results beside errors: %v, %v, %v, %v", n, equal, seq == nil, block)
			}
			return
		}
		if err != nil || big64(n).Cmp(want) != 0 {
			t.Fatalf("NodeCapacity(%v, %v) = %d, %v; want %v", pods, m, n, err, want)
		}
		if equalErr != nil {
			t.Fatalf("Equalize(%v, %v): %v", pods, m, equalErr)
		}
		checkEqualized(t, pods, m, equal, want)
	})
}

func checkEqualized(t *rapid.T, pods dualstack.Pair, m, equal dualstack.Masks, capacity *big.Int) {
	for p := range pods.All() {
		before, after := m.Of(cidr.FamilyOf(p)), equal.Of(cidr.FamilyOf(p))
		if !legal(p, after) || after > before || !pods.IsDual() && after != before {
			t.Fatalf("Equalize(%v, %v) = %v", pods, m, equal)
		}
		// As many blocks as the other family; two of a /0 at least, because a
		// mask of 0 is none.
		if count(p, after).Cmp(capacity) != 0 && (p.Bits() != 0 || after != 1) {
			t.Fatalf("Equalize(%v, %v) = %v: %v has %v nodes, want %v", pods, m, equal, p, count(p, after), capacity)
		}
	}
}

func TestEqualize(t *testing.T) {
	for _, tt := range []struct {
		name, pods string
		in, want   dualstack.Masks
	}{
		{"IPv6 has blocks to spare", "10.244.0.0/16,fd00::/48", dualstack.Masks{V4: 24, V6: 64}, dualstack.Masks{V4: 24, V6: 56}},
		{"IPv4 has blocks to spare", "10.0.0.0/8,fd00::/56", dualstack.Masks{V4: 24, V6: 64}, dualstack.Masks{V4: 16, V6: 64}},
		{"already equal", "10.244.0.0/16,fd00::/56", dualstack.Masks{V4: 24, V6: 64}, dualstack.Masks{V4: 24, V6: 64}},
		{"a single family", "10.244.0.0/16", dualstack.Masks{V4: 24}, dualstack.Masks{V4: 24}},
		{"all of IPv6 beside a single block", "10.244.0.0/24,::/0", dualstack.Masks{V4: 24, V6: 8}, dualstack.Masks{V4: 24, V6: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if m, err := dualstack.Equalize(dualstack.MustParse(tt.pods), tt.in); err != nil || m != tt.want {
				t.Errorf("Equalize(%v, %v) = %v, %v; want %v", tt.pods, tt.in, m, err, tt.want)
			}
		})
	}
}

func TestMasksThatDoNotFitAreExplained(t *testing.T) {
	for _, tt := range []struct {
		name, pods string
		masks      dualstack.Masks
		want       string
	}{
		{"shorter than the range", "10.244.0.0/16", dualstack.Masks{V4: 15},
			"dualstack: IPv4 node mask 15 for pod range 10.244.0.0/16: want a length from 16 to 32"},
		{"longer than an address", "fd00::/120", dualstack.Masks{V6: 129},
			"dualstack: IPv6 node mask 129 for pod range fd00::/120: want a length from 120 to 128"},
		{"missing", "10.244.0.0/16,fd00::/48", dualstack.Masks{V4: 24},
			"dualstack: IPv6 node mask 0 for pod range fd00::/48: want a length from 48 to 128"},
		{"none, for all of a family", "0.0.0.0/0", dualstack.Masks{},
			"dualstack: IPv4 node mask 0 for pod range 0.0.0.0/0: want a length from 1 to 32"},
		{"for a family that is not there", "10.244.0.0/16", dualstack.Masks{V4: 24, V6: 64},
			"dualstack: node mask /64 for IPv6, but the pod range 10.244.0.0/16 has no IPv6"},
		{"more than 16 bits of IPv6", "fd00::/40", dualstack.Masks{V6: 64},
			"dualstack: IPv6 node mask /64 is 24 bits longer than pod range fd00::/40: Kubernetes takes at most 16 (use a /48 range or a /56 mask)"},
		{"blocks that are IPv4-mapped", "::/80", dualstack.Masks{V6: 96},
			"dualstack: IPv6 node mask /96 for pod range ::/80: some of the blocks would be IPv4-mapped (::ffff:0:0/96); use a mask of at most 95"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := dualstack.NodeCapacity(dualstack.MustParse(tt.pods), tt.masks)
			if !errors.Is(err, dualstack.ErrMasks) || err.Error() != tt.want {
				t.Errorf("message %q, want %q", err, tt.want)
			}
		})
	}
	for op, err := range map[string]error{
		"NodeCapacity": second(dualstack.NodeCapacity(dualstack.Pair{}, dualstack.Masks{V4: 24})),
		"Equalize":     second(dualstack.Equalize(dualstack.Pair{}, dualstack.Masks{V4: 24})),
		"NodeBlocks":   second(dualstack.NodeBlocks(dualstack.Pair{}, dualstack.Masks{V4: 24})),
		"NodeBlock":    second(dualstack.NodeBlock(dualstack.Pair{}, dualstack.Masks{V4: 24}, 0)),
	} {
		if !errors.Is(err, dualstack.ErrCount) {
			t.Errorf("%s of no range: %v", op, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestMasksText(t *testing.T) {
	for _, tt := range []struct {
		m          dualstack.Masks
		text, json string
	}{
		{dualstack.Masks{}, "", `{}`},
		{dualstack.Masks{V4: 24}, "/24", `{"v4":24}`},
		{dualstack.Masks{V6: 64}, "/64", `{"v6":64}`},
		{dualstack.Masks{V4: 24, V6: 64}, "/24,/64", `{"v4":24,"v6":64}`},
	} {
		b, err := json.Marshal(tt.m)
		if tt.m.String() != tt.text || err != nil || string(b) != tt.json {
			t.Errorf("%#v: text %q, JSON %s, %v", tt.m, tt.m, b, err)
		}
		var back dualstack.Masks
		if err := json.Unmarshal(b, &back); err != nil || back != tt.m {
			t.Errorf("JSON %s reads as %v, %v", b, back, err)
		}
		if tt.m.Of(cidr.IPv4) != tt.m.V4 || tt.m.Of(cidr.IPv6) != tt.m.V6 || tt.m.Of(0) != 0 {
			t.Errorf("Of a family of %#v", tt.m)
		}
	}
}

// Bounds of a block's length hold where the range would let it be another.
func TestNodeMasksForBounds(t *testing.T) {
	type need = dualstack.BlockNeed
	for _, tt := range []struct {
		name, pods string
		nodes      uint64
		v4, v6     need
		want       dualstack.Masks
		err        error
	}{
		{"a need each", "10.0.0.0/19,fd00::/116", 16, need{Addrs: 257}, need{Addrs: 256}, dualstack.Masks{V4: 23, V6: 120}, nil},
		{"a longest", "10.0.0.0/16", 16, need{Addrs: 5, Longest: 28}, need{}, dualstack.Masks{V4: 28}, nil},
		{"a fixed one", "10.0.0.0/16", 16, need{Addrs: 33, Shortest: 24, Longest: 24}, need{}, dualstack.Masks{V4: 24}, nil},
		{"fixed IPv6", "fd00::/100", 16, need{}, need{65536, 112, 112}, dualstack.Masks{V6: 112}, nil},
		{"fixed IPv6 beside few of IPv4", "10.0.0.0/24,fd00::/100", 2, need{Addrs: 128}, need{65536, 112, 112}, dualstack.Masks{V4: 25, V6: 112}, nil},
		{"too many addresses for the shortest", "10.0.0.0/8", 1, need{257, 24, 24}, need{}, dualstack.Masks{}, dualstack.ErrCapacity},
		{"too few blocks of the length", "10.0.0.0/16", 257, need{33, 24, 24}, need{}, dualstack.Masks{}, dualstack.ErrCapacity},
		{"further from the range than Kubernetes takes", "fd00::/48", 1, need{}, need{65536, 112, 112}, dualstack.Masks{}, dualstack.ErrMasks},
		{"no nodes", "10.0.0.0/16", 0, need{Addrs: 1}, need{}, dualstack.Masks{}, dualstack.ErrOutOfRange},
		{"no addresses in a family that is there", "10.0.0.0/16,fd00::/48", 1, need{Addrs: 1}, need{}, dualstack.Masks{}, dualstack.ErrOutOfRange},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m, err := dualstack.NodeMasksFor(dualstack.MustParse(tt.pods), tt.nodes, tt.v4, tt.v6)
			if m != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("%v, %v; want %v, %v", m, err, tt.want, tt.err)
			}
		})
	}
}
