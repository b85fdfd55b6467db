package plan_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/platform"
	"pgregory.net/rapid"
)

// explained returns the sizing of one range, or fails.
func explained(t *testing.T, s plan.Sizing, r plan.Role, f cidr.Family) plan.RangeSizing {
	t.Helper()
	i := slices.IndexFunc(s.Ranges, func(x plan.RangeSizing) bool { return x.Role == r && x.Family == f && x.Name == "" })
	if i < 0 {
		t.Fatalf("no %v %s range in\n%v", f, r, s)
	}
	return s.Ranges[i]
}

// lines are the names and numbers of a sizing, without rules and sources.
func lines(r plan.RangeSizing) []string {
	var all []string
	for _, l := range r.Lines {
		v := l.Text
		if v == "" {
			v = fmt.Sprint(l.Value)
		}
		all = append(all, l.What+" "+v)
	}
	return all
}

// Every number of a pod range, computed by hand: 100 pods, 12 a minute that rest
// for a minute, network, gateway and broadcast are 115 addresses, a /25 of 128.
// 120 nodes that grow by 40 % a year are 168, 236 (235.2) and 331 (330.4), with a
// tenth more 365 (364.1), which takes 512 blocks: 9 bits before the 25.
func TestSizingOfPods(t *testing.T) {
	c := plan.ClusterSpec{
		Name: "prod", Nodes: plan.Count{Now: 120, GrowthPerYear: plan.Amount{N: 40, Percent: true}, Horizon: 3 * plan.Year},
		Surge: plan.Amount{N: 10, Percent: true}, PodsPerNode: 100, Churn: plan.Churn{PodsPerNodePerMinute: 12, Cooldown: plan.Duration(60e9)},
	}
	s, err := c.Sizing()
	if err != nil {
		t.Fatal(err)
	}
	r := explained(t, s, plan.Pod, cidr.IPv4)
	want := []string{
		"pods per node 100", "addresses in cooldown 12",
		"taken by host-local 1", "taken by host-local 1", "taken by host-local 1", "addresses of a node's block 115",
		"node block /25", "pods that a block holds 113", "effective pods per node 100",
		"nodes now 120", "nodes after 1y 168", "nodes after 2y 236", "nodes after 3y 331", "nodes to plan for 331", "with surge 365",
		"node blocks 512", "range /16",
	}
	if got := lines(r); !slices.Equal(got, want) {
		t.Errorf("lines %q\nwant  %q", got, want)
	}
	if r.Bits != 16 || r.NodeMask != 25 || r.Holds != 512*113 {
		t.Errorf("sizing %+v", r)
	}
}

// 331 nodes are 331 + 3 addresses; 2,000 services, kubernetes and DNS 2,002 of a
// /21's 2,046, of which 2,048/16 are the static band.
func TestSizingOfOtherRanges(t *testing.T) {
	c := plan.ClusterSpec{Kubernetes: version(33), Families: dualIPv6, Nodes: plan.Count{Now: 331, Max: 400}, Services: now(2000), ExternalIPs: now(5)}
	s, err := c.Sizing()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		role       plan.Role
		family     cidr.Family
		bits       int
		holds      uint64
		bottleneck bool
		want       []string
	}{
		{plan.Node, cidr.IPv4, 23, 509, true, []string{"nodes now 331", "nodes at most 400", "nodes to plan for 400", "addresses lost 3", "range /23"}},
		{plan.Node, cidr.IPv6, 64, 1<<64 - 2, false, []string{"nodes now 331", "nodes at most 400", "nodes to plan for 400", "addresses lost 2", "range /64"}},
		{plan.Service, cidr.IPv4, 21, 2044, true, []string{"services now 2000", "services of the cluster itself 2", "addresses lost 2", "smallest range /28", "largest range /12", "range /21", "static band 128"}},
		{plan.Service, cidr.IPv6, 112, 65533, false, []string{"services now 2000", "services of the cluster itself 2", "addresses lost 1", "smallest range /112", "largest range /108", "range /112", "static band 256"}},
		{plan.External, cidr.IPv4, 29, 8, true, []string{"external addresses now 5", "range /29"}},
		{plan.External, cidr.IPv6, 112, 65536, false, []string{"external addresses now 5", "range /112"}},
	} {
		r := explained(t, s, tt.role, tt.family)
		if r.Bits != tt.bits || r.Holds != tt.holds || r.Bottleneck != tt.bottleneck {
			t.Errorf("%v %s: /%d holds %d, bottleneck %v; want /%d, %d, %v", tt.family, tt.role, r.Bits, r.Holds, r.Bottleneck, tt.bits, tt.holds, tt.bottleneck)
		}
		if got := lines(r); !slices.Equal(got, tt.want) {
			t.Errorf("%v %s: lines %q\nwant %q", tt.family, tt.role, got, tt.want)
		}
	}
}

// What a cloud keeps of a subnet, and the smallest that it takes, are lines with
// the cloud's own words: 4 nodes and 5 addresses are a /28.
func TestSizingOnAPlatform(t *testing.T) {
	for _, tt := range []struct {
		nodes uint64
		want  []string
	}{
		{4, []string{"nodes now 4", "addresses lost 5", "range /28"}},
		{3, []string{"nodes now 3", "addresses lost 5", "range /29", "range /28"}},
	} {
		c := plan.ClusterSpec{Platform: platform.EKS, Kubernetes: version(34), Nodes: now(tt.nodes), PodsPerNode: 20, IPAM: k8sflags.VPCCNI}
		s, err := c.Sizing()
		if err != nil {
			t.Fatal(err)
		}
		r := explained(t, s, plan.Node, cidr.IPv4)
		if got := lines(r); !slices.Equal(got, tt.want) || r.Bits != 28 {
			t.Errorf("lines %q, /%d; want %q", got, r.Bits, tt.want)
		}
		for _, l := range r.Lines[1:] {
			if l.Rule == "" || l.Source == "" {
				t.Errorf("line %+v has no rule or source", l)
			}
		}
	}
}

// A rate without a cooldown is counted with the IPAM's own, and says so.
func TestSizingNamesTheIPAMsCooldown(t *testing.T) {
	c := plan.ClusterSpec{Nodes: now(60), PodsPerNode: 29, IPAM: k8sflags.VPCCNI, Churn: plan.Churn{PodsPerNodePerMinute: 12}}
	for _, tt := range []struct {
		ipam k8sflags.IPAM
		held string
		rule string
	}{
		{k8sflags.VPCCNI, "addresses in cooldown 6", "12 pods a minute × 30s, the cooldown that aws-vpc-cni has by itself"},
		{k8sflags.HostLocal, "addresses in cooldown 0", "the spec gives no cooldown, and host-local has none by itself"},
	} {
		c.IPAM = tt.ipam
		s, err := c.Sizing()
		if err != nil {
			t.Fatal(err)
		}
		r := explained(t, s, plan.Pod, cidr.IPv4)
		i := slices.Index(lines(r), tt.held)
		if i < 0 || !strings.Contains(r.Lines[i].Rule, tt.rule) {
			t.Errorf("%s: no line %q with rule %q in\n%v", tt.ipam, tt.held, tt.rule, s)
		}
	}
}

// The length that is explained is the one that Solve gives, for a spec alone and
// for the cluster of a plan, and the last length among the lines is that one too.
func TestSizingIsWhatSolveDoes(t *testing.T) {
	flat := []k8sflags.IPAM{k8sflags.VPCCNI, k8sflags.AKSNodeSubnet, k8sflags.CalicoBlocks}
	rapid.Check(t, func(t *rapid.T) {
		s := genSpec().Draw(t, "spec")
		for i := range s.Clusters {
			c := &s.Clusters[i]
			if rapid.IntRange(0, 3).Draw(t, "flat") == 0 {
				c.Families, c.IPAM = nil, rapid.SampledFrom(flat).Draw(t, "flat ipam")
				c.PodsFromNodeRange = rapid.Bool().Draw(t, "from the node range")
			}
			c.Platform = rapid.SampledFrom([]platform.Name{"", "", platform.EKS, platform.AKS, platform.GKE, platform.OpenShift, platform.Kubeadm}).Draw(t, "platform")
			c.Churn = plan.Churn{PodsPerNodePerMinute: float64(rapid.IntRange(0, 9).Draw(t, "rate"))}
			c.Surge = plan.Amount{N: rapid.Uint64Range(0, 50).Draw(t, "surge"), Percent: true}
		}
		if s.Validate() != nil {
			return // a cloud takes no such cluster
		}
		p, err := plan.Solve(s)
		if err != nil {
			return
		}
		if rapid.Bool().Draw(t, "pins") {
			s = pinSome(t, s, p)
			if p, err = plan.Solve(s); err != nil {
				return
			}
		}
		for _, spec := range s.Clusters {
			c, _ := p.Cluster(spec.Name)
			before, err := spec.Sizing()
			if err != nil {
				t.Fatal(err)
			}
			for name, sizing := range map[string]plan.Sizing{"spec": before, "cluster": c.Sizing()} {
				got := map[string]bool{}
				for _, r := range sizing.Ranges {
					if spec.NodeNetwork != "" && r.Role == plan.Node {
						continue // that of the network
					}
					got[fmt.Sprint(r.Role, r.Name, r.Family, r.Bits, r.NodeMask)] = true
					last := ""
					for _, l := range r.Lines {
						if l.What == "range" {
							last = l.Text
						}
					}
					if want := fmt.Sprintf("/%d", r.Bits); last != want {
						t.Fatalf("%s: %s is explained as %s\n%v", name, want, last, sizing)
					}
				}
				n := 0
				for b := range p.Blocks() {
					if b.Cluster != spec.Name {
						continue
					}
					for q := range b.Range.All() {
						n++
						f, mask := cidr.FamilyOf(q), 0
						if b.Role == plan.Pod {
							mask = c.NodeMasks().Of(f)
						}
						if !got[fmt.Sprint(b.Role, b.Name, f, q.Bits(), mask)] {
							t.Fatalf("%s: %v with masks %v is not explained:\n%v", name, b, c.NodeMasks(), sizing)
						}
					}
				}
				if n != len(got) {
					t.Fatalf("%s: %d ranges explained, of %d", name, len(got), n)
				}
			}
		}
	})
}

func TestSizingOfAnInvalidSpec(t *testing.T) {
	c := plan.ClusterSpec{Name: "prod"}
	var all plan.SpecErrors
	if s, err := c.Sizing(); !errors.As(err, &all) || all[0].Path != "clusters[0].nodes" || s.Ranges != nil {
		t.Errorf("no nodes: %v", err)
	}
	// What is around a cluster is not looked at, and nothing of it is changed.
	c.Nodes, c.Zone, c.NodeNetwork = now(3), "dmz", "vlan"
	c.Extra = []plan.BlockSpec{{Name: "b", Role: plan.External, Count: now(2), Zone: "edge"}}
	s, err := c.Sizing()
	if err != nil || c.Extra[0].Zone != "edge" || s.Cluster != "prod" {
		t.Errorf("%v, %v", s, err)
	}
	if r := s.Ranges[0]; r.Role != plan.Node || r.Name != "vlan" || r.Bits != 0 {
		t.Errorf("the network: %+v", r)
	}
}

// The JSON has every number, 0 too, and reads as the same value.
func TestSizingJSON(t *testing.T) {
	s := clusterOf(t, solved(t, corp()), "prod-eu-1").Sizing()
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var back plan.Sizing
	if err := json.Unmarshal(b, &back); err != nil || back.String() != s.String() {
		t.Errorf("%v\n%s", err, b)
	}
	if !strings.Contains(string(b), `"family":"IPv4","bits":23,`) {
		t.Errorf("JSON %s", b)
	}
}

// Extra ranges: one that carries a part of the nodes, one with a length of its
// own, one that is pinned.
func TestSizingOfExtraRanges(t *testing.T) {
	c := plan.ClusterSpec{Nodes: now(20), Surge: plan.Amount{N: 2}, Extra: []plan.BlockSpec{
		{Name: "b", Role: plan.Node, Count: now(9)},
		{Name: "lan", Role: plan.Node, Bits: dualstack.Masks{V4: 25}},
		{Name: "old", Role: plan.External, Pin: pair("192.0.2.0/29")},
	}}
	s, err := c.Sizing()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]struct {
		bits  int
		holds uint64
		lines []string
	}{
		"node ":        {28, 13, []string{"nodes now 20", "with surge 22", "nodes of this range 13", "addresses lost 3", "range /28"}},
		"node b":       {28, 13, []string{"nodes 9", "addresses lost 3", "range /28"}},
		"node lan":     {25, 125, []string{"range /25"}},
		"external old": {29, 8, []string{"range /29"}},
	}
	for _, r := range s.Ranges {
		w, ok := want[string(r.Role)+" "+r.Name]
		delete(want, string(r.Role)+" "+r.Name)
		if ok && (r.Bits != w.bits || r.Holds != w.holds || !slices.Equal(lines(r), w.lines)) {
			t.Errorf("%s %q: /%d holds %d, %q; want %+v", r.Role, r.Name, r.Bits, r.Holds, lines(r), w)
		}
	}
	if len(want) > 0 {
		t.Errorf("not explained: %v", want)
	}
}

// What is said of a range is what Capacities counts: before 1.25 there is no
// static band, and numbers beyond 64 bits are said to be that.
func TestSizingSaysWhatCapacitiesCount(t *testing.T) {
	for minor, static := range map[int]uint64{24: 0, 25: 256} {
		c := clusterOf(t, solved(t, oneCluster(plan.ClusterSpec{Kubernetes: version(minor), Families: onlyIPv6, Nodes: now(9)})), "c")
		s := c.Sizing()
		if got := lines(explained(t, s, plan.Service, cidr.IPv6)); got[len(got)-1] != fmt.Sprintf("static band %d", static) {
			t.Errorf("1.%d: lines %q", minor, got)
		}
		if got := c.Capacities().Families[0].StaticServices; got != static {
			t.Errorf("1.%d: %d static services", minor, got)
		}
		if want := "pod IPv6: /60, node blocks /64, holds 2^64 or more pods\n"; !strings.Contains(s.String(), want) {
			t.Errorf("no %q in\n%v", want, s)
		}
	}
}
