package plan_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

func clusterOf(t testing.TB, p *plan.Plan, name string) *plan.Cluster {
	t.Helper()
	c, ok := p.Cluster(name)
	if !ok || c.Name() != name {
		t.Fatalf("no cluster %q", name)
	}
	return c
}

func TestClustersComeByName(t *testing.T) {
	p := solved(t, corp())
	var names []string
	for c := range p.Clusters() {
		names = append(names, c.Name())
		if again, ok := p.Cluster(c.Name()); !ok || again != c {
			t.Errorf("Cluster(%q) is another", c.Name())
		}
	}
	if want := []string{"plant-1", "plant-2", "prod-eu-1", "prod-us-1"}; !slices.Equal(names, want) {
		t.Errorf("clusters %q, want %q", names, want)
	}
	for _, name := range []string{"", "plant", "plant-3", "zz"} {
		if c, ok := p.Cluster(name); ok || c != nil {
			t.Errorf("there is a cluster %q", name)
		}
	}
}

// Networks first, then clusters by name, and each cluster's ranges by role.
func TestBlocksComeInOrder(t *testing.T) {
	p := solved(t, corp())
	var got []string
	for b := range p.Blocks() {
		got = append(got, b.Cluster+b.Name+" "+string(b.Role))
	}
	want := []string{
		"vlan-7 node",
		"plant-1 pod", "plant-1 service",
		"plant-2 pod", "plant-2 service",
		"prod-eu-1 node", "prod-eu-1 pod", "prod-eu-1 service", "prod-eu-1 external", "prod-eu-1 ingress",
		"prod-us-1 node", "prod-us-1 pod", "prod-us-1 service", "prod-us-1 external",
	}
	if !slices.Equal(got, want) {
		t.Errorf("blocks %q, want %q", got, want)
	}
	for range p.Blocks() {
		break
	}
}

func TestBlocksOfACluster(t *testing.T) {
	p := solved(t, corp())
	eu, one, two := clusterOf(t, p, "prod-eu-1"), clusterOf(t, p, "plant-1"), clusterOf(t, p, "plant-2")
	for _, r := range allRoles {
		blocks := slices.Collect(eu.Blocks(r))
		if len(blocks) != 1 || blocks[0].Cluster != "prod-eu-1" || blocks[0].Role != r || blocks[0].Range != eu.Block(r) {
			t.Errorf("%s: %v, %v", r, blocks, eu.Block(r))
		}
	}
	if !one.Block(plan.External).IsZero() || len(slices.Collect(one.Blocks(plan.External))) != 0 || !one.Block("egress").IsZero() {
		t.Error("ranges that nobody asked for")
	}
	// Both have the network's range, each in its own families.
	shared := slices.Collect(p.Blocks())[0].Range
	if one.Block(plan.Node).V4() != shared.V4() || one.Block(plan.Node).IsDual() || two.Block(plan.Node) != shared {
		t.Errorf("node ranges %v and %v of %v", one.Block(plan.Node), two.Block(plan.Node), shared)
	}
	if bs := slices.Collect(one.Blocks(plan.Node)); len(bs) != 1 || bs[0].Cluster != "" || bs[0].Name != "vlan-7" {
		t.Errorf("node ranges %v", bs)
	}
	if got := slices.Collect(eu.Blocks(plan.Pod))[0].String(); got != `cluster "prod-eu-1" pod 10.244.0.0/15,fd12:3456:789a:f400::/55` {
		t.Errorf("text %q", got)
	}
	if got := slices.Collect(p.Blocks())[0].String(); got != `network "vlan-7" node `+shared.String() {
		t.Errorf("text %q", got)
	}
}

// Nodes have the blocks that kube-controller-manager would give them: counted
// from the start of the range in both families, until one of them ends.
func TestNodeBlocks(t *testing.T) {
	c := clusterOf(t, solved(t, corp()), "prod-eu-1")
	for _, tt := range []struct {
		i    uint64
		want string
	}{
		{0, "10.244.0.0/24,fd12:3456:789a:f400::/64"},
		{1, "10.244.1.0/24,fd12:3456:789a:f401::/64"},
		{256, "10.245.0.0/24,fd12:3456:789a:f500::/64"},
		{511, "10.245.255.0/24,fd12:3456:789a:f5ff::/64"},
	} {
		if b, err := c.NodeBlock(tt.i); err != nil || b != pair(tt.want) {
			t.Errorf("node %d: %v, %v; want %s", tt.i, b, err, tt.want)
		}
	}
	for _, i := range []uint64{512, 1 << 32, 1<<64 - 1} {
		if b, err := c.NodeBlock(i); !b.IsZero() || !errors.Is(err, dualstack.ErrOutOfRange) || !strings.HasPrefix(err.Error(), `plan: cluster "prod-eu-1": `) {
			t.Errorf("node %d: %v, %v", i, b, err)
		}
	}
}

// Where a pin leaves room, the families are made equal in the number of nodes:
// a block without a partner in the other family would never be used.
func TestPinsEqualizeNodeMasks(t *testing.T) {
	for _, tt := range []struct {
		name, pods string
		nodes      uint64
		want       dualstack.Masks
		blocks     uint64
	}{
		{"both as needed", "10.0.0.0/16,fd00::/55", 300, dualstack.Masks{V4: 25, V6: 64}, 512},
		{"IPv4 larger", "10.0.0.0/14,fd00::/55", 300, dualstack.Masks{V4: 23, V6: 64}, 512},
		{"IPv6 larger", "10.0.0.0/16,fd00::/50", 300, dualstack.Masks{V4: 25, V6: 59}, 512},
		{"both larger", "10.0.0.0/12,fd00::/48", 300, dualstack.Masks{V4: 25, V6: 61}, 1 << 13},
		{"IPv6 shorter than a /48", "10.0.0.0/16,fd00::/40", 300, dualstack.Masks{V4: 25, V6: 49}, 512},
		{"IPv6 without room for /64", "10.0.0.0/16,fd00::/60", 300, dualstack.Masks{V4: 25, V6: 69}, 512},
		{"one family", "10.0.0.0/14", 300, dualstack.Masks{V4: 25}, 2048},
		{"IPv6 alone", "fd00::/48", 300, dualstack.Masks{V6: 64}, 65536},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pods := pair(tt.pods)
			s := oneCluster(plan.ClusterSpec{Nodes: now(tt.nodes), Families: pods.Families(), Pins: map[plan.Role]dualstack.Pair{plan.Pod: pods}})
			c := clusterOf(t, solved(t, s), "c")
			if c.NodeMasks() != tt.want || c.Capacity().NodeBlocks != tt.blocks {
				t.Errorf("masks %v with %d blocks, want %v with %d", c.NodeMasks(), c.Capacity().NodeBlocks, tt.want, tt.blocks)
			}
		})
	}
}

// A pin of one family leaves the other to Solve.
func TestPinOfOneFamily(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Nodes: now(300), Families: dualIPv6, Pins: map[plan.Role]dualstack.Pair{
		plan.Pod: pair("172.16.0.0/14"), plan.Ingress: pair("192.0.2.0/28"),
	}})
	c := clusterOf(t, solved(t, s), "c")
	pods := c.Block(plan.Pod)
	if pods.V4() != prefix("172.16.0.0/14") || pods.V6().Bits() != 55 || !slices.Equal(pods.Families(), dualIPv6) {
		t.Errorf("pods %v", pods)
	}
	if want := (dualstack.Masks{V4: 23, V6: 64}); c.NodeMasks() != want {
		t.Errorf("masks %v, want %v", c.NodeMasks(), want)
	}
	if b := c.Block(plan.Ingress); b.V4() != prefix("192.0.2.0/28") || b.V6().Bits() != 112 {
		t.Errorf("ingress %v", b)
	}
}

// Pods whose IPAM takes more addresses in IPv4 than in IPv6 may fill an IPv6
// block to the last address. Whether the pin is large enough must not depend on
// who places the other family.
func TestPinOfSmallIPv6Blocks(t *testing.T) {
	// 126 pods of host-local are 129 addresses of IPv4 and 128 of IPv6.
	c := plan.ClusterSpec{Nodes: now(1), PodsPerNode: 126, Families: dualIPv4, Pins: map[plan.Role]dualstack.Pair{plan.Pod: pair("fd77::/121")}}
	one := oneCluster(c)
	both := oneCluster(c)
	both.Clusters[0].Pins = map[plan.Role]dualstack.Pair{plan.Pod: pair("172.16.0.0/24,fd77::/121")}
	var invalid plan.SpecErrors
	_, oneErr := plan.Solve(one)
	_, bothErr := plan.Solve(both)
	if errors.As(oneErr, &invalid) != errors.As(bothErr, &invalid) || (oneErr == nil) != (bothErr == nil) {
		t.Errorf("the IPv6 range alone: %v\nboth: %v", oneErr, bothErr)
	}
}

// In a shared network a cluster can have the addresses that hosts and the
// other clusters do not need: of 125, 45 are others' of the one, 50 of the other.
func TestCapacityInASharedNetwork(t *testing.T) {
	p := solved(t, corp())
	one, two := clusterOf(t, p, "plant-1").Capacity(), clusterOf(t, p, "plant-2").Capacity()
	if one.NodeAddresses != 125-45 || two.NodeAddresses != 125-50 {
		t.Errorf("node addresses %d and %d, want 80 and 75", one.NodeAddresses, two.NodeAddresses)
	}
	if one.Nodes() != 32 || two.Nodes() != 32 {
		t.Errorf("%d and %d nodes: the node blocks are what limits", one.Nodes(), two.Nodes())
	}
}

// Numbers beyond 64 bits stay at the largest.
func TestCapacitySaturates(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Nodes: now(1), IPAM: k8sflags.Calico, Families: onlyIPv6, ExternalIPs: now(1), Kubernetes: version(34), Pins: map[plan.Role]dualstack.Pair{
		plan.Node: pair("fd50::/60"), plan.Pod: pair("fd60::/32"), plan.Service: pair("fd70::/64"), plan.External: pair("fd80::/64"),
	}})
	const most = 1<<64 - 1
	got := clusterOf(t, solved(t, s), "c").Capacity()
	want := plan.Capacity{NodeAddresses: most, NodeBlocks: 1 << 16, PodsPerNode: most, Services: most - 2, ExternalIPs: most}
	if got != want || got.Pods() != most {
		t.Errorf("capacity %+v with %d pods, want %+v", got, got.Pods(), want)
	}
}

// A cluster's JSON is what stands in the plan's.
func TestJSONOfACluster(t *testing.T) {
	p := solved(t, corp())
	var doc struct{ Clusters []json.RawMessage }
	if err := json.Unmarshal([]byte(text(t, p)), &doc); err != nil {
		t.Fatal(err)
	}
	i := 0
	for c := range p.Clusters() {
		if got := text(t, c); got != string(doc.Clusters[i]) {
			t.Errorf("%s\nstands as\n%s", got, doc.Clusters[i])
		}
		i++
	}
}

// The usage of a pool adds up, in addresses: what is reserved, used and free.
func TestPools(t *testing.T) {
	s := corp()
	s.Reserved = append(s.Reserved, plan.Reservation{Prefix: prefix("10.0.1.0/24")}, plan.Reservation{Prefix: prefix("9.0.0.0/8")})
	var got []string
	for u := range solved(t, s).Pools() {
		got = append(got, strings.Join([]string{u.Pool, u.Family.String(), u.Total.String(), u.Reserved.String(), u.Used.String(), u.Free.String(), u.Largest.String()}, " "))
	}
	// corp: 2^23 + 2^22 addresses, a /16 of them reserved, once. Used: nodes a
	// /25, a /23 and a /26; pods /21, /21, /15 (pinned) and /19; a /26 and a /29
	// external, a /28 ingress.
	// services: a /28, a /28, a /21 and a /23 of a /12.
	// ula: 2^80, a /56 reserved; nodes 3 times 2^64, pods 2^69 + 2^73 + 2^70 and
	// 6 times 2^16.
	want := []string{
		"corp IPv4 12582912 65536 144152 12373224 10.64.0.0/10",
		"services IPv4 1048576 0 2592 1045984 10.136.0.0/13",
		"ula IPv6 1208925819614629174706176 4722366482869645213696 11270960629036536430592 1192932492502722993061888 fd12:3456:789a:4000::/50",
	}
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Errorf("usage\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			break
		}
	}
	for range solved(t, s).Pools() {
		break
	}
}

// For every cluster that has a version, the flags are such that each component
// starts and nothing is lost; and they say what the plan says.
func TestFlagSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSpec().Draw(t, "spec")
		p := solveOrExplain(t, s)
		if p == nil {
			return
		}
		if q := solveOrExplain(t, pinSome(t, s, p)); q != nil {
			p = q
		}
		for c := range p.Clusters() {
			set, err := c.FlagSet()
			if c.Spec().Kubernetes.IsZero() {
				if !errors.Is(err, plan.ErrNoVersion) || len(set.Processes) > 0 {
					t.Fatalf("cluster %q without a version: %v", c.Name(), err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("cluster %+v: %v", c.Spec(), err)
			}
			a, err := c.Addressing()
			if err != nil || a != a.Normalize() {
				t.Fatalf("addressing %+v, %v", a, err)
			}
			for _, f := range k8sflags.Check(set, k8sflags.WithNodes(need(c.Spec().Nodes)), k8sflags.WithIPAM(c.Spec().IPAM)) {
				if f.Severity == k8sflags.Error {
					t.Fatalf("cluster %+v: %v", c.Spec(), f)
				}
			}
			checkFlags(t, c, set, a)
			if back, err := k8sflags.Infer(set); err != nil || !back.Equal(a) {
				t.Fatalf("flags of\n%+v\nread as\n%+v, %v", a, back, err)
			}
		}
	})
}

func checkFlags(t *rapid.T, c *plan.Cluster, set k8sflags.Set, a k8sflags.Addressing) {
	flag := func(component k8sflags.Component, name string) string {
		for p := range set.Of(component) {
			v, _ := p.Flags.Get(name)
			return v
		}
		return ""
	}
	own := c.Spec().IPAM != k8sflags.Calico && c.Spec().IPAM != k8sflags.OVNKubernetes
	if got := flag(k8sflags.APIServer, "service-cluster-ip-range"); got != c.Block(plan.Service).String() {
		t.Fatalf("--service-cluster-ip-range=%s of %v", got, c.Block(plan.Service))
	}
	if got := flag(k8sflags.ControllerManager, "cluster-cidr"); own && got != c.Block(plan.Pod).String() {
		t.Fatalf("--cluster-cidr=%s of %v", got, c.Block(plan.Pod))
	}
	if own && a.NodeMasks != c.NodeMasks() || !own && a.NodeMasks != (dualstack.Masks{}) || a.ExternalNodeCIDRs == own {
		t.Fatalf("IPAM %q: masks %v of %v, external %v", c.Spec().IPAM, a.NodeMasks, c.NodeMasks(), a.ExternalNodeCIDRs)
	}
	if uint64(a.MaxPods) != podsPerNode(c.Spec()) || a.ClusterName != c.Name() || a.Version != c.Spec().Kubernetes {
		t.Fatalf("addressing %+v of %+v", a, c.Spec())
	}
}
