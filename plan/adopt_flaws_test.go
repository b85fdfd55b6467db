package plan_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

func adopted(t *testing.T, s plan.Spec, existing ...plan.Existing) *plan.Plan {
	t.Helper()
	p, _, err := plan.Adopt(s, existing)
	if err != nil {
		t.Fatal(err)
	}
	text := marshal(t, p)
	if q, err := plan.Decode(text); err != nil || !bytes.Equal(marshal(t, q), text) {
		t.Fatalf("%v: decoded %v\n%s", err, q, text)
	}
	checkOnlyAdded(t, p)
	return p
}

// checkOnlyAdded evolves an adopted plan to its own spec: no range that there is
// changes, what is added was missing, and then nothing changes any more.
func checkOnlyAdded(t testing.TB, p *plan.Plan) {
	t.Helper()
	missing := 0
	for _, f := range p.Flaws() {
		if f.Rule == plan.RuleMissing {
			missing++
		}
	}
	q, d, err := plan.Evolve(p, p.Spec(), plan.EvolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	added := 0
	for _, c := range d.Changes {
		for _, r := range c.Ranges {
			if added++; r.Kind != plan.Added {
				t.Errorf("%s %s: %s", c.Cluster, r.Role, r.Kind)
			}
		}
	}
	if added != 0 && added > missing || len(q.Flaws()) > len(p.Flaws())-added {
		t.Errorf("%d added of %d missing; flaws %v, were %v", added, missing, q.Flaws(), p.Flaws())
	}
	r, d, err := plan.Evolve(q, q.Spec(), plan.EvolveOptions{})
	if err != nil || !d.IsEmpty() || !bytes.Equal(marshal(t, r), marshal(t, q)) {
		t.Errorf("%v: it changes again: %v", err, d)
	}
}

// A range that an adopted cluster lacks comes with the first step, whatever the
// step is for.
func TestEvolveAddsWhatIsMissing(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Name: "c", Nodes: now(2)})
	p, _, err := plan.Adopt(s, []plan.Existing{{Name: "c", Ranges: is("10.0.0.0/16")}})
	if err != nil {
		t.Fatal(err)
	}
	q, _, err := plan.Evolve(p, s, plan.EvolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	c, _ := q.Cluster("c")
	if c.Block(plan.Pod) != pair("10.0.0.0/16") || c.Block(plan.Node).IsZero() || c.Block(plan.Service).IsZero() || len(q.Flaws()) > 0 {
		t.Errorf("%v; flaws %v", slices.Collect(q.Blocks()), q.Flaws())
	}
}

func is(s string) map[plan.Role]dualstack.Pair { return pins(plan.Pod, s) }

// The plan has exactly the ranges that there are, also those of a family that
// the spec does not ask for.
func TestAdoptAnotherFamily(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Name: "c", Nodes: now(2)})
	for _, pod := range []string{"fd00:1::/48", "10.0.0.0/16,fd00:1::/48"} {
		p := adopted(t, s, plan.Existing{Name: "c", Ranges: is(pod)})
		c, _ := p.Cluster("c")
		if c.Block(plan.Pod) != pair(pod) {
			t.Errorf("%v, want %v", c.Block(plan.Pod), pod)
		}
		if !slices.ContainsFunc(p.Flaws(), func(f plan.Finding) bool { return f.Rule == plan.RuleFamily && f.Role == plan.Pod }) {
			t.Errorf("%v: no finding about its families: %v", pod, p.Flaws())
		}
	}
}

func TestAdoptExtraRangesThatAreNone(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Name: "c", Nodes: now(2)})
	for _, tt := range []struct {
		block plan.Block
		want  string
	}{
		{plan.Block{Role: plan.Pod, Range: pair("10.1.0.0/24")}, `plan: adopt: cluster "c": extra pod range 10.1.0.0/24 has no name`},
		{plan.Block{Role: plan.Node, Name: "twin", Range: pair("10.1.0.0/24")}, `plan: adopt: cluster "c": extra node range "twin" stands twice`},
		{plan.Block{Role: plan.Pod, Name: "x"}, `plan: adopt: cluster "c": extra pod range "x": it has no range`},
		{plan.Block{Role: "pods", Name: "x", Range: pair("10.0.0.0/24")}, `plan: adopt: cluster "c": extra range "x": role "pods": want one of`},
	} {
		_, _, err := plan.Adopt(s, []plan.Existing{{Name: "c", Extra: []plan.Block{{Role: plan.Node, Name: "twin", Range: pair("10.2.0.0/24")}, tt.block}}})
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}

// Room is kept by plans alone.
func TestAdoptNoRoom(t *testing.T) {
	p := adopted(t, oneCluster(plan.ClusterSpec{Name: "c", Nodes: now(2)}), plan.Existing{Name: "c",
		Extra: []plan.Block{{Role: plan.Pod, Name: "x", Range: pair("10.0.0.0/24"), Room: pair("10.1.0.0/16")}}})
	for b := range p.Blocks() {
		if !b.Room.IsZero() {
			t.Errorf("%v has room %v", b, b.Room)
		}
	}
}

func TestAdoptNodeMasksThatThereAreNot(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Name: "c", Nodes: now(2)})
	for _, m := range []dualstack.Masks{{V4: -1}, {V4: 33}, {V6: -1}, {V6: 129}} {
		if _, _, err := plan.Adopt(s, []plan.Existing{{Name: "c", Ranges: is("10.0.0.0/16"), NodeMasks: m}}); err == nil || !strings.Contains(err.Error(), "want 1 to 32") {
			t.Errorf("%+v: %v", m, err)
		}
	}
}

// Of two clusters that have the same range one goes: what it had is not free,
// since the other still has it.
func TestWhatTwoHadIsNotFree(t *testing.T) {
	s := plan.Spec{Pools: []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/16"), Fit: plan.FirstFit}}}
	p := adopted(t, s, plan.Existing{Name: "a", Ranges: is("10.0.0.0/20")}, plan.Existing{Name: "b", Ranges: is("10.0.0.0/20")})
	next := p.Spec()
	next.Clusters = next.Clusters[1:]
	next.Clusters = append(next.Clusters, plan.ClusterSpec{Name: "d", Nodes: now(3)})
	q, _, err := plan.Evolve(p, next, plan.EvolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for b := range q.Blocks() {
		if b.Cluster == "d" && b.Range.V4().Overlaps(pair("10.0.0.0/20").V4()) {
			t.Errorf("%v is b's", b)
		}
	}
}

// A pod range that is too small stays as it is, whatever changes around it, and
// whatever its cluster is called.
func TestFlawsStay(t *testing.T) {
	c := plan.ClusterSpec{Name: "c", Nodes: now(2)}
	s := plan.Spec{Pools: []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/16")}}, Clusters: []plan.ClusterSpec{c}}
	p := adopted(t, s, plan.Existing{Name: "c", Ranges: map[plan.Role]dualstack.Pair{
		plan.Node: pair("10.0.0.0/28"), plan.Service: pair("10.0.0.16/28"), plan.Pod: pair("10.0.1.0/26")}})
	roomy := p.Spec()
	roomy.Pools[0].Headroom = 2
	renamed := p.Spec()
	renamed.Clusters[0].Name = "z"
	for _, tt := range []struct {
		spec plan.Spec
		o    plan.EvolveOptions
	}{{roomy, plan.EvolveOptions{}}, {renamed, plan.EvolveOptions{Renamed: map[string]string{"c": "z"}}}} {
		q, _, err := plan.Evolve(p, tt.spec, tt.o)
		if err != nil {
			t.Fatal(err)
		}
		if len(q.Flaws()) != len(p.Flaws()) {
			t.Errorf("%v, were %v", q.Flaws(), p.Flaws())
		}
	}
}

// Node masks are what nodes have, also where other ones would be enough.
func TestAdoptNodeMasksThatAreNotEnough(t *testing.T) {
	s := plan.Spec{Pools: []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/12")}}, Clusters: []plan.ClusterSpec{{Name: "c", Nodes: now(2), PodsPerNode: 200}}}
	p := adopted(t, s, plan.Existing{Name: "c", NodeMasks: dualstack.Masks{V4: 25}, Ranges: map[plan.Role]dualstack.Pair{
		plan.Node: pair("10.1.0.0/27"), plan.Service: pair("10.1.1.0/24"), plan.Pod: pair("10.2.0.0/16")}})
	if f := p.Flaws(); len(f) != 1 || f[0].Rule != plan.RuleCapacity || f[0].Message != "node masks /25 hold 125 pods, needs 200" {
		t.Errorf("%v", f)
	}
	next := p.Spec()
	next.Clusters = append(next.Clusters, plan.ClusterSpec{Name: "d", Nodes: now(2)})
	q, _, err := plan.Evolve(p, next, plan.EvolveOptions{})
	if err != nil || len(q.Flaws()) != 1 {
		t.Fatal(q.Flaws(), err)
	}
	if _, err := plan.Decode(marshal(t, q)); err != nil {
		t.Error(err)
	}
}

// Others do not share a range where they could not be placed.
func TestSharingWhatIsMisplaced(t *testing.T) {
	s := plan.Spec{
		Pools: []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/12")}},
		Share: []plan.Role{plan.Pod},
	}
	p := adopted(t, s, plan.Existing{Name: "a", Ranges: map[plan.Role]dualstack.Pair{
		plan.Pod: pair("192.168.0.0/20"), plan.Node: pair("10.1.0.0/27"), plan.Service: pair("10.1.1.0/24")}})
	next := p.Spec()
	next.Clusters = append(next.Clusters, plan.ClusterSpec{Name: "b", Nodes: now(3)})
	q, _, err := plan.Evolve(p, next, plan.EvolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := q.Cluster("b"); !prefixes("10.0.0.0/12")[0].Overlaps(b.Block(plan.Pod).V4()) {
		t.Errorf("%v", b.Block(plan.Pod))
	}
}

// More pods than a node's block holds are too many for host-local alone, and of
// a cluster that no spec asks for the plan asks as many as the block holds.
func TestAdoptMaxPods(t *testing.T) {
	flags := k8sflags.Set{Version: version(34)}
	for _, line := range []string{
		"kube-controller-manager --allocate-node-cidrs=true --cluster-cidr=10.1.0.0/16 --node-cidr-mask-size=24 --service-cluster-ip-range=10.2.0.0/24",
		"kubelet --max-pods=256",
	} {
		p, err := k8sflags.ParseCommand(strings.Fields(line))
		if err != nil {
			t.Fatal(err)
		}
		flags.Processes = append(flags.Processes, p)
	}
	for _, tt := range []struct {
		clusters []plan.ClusterSpec
		pods     uint64
		tooMany  bool
	}{
		{nil, 253, true},
		{[]plan.ClusterSpec{{Name: "c", Nodes: now(9), PodsPerNode: 256}}, 256, true},
		{[]plan.ClusterSpec{{Name: "c", Nodes: now(9), PodsPerNode: 256, IPAM: k8sflags.Calico}}, 256, false},
	} {
		s := plan.Spec{Pools: []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/8")}}, Clusters: tt.clusters}
		p, findings, err := plan.Adopt(s, []plan.Existing{{Name: "c", Flags: flags, Ranges: pins(plan.Node, "10.0.0.0/24")}})
		if err != nil {
			t.Fatal(err)
		}
		if got := clusterOf(t, p, "c").Spec().PodsPerNode; got != tt.pods {
			t.Errorf("%v: asks for %d pods a node, want %d", tt.clusters, got, tt.pods)
		}
		if got := slices.ContainsFunc(findings, func(f plan.Finding) bool { return f.Rule == "KC621" }); got != tt.tooMany {
			t.Errorf("%v: findings %v", tt.clusters, findings)
		}
	}
}

// A name that is nobody's, or of two, is a mistake of the spec here too.
func TestAdoptNamesThatThereAreNot(t *testing.T) {
	x := []plan.Existing{{Name: "c", Ranges: is("10.0.0.0/16")}}
	s := oneCluster(plan.ClusterSpec{Name: "c", Nodes: now(2)})
	s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: "later", Nodes: now(2)})
	s.Meshes = []plan.Mesh{{Name: "m", Kind: plan.Submariner, Clusters: []string{"c", "later"}}}
	if _, _, err := plan.Adopt(s, x); err != nil {
		t.Error(err)
	}
	s.Meshes[0].Clusters[1] = "latter"
	if _, _, err := plan.Adopt(s, x); err == nil || !strings.Contains(err.Error(), `mesh "m": there is no cluster "latter"`) {
		t.Errorf("a mesh with nobody: %v", err)
	}
	s.Meshes, s.Clusters[1].Name = nil, "c"
	if _, _, err := plan.Adopt(s, x); err == nil || !strings.Contains(err.Error(), `cluster "c" stands twice in the spec`) {
		t.Errorf("two of a name: %v", err)
	}
}

// The nodes of a cluster are in one place.
func TestAdoptNodesInANetwork(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Name: "c", Nodes: now(2), NodeNetwork: "lan"})
	s.Networks = []plan.Network{{Name: "lan", Pin: pair("10.9.0.0/24")}}
	x := there("c", "pod=10.0.0.0/16", "service=10.2.0.0/24")
	if back, err := plan.Decode([]byte(text(t, adopted(t, s, x)))); err != nil || clusterOf(t, back, "c").Block(plan.Node) != pair("10.9.0.0/24") {
		t.Errorf("%v, %v", back, err)
	}
	x.Ranges[plan.Node] = pair("10.9.0.0/24")
	if _, _, err := plan.Adopt(s, []plan.Existing{x}); err == nil || !strings.Contains(err.Error(), `its nodes are in network "lan" by the spec, and it has node range 10.9.0.0/24: pin the network there`) {
		t.Errorf("%v", err)
	}
}
