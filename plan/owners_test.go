package plan_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

func TestOwners(t *testing.T) {
	p := solved(t, corp())
	vlan := slices.Collect(p.Blocks())[0].Range
	node := func(cluster string, r netip.Prefix) plan.Owner {
		return plan.Owner{Cluster: cluster, Role: plan.Node, Network: "vlan-7", Range: r, NodeBlock: -1}
	}
	pods := func(i int64, r string) []plan.Owner {
		return []plan.Owner{{Cluster: "prod-eu-1", Role: plan.Pod, Range: prefix(r), NodeBlock: i}}
	}
	for _, tt := range []struct {
		name string
		a    netip.Addr
		want []plan.Owner
	}{
		{"the first pod of the first node", netip.MustParseAddr("10.244.0.1"), pods(0, "10.244.0.0/15")},
		{"the last address of the last node", netip.MustParseAddr("10.245.255.255"), pods(511, "10.244.0.0/15")},
		{"behind the pods", netip.MustParseAddr("10.246.0.0"), nil},
		{"a pod of IPv6", netip.MustParseAddr("fd12:3456:789a:f501::99"), pods(257, "fd12:3456:789a:f400::/55")},
		{"IPv4-mapped", netip.MustParseAddr("::ffff:10.244.7.7"), pods(7, "10.244.0.0/15")},
		{"with a zone", netip.MustParseAddr("fd12:3456:789a:f501::99%eth0"), nil},
		{"mapped, with a zone", netip.MustParseAddr("::ffff:10.244.7.7%eth0"), nil},
		{"no address", netip.Addr{}, nil},
		{"nobody's", netip.MustParseAddr("8.8.8.8"), nil},
		{"nobody's, IPv6", netip.MustParseAddr("::1"), nil},
		{"a node of either cluster", vlan.V4().Addr().Next(), []plan.Owner{node("plant-1", vlan.V4()), node("plant-2", vlan.V4())}},
		{"a node of the cluster that has IPv6", vlan.V6().Addr().Next(), []plan.Owner{node("plant-2", vlan.V6())}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := slices.Collect(p.Owners(tt.a)); !slices.Equal(got, tt.want) {
				t.Errorf("Owners(%v) = %+v, want %+v", tt.a, got, tt.want)
			}
		})
	}
	for range p.Owners(vlan.V4().Addr()) {
		break
	}
}

// A network that no cluster uses is still somebody's, and so is the family of
// one that its clusters do not use.
func TestOwnersOfNetworksWithoutClusters(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Nodes: now(1), NodeNetwork: "lan"})
	s.Networks = []plan.Network{{Name: "lan", Families: dualIPv4, Pin: pair("10.0.0.0/24,fd01::/64")}, {Name: "dmz", Hosts: 9, Pin: pair("10.0.1.0/24")}}
	p := solved(t, s)
	for a, want := range map[string]plan.Owner{
		"10.0.1.7": {Role: plan.Node, Network: "dmz", Range: prefix("10.0.1.0/24"), NodeBlock: -1},
		"10.0.0.7": {Cluster: "c", Role: plan.Node, Network: "lan", Range: prefix("10.0.0.0/24"), NodeBlock: -1},
		"fd01::7":  {Role: plan.Node, Network: "lan", Range: prefix("fd01::/64"), NodeBlock: -1},
	} {
		if got := slices.Collect(p.Owners(netip.MustParseAddr(a))); !slices.Equal(got, []plan.Owner{want}) {
			t.Errorf("Owners(%s) = %+v, want %+v", a, got, want)
		}
	}
}

// Of node masks that leave one family more blocks than the other, the blocks
// in excess are no node's.
func TestOwnersBeyondTheLastNodeBlock(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Nodes: now(4), Families: dualIPv4, Pins: map[plan.Role]dualstack.Pair{plan.Pod: pair("10.0.0.0/20,fd01::/62")}})
	p, err := plan.Decode([]byte(strings.Replace(text(t, solved(t, s)), `"nodeMasks":{"v4":22,`, `"nodeMasks":{"v4":25,`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	for a, want := range map[string]int64{"10.0.0.1": 0, "10.0.1.255": 3, "10.0.2.0": -1, "10.0.15.255": -1, "fd01:0:0:3::": 3} {
		for o := range p.Owners(netip.MustParseAddr(a)) {
			if o.NodeBlock != want || o.Role != plan.Pod {
				t.Errorf("%s: %+v, want node block %d", a, o, want)
			}
		}
	}
}

// Every address has the owners that a scan over all ranges finds, and the
// number of a node's block is the one that NodeBlock gives it.
func TestOwnersAgreeWithAScan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSpec().Draw(t, "spec")
		p := solveOrExplain(t, s)
		if p == nil {
			return
		}
		var edges []netip.Addr
		for b := range p.Blocks() {
			for q := range b.Range.All() {
				last := cidr.Last(q)
				edges = append(edges, q.Addr(), q.Addr().Prev(), last, last.Next(), cidr.Last(netip.PrefixFrom(q.Addr(), q.Bits()+(q.Addr().BitLen()-q.Bits())/2)))
			}
		}
		for range 20 {
			a := rapid.SampledFrom(edges).Draw(t, "address")
			for range rapid.IntRange(0, 3).Draw(t, "steps") {
				a = a.Next()
			}
			var want []plan.Owner
			for b := range p.Blocks() {
				for q := range b.Range.All() {
					if !q.Contains(a) {
						continue
					}
					o := plan.Owner{Cluster: b.Cluster, Role: b.Role, Network: b.Name, Range: q, NodeBlock: -1}
					users := []string{b.Cluster}
					if b.Cluster == "" {
						users = usersOf(s, b.Name, cidr.FamilyOf(q))
					}
					for _, o.Cluster = range users {
						want = append(want, o)
					}
				}
			}
			got := slices.Collect(p.Owners(a))
			for i, o := range got {
				if o.Role == plan.Pod {
					c, _ := p.Cluster(o.Cluster)
					block, err := c.NodeBlock(uint64(o.NodeBlock))
					if err != nil || !block.Of(cidr.FamilyOfAddr(a)).Contains(a) {
						t.Fatalf("%v: %+v, but node block %d is %v, %v", a, o, o.NodeBlock, block, err)
					}
					got[i].NodeBlock = -1
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("Owners(%v) = %+v, want %+v", a, got, want)
			}
			if a.Is4() {
				mapped := netip.AddrFrom16(a.As16())
				if n := len(slices.Collect(p.Owners(mapped))); n != len(want) {
					t.Fatalf("Owners(%v): %d, want as of %v", mapped, n, a)
				}
			}
		}
	})
}

// usersOf names the clusters of a network that have a family, by name, or
// nobody once.
func usersOf(s plan.Spec, network string, f cidr.Family) []string {
	var names []string
	for _, c := range s.Clusters {
		if c.NodeNetwork == network && slices.Contains(familiesOf(c), f) {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return []string{""}
	}
	slices.Sort(names)
	return names
}
