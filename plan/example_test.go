package plan_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

// A company gives its clusters 10.64.0.0/10 and a ULA prefix. One range of the
// former belongs to a data centre.
func ExampleSolve() {
	p, err := plan.Solve(plan.Spec{
		Pools: []plan.PoolSpec{
			{Name: "corp", Prefixes: []netip.Prefix{cidr.MustParse("10.64.0.0/10"), cidr.MustParse("fd12:3456:789a::/48")}},
		},
		Reserved: []plan.Reservation{{Prefix: cidr.MustParse("10.64.0.0/16"), Reason: "data centre"}},
		Clusters: []plan.ClusterSpec{
			{Name: "prod", Families: []cidr.Family{cidr.IPv4, cidr.IPv6}, Nodes: plan.Count{Now: 120, Max: 300}, Services: plan.Count{Now: 2000}},
			{Name: "staging", Nodes: plan.Count{Now: 40}, PodsPerNode: 50},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for b := range p.Blocks() {
		fmt.Println(b)
	}
	// Output:
	// cluster "prod" node 10.66.24.0/23,fd12:3456:789a:200::/64
	// cluster "prod" pod 10.65.0.0/16,fd12:3456:789a::/55
	// cluster "prod" service 10.66.16.0/21,fd12:3456:789a:201::/112
	// cluster "staging" node 10.66.26.0/26
	// cluster "staging" pod 10.66.0.0/20
	// cluster "staging" service 10.66.26.64/28
}

// Families of a cluster, and ranges that exist: a pin may be larger than the
// need, and lie outside of every pool.
func ExampleClusterSpec() {
	c := plan.ClusterSpec{
		Name:        "edge",
		Kubernetes:  k8sflags.Version{Major: 1, Minor: 34},
		Families:    []cidr.Family{cidr.IPv6, cidr.IPv4}, // IPv6 is primary
		Nodes:       plan.Count{Now: 20},
		PodsPerNode: 60,
		IPAM:        k8sflags.Cilium,
		Pins:        map[plan.Role]dualstack.Pair{plan.Pod: dualstack.MustParse("192.168.0.0/18")},
	}
	p, err := plan.Solve(plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "all", Prefixes: []netip.Prefix{cidr.MustParse("10.0.0.0/8"), cidr.MustParse("fd00:7::/32")}}},
		Clusters: []plan.ClusterSpec{c},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	edge, _ := p.Cluster("edge")
	fmt.Println(edge.Block(plan.Pod), edge.NodeMasks())
	// Output: fd00:7::/59,192.168.0.0/18 /23,/64
}

// A spec from a form or a file is checked as a whole: one error a line, each
// with the place where it is.
func ExampleSpec_Validate() {
	s := plan.Spec{
		Pools: []plan.PoolSpec{
			{Name: "corp", Prefixes: []netip.Prefix{cidr.MustParse("10.0.0.0/8")}},
			{Name: "lab", Prefixes: []netip.Prefix{cidr.MustParse("10.99.0.0/16")}},
		},
		Clusters: []plan.ClusterSpec{
			{Name: "prod", Nodes: plan.Count{Now: 300, Max: 100}},
			{Name: "test", NodeNetwork: "vlan-7"},
		},
	}
	err := s.Validate()
	fmt.Println(err)

	var all plan.SpecErrors
	if errors.As(err, &all) {
		fmt.Println(len(all), "errors, the first at", all[0].Path)
	}
	// Output:
	// plan: pools[1].prefixes[0]: pools must not overlap: 10.99.0.0/16 of pool "lab" and 10.0.0.0/8 of pool "corp"
	// plan: clusters[0].nodes: cluster "prod": max 100 is below the 300 of now
	// plan: clusters[1].nodes: cluster "test" has 0 nodes
	// plan: clusters[1].nodeNetwork: cluster "test": there is no network "vlan-7"
	// 4 errors, the first at pools[1].prefixes[0]
}

// What grows is planned for its largest size.
func ExampleCount() {
	grows := plan.Count{Now: 120, GrowthPerYear: plan.Amount{N: 40, Percent: true}, Horizon: 2 * plan.Year} // 168, then 236
	for _, c := range []plan.Count{{Now: 300}, {Now: 120, Max: 300}, grows} {
		b, err := json.Marshal(c)
		fmt.Println(c, "needs", c.Need(), string(b), err)
	}
	// Output:
	// 300 needs 300 300 <nil>
	// 120 to 300 needs 300 {"now":120,"max":300} <nil>
	// 120, growing 40% a year for 2y needs 236 {"now":120,"growthPerYear":"40%","horizon":"2y"} <nil>
}

// shop is the plan that the examples below look at: a cluster of up to 256
// nodes whose ranges exist, and two small ones on one VLAN.
func shop() *plan.Plan {
	p, err := plan.Solve(plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "corp", Prefixes: []netip.Prefix{cidr.MustParse("10.0.0.0/12"), cidr.MustParse("fd00:10::/40")}}},
		Networks: []plan.Network{{Name: "vlan-7", Hosts: 30, Pin: dualstack.MustParse("192.168.7.0/24")}},
		Clusters: []plan.ClusterSpec{
			{
				Name: "shop", Kubernetes: k8sflags.Version{Major: 1, Minor: 34}, Families: []cidr.Family{cidr.IPv4, cidr.IPv6},
				Nodes: plan.Count{Now: 200, Max: 256}, PodsPerNode: 200, Services: plan.Count{Now: 1000},
				Pins: map[plan.Role]dualstack.Pair{
					plan.Pod:     dualstack.MustParse("10.4.0.0/16,fd00:10:4::/56"),
					plan.Service: dualstack.MustParse("10.8.0.0/20,fd00:10:8::/112"),
				},
			},
			{Name: "till-1", Nodes: plan.Count{Now: 60}, PodsPerNode: 30, NodeNetwork: "vlan-7"},
			{Name: "till-2", Nodes: plan.Count{Now: 60}, PodsPerNode: 30, NodeNetwork: "vlan-7"},
		},
	})
	if err != nil {
		panic(err)
	}
	return p
}

// The whole of a plan in a few lines.
func ExamplePlan() {
	p := shop()
	for c := range p.Clusters() {
		fmt.Println(c.Name(), c.Block(plan.Node), c.Block(plan.Pod), c.Block(plan.Service))
	}
	for _, f := range p.Audit() {
		fmt.Println(f.Severity, f.Cluster+f.Network, f.Message)
	}
	// Output:
	// shop 10.8.48.0/23,fd00:10:8:1::/64 10.4.0.0/16,fd00:10:4::/56 10.8.0.0/20,fd00:10:8::/112
	// till-1 192.168.7.0/24 10.8.16.0/20 10.8.50.0/28
	// till-2 192.168.7.0/24 10.8.32.0/20 10.8.50.16/28
	// warning vlan-7 node range 192.168.7.0/24 overlaps 192.168.0.0/16: Docker takes networks of its own from here: machines that run Docker may not reach the range
	// info shop 200 pods per node: Kubernetes is tested with up to 110 (https://kubernetes.io/docs/setup/best-practices/cluster-large/)
}

// A block is a range with its cluster and what it is for.
func ExampleBlock() {
	c, _ := shop().Cluster("shop")
	for b := range c.Blocks(plan.Service) {
		fmt.Println(b.Cluster, b.Role, b.Range.V4(), b.Range.V6())
	}
	// Output: shop service 10.8.0.0/20 fd00:10:8::/112
}

// A subnet of a VPC that two clusters and the bastion hosts share is sized for
// all of them: 100 + 120 nodes, 10 hosts, and the three addresses that none of
// them can have.
func ExampleNetwork() {
	p, err := plan.Solve(plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "vpc", Prefixes: []netip.Prefix{cidr.MustParse("10.20.0.0/14")}}},
		Networks: []plan.Network{{Name: "subnet-a", Hosts: 10}},
		Clusters: []plan.ClusterSpec{
			{Name: "blue", Nodes: plan.Count{Now: 100}, NodeNetwork: "subnet-a"},
			{Name: "green", Nodes: plan.Count{Now: 120}, NodeNetwork: "subnet-a"},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for c := range p.Clusters() {
		fmt.Println(c.Name(), c.Block(plan.Node), c.Capacity().NodeAddresses)
	}
	// Output:
	// blue 10.20.128.0/24 123
	// green 10.20.128.0/24 143
}

// Two clusters on one VLAN: both have the network's range.
func ExampleCluster_Blocks() {
	till, _ := shop().Cluster("till-1")
	for b := range till.Blocks(plan.Node) {
		fmt.Println(b)
	}
	for b := range till.Blocks(plan.Pod) {
		fmt.Println(b)
	}
	// Output:
	// network "vlan-7" node 192.168.7.0/24
	// cluster "till-1" pod 10.8.16.0/20
}

// A /16 has 256 blocks of a /24. Node 257 gets no pod CIDR, and stays NotReady.
func ExampleCluster_NodeBlock() {
	c, _ := shop().Cluster("shop")
	for _, node := range []uint64{1, 256, 257} {
		block, err := c.NodeBlock(node - 1)
		fmt.Println(node, block, errors.Is(err, dualstack.ErrOutOfRange))
	}
	// Output:
	// 1 10.4.0.0/24,fd00:10:4::/64 false
	// 256 10.4.255.0/24,fd00:10:4:ff::/64 false
	// 257  true
}

// How far a cluster can grow, and what stops it first.
func ExampleCluster_Capacity() {
	c, _ := shop().Cluster("shop")
	has := c.Capacity()
	fmt.Printf("%d nodes: %d addresses, %d node blocks\n", has.Nodes(), has.NodeAddresses, has.NodeBlocks)
	fmt.Printf("%d pods: %d a node\n", has.Pods(), has.PodsPerNode)
	fmt.Printf("%d services\n", has.Services)

	till, _ := shop().Cluster("till-1")
	fmt.Printf("%d nodes beside 30 hosts and the other cluster\n", till.Capacity().NodeAddresses)
	// Output:
	// 256 nodes: 509 addresses, 256 node blocks
	// 64768 pods: 253 a node
	// 4092 services
	// 163 nodes beside 30 hosts and the other cluster
}

// The command lines of a cluster's components, which cannot contradict each
// other.
func ExampleCluster_FlagSet() {
	c, _ := shop().Cluster("shop")
	set, err := c.FlagSet()
	if err != nil {
		fmt.Println(err)
		return
	}
	for p := range set.Of(k8sflags.ControllerManager) {
		fmt.Println(p.Component)
		for f := range p.Flags.All() {
			fmt.Printf("  --%s=%s\n", f.Name, f.Value)
		}
	}
	fmt.Println(len(k8sflags.Check(set, k8sflags.WithNodes(256))), "findings")
	// Output:
	// kube-controller-manager
	//   --allocate-node-cidrs=true
	//   --cluster-cidr=10.4.0.0/16,fd00:10:4::/56
	//   --service-cluster-ip-range=10.8.0.0/20,fd00:10:8::/112
	//   --node-cidr-mask-size-ipv4=24
	//   --node-cidr-mask-size-ipv6=64
	//   --cluster-name=shop
	// 0 findings
}

// Where the fleet differs from the conventions, the typed values are edited
// before they are rendered.
func ExampleCluster_Addressing() {
	c, _ := shop().Cluster("shop")
	a, err := c.Addressing()
	if err != nil {
		fmt.Println(err)
		return
	}
	a.ClusterDomain = "shop.internal"
	a.ProxyMode = k8sflags.ProxyNFTables
	set, err := k8sflags.Render(a)
	if err != nil {
		fmt.Println(err)
		return
	}
	for p := range set.Of(k8sflags.Kubelet) {
		domain, _ := p.Flags.Get("cluster-domain")
		dns, _ := p.Flags.Get("cluster-dns")
		fmt.Println(domain, dns)
	}

	till, _ := shop().Cluster("till-1")
	_, err = till.Addressing()
	fmt.Println(err)
	// Output:
	// shop.internal 10.8.0.10
	// plan: cluster "till-1": no Kubernetes version: set kubernetes to render flags
}

// Somebody planned two clusters in a spreadsheet, and copied a row.
func ExampleAudit() {
	s := plan.Spec{
		Pools: []plan.PoolSpec{{Name: "corp", Prefixes: []netip.Prefix{cidr.MustParse("10.0.0.0/8")}}},
		Clusters: []plan.ClusterSpec{
			{Name: "a", Nodes: plan.Count{Now: 100}, Services: plan.Count{Now: 500}},
			{Name: "b", Nodes: plan.Count{Now: 100}, Services: plan.Count{Now: 500}},
		},
	}
	row := func(cluster string, role plan.Role, r string) plan.Block {
		return plan.Block{Cluster: cluster, Role: role, Range: dualstack.MustParse(r)}
	}
	for _, f := range plan.Audit(s, []plan.Block{
		row("a", plan.Node, "10.1.0.0/24"), row("a", plan.Pod, "10.2.0.0/16"), row("a", plan.Service, "10.3.0.0/22"),
		row("b", plan.Node, "10.1.1.0/24"), row("b", plan.Pod, "10.2.0.0/16"), row("b", plan.Service, "10.3.4.0/24"),
	}) {
		fmt.Println(f)
	}
	// Output:
	// error capacity: cluster "b" service: 10.3.4.0/24 has addresses for 252 services beside kubernetes and DNS, needs 500 (take a larger range)
	// error overlap: cluster "b" pod: 10.2.0.0/16 overlaps 10.2.0.0/16 of cluster "a" pod (move one of them)
}

// Two companies merge. Each has a plan that is right; together they are not:
// what exists is pinned, and every clash has a name.
func ExampleAudit_merger() {
	var s plan.Spec
	s.Pools = []plan.PoolSpec{{Name: "rfc1918", Prefixes: []netip.Prefix{cidr.MustParse("10.0.0.0/8")}}}
	var blocks []plan.Block
	for _, company := range []string{"acme", "globex"} {
		p, err := plan.Solve(plan.Spec{
			Pools:    s.Pools,
			Clusters: []plan.ClusterSpec{{Name: company, Nodes: plan.Count{Now: 100}}},
		})
		if err != nil {
			fmt.Println(err)
			return
		}
		s.Clusters = append(s.Clusters, p.Spec().Clusters...)
		for b := range p.Blocks() {
			blocks = append(blocks, b)
		}
	}
	for _, f := range plan.Audit(s, blocks) {
		fmt.Println(f.Rule, f.Cluster, f.Role)
	}
	// Output:
	// overlap globex pod
	// overlap globex node
	// overlap globex service
}

// A plan is kept as JSON beside the code, and nothing in it is taken on trust
// when it comes back.
func ExampleDecode() {
	b, err := json.Marshal(shop())
	if err != nil {
		fmt.Println(err)
		return
	}
	p, err := plan.Decode(b)
	if err != nil {
		fmt.Println(err)
		return
	}
	c, _ := p.Cluster("shop")
	fmt.Println(c.Block(plan.Pod))

	_, err = plan.Decode([]byte(`{"format": 2}`))
	fmt.Println(err)
	// Output:
	// 10.4.0.0/16,fd00:10:4::/56
	// plan: decode: format 2: this version reads format 1
}

// A firewall log has an address. Whose is it?
func ExamplePlan_Owners() {
	p := shop()
	for _, a := range []string{"10.4.255.7", "fd00:10:4:ff::1", "192.168.7.20", "8.8.8.8"} {
		fmt.Println(a)
		for o := range p.Owners(netip.MustParseAddr(a)) {
			fmt.Println("  ", o.Cluster, o.Role, o.Range, o.Network, o.NodeBlock)
		}
	}
	// Output:
	// 10.4.255.7
	//    shop pod 10.4.0.0/16  255
	// fd00:10:4:ff::1
	//    shop pod fd00:10:4::/56  255
	// 192.168.7.20
	//    till-1 node 192.168.7.0/24 vlan-7 -1
	//    till-2 node 192.168.7.0/24 vlan-7 -1
	// 8.8.8.8
}

// How much room is left for the next cluster.
func ExamplePlan_Pools() {
	for u := range shop().Pools() {
		if u.Family == cidr.IPv4 {
			fmt.Printf("%s: %v of %v addresses used, largest free block %v\n", u.Pool, u.Used, u.Total, u.Largest)
		}
	}
	// Output: corp: 78368 of 1048576 addresses used, largest free block 10.0.0.0/14
}

// A cluster is to get more pods than the pool has room for. Every way out was
// tried.
func ExampleInfeasibleError() {
	_, err := plan.Solve(plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "lab", Prefixes: []netip.Prefix{cidr.MustParse("10.0.0.0/16")}}},
		Reserved: []plan.Reservation{{Prefix: cidr.MustParse("10.0.255.0/24"), Reason: "printers"}},
		Clusters: []plan.ClusterSpec{{Name: "lab", Nodes: plan.Count{Now: 200}, PodsPerNode: 200}},
	})
	var e *plan.InfeasibleError
	if errors.As(err, &e) {
		fmt.Println("proved:", e.Proven)
	}
	fmt.Println(err)
	// Output:
	// proved: true
	// plan: no plan exists: 1 range finds no place
	// plan: cluster "lab": pod range needs a /16 (IPv4), largest free block in pool "lab" is a /17 (10.0.0.0/17)
	// plan: pool "lab" (IPv4): asked 65808 addresses in 3 ranges, free 65280, left 65008, largest free block 10.0.0.0/17 (50% of what is left lies elsewhere)
	// plan: way out: add a free /16 of IPv4 to pool "lab"
	// plan: way out: lower podsPerNode of cluster "lab" from 200 to 125
}
