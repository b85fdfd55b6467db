package plan_test

import (
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"math/big"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

func infeasible(t testing.TB, s plan.Spec) *plan.InfeasibleError {
	t.Helper()
	p, err := plan.Solve(s)
	var e *plan.InfeasibleError
	if !errors.As(err, &e) || p != nil {
		t.Fatalf("Solve = %v, %v", p, err)
	}
	return e
}

// pods is a cluster whose nodes have a pod each, and whose other ranges lie
// elsewhere: all that has to be placed is a pod range of so many addresses.
func pods(name string, blocks uint64) plan.ClusterSpec {
	h := fnv.New32()
	_, _ = h.Write([]byte(name))
	i := h.Sum32() % (64 << 8)
	return plan.ClusterSpec{
		Name: name, Nodes: now(blocks), PodsPerNode: 1, IPAM: k8sflags.Calico, NodeNetwork: "lan",
		Pins: map[plan.Role]dualstack.Pair{plan.Service: pair(fmt.Sprintf("100.%d.%d.0/28", 64+i/256, i%256))},
	}
}

// withServices is a cluster of which only the service range has to be placed.
func withServices(name, podRange string, services uint64) plan.ClusterSpec {
	return plan.ClusterSpec{
		Name: name, Nodes: now(1), PodsPerNode: 1, IPAM: k8sflags.Calico, NodeNetwork: "lan",
		Pins: map[plan.Role]dualstack.Pair{plan.Pod: pair(podRange)}, Services: now(services),
	}
}

func lan() []plan.Network {
	return []plan.Network{{Name: "lan", Hosts: 1, Pin: pair("192.168.0.0/16")}}
}

// copied is s without anything in common with it that a change could touch.
func copied(s plan.Spec) plan.Spec {
	s.Pools, s.Reserved, s.Clusters = slices.Clone(s.Pools), slices.Clone(s.Reserved), slices.Clone(s.Clusters)
	for i := range s.Pools {
		s.Pools[i].Prefixes = slices.Clone(s.Pools[i].Prefixes)
	}
	for i := range s.Clusters {
		s.Clusters[i].Pins = maps.Clone(s.Clusters[i].Pins)
	}
	return s
}

// What an infeasible spec is answered, line by line. Every number was computed
// by hand, and every way out is tried: the changes are in the order of the
// lines.
func TestInfeasible(t *testing.T) {
	one := plan.ClusterSpec{Name: "c", Nodes: now(6), PodsPerNode: 13, Services: now(100)} // a /28, a /25 and a /25
	split := plan.ClusterSpec{Name: "c", Nodes: now(60), PodsPerNode: 2, IPAM: k8sflags.Calico, Services: now(50)}
	addTo := func(pool int, p string) func(*plan.Spec) {
		return func(s *plan.Spec) { s.Pools[pool].Prefixes = append(s.Pools[pool].Prefixes, prefix(p)) }
	}
	for _, tt := range []struct {
		name  string
		spec  plan.Spec
		lines string
		ways  []func(*plan.Spec)
	}{
		{
			"a pool that is used up",
			plan.Spec{
				Pools:    []plan.PoolSpec{{Name: "lab", Prefixes: prefixes("10.0.0.0/24")}},
				Clusters: []plan.ClusterSpec{one},
			},
			`no plan exists: 1 range finds no place
cluster "c": node range needs a /28 (IPv4), pool "lab" has nothing free
pool "lab" (IPv4): asked 272 addresses in 3 ranges, free 256, left 0
way out: add a free /28 of IPv4 to pool "lab"
way out: lower podsPerNode of cluster "c" from 13 to 5`,
			[]func(*plan.Spec){addTo(0, "10.7.0.0/28"), func(s *plan.Spec) { s.Clusters[0].PodsPerNode = 5 }},
		},
		{
			"a pool in pieces",
			plan.Spec{
				Pools:    []plan.PoolSpec{{Name: "lab", Prefixes: prefixes("10.0.0.0/24")}},
				Reserved: []plan.Reservation{{Prefix: prefix("10.0.0.128/32"), Reason: "printer"}, {Prefix: prefix("10.9.0.0/16"), Reason: "far away"}},
				Clusters: []plan.ClusterSpec{split},
			},
			`no plan exists: 1 range finds no place
cluster "c": service range needs a /26 (IPv4), largest free block in pool "lab" is a /27 (10.0.0.160/27)
pool "lab" (IPv4): asked 256 addresses in 3 ranges, free 255, left 63, largest free block 10.0.0.160/27 (49% of what is left lies elsewhere)
way out: add a free /26 of IPv4 to pool "lab"
way out: lower podsPerNode of cluster "c" from 2 to 1
way out: release the reservation of 10.0.0.128/32 (printer)`,
			[]func(*plan.Spec){
				addTo(0, "10.7.0.0/26"),
				func(s *plan.Spec) { s.Clusters[0].PodsPerNode = 1 },
				func(s *plan.Spec) { s.Reserved = s.Reserved[1:] },
			},
		},
		{
			"a pin that is larger than its need",
			plan.Spec{
				Pools:    []plan.PoolSpec{{Name: "pods", Prefixes: prefixes("10.0.0.0/24"), Roles: []plan.Role{plan.Pod}}},
				Networks: lan(),
				Clusters: []plan.ClusterSpec{
					func() plan.ClusterSpec { c := pods("old", 32); c.Pins[plan.Pod] = pair("10.0.0.0/26"); return c }(),
					pods("new-1", 128), pods("new-2", 64), pods("new-3", 32),
				},
			},
			`no plan exists: 1 range finds no place
cluster "new-3": pod range needs a /27 (IPv4), pool "pods" has nothing free
pool "pods" (IPv4): asked 224 addresses in 3 ranges, free 192, left 0
way out: add a free /27 of IPv4 to pool "pods"
way out: unpin the pod range of cluster "old" (10.0.0.0/26)`,
			[]func(*plan.Spec){addTo(0, "10.7.0.0/27"), func(s *plan.Spec) { delete(s.Clusters[0].Pins, plan.Pod) }},
		},
		{
			"no pool for a role",
			plan.Spec{
				Pools:    []plan.PoolSpec{{Name: "lab", Prefixes: prefixes("10.0.0.0/16"), Roles: []plan.Role{plan.Node, plan.Pod}}},
				Clusters: []plan.ClusterSpec{one},
			},
			`no plan exists: 1 range finds no place
cluster "c": service range needs a /25 (IPv4), but no pool has IPv4 for service ranges
way out: let pool "lab" be used for service ranges`,
			[]func(*plan.Spec){func(s *plan.Spec) { s.Pools[0].Roles = nil }},
		},
		{
			"a family without a pool",
			plan.Spec{
				Pools:    []plan.PoolSpec{{Name: "lab", Prefixes: prefixes("10.0.0.0/16")}},
				Networks: []plan.Network{{Name: "vlan", Families: onlyIPv6, Hosts: 1}},
			},
			`no plan exists: 1 range finds no place
network "vlan": node range needs a /64 (IPv6), but no pool has IPv6 for node ranges
way out: add a free /64 of IPv6 to pool "lab"`,
			[]func(*plan.Spec){addTo(0, "fd00::/64")},
		},
		{
			"the larger of two pools is not large enough",
			plan.Spec{
				Pools: []plan.PoolSpec{
					{Name: "a", Prefixes: prefixes("10.0.0.0/26", "10.0.0.128/26"), Roles: []plan.Role{plan.Pod}},
					{Name: "b", Prefixes: prefixes("10.1.0.0/25", "10.2.0.0/27")},
				},
				Networks: lan(),
				Clusters: []plan.ClusterSpec{pods("c", 256)},
			},
			`no plan exists: 1 range finds no place
cluster "c": pod range needs a /24 (IPv4), largest free block in pool "b" is a /25 (10.1.0.0/25)
pool "a" (IPv4): asked 256 addresses in 1 range, free 128, left 128, largest free block 10.0.0.0/26 (50% of what is left lies elsewhere)
pool "b" (IPv4): asked 256 addresses in 1 range, free 160, left 160, largest free block 10.1.0.0/25 (20% of what is left lies elsewhere)
way out: add a free /24 of IPv4 to pool "a"
way out: add a free /24 of IPv4 to pool "b"`,
			[]func(*plan.Spec){addTo(0, "10.7.0.0/24"), addTo(1, "10.7.0.0/24")},
		},
		{
			"room to grow that others need",
			plan.Spec{
				Pools:    []plan.PoolSpec{{Name: "pods", Prefixes: prefixes("10.0.0.0/24"), Roles: []plan.Role{plan.Pod}, Headroom: 1}},
				Networks: lan(),
				Clusters: []plan.ClusterSpec{pods("a", 128), pods("b", 64)},
			},
			`no plan exists: 1 range finds no place
cluster "b": pod range needs a /26 (IPv4) with headroom up to a /25, pool "pods" has nothing free
pool "pods" (IPv4): asked 384 addresses in 2 ranges, free 256, left 0
way out: add a free /25 of IPv4 to pool "pods"
way out: keep no headroom in pool "pods" (now 1)`,
			[]func(*plan.Spec){addTo(0, "10.7.0.0/25"), func(s *plan.Spec) { s.Pools[0].Headroom = 0 }},
		},
		{
			"services of clusters that nothing joins",
			plan.Spec{
				Pools:    []plan.PoolSpec{{Name: "services", Prefixes: prefixes("10.0.0.0/25"), Roles: []plan.Role{plan.Service}}},
				Networks: lan(),
				Clusters: []plan.ClusterSpec{withServices("a", "100.64.0.0/28", 100), withServices("b", "100.64.1.0/28", 100)},
			},
			`no plan exists: 1 range finds no place
cluster "b": service range needs a /25 (IPv4), pool "services" has nothing free
pool "services" (IPv4): asked 256 addresses in 2 ranges, free 128, left 0
way out: add a free /25 of IPv4 to pool "services"
way out: share service ranges between clusters that no mesh joins`,
			[]func(*plan.Spec){addTo(0, "10.7.0.0/25"), func(s *plan.Spec) { s.Share = []plan.Role{plan.Service} }},
		},
		{
			"addresses that rest",
			plan.Spec{
				Pools:    []plan.PoolSpec{{Name: "pods", Prefixes: prefixes("10.0.0.0/27"), Roles: []plan.Role{plan.Pod}}},
				Networks: lan(),
				Clusters: []plan.ClusterSpec{func() plan.ClusterSpec {
					c := pods("a", 32) // of one address each, and one that rests
					c.Churn = plan.Churn{PodsPerNodePerMinute: 2, Cooldown: plan.Duration(30 * time.Second)}
					return c
				}()},
			},
			`no plan exists: 1 range finds no place
cluster "a": pod range needs a /26 (IPv4), largest free block in pool "pods" is a /27 (10.0.0.0/27)
pool "pods" (IPv4): asked 64 addresses in 1 range, free 32, left 32, largest free block 10.0.0.0/27
way out: add a free /26 of IPv4 to pool "pods"
way out: hold back no addresses for churn in cluster "a" (now 1 a node)`,
			[]func(*plan.Spec){addTo(0, "10.7.0.0/26"), func(s *plan.Spec) { s.Clusters[0].Churn = plan.Churn{} }},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := infeasible(t, tt.spec)
			if want := "plan: " + strings.ReplaceAll(tt.lines, "\n", "\nplan: "); e.Error() != want {
				t.Errorf("message\n%v\nwant\n%s", e, want)
			}
			if !e.Proven || len(e.WaysOut) != len(tt.ways) {
				t.Fatalf("proven %v, %d ways out", e.Proven, len(e.WaysOut))
			}
			for i, change := range tt.ways {
				s := copied(tt.spec)
				change(&s)
				if _, err := plan.Solve(s); err != nil {
					t.Errorf("%q does not help: %v", e.WaysOut[i], err)
				}
			}
		})
	}
}

// The block that a way out names is the smallest that helps.
func TestWaysOutAskForNoMoreThanNeeded(t *testing.T) {
	s := plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "pods", Prefixes: prefixes("10.0.0.0/25"), Roles: []plan.Role{plan.Pod}}},
		Networks: lan(),
		Clusters: []plan.ClusterSpec{pods("a", 128), pods("b", 64), pods("c", 32), pods("d", 32), pods("e", 16)},
	}
	e := infeasible(t, s)
	// b, c and d fill a /25; e needs a bit more, so that it is a /24.
	if want := `add a free /24 of IPv4 to pool "pods"`; len(e.WaysOut) != 1 || e.WaysOut[0] != want {
		t.Fatalf("ways out %q, want %q", e.WaysOut, want)
	}
	for p, ok := range map[string]bool{"10.2.0.0/24": true, "10.2.0.0/25": false} {
		more := s
		more.Pools = slices.Clone(s.Pools)
		more.Pools[0].Prefixes = prefixes("10.0.0.0/25", p)
		if _, err := plan.Solve(more); (err == nil) != ok {
			t.Errorf("with %s: %v", p, err)
		}
	}
}

// The fields say what the lines say.
func TestInfeasibleErrorHasNumbers(t *testing.T) {
	s := plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "pods", Prefixes: prefixes("10.0.0.0/24", "fd00::/63")}},
		Reserved: []plan.Reservation{{Prefix: prefix("10.0.0.0/26")}},
		Networks: lan(),
		Clusters: []plan.ClusterSpec{pods("a", 64), pods("b", 128), pods("c", 64)},
	}
	e := infeasible(t, s)
	want := plan.Shortage{Cluster: "c", Role: plan.Pod, Family: cidr.IPv4, Bits: 26, Pool: "pods"}
	if len(e.Unplaced) != 1 || e.Unplaced[0] != want {
		t.Errorf("unplaced %+v, want %+v", e.Unplaced, want)
	}
	d := e.Pools[0]
	if len(e.Pools) != 1 || d.Pool != "pods" || d.Family != cidr.IPv4 || d.Ranges != 3 || d.Largest.IsValid() {
		t.Errorf("demand %+v", e.Pools)
	}
	for name, n := range map[string]struct {
		got  *big.Int
		want int64
	}{"asked": {d.Asked, 64 + 128 + 64}, "free": {d.Free, 192}, "left": {d.Left, 0}} {
		if n.got.Cmp(big.NewInt(n.want)) != 0 {
			t.Errorf("%s %v, want %d", name, n.got, n.want)
		}
	}
}

// Failure that is not proved says so.
func TestInfeasibleErrorSaysWhetherItIsProved(t *testing.T) {
	e := &plan.InfeasibleError{Unplaced: []plan.Shortage{{Cluster: "a", Role: plan.Pod, Family: cidr.IPv4, Bits: 16}, {Network: "n", Role: plan.Node, Family: cidr.IPv6, Bits: 64, Pool: "p"}}}
	want := `plan: no plan was found (not proved that none exists): 2 ranges find no place
plan: cluster "a": pod range needs a /16 (IPv4), but no pool has IPv4 for pod ranges
plan: network "n": node range needs a /64 (IPv6), pool "p" has nothing free`
	if e.Error() != want {
		t.Errorf("message\n%v\nwant\n%s", e, want)
	}
}

// A node range fits best into b, where pods then lack space: the other choice
// has to be tried.
func TestSolveSearchesWherePoolsDoNotNest(t *testing.T) {
	c := plan.ClusterSpec{Name: "c", Nodes: now(100), PodsPerNode: 1, IPAM: k8sflags.Calico} // two /25
	s := plan.Spec{
		Pools: []plan.PoolSpec{
			{Name: "a", Prefixes: prefixes("10.0.0.0/24"), Roles: []plan.Role{plan.Node}},
			{Name: "b", Prefixes: prefixes("10.1.0.0/25"), Roles: []plan.Role{plan.Node, plan.Pod}},
			{Name: "c", Prefixes: prefixes("10.2.0.0/28"), Roles: []plan.Role{plan.Pod}},
			{Name: "d", Prefixes: prefixes("10.3.0.0/28"), Roles: []plan.Role{plan.Service}},
		},
		Clusters: []plan.ClusterSpec{c},
	}
	if nests(s) {
		t.Fatal("the pools nest")
	}
	got := clusterOf(t, solved(t, s), "c")
	if got.Block(plan.Node) != pair("10.0.0.0/25") || got.Block(plan.Pod) != pair("10.1.0.0/25") {
		t.Errorf("nodes %v, pods %v", got.Block(plan.Node), got.Block(plan.Pod))
	}
}

// Where the pools that some ranges depend on are too small for all of them
// together, failure is proved, even if a search would find out only when it
// comes to the smallest range, in each of very many ways to place the others.
func TestShortageIsProvedWithoutASearch(t *testing.T) {
	s := plan.Spec{
		Pools: []plan.PoolSpec{
			{Name: "a", Prefixes: prefixes("10.1.0.0/16"), Roles: []plan.Role{plan.Node}},
			{Name: "b", Prefixes: prefixes("10.2.0.0/19"), Roles: []plan.Role{plan.Node, plan.Pod}},
			{Name: "c", Prefixes: prefixes("10.3.0.0/20"), Roles: []plan.Role{plan.Pod}},
			{Name: "d", Prefixes: prefixes("10.4.0.0/20"), Roles: []plan.Role{plan.Pod}},
		},
		Networks: lan(),
	}
	// Four pod ranges of each size from 1 to 2,048 addresses are 16,380 of
	// 16,384, of which 16 are reserved.
	s.Reserved = []plan.Reservation{{Prefix: prefix("10.3.0.0/28")}}
	for size := range 12 {
		for i := range 4 {
			s.Clusters = append(s.Clusters, pods(fmt.Sprintf("pods-%d-%d", size, i), 1<<size))
		}
	}
	nodes := pods("nodes", 60)
	nodes.NodeNetwork, nodes.Pins[plan.Pod] = "", pair("172.16.0.0/16")
	s.Clusters = append(s.Clusters, nodes)
	if nests(s) {
		t.Fatal("the pools nest")
	}
	if e := infeasible(t, s); !e.Proven {
		t.Errorf("not proved: %v", e)
	}
	s.Reserved = nil
	solved(t, s)
}

// A fleet that does not fit at all still gives a message that can be read.
func TestInfeasibleErrorIsBounded(t *testing.T) {
	s := plan.Spec{Pools: []plan.PoolSpec{{Name: "tiny", Prefixes: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/30")}}}}
	for i := range 30 {
		s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: fmt.Sprintf("c%d", i), Nodes: plan.Count{Now: 3}})
	}
	_, err := plan.Solve(s)
	var infeasible *plan.InfeasibleError
	if !errors.As(err, &infeasible) || !errors.Is(err, cidr.ErrNoSpace) || len(infeasible.Unplaced) != 90 {
		t.Fatalf("%v", err)
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) > 40 || !slices.Contains(lines, "plan: and 70 ranges more") {
		t.Errorf("%d lines:\n%v", len(lines), err)
	}
}

// A way out is no spec that is refused: this platform takes no node of so few
// pods as a block of half the size has.
func TestWaysOutAreValid(t *testing.T) {
	s := plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "lab", Prefixes: prefixes("10.0.0.0/24")}},
		Clusters: []plan.ClusterSpec{{Name: "c", Platform: "aks", IPAM: k8sflags.Cilium, Nodes: now(9), PodsPerNode: 12}},
	}
	for _, w := range infeasible(t, s).WaysOut {
		if strings.Contains(w, "podsPerNode") {
			t.Errorf("%s: AKS takes at least 10", w)
		}
	}
}
