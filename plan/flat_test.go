package plan_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// Pods of all nodes share a range, of which a subnet's network, broadcast and
// gateway address are lost.
func TestFlatPodRange(t *testing.T) {
	for _, tt := range []struct {
		name        string
		ipam        k8sflags.IPAM
		nodes, pods uint64
		want        string
	}{
		// 27 secondary addresses and a primary one are 28 a node.
		{"9 nodes of 28 addresses and 3 more are 255", k8sflags.VPCCNI, 9, 27, "/24"},
		{"10 nodes are 283", k8sflags.VPCCNI, 10, 27, "/23"},
		// 110 pods are 7 prefixes of 16, one is spare, and a primary address: 129.
		{"63 nodes of 129 addresses are 8127 and 3", k8sflags.VPCCNIPrefix, 63, 110, "/19"},
		{"64 nodes of 129 addresses are 8256", k8sflags.VPCCNIPrefix, 64, 110, "/18"},
		{"IP addresses in batches of 16, 8 of them free", k8sflags.AKSPodSubnet, 10, 24, "/23"}, // 320 and 3
		{"4,096 addresses in 256 batches, and what a subnet loses", k8sflags.AKSPodSubnet, 256, 8, "/19"},
		{"blocks of 16 that hold 15 pods", k8sflags.AKSPodSubnetStatic, 15, 15, "/24"}, // 240 and 3
		{"a pool of Calico loses nothing", k8sflags.CalicoBlocks, 4, 64, "/24"},
		{"two blocks of 64 a node", k8sflags.CalicoBlocks, 4, 65, "/23"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := plan.ClusterSpec{Nodes: now(tt.nodes), PodsPerNode: tt.pods, IPAM: tt.ipam}
			got := clusterOf(t, solved(t, oneCluster(c)), "c")
			if bits := fmt.Sprintf("/%d", got.Block(plan.Pod).V4().Bits()); bits != tt.want {
				t.Errorf("pod range %s, want %s", bits, tt.want)
			}
			if m := got.NodeMasks(); m != (dualstack.Masks{}) {
				t.Errorf("node masks %v, but nodes have no block", m)
			}
			if b, err := got.NodeBlock(0); !errors.Is(err, dualstack.ErrOutOfRange) || !b.IsZero() {
				t.Errorf("node block %v, %v", b, err)
			}
			if has := got.Capacity(); has.NodeBlocks < tt.nodes || has.PodsPerNode != tt.pods {
				t.Errorf("capacity %+v", has)
			}
		})
	}
}

// The formula of Azure's documentation, (N+surge) + (N+surge)×maxPods, with what
// a subnet loses: 51 + 51×30 = 1,581 addresses and 3 are a /21, and 66 nodes of
// 31 are 2,046, of which the three do not leave enough
// (learn.microsoft.com/azure/aks/concepts-network-ip-address-planning).
func TestPodsFromNodeRange(t *testing.T) {
	for _, tt := range []struct {
		nodes, surge uint64
		bits         int
		holds        uint64
	}{
		{50, 1, 21, 65}, // (2048 − 3) / 31
		{64, 1, 21, 65},
		{65, 1, 20, 132},
	} {
		c := plan.ClusterSpec{
			Kubernetes: version(34), Nodes: now(tt.nodes), Surge: plan.Amount{N: tt.surge}, PodsPerNode: 30,
			IPAM: k8sflags.AKSNodeSubnet, PodsFromNodeRange: true,
		}
		p := solved(t, oneCluster(c))
		got := clusterOf(t, p, "c")
		if b := got.Block(plan.Node).V4(); b.Bits() != tt.bits {
			t.Errorf("%d nodes: node range %v, want a /%d", tt.nodes, b, tt.bits)
		}
		if b := got.Block(plan.Pod); !b.IsZero() {
			t.Errorf("pod range %v", b)
		}
		if has := got.Capacity(); has.Nodes() != tt.holds || has.Pods() != 30*tt.holds {
			t.Errorf("capacity %+v of %d nodes and %d pods, want %d nodes", has, has.Nodes(), has.Pods(), tt.holds)
		}
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := plan.Decode(text); err != nil || clusterOf(t, back, "c").Capacity() != got.Capacity() {
			t.Errorf("read again: %v", err)
		}
	}
}

// Two clusters and a machine in one subnet: 20 nodes of 31 addresses, and 10 of
// 11, with the machine and three more 734.
func TestPodsFromASharedNodeRange(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Name: "a", Nodes: now(20), PodsPerNode: 30, IPAM: k8sflags.AKSNodeSubnet, PodsFromNodeRange: true, NodeNetwork: "subnet"})
	s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: "b", Nodes: now(10), PodsPerNode: 10, IPAM: k8sflags.VPCCNI, PodsFromNodeRange: true, NodeNetwork: "subnet"})
	s.Networks = []plan.Network{{Name: "subnet", Hosts: 1}}
	p := solved(t, s)
	a, b := clusterOf(t, p, "a"), clusterOf(t, p, "b")
	if n := a.Block(plan.Node).V4(); n.Bits() != 22 {
		t.Errorf("node range %v, want a /22", n)
	}
	// What the others need is taken off: 1,024 − 3 − 111, and 1,024 − 3 − 621.
	if got := a.Capacity().Nodes(); got != 910/31 {
		t.Errorf("cluster a has room for %d nodes, want %d", got, 910/31)
	}
	if got := b.Capacity().Nodes(); got != 400/11 {
		t.Errorf("cluster b has room for %d nodes, want %d", got, 400/11)
	}
}

// IPAMs whose blocks have a length of their own.
func TestFixedNodeBlocks(t *testing.T) {
	for _, tt := range []struct {
		name  string
		c     plan.ClusterSpec
		want  string
		masks dualstack.Masks
	}{
		{"AKS overlay always gives a /24", plan.ClusterSpec{IPAM: k8sflags.AKSOverlay, Nodes: now(100), PodsPerNode: 30}, "/17", dualstack.Masks{V4: 24}},
		{"and in a larger range too", plan.ClusterSpec{IPAM: k8sflags.AKSOverlay, Nodes: now(100), PodsPerNode: 30, Pins: pinned(plan.Pod, "10.244.0.0/16")}, "/16", dualstack.Masks{V4: 24}},
		{"GKE has twice as many addresses as pods", plan.ClusterSpec{IPAM: k8sflags.GKE, Nodes: now(100), PodsPerNode: 110}, "/17", dualstack.Masks{V4: 24}},
		{"up to a power of two", plan.ClusterSpec{IPAM: k8sflags.GKE, Nodes: now(100), PodsPerNode: 65}, "/17", dualstack.Masks{V4: 24}},
		{"exactly", plan.ClusterSpec{IPAM: k8sflags.GKE, Nodes: now(100), PodsPerNode: 64}, "/18", dualstack.Masks{V4: 25}},
		{"and at least a /28", plan.ClusterSpec{IPAM: k8sflags.GKE, Nodes: now(16), PodsPerNode: 1}, "/24", dualstack.Masks{V4: 28}},
		{"in IPv6 a /112", plan.ClusterSpec{IPAM: k8sflags.GKE, Families: dualIPv4, Nodes: now(100), PodsPerNode: 110}, "/17,/105", dualstack.Masks{V4: 24, V6: 112}},
		{"OVN-Kubernetes has /64, whatever IPv4 has", plan.ClusterSpec{IPAM: k8sflags.OVNKubernetes, Families: dualIPv4, Nodes: now(4), PodsPerNode: 100,
			Pins: pinned(plan.Pod, "10.4.0.0/22,fd00:1::/56")}, "/22,/56", dualstack.Masks{V4: 25, V6: 64}},
		{"where others would have blocks that are equally many", plan.ClusterSpec{Families: dualIPv4, Nodes: now(4), PodsPerNode: 100,
			Pins: pinned(plan.Pod, "10.4.0.0/22,fd00:1::/56")}, "/22,/56", dualstack.Masks{V4: 25, V6: 59}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := clusterOf(t, solved(t, oneCluster(tt.c)), "c")
			var bits []string
			for q := range got.Block(plan.Pod).All() {
				bits = append(bits, fmt.Sprintf("/%d", q.Bits()))
			}
			if s := strings.Join(bits, ","); s != tt.want || got.NodeMasks() != tt.masks {
				t.Errorf("pod range %s with masks %v, want %s with %v", s, got.NodeMasks(), tt.want, tt.masks)
			}
			if n := got.Capacity().NodeBlocks; n < tt.c.Nodes.Need() {
				t.Errorf("%d node blocks", n)
			}
		})
	}
}

// An IPv6 block has no broadcast address: 254 pods of host-local fill a /120,
// and take a /23 of IPv4.
func TestBlocksOfEachFamilyHoldWhatItNeeds(t *testing.T) {
	c := plan.ClusterSpec{Families: dualIPv4, Nodes: now(16), PodsPerNode: 254, Pins: pinned(plan.Pod, "10.0.0.0/19,fd00:1::/116")}
	got := clusterOf(t, solved(t, oneCluster(c)), "c")
	if m := got.NodeMasks(); m != (dualstack.Masks{V4: 23, V6: 120}) {
		t.Errorf("node masks %v, want /23,/120", m)
	}
	c.PodsPerNode++
	if _, err := plan.Solve(oneCluster(c)); err == nil || !strings.Contains(err.Error(), "IPv6 is the bottleneck") {
		t.Errorf("255 pods in a /120: %v", err)
	}
}

// A rate without a time is counted with the time that the IPAM keeps addresses
// by itself, 30 seconds: of 10 pods a minute 5 addresses rest.
func TestTheIPAMsOwnCooldown(t *testing.T) {
	c := plan.ClusterSpec{Nodes: now(8), PodsPerNode: 26, IPAM: k8sflags.VPCCNI}
	if b := clusterOf(t, solved(t, oneCluster(c)), "c").Block(plan.Pod).V4(); b.Bits() != 24 { // 8 × 27 + 3 = 219
		t.Errorf("pod range %v, want a /24", b)
	}
	c.Churn.PodsPerNodePerMinute = 10
	if b := clusterOf(t, solved(t, oneCluster(c)), "c").Block(plan.Pod).V4(); b.Bits() != 23 { // 8 × 32 + 3 = 259
		t.Errorf("pod range %v, want a /23", b)
	}
}

func TestFlatSpecsThatAreRefused(t *testing.T) {
	flat := plan.ClusterSpec{Nodes: now(3), PodsPerNode: 30, IPAM: k8sflags.AKSNodeSubnet, PodsFromNodeRange: true}
	for _, tt := range []struct {
		name   string
		change func(*plan.ClusterSpec)
		want   string
	}{
		{"an IPAM with node blocks", func(c *plan.ClusterSpec) { c.IPAM = "" },
			`clusters[0].podsFromNodeRange: cluster "c": ipam "host-local" gives every node a block of a pod range: use one that does not`},
		{"pinned pods", func(c *plan.ClusterSpec) { c.Pins = pinned(plan.Pod, "10.1.0.0/16") },
			`clusters[0].pins.pod: cluster "c" has no pod range to pin`},
		{"a further pod range", func(c *plan.ClusterSpec) {
			c.Extra = []plan.BlockSpec{{Name: "more", Role: plan.Pod, Bits: dualstack.Masks{V4: 24}}}
		}, `clusters[0].extra[0].role: cluster "c" has no pod ranges`},
		{"a family that the IPAM lacks", func(c *plan.ClusterSpec) { c.Families = dualIPv4 },
			`clusters[0].ipam: cluster "c": addresses for 1 pods: what aks-node-subnet takes for an IPv6 pod is not known, plan IPv4 alone`},
		{"more than IPv4 has", func(c *plan.ClusterSpec) { c.Nodes = now(1 << 29) },
			`clusters[0].nodes: cluster "c": too many nodes: 536870912 that take 31 addresses each with their pods are more than a range of IPv4 has`},
		{"a node range that is too small", func(c *plan.ClusterSpec) { c.Pins = pinned(plan.Node, "10.1.0.0/26") },
			`clusters[0].pins.node: cluster "c": 10.1.0.0/26 has addresses for 1 nodes, needs 3`},
		{"a pod range that is too small", func(c *plan.ClusterSpec) {
			c.PodsFromNodeRange, c.Pins = false, pinned(plan.Pod, "10.1.0.0/26")
		}, `clusters[0].pins.pod: cluster "c": 10.1.0.0/26 has addresses for the 30 pods each of 1 nodes, needs 3`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := flat
			tt.change(&c)
			if _, err := plan.Solve(oneCluster(c)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v\nwant … %s …", err, tt.want)
			}
		})
	}
}

// kube-controller-manager gives out nothing, and kube-proxy tells pods by their
// range where there is one.
func TestFlagsWithoutNodeBlocks(t *testing.T) {
	c := plan.ClusterSpec{Kubernetes: version(34), Nodes: now(30), PodsPerNode: 29, IPAM: k8sflags.VPCCNI}
	zones := c
	zones.Extra = []plan.BlockSpec{{Name: "a", Role: plan.Pod, Count: now(15)}, {Name: "b", Role: plan.Pod, Count: now(15)}}
	shared := c
	shared.PodsFromNodeRange = true
	for name, c := range map[string]plan.ClusterSpec{"one range": c, "a range a zone": zones, "the nodes' range": shared} {
		got := clusterOf(t, solved(t, oneCluster(c)), "c")
		set, err := got.FlagSet()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for p := range set.Of(k8sflags.ControllerManager) {
			_, given := p.Flags.Get("cluster-cidr")
			if v, _ := p.Flags.Get("allocate-node-cidrs"); given || v != "false" {
				t.Errorf("%s: %v", name, p.Flags)
			}
		}
		for p := range set.Of(k8sflags.Proxy) {
			if v, given := p.Flags.Get("cluster-cidr"); given != (name == "one range") || given && v != got.Block(plan.Pod).String() {
				t.Errorf("%s: %v", name, p.Flags)
			}
		}
	}
}

// Node masks in a plan's JSON have to be there where nodes have blocks, and
// only there.
func TestDecodeRefusesMasksWithoutNodeBlocks(t *testing.T) {
	p := solved(t, oneCluster(plan.ClusterSpec{Nodes: now(3), PodsPerNode: 29, IPAM: k8sflags.VPCCNI}))
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if q, err := plan.Decode(text); err != nil || !slices.Equal(slices.Collect(q.Blocks()), slices.Collect(p.Blocks())) {
		t.Fatalf("read again: %v", err)
	}
	masked := strings.Replace(string(text), `"nodeMasks":{}`, `"nodeMasks":{"v4":25}`, 1)
	if _, err := plan.Decode([]byte(masked)); err == nil || !strings.Contains(err.Error(), "nodes have no block of their own") {
		t.Errorf("with masks: %v", err)
	}
}

// What nodes take is counted by arithmetic of this test, for random fleets with
// parts of the pods in further ranges.
func TestFlatRangesAreLargeEnough(t *testing.T) {
	// Addresses that a node takes of a subnet for so many pods.
	takes := map[k8sflags.IPAM]func(pods int64) int64{
		k8sflags.AKSNodeSubnet:      func(pods int64) int64 { return pods + 1 },
		k8sflags.AKSPodSubnet:       func(pods int64) int64 { return (pods + 8 + 15) / 16 * 16 },
		k8sflags.AKSPodSubnetStatic: func(pods int64) int64 { return (pods + 1 + 15) / 16 * 16 },
		k8sflags.VPCCNI:             func(pods int64) int64 { return pods + 1 },
		k8sflags.VPCCNIPrefix:       func(pods int64) int64 { return (pods+15)/16*16 + 16 + 1 },
	}
	own := map[k8sflags.IPAM]int64{k8sflags.AKSPodSubnet: 1, k8sflags.AKSPodSubnetStatic: 1} // for the node itself
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom([]k8sflags.IPAM{k8sflags.AKSNodeSubnet, k8sflags.AKSPodSubnet, k8sflags.AKSPodSubnetStatic, k8sflags.VPCCNI, k8sflags.VPCCNIPrefix}).Draw(t, "ipam")
		c := plan.ClusterSpec{
			Nodes: genCount(t, "nodes", 1, 500), PodsPerNode: rapid.Uint64Range(1, 250).Draw(t, "pods"), IPAM: m,
			PodsFromNodeRange: rapid.Bool().Draw(t, "from the node range"),
		}
		per := takes[m](int64(c.PodsPerNode))
		role := plan.Pod
		if c.PodsFromNodeRange {
			role, per = plan.Node, per+own[m]
		}
		counts := map[string]uint64{"": need(c.Nodes)}
		for i := range rapid.IntRange(0, 2).Draw(t, "further") {
			n := min(rapid.Uint64Range(1, 200).Draw(t, "of them"), counts[""])
			if n > 0 {
				name := fmt.Sprintf("zone-%d", i)
				c.Extra = append(c.Extra, plan.BlockSpec{Name: name, Role: role, Count: now(n)})
				counts[name], counts[""] = n, counts[""]-n
			}
		}
		p, err := plan.Solve(oneCluster(c))
		if err != nil {
			t.Fatal(err)
		}
		got, _ := p.Cluster("c")
		holds := uint64(0)
		for b := range got.Blocks(role) {
			size := new(big.Int).Sub(pow2(32-b.Range.V4().Bits()), big.NewInt(3))
			asked := new(big.Int).Mul(big64(counts[b.Name]), big.NewInt(per))
			if size.Cmp(asked) < 0 {
				t.Fatalf("%v for %d nodes of %d addresses", b, counts[b.Name], per)
			}
			if half := new(big.Int).Sub(pow2(31-b.Range.V4().Bits()), big.NewInt(3)); half.Cmp(asked) >= 0 {
				t.Fatalf("%v is larger than it has to be for %d nodes of %d addresses", b, counts[b.Name], per)
			}
			holds += size.Div(size, big.NewInt(per)).Uint64()
		}
		if has := got.Capacity(); has.NodeBlocks != holds || has.PodsPerNode != c.PodsPerNode {
			t.Fatalf("capacity %+v, want %d nodes", has, holds)
		}
		for _, f := range p.Audit() {
			if f.Severity == k8sflags.Error {
				t.Fatal(f)
			}
		}
	})
}

func pinned(r plan.Role, p string) map[plan.Role]dualstack.Pair {
	return map[plan.Role]dualstack.Pair{r: pair(p)}
}

// IPv6 subnets are /64, or larger where even that is too small: prefixes of 80
// bits are 2^48 addresses, of which a /64 has 2^16.
func TestFlatIPv6(t *testing.T) {
	for _, tt := range []struct {
		nodes uint64
		bits  int
	}{{1, 64}, {65_534, 64}, {65_536, 63}} {
		c := plan.ClusterSpec{Nodes: now(tt.nodes), PodsPerNode: 110, IPAM: k8sflags.VPCCNIPrefix, Families: []cidr.Family{cidr.IPv6}}
		got := clusterOf(t, solved(t, oneCluster(c)), "c")
		if b := got.Block(plan.Pod).V6(); b.Bits() != tt.bits || got.Capacity().NodeBlocks < tt.nodes {
			t.Errorf("%d nodes: %v for %d, want a /%d", tt.nodes, b, got.Capacity().NodeBlocks, tt.bits)
		}
	}
}

// A pod range beside what is counted may be too small for the blocks of nodes,
// and comes first by its name. The cluster's pod range is the one that has them.
func TestAPodRangeBesideIsNotTheClusters(t *testing.T) {
	c := plan.ClusterSpec{Nodes: now(2), Extra: []plan.BlockSpec{
		{Name: "a-few", Role: plan.Pod, Bits: dualstack.Masks{V4: 26}},
		{Name: "nodes", Role: plan.Pod, Count: now(2)},
	}}
	got := clusterOf(t, solved(t, oneCluster(c)), "c")
	if b := got.Block(plan.Pod).V4(); b.Bits() != 24 || got.NodeMasks() != (dualstack.Masks{V4: 25}) {
		t.Errorf("pod range %v with masks %v, want a /24 with /25", b, got.NodeMasks())
	}
	if has := got.Capacity(); has.NodeBlocks != 2 || has.PodsPerNode != 125 {
		t.Errorf("capacity %+v", has)
	}
	if b, err := got.NodeBlock(1); err != nil || b.V4().Bits() != 25 {
		t.Errorf("node block %v, %v", b, err)
	}
}
