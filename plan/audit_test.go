package plan_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// Ranges that a person could have written for the fleet of these tests.
func handWritten() []plan.Block {
	return []plan.Block{
		{Role: plan.Node, Name: "vlan-7", Range: pair("10.20.0.0/24,fd12:3456:789a:2000::/64")},
		{Cluster: "prod-eu-1", Role: plan.Node, Range: pair("10.21.0.0/22,fd12:3456:789a:2100::/64")},
		{Cluster: "prod-eu-1", Role: plan.Pod, Range: pair("10.244.0.0/15,fd12:3456:789a:f400::/55")},
		{Cluster: "prod-eu-1", Role: plan.Service, Range: pair("10.130.0.0/16,fd12:3456:789a:2101::/112")},
		{Cluster: "prod-eu-1", Role: plan.External, Range: pair("10.21.4.0/24,fd12:3456:789a:2102::/112")},
		{Cluster: "prod-eu-1", Role: plan.Ingress, Range: pair("10.21.5.0/24,fd12:3456:789a:2103::/112")},
		{Cluster: "prod-us-1", Role: plan.Node, Range: pair("fd12:3456:789a:3100::/64,10.31.0.0/24")},
		{Cluster: "prod-us-1", Role: plan.Pod, Range: pair("fd12:3456:789a:3000::/58,10.32.0.0/16")},
		{Cluster: "prod-us-1", Role: plan.Service, Range: pair("fd12:3456:789a:3101::/112,10.131.0.0/16")},
		{Cluster: "prod-us-1", Role: plan.External, Range: pair("fd12:3456:789a:3102::/112,10.31.4.0/24")},
		{Cluster: "plant-1", Role: plan.Pod, Range: pair("10.41.0.0/16")},
		{Cluster: "plant-1", Role: plan.Service, Range: pair("10.132.0.0/16")},
		{Cluster: "plant-2", Role: plan.Pod, Range: pair("10.42.0.0/16,fd12:3456:789a:4200::/56")},
		{Cluster: "plant-2", Role: plan.Service, Range: pair("10.133.0.0/16,fd12:3456:789a:4201::/112")},
	}
}

func TestAuditOfHandWrittenRanges(t *testing.T) {
	blocks := handWritten()
	// plant-2's Services lie in its pods' range.
	fs := plan.Audit(corp(), blocks)
	if len(fs) != 1 || fs[0].Rule != plan.RuleOverlap || fs[0].Cluster != "plant-2" || fs[0].Role != plan.Service ||
		fs[0].Severity != k8sflags.Error || !strings.Contains(fs[0].Message, `fd12:3456:789a:4201::/112 overlaps fd12:3456:789a:4200::/56 of cluster "plant-2" pod`) {
		t.Fatalf("findings %v", fs)
	}
	blocks[len(blocks)-1].Range = pair("10.133.0.0/16,fd12:3456:789a:4300::/112")
	if fs := plan.Audit(corp(), blocks); len(fs) > 0 {
		t.Errorf("findings %v", fs)
	}
	slices.Reverse(blocks)
	if fs := plan.Audit(corp(), blocks); len(fs) > 0 {
		t.Errorf("in another order: %v", fs)
	}
}

// Each case plants one fault among good ranges. All of the rules that see it
// are named, in order.
func TestAuditFinds(t *testing.T) {
	good := handWritten()
	good[len(good)-1].Range = pair("10.133.0.0/16,fd12:3456:789a:4300::/112")
	set := func(i int, p string) func([]plan.Block) []plan.Block {
		return func(bs []plan.Block) []plan.Block { bs[i].Range = pair(p); return bs }
	}
	add := func(b plan.Block) func([]plan.Block) []plan.Block {
		return func(bs []plan.Block) []plan.Block { return append(bs, b) }
	}
	for _, tt := range []struct {
		name  string
		plant func([]plan.Block) []plan.Block
		where string // cluster or network, and role
		says  string
		rules []string
	}{
		{"a range on another cluster's", set(6, "fd12:3456:789a:3100::/64,10.21.2.0/24"), "prod-us-1 node", "10.21.2.0/24 overlaps 10.21.0.0/22", []string{plan.RuleOverlap}},
		{"equal ranges", set(9, "fd12:3456:789a:3102::/112,10.31.0.0/24"), "prod-us-1 external", "10.31.0.0/24 overlaps 10.31.0.0/24", []string{plan.RuleOverlap}},
		{"a range around another", set(10, "10.40.0.0/14"), "plant-2 pod", "10.42.0.0/16 overlaps 10.40.0.0/14", []string{plan.RuleOverlap}},
		{"a range on a reservation", set(10, "10.0.0.0/17"), "plant-1 pod", "10.0.0.0/17 overlaps 10.0.0.0/16, reserved (head office LAN)", []string{plan.RuleReserved}},
		{"a range around a reservation", set(10, "10.0.0.0/15"), "plant-1 pod", "10.0.0.0/15 overlaps 10.0.0.0/16", []string{plan.RuleReserved}},
		{"a range on a reservation without a reason", set(6, "fd12:3456:789a:7::/64,10.31.0.0/24"), "prod-us-1 node", "fd12:3456:789a:7::/64 overlaps fd12:3456:789a::/56, reserved", []string{plan.RuleReserved}},
		{"a range out of every pool", set(10, "172.16.0.0/16"), "plant-1 pod", "172.16.0.0/16 lies in no pool for pod ranges", []string{plan.RulePool}},
		{"a range in a pool for others", set(10, "10.140.0.0/16"), "plant-1 pod", "lies in no pool for pod ranges", []string{plan.RulePool}},
		{"a range around a pool", set(11, "10.128.0.0/11"), "plant-1 service", "lies in no pool for service ranges", []string{plan.RulePool, plan.RuleCapacity, plan.RuleOverlap, plan.RuleOverlap, plan.RuleOverlap}},
		{"a range at the end of a pool", set(11, "10.143.255.240/28"), "", "", nil},
		{"a range behind the end of a pool", set(11, "10.144.0.0/28"), "plant-1 service", "no pool", []string{plan.RulePool}},
		{"a range before the first pool", set(11, "9.255.255.0/24"), "plant-1 service", "no pool", []string{plan.RulePool}},
		{"a range out of every pool with room in one", func(bs []plan.Block) []plan.Block {
			bs[10].Range, bs[10].Room = pair("172.16.0.0/16"), pair("10.40.0.0/15")
			return bs
		}, "plant-1 pod", "172.16.0.0/16 lies in no pool for pod ranges", []string{plan.RulePool, plan.RuleRoom}},
		{"room beyond the end of a pool", func(bs []plan.Block) []plan.Block {
			bs[11].Range, bs[11].Room = pair("10.143.0.0/16"), pair("10.128.0.0/11")
			return bs
		}, "plant-1 service", "the room 10.128.0.0/11 lies in no pool for service ranges", []string{plan.RuleRoom, plan.RuleRoom, plan.RuleRoom, plan.RuleRoom}},
		{"a range that is not where it is pinned", set(2, "10.246.0.0/15,fd12:3456:789a:f400::/55"), "prod-eu-1 pod", "10.246.0.0/15 is not 10.244.0.0/15, where it is pinned", []string{plan.RulePin}},
		{"a part of what is pinned", set(2, "10.244.0.0/15,fd12:3456:789a:f400::/56"), "prod-eu-1 pod", "fd12:3456:789a:f400::/56 is not", []string{plan.RulePin}},
		{"the families in another order", set(6, "10.31.0.0/24,fd12:3456:789a:3100::/64"), "prod-us-1 node", "has families [IPv4 IPv6]", []string{plan.RuleFamily}},
		{"one family of two", set(6, "10.31.0.0/24"), "prod-us-1 node", "has families [IPv4]", []string{plan.RuleFamily}},
		{"a family too many", set(10, "10.41.0.0/16,fd12:3456:789a:4100::/56"), "plant-1 pod", "has families [IPv4 IPv6]", []string{plan.RuleFamily}},
		{"too few addresses for nodes", set(1, "10.21.0.0/24,fd12:3456:789a:2100::/64"), "prod-eu-1 node", "addresses for 253 nodes, needs 300", []string{plan.RuleCapacity}},
		{"too few addresses in a network", set(0, "10.20.0.0/26,fd12:3456:789a:2000::/64"), "vlan-7 node", "addresses for 61 machines, needs 75", []string{plan.RuleCapacity}},
		{"too few pods", set(7, "fd12:3456:789a:3000::/58,10.32.0.0/20"), "prod-us-1 pod", "10.32.0.0/20 has room for 32 of 40 nodes", []string{plan.RuleCapacity}},
		{"too few services", set(3, "10.130.0.0/22,fd12:3456:789a:2101::/112"), "prod-eu-1 service", "1020 services beside kubernetes and DNS, needs 2000", []string{plan.RuleCapacity}},
		{"more services than the version takes", set(8, "fd12:3456:789a:3200::/107,10.131.0.0/16"), "prod-us-1 service", "too large at Kubernetes 1.33", []string{plan.RuleCapacity}},
		{"too few external addresses", set(4, "10.21.4.0/27,fd12:3456:789a:2102::/112"), "prod-eu-1 external", "32 addresses, needs 64", []string{plan.RuleCapacity}},
		{"too few ingress addresses", set(5, "10.21.5.0/24,fd12:3456:789a:2103::/125"), "prod-eu-1 ingress", "8 addresses, needs 16", []string{plan.RuleCapacity}},
		{"a range that is missing", func(bs []plan.Block) []plan.Block { return slices.Delete(bs, 7, 8) }, "prod-us-1 pod", "it has no pod range", []string{plan.RuleMissing}},
		{"a network's range that is missing", func(bs []plan.Block) []plan.Block { return bs[1:] }, "vlan-7 node", "it has no node range", []string{plan.RuleMissing}},
		{"a range of nothing", func(bs []plan.Block) []plan.Block { bs[4].Range = dualstack.Pair{}; return bs }, "prod-eu-1 external", `"" has families []`, []string{plan.RuleFamily}},
		{"a second range", add(plan.Block{Cluster: "prod-us-1", Role: plan.Pod, Range: pair("fd12:3456:789a:3300::/58,10.33.0.0/16")}), "prod-us-1 pod", "second range for pod", []string{plan.RuleUnknown}},
		{"a cluster that is not in the spec", add(plan.Block{Cluster: "ghost", Role: plan.Pod, Range: pair("10.33.0.0/16")}), "ghost pod", "no such cluster", []string{plan.RuleUnknown}},
		{"a network that is not in the spec", add(plan.Block{Name: "vlan-8", Role: plan.Node, Range: pair("10.33.0.0/16")}), "vlan-8 node", "no such range", []string{plan.RuleUnknown}},
		{"a network of pods", add(plan.Block{Name: "vlan-7", Role: plan.Pod, Range: pair("10.33.0.0/16")}), "vlan-7 pod", "no such range", []string{plan.RuleUnknown}},
		{"a role that is none", add(plan.Block{Cluster: "plant-1", Role: "egress", Range: pair("10.33.0.0/16")}), "plant-1 egress", `has role "egress"`, []string{plan.RuleUnknown}},
		{"nodes that are in a network", add(plan.Block{Cluster: "plant-1", Role: plan.Node, Range: pair("10.33.0.0/16")}), "plant-1 node", `the nodes are in network "vlan-7"`, []string{plan.RuleUnknown}},
		{"a range that nobody asked for", add(plan.Block{Cluster: "plant-1", Role: plan.Ingress, Range: pair("10.33.0.0/16")}), "plant-1 ingress", "no such range", []string{plan.RuleUnknown}},
		{"a range with a name that nobody asked for", add(plan.Block{Cluster: "plant-1", Role: plan.Pod, Name: "more", Range: pair("10.33.0.0/16")}), "plant-1 pod", "no such range", []string{plan.RuleUnknown}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fs := plan.Audit(corp(), tt.plant(slices.Clone(good)))
			var rules []string
			for _, f := range fs {
				rules = append(rules, f.Rule)
				if f.Severity != k8sflags.Error || f.Fix == "" || !strings.Contains(f.String(), f.Message) || !strings.Contains(f.String(), f.Rule) {
					t.Errorf("finding %+v, text %q", f, f)
				}
			}
			if !slices.Equal(rules, tt.rules) {
				t.Fatalf("rules %q, want %q: %v", rules, tt.rules, fs)
			}
			if len(fs) == 0 {
				return
			}
			if got := fs[0].Cluster + fs[0].Network + " " + string(fs[0].Role); got != tt.where || !strings.Contains(fs[0].Message, tt.says) {
				t.Errorf("%v\nwant it of %s, with … %s …", fs[0], tt.where, tt.says)
			}
		})
	}
}

// Nothing can be proved of ranges against a spec that is wrong itself.
func TestAuditOfAnInvalidSpec(t *testing.T) {
	s := corp()
	s.Clusters[1].Nodes, s.Pools[0].Name = now(0), ""
	var all plan.SpecErrors
	if !errors.As(s.Validate(), &all) {
		t.Fatal("the spec is valid")
	}
	fs := plan.Audit(s, handWritten())
	if len(fs) != len(all) {
		t.Fatalf("%d findings of %d errors", len(fs), len(all))
	}
	for i, f := range fs {
		if f.Rule != plan.RuleSpec || f.Message != all[i].Path+": "+all[i].Message || f.Cluster != "" || f.Role != "" {
			t.Errorf("finding %+v for %v", f, all[i])
		}
	}
	if want := "error spec: pools[0].name: the pool has no name (mend the spec)"; fs[0].String() != want {
		t.Errorf("text %q, want %q", fs[0], want)
	}
}

// Nothing is wrong with what Solve returns, and every single change of its
// ranges is seen: a range that is left out, given to another cluster, or given
// twice.
func TestAuditOfSolvedPlans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSpec().Draw(t, "spec")
		p := solveOrExplain(t, s)
		if p == nil {
			return
		}
		if fs := wrong(p.Audit()); len(fs) > 0 {
			t.Fatalf("findings %v", fs)
		}
		blocks := slices.Collect(p.Blocks())
		if fs := wrong(plan.Audit(s, blocks)); len(fs) > 0 {
			t.Fatalf("against the spec as it was given: %v", fs)
		}
		i := rapid.IntRange(0, len(blocks)-1).Draw(t, "block")
		for name, bs := range map[string][]plan.Block{
			plan.RuleMissing: slices.Delete(slices.Clone(blocks), i, i+1),
			plan.RuleUnknown: append(slices.Clone(blocks), plan.Block{Cluster: "ghost", Role: blocks[i].Role, Range: pair("192.168.0.0/24")}),
			plan.RuleOverlap: append(slices.Clone(blocks), blocks[i]),
		} {
			if !slices.ContainsFunc(plan.Audit(s, bs), func(f plan.Finding) bool { return f.Rule == name }) {
				t.Fatalf("%s of %v is not found", name, blocks[i])
			}
		}
	})
}
