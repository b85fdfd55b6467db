package plantest

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// Specs draws valid specs of one to six clusters, with everything that a spec
// can have: both families in any order, pools for some roles, security zones,
// regions, reservations, peers, shared networks, pins, extra ranges, meshes,
// shared ranges, platforms with their IPAMs, growth, headroom and cooldowns.
// About half of them have a solution.
func Specs() *rapid.Generator[plan.Spec] {
	return rapid.Custom(func(t *rapid.T) plan.Spec { return drawSpec(t, false) })
}

// drawSpec draws a spec, of roomy pools or of such as may be too small.
func drawSpec(t *rapid.T, roomy bool) plan.Spec {
	g := generator{T: t, roomy: roomy}
	var s plan.Spec
	for i := range sometimes(t, 2, "zones") {
		s.Zones = append(s.Zones, plan.Zone{Name: fmt.Sprintf("zone-%d", i)})
	}
	// Of each zone, and outside of them, one pool for everything; the others may
	// be for some.
	s.Pools = append(s.Pools, g.pool(0, ""))
	for _, z := range s.Zones {
		s.Pools = append(s.Pools, g.pool(len(s.Pools), z.Name))
	}
	for range rapid.IntRange(0, 2).Draw(t, "further pools") {
		p := g.pool(len(s.Pools), g.zone(&s))
		g.restrict(&p)
		s.Pools = append(s.Pools, p)
	}
	for range rapid.IntRange(0, 2).Draw(t, "reservations") {
		s.Reserved = append(s.Reserved, plan.Reservation{Prefix: g.near(len(s.Pools)), Reason: "taken"})
	}
	for i := range sometimes(t, 1, "peers") {
		s.Peers = append(s.Peers, plan.Peer{Name: fmt.Sprintf("peer-%d", i), Prefixes: []netip.Prefix{g.near(len(s.Pools))}})
	}
	for i := range sometimes(t, 2, "networks") {
		s.Networks = append(s.Networks, plan.Network{
			Name:     fmt.Sprintf("net-%d", i),
			Hosts:    rapid.Uint64Range(1, 90).Draw(t, "hosts"),
			Families: rapid.SampledFrom([][]cidr.Family{{cidr.IPv4, cidr.IPv6}, {cidr.IPv6, cidr.IPv4}}).Draw(t, "families"),
			Zone:     g.zone(&s),
		})
	}
	for i := range rapid.IntRange(1, 6).Draw(t, "clusters") {
		s.Clusters = append(s.Clusters, g.cluster(&s, i))
	}
	g.meshes(&s)
	return s
}

// generator draws the parts of a spec.
type generator struct {
	*rapid.T
	roomy bool
}

// sometimes draws a number up to most, mostly 0.
func sometimes(t *rapid.T, most int, label string) int {
	return max(rapid.IntRange(-2, most).Draw(t, label), 0)
}

// The pools are in blocks of their own, pool i in 10.16i.0.0/12 and fd00+i::/16,
// so that they never overlap, and nor do pins, which are outside.
func poolSpace(i, part int, f cidr.Family) netip.Addr {
	if f == cidr.IPv4 {
		return netip.AddrFrom4([4]byte{10, byte(16*i + 8*part)})
	}
	return netip.AddrFrom16([16]byte{0xfd, byte(i), 0, 0, byte(part)})
}

func (g *generator) pool(i int, zone string) plan.PoolSpec {
	p := plan.PoolSpec{
		Name: fmt.Sprintf("pool-%d", i), Zone: zone,
		Fit:      rapid.SampledFrom(append(plan.Fits(), "")).Draw(g.T, "fit"),
		Headroom: rapid.SampledFrom([]int{0, 0, 0, 1, 2}).Draw(g.T, "headroom"),
		Cooldown: rapid.SampledFrom([]plan.Duration{0, 30 * plan.Day}).Draw(g.T, "cooldown"),
	}
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		parts := rapid.IntRange(1, 2).Draw(g.T, "prefixes")
		for part := range parts {
			bits := rapid.IntRange(17, 21).Draw(g.T, "length")
			if f == cidr.IPv6 {
				bits = rapid.IntRange(46, 60).Draw(g.T, "length")
			}
			if g.roomy {
				bits = map[cidr.Family]int{cidr.IPv4: 13, cidr.IPv6: 40}[f]
			}
			p.Prefixes = append(p.Prefixes, netip.PrefixFrom(poolSpace(i, part, f), bits))
		}
	}
	return p
}

// restrict makes a pool one for some roles, one family or one region.
func (g *generator) restrict(p *plan.PoolSpec) {
	if rapid.Bool().Draw(g.T, "some roles") {
		p.Roles = rapid.SliceOfNDistinct(rapid.SampledFrom(plan.Roles()), 1, 4, rapid.ID).Draw(g.T, "roles")
	}
	if f := rapid.SampledFrom([]cidr.Family{0, cidr.IPv4, cidr.IPv6}).Draw(g.T, "one family"); f != 0 {
		p.Prefixes = slices.DeleteFunc(p.Prefixes, func(q netip.Prefix) bool { return cidr.FamilyOf(q) != f })
	}
	p.Region = g.region()
}

func (g *generator) zone(s *plan.Spec) string {
	i := rapid.IntRange(0, len(s.Zones)).Draw(g.T, "zone")
	if i == 0 {
		return ""
	}
	return s.Zones[i-1].Name
}

func (g *generator) region() string {
	return rapid.SampledFrom([]string{"", "", "eu", "us"}).Draw(g.T, "region")
}

// near draws a prefix that takes some of a pool, mostly at its beginning.
func (g *generator) near(pools int) netip.Prefix {
	f := rapid.SampledFrom([]cidr.Family{cidr.IPv4, cidr.IPv6}).Draw(g.T, "family")
	start := poolSpace(rapid.IntRange(0, pools-1).Draw(g.T, "pool"), 0, f)
	space := netip.PrefixFrom(start, map[cidr.Family]int{cidr.IPv4: 15, cidr.IPv6: 48}[f])
	return Prefixes(space).Filter(func(p netip.Prefix) bool { return p.Bits() > space.Bits()+1 }).Draw(g.T, "taken")
}

// meshes joins some of the clusters, and lets some share ranges.
func (g *generator) meshes(s *plan.Spec) {
	var names []string
	for i := range s.Clusters {
		names = append(names, s.Clusters[i].Name)
	}
	for i := range sometimes(g.T, 2, "meshes") {
		s.Meshes = append(s.Meshes, plan.Mesh{
			Name:     fmt.Sprintf("mesh-%d", i),
			Kind:     rapid.SampledFrom(plan.MeshKinds()).Draw(g.T, "kind"),
			Clusters: rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, len(names), rapid.ID).Draw(g.T, "clusters"),
		})
	}
	s.Share = rapid.SampledFrom([][]plan.Role{nil, nil, nil, {plan.Pod}, {plan.Service}, {plan.Pod, plan.Service}}).Draw(g.T, "share")
}
