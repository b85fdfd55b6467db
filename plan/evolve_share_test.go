package plan_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

// outgrown evolves p to s, which must be refused, and returns the ranges that
// cannot stay.
func outgrown(t *testing.T, p *plan.Plan, s plan.Spec, o plan.EvolveOptions) []plan.Outgrown {
	t.Helper()
	q, d, err := plan.Evolve(p, s, o)
	var e *plan.OutgrownError
	if !errors.As(err, &e) || !errors.Is(err, plan.ErrOutgrown) || q != nil || d != nil {
		t.Fatalf("Evolve = %v, %v, %v, want an OutgrownError", q, d, err)
	}
	return e.Ranges
}

func evolved(t *testing.T, p *plan.Plan, s plan.Spec, o plan.EvolveOptions) (*plan.Plan, *plan.Diff) {
	t.Helper()
	q, d, err := plan.Evolve(p, s, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range q.Audit() {
		if f.Severity == k8sflags.Error {
			t.Fatal(f)
		}
	}
	return q, d
}

// Clusters that share a pod range must be apart once a mesh joins them, or once
// nobody shares: one keeps the range, and the others need leave to move.
func TestClustersThatShareARangeAreJoined(t *testing.T) {
	s := plan.Spec{
		Pools: []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/12")}},
		Share: []plan.Role{plan.Pod},
	}
	for _, name := range []string{"a", "b", "c"} {
		s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: name, Nodes: now(20)})
	}
	p := solved(t, s)
	at := p.Clusters
	var pods dualstack.Pair
	for c := range at() {
		if !pods.IsZero() && c.Block(plan.Pod) != pods {
			t.Fatalf("%v and %v: want one range", pods, c.Block(plan.Pod))
		}
		pods = c.Block(plan.Pod)
	}
	joined := s
	joined.Meshes = []plan.Mesh{{Name: "m", Kind: plan.Submariner, Clusters: []string{"b", "c"}}}
	apart := s
	apart.Share = nil
	for _, tt := range []struct {
		name  string
		spec  plan.Spec
		leave []string
	}{
		{"a mesh", joined, []string{"c"}},
		{"nobody shares", apart, []string{"b", "c"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var leave []string
			for _, o := range outgrown(t, p, tt.spec, plan.EvolveOptions{}) {
				leave = append(leave, o.Cluster)
				if o.Role != plan.Pod || o.Range != pods.V4() || !strings.Contains(o.Reason, "must be apart now") {
					t.Errorf("%v", o)
				}
			}
			if strings.Join(leave, " ") != strings.Join(tt.leave, " ") {
				t.Fatalf("%v cannot stay, want %v", leave, tt.leave)
			}
			q, _ := evolved(t, p, tt.spec, plan.EvolveOptions{AllowMove: tt.leave})
			for c := range q.Clusters() {
				if moved := c.Block(plan.Pod) != pods; moved != strings.Contains(strings.Join(tt.leave, " "), c.Name()) {
					t.Errorf("%s has %v", c.Name(), c.Block(plan.Pod))
				}
			}
		})
	}
}

// What several shared and all gave up rests once.
func TestASharedRangeRestsOnce(t *testing.T) {
	s := plan.Spec{
		Pools: []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/12"), Cooldown: 30 * plan.Day}},
		Share: []plan.Role{plan.Pod},
	}
	for i, name := range []string{"a", "b", "c"} {
		s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: name, Nodes: now(20 << i)})
	}
	p := solved(t, s)
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	last, _ := p.Cluster("c")
	rests := func(q *plan.Plan) (pods []string) {
		for _, z := range q.Quarantine() {
			if strings.Contains(z.Of, "pod") {
				pods = append(pods, z.Prefix.String())
			}
		}
		return pods
	}
	s.Clusters = s.Clusters[2:]
	q, _ := evolved(t, p, s, plan.EvolveOptions{Now: day})
	if got := rests(q); len(got) != 0 {
		t.Errorf("%v rest, and c has %v", got, last.Block(plan.Pod))
	}
	s.Clusters = []plan.ClusterSpec{{Name: "d", Nodes: now(3)}}
	q, _ = evolved(t, p, s, plan.EvolveOptions{Now: day})
	if got := rests(q); len(got) != 1 || got[0] != last.Block(plan.Pod).String() {
		t.Errorf("%v rest, and c had %v", got, last.Block(plan.Pod))
	}
}

// Two clusters exchange their names, and one of the names is in a mesh.
func TestNamesThatAreExchangedInAMesh(t *testing.T) {
	s := plan.Spec{
		Pools:  []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/12")}},
		Share:  []plan.Role{plan.Pod},
		Meshes: []plan.Mesh{{Name: "m", Kind: plan.Submariner, Clusters: []string{"a", "b"}}},
	}
	for _, name := range []string{"a", "b", "c"} {
		s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: name, Nodes: now(20)})
	}
	p := solved(t, s)
	o := plan.EvolveOptions{Renamed: map[string]string{"b": "c", "c": "b"}}
	a, _ := p.Cluster("a")
	c, _ := p.Cluster("c")
	if a.Block(plan.Pod) != c.Block(plan.Pod) {
		t.Fatalf("%v, %v", a.Block(plan.Pod), c.Block(plan.Pod))
	}
	if got := outgrown(t, p, s, o); len(got) != 1 || got[0].Cluster != "b" {
		t.Fatal(got)
	}
	o.AllowMove = []string{"b"}
	evolved(t, p, s, o)
}

// Nodes keep the blocks that they have, also where the pod range is pinned.
func TestNodeMasksOfAPinStay(t *testing.T) {
	c := plan.ClusterSpec{Name: "c", Nodes: now(100), PodsPerNode: 50, Pins: map[plan.Role]dualstack.Pair{plan.Pod: pair("10.200.0.0/18")}}
	s := oneCluster(c)
	p := solved(t, s)
	for _, tt := range []struct {
		name   string
		edit   func(*plan.ClusterSpec)
		reason string
	}{
		{"more pods", func(c *plan.ClusterSpec) { c.PodsPerNode = 100 }, "its node masks /26 hold 61 pods, needs 100"},
		{"more nodes of fewer pods", func(c *plan.ClusterSpec) { c.PodsPerNode, c.Nodes = 20, now(400) }, "has 256 node blocks, needs 400"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			edited := c
			tt.edit(&edited)
			got := outgrown(t, p, oneCluster(edited), plan.EvolveOptions{})
			if got[0].Role != plan.Pod || !strings.Contains(got[0].Reason, tt.reason) {
				t.Fatalf("%v", got)
			}
			q, d := evolved(t, p, oneCluster(edited), plan.EvolveOptions{AllowMove: []string{"c"}})
			is, _ := q.Cluster("c")
			if is.Block(plan.Pod) != pair("10.200.0.0/18") || len(d.Changes) == 0 {
				t.Errorf("%v\n%v", is.Block(plan.Pod), d)
			}
			if has := is.Capacity(); has.Nodes() < edited.Nodes.Now || has.PodsPerNode < edited.PodsPerNode {
				t.Errorf("%+v", has)
			}
		})
	}
}

// Clusters that shared addresses leave them: all that nobody has any more
// rests, whoever left first.
func TestWhatSeveralLeaveRests(t *testing.T) {
	s := plan.Spec{
		Pools: []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/12"), Cooldown: 30 * plan.Day}},
		Share: []plan.Role{plan.Pod},
	}
	s.Clusters = []plan.ClusterSpec{{Name: "a", Nodes: now(16)}, {Name: "b", Nodes: now(2)}, {Name: "c", Nodes: now(4)}}
	p := solved(t, s)
	a, _ := p.Cluster("a")
	// What is in the room of one that stays does not rest.
	roomy := s
	roomy.Pools = slices.Clone(s.Pools)
	roomy.Pools[0].Headroom = 1
	q := solved(t, roomy)
	roomy.Clusters = []plan.ClusterSpec{{Name: "a", Nodes: now(640)}, {Name: "b", Nodes: now(2)}, {Name: "c", Nodes: now(4)}}
	q, _ = evolved(t, q, roomy, plan.EvolveOptions{Now: time.Unix(0, 0), AllowMove: []string{"a"}})
	if len(q.Quarantine()) == 0 {
		t.Error("nothing rests")
	}
	text, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Decode(text); err != nil {
		t.Error(err)
	}
	for _, stays := range []uint64{4, 16} {
		next := s
		next.Clusters = []plan.ClusterSpec{{Name: "a", Nodes: now(64)}, {Name: "b", Nodes: now(32)}, {Name: "c", Nodes: now(stays)}}
		q, _ := evolved(t, p, next, plan.EvolveOptions{Now: time.Unix(0, 0), AllowMove: []string{"a", "b", "c"}})
		var resting uint64
		for _, z := range q.Quarantine() {
			if strings.Contains(z.Of, "pod") {
				resting += 1 << (32 - z.Prefix.Bits())
			}
		}
		want := uint64(1) << (32 - a.Block(plan.Pod).V4().Bits())
		if stays == 4 {
			c, _ := q.Cluster("c")
			want -= 1 << (32 - c.Block(plan.Pod).V4().Bits())
		}
		if resting != want {
			t.Errorf("c with %d nodes: %d addresses rest, want %d: %v", stays, resting, want, q.Quarantine())
		}
	}
}

// Who joins clusters that share goes on behind all that they hold, also in the
// place of one that has grown into its headroom since.
func TestWhoJoinsGoesOnBehindHeadroom(t *testing.T) {
	s := plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/8"), Headroom: 2}},
		Share:    []plan.Role{plan.Pod},
		Meshes:   []plan.Mesh{{Name: "m", Kind: plan.Submariner, Clusters: []string{"b1", "b2"}}},
		Clusters: []plan.ClusterSpec{{Name: "a", Nodes: now(64)}, {Name: "b1", Nodes: now(16)}, {Name: "b2", Nodes: now(16)}},
	}
	p := solved(t, s)
	s.Clusters[0].Nodes = now(128)
	for _, name := range []string{"c", "d"} {
		s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: name, Nodes: now(16)})
		s.Meshes[0].Clusters = append(s.Meshes[0].Clusters, name)
		p, _ = evolved(t, p, s, plan.EvolveOptions{})
	}
}

// A range that another cluster has pinned a part of is no place for who must be
// apart from that one.
func TestWhoJoinsIsApartFromPins(t *testing.T) {
	s := plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/8")}},
		Share:    []plan.Role{plan.Pod},
		Clusters: []plan.ClusterSpec{{Name: "b", Nodes: now(64)}},
	}
	p := solved(t, s)
	b, _ := p.Cluster("b")
	part, err := dualstack.Single(netip.PrefixFrom(b.Block(plan.Pod).V4().Addr(), 20))
	if err != nil {
		t.Fatal(err)
	}
	s.Clusters = append(s.Clusters,
		plan.ClusterSpec{Name: "a", Nodes: now(16), Pins: map[plan.Role]dualstack.Pair{plan.Pod: part}},
		plan.ClusterSpec{Name: "c", Nodes: now(16)})
	s.Meshes = []plan.Mesh{{Name: "m", Kind: plan.Submariner, Clusters: []string{"a", "c"}}}
	evolved(t, p, s, plan.EvolveOptions{})
}

// Who comes shares with clusters that stay as they are, as Solve has it.
func TestWhoComesShares(t *testing.T) {
	s := plan.Spec{
		Pools: []plan.PoolSpec{
			{Name: "corp", Prefixes: prefixes("10.0.0.0/16"), Roles: []plan.Role{plan.Node, plan.Pod}},
			{Name: "services", Prefixes: prefixes("10.96.0.0/28"), Roles: []plan.Role{plan.Service}},
		},
		Share:    []plan.Role{plan.Service},
		Clusters: []plan.ClusterSpec{{Name: "a", Nodes: now(1)}, {Name: "b", Nodes: now(1)}},
	}
	p := solved(t, s)
	s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: "c", Nodes: now(1)})
	q, d := evolved(t, p, s, plan.EvolveOptions{})
	if c, _ := q.Cluster("c"); c.Block(plan.Service) != pair("10.96.0.0/28") {
		t.Errorf("service range %v", c.Block(plan.Service))
	}
	if len(d.Changes) != 1 || d.Changes[0].Cluster != "c" {
		t.Errorf("more than c changes:\n%v", d)
	}
}

// A range in one that is pinned for another cluster needs leave to move once a
// mesh joins the two, as among ranges that were found.
func TestClustersThatShareAPinAreJoined(t *testing.T) {
	s := plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/8")}},
		Share:    []plan.Role{plan.Pod},
		Clusters: []plan.ClusterSpec{{Name: "b", Nodes: now(16)}},
	}
	p := solved(t, s)
	s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: "a", Nodes: now(16), Pins: map[plan.Role]dualstack.Pair{plan.Pod: pair("10.0.0.0/21")}})
	p, _ = evolved(t, p, s, plan.EvolveOptions{})
	s.Meshes = []plan.Mesh{{Name: "m", Kind: plan.Submariner, Clusters: []string{"a", "b"}}}
	if rs := outgrown(t, p, s, plan.EvolveOptions{}); len(rs) != 1 || rs[0].Cluster != "b" || rs[0].Role != plan.Pod {
		t.Errorf("outgrown: %v", rs)
	}
	evolved(t, p, s, plan.EvolveOptions{AllowMove: []string{"b"}})
}
