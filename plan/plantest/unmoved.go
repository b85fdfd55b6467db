package plantest

import (
	"fmt"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/plan"
)

// Unmoved fails the test for every range that serves in before and is somewhere
// else in after, and for node masks that are others. A range that grew around
// where it was has not moved, and what is gone or has come has not either.
// renamed has the new names of clusters and networks by their old ones, as
// plan.EvolveOptions has.
func Unmoved(t TB, before, after *plan.Plan, renamed map[string]string) {
	t.Helper()
	if before == nil || after == nil {
		t.Fatalf("plantest: want a plan from before and one from after, one is nil")
		return
	}
	u := unmoved{TB: t, renamed: renamed, taken: map[string]string{}}
	for old, name := range renamed {
		u.taken[name] = old
	}
	networks := map[string]dualstack.Pair{}
	for b := range after.Blocks() {
		if b.Cluster == "" {
			networks[b.Name] = b.Range
		}
	}
	for b := range before.Blocks() {
		if name, ok := u.now(b.Name); ok && b.Cluster == "" {
			u.compare(fmt.Sprintf("network %q", b.Name), b.Range, networks[name])
		}
	}
	for old := range before.Clusters() {
		name, ok := u.now(old.Name())
		if !ok {
			continue
		}
		if now, ok := after.Cluster(name); ok {
			u.cluster(old, now)
		}
	}
}

type unmoved struct {
	TB
	renamed, taken map[string]string // new names by old ones, and the other way round
}

// now returns the name that a cluster or network has today; false if it is gone
// and another has its name.
func (u *unmoved) now(name string) (string, bool) {
	if now, ok := u.renamed[name]; ok {
		return now, true
	}
	_, gone := u.taken[name]
	return name, !gone
}

func (u *unmoved) cluster(old, now *plan.Cluster) {
	u.Helper()
	network, _ := u.now(old.Spec().NodeNetwork)
	same := network != "" && network == now.Spec().NodeNetwork // which is compared by itself
	for _, r := range plan.Roles() {
		if r == plan.Node && same {
			continue
		}
		ranges := map[string]dualstack.Pair{}
		for b := range now.Blocks(r) {
			ranges[rangeName(b)] = b.Range
		}
		for b := range old.Blocks(r) {
			what := fmt.Sprintf("cluster %q %s", old.Name(), r)
			if name := rangeName(b); name != "" {
				what += fmt.Sprintf(" %q", name)
			}
			u.compare(what, b.Range, ranges[rangeName(b)])
		}
	}
	if firstPods(old) != firstPods(now) {
		return // the masks are those of another range
	}
	for p := range old.Block(plan.Pod).All() {
		f := cidr.FamilyOf(p)
		if q := now.Block(plan.Pod).Of(f); !q.IsValid() || !q.Overlaps(p) {
			continue // it has moved, which is said
		}
		if x, y := old.NodeMasks().Of(f), now.NodeMasks().Of(f); x != 0 && y != 0 && x != y {
			u.Errorf("plantest: cluster %q: %v node mask /%d is /%d now: nodes keep the blocks that they have", old.Name(), f, x, y)
		}
	}
}

// firstPods is the name of the pod range that the node masks are for.
func firstPods(c *plan.Cluster) string {
	for b := range c.Blocks(plan.Pod) {
		return b.Name
	}
	return ""
}

// rangeName is the name of an extra range; a main one has none, also where it
// is a network's.
func rangeName(b plan.Block) string {
	if b.Cluster == "" {
		return ""
	}
	return b.Name
}

func (u *unmoved) compare(what string, was, is dualstack.Pair) {
	u.Helper()
	for p := range was.All() {
		q := is.Of(cidr.FamilyOf(p))
		switch {
		case !q.IsValid(): // it is gone
		case q.Bits() > p.Bits() && p.Contains(q.Addr()):
			u.Errorf("plantest: %s: %v shrank to %v", what, p, q)
		case q.Bits() > p.Bits() || !q.Contains(p.Addr()):
			u.Errorf("plantest: %s: %v moved to %v", what, p, q)
		}
	}
}
