package plan_test

import (
	"fmt"
	"log"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/plan"
)

// Clusters of a region lie together, so that routers need few routes for them.
func ExamplePlan_Routes() {
	p, err := plan.Solve(plan.Spec{
		Pools: []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/16")}},
		Clusters: []plan.ClusterSpec{
			{Name: "berlin-1", Region: "eu", Nodes: now(20), PodsPerNode: 60, Services: now(200)},
			{Name: "berlin-2", Region: "eu", Nodes: now(60), PodsPerNode: 60, Services: now(200)},
			{Name: "oregon-1", Region: "us", Nodes: now(100), PodsPerNode: 60, Services: now(200)},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	for r := range p.Routes() {
		fmt.Println(r.Pool, r.Region, r.Ranges, "ranges:", r.Prefixes)
	}
	// Output:
	// corp eu 6 ranges: [10.0.64.0/19]
	// corp us 3 ranges: [10.0.0.0/18]
}

// Firewall rules name the prefixes of a zone, which stay when clusters come.
func ExamplePlan_Zones() {
	p, err := plan.Solve(plan.Spec{
		Zones: []plan.Zone{{Name: "dmz", Description: "reached from the internet"}},
		Pools: []plan.PoolSpec{
			{Name: "inside", Prefixes: prefixes("10.0.0.0/16")},
			{Name: "dmz", Prefixes: prefixes("10.1.0.0/22"), Zone: "dmz"},
		},
		Clusters: []plan.ClusterSpec{{
			Name: "shop", Nodes: now(12), PodsPerNode: 60,
			// Four of the nodes, and addresses for load balancers, are in the DMZ.
			Extra: []plan.BlockSpec{
				{Name: "edge", Role: plan.Node, Zone: "dmz", Count: now(4)},
				{Name: "public", Role: plan.External, Zone: "dmz", Bits: dualstack.Masks{V4: 27}},
			},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for z := range p.Zones() {
		fmt.Println(z.Zone, z.Space[0].Prefixes, z.Clusters)
		for _, b := range z.Blocks {
			fmt.Println(b)
		}
	}
	// Output:
	// dmz [10.1.0.0/22] [shop]
	// cluster "shop" node "edge" 10.1.0.32/29
	// cluster "shop" external "public" 10.1.0.0/27
}

// A subnet of nodes in each availability zone: together they carry all nodes,
// so that there is no main range.
func ExampleBlockSpec() {
	p, err := plan.Solve(plan.Spec{
		Pools: []plan.PoolSpec{{Name: "vpc", Prefixes: prefixes("10.0.0.0/16")}},
		Clusters: []plan.ClusterSpec{{
			Name: "prod", Nodes: now(90), PodsPerNode: 30,
			Extra: []plan.BlockSpec{
				{Name: "az-a", Role: plan.Node, Count: now(30)},
				{Name: "az-b", Role: plan.Node, Count: now(30)},
				{Name: "az-c", Role: plan.Node, Count: now(30)},
			},
		}},
	})
	if err != nil {
		log.Fatal(err)
	}
	prod, _ := p.Cluster("prod")
	for b := range prod.Blocks(plan.Node) {
		fmt.Println(b.Name, b.Range)
	}
	fmt.Println("addresses for", prod.Capacity().NodeAddresses, "nodes")
	// Output:
	// az-a 10.0.32.0/26
	// az-b 10.0.32.64/26
	// az-c 10.0.32.128/26
	// addresses for 183 nodes
}

// Clusters that do not reach each other's pods may have the same pod ranges;
// those of a mesh may not.
func ExampleMesh() {
	p, err := plan.Solve(plan.Spec{
		Pools: []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/16")}},
		Share: []plan.Role{plan.Pod},
		Meshes: []plan.Mesh{
			{Name: "shops", Kind: plan.ClusterMesh, Clusters: []string{"shop-eu", "shop-us"}},
		},
		Clusters: []plan.ClusterSpec{
			{Name: "shop-eu", Nodes: now(10), PodsPerNode: 60},
			{Name: "shop-us", Nodes: now(10), PodsPerNode: 60},
			{Name: "lab", Nodes: now(20), PodsPerNode: 60},
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	for c := range p.Clusters() {
		fmt.Println(c.Name(), c.Block(plan.Pod))
	}
	for s := range p.Savings() {
		fmt.Printf("%s ranges of %v: %v of %v addresses saved\n", s.Role, s.Family, s.Saved, s.Asked)
	}
	native, err := p.NativeRouting("shop-eu")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("ipv4NativeRoutingCIDR:", native.IPv4)
	fmt.Println("nonMasqueradeCIDRs:", native.NonMasquerade)
	// Output:
	// lab 10.0.0.0/21
	// shop-eu 10.0.0.0/22
	// shop-us 10.0.4.0/22
	// pod ranges of IPv4: 2048 of 4096 addresses saved
	// ipv4NativeRoutingCIDR: 10.0.0.0/21
	// nonMasqueradeCIDRs: [10.0.0.0/21 10.0.8.32/27]
}

// No range touches a network that is not ours.
func ExamplePeer() {
	p, err := plan.Solve(plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/20")}},
		Peers:    []plan.Peer{{Name: "partner", Prefixes: prefixes("10.0.0.0/21", "10.0.12.0/22")}},
		Clusters: []plan.ClusterSpec{{Name: "prod", Nodes: now(4), PodsPerNode: 100}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for b := range p.Blocks() {
		fmt.Println(b)
	}
	// Output:
	// cluster "prod" node 10.0.10.16/29
	// cluster "prod" pod 10.0.8.0/23
	// cluster "prod" service 10.0.10.0/28
}

// With headroom of 1 every range can double where it is.
func ExamplePoolSpec() {
	p, err := plan.Solve(plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/20"), Headroom: 1, Fit: plan.FirstFit}},
		Clusters: []plan.ClusterSpec{{Name: "prod", Nodes: now(4), PodsPerNode: 100}},
	})
	if err != nil {
		log.Fatal(err)
	}
	for b := range p.Blocks() {
		fmt.Println(b.Role, b.Range, "can grow to", b.Room)
	}
	// Output:
	// node 10.0.4.32/29 can grow to 10.0.4.32/28
	// pod 10.0.0.0/23 can grow to 10.0.0.0/22
	// service 10.0.4.0/28 can grow to 10.0.4.0/27
}
