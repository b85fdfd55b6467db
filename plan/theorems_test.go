package plan_test

import (
	"errors"
	"math"
	"math/big"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// A solved plan keeps the first two theorems, with and without pins.
func TestSolvedPlansAreSoundAndLargeEnough(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSpec().Draw(t, "spec")
		p := solveOrExplain(t, s)
		if p == nil {
			return
		}
		checkNoOverlap(t, s, p)
		checkCapacity(t, s, p)

		pinned := pinSome(t, s, p)
		q := solveOrExplain(t, pinned)
		if q == nil {
			return // what was pinned may have broken up a free block
		}
		checkNoOverlap(t, pinned, q)
		checkCapacity(t, pinned, q)
	})
}

// solveOrExplain returns the plan, or nil where there is none. Every error but
// infeasibility is a failure of the test, since s is valid.
func solveOrExplain(t *rapid.T, s plan.Spec) *plan.Plan {
	p, err := plan.Solve(s)
	var infeasible *plan.InfeasibleError
	switch {
	case err == nil:
		return p
	case !errors.As(err, &infeasible) || p != nil:
		t.Fatalf("Solve = %v, %v", p, err)
	case nests(s) && !infeasible.Proven:
		t.Fatalf("pools nest, but failure is not proved: %v", err)
	case len(infeasible.Unplaced) == 0 || infeasible.Error() == "":
		t.Fatalf("no shortage: %+v", infeasible)
	}
	return nil
}

// Theorem 1. No two ranges share an address that may not, none touches a
// reservation or a peer, and all that is not pinned lies with its headroom in a
// pool for its role, zone and region, where nobody else's is. And they are the
// ranges that the spec asks for, of the lengths that it asks for.
func checkNoOverlap(t *rapid.T, s plan.Spec, p *plan.Plan) {
	want := asks(s)
	var got []asked
	var ps, rooms []netip.Prefix
	for b := range p.Blocks() {
		for q := range b.Range.All() {
			i := slices.IndexFunc(want, func(w asked) bool {
				return w.cluster == b.Cluster && w.name == b.Name && w.role == b.Role && w.family == cidr.FamilyOf(q)
			})
			if i < 0 {
				t.Fatalf("nobody asked for %v", b)
			}
			w := want[i]
			switch {
			case w.pin.IsValid() && q != w.pin:
				t.Fatalf("%v is pinned to %v", q, w.pin)
			case !w.pin.IsValid() && q.Bits() != w.bits:
				t.Fatalf("%v, want %+v", q, w)
			case b.Zone != w.zone:
				t.Fatalf("%v in zone %q, want %q", b, b.Zone, w.zone)
			}
			room := q
			if r := b.Room.Of(w.family); r.IsValid() {
				room = r
			}
			if !w.pin.IsValid() {
				k := slices.IndexFunc(eligible(s, w), func(k int) bool { return covered(room, s.Pools[k].Prefixes) })
				if k < 0 {
					t.Fatalf("%v with its room %v lies in no pool for %+v", b, room, w)
				}
				if h := s.Pools[eligible(s, w)[k]].Headroom; !room.Contains(q.Addr()) || room.Bits() != q.Bits()-h || room.Addr() != q.Addr() {
					t.Fatalf("%v has room %v, its pool headroom %d", b, room, h)
				}
			}
			ps, rooms, got = append(ps, q), append(rooms, room), append(got, w)
		}
	}
	if len(want) != len(got) {
		t.Fatalf("%d ranges, want %d", len(got), len(want))
	}
	for i, a := range ps {
		if a != a.Masked() {
			t.Fatalf("%v is not aligned to its size", a)
		}
		for j := range ps {
			if i != j && rooms[i].Overlaps(ps[j]) && !mayOverlap(s, got[i], got[j]) {
				t.Fatalf("%v (room %v) of %+v overlaps %v of %+v", a, rooms[i], got[i], ps[j], got[j])
			}
		}
		for _, r := range s.Reserved {
			if rooms[i].Overlaps(r.Prefix.Masked()) {
				t.Fatalf("%v touches the reservation of %v", rooms[i], r.Prefix)
			}
		}
		for _, peer := range s.Peers {
			if slices.ContainsFunc(peer.Prefixes, rooms[i].Overlaps) {
				t.Fatalf("%v touches peer %q", rooms[i], peer.Name)
			}
		}
		for _, pool := range s.Pools {
			if pool.Zone != "" && pool.Zone != got[i].zone && slices.ContainsFunc(pool.Prefixes, rooms[i].Overlaps) {
				t.Fatalf("%v of zone %q has addresses of zone %q", rooms[i], got[i].zone, pool.Zone)
			}
		}
	}
}

// covered reports whether space has the first and the last address of p. The
// pools of these tests have no adjacent prefixes, so what is between is there.
func covered(p netip.Prefix, space []netip.Prefix) bool {
	return slices.ContainsFunc(space, func(q netip.Prefix) bool { return q.Overlaps(p) && q.Bits() <= p.Bits() })
}

// Theorem 2. Every cluster can hold what its spec asks for, in every family.
func checkCapacity(t *rapid.T, s plan.Spec, p *plan.Plan) {
	for _, c := range s.Clusters {
		got, ok := p.Cluster(c.Name)
		if !ok {
			t.Fatalf("no cluster %q", c.Name)
		}
		want := capacityOf(t, s, c, got)
		if got.Capacity() != want {
			t.Fatalf("cluster %+v: capacity %+v, want %+v", c, got.Capacity(), want)
		}
		if want.NodeAddresses < need(c.Nodes) || want.NodeBlocks < need(c.Nodes) || want.PodsPerNode < podsPerNode(c) ||
			want.Services < need(c.Services) || want.ExternalIPs < need(c.ExternalIPs) || want.IngressIPs < need(c.IngressIPs) {
			t.Fatalf("cluster %+v holds only %+v", c, want)
		}
	}
}

// capacityOf counts what the ranges of a cluster hold, by arithmetic of its
// own, and checks that they have the cluster's families in order.
func capacityOf(t *rapid.T, s plan.Spec, c plan.ClusterSpec, got *plan.Cluster) plan.Capacity {
	least := func(r plan.Role, count func(netip.Prefix) *big.Int) uint64 {
		block := got.Block(r)
		if block.IsZero() && (r == plan.External || r == plan.Ingress) && single(c, r) == 0 {
			return 0
		}
		if !slices.Equal(block.Families(), familiesOf(c)) {
			t.Fatalf("%s range %v of a cluster with %v", r, block, c.Families)
		}
		n := big64(math.MaxUint64)
		for q := range block.All() {
			if m := count(q); m.Cmp(n) < 0 {
				n = m
			}
		}
		return n.Uint64()
	}
	size := func(q netip.Prefix) *big.Int { return pow2(q.Addr().BitLen() - q.Bits()) }
	less := func(n *big.Int, m int64) *big.Int { return n.Sub(n, big.NewInt(m)) }
	mask := func(q netip.Prefix) int {
		if q.Addr().Is4() {
			return got.NodeMasks().V4
		}
		return got.NodeMasks().V6
	}
	family := func(q netip.Prefix) cidr.Family {
		if q.Addr().Is4() {
			return cidr.IPv4
		}
		return cidr.IPv6
	}

	var others uint64 // in a shared network
	if c.NodeNetwork != "" {
		others = machines(s, c.NodeNetwork) - need(c.Nodes)
	}
	return plan.Capacity{
		NodeAddresses: least(plan.Node, func(q netip.Prefix) *big.Int {
			lost := map[cidr.Family]int64{cidr.IPv4: 3, cidr.IPv6: 2}[family(q)]
			n := less(size(q), lost)
			return n.Sub(n, big64(others))
		}),
		NodeBlocks: least(plan.Pod, func(q netip.Prefix) *big.Int {
			d := mask(q) - q.Bits()
			if d < 0 || d > 16 && family(q) == cidr.IPv6 {
				t.Fatalf("node mask %d of pod range %v", mask(q), q)
			}
			return pow2(d)
		}),
		PodsPerNode: least(plan.Pod, func(q netip.Prefix) *big.Int {
			hostBits := q.Addr().BitLen() - mask(q)
			if c.IPAM == k8sflags.Cilium && family(q) == cidr.IPv6 {
				hostBits = min(hostBits, 16) // it uses no more of a block
			}
			return less(pow2(hostBits), lossOf(c.IPAM, family(q)))
		}),
		Services: least(plan.Service, func(q netip.Prefix) *big.Int {
			old := c.Kubernetes.Minor < 34 // none is as good as the oldest
			shortest := map[bool]map[cidr.Family]int{true: {cidr.IPv4: 12, cidr.IPv6: 108}, false: {cidr.IPv4: 2, cidr.IPv6: 64}}[old][family(q)]
			if q.Bits() < shortest {
				t.Fatalf("Kubernetes %v does not take service range %v", c.Kubernetes, q)
			}
			n := less(size(q), map[cidr.Family]int64{cidr.IPv4: 2, cidr.IPv6: 1}[family(q)])
			if limit := big.NewInt(65535); old && family(q) == cidr.IPv6 && n.Cmp(limit) > 0 {
				n = limit
			}
			return less(n, 2)
		}),
		ExternalIPs: least(plan.External, size),
		IngressIPs:  least(plan.Ingress, size),
	}
}

// Small spaces: 32 blocks of /28 beside 64 blocks of /64, in which a few
// clusters have to fit. Single addresses of IPv6 have a pool of their own.
var (
	smallV4 = prefix("10.0.0.0/23")
	smallV6 = prefix("fd00::/58")
)

const (
	unitV4 = 28
	unitV6 = 64
)

// genSmall draws a spec whose IPv4 ranges are all a /28 or larger, and whose
// IPv6 nodes and pods all a /64 or larger, as full as the spaces are large.
func genSmall(nested bool) *rapid.Generator[plan.Spec] {
	return rapid.Custom(func(t *rapid.T) plan.Spec {
		s := plan.Spec{
			Pools: []plan.PoolSpec{{Name: "single", Prefixes: prefixes("fd01::/64"), Roles: []plan.Role{plan.Service, plan.External, plan.Ingress}}},
			// Where nodes of some clusters are out of the way.
			Networks: []plan.Network{{Name: "vlan", Hosts: 1, Pin: pair("172.16.0.0/16,fd02::/64")}},
		}
		n := rapid.SampledFrom([]int{2, 1, 3}).Draw(t, "pools of a family")
		s.Pools = append(s.Pools, genSmallPools(t, nested, n, allRoles, "v4", func(i int) netip.Prefix {
			return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, byte(i / 4), byte(i % 4 * 64)}), 26)
		})...)
		s.Pools = append(s.Pools, genSmallPools(t, nested, n, allRoles[:2], "v6", func(i int) netip.Prefix {
			return netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 0xfd, 7: byte(i * 4)}), 62)
		})...)
		for range rapid.IntRange(0, 3).Draw(t, "reservations") {
			u := rapid.Byte().Draw(t, "address")
			s.Reserved = append(s.Reserved,
				plan.Reservation{Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, u % 2, u}), rapid.IntRange(27, 32).Draw(t, "length"))},
				plan.Reservation{Prefix: netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 0xfd, 7: u % 32, 15: u}), rapid.IntRange(62, 128).Draw(t, "length"))})
		}
		for i := range rapid.SampledFrom([]int{2, 1, 3}).Draw(t, "clusters") {
			c := genCluster(t, i, nil)
			c.Kubernetes, c.Services = version(34), now(rapid.Uint64Range(0, 40).Draw(t, "services"))
			c.Nodes = now(rapid.SampledFrom([]uint64{6, 8, 9, 13, 14, 29}).Draw(t, "nodes"))
			// Eight blocks or more of two addresses or more are a /28.
			c.PodsPerNode = rapid.SampledFrom([]uint64{2, 2, 2, 4, 5}).Draw(t, "pods a node")
			single := rapid.SampledFrom([]uint64{0, 0, 0, 9, 16, 32})
			c.ExternalIPs, c.IngressIPs = now(single.Draw(t, "external")), now(single.Draw(t, "ingress"))
			if rapid.IntRange(0, 2).Draw(t, "nodes elsewhere") > 0 {
				c.NodeNetwork = "vlan"
			}
			s.Clusters = append(s.Clusters, c)
		}
		return s
	})
}

// genSmallPools gives each eighth of a space to one of n pools, or to none.
// Every role has a pool. Where they nest, each pool is for all roles of the one
// before.
func genSmallPools(t *rapid.T, nested bool, n int, roles []plan.Role, name string, eighth func(int) netip.Prefix) []plan.PoolSpec {
	pools := make([]plan.PoolSpec, n)
	for i := range pools {
		p := &pools[i]
		p.Name = name + string(rune('a'+i))
		for _, r := range roles {
			if i == n-1 && nested || rapid.Bool().Draw(t, "usable") || nested && i > 0 && slices.Contains(pools[i-1].Roles, r) {
				p.Roles = append(p.Roles, r)
			}
		}
	}
	for _, r := range roles {
		if !slices.ContainsFunc(pools, func(p plan.PoolSpec) bool { return slices.Contains(p.Roles, r) }) {
			i := rapid.IntRange(0, n-1).Draw(t, "pool of a role")
			pools[i].Roles = append(pools[i].Roles, r)
		}
	}
	shares := []int{0, 1, 2, 0, 1, 2, 0, -1} // whose an eighth is
	for i, k := range rapid.Permutation(shares).Draw(t, "owners") {
		if k >= 0 {
			p := &pools[k%n]
			p.Prefixes = append(p.Prefixes, eighth(i))
		}
	}
	return slices.DeleteFunc(pools, func(p plan.PoolSpec) bool { return len(p.Prefixes) == 0 || len(p.Roles) == 0 })
}

// Theorem 3. Where pools nest, Solve fails only if there is no plan, and says
// so.
func TestSolveFindsAPlanWherePoolsNest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 5 {
			s := genSmall(true).Draw(t, "spec")
			if !nests(s) {
				t.Fatal("the pools do not nest")
			}
			checkAgainstPacker(t, s)
		}
	})
}

// Elsewhere a plan that is found is good, and a failure that is called proved
// is one. In spaces as small as these the search always ends within its bound.
func TestSolveIsHonestWherePoolsDoNotNest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 5 {
			checkAgainstPacker(t, genSmall(false).Draw(t, "spec"))
		}
	})
}

// The same with pins, which take space that is not theirs alone.
func TestSolveFindsAPlanAroundPins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSmall(true).Draw(t, "spec")
		p, err := plan.Solve(s)
		if err != nil {
			return
		}
		s = pinSome(t, s, p)
		// Not each pin was the best place for its range: with more clusters
		// there may be no room any more.
		c := genCluster(t, len(s.Clusters), nil)
		c.Nodes, c.PodsPerNode, c.Services, c.ExternalIPs, c.IngressIPs = now(9), 2, now(9), plan.Count{}, now(16)
		s.Clusters = append(s.Clusters, c)
		checkAgainstPacker(t, s)
	})
}

func checkAgainstPacker(t *rapid.T, s plan.Spec) {
	p, err := plan.Solve(s)
	exists := packableBoth(s)
	var infeasible *plan.InfeasibleError
	switch {
	case err == nil:
		checkNoOverlap(t, noAdjacent(s), p)
		checkCapacity(t, s, p)
		if !exists {
			t.Fatal("Solve found a plan, the packer none: the packer is wrong")
		}
	case !errors.As(err, &infeasible):
		t.Fatal(err)
	case exists:
		t.Fatalf("there is a plan, but: %v", err)
	case !infeasible.Proven:
		t.Fatalf("there is no plan, and a search as small as this should prove it: %v", err)
	}
}

// packableBoth reports whether there is a plan for a small spec. The IPv6
// ranges that are smaller than a unit have a pool that is large enough for all.
func packableBoth(s plan.Spec) bool {
	return packable(s, smallV4, unitV4, func(asked) bool { return true }) &&
		packable(s, smallV6, unitV6, func(a asked) bool { return a.role == plan.Node || a.role == plan.Pod })
}

// noAdjacent joins prefixes of a pool that follow each other: a range may lie
// across them.
func noAdjacent(s plan.Spec) plan.Spec {
	s.Pools = slices.Clone(s.Pools)
	for i := range s.Pools {
		joined := slices.Clone(s.Pools[i].Prefixes)
		for again := true; again; {
			again = false
			for _, a := range joined {
				for _, b := range joined {
					up := netip.PrefixFrom(a.Addr(), a.Bits()-1).Masked()
					if a != b && a.Bits() == b.Bits() && up.Overlaps(b) && !slices.Contains(joined, up) {
						joined, again = append(joined, up), true
					}
				}
			}
		}
		s.Pools[i].Prefixes = joined
	}
	return s
}
