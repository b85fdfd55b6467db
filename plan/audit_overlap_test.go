package plan_test

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// Where clusters may share ranges, every overlap that is found is one, none is
// said twice, and of any two ranges that overlap at least one is named.
func TestAuditNamesRangesThatOverlap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := plan.Spec{
			Pools: []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/8")}},
			Share: rapid.SampledFrom([][]plan.Role{{plan.Pod}, {plan.Pod, plan.Service}}).Draw(t, "share"),
		}
		var blocks []plan.Block
		for _, name := range []string{"a", "b", "c", "d"} {
			s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: name, Nodes: now(1)})
			for _, r := range []plan.Role{plan.Node, plan.Pod, plan.Service} {
				bits := rapid.IntRange(24, 28).Draw(t, "bits")
				p, err := netip.AddrFrom4([4]byte{10, 0, 0, byte(rapid.IntRange(0, 255).Draw(t, "at"))}).Prefix(bits)
				if err != nil {
					t.Fatal(err)
				}
				one, err := dualstack.Single(p)
				if err != nil {
					t.Fatal(err)
				}
				blocks = append(blocks, plan.Block{Cluster: name, Role: r, Range: one})
			}
		}
		joined := map[string]bool{}
		if rapid.Bool().Draw(t, "a mesh") {
			s.Meshes, joined = []plan.Mesh{{Name: "m", Kind: plan.Submariner, Clusters: []string{"a", "b"}}}, map[string]bool{"a": true, "b": true}
		}
		says := func(a, b plan.Block) string {
			return fmt.Sprintf("%s %s: %v overlaps %v of cluster %q %s", a.Cluster, a.Role, a.Range, b.Range, b.Cluster, b.Role)
		}
		found := map[string]bool{}
		for _, f := range plan.Audit(s, blocks) {
			if f.Rule != plan.RuleOverlap {
				continue
			}
			line := fmt.Sprintf("%s %s: %s", f.Cluster, f.Role, f.Message)
			if found[line] {
				t.Fatalf("twice: %s", line)
			}
			found[line] = true
		}
		named, there := map[plan.Block]bool{}, map[string]bool{}
		var pairs [][2]plan.Block
		for i, a := range blocks {
			for _, b := range blocks[:i] {
				may := a.Role == b.Role && (a.Role == plan.Pod || a.Role == plan.Service && len(s.Share) == 2) && !(joined[a.Cluster] && joined[b.Cluster])
				if may || !a.Range.V4().Overlaps(b.Range.V4()) {
					continue
				}
				pairs = append(pairs, [2]plan.Block{a, b})
				there[says(a, b)], there[says(b, a)] = true, true
				named[a], named[b] = named[a] || found[says(a, b)], named[b] || found[says(b, a)]
			}
		}
		for line := range found {
			if !there[line] {
				t.Fatalf("found, and is none: %s", line)
			}
		}
		for _, p := range pairs {
			if !named[p[0]] && !named[p[1]] {
				t.Fatalf("%v and %v overlap, and neither is found in %v", p[0], p[1], found)
			}
		}
	})
}
