package plantest_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/plantest"
)

// recorder is a test that is told what is wrong.
type recorder struct{ errors, logs []string }

func (r *recorder) Helper() {}
func (r *recorder) Logf(format string, args ...any) {
	r.logs = append(r.logs, fmt.Sprintf(format, args...))
}
func (r *recorder) Errorf(format string, args ...any) {
	r.errors = append(r.errors, fmt.Sprintf(format, args...))
}
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...) }

// expect checks that the recorder was told these errors and no others.
func (r *recorder) expect(t *testing.T, errors ...string) {
	t.Helper()
	if len(r.errors) != len(errors) {
		t.Errorf("%d errors, want %d:\n%s", len(r.errors), len(errors), strings.Join(r.errors, "\n"))
		return
	}
	for i, want := range errors {
		if got := r.errors[i]; !strings.HasPrefix(got, "plantest: ") || !strings.Contains(got, want) {
			t.Errorf("error %d: %q, want %q in it", i, got, want)
		}
	}
}

func pool(name string, ps ...string) plan.PoolSpec {
	p := plan.PoolSpec{Name: name}
	for _, q := range ps {
		p.Prefixes = append(p.Prefixes, cidr.MustParse(q))
	}
	return p
}

func solve(t *testing.T, s plan.Spec) *plan.Plan {
	t.Helper()
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// twins is a fleet that somebody built by hand: both clusters have one pod
// range, and one has too few services.
func twins(t *testing.T) *plan.Plan {
	t.Helper()
	cluster := func(name string) plan.ClusterSpec {
		return plan.ClusterSpec{Name: name, Kubernetes: k8sflags.Version{Major: 1, Minor: 34}, Nodes: plan.Count{Now: 20}, Services: plan.Count{Now: 100}}
	}
	ranges := func(node, pod, service string) map[plan.Role]dualstack.Pair {
		return map[plan.Role]dualstack.Pair{
			plan.Node: dualstack.MustParse(node), plan.Pod: dualstack.MustParse(pod), plan.Service: dualstack.MustParse(service),
		}
	}
	p, _, err := plan.Adopt(plan.Spec{Pools: []plan.PoolSpec{pool("corp", "10.0.0.0/8")}, Clusters: []plan.ClusterSpec{cluster("a"), cluster("b")}}, []plan.Existing{
		{Name: "a", Ranges: ranges("10.0.0.0/24", "10.1.0.0/16", "10.2.0.0/22")},
		{Name: "b", Ranges: ranges("10.0.1.0/24", "10.1.0.0/16", "10.3.0.0/26")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestCheckFailsForEveryError(t *testing.T) {
	var r recorder
	plantest.Check(&r, twins(t))
	r.expect(t,
		`error capacity: cluster "b" service: 10.3.0.0/26 has addresses for 60 services`,
		`error overlap: cluster "b" pod: 10.1.0.0/16 overlaps 10.1.0.0/16 of cluster "a" pod`,
		`cluster "b" holds 60 services, needs 100`,
	)
}

func TestCheckLogsKnownFlaws(t *testing.T) {
	var r recorder
	p := twins(t)
	plantest.Check(&r, p, plantest.KnownFlaws())
	r.expect(t)
	if all := strings.Join(r.logs, "\n"); !strings.Contains(all, "known: error overlap") || !strings.Contains(all, "known: cluster \"b\" holds 60 services") {
		t.Errorf("%s", all)
	}
}

func TestCheckOfTheFlagsOfACluster(t *testing.T) {
	spec := func(c plan.ClusterSpec) *plan.Plan {
		c.Name, c.Nodes = "c", plan.Count{Now: 3}
		return solve(t, plan.Spec{Pools: []plan.PoolSpec{pool("corp", "10.0.0.0/8", "192.168.0.0/16")}, Clusters: []plan.ClusterSpec{c}})
	}
	var r recorder
	plantest.Check(&r, spec(plan.ClusterSpec{}))                // no version
	plantest.Check(&r, spec(plan.ClusterSpec{Platform: "gke"})) // managed
	plantest.Check(&r, spec(plan.ClusterSpec{Kubernetes: k8sflags.Version{Major: 1, Minor: 34}}))
	r.expect(t)
	if len(r.logs) == 0 {
		t.Error("a service range of a /28 is worth a warning")
	}

	// Too few node blocks: a fault of the plan, and of the flags.
	p, _, err := plan.Adopt(plan.Spec{
		Pools:    []plan.PoolSpec{pool("corp", "10.0.0.0/8")},
		Clusters: []plan.ClusterSpec{{Name: "c", Kubernetes: k8sflags.Version{Major: 1, Minor: 34}, Nodes: plan.Count{Now: 9}}},
	}, []plan.Existing{{Name: "c", NodeMasks: dualstack.Masks{V4: 25}, Ranges: map[plan.Role]dualstack.Pair{
		plan.Node: dualstack.MustParse("10.0.0.0/24"), plan.Pod: dualstack.MustParse("10.1.0.0/23"), plan.Service: dualstack.MustParse("10.2.0.0/20"),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	r = recorder{}
	plantest.Check(&r, p)
	r.expect(t, "error capacity", `cluster "c" holds 4 nodes with addresses for their pods, needs 9`, `flags of cluster "c": error KC622`)
	r = recorder{}
	plantest.Check(&r, p, plantest.KnownFlaws())
	r.expect(t)
}

func TestThereIsNoPlan(t *testing.T) {
	var r recorder
	plantest.Check(&r, nil)
	plantest.Fits(&r, nil, plan.ClusterSpec{Name: "c", Nodes: plan.Count{Now: 3}})
	plantest.Unmoved(&r, nil, nil, nil)
	r.expect(t, "there is no plan", "there is no plan", "one is nil")
}

func TestDisjoint(t *testing.T) {
	for _, tt := range []struct {
		prefixes string
		errors   []string
	}{
		{"10.0.0.0/8 fd00::/8 11.0.0.0/8", nil},
		{"", nil},
		{"10.1.0.0/16 10.0.0.0/8", []string{"10.1.0.0/16 and 10.0.0.0/8 overlap (prefixes 0 and 1)"}},
		{"10.0.0.0/8 11.0.0.0/8 10.0.0.0/8", []string{"10.0.0.0/8 stands twice (prefixes 0 and 2)"}},
		{"10.0.0.0/8 10.1.0.0/16 10.2.0.0/16", []string{"prefixes 0 and 1", "prefixes 0 and 2"}},
		{"::ffff:10.0.0.0/104 10.0.0.0/8", []string{"IPv4-mapped"}},
	} {
		var r recorder
		var ps []netip.Prefix
		for _, p := range strings.Fields(tt.prefixes) {
			ps = append(ps, netip.MustParsePrefix(p))
		}
		plantest.Disjoint(&r, ps...)
		r.expect(t, tt.errors...)
	}
}

// pinned is a plan of clusters that are where the test wants them.
func pinned(t *testing.T, networks []plan.Network, clusters ...plan.ClusterSpec) *plan.Plan {
	return solve(t, plan.Spec{Pools: []plan.PoolSpec{pool("corp", "10.0.0.0/8", "fd00::/32")}, Networks: networks, Clusters: clusters})
}

func cluster(name, pod, service string) plan.ClusterSpec {
	pods := dualstack.MustParse(pod)
	c := plan.ClusterSpec{Name: name, Families: pods.Families(), Nodes: plan.Count{Now: 20}, PodsPerNode: 20}
	c.Pins = map[plan.Role]dualstack.Pair{plan.Pod: pods, plan.Service: dualstack.MustParse(service), plan.Node: dualstack.MustParse("10.0.0.0/24")}
	return c
}

func TestUnmoved(t *testing.T) {
	c := cluster
	for _, tt := range []struct {
		name          string
		before, after plan.ClusterSpec
		renamed       map[string]string
		errors        []string
	}{
		{"the same", c("a", "10.1.0.0/16", "10.2.0.0/24"), c("a", "10.1.0.0/16", "10.2.0.0/24"), nil, nil},
		{"grown in place", c("a", "10.1.0.0/16", "10.2.0.0/24"), c("a", "10.1.0.0/16", "10.2.0.0/20"), nil, nil},
		{"moved", c("a", "10.1.0.0/16", "10.2.0.0/24"), c("a", "10.1.0.0/16", "10.3.0.0/24"), nil, []string{`cluster "a" service: 10.2.0.0/24 moved to 10.3.0.0/24`}},
		{"shrunk", c("a", "10.1.0.0/16", "10.2.0.0/24"), c("a", "10.1.0.0/16", "10.2.0.0/25"), nil, []string{`cluster "a" service: 10.2.0.0/24 shrank to 10.2.0.0/25`}},
		{"moved and larger", c("a", "10.1.0.0/16", "10.2.0.0/24"), c("a", "10.1.0.0/16", "10.4.0.0/20"), nil, []string{"10.2.0.0/24 moved to 10.4.0.0/20"}},
		{"a family more", c("a", "10.1.0.0/16", "10.2.0.0/24"), c("a", "10.1.0.0/16,fd00:0:1::/53", "10.2.0.0/24,fd00:0:2::/112"), nil, nil},
		{"a family less", c("a", "10.1.0.0/16,fd00:0:1::/53", "10.2.0.0/24,fd00:0:2::/112"), c("a", "10.1.0.0/16", "10.2.0.0/24"), nil, nil},
		{"one family moved", c("a", "10.1.0.0/16,fd00:0:1::/53", "10.2.0.0/24,fd00:0:2::/112"), c("a", "10.1.0.0/16,fd00:0:1::/53", "10.2.0.0/24,fd00:0:3::/112"), nil,
			[]string{`cluster "a" node: fd00:`, "fd00:0:2::/112 moved to fd00:0:3::/112"}},
		{"renamed", c("a", "10.1.0.0/16", "10.2.0.0/24"), c("b", "10.1.0.0/16", "10.2.0.0/24"), map[string]string{"a": "b"}, nil},
		{"renamed and moved", c("a", "10.1.0.0/16", "10.2.0.0/24"), c("b", "10.1.0.0/16", "10.3.0.0/24"), map[string]string{"a": "b"}, []string{`cluster "a" service`}},
		{"gone, and another there", c("a", "10.1.0.0/16", "10.2.0.0/24"), c("b", "10.3.0.0/16", "10.4.0.0/24"), nil, nil},
		{"its name is another's", c("a", "10.1.0.0/16", "10.2.0.0/24"), c("a", "10.3.0.0/16", "10.4.0.0/24"), map[string]string{"z": "a"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r recorder
			plantest.Unmoved(&r, pinned(t, nil, tt.before), pinned(t, nil, tt.after), tt.renamed)
			r.expect(t, tt.errors...)
		})
	}
}

func TestUnmovedKeepsNodeMasks(t *testing.T) {
	before := cluster("a", "10.1.0.0/16", "10.2.0.0/24")
	after := cluster("a", "10.1.0.0/16", "10.2.0.0/24")
	after.PodsPerNode = 100
	var r recorder
	plantest.Unmoved(&r, pinned(t, nil, before), pinned(t, nil, after), nil)
	r.expect(t, `cluster "a": IPv4 node mask /27 is /25 now`)
}

func TestUnmovedOfNetworks(t *testing.T) {
	network := func(name, at string) []plan.Network {
		return []plan.Network{{Name: name, Hosts: 5, Pin: dualstack.MustParse(at)}}
	}
	on := func(network string) plan.ClusterSpec {
		c := cluster("a", "10.1.0.0/16", "10.2.0.0/24")
		c.NodeNetwork = network
		delete(c.Pins, plan.Node)
		return c
	}
	var r recorder
	plantest.Unmoved(&r, pinned(t, network("n", "10.9.0.0/24"), on("n")), pinned(t, network("m", "10.9.0.0/23"), on("m")), map[string]string{"n": "m"})
	r.expect(t)
	plantest.Unmoved(&r, pinned(t, network("n", "10.9.0.0/24"), on("n")), pinned(t, network("n", "10.8.0.0/24"), on("n")), nil)
	r.expect(t, `network "n": 10.9.0.0/24 moved to 10.8.0.0/24`)
	// From one network to another: the network stays, the cluster does not.
	both := append(network("n", "10.9.0.0/24"), network("m", "10.8.0.0/24")...)
	r = recorder{}
	plantest.Unmoved(&r, pinned(t, both, on("n")), pinned(t, both, on("m")), nil)
	r.expect(t, `cluster "a" node: 10.9.0.0/24 moved to 10.8.0.0/24`)
}

func TestUpToDate(t *testing.T) {
	s := plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "corp", Prefixes: []netip.Prefix{cidr.MustParse("10.0.0.0/12")}, Cooldown: 30 * plan.Day}},
		Clusters: []plan.ClusterSpec{{Name: "a", Nodes: plan.Count{Now: 20}}, {Name: "b", Nodes: plan.Count{Now: 20}}},
	}
	stored, err := json.MarshalIndent(solve(t, s), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	var r recorder
	plantest.UpToDate(&r, stored, s)
	r.expect(t)

	more := s
	more.Clusters = append(more.Clusters[:1:1], plan.ClusterSpec{Name: "c", Nodes: plan.Count{Now: 5}})
	plantest.UpToDate(&r, stored, more)
	r.expect(t, `+ cluster "c"`)
	if !strings.Contains(r.errors[0], `- cluster "b"`) || strings.Contains(r.errors[0], "1970") {
		t.Error(r.errors[0])
	}

	r = recorder{}
	other := s
	other.Clusters = append(other.Clusters[:1:1], plan.ClusterSpec{Name: "b", Nodes: plan.Count{Now: 21}})
	plantest.UpToDate(&r, stored, other)
	r.expect(t, "an older spec in it")

	r = recorder{}
	other.Clusters = append(other.Clusters[:1:1], plan.ClusterSpec{Name: "b", Nodes: plan.Count{Now: 20}, Pins: map[plan.Role]dualstack.Pair{plan.Pod: dualstack.MustParse("10.15.0.0/16")}})
	plantest.UpToDate(&r, stored, other)
	plantest.UpToDate(&r, []byte("{}"), s)
	r.expect(t, "does not become that of the spec: plan: cluster \"b\": pod range", "the stored plan: plan: decode: format 0")
}

func TestFits(t *testing.T) {
	p := solve(t, plan.Spec{
		Pools:    []plan.PoolSpec{pool("corp", "10.0.0.0/16")},
		Clusters: []plan.ClusterSpec{{Name: "a", Nodes: plan.Count{Now: 200}, PodsPerNode: 50}},
	})
	next := plan.ClusterSpec{Name: "b", Nodes: plan.Count{Now: 50}}
	var r recorder
	plantest.Fits(&r, p, next)
	r.expect(t)
	last := next
	last.Name = "c"
	last.Nodes.Now = 300
	plantest.Fits(&r, p, next, last)
	r.expect(t, `there is no room: plan: no plan exists`)
}
