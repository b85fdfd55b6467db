package plan_test

import (
	"errors"
	"testing"

	"github.com/kubecidr/kubecidr/plan"
)

// A main range that serves is not given up because extra ranges could do its
// work, unless the cluster may move.
func TestMainRangesAreNotDroppedUnasked(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Nodes: now(10), PodsPerNode: 13})
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Clusters[0].Extra = []plan.BlockSpec{{Name: "zone-b", Role: plan.Node, Count: now(10)}}
	_, _, err = plan.Evolve(p, s, plan.EvolveOptions{})
	var e *plan.OutgrownError
	if !errors.As(err, &e) || len(e.Ranges) != 1 || e.Ranges[0].Role != plan.Node || e.Ranges[0].Name != "" {
		t.Fatalf("the node range was dropped: %v", err)
	}
	q, _, err := plan.Evolve(p, s, plan.EvolveOptions{AllowMove: []string{"c"}})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	c, _ := q.Cluster("c")
	for b := range c.Blocks(plan.Node) {
		n++
		if b.Name != "zone-b" {
			t.Errorf("%v is still there", b)
		}
	}
	if n != 1 {
		t.Errorf("%d node ranges", n)
	}
}

// Nor because the nodes are in a shared network now.
func TestNodeRangesAreNotDroppedForANetwork(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Nodes: now(10)})
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Networks = []plan.Network{{Name: "vlan"}}
	s.Clusters[0].NodeNetwork = "vlan"
	_, _, err = plan.Evolve(p, s, plan.EvolveOptions{})
	if !errors.Is(err, plan.ErrOutgrown) {
		t.Fatalf("the node range was dropped: %v", err)
	}
	if _, _, err := plan.Evolve(p, s, plan.EvolveOptions{AllowMove: []string{"c"}}); err != nil {
		t.Fatal(err)
	}
}
