package plantest

import (
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// Plans draws solved plans, of such specs as [Specs] draws in larger pools.
func Plans() *rapid.Generator[*plan.Plan] {
	return rapid.Custom(func(t *rapid.T) *plan.Plan {
		s := drawSpec(t, true)
		for {
			p, err := plan.Solve(s)
			if err == nil {
				return p
			}
			if len(s.Clusters) == 1 {
				return nil // there is no room for one
			}
			s = without(s, len(s.Clusters)-1)
		}
	}).Filter(func(p *plan.Plan) bool { return p != nil })
}
