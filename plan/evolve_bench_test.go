package plan_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/kubecidr/kubecidr/plan"
)

// One cluster more for a fleet that is loaded.
func BenchmarkEvolve(b *testing.B) {
	for _, n := range []int{100, 1_000, 10_000, 100_000} {
		b.Run(fmt.Sprintf("clusters=%d", n), func(b *testing.B) {
			p, err := plan.Solve(edgeFleet(n))
			if err != nil {
				b.Fatal(err)
			}
			s := p.Spec()
			c := s.Clusters[0]
			c.Name = "one-more"
			s.Clusters = append(s.Clusters, c)
			o := plan.EvolveOptions{Now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
			if _, _, err := plan.Evolve(p, s, o); err != nil { // what is free is found once for a plan
				b.Fatal(err)
			}
			for b.Loop() {
				_, d, err := plan.Evolve(p, s, o)
				if err != nil || len(d.Changes) != 1 {
					b.Fatal(d, err)
				}
			}
			perCluster(b, n)
		})
	}
}
