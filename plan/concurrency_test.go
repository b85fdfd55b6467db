package plan_test

import (
	"net/netip"
	"sync"
	"testing"

	"github.com/kubecidr/kubecidr/plan"
)

// Readers of one plan do not disturb each other; run with -race.
func TestPlansAreSafeForConcurrentReaders(t *testing.T) {
	p := solved(t, corp())
	want := text(t, p)
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			if got := text(t, p); got != want {
				t.Errorf("JSON %s", got)
			}
			if fs := p.Audit(); len(fs) > 0 {
				t.Errorf("findings %v", fs)
			}
			if _, err := plan.Solve(p.Spec()); err != nil {
				t.Error(err)
			}
			for c := range p.Clusters() {
				if _, err := c.FlagSet(); err != nil {
					t.Error(err)
				}
				if _, err := c.NodeBlock(0); err != nil || c.Capacity().Nodes() == 0 || c.Spec().Name != c.Name() {
					t.Error(err)
				}
			}
			for u := range p.Pools() {
				u.Free.SetInt64(0) // the caller's own
			}
			for range p.Owners(netip.MustParseAddr("10.244.0.1")) {
			}
		})
	}
	readers.Wait()
}
