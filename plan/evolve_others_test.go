package plan_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/plan"
)

// A way out reckons with the clusters that stay as they are.
func TestWaysOutOfAPlanThatEvolves(t *testing.T) {
	pool := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/16")}
	shop := plan.ClusterSpec{Name: "shop", Nodes: now(200)}
	p := solved(t, in(pool, shop))
	next := plan.ClusterSpec{Name: "next", Nodes: now(300), PodsPerNode: 50}
	_, _, err := plan.Evolve(p, in(pool, shop, next), plan.EvolveOptions{})
	var e *plan.InfeasibleError
	if !errors.As(err, &e) || !slices.Contains(e.WaysOut, `add a free /17 of IPv4 to pool "corp"`) {
		t.Fatalf("%v", err)
	}
	pool.Prefixes = append(pool.Prefixes, netip.MustParsePrefix("10.128.0.0/17"))
	evolved(t, p, in(pool, shop, next), plan.EvolveOptions{})
}
