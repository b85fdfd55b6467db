package plan_test

import (
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

// The oracle: the sizes of a fleet's ranges found by trying one prefix length
// after the other, and a packer that tries every place. It asks the code under
// test for nothing.

func pow2(n int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(n)) }

func big64(n uint64) *big.Int { return new(big.Int).SetUint64(n) }

func familyLen(f cidr.Family) int { return map[cidr.Family]int{cidr.IPv4: 32, cidr.IPv6: 128}[f] }

// holds reports whether a /bits of family f still has n addresses once lost
// are gone.
func holds(f cidr.Family, bits int, lost int64, n uint64) bool {
	return new(big.Int).Sub(pow2(familyLen(f)-bits), big.NewInt(lost)).Cmp(big64(n)) >= 0
}

// longest is the longest prefix length, from most downwards, that holds n.
func longest(f cidr.Family, most int, lost int64, n uint64) int {
	bits := most
	for !holds(f, bits, lost, n) {
		bits--
	}
	return bits
}

// ipamLoss is how many addresses of a node's block no pod gets, IPv4 and IPv6.
var ipamLoss = map[k8sflags.IPAM][2]int64{
	"":                     {3, 2}, // network, gateway, IPv4 broadcast
	k8sflags.HostLocal:     {3, 2},
	k8sflags.Cilium:        {4, 4}, // first, last, router, health
	k8sflags.OVNKubernetes: {4, 3}, // network, gateway, management, IPv4 broadcast
	k8sflags.Calico:        {0, 0},
}

func lossOf(m k8sflags.IPAM, f cidr.Family) int64 {
	if f == cidr.IPv4 {
		return ipamLoss[m][0]
	}
	return ipamLoss[m][1]
}

// need is what a count comes to: year by year, as the share of each is added.
func need(c plan.Count) uint64 {
	n := big64(c.Now)
	year := big.NewInt(365 * 24 * 3600e9)
	for left := big.NewInt(int64(c.Horizon)); left.Sign() > 0; left.Sub(left, year) {
		more := big64(c.GrowthPerYear.N)
		if c.GrowthPerYear.Percent {
			more = ceilDiv(more.Mul(more, n), big.NewInt(100))
		}
		if left.Cmp(year) < 0 { // in proportion, by the hour
			hours := ceilDiv(new(big.Int).Set(left), big.NewInt(3600e9))
			more = ceilDiv(more.Mul(more, hours), big.NewInt(365*24))
		}
		n.Add(n, more)
	}
	if !n.IsUint64() {
		return 1<<64 - 1
	}
	return max(n.Uint64(), c.Now, c.Max)
}

// ceilDiv is a/b, rounded up. It changes a.
func ceilDiv(a, b *big.Int) *big.Int {
	return a.Div(a.Add(a, new(big.Int).Sub(b, big.NewInt(1))), b)
}

// nodesOf is how many nodes a cluster has while some are replaced.
func nodesOf(c plan.ClusterSpec) uint64 {
	n, surge := need(c.Nodes), c.Surge.N
	if c.Surge.Percent {
		surge = ceilDiv(new(big.Int).Mul(big64(n), big64(surge)), big.NewInt(100)).Uint64()
	}
	return n + surge
}

// resting is how many addresses of a node are in cooldown at once.
func resting(c plan.ClusterSpec) uint64 {
	perNanosecond := c.Churn.PodsPerNodePerMinute / 60e9
	return uint64(math.Ceil(perNanosecond*float64(c.Churn.Cooldown) - 1e-9))
}

// things is how many of what a role is for a cluster has.
func things(c plan.ClusterSpec, r plan.Role) uint64 {
	switch r {
	case plan.Service:
		return need(c.Services)
	case plan.External, plan.Ingress:
		return single(c, r)
	}
	return nodesOf(c)
}

// mainNeed is how many of them are left for the main range.
func mainNeed(c plan.ClusterSpec, r plan.Role) uint64 {
	n := things(c, r)
	for _, b := range c.Extra {
		if b.Role == r {
			n -= min(n, need(b.Count))
		}
	}
	return n
}

func podsPerNode(c plan.ClusterSpec) uint64 {
	if c.PodsPerNode == 0 {
		return 110
	}
	return c.PodsPerNode
}

func familiesOf(c plan.ClusterSpec) []cidr.Family {
	if len(c.Families) == 0 {
		return []cidr.Family{cidr.IPv4}
	}
	return c.Families
}

// single is how many single addresses of a role a cluster asks for.
func single(c plan.ClusterSpec, r plan.Role) uint64 {
	if r == plan.External {
		return need(c.ExternalIPs)
	}
	return need(c.IngressIPs)
}

// machines is what a shared network has to hold: its hosts and all nodes.
func machines(s plan.Spec, network string) uint64 {
	n := uint64(0)
	for _, x := range s.Networks {
		if x.Name == network {
			n += x.Hosts
		}
	}
	for _, c := range s.Clusters {
		if c.NodeNetwork == network {
			n += mainNeed(c, plan.Node)
		}
	}
	return n
}

// sizeOf is the length of a main range that nothing pins.
func sizeOf(c plan.ClusterSpec, r plan.Role, f cidr.Family) int {
	return sizeFor(c, r, f, mainNeed(c, r), 2) // kubernetes, DNS
}

// sizeFor is the length of a range for so many nodes, services or addresses,
// and for as many services of the cluster's own.
func sizeFor(c plan.ClusterSpec, r plan.Role, f cidr.Family, n uint64, own int64) int {
	switch {
	case r == plan.Node && f == cidr.IPv6:
		return 64
	case r == plan.Node:
		return longest(f, 32, 3, n)
	case r == plan.Pod:
		mask := 64
		if f == cidr.IPv4 {
			mask = longest(f, 32, lossOf(c.IPAM, f), podsPerNode(c)+resting(c))
		}
		bits := mask
		for pow2(mask-bits).Cmp(big64(n)) < 0 {
			bits--
		}
		return bits
	case r == plan.Service && f == cidr.IPv4:
		return longest(f, 28, 2+own, n) // network, broadcast
	case r == plan.Service:
		return longest(f, 112, 1+own, n)
	case f == cidr.IPv4:
		return longest(f, 32, 0, n)
	}
	return longest(f, 112, 0, n)
}

// asked is one range of one family that a spec asks for.
type asked struct {
	cluster, name string // of a network, or of an extra range
	role          plan.Role
	zone, region  string
	family        cidr.Family
	bits          int
	pin           netip.Prefix
}

// asks lists every range that a spec asks for.
func asks(s plan.Spec) []asked {
	var all []asked
	for _, n := range s.Networks {
		users := slices.DeleteFunc(slices.Clone(s.Clusters), func(c plan.ClusterSpec) bool { return c.NodeNetwork != n.Name })
		for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
			has := slices.Contains(n.Families, f)
			if len(n.Families) == 0 {
				has = n.Pin.Of(f).IsValid() || f == cidr.IPv4 && len(users) == 0 && n.Pin.IsZero()
				for _, c := range users {
					has = has || slices.Contains(familiesOf(c), f)
				}
			}
			if has {
				as := plan.ClusterSpec{Nodes: plan.Count{Now: machines(s, n.Name)}}
				all = append(all, asked{name: n.Name, role: plan.Node, zone: n.Zone, region: n.Region, family: f, bits: sizeOf(as, plan.Node, f), pin: n.Pin.Of(f)})
			}
		}
	}
	for _, c := range s.Clusters {
		for _, r := range []plan.Role{plan.Node, plan.Pod, plan.Service, plan.External, plan.Ingress} {
			if r == plan.Node && c.NodeNetwork != "" {
				continue
			}
			if r != plan.Service && mainNeed(c, r) == 0 && c.Pins[r].IsZero() {
				continue
			}
			for _, f := range familiesOf(c) {
				a := asked{cluster: c.Name, role: r, zone: c.Zone, region: c.Region, family: f, pin: c.Pins[r].Of(f)}
				if !a.pin.IsValid() {
					a.bits = sizeOf(c, r, f)
				}
				all = append(all, a)
			}
		}
		for _, b := range c.Extra {
			families := familiesOf(c)
			if len(b.Families) > 0 {
				families = b.Families
			}
			for _, f := range families {
				a := asked{cluster: c.Name, name: b.Name, role: b.Role, zone: b.Zone, region: c.Region, family: f, pin: b.Pin.Of(f)}
				if a.zone == "" {
					a.zone = c.Zone
				}
				switch {
				case a.pin.IsValid():
				case need(b.Count) > 0:
					a.bits = sizeFor(c, b.Role, f, need(b.Count), 0)
				case f == cidr.IPv4:
					a.bits = b.Bits.V4
				default:
					a.bits = b.Bits.V6
				}
				all = append(all, a)
			}
		}
	}
	return all
}

// rolesOf are the roles that a pool may be used for.
func rolesOf(p plan.PoolSpec) []plan.Role {
	if len(p.Roles) == 0 {
		return []plan.Role{plan.Node, plan.Pod, plan.Service, plan.External, plan.Ingress}
	}
	return p.Roles
}

// eligible are the indices of the pools that a range may come from: those of
// its zone and region, or of its zone and no region where its region has none.
func eligible(s plan.Spec, a asked) []int {
	in := func(region string) []int {
		var pools []int
		for i, p := range s.Pools {
			has := slices.ContainsFunc(p.Prefixes, func(q netip.Prefix) bool { return q.Addr().Is4() == (a.family == cidr.IPv4) })
			if has && slices.Contains(rolesOf(p), a.role) && p.Zone == a.zone && p.Region == region {
				pools = append(pools, i)
			}
		}
		return pools
	}
	if own := in(a.region); len(own) > 0 {
		return own
	}
	return in("")
}

// nests reports whether of the eligible pools of any two ranges that s asks
// for, one set contains the other or they are disjoint.
func nests(s plan.Spec) bool {
	all := asks(s)
	for _, a := range all {
		for _, b := range all {
			if a.family != b.family || a.pin.IsValid() || b.pin.IsValid() {
				continue
			}
			x, y := eligible(s, a), eligible(s, b)
			for _, p := range x {
				if s.Pools[p].Headroom != s.Pools[x[0]].Headroom {
					return false // what a range takes depends on the pool
				}
			}
			common := 0
			for _, p := range x {
				if slices.Contains(y, p) {
					common++
				}
			}
			if common != 0 && common != len(x) && common != len(y) {
				return false
			}
		}
	}
	return true
}

// mayOverlap reports whether a spec lets two ranges have addresses in common.
func mayOverlap(s plan.Spec, a, b asked) bool {
	if a.cluster == "" || b.cluster == "" || a.cluster == b.cluster || a.role != b.role || !slices.Contains(s.Share, a.role) {
		return false
	}
	for _, m := range s.Meshes {
		apart := map[plan.MeshKind]map[plan.Role]bool{
			plan.Submariner:         {plan.Pod: true, plan.Service: true},
			plan.ClusterMesh:        {plan.Pod: true, plan.Service: true},
			plan.IstioSingleNetwork: {plan.Pod: true},
		}[m.Kind][a.role]
		if apart && slices.Contains(m.Clusters, a.cluster) && slices.Contains(m.Clusters, b.cluster) {
			return false
		}
	}
	return true
}

// packable reports whether the ranges of a family that s asks for and that some
// picks have places, with their headroom, by trying all of them. Everything
// happens inside of space, which is cut into units; there are at most 64, and
// no range is smaller than one.
func packable(s plan.Spec, space netip.Prefix, unit int, some func(asked) bool) bool {
	f := cidr.IPv6
	if space.Addr().Is4() {
		f = cidr.IPv4
	}
	units := make([]netip.Prefix, 1<<(unit-space.Bits()))
	at := new(big.Int).SetBytes(space.Addr().AsSlice())
	for i := range units {
		a, _ := netip.AddrFromSlice(at.FillBytes(make([]byte, familyLen(f)/8)))
		units[i] = netip.PrefixFrom(a, unit)
		at.Add(at, pow2(familyLen(f)-unit))
	}
	touched := func(p netip.Prefix) (mask uint64) {
		for i, u := range units {
			if u.Overlaps(p) {
				mask |= 1 << i
			}
		}
		return mask
	}
	var taken uint64 // by reservations and peers
	poolOf := make([]int, len(units))
	for i, u := range units {
		poolOf[i] = -1
		for k, p := range s.Pools {
			if slices.ContainsFunc(p.Prefixes, u.Overlaps) {
				poolOf[i] = k
			}
		}
	}
	for _, r := range s.Reserved {
		taken |= touched(r.Prefix)
	}
	for _, p := range s.Peers {
		for _, q := range p.Prefixes {
			taken |= touched(q)
		}
	}
	var pieces []piece
	for _, a := range asks(s) {
		if a.family != f || !some(a) {
			continue
		}
		if a.pin.IsValid() {
			if mask := touched(a.pin); mask != 0 {
				pieces = append(pieces, piece{asked: a, places: []uint64{mask}})
			}
			continue
		}
		if a.bits > unit {
			panic("a range smaller than a unit")
		}
		p := piece{asked: a}
		for _, k := range eligible(s, a) {
			bits := a.bits - s.Pools[k].Headroom
			if bits < space.Bits() {
				continue
			}
			size := 1 << (unit - bits)
			for at := 0; at+size <= len(units); at += size {
				mask := (uint64(1)<<size - 1) << at // a size of 64 gives all ones
				if !slices.ContainsFunc(poolOf[at:at+size], func(q int) bool { return q != k }) && taken&mask == 0 {
					p.places = append(p.places, mask)
				}
			}
		}
		pieces = append(pieces, p)
	}
	// The order changes only how long it takes.
	slices.SortStableFunc(pieces, func(a, b piece) int { return len(a.places) - len(b.places) })
	x := packer{spec: s, pieces: pieces, ends: map[string]bool{}}
	return x.packs(0)
}

// piece is a range, where it may be, and where it is.
type piece struct {
	asked
	places []uint64
	at     uint64
}

// packer tries every place for every piece. It notes the states without a way
// on: what is taken, and by whom if others may take it too.
type packer struct {
	spec   plan.Spec
	pieces []piece
	ends   map[string]bool
}

func (x *packer) packs(n int) bool {
	if n == len(x.pieces) {
		return true
	}
	var alone uint64
	with := map[string]uint64{}
	for _, p := range x.pieces[:n] {
		if p.cluster != "" && slices.Contains(x.spec.Share, p.role) {
			with[string(p.role)+" "+p.cluster] |= p.at
		} else {
			alone |= p.at
		}
	}
	state := fmt.Sprint(n, alone, with) // maps print in order
	if x.ends[state] {
		return false
	}
	p := &x.pieces[n]
	for _, p.at = range p.places {
		if !slices.ContainsFunc(x.pieces[:n], func(q piece) bool { return p.at&q.at != 0 && !mayOverlap(x.spec, p.asked, q.asked) }) && x.packs(n+1) {
			return true
		}
	}
	x.ends[state] = true
	return false
}

// Short forms for literals.

func prefix(s string) netip.Prefix { return netip.MustParsePrefix(s) }

func prefixes(ss ...string) []netip.Prefix {
	ps := make([]netip.Prefix, len(ss))
	for i, s := range ss {
		ps[i] = prefix(s)
	}
	return ps
}

func pair(s string) dualstack.Pair { return dualstack.MustParse(s) }

func now(n uint64) plan.Count { return plan.Count{Now: n} }

func version(minor int) k8sflags.Version { return k8sflags.Version{Major: 1, Minor: minor} }
