package plan_test

import (
	"fmt"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

// Every number of a cluster's ranges before there is any address space for it.
func ExampleClusterSpec_Sizing() {
	c := plan.ClusterSpec{
		Name: "prod", PodsPerNode: 100, IPAM: k8sflags.Calico,
		Nodes: plan.Count{Now: 120, GrowthPerYear: plan.Amount{N: 40, Percent: true}, Horizon: 2 * plan.Year},
		Churn: plan.Churn{PodsPerNodePerMinute: 12, Cooldown: plan.Duration(60e9)},
	}
	s, err := c.Sizing()
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range s.Ranges {
		if r.Role != plan.Pod {
			continue
		}
		for _, l := range r.Lines {
			if l.Text != "" {
				fmt.Println(l.What, l.Text)
			} else {
				fmt.Println(l.What, l.Value)
			}
		}
	}
	// Output:
	// pods per node 100
	// addresses in cooldown 12
	// addresses of a node's block 112
	// node block /25
	// pods that a block holds 116
	// effective pods per node 100
	// nodes now 120
	// nodes after 1y 168
	// nodes after 2y 236
	// nodes to plan for 236
	// node blocks 256
	// range /17
}

// The table of a small cluster, with the rule of each number and its source.
func ExampleSizing_String() {
	c := plan.ClusterSpec{
		Name: "edge", Kubernetes: k8sflags.Version{Major: 1, Minor: 34}, Families: []cidr.Family{cidr.IPv4},
		Nodes: plan.Count{Now: 12}, Services: plan.Count{Now: 40}, NodeNetwork: "vlan-7", PodsPerNode: 60, IPAM: k8sflags.Calico,
	}
	s, err := c.Sizing()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(s)
	// Output:
	// node "vlan-7" IPv4: in a shared network
	//   nodes now  12
	//
	// pod IPv4: /22, node blocks /26, holds 1024 pods
	//   pods per node                60
	//   addresses of a node's block  60   the sum of these
	//   node block                   /26  the longest that holds them [RFC 4632 §3.1]
	//   pods that a block holds      64   what calico and cooldown leave of a /26
	//   effective pods per node      60   the kubelet takes no more than pods per node [k8s.io/kubernetes pkg/kubelet/apis/config/v1beta1/defaults.go]
	//   nodes now                    12
	//   node blocks                  16   up to a power of two [RFC 4632 §3.1]
	//   range                        /22  4 bits for the blocks before the /26 of each
	//
	// service IPv4: /26, holds 60 services
	//   services now                    40
	//   services of the cluster itself  2    kubernetes and DNS [k8s.io/kubernetes cmd/kubeadm/app/constants/constants.go]
	//   addresses lost                  2    network and broadcast address are not given [k8s.io/kubernetes pkg/registry/core/service/ipallocator]
	//   smallest range                  /28  kubeadm wants ten addresses [k8s.io/kubernetes cmd/kubeadm/app/constants/constants.go]
	//   largest range                   /2   Kubernetes 1.34 takes no shorter one [k8s.io/kubernetes cmd/kube-apiserver/app/options/validation.go]
	//   range                           /26  the smallest that holds them [RFC 4632 §3.1]
	//   static band                     16   addresses for Services that name one, a part of the range and not taken off [KEP-3070]
}

// What Kubernetes is tested with is a soft limit: a cluster beyond it can be
// planned, and is told.
func ExampleScale() {
	for _, f := range plan.Scale(plan.ClusterSpec{Name: "big", Nodes: plan.Count{Now: 400, Max: 2000}}) {
		fmt.Println(f.Severity, f.Message)
	}
	// Output: info 220000 pods: Kubernetes is tested with up to 150000 (https://kubernetes.io/docs/setup/best-practices/cluster-large/)
}

// What the ranges of a cluster hold that was planned by hand.
func ExampleCapacityOf() {
	c, err := plan.CapacityOf(plan.Ranges{
		Kubernetes: k8sflags.Version{Major: 1, Minor: 34},
		IPAM:       k8sflags.Cilium,
		NodeMasks:  dualstack.Masks{V4: 24, V6: 120},
		Blocks: []plan.Block{
			{Role: plan.Node, Range: dualstack.MustParse("10.20.0.0/23,fd00:20::/64")},
			{Role: plan.Pod, Range: dualstack.MustParse("10.244.0.0/16,fd00:244::/112")},
			{Role: plan.Service, Range: dualstack.MustParse("10.96.0.0/20,fd00:96::/108")},
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("capacity\n%v", c)
	fmt.Println("effective pods per node:", c.EffectivePodsPerNode)
	fmt.Println("static band:", c.Families[0].StaticServices, "of", c.Families[0].StaticServices+c.Families[0].DynamicServices)
	// Output:
	// capacity
	//                effective  IPv4  IPv6
	// nodeAddresses  509        509   18446744073709551614  IPv4 is the bottleneck
	// nodeBlocks     256        256   256
	// podsPerNode    252        252   252
	// services       4092       4092  1048573               IPv4 is the bottleneck
	// externalIPs    0          0     0
	// ingressIPs     0          0     0
	// effective pods per node: 110
	// static band: 256 of 4094
}

// More nodes or more pods a node, in the same range: 60 nodes of 100 pods fit
// into a /18 in two ways. That with the large IPv6 blocks is in use.
func ExampleCompareMasks() {
	t, err := plan.CompareMasks(plan.ClusterSpec{Nodes: plan.Count{Now: 60}, PodsPerNode: 100}, dualstack.MustParse("10.244.0.0/18,fd00:244::/58"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range t.Alternatives {
		if a.Nodes >= 16 && a.Nodes <= 256 {
			fmt.Println(a.Masks, a.Nodes, "×", a.PodsPerNode, a.Enough, a.InUse)
		}
	}
	// Output:
	// /22,/62 16 × 1021 false false
	// /23,/63 32 × 509 false false
	// /24,/64 64 × 253 true true
	// /25,/65 128 × 125 true false
	// /26,/66 256 × 61 false false
}

func ExampleComparison_String() {
	t, err := plan.CompareMasks(plan.ClusterSpec{Nodes: plan.Count{Now: 9}, PodsPerNode: 20, IPAM: k8sflags.Cilium}, dualstack.MustParse("10.244.0.0/22"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(t)
	// Output:
	// node blocks  nodes  pods per node  pods  enough for 9 × 20
	// /22          1      1020           1020  no
	// /23          2      508            1016  no
	// /24          4      252            1008  no
	// /25          8      124            992   no
	// /26          16     60             960   yes
	// /27          32     28             896   yes, in use
	// /28          64     12             768   no
	// /29          128    4              512   no
}
