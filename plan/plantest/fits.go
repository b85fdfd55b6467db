package plantest

import (
	"github.com/kubecidr/kubecidr/plan"
)

// Fits fails the test unless the plan has room for further clusters, all of
// them together, without anything that serves having to move. What rests is
// taken. It is for the clusters that a fleet must always be able to add: the
// failure says what is missing before somebody needs it.
func Fits(t TB, p *plan.Plan, clusters ...plan.ClusterSpec) {
	t.Helper()
	if p == nil {
		t.Fatalf("plantest: there is no plan: it is nil")
		return
	}
	s := p.Spec()
	s.Clusters = append(s.Clusters, clusters...)
	if _, _, err := plan.Evolve(p, s, plan.EvolveOptions{Now: always}); err != nil {
		t.Errorf("plantest: there is no room: %v", err)
	}
}
