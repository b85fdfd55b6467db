package plan_test

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// A cluster of Amazon's with two subnets for nodes, one in each availability
// zone. A subnet loses five addresses, and services have to be in private space:
// they never come from the pool of shared addresses.
func ExampleClusterSpec_eks() {
	p, err := plan.Solve(plan.Spec{
		Pools: []plan.PoolSpec{
			{Name: "vpc", Prefixes: []netip.Prefix{cidr.MustParse("10.20.0.0/16")}, Roles: []plan.Role{plan.Node}},
			{Name: "private", Prefixes: []netip.Prefix{cidr.MustParse("10.21.0.0/20")}, Roles: []plan.Role{plan.Service}},
			{Name: "shared", Prefixes: []netip.Prefix{cidr.MustParse("100.64.0.0/16")}, Roles: []plan.Role{plan.Pod, plan.Service}},
		},
		Clusters: []plan.ClusterSpec{{
			Name: "shop", Platform: platform.EKS, Nodes: plan.Count{Now: 400}, PodsPerNode: 29, IPAM: k8sflags.VPCCNI, Services: plan.Count{Now: 200},
			Extra: []plan.BlockSpec{
				{Name: "eu-west-1a", Role: plan.Node, Count: plan.Count{Now: 200}},
				{Name: "eu-west-1b", Role: plan.Node, Count: plan.Count{Now: 200}},
			},
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for b := range p.Blocks() {
		fmt.Println(b)
	}
	shop, _ := p.Cluster("shop")
	_, err = shop.FlagSet()
	fmt.Println(errors.Is(err, plan.ErrManaged))
	// Output:
	// cluster "shop" node "eu-west-1a" 10.20.0.0/24
	// cluster "shop" node "eu-west-1b" 10.20.1.0/24
	// cluster "shop" pod 100.64.0.0/18
	// cluster "shop" service 10.21.0.0/24
	// true
}

// A cluster of Google's. A node's block has twice as many addresses as pods, a
// pod range is at least a /21, and the first two and the last two addresses of
// the nodes' subnet are lost.
func ExampleClusterSpec_gke() {
	p, err := plan.Solve(plan.Spec{
		Pools: []plan.PoolSpec{{Name: "vpc", Prefixes: []netip.Prefix{cidr.MustParse("10.64.0.0/12")}}},
		Clusters: []plan.ClusterSpec{{
			Name: "shop", Platform: platform.GKE, Nodes: plan.Count{Now: 252}, PodsPerNode: 32, IPAM: k8sflags.GKE, Services: plan.Count{Now: 500},
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for b := range p.Blocks() {
		fmt.Println(b)
	}
	shop, _ := p.Cluster("shop")
	fmt.Println("node blocks of a", shop.NodeMasks())
	// Output:
	// cluster "shop" node 10.64.66.0/24
	// cluster "shop" pod 10.64.0.0/18
	// cluster "shop" service 10.64.64.0/23
	// node blocks of a /26
}

// An overlay of Azure's, whose nodes have a /24 each. Of 172.16.0.0/12 nothing
// is taken that AKS refuses. What it takes of no cluster is an error of the spec
// that says why.
func ExampleClusterSpec_aks() {
	s := plan.Spec{
		Pools: []plan.PoolSpec{{Name: "private", Prefixes: []netip.Prefix{cidr.MustParse("172.16.0.0/12")}, Fit: plan.LastFit}},
		Clusters: []plan.ClusterSpec{{
			Name: "shop", Platform: platform.AKS, Nodes: plan.Count{Now: 200}, PodsPerNode: 50, IPAM: k8sflags.AKSOverlay,
		}},
	}
	p, err := plan.Solve(s)
	if err != nil {
		fmt.Println(err)
		return
	}
	for b := range p.Blocks() {
		fmt.Println(b)
	}
	s.Clusters[0].Nodes.Max = 6000
	fmt.Println(s.Validate())
	// Output:
	// cluster "shop" node 172.28.255.0/24
	// cluster "shop" pod 172.29.0.0/16
	// cluster "shop" service 172.28.254.240/28
	// plan: clusters[0].nodes: cluster "shop": 6000 nodes at once: AKS-32: an overlay has at most 5,000 nodes (documented: https://learn.microsoft.com/azure/aks/azure-cni-overlay)
}
