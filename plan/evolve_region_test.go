package plan_test

import (
	"fmt"
	"testing"

	"github.com/kubecidr/kubecidr/plan"
)

// A cluster that comes to a region goes where the region's routes lead already,
// although a smaller free block lies elsewhere.
func TestNewClustersAddNoRoutes(t *testing.T) {
	s := plan.Spec{Pools: []plan.PoolSpec{{Name: "p", Prefixes: prefixes("10.0.0.0/16")}}}
	add := func(name, region string, nodes uint64) {
		s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: name, Region: region, Nodes: now(nodes), PodsPerNode: 13, Services: now(20)})
	}
	for i, region := range []string{"ap", "eu", "us"} {
		for k := range 3 {
			add(fmt.Sprintf("%s-%d", region, k), region, uint64(10*(i+1)+k))
		}
	}
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	before := numRoutes(p)
	for i := range 6 { // for which the regions' blocks have room
		region := []string{"us", "ap", "eu"}[i%3]
		add(fmt.Sprintf("new-%d", i), region, 3)
		q, _, err := plan.Evolve(p, s, plan.EvolveOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if n := numRoutes(q); n > before {
			t.Fatalf("cluster %d in %s: %d routes, were %d", i, region, n, before)
		}
		p = q
	}
}

func numRoutes(p *plan.Plan) int {
	n := 0
	for r := range p.Routes() {
		n += len(r.Prefixes)
	}
	return n
}
