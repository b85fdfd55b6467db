package plan_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/platform"
)

func pins(r plan.Role, s string) map[plan.Role]dualstack.Pair {
	return map[plan.Role]dualstack.Pair{r: pair(s)}
}

// Who pins a range where another serves does not push it out: the other has to
// have leave to move.
func TestAPinWhereAnotherServes(t *testing.T) {
	s := plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/12"), Fit: plan.FirstFit}},
		Clusters: []plan.ClusterSpec{{Name: "a", Nodes: now(20)}, {Name: "b", Nodes: now(20)}, {Name: "c", Nodes: now(20)}},
	}
	p := solved(t, s)
	b, _ := p.Cluster("b")
	around, err := cidr.Supernet(b.Block(plan.Service).V4(), 24)
	if err != nil {
		t.Fatal(err)
	}
	s.Clusters[0].ExternalIPs, s.Clusters[0].Pins = now(200), pins(plan.External, around.String())
	refused := outgrown(t, p, s, plan.EvolveOptions{})
	for _, o := range refused {
		if !strings.Contains(o.Reason, "overlaps "+around.String()+`, which is pinned for cluster "a" external now`) || len(o.WaysOut) == 0 {
			t.Errorf("%v %q", o, o.WaysOut)
		}
	}
	q, _ := evolved(t, p, s, plan.EvolveOptions{AllowMove: []string{"a", "b", "c"}})
	for was := range p.Blocks() {
		is, _ := q.Cluster(was.Cluster)
		if moved := is.Block(was.Role) != was.Range; moved != was.Range.V4().Overlaps(around) {
			t.Errorf("%v is %v", was, is.Block(was.Role))
		}
	}
}

// A pin in the room that is kept beside a range takes the room alone.
func TestAPinInTheRoomOfAnother(t *testing.T) {
	s := plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/12"), Headroom: 1}},
		Clusters: []plan.ClusterSpec{{Name: "a", Nodes: now(20)}, {Name: "b", Nodes: now(20)}},
	}
	p := solved(t, s)
	b, _ := p.Cluster("b")
	room, _ := cidr.Sibling(b.Block(plan.Pod).V4())
	pin := netip.PrefixFrom(room.Addr(), 30)
	s.Clusters[0].Pins = pins(plan.External, pin.String())
	q, _ := evolved(t, p, s, plan.EvolveOptions{})
	is, _ := q.Cluster("b")
	for x := range is.Blocks(plan.Pod) {
		if x.Range != b.Block(plan.Pod) || !x.Room.IsZero() {
			t.Errorf("%v, room %v", x, x.Room)
		}
	}
}

// A range that was pinned outside of all pools does not stay there without the
// pin.
func TestAPinOutsideOfPoolsIsDropped(t *testing.T) {
	c := plan.ClusterSpec{Name: "c", Nodes: now(3), ExternalIPs: now(4), Families: []cidr.Family{cidr.IPv4, cidr.IPv6}}
	c.Pins = pins(plan.External, "192.168.0.0/24,fdee::/112")
	s := plan.Spec{Pools: []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/12", "fd00::/32")}}}
	for _, left := range []map[plan.Role]dualstack.Pair{nil, pins(plan.External, "192.168.0.0/24"), pins(plan.External, "fdee::/112")} {
		s.Clusters = []plan.ClusterSpec{c}
		p := solved(t, s)
		s.Clusters[0].Pins = left
		if got := outgrown(t, p, s, plan.EvolveOptions{}); len(got) != 2-len(left) || !strings.Contains(got[0].Reason, "no pool") {
			t.Errorf("%v: %v", left, got)
		}
		evolved(t, p, s, plan.EvolveOptions{AllowMove: []string{"c"}})
	}
}

// An extra pod range is sized by its own count, also where it is the first.
func TestTheFirstPodRangeIsAnExtraOne(t *testing.T) {
	c := plan.ClusterSpec{Name: "c", Nodes: now(3), Extra: []plan.BlockSpec{{Name: "x", Role: plan.Pod, Count: now(3)}}}
	p := solved(t, oneCluster(c))
	c.Nodes, c.Extra = now(30), []plan.BlockSpec{{Name: "x", Role: plan.Pod, Count: now(30)}}
	q, _ := evolved(t, p, oneCluster(c), plan.EvolveOptions{AllowMove: []string{"c"}})
	if is, _ := q.Cluster("c"); is.Capacity().NodeBlocks < 30 {
		t.Errorf("%+v", is.Capacity())
	}
}

// An extra pod range has the length that the spec gives.
func TestTheFirstPodRangeHasALength(t *testing.T) {
	c := plan.ClusterSpec{Name: "c", Nodes: now(1), Extra: []plan.BlockSpec{
		{Name: "a", Role: plan.Pod, Count: now(1)}, {Name: "x", Role: plan.Pod, Bits: dualstack.Masks{V4: 22}}}}
	p := solved(t, oneCluster(c))
	c.Extra = []plan.BlockSpec{{Name: "a", Role: plan.Pod, Bits: dualstack.Masks{V4: 20}}, {Name: "x", Role: plan.Pod, Count: now(1)}}
	q, _ := evolved(t, p, oneCluster(c), plan.EvolveOptions{AllowMove: []string{"c"}})
	is, _ := q.Cluster("c")
	for b := range is.Blocks(plan.Pod) {
		if b.Name == "a" && b.Range.V4().Bits() != 20 {
			t.Errorf("%v", b)
		}
	}
}

// Nodes keep their blocks: a platform that gives others is not for them.
func TestAPlatformWithOtherNodeMasks(t *testing.T) {
	c := plan.ClusterSpec{Name: "c", Nodes: now(2), PodsPerNode: 60}
	p := solved(t, oneCluster(c))
	c.Platform = platform.AKS
	got := outgrown(t, p, oneCluster(c), plan.EvolveOptions{})
	if len(got) != 1 || got[0].Role != plan.Pod || !strings.Contains(got[0].Reason, "blocks of a /26, which ipam host-local on aks does not give in 1.0.0.0/25") {
		t.Errorf("%v", got)
	}
	evolved(t, p, oneCluster(c), plan.EvolveOptions{AllowMove: []string{"c"}})
}

// Nor do they get others because of a pin that their blocks are too many for, or
// an IPAM that gives none of their length, unless with leave.
func TestAPinWithOtherNodeMasks(t *testing.T) {
	for _, tt := range []struct {
		name          string
		before, after plan.ClusterSpec
		reason        string
		masks         dualstack.Masks // with leave
	}{
		{
			"an IPv6 range of more than 2^16 blocks",
			plan.ClusterSpec{Families: onlyIPv6, Pins: pins(plan.Pod, "fd01::/48")},
			plan.ClusterSpec{Families: onlyIPv6, Pins: pins(plan.Pod, "fd01::/40")},
			"blocks of a /64, which ipam host-local does not give in fd01::/40", dualstack.Masks{V6: 56},
		},
		{
			"an IPv4 range of more, for kubeadm",
			plan.ClusterSpec{Platform: platform.Kubeadm, PodsPerNode: 10, Pins: pins(plan.Pod, "160.0.0.0/16")},
			plan.ClusterSpec{Platform: platform.Kubeadm, PodsPerNode: 10, Pins: pins(plan.Pod, "160.0.0.0/9")},
			"blocks of a /28, which ipam host-local on kubeadm does not give in 160.0.0.0/9", dualstack.Masks{V4: 25},
		},
		{
			"another IPAM",
			plan.ClusterSpec{PodsPerNode: 600, Pins: pins(plan.Pod, "160.0.0.0/16")},
			plan.ClusterSpec{PodsPerNode: 200, Pins: pins(plan.Pod, "160.0.0.0/16"), IPAM: k8sflags.AKSOverlay},
			"blocks of a /22, which ipam aks-overlay does not give in 160.0.0.0/16", dualstack.Masks{V4: 24},
		},
		{
			"the same range", // which is a /9 of /28 for everybody else
			plan.ClusterSpec{PodsPerNode: 10, Pins: pins(plan.Pod, "160.0.0.0/9")},
			plan.ClusterSpec{PodsPerNode: 10, Pins: pins(plan.Pod, "160.0.0.0/9"), Platform: platform.Kubeadm},
			"blocks of a /28, which ipam host-local on kubeadm does not give in 160.0.0.0/9", dualstack.Masks{V4: 25},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.before.Nodes, tt.after.Nodes = now(3), now(3)
			p, s := solved(t, oneCluster(tt.before)), oneCluster(tt.after)
			got := outgrown(t, p, s, plan.EvolveOptions{})
			if len(got) != 1 || got[0].Role != plan.Pod || !strings.Contains(got[0].Reason, tt.reason) {
				t.Fatalf("%v", got)
			}
			q, _ := evolved(t, p, s, plan.EvolveOptions{AllowMove: []string{"c"}})
			if got := clusterOf(t, q, "c").NodeMasks(); got != tt.masks {
				t.Errorf("masks %v, want %v", got, tt.masks)
			}
		})
	}
}

// A family that is added where it is pinned has a block for every node, and the
// other keeps its own.
func TestAFamilyAddedByAPin(t *testing.T) {
	c := plan.ClusterSpec{Nodes: now(300), PodsPerNode: 30, Pins: pins(plan.Pod, "160.0.0.0/16")}
	p := solved(t, oneCluster(c))
	was := clusterOf(t, p, "c").NodeMasks()
	c.Families, c.Pins = dualIPv4, pins(plan.Pod, "160.0.0.0/16,fd20::/56") // which has 256 blocks of a /64
	c.PodsPerNode = 10                                                      // for which a /28 would do
	q, _ := evolved(t, p, oneCluster(c), plan.EvolveOptions{})
	if got := clusterOf(t, q, "c"); got.NodeMasks().V4 != was.V4 || got.Capacity().NodeBlocks < 300 {
		t.Errorf("masks %v, then %v with %+v", was, got.NodeMasks(), got.Capacity())
	}
}

// A pod range that is sized for the masks that nodes have is as large as the
// platform wants it.
func TestAPodRangeForKubeadm(t *testing.T) {
	c := plan.ClusterSpec{Nodes: now(300), PodsPerNode: 2, Pins: pins(plan.Pod, "160.0.0.0/16")}
	p := solved(t, oneCluster(c))
	c.Nodes, c.Pins, c.Platform = now(1), nil, platform.Kubeadm
	q, _ := evolved(t, p, oneCluster(c), plan.EvolveOptions{AllowMove: []string{"c"}})
	if fs := wrong(q.Audit()); len(fs) > 0 {
		t.Errorf("%v: %v", clusterOf(t, q, "c").Block(plan.Pod), fs)
	}
}

// A cluster and a network may have the same name, and be renamed by themselves.
func TestRenameOneOfTwoKinds(t *testing.T) {
	s := plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/12"), Fit: plan.LastFit}},
		Networks: []plan.Network{{Name: "prod", Hosts: 9}},
		Clusters: []plan.ClusterSpec{{Name: "prod", Nodes: now(20), NodeNetwork: "prod"}},
	}
	p := solved(t, s)
	was, _ := p.Cluster("prod")
	for _, tt := range []struct{ cluster, network string }{{"live", "prod"}, {"prod", "live"}, {"live", "live"}} {
		r := s
		r.Networks = []plan.Network{{Name: tt.network, Hosts: 9}}
		r.Clusters = []plan.ClusterSpec{{Name: tt.cluster, Nodes: now(20), NodeNetwork: tt.network}}
		q, d := evolved(t, p, r, plan.EvolveOptions{Renamed: map[string]string{"prod": "live"}})
		is, _ := q.Cluster(tt.cluster)
		for _, role := range plan.Roles() {
			if is.Block(role) != was.Block(role) {
				t.Errorf("%v: %s %v was %v", tt, role, is.Block(role), was.Block(role))
			}
		}
		for _, c := range d.Changes {
			if c.Was != "prod" || c.Kind != plan.Changed {
				t.Errorf("%v: %+v", tt, c)
			}
		}
	}
	r := s
	r.Networks = []plan.Network{{Name: "prod", Hosts: 9}, {Name: "x", Hosts: 3}}
	r.Clusters = []plan.ClusterSpec{{Name: "a", Nodes: now(20), NodeNetwork: "prod"}}
	p = solved(t, r)
	if _, _, err := plan.Evolve(p, r, plan.EvolveOptions{Renamed: map[string]string{"a": "x"}}); !errors.Is(err, plan.ErrRename) || !strings.Contains(err.Error(), "one is a cluster, the other a network") {
		t.Errorf("%v", err)
	}
	if _, d := evolved(t, p, r, plan.EvolveOptions{Renamed: map[string]string{"a": "a", "x": "x"}}); !d.IsEmpty() {
		t.Errorf("renamed to themselves: %v", d)
	}
}

// A name that was left may be another's: it is not what the first one was.
func TestANameThatWasLeft(t *testing.T) {
	s := plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "corp", Prefixes: prefixes("10.0.0.0/12")}},
		Networks: []plan.Network{{Name: "a", Hosts: 9}},
	}
	p := solved(t, s)
	s.Networks = []plan.Network{{Name: "a", Hosts: 3}, {Name: "z", Hosts: 9}}
	_, d := evolved(t, p, s, plan.EvolveOptions{Renamed: map[string]string{"a": "z"}})
	if len(d.Changes) != 2 || d.Changes[0].Kind != plan.Added || d.Changes[0].Network != "a" || d.Changes[1].Was != "a" || len(d.Changes[1].Ranges) != 0 {
		t.Errorf("%v", d)
	}
}

// A version that takes no such service range is not for a cluster that has it.
func TestAVersionThatTakesNoSuchServiceRange(t *testing.T) {
	c := plan.ClusterSpec{Name: "c", Families: []cidr.Family{cidr.IPv6}, Nodes: now(2), Kubernetes: k8sflags.Version{Major: 1, Minor: 34}}
	c.Extra = []plan.BlockSpec{{Name: "x", Role: plan.Service, Bits: dualstack.Masks{V6: 64}}}
	p := solved(t, oneCluster(c))
	c.Extra = []plan.BlockSpec{{Name: "x", Role: plan.Service, Count: now(300)}}
	evolved(t, p, oneCluster(c), plan.EvolveOptions{})
	c.Kubernetes = k8sflags.Version{}
	got := outgrown(t, p, oneCluster(c), plan.EvolveOptions{})
	if len(got) != 1 || got[0].Name != "x" || !strings.Contains(got[0].Reason, "too large at Kubernetes 1.24") {
		t.Errorf("%v", got)
	}
	evolved(t, p, oneCluster(c), plan.EvolveOptions{AllowMove: []string{"c"}})
}

func TestDiffOfNoPlan(t *testing.T) {
	p := solved(t, oneCluster(plan.ClusterSpec{Name: "c", Nodes: now(2)}))
	if d := plan.DiffOf(nil, nil); !d.IsEmpty() {
		t.Errorf("%v", d)
	}
	if d, want := plan.DiffOf(nil, p), plan.DiffOf(&plan.Plan{}, p); d.String() != want.String() || d.IsEmpty() {
		t.Errorf("%v, want %v", d, want)
	}
	if d := plan.DiffOf(p, nil); len(d.Changes) != 1 || d.Changes[0].Kind != plan.Removed {
		t.Errorf("%v", d)
	}
}
