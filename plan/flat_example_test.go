package plan_test

import (
	"fmt"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

// Custom networking of the Amazon VPC CNI: nodes have addresses of the
// company's space, and their pods those of a subnet of the same availability
// zone, out of 100.64.0.0/10, which every VPC may have. 60 nodes of 29 pods in
// three zones are 20 × 30 addresses in each.
func ExampleClusterSpec_podSubnets() {
	c := plan.ClusterSpec{
		Name: "eks", Nodes: plan.Count{Now: 60}, PodsPerNode: 29, IPAM: k8sflags.VPCCNI,
		Extra: []plan.BlockSpec{
			{Name: "eu-west-1a", Role: plan.Pod, Count: plan.Count{Now: 20}},
			{Name: "eu-west-1b", Role: plan.Pod, Count: plan.Count{Now: 20}},
			{Name: "eu-west-1c", Role: plan.Pod, Count: plan.Count{Now: 20}},
		},
	}
	p, err := plan.Solve(plan.Spec{
		Pools: []plan.PoolSpec{
			{Name: "vpc", Prefixes: []netip.Prefix{cidr.MustParse("10.20.0.0/16")}, Roles: []plan.Role{plan.Node, plan.Service}},
			{Name: "pods", Prefixes: []netip.Prefix{cidr.MustParse("100.64.0.0/16")}, Roles: []plan.Role{plan.Pod}},
		},
		Clusters: []plan.ClusterSpec{c},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for b := range p.Blocks() {
		fmt.Println(b)
	}
	// Output:
	// cluster "eks" node 10.20.0.0/26
	// cluster "eks" pod "eu-west-1a" 100.64.0.0/22
	// cluster "eks" pod "eu-west-1b" 100.64.4.0/22
	// cluster "eks" pod "eu-west-1c" 100.64.8.0/22
	// cluster "eks" service 10.20.0.64/28
}

// Azure CNI in the nodes' subnet: 50 nodes and one while others are replaced,
// each with an address of its own and 30 for pods, are 1,581 addresses.
func ExampleClusterSpec_podsFromNodeRange() {
	p, err := plan.Solve(plan.Spec{
		Pools: []plan.PoolSpec{{Name: "vnet", Prefixes: []netip.Prefix{cidr.MustParse("10.240.0.0/16")}}},
		Clusters: []plan.ClusterSpec{{
			Name: "aks", Nodes: plan.Count{Now: 50}, Surge: plan.Amount{N: 1}, PodsPerNode: 30,
			IPAM: k8sflags.AKSNodeSubnet, PodsFromNodeRange: true,
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	aks, _ := p.Cluster("aks")
	fmt.Println(aks.Block(plan.Node), "for", aks.Capacity().Nodes(), "nodes with their pods")
	// Output: 10.240.0.0/21 for 65 nodes with their pods
}
