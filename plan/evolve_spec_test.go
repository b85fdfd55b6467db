package plan_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/plan"
)

// newYear is when these plans evolve.
var newYear = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// in is a spec of clusters in one pool.
func in(pool plan.PoolSpec, clusters ...plan.ClusterSpec) plan.Spec {
	pool.Name = "corp"
	return plan.Spec{Pools: []plan.PoolSpec{pool}, Clusters: clusters}
}

// pinnedAt is a cluster with ranges that are given, "role=range" each.
func pinnedAt(name string, ranges ...string) plan.ClusterSpec {
	c := plan.ClusterSpec{Name: name, Nodes: now(20), PodsPerNode: 20, Pins: map[plan.Role]dualstack.Pair{}}
	for _, r := range ranges {
		role, p, _ := strings.Cut(r, "=")
		c.Pins[plan.Role(role)] = pair(p)
		if len(c.Pins[plan.Role(role)].Families()) > len(c.Families) {
			c.Families = c.Pins[plan.Role(role)].Families()
		}
	}
	return c
}

// rangeOf returns the main range of a role of a plan's cluster.
func rangeOf(t *testing.T, p *plan.Plan, cluster string, r plan.Role) dualstack.Pair {
	t.Helper()
	c, ok := p.Cluster(cluster)
	if !ok {
		t.Fatalf("no cluster %q", cluster)
	}
	return c.Block(r)
}

// What became of a range has a name, and what it takes steps of its own. The
// plans are pinned, so that the expectations stand here and not in the solver.
func TestDiffKinds(t *testing.T) {
	const (
		node    = "node=10.0.0.0/24"
		pod     = "pod=10.1.0.0/18"
		service = "service=10.2.0.0/24"
	)
	for _, tt := range []struct {
		name          string
		before, after []string
		role          plan.Role
		kind          plan.ChangeKind
		step          string // the beginning of the first
	}{
		{"pods grow", []string{node, pod, service}, []string{node, "pod=10.1.0.0/17", service}, plan.Pod, plan.Grown, "tell the CNI and kube-proxy the larger range first"},
		{"pods grow below", []string{node, "pod=10.1.64.0/18", service}, []string{node, "pod=10.1.0.0/17", service}, plan.Pod, plan.Grown, "tell the CNI"},
		{"pods move", []string{node, pod, service}, []string{node, "pod=10.3.0.0/18", service}, plan.Pod, plan.Moved, "a cluster CIDR and node masks cannot change"},
		{"pods move and grow", []string{node, pod, service}, []string{node, "pod=10.3.0.0/17", service}, plan.Pod, plan.Moved, "a cluster CIDR and node masks cannot change"},
		{"pods shrink", []string{node, pod, service}, []string{node, "pod=10.1.0.0/19", service}, plan.Pod, plan.Shrunk, "a cluster CIDR and node masks cannot change"},
		{"services grow", []string{node, pod, service}, []string{node, pod, "service=10.2.0.0/23"}, plan.Service, plan.Grown, "from Kubernetes 1.33 leave --service-cluster-ip-range as it is"},
		{"services move", []string{node, pod, service}, []string{node, pod, "service=10.5.0.0/24"}, plan.Service, plan.Moved, "the first service range cannot change"},
		{"nodes grow", []string{node, pod, service}, []string{"node=10.0.0.0/23", pod, service}, plan.Node, plan.Grown, "widen the subnet"},
		{"nodes move", []string{node, pod, service}, []string{"node=10.7.0.0/24", pod, service}, plan.Node, plan.Moved, "add the new subnet"},
		{"external grow", []string{node, pod, service, "external=10.6.0.0/28"}, []string{node, pod, service, "external=10.6.0.0/27"}, plan.External, plan.Grown, "append the new addresses"},
		{"external move", []string{node, pod, service, "external=10.6.0.0/28"}, []string{node, pod, service, "external=10.7.0.0/28"}, plan.External, plan.Moved, "add the new pool beside the old one"},
		{"external come", []string{node, pod, service}, []string{node, pod, service, "external=10.6.0.0/28"}, plan.External, plan.Added, ""},
		{"external go", []string{node, pod, service, "external=10.6.0.0/28"}, []string{node, pod, service}, plan.External, plan.Removed, ""},
		{"ingress move", []string{node, pod, service, "ingress=10.6.0.0/28"}, []string{node, pod, service, "ingress=10.7.0.0/28"}, plan.Ingress, plan.Moved, "add the new pool beside the old one"},
		{"services get a family", []string{node, pod, service}, []string{node + ",fd00::/64", "pod=10.1.0.0/18,fd00:1::/53", service + ",fd00:2::/112"}, plan.Service, plan.FamilyAdded, "append the new range"},
		{"pods get a family", []string{node, pod, service}, []string{node + ",fd00::/64", "pod=10.1.0.0/18,fd00:1::/53", service + ",fd00:2::/112"}, plan.Pod, plan.FamilyAdded, "make the nodes dual-stack first"},
		{"nodes lose a family", []string{node + ",fd00::/64", "pod=10.1.0.0/18,fd00:1::/53", service + ",fd00:2::/112"}, []string{node, pod, service}, plan.Node, plan.FamilyRemoved, "change the addresses of the machines"},
		{"services lose a family", []string{node + ",fd00::/64", "pod=10.1.0.0/18,fd00:1::/53", service + ",fd00:2::/112"}, []string{node, pod, service}, plan.Service, plan.FamilyRemoved, "set ipFamilyPolicy: SingleStack"},
		{"another primary", []string{node + ",fd00::/64", "pod=10.1.0.0/18,fd00:1::/53", service + ",fd00:2::/112"},
			[]string{"node=fd00::/64,10.0.0.0/24", "pod=fd00:1::/53,10.1.0.0/18", "service=fd00:2::/112,10.2.0.0/24"}, plan.Service, plan.Reordered, "the first service range cannot change"},
		{"from one family to the other", []string{node, pod, service}, []string{"node=fd00::/64", "pod=fd00:1::/53", "service=fd00:2::/112"}, plan.Pod, plan.Moved, "a cluster CIDR and node masks cannot change"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pool := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/8", "fd00::/24")}
			d := plan.DiffOf(solved(t, in(pool, pinnedAt("c", tt.before...))), solved(t, in(pool, pinnedAt("c", tt.after...))))
			if len(d.Changes) != 1 || d.Changes[0].Kind != plan.Changed || d.Changes[0].Cluster != "c" {
				t.Fatalf("%v", d)
			}
			c := d.Changes[0]
			i := slices.IndexFunc(c.Ranges, func(r plan.RangeChange) bool { return r.Role == tt.role })
			if i < 0 || c.Ranges[i].Kind != tt.kind {
				t.Fatalf("want %s %s in\n%v", tt.role, tt.kind, d)
			}
			found := slices.ContainsFunc(c.Steps, func(s plan.Step) bool { return strings.HasPrefix(s.Text, tt.step) && s.Source != "" })
			if found != (tt.step != "") && tt.step != "" || tt.step == "" && len(c.Steps) > 0 {
				t.Errorf("want the step %q in\n%v", tt.step, d)
			}
		})
	}
}

func TestDiffOfOtherNodeMasks(t *testing.T) {
	s := in(plan.PoolSpec{Prefixes: prefixes("10.0.0.0/8")}, pinnedAt("c", "node=10.0.0.0/24", "pod=10.1.0.0/18", "service=10.2.0.0/24"))
	before := solved(t, s)
	s.Clusters[0].PodsPerNode = 100
	d := plan.DiffOf(before, solved(t, s))
	if len(d.Changes) != 1 || len(d.Changes[0].Ranges) != 1 {
		t.Fatal(d)
	}
	r := d.Changes[0].Ranges[0]
	if r.Kind != plan.Remasked || r.MasksBefore.V4 != 27 || r.MasksAfter.V4 != 25 || len(d.Changes[0].Steps) != 1 {
		t.Errorf("%+v", d.Changes[0])
	}
}

// Plans that have nothing to do with each other: all is gone, and all is new.
func TestDiffOfUnrelatedPlans(t *testing.T) {
	pool := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/8")}
	d := plan.DiffOf(solved(t, in(pool, pinnedAt("a"), pinnedAt("b"))), solved(t, in(pool, pinnedAt("c"))))
	var got []string
	for _, c := range d.Changes {
		got = append(got, string(c.Kind)+" "+c.Cluster)
		if len(c.Ranges) != 3 || len(c.Steps) > 0 {
			t.Errorf("%+v", c)
		}
	}
	if want := []string{"removed a", "removed b", "added c"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	empty := &plan.Plan{}
	if d := plan.DiffOf(empty, empty); !d.IsEmpty() || d.String() != "" {
		t.Errorf("%v", d)
	}
}

func TestRenameErrors(t *testing.T) {
	pool := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/8")}
	p := solved(t, in(pool, pinnedAt("a"), pinnedAt("b")))
	for _, tt := range []struct {
		name    string
		prev    *plan.Plan
		now     []string
		renamed map[string]string
		want    string // "" if it is right
	}{
		{"a new name", p, []string{"c", "b"}, map[string]string{"a": "c"}, ""},
		{"exchanged", p, []string{"a", "b"}, map[string]string{"a": "b", "b": "a"}, ""},
		{"the same", p, []string{"a", "b"}, map[string]string{"a": "a"}, ""},
		{"it takes the name of one that goes", p, []string{"b"}, map[string]string{"a": "b"}, ""},
		{"it never was", p, []string{"a", "b", "c"}, map[string]string{"z": "c"}, `rename "z" to "c": the earlier plan has no "z"`},
		{"it is not to be", p, []string{"a", "b"}, map[string]string{"a": "z"}, `rename "a" to "z": the spec has no "z"`},
		{"two of one name", p, []string{"c"}, map[string]string{"a": "c", "b": "c"}, `to "c": so is "`},
		{"no earlier plan", nil, []string{"c"}, map[string]string{"a": "c"}, "there is no earlier plan"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var clusters []plan.ClusterSpec
			for _, name := range tt.now {
				clusters = append(clusters, pinnedAt(name))
			}
			q, _, err := plan.Evolve(tt.prev, in(pool, clusters...), plan.EvolveOptions{Renamed: tt.renamed})
			if tt.want != "" {
				if !errors.Is(err, plan.ErrRename) || !strings.Contains(err.Error(), tt.want) {
					t.Errorf("%v, want %s", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for old, name := range tt.renamed {
				if was, is := rangeOf(t, p, old, plan.Pod), rangeOf(t, q, name, plan.Pod); was != is {
					t.Errorf("%s had %v, and is %s with %v", old, was, name, is)
				}
			}
		})
	}
}

// The time is asked for where it counts, and nowhere else.
func TestErrNow(t *testing.T) {
	rests := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/8"), Cooldown: 30 * plan.Day}
	p := solved(t, in(rests, pinnedAt("a"), pinnedAt("b")))
	if _, _, err := plan.Evolve(p, in(rests, pinnedAt("a"), pinnedAt("b"), pinnedAt("c")), plan.EvolveOptions{}); err != nil {
		t.Errorf("nothing is given up: %v", err)
	}
	_, _, err := plan.Evolve(p, in(rests, pinnedAt("a")), plan.EvolveOptions{})
	if !errors.Is(err, plan.ErrNow) || !strings.Contains(err.Error(), `cluster "b"`) || !strings.Contains(err.Error(), "set EvolveOptions.Now") {
		t.Errorf("%v", err)
	}
	q, _ := evolved(t, p, in(rests, pinnedAt("a")), plan.EvolveOptions{Now: newYear})
	if len(q.Quarantine()) != 3 {
		t.Fatalf("%v", q.Quarantine())
	}
	if _, _, err := plan.Evolve(q, in(rests, pinnedAt("a")), plan.EvolveOptions{}); !errors.Is(err, plan.ErrNow) {
		t.Errorf("%v", err)
	}
}

// What rests goes on to do so where its pool is cut or divided, whether it was
// given up before or with that step.
func TestRangesRestInWhatIsLeftOfAPool(t *testing.T) {
	now1 := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	pool := func(name, space string) plan.PoolSpec {
		return plan.PoolSpec{Name: name, Prefixes: prefixes(space), Cooldown: 30 * plan.Day, Fit: plan.FirstFit}
	}
	fleet := func(clusters []plan.ClusterSpec, pools ...plan.PoolSpec) plan.Spec {
		return plan.Spec{Pools: pools, Clusters: clusters}
	}
	a, b := plan.ClusterSpec{Name: "a", Nodes: now(100)}, plan.ClusterSpec{Name: "b", Nodes: now(100)}
	gone := plan.ClusterSpec{Name: "gone", Nodes: now(200)} // its pods first
	p := solved(t, fleet([]plan.ClusterSpec{a, gone}, pool("all", "10.0.0.0/15")))
	if c, _ := p.Cluster("gone"); c.Block(plan.Pod) != pair("10.0.0.0/17") {
		t.Fatalf("pods %v", c.Block(plan.Pod))
	}
	cut := fleet([]plan.ClusterSpec{a, b}, pool("first", "10.0.0.0/18"), pool("second", "10.0.64.0/18"), pool("third", "10.0.128.0/17"), pool("rest", "10.1.0.0/16"))
	first, _ := evolved(t, p, fleet([]plan.ClusterSpec{a}, pool("all", "10.0.0.0/15")), plan.EvolveOptions{Now: now1})
	for _, before := range []*plan.Plan{p, first} {
		q, _ := evolved(t, before, cut, plan.EvolveOptions{Now: now1.AddDate(0, 0, 1)})
		rests := 0
		for _, z := range q.Quarantine() {
			rests++
			for x := range q.Blocks() {
				if x.Range.V4().Overlaps(z.Prefix) {
					t.Errorf("%v has addresses of %v, which rests until %v", x, z.Prefix, z.Until)
				}
			}
		}
		if rests != 3 {
			t.Errorf("%d ranges rest", rests)
		}
	}
}

// A range that is given up rests to the second, and then whoever needs one of
// its size gets it.
func TestCooldown(t *testing.T) {
	pool := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/16"), Cooldown: 30 * plan.Day, Fit: plan.FirstFit}
	p := solved(t, in(pool, pinnedAt("a"), pinnedAt("b")))
	was := rangeOf(t, p, "a", plan.Pod)
	p, _ = evolved(t, p, in(pool, pinnedAt("b")), plan.EvolveOptions{Now: newYear})
	until := newYear.AddDate(0, 0, 30)
	for _, z := range p.Quarantine() {
		if !z.Until.Equal(until) {
			t.Errorf("%+v", z)
		}
	}
	for _, tt := range []struct {
		when time.Time
		gets bool
	}{{newYear, false}, {until.Add(-time.Second), false}, {until, true}, {until.AddDate(1, 0, 0), true}} {
		q, d := evolved(t, p, in(pool, pinnedAt("b"), pinnedAt("c")), plan.EvolveOptions{Now: tt.when})
		if gets := rangeOf(t, q, "c", plan.Pod) == was; gets != tt.gets || (len(d.Freed) == 3) != tt.gets {
			t.Errorf("%v: c has %v, a had %v; freed %v", tt.when, rangeOf(t, q, "c", plan.Pod), was, d.Freed)
		}
	}
	// Whoever pins it does not wait.
	q, _ := evolved(t, p, in(pool, pinnedAt("b"), pinnedAt("c", "pod="+was.String())), plan.EvolveOptions{Now: newYear})
	for _, z := range q.Quarantine() {
		if z.Prefix.Overlaps(was.V4()) {
			t.Errorf("%v rests, and c has %v", z, was)
		}
	}
}

func TestAllowMoveOfNobody(t *testing.T) {
	pool := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/8")}
	p := solved(t, in(pool, pinnedAt("a")))
	if _, _, err := plan.Evolve(p, in(pool, pinnedAt("a")), plan.EvolveOptions{AllowMove: []string{"a", "b"}}); err == nil || !strings.Contains(err.Error(), `allow "b" to move: the spec has no such cluster`) {
		t.Errorf("%v", err)
	}
	// Leave to move is no order to.
	q, d := evolved(t, p, in(pool, pinnedAt("a")), plan.EvolveOptions{AllowMove: []string{"a"}})
	if !d.IsEmpty() || text(t, q) != text(t, p) {
		t.Errorf("%v", d)
	}
}

// Everything that can force a range out of its place: the reason is said, with
// leave the range moves, and the old one rests unless it is taken.
func TestRangesThatCannotStay(t *testing.T) {
	pool := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/8"), Cooldown: 30 * plan.Day}
	base := in(pool, pinnedAt("a", "node=10.1.0.0/24", "service=10.2.0.0/24"), pinnedAt("b", "pod=172.16.0.0/18"))
	base.Zones = []plan.Zone{{Name: "dmz"}}
	base.Pools = append(base.Pools, plan.PoolSpec{Name: "dmz", Prefixes: prefixes("11.0.0.0/8"), Zone: "dmz"})
	p := solved(t, base)
	pods := rangeOf(t, p, "a", plan.Pod).V4()
	for _, tt := range []struct {
		name   string
		edit   func(*plan.Spec)
		who    string
		role   plan.Role
		reason string
		rests  bool
	}{
		{"reserved", func(s *plan.Spec) {
			s.Reserved = []plan.Reservation{{Prefix: pods}}
		}, "a", plan.Pod, "it overlaps " + pods.String() + ", which is reserved or a peer's now", false},
		{"a peer's", func(s *plan.Spec) {
			s.Peers = []plan.Peer{{Name: "office", Prefixes: prefixes(pods.String())}}
		}, "a", plan.Pod, "it overlaps " + pods.String() + ", which is reserved or a peer's now", false},
		{"its pool is for others", func(s *plan.Spec) {
			s.Pools[0].Roles = []plan.Role{plan.Node, plan.Service}
			s.Pools = append(s.Pools, plan.PoolSpec{Name: "more", Prefixes: prefixes("12.0.0.0/8")})
		}, "a", plan.Pod, "it lies in no pool for pod ranges", true},
		{"its pool is gone", func(s *plan.Spec) {
			s.Pools[0].Prefixes = prefixes("12.0.0.0/8")
		}, "a", plan.Pod, "it lies in no pool for pod ranges", false},
		{"another zone", func(s *plan.Spec) {
			s.Clusters[0].Zone, s.Clusters[0].Pins = "dmz", nil
		}, "a", plan.Pod, `it lies in pool "corp" of no zone, and not of zone "dmz"`, true},
		{"another pin", func(s *plan.Spec) {
			s.Clusters[1].Pins = map[plan.Role]dualstack.Pair{plan.Pod: pair("172.17.0.0/18")}
		}, "b", plan.Pod, "it is pinned to 172.17.0.0/18 now", false},
		{"a smaller pin", func(s *plan.Spec) {
			s.Clusters[1].Pins = map[plan.Role]dualstack.Pair{plan.Pod: pair("172.16.0.0/19")}
		}, "b", plan.Pod, "it is pinned to 172.16.0.0/19 now", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := base
			s.Pools, s.Clusters = slices.Clone(base.Pools), slices.Clone(base.Clusters)
			tt.edit(&s)
			got := outgrown(t, p, s, plan.EvolveOptions{Now: newYear})
			i := slices.IndexFunc(got, func(o plan.Outgrown) bool { return o.Cluster == tt.who && o.Role == tt.role })
			if i < 0 || got[i].Reason != tt.reason || len(got[i].WaysOut) != 2 || !strings.Contains(got[i].WaysOut[1], "AllowMove") {
				t.Fatalf("%v", got)
			}
			was := got[i].Range
			q, d := evolved(t, p, s, plan.EvolveOptions{Now: newYear, AllowMove: []string{"a", "b"}})
			if is := rangeOf(t, q, tt.who, tt.role).V4(); is == was {
				t.Errorf("%v did not move", is)
			}
			rests := slices.ContainsFunc(d.Rests, func(z plan.Quarantined) bool { return was.Overlaps(z.Prefix) })
			if rests != tt.rests {
				t.Errorf("%v rests: %v, want %v: %v", was, rests, tt.rests, d.Rests)
			}
		})
	}
}

// A pin around what serves is growth, which needs no leave.
func TestAPinAroundARange(t *testing.T) {
	pool := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/8")}
	p := solved(t, in(pool, pinnedAt("a", "node=10.1.0.0/24", "service=10.2.0.0/24")))
	_, d := evolved(t, p, in(pool, pinnedAt("a", "node=10.1.0.0/24", "service=10.2.0.0/20")), plan.EvolveOptions{})
	if len(d.Changes) != 1 || len(d.Changes[0].Ranges) != 1 || d.Changes[0].Ranges[0].Kind != plan.Grown {
		t.Errorf("%v", d)
	}
}

// A new cluster is pinned where another serves.
func TestAPinOverAnothersRange(t *testing.T) {
	pool := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/8")}
	p := solved(t, in(pool, pinnedAt("a")))
	taken := rangeOf(t, p, "a", plan.Pod)
	s := in(pool, pinnedAt("a"), pinnedAt("b", "pod="+taken.String()))
	got := outgrown(t, p, s, plan.EvolveOptions{})
	if len(got) != 1 || got[0].Cluster != "a" || got[0].Reason != "it overlaps "+taken.String()+`, which is pinned for cluster "b" pod now` {
		t.Fatalf("%v", got)
	}
	q, _ := evolved(t, p, s, plan.EvolveOptions{AllowMove: []string{"a"}})
	if rangeOf(t, q, "b", plan.Pod) != taken || rangeOf(t, q, "a", plan.Pod) == taken {
		t.Error("a did not make room")
	}
}

// Growth takes the headroom first; beyond it what is free around; and else says
// what is there.
func TestGrowth(t *testing.T) {
	// The service range, a /24, is the one that grows: to a /23 and a /22.
	c := func(name, service string, services uint64) plan.ClusterSpec {
		c := pinnedAt(name, "node=172.16.0.0/24", "pod=172.20.0.0/18")
		if name != "a" {
			c = pinnedAt(name, "node=172.17.0.0/24", "pod=172.21.0.0/18")
		}
		if service != "" {
			c.Pins[plan.Service] = pair(service)
		}
		c.Services = now(services)
		return c
	}
	for _, tt := range []struct {
		name     string
		pool     plan.PoolSpec
		reserved string
		others   []plan.ClusterSpec
		rests    []plan.ClusterSpec // are there before, and then gone
		services uint64
		after    string // what it grows to, or
		reason   string
	}{
		{"headroom", plan.PoolSpec{Prefixes: prefixes("10.0.0.0/20"), Headroom: 1}, "", nil, nil, 400, "10.0.0.0/23", ""},
		{"beyond the headroom", plan.PoolSpec{Prefixes: prefixes("10.0.0.0/20"), Headroom: 1}, "", nil, nil, 900, "10.0.0.0/22", ""},
		{"headroom with a neighbour", plan.PoolSpec{Prefixes: prefixes("10.0.0.0/20"), Headroom: 1}, "", []plan.ClusterSpec{c("b", "10.0.2.0/24", 9)}, nil, 400, "10.0.0.0/23", ""},
		{"a neighbour behind the headroom", plan.PoolSpec{Prefixes: prefixes("10.0.0.0/20"), Headroom: 1}, "", []plan.ClusterSpec{c("b", "10.0.2.0/24", 9)}, nil, 900, "",
			`10.0.0.0/22 around it has 10.0.2.0/24 of cluster "b" service`},
		{"no headroom", plan.PoolSpec{Prefixes: prefixes("10.0.0.0/20")}, "", nil, nil, 400, "10.0.0.0/23", ""},
		{"a neighbour", plan.PoolSpec{Prefixes: prefixes("10.0.0.0/20")}, "", []plan.ClusterSpec{c("b", "10.0.1.0/24", 9)}, nil, 400, "",
			`10.0.0.0/23 around it has 10.0.1.0/24 of cluster "b" service`},
		{"a reservation", plan.PoolSpec{Prefixes: prefixes("10.0.0.0/20")}, "10.0.1.128/25", nil, nil, 400, "", `10.0.0.0/23 around it has 10.0.1.128/25 reserved`},
		{"what rests", plan.PoolSpec{Prefixes: prefixes("10.0.0.0/20"), Cooldown: 30 * plan.Day}, "", nil, []plan.ClusterSpec{c("b", "10.0.1.0/24", 9)}, 400, "",
			`10.0.0.0/23 around it has 10.0.1.0/24 resting until 2026-01-31`},
		{"what is gone and does not rest", plan.PoolSpec{Prefixes: prefixes("10.0.0.0/20")}, "", nil, []plan.ClusterSpec{c("b", "10.0.1.0/24", 9)}, 400, "10.0.0.0/23", ""},
		{"the end of the pool", plan.PoolSpec{Prefixes: prefixes("10.0.0.0/23")}, "", nil, nil, 900, "", `10.0.0.0/22 around it is not all in pool "corp"`},
		{"a pool of adjacent prefixes", plan.PoolSpec{Prefixes: prefixes("10.0.0.0/24", "10.0.1.0/24")}, "", nil, nil, 400, "10.0.0.0/23", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.pool.Fit = plan.FirstFit
			s := in(tt.pool, append([]plan.ClusterSpec{c("a", "", 200)}, append(tt.others, tt.rests...)...)...)
			if tt.reserved != "" {
				s.Reserved = []plan.Reservation{{Prefix: prefix(tt.reserved)}}
			}
			p := solved(t, s)
			if got := rangeOf(t, p, "a", plan.Service); got != pair("10.0.0.0/24") {
				t.Fatalf("it begins at %v", got)
			}
			if len(tt.rests) > 0 {
				s.Clusters = s.Clusters[:1+len(tt.others)]
				p, _ = evolved(t, p, s, plan.EvolveOptions{Now: newYear})
			}
			s.Clusters = slices.Clone(s.Clusters)
			s.Clusters[0].Services = now(tt.services)
			o := plan.EvolveOptions{Now: newYear}
			if tt.after != "" {
				q, d := evolved(t, p, s, o)
				if got := rangeOf(t, q, "a", plan.Service); got != pair(tt.after) || len(d.Changes) != 1 || d.Changes[0].Ranges[0].Kind != plan.Grown {
					t.Errorf("%v, want %s\n%v", got, tt.after, d)
				}
				return
			}
			got := outgrown(t, p, s, o)
			if len(got) != 1 || got[0].Reason != tt.reason || got[0].Bits >= 24 || got[0].Cluster != "a" || got[0].Role != plan.Service {
				t.Errorf("%v, want %s", got, tt.reason)
			}
		})
	}
}

// Families come, go and change places; addresses that stay do not change.
func TestFamilies(t *testing.T) {
	pool := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/8", "fd00::/24"), Cooldown: 30 * plan.Day}
	v4, v6 := []cidr.Family{cidr.IPv4}, []cidr.Family{cidr.IPv6}
	both, swapped := []cidr.Family{cidr.IPv4, cidr.IPv6}, []cidr.Family{cidr.IPv6, cidr.IPv4}
	for _, tt := range []struct {
		name          string
		before, after []cidr.Family
		kind          plan.ChangeKind
	}{
		{"added", v4, both, plan.FamilyAdded},
		{"added in front", v4, swapped, plan.Reordered},
		{"removed", both, v4, plan.FamilyRemoved},
		{"the primary removed", both, v6, plan.Reordered},
		{"reordered", both, swapped, plan.Reordered},
		{"exchanged", v4, v6, plan.Moved},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := pinnedAt("c")
			c.Families = tt.before
			p := solved(t, in(pool, c))
			c.Families = tt.after
			q, d := evolved(t, p, in(pool, c), plan.EvolveOptions{Now: newYear})
			if len(d.Changes) != 1 || len(d.Changes[0].Ranges) != 3 {
				t.Fatal(d)
			}
			gone := 0
			for _, r := range d.Changes[0].Ranges {
				if r.Kind != tt.kind || !slices.Equal(r.After.Families(), tt.after) {
					t.Errorf("%+v", r)
				}
				for was := range r.Before.All() {
					is := r.After.Of(cidr.FamilyOf(was))
					if is.IsValid() && is != was {
						t.Errorf("%s: %v is %v", r.Role, was, is)
					}
					if !is.IsValid() {
						gone++
					}
				}
			}
			if len(q.Quarantine()) != gone {
				t.Errorf("%d ranges are gone, %v rest", gone, q.Quarantine())
			}
		})
	}
}

// Nodes keep their masks when the pod range grows or gets a family, and asking
// for pods that they do not hold is refused.
func TestNodeMasksStay(t *testing.T) {
	pool := plan.PoolSpec{Prefixes: prefixes("10.0.0.0/8", "fd00::/24"), Headroom: 3}
	c := pinnedAt("c")
	p := solved(t, in(pool, c))
	was, _ := p.Cluster("c")
	for _, tt := range []struct {
		name   string
		edit   func(*plan.ClusterSpec)
		reason string
	}{
		{"more nodes", func(c *plan.ClusterSpec) { c.Nodes = now(150) }, ""},
		{"fewer pods", func(c *plan.ClusterSpec) { c.PodsPerNode = 5 }, ""},
		{"as many pods as fit", func(c *plan.ClusterSpec) { c.PodsPerNode = 29 }, ""},
		{"a family", func(c *plan.ClusterSpec) { c.Families = dualIPv4 }, ""},
		{"a pod more", func(c *plan.ClusterSpec) { c.PodsPerNode = 30 }, "its node masks /27 hold 29 pods, needs 30, and nodes keep their masks"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			edited := c
			tt.edit(&edited)
			if tt.reason != "" {
				got := outgrown(t, p, in(pool, edited), plan.EvolveOptions{})
				if len(got) != 1 || got[0].Reason != tt.reason {
					t.Errorf("%v", got)
				}
				return
			}
			q, _ := evolved(t, p, in(pool, edited), plan.EvolveOptions{})
			is, _ := q.Cluster("c")
			if is.NodeMasks().V4 != was.NodeMasks().V4 {
				t.Errorf("%v, were %v", is.NodeMasks(), was.NodeMasks())
			}
			before, err1 := was.NodeBlock(0)
			after, err2 := is.NodeBlock(0)
			if err1 != nil || err2 != nil || before.V4() != after.V4() && is.Block(plan.Pod).V4().Addr() == was.Block(plan.Pod).V4().Addr() {
				t.Errorf("node 0 has %v, had %v (%v, %v)", after, before, err1, err2)
			}
		})
	}
}
