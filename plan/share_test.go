package plan_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/plan"
)

// podFleet is clusters of which only the pods are of interest: so many units of
// 16 addresses each, in a pool of a length.
func podFleet(bits int, units ...uint64) plan.Spec {
	s := plan.Spec{
		Pools: []plan.PoolSpec{
			{Name: "pods", Prefixes: prefixes(fmt.Sprintf("10.0.0.0/%d", bits)), Roles: []plan.Role{plan.Pod}},
			{Name: "rest", Prefixes: prefixes("172.16.0.0/16")},
		},
		Share: []plan.Role{plan.Pod},
	}
	s.Pools[1].Roles = []plan.Role{plan.Node, plan.Service}
	for i, n := range units {
		s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: string(rune('a' + i)), Nodes: now(n), PodsPerNode: 13})
	}
	return s
}

func podRanges(p *plan.Plan) string {
	var all string
	for c := range p.Clusters() {
		all += fmt.Sprintf(" %s %v", c.Name(), c.Block(plan.Pod))
	}
	return all[1:]
}

// Clusters that nothing keeps apart have the same addresses; the clusters of a
// mesh lie beside each other, inside of what a larger one has.
func TestSharedRangesTakeTheLeastSpace(t *testing.T) {
	mesh := func(kind plan.MeshKind, clusters ...string) plan.Mesh {
		return plan.Mesh{Name: fmt.Sprint(kind, len(clusters)), Kind: kind, Clusters: clusters}
	}
	for _, tt := range []struct {
		name   string
		meshes []plan.Mesh
		bits   int // of the pool; one longer is too small
		want   string
	}{
		{"no mesh", nil, 26, "a 10.0.0.0/26 b 10.0.0.0/27 c 10.0.0.0/27 d 10.0.0.0/28"},
		{"two beside each other in a third", []plan.Mesh{mesh(plan.ClusterMesh, "b", "c")}, 26, "a 10.0.0.0/26 b 10.0.0.0/27 c 10.0.0.32/27 d 10.0.0.0/28"},
		{"two meshes", []plan.Mesh{mesh(plan.ClusterMesh, "b", "c"), mesh(plan.Submariner, "a", "d")}, 25, "a 10.0.0.0/26 b 10.0.0.0/27 c 10.0.0.32/27 d 10.0.0.64/28"},
		{"one mesh of all", []plan.Mesh{mesh(plan.IstioSingleNetwork, "a", "b", "c", "d")}, 24, "a 10.0.0.0/26 b 10.0.0.64/27 c 10.0.0.96/27 d 10.0.0.128/28"},
		{"meshes that translate", []plan.Mesh{mesh(plan.IstioMultiNetwork, "a", "b", "c"), mesh(plan.SubmarinerGlobalnet, "a", "d")}, 26, "a 10.0.0.0/26 b 10.0.0.0/27 c 10.0.0.0/27 d 10.0.0.0/28"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := podFleet(tt.bits, 4, 2, 2, 1)
			s.Meshes = tt.meshes
			if got := podRanges(solved(t, s)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			s.Pools[0].Prefixes = podFleet(tt.bits+1, 1).Pools[0].Prefixes
			var e *plan.InfeasibleError
			if _, err := plan.Solve(s); !errors.As(err, &e) || !e.Proven {
				t.Errorf("half of the pool: %v", err)
			}
		})
	}
}

// Headroom is kept inside of a shared place as well.
func TestSharedRangesHaveRoom(t *testing.T) {
	s := podFleet(25, 4, 2, 2)
	s.Pools[0].Headroom = 1
	s.Meshes = []plan.Mesh{{Name: "m", Kind: plan.ClusterMesh, Clusters: []string{"b", "c"}}}
	p := solved(t, s)
	if got, want := podRanges(p), "a 10.0.0.0/26 b 10.0.0.0/27 c 10.0.0.64/27"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	c, _ := p.Cluster("c")
	if b := slices.Collect(c.Blocks(plan.Pod))[0]; b.Room != pair("10.0.0.64/26") {
		t.Errorf("room %v", b.Room)
	}
}

// Regions whose ranges come from the same pool share only where there is no
// other way.
func TestRegionsShareWhereTheyMust(t *testing.T) {
	for bits, want := range map[int]string{25: "a 10.0.0.0/26 b 10.0.0.64/26", 26: "a 10.0.0.0/26 b 10.0.0.0/26"} {
		s := podFleet(bits, 4, 4)
		s.Clusters[0].Region, s.Clusters[1].Region = "eu", "us"
		if got := podRanges(solved(t, s)); got != want {
			t.Errorf("in a /%d: %s, want %s", bits, got, want)
		}
	}
}

// With a cluster in two meshes, and with pins, failure to find a plan is no
// proof that there is none.
func TestSharingIsNoProofWhereItIsIntricate(t *testing.T) {
	s := podFleet(28, 1, 1)
	s.Meshes = []plan.Mesh{{Name: "m", Kind: plan.Submariner, Clusters: []string{"a", "b"}}, {Name: "n", Kind: plan.ClusterMesh, Clusters: []string{"a"}}}
	var e *plan.InfeasibleError
	if _, err := plan.Solve(s); !errors.As(err, &e) || e.Proven {
		t.Errorf("two meshes: %v", err)
	}
	s = podFleet(28, 1, 1)
	s.Clusters[0].Pins = map[plan.Role]dualstack.Pair{plan.Pod: pair("10.0.0.0/28")} // b could have the same
	if _, err := plan.Solve(s); !errors.As(err, &e) || e.Proven {
		t.Errorf("a pin: %v", err)
	}
}
