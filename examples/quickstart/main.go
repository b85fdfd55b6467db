package main

import (
	"fmt"
	"log"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

func main() {
	p, err := plan.Solve(plan.Spec{
		Pools: []plan.PoolSpec{{Name: "corp", Prefixes: []netip.Prefix{cidr.MustParse("10.0.0.0/8"), cidr.MustParse("fd12:3456:789a::/48")}}},
		Clusters: []plan.ClusterSpec{{
			Name: "prod", Kubernetes: k8sflags.Version{Major: 1, Minor: 34}, Families: []cidr.Family{cidr.IPv4, cidr.IPv6},
			Nodes: plan.Count{Now: 120, Max: 300}, PodsPerNode: 110, Services: plan.Count{Now: 2000},
		}},
	})
	if err != nil {
		log.Fatal(err) // says what is missing, in which pool, and what would help
	}
	prod, _ := p.Cluster("prod")
	fmt.Println("pods:", prod.Block(plan.Pod), "for", prod.Capacity().Nodes(), "nodes")
	flags, err := prod.FlagSet()
	if err != nil {
		log.Fatal(err)
	}
	for _, process := range flags.Processes {
		fmt.Println(process.Flags)
	}
}
