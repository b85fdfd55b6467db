package plan_test

import (
	"errors"
	"math/big"
	"net/netip"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// podsIn is a spec of clusters that fill prefixes with a pod range each.
func podsIn(space []netip.Prefix, clusters ...plan.ClusterSpec) plan.Spec {
	s := plan.Spec{Pools: []plan.PoolSpec{
		{Name: "pods", Prefixes: space, Roles: []plan.Role{plan.Pod}, Fit: plan.FirstFit},
		{Name: "rest", Prefixes: prefixes("10.255.0.0/16"), Roles: []plan.Role{plan.Node, plan.Service}},
	}}
	for _, c := range clusters {
		c.Nodes, c.PodsPerNode = now(256), 250 // a /16
		s.Clusters = append(s.Clusters, c)
	}
	return s
}

// Nobody gets addresses that no host can have.
func TestNothingIsTakenOfSpecialSpace(t *testing.T) {
	c := func(name string) plan.ClusterSpec { return plan.ClusterSpec{Name: name} }
	s := podsIn(prefixes("126.255.0.0/16", "127.0.0.0/9", "169.252.0.0/14"), c("a"), c("b"), c("c"), c("d"))
	s.Pools[0].Prefixes[1] = prefix("126.254.0.0/16")
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a": "126.254.0.0/16", "b": "126.255.0.0/16", "c": "169.252.0.0/16", "d": "169.253.0.0/16"}
	for c := range p.Clusters() {
		if got := c.Block(plan.Pod); got != pair(want[c.Name()]) {
			t.Errorf("%s: %v", c.Name(), got)
		}
	}
	for u := range p.Pools() {
		if u.Pool == "pods" && (u.Reserved.Cmp(big.NewInt(1<<16)) != 0 || u.Headroom.Sign() != 0) {
			t.Errorf("%+v", u)
		}
	}
	s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: "e", Nodes: now(256), PodsPerNode: 250}, plan.ClusterSpec{Name: "f", Nodes: now(256), PodsPerNode: 250})
	var e *plan.InfeasibleError
	if _, err := plan.Solve(s); !errors.As(err, &e) || !e.Proven || len(e.Unplaced) != 1 {
		t.Errorf("169.255.0.0/16 is left for one: %v", err)
	}
}

func TestPoolsOfSpecialSpace(t *testing.T) {
	for _, p := range []string{"127.0.0.0/8", "127.1.0.0/16", "224.0.0.0/8", "169.254.0.0/16", "fe80::/64", "ff00::/8"} {
		s := on("", plan.ClusterSpec{})
		s.Pools[0].Prefixes = append(s.Pools[0].Prefixes, prefix(p))
		var bad plan.SpecErrors
		if err := s.Validate(); !errors.As(err, &bad) || len(bad) != 1 || bad[0].Path != "pools[0].prefixes[2]" || !strings.Contains(bad[0].Message, "RFC") {
			t.Errorf("%s: %v", p, err)
		}
	}
}

// What the platform of one cluster refuses is nobody's in the pools that it may
// use, and only there.
func TestNothingIsTakenThatPlatformsRefuse(t *testing.T) {
	space := prefixes("172.28.0.0/14")
	aks := plan.ClusterSpec{Name: "aks", Platform: platform.AKS, IPAM: k8sflags.AKSOverlay}
	own := func(name string) plan.ClusterSpec { return plan.ClusterSpec{Name: name} }

	if _, err := plan.Solve(podsIn(space, own("a"), own("b"), own("c"), own("d"))); err != nil {
		t.Fatal("172.30.0.0/15 is AKS's alone to refuse:", err)
	}
	if _, err := plan.Solve(podsIn(space, aks, own("b"))); err != nil {
		t.Fatal(err)
	}
	var e *plan.InfeasibleError
	if _, err := plan.Solve(podsIn(space, aks, own("b"), own("c"))); !errors.As(err, &e) || e.Proven {
		t.Errorf("another way may be there: %v", err)
	}
	two := podsIn(space, aks, aks, aks)
	two.Clusters[1].Name, two.Clusters[2].Name = "aks-2", "aks-3"
	if _, err := plan.Solve(two); !errors.As(err, &e) || !e.Proven {
		t.Errorf("there is no other way: %v", err)
	}
	// A cluster of another zone refuses nothing here.
	other := podsIn(space, own("a"), own("b"), own("c"), own("d"), aks)
	other.Zones = []plan.Zone{{Name: "dmz"}}
	other.Clusters[4].Zone = "dmz"
	other.Pools = append(other.Pools, plan.PoolSpec{Name: "dmz", Zone: "dmz", Prefixes: prefixes("10.0.0.0/12")})
	if _, err := plan.Solve(other); err != nil {
		t.Error(err)
	}

	// A range that is there stays, and nothing is placed beside it.
	s := podsIn(space, own("a"), own("b"), own("c"))
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Clusters = append(s.Clusters[1:], plan.ClusterSpec{Name: "z", Platform: platform.AKS, IPAM: k8sflags.AKSOverlay, Nodes: now(256), PodsPerNode: 250})
	q, _, err := plan.Evolve(p, s, plan.EvolveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	z, _ := q.Cluster("z")
	c, _ := q.Cluster("c")
	if z.Block(plan.Pod) != pair("172.28.0.0/16") || c.Block(plan.Pod) != pair("172.30.0.0/16") {
		t.Errorf("%v, %v", z.Block(plan.Pod), c.Block(plan.Pod))
	}
	for u := range q.Pools() {
		if u.Pool == "pods" && (u.Reserved.Cmp(big.NewInt(1<<16)) != 0 || u.Free.Sign() != 0 || u.Headroom.Sign() != 0) {
			t.Errorf("%+v", u)
		}
	}
	// What it leaves is nobody's.
	s.Clusters = append(s.Clusters[:1], s.Clusters[2])
	if q, _, err = plan.Evolve(q, s, plan.EvolveOptions{}); err != nil {
		t.Fatal(err)
	}
	for u := range q.Pools() {
		if u.Pool == "pods" && (u.Reserved.Cmp(big.NewInt(2<<16)) != 0 || u.Free.Sign() != 0) {
			t.Errorf("%+v", u)
		}
	}
}

// A cluster that gets a platform cannot keep what that refuses.
func TestPlatformThatRefusesWhatThereIs(t *testing.T) {
	s := podsIn(prefixes("172.30.0.0/16", "172.28.0.0/16"), plan.ClusterSpec{Name: "a"})
	s.Pools[0].Fit = plan.LastFit
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Clusters[0].Platform, s.Clusters[0].IPAM = platform.AKS, k8sflags.AKSOverlay
	_, _, err = plan.Evolve(p, s, plan.EvolveOptions{})
	if !errors.Is(err, plan.ErrOutgrown) || !strings.Contains(err.Error(), "AKS-20") {
		t.Fatal(err)
	}
	q, _, err := plan.Evolve(p, s, plan.EvolveOptions{AllowMove: []string{"a"}})
	if err != nil {
		t.Fatal(err)
	}
	if a, _ := q.Cluster("a"); a.Block(plan.Pod) != pair("172.28.0.0/16") {
		t.Errorf("%v", a.Block(plan.Pod))
	}
}

// EKS takes services in private space alone.
func TestServicesOfEKSAreInPrivateSpace(t *testing.T) {
	s := plan.Spec{
		Pools: []plan.PoolSpec{
			{Name: "shared", Prefixes: prefixes("100.64.0.0/12"), Fit: plan.FirstFit},
			{Name: "private", Prefixes: prefixes("172.20.0.0/14"), Roles: []plan.Role{plan.Service}},
		},
		Clusters: []plan.ClusterSpec{
			{Name: "eks", Platform: platform.EKS, Nodes: now(10), Pins: map[plan.Role]dualstack.Pair{}},
			{Name: "own", Nodes: now(10)},
		},
	}
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := p.Cluster("eks")
	if got := c.Block(plan.Service).V4(); !prefix("172.20.0.0/14").Overlaps(got) {
		t.Errorf("%v", got)
	}
	var e *plan.InfeasibleError
	s.Pools = s.Pools[:1]
	if _, err := plan.Solve(s); !errors.As(err, &e) || !e.Proven || !strings.Contains(err.Error(),
		`but no pool has IPv4 for service ranges that lies in 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 as a whole, where eks wants them`) {
		t.Errorf("%v", err)
	}
	s.Pools[0].Prefixes = prefixes("100.64.0.0/12", "10.0.0.0/16")
	if _, err := plan.Solve(s); !errors.As(err, &e) || e.Proven {
		t.Errorf("a part of the pool would do: %v", err)
	}
}
