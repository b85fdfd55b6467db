package plantest_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/plantest"
	"pgregory.net/rapid"
)

// printer prints what a test would report.
type printer struct{ plantest.TB }

func (printer) Helper()                          {}
func (printer) Logf(string, ...any)              {}
func (printer) Errorf(format string, a ...any)   { fmt.Printf(format+"\n", a...) }
func (p printer) Fatalf(format string, a ...any) { p.Errorf(format, a...) }

// firstLine prints no more than the first line of each.
var firstLine brief

type brief struct{ printer }

func (brief) Errorf(format string, a ...any) {
	line, _, _ := strings.Cut(fmt.Sprintf(format, a...), "\n")
	fmt.Println(line)
}

// testDay is some day.
var testDay = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// In a test of your own, t is its *testing.T.
var t printer

func fleet(clusters ...plan.ClusterSpec) plan.Spec {
	return plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "corp", Prefixes: []netip.Prefix{cidr.MustParse("10.0.0.0/16")}}},
		Clusters: clusters,
	}
}

// The plan is read from the repository, and proved again with every commit.
func ExampleCheck() {
	s := plan.Spec{Pools: fleet().Pools}
	p, _, err := plan.Adopt(s, []plan.Existing{
		{Name: "blue", Ranges: map[plan.Role]dualstack.Pair{plan.Node: dualstack.MustParse("10.0.0.0/24"), plan.Pod: dualstack.MustParse("10.0.128.0/17"), plan.Service: dualstack.MustParse("10.0.4.0/22")}},
		{Name: "green", Ranges: map[plan.Role]dualstack.Pair{plan.Node: dualstack.MustParse("10.0.1.0/24"), plan.Pod: dualstack.MustParse("10.0.192.0/18"), plan.Service: dualstack.MustParse("10.0.8.0/22")}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	plantest.Check(t, p)
	// Output: plantest: error overlap: cluster "green" pod: 10.0.192.0/18 overlaps 10.0.128.0/17 of cluster "blue" pod (move one of them)
}

// The ranges of an acquired company, against one's own.
func ExampleDisjoint() {
	plantest.Disjoint(t, cidr.MustParse("10.0.0.0/16"), cidr.MustParse("172.16.0.0/16"), cidr.MustParse("10.0.64.0/20"))
	// Output: plantest: 10.0.0.0/16 and 10.0.64.0/20 overlap (prefixes 0 and 2)
}

// A spec that is solved anew instead of evolved moves what serves.
func ExampleUnmoved() {
	before, err := plan.Solve(fleet(plan.ClusterSpec{Name: "shop", Nodes: plan.Count{Now: 40}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	s := fleet(plan.ClusterSpec{Name: "shop", Nodes: plan.Count{Now: 40}}, plan.ClusterSpec{Name: "bank", Nodes: plan.Count{Now: 40}})
	solved, err := plan.Solve(s)
	if err != nil {
		fmt.Println(err)
		return
	}
	plantest.Unmoved(t, before, solved, nil)

	evolved, _, err := plan.Evolve(before, s, plan.EvolveOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	plantest.Unmoved(t, before, evolved, nil)
	// Output:
	// plantest: cluster "shop" node: 10.0.32.0/26 moved to 10.0.64.64/26
	// plantest: cluster "shop" pod: 10.0.0.0/19 moved to 10.0.32.0/19
	// plantest: cluster "shop" service: 10.0.32.64/28 moved to 10.0.64.144/28
}

// Is there still room for the next cluster of the usual size?
func ExampleFits() {
	p, err := plan.Solve(fleet(plan.ClusterSpec{Name: "shop", Nodes: plan.Count{Now: 200}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	plantest.Fits(t, p, plan.ClusterSpec{Name: "next", Nodes: plan.Count{Now: 40}, PodsPerNode: 50})
	fmt.Println("and the one after it?")
	plantest.Fits(firstLine, p, plan.ClusterSpec{Name: "next", Nodes: plan.Count{Now: 300}, PodsPerNode: 50})
	// Output:
	// and the one after it?
	// plantest: there is no room: plan: no plan exists: 1 range finds no place
}

// Somebody edited the spec and forgot the plan beside it.
func ExampleUpToDate() {
	p, err := plan.Solve(fleet(plan.ClusterSpec{Name: "shop", Nodes: plan.Count{Now: 40}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	stored, err := json.Marshal(p) // os.ReadFile("plan.json")
	if err != nil {
		fmt.Println(err)
		return
	}
	plantest.UpToDate(t, stored, fleet(plan.ClusterSpec{Name: "shop", Nodes: plan.Count{Now: 40}}, plan.ClusterSpec{Name: "bank", Nodes: plan.Count{Now: 20}, PodsPerNode: 50}))
	// Output:
	// plantest: the stored plan is not that of the spec: evolve it and store it again:
	// + cluster "bank": holds 29 nodes of 61 pods, 12 services
	//   + node 10.0.32.96/27
	//   + pod 10.0.40.0/21
	//   + service 10.0.32.80/28
}

// A property of a program that works on plans: whatever the fleet, and whatever
// happens to it.
func ExampleEdits() {
	property := func(t *rapid.T) {
		p := plantest.Plans().Draw(t, "plan")
		edit := plantest.Edits(p.Spec()).Draw(t, "edit")
		q, _, err := plan.Evolve(p, edit.Spec, edit.Options(testDay))
		if err != nil {
			return // refused, and nothing has moved
		}
		plantest.Unmoved(t, p, q, edit.Renamed)
		plantest.Check(t, q)
	}
	_ = func(t *testing.T) { rapid.Check(t, property) }
	// Output:
}
