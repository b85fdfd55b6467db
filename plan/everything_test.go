package plan_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// The theorems again, over everything that a spec can say: zones, regions,
// extra ranges, peers, meshes and shared roles, headroom and every fit, in
// spaces that are small enough to try every plan.

// genEverything draws a small spec as genSmall does, with all features.
func genEverything() *rapid.Generator[plan.Spec] {
	return rapid.Custom(func(t *rapid.T) plan.Spec {
		zones := rapid.SampledFrom([][]string{{""}, {""}, {"", "", "dmz"}}).Draw(t, "zones")
		regions := rapid.SampledFrom([][]string{{""}, {"eu", "us"}, {"", "eu"}}).Draw(t, "regions")
		zone, region := rapid.SampledFrom(zones), rapid.SampledFrom(regions)
		s := plan.Spec{
			Zones: []plan.Zone{{Name: "dmz"}},
			Pools: []plan.PoolSpec{
				{Name: "single", Prefixes: prefixes("fd01::/64"), Roles: allRoles[2:]},
				{Name: "single-dmz", Prefixes: prefixes("fd01:0:0:1::/64"), Roles: allRoles[2:], Zone: "dmz"},
			},
			Networks: []plan.Network{{Name: "vlan", Hosts: 1, Pin: pair("172.16.0.0/16,fd02::/64")}},
		}
		for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
			s.Pools = append(s.Pools, genPieces(t, f, zone, region)...)
		}
		if rapid.IntRange(0, 2).Draw(t, "reserved") == 0 {
			s.Reserved = []plan.Reservation{{Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, rapid.Byte().Draw(t, "at")}), 29)}}
		}
		if rapid.IntRange(0, 2).Draw(t, "peered") == 0 {
			u := rapid.Byte().Draw(t, "at")
			s.Peers = []plan.Peer{{Name: "office", Prefixes: []netip.Prefix{
				netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 1, u}), 28).Masked(),
				netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 0xfd, 7: u % 64}), 63).Masked(),
			}}}
		}
		n := rapid.SampledFrom([]int{2, 3, 1}).Draw(t, "clusters")
		for i := range n {
			c := genSmallCluster(t, i, zone)
			c.Zone, c.Region = zone.Draw(t, "zone"), region.Draw(t, "region")
			s.Clusters = append(s.Clusters, c)
		}
		genSharing(t, &s)
		return s
	})
}

// genPieces gives each eighth of the small space of a family to a pool.
func genPieces(t *rapid.T, f cidr.Family, zone, region *rapid.Generator[string]) []plan.PoolSpec {
	eighth, roles := func(i int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i / 4), byte(i % 4 * 64)}), 26)
	}, allRoles
	if f == cidr.IPv6 {
		eighth, roles = func(i int) netip.Prefix {
			return netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 0xfd, 7: byte(i * 8)}), 61)
		}, allRoles[:2]
	}
	pools := make([]plan.PoolSpec, rapid.SampledFrom([]int{2, 1, 3}).Draw(t, "pools"))
	for i := range pools {
		p := &pools[i]
		p.Name = fmt.Sprintf("%v-%d", f, i)
		p.Roles = roles
		if rapid.IntRange(0, 5).Draw(t, "restricted") == 0 {
			p.Roles = rapid.SliceOfNDistinct(rapid.SampledFrom(roles), 1, len(roles), rapid.ID).Draw(t, "roles")
		}
		p.Zone = zone.Draw(t, "pool's zone")
		if rapid.Bool().Draw(t, "regional") {
			p.Region = region.Draw(t, "pool's region")
		}
		p.Fit = rapid.SampledFrom(append(plan.Fits(), "")).Draw(t, "fit")
		p.Headroom = rapid.SampledFrom([]int{0, 0, 0, 0, 0, 1, 2}).Draw(t, "headroom")
	}
	for i := range 8 {
		k := rapid.SampledFrom([]int{0, 1, 0, 1, 2, 3}).Draw(t, "owner")
		if k < 3 {
			p := &pools[k%len(pools)]
			p.Prefixes = append(p.Prefixes, eighth(i))
		}
	}
	return slices.DeleteFunc(pools, func(p plan.PoolSpec) bool { return len(p.Prefixes) == 0 })
}

// genSmallCluster draws a cluster none of whose ranges is smaller than a unit.
func genSmallCluster(t *rapid.T, i int, zone *rapid.Generator[string]) plan.ClusterSpec {
	c := plan.ClusterSpec{
		Name: fmt.Sprintf("c%d", i), Kubernetes: version(34), IPAM: k8sflags.Calico,
		Families:    rapid.SampledFrom([][]cidr.Family{onlyIPv4, dualIPv4, dualIPv6, onlyIPv6}).Draw(t, "families"),
		Nodes:       now(rapid.SampledFrom([]uint64{8, 8, 8, 13, 14, 29}).Draw(t, "nodes")),
		PodsPerNode: rapid.SampledFrom([]uint64{2, 2, 2, 4, 5}).Draw(t, "pods a node"),
		Services:    now(rapid.SampledFrom([]uint64{0, 0, 11, 12, 40}).Draw(t, "services")),
	}
	if rapid.IntRange(0, 2).Draw(t, "nodes elsewhere") > 0 {
		c.NodeNetwork = "vlan"
	}
	switch rapid.IntRange(0, 11).Draw(t, "growth") {
	case 0:
		c.Nodes.GrowthPerYear, c.Nodes.Horizon = plan.Amount{N: 40, Percent: true}, 2*plan.Year
	case 1:
		c.Surge = plan.Amount{N: 15, Percent: true}
	case 2:
		c.Churn = plan.Churn{PodsPerNodePerMinute: 2, Cooldown: plan.Duration(60e9)}
	}
	for k := range rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(t, "extra") {
		b := plan.BlockSpec{Name: fmt.Sprintf("x%d", k), Role: rapid.SampledFrom(allRoles).Draw(t, "role")}
		b.Zone = zone.Draw(t, "its zone")
		switch how := rapid.IntRange(0, 3).Draw(t, "how"); {
		case how == 0 && (b.Role == plan.Node || b.Role == plan.Pod):
			b.Count = now(rapid.SampledFrom([]uint64{8, 10, 13}).Draw(t, "count"))
			c.Nodes.Now += b.Count.Now // so that the main range is a unit
		case how == 0:
			b.Count = now(16)
		case how == 1:
			b.Pin = genPin(t, c, b.Role)
		default:
			b.Bits = dualstack.Masks{V4: rapid.IntRange(27, 28).Draw(t, "bits"), V6: rapid.IntRange(63, 64).Draw(t, "bits")}
			if b.Role != plan.Node && b.Role != plan.Pod {
				b.Bits.V6 = 112
			}
			if len(c.Families) == 2 && rapid.Bool().Draw(t, "one family") {
				b.Families = c.Families[:1]
			}
			families := c.Families
			if b.Families != nil {
				families = b.Families
			}
			if !slices.Contains(families, cidr.IPv4) {
				b.Bits.V4 = 0
			}
			if !slices.Contains(families, cidr.IPv6) {
				b.Bits.V6 = 0
			}
		}
		c.Extra = append(c.Extra, b)
	}
	return c
}

func genPin(t *rapid.T, c plan.ClusterSpec, r plan.Role) dualstack.Pair {
	v4 := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, rapid.Byte().Draw(t, "pin") % 3, 16 * rapid.Byte().Draw(t, "pin")}), 28)
	v6 := netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 0xfd, 7: rapid.Byte().Draw(t, "pin") % 40}), 64)
	var p dualstack.Pair
	var err error
	switch len(c.Families) {
	case 1:
		one := v4
		if c.Families[0] == cidr.IPv6 {
			one = v6
		}
		p, err = dualstack.Single(one)
	default:
		p, err = dualstack.Dual(v4, v6)
		p = p.WithPrimary(c.Families[0])
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// genSharing draws shared roles, and meshes that keep clusters apart again.
func genSharing(t *rapid.T, s *plan.Spec) {
	s.Share = rapid.SampledFrom([][]plan.Role{nil, nil, {plan.Pod}, {plan.Pod, plan.Service}}).Draw(t, "share")
	for i := range rapid.SampledFrom([]int{0, 1, 2}).Draw(t, "meshes") {
		m := plan.Mesh{Name: fmt.Sprintf("m%d", i), Kind: rapid.SampledFrom(plan.MeshKinds()).Draw(t, "kind")}
		for _, c := range s.Clusters {
			if rapid.Bool().Draw(t, "meshed") {
				m.Clusters = append(m.Clusters, c.Name)
			}
		}
		s.Meshes = append(s.Meshes, m)
	}
}

// drawEverything draws a spec that is valid: pins and extra ranges may clash.
func drawEverything(t *rapid.T) plan.Spec {
	s := genEverything().Draw(t, "spec")
	if s.Validate() == nil {
		return s
	}
	for i := range s.Clusters {
		s.Clusters[i].Extra = slices.DeleteFunc(s.Clusters[i].Extra, func(b plan.BlockSpec) bool { return !b.Pin.IsZero() })
	}
	if err := s.Validate(); err != nil {
		t.Fatalf("the spec is not valid: %v", err)
	}
	return s
}

// Whatever a spec says: a plan that is found is good, a failure that is called
// proved is one, and where pools nest, headroom is even and nothing is shared,
// every failure is proved.
func TestTheoremsHoldOverEverything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawEverything(t)
		t.Logf("%s", text(t, s))
		p, err := plan.Solve(s)
		var infeasible *plan.InfeasibleError
		switch {
		case err == nil:
			checkNoOverlap(t, noAdjacent(s), p)
			checkRoles(t, s, p)
			if fs := p.Audit(); slices.ContainsFunc(fs, func(f plan.Finding) bool { return f.Severity == k8sflags.Error }) {
				t.Fatalf("findings %v", fs)
			}
			if !packableBoth(s) {
				t.Fatal("Solve found a plan, the packer none: the packer is wrong")
			}
			return
		case !errors.As(err, &infeasible):
			t.Fatal(err)
		}
		exact := len(s.Share) == 0 || nests(s) && sharesExactly(s)
		switch exists := packableBoth(s); {
		case exists && infeasible.Proven:
			t.Fatalf("there is a plan, but: %v", err)
		case exists && exact:
			t.Fatalf("there is a plan, and a search as small as this should find it: %v", err)
		case !infeasible.Proven && exact:
			t.Fatalf("there is no plan, and a search as small as this should prove it: %v", err)
		}
	})
}

// sharesExactly reports whether who may have addresses in common is as simple as
// Solve needs to be sure: no cluster is kept apart by two meshes, and no range
// of a shared role is pinned.
func sharesExactly(s plan.Spec) bool {
	for _, r := range s.Share {
		kept := map[string]int{}
		for _, m := range s.Meshes {
			for _, c := range m.Clusters {
				if m.Kind.Apart(r) {
					kept[c]++
				}
			}
		}
		for _, c := range s.Clusters {
			if kept[c.Name] > 1 || !c.Pins[r].IsZero() || slices.ContainsFunc(c.Extra, func(b plan.BlockSpec) bool { return b.Role == r && !b.Pin.IsZero() }) {
				return false
			}
		}
	}
	return true
}

// checkRoles is Theorem 2 where ranges are many: in every family that a cluster
// has, its ranges of a role together hold what it asks for.
func checkRoles(t *rapid.T, s plan.Spec, p *plan.Plan) {
	for _, c := range s.Clusters {
		got, _ := p.Cluster(c.Name)
		have := got.Capacity()
		nodes := nodesOf(c)
		if have.NodeAddresses < nodes || have.NodeBlocks < nodes || have.PodsPerNode < podsPerNode(c) || have.Services < need(c.Services) ||
			have.ExternalIPs < need(c.ExternalIPs) || have.IngressIPs < need(c.IngressIPs) {
			t.Fatalf("cluster %+v holds only %+v", c, have)
		}
		for _, f := range c.Families {
			var nodes, blocks uint64
			for _, r := range []plan.Role{plan.Node, plan.Pod} {
				for b := range got.Blocks(r) {
					q := b.Range.Of(f)
					counted := b.Cluster == "" || b.Name == "" || slices.ContainsFunc(c.Extra, func(x plan.BlockSpec) bool { return x.Role == r && x.Name == b.Name && need(x.Count) > 0 })
					switch {
					case !q.IsValid() || !counted:
					case r == plan.Node:
						nodes += 1<<min(62, q.Addr().BitLen()-q.Bits()) - map[cidr.Family]uint64{cidr.IPv4: 3, cidr.IPv6: 2}[f]
					case f == cidr.IPv6:
						blocks += 1 << (64 - q.Bits())
					default:
						blocks += 1 << (longest(f, 32, lossOf(c.IPAM, f), podsPerNode(c)+resting(c)) - q.Bits())
					}
				}
			}
			if nodes < nodesOf(c) || blocks < nodesOf(c) {
				t.Fatalf("cluster %+v: %v for %d nodes, and blocks for %d", c, f, nodes, blocks)
			}
		}
	}
}

// Whatever a spec says, the same needs give the same bytes, in any order of its
// lists and from the plan's own spec, and what was written reads as it was.
func TestPlansOfEverythingAreDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, p := drawSolved(t)
		want := text(t, p)
		mixed := shuffled(s, rapid.Uint64().Draw(t, "seed"))
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 7))
		for _, list := range []func(){
			func() { mixed.Zones = shuffledCopy(r, s.Zones) },
			func() { mixed.Peers = shuffledCopy(r, s.Peers) },
			func() { mixed.Meshes = shuffledCopy(r, s.Meshes) },
			func() { mixed.Share = shuffledCopy(r, s.Share) },
		} {
			list()
		}
		for i := range mixed.Peers {
			mixed.Peers[i].Prefixes = shuffledCopy(r, mixed.Peers[i].Prefixes)
		}
		for i := range mixed.Meshes {
			mixed.Meshes[i].Clusters = shuffledCopy(r, mixed.Meshes[i].Clusters)
		}
		for i := range mixed.Clusters {
			mixed.Clusters[i].Extra = shuffledCopy(r, mixed.Clusters[i].Extra)
		}
		for name, other := range map[string]plan.Spec{"again": s, "shuffled": mixed, "its own spec": p.Spec()} {
			q, err := plan.Solve(other)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := text(t, q); got != want {
				t.Fatalf("%s:\n%s\nwant\n%s", name, got, want)
			}
		}
		back, err := plan.Decode([]byte(want))
		if err != nil {
			t.Fatalf("Decode: %v", err)
		}
		if got := text(t, back); got != want || !slices.Equal(slices.Collect(back.Blocks()), slices.Collect(p.Blocks())) {
			t.Fatalf("read back:\n%s\nwant\n%s", got, want)
		}
	})
}

func shuffledCopy[T any](r *rand.Rand, s []T) []T {
	c := slices.Clone(s)
	shuffle(r, c)
	return c
}
