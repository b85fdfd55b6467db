package plan_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

// there is a cluster that exists, with ranges "role=range".
func there(name string, ranges ...string) plan.Existing {
	x := plan.Existing{Name: name, Ranges: map[plan.Role]dualstack.Pair{}}
	for _, r := range ranges {
		role, p, _ := strings.Cut(r, "=")
		x.Ranges[plan.Role(role)] = pair(p)
	}
	return x
}

// What is wrong with clusters that exist is found, stays with the plan, and
// comes back from its JSON; the ranges are taken as they are.
func TestAdoptFindsWhatIsWrong(t *testing.T) {
	small := there("a", "node=10.0.0.0/24", "pod=10.1.0.0/24", "service=10.2.0.0/24")
	small.NodeMasks = dualstack.Masks{V4: 26}
	asked := plan.ClusterSpec{Name: "a", Nodes: now(20), PodsPerNode: 50}
	for _, tt := range []struct {
		name     string
		clusters []plan.ClusterSpec
		existing []plan.Existing
		rule     string
		role     plan.Role
	}{
		{"two share pods", nil, []plan.Existing{
			there("a", "node=10.0.0.0/24", "pod=10.1.0.0/18", "service=10.2.0.0/24"),
			there("b", "node=10.0.1.0/24", "pod=10.1.32.0/19", "service=10.2.1.0/24"),
		}, plan.RuleOverlap, plan.Pod},
		{"no node range", []plan.ClusterSpec{asked}, []plan.Existing{there("a", "pod=10.1.0.0/18", "service=10.2.0.0/24")}, plan.RuleMissing, plan.Node},
		{"a pool for other roles", nil, []plan.Existing{there("a", "node=10.0.0.0/24", "pod=11.0.0.0/18", "service=10.2.0.0/24")}, plan.RulePool, plan.Pod},
		{"outside of pools", nil, []plan.Existing{there("a", "node=10.0.0.0/24", "pod=172.20.0.0/18", "service=10.2.0.0/24")}, plan.RulePool, plan.Pod},
		{"masks that do not fit", []plan.ClusterSpec{asked}, []plan.Existing{small}, plan.RuleCapacity, plan.Pod},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := plan.Spec{
				Pools: []plan.PoolSpec{
					{Name: "corp", Prefixes: prefixes("10.0.0.0/8")},
					{Name: "services", Prefixes: prefixes("11.0.0.0/8"), Roles: []plan.Role{plan.Service}},
				},
				Clusters: tt.clusters,
			}
			p, findings, err := plan.Adopt(s, tt.existing)
			if err != nil {
				t.Fatal(err)
			}
			wrong := func(f plan.Finding) bool {
				return f.Rule == tt.rule && f.Role == tt.role && f.Severity == k8sflags.Error
			}
			if !slices.ContainsFunc(findings, wrong) || !slices.ContainsFunc(p.Flaws(), wrong) {
				t.Fatalf("findings %v, flaws %v", findings, p.Flaws())
			}
			for _, x := range tt.existing {
				for r, want := range x.Ranges {
					if got := rangeOf(t, p, x.Name, r); got != want {
						t.Errorf("%s %s is %v, want %v", x.Name, r, got, want)
					}
				}
			}
			back, err := plan.Decode([]byte(text(t, p)))
			if err != nil || text(t, back) != text(t, p) || !slices.Equal(back.Flaws(), p.Flaws()) {
				t.Fatalf("%v: %v", err, back)
			}
			// Without the flaws that it names it is a plan that nobody vouches for.
			var document map[string]any
			if err := json.Unmarshal([]byte(text(t, p)), &document); err != nil {
				t.Fatal(err)
			}
			delete(document, "flaws")
			if _, err := plan.Decode([]byte(text(t, document))); err == nil {
				t.Error("it is read without its flaws")
			}
			// The spec goes on, and what is wrong stays until it may change.
			checkOnlyAdded(t, p)
		})
	}
}

func TestAdoptErrors(t *testing.T) {
	pool := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/8")}
	x := there("a", "node=10.0.0.0/24", "pod=10.1.0.0/18", "service=10.2.0.0/24")
	network := in(pool)
	network.Networks = []plan.Network{{Name: "n", Hosts: 3}}
	for _, tt := range []struct {
		spec     plan.Spec
		existing []plan.Existing
		want     string
	}{
		{in(pool), []plan.Existing{x, x}, `plan: adopt: cluster "a" stands twice`},
		{in(pool), []plan.Existing{there("a", "pods=10.1.0.0/18")}, `plan: adopt: cluster "a": role "pods": want one of [node pod service external ingress]`},
		{in(pool), nil, "there is no cluster to plan for"},
		{network, []plan.Existing{x}, `plan: adopt: network "n": pin it where it is`},
	} {
		if _, _, err := plan.Adopt(tt.spec, tt.existing); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}

// A flaw is mended with leave to move, and then is none any more.
func TestEvolveMendsAFlaw(t *testing.T) {
	pool := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/8")}
	p, _, err := plan.Adopt(in(pool), []plan.Existing{
		there("a", "node=10.0.0.0/24", "pod=10.1.0.0/18", "service=10.2.0.0/24"),
		there("b", "node=10.0.1.0/24", "pod=10.1.0.0/18", "service=10.2.1.0/24"),
	})
	if err != nil {
		t.Fatal(err)
	}
	s := p.Spec()
	s.Clusters[1].Pins = map[plan.Role]dualstack.Pair{plan.Pod: pair("10.64.0.0/18")}
	q, _, err := plan.Evolve(p, s, plan.EvolveOptions{AllowMove: []string{"b"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(q.Flaws()) != 0 || len(q.Audit()) != 0 && q.Audit()[0].Severity == k8sflags.Error {
		t.Errorf("%v", q.Flaws())
	}
	// And a cluster that is taken away takes its flaws with it.
	s = p.Spec()
	s.Clusters = s.Clusters[:1]
	q, _, err = plan.Evolve(p, s, plan.EvolveOptions{})
	if err != nil || len(q.Flaws()) != 0 {
		t.Errorf("%v: %v", err, q)
	}
}
