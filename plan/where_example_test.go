package plan_test

import (
	"fmt"
	"log"

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
