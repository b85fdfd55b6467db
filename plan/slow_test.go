package plan_test

import (
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

func need(c plan.Count) uint64 { return max(c.Now, c.Max) }

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
			n += need(c.Nodes)
		}
	}
	return n
}

// sizeOf is the length of a range that nothing pins.
func sizeOf(c plan.ClusterSpec, r plan.Role, f cidr.Family) int {
	switch {
	case r == plan.Node && f == cidr.IPv6:
		return 64
	case r == plan.Node:
		return longest(f, 32, 3, need(c.Nodes))
	case r == plan.Pod:
		mask := 64
		if f == cidr.IPv4 {
			mask = longest(f, 32, lossOf(c.IPAM, f), podsPerNode(c))
		}
		bits := mask
		for pow2(mask-bits).Cmp(big64(need(c.Nodes))) < 0 {
			bits--
		}
		return bits
	case r == plan.Service && f == cidr.IPv4:
		return longest(f, 28, 2+2, need(c.Services)) // network, broadcast; kubernetes, DNS
	case r == plan.Service:
		return longest(f, 112, 1+2, need(c.Services))
	case f == cidr.IPv4:
		return longest(f, 32, 0, single(c, r))
	}
	return longest(f, 112, 0, single(c, r))
}

// asked is one range of one family that a spec asks for.
type asked struct {
	cluster, network string
	role             plan.Role
	family           cidr.Family
	bits             int
	pin              netip.Prefix
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
				all = append(all, asked{network: n.Name, role: plan.Node, family: f, bits: sizeOf(as, plan.Node, f), pin: n.Pin.Of(f)})
			}
		}
	}
	for _, c := range s.Clusters {
		for _, r := range []plan.Role{plan.Node, plan.Pod, plan.Service, plan.External, plan.Ingress} {
			if r == plan.Node && c.NodeNetwork != "" {
				continue
			}
			if (r == plan.External || r == plan.Ingress) && single(c, r) == 0 && c.Pins[r].IsZero() {
				continue
			}
			for _, f := range familiesOf(c) {
				a := asked{cluster: c.Name, role: r, family: f, pin: c.Pins[r].Of(f)}
				if !a.pin.IsValid() {
					a.bits = sizeOf(c, r, f)
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

// eligible are the indices of the pools that a range may come from.
func eligible(s plan.Spec, r plan.Role, f cidr.Family) []int {
	var pools []int
	for i, p := range s.Pools {
		has := slices.ContainsFunc(p.Prefixes, func(q netip.Prefix) bool { return q.Addr().Is4() == (f == cidr.IPv4) })
		if has && slices.Contains(rolesOf(p), r) {
			pools = append(pools, i)
		}
	}
	return pools
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
			x, y := eligible(s, a.role, a.family), eligible(s, b.role, b.family)
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

// packable reports whether the ranges of family f that s asks for have places,
// by trying all of them. Everything happens inside of space, which is cut into
// units; there are at most 64, and no range is smaller than one.
func packable(s plan.Spec, space netip.Prefix, unit int) bool {
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
	var taken uint64 // by reservations and pins
	poolOf := make([]int, len(units))
	for i, u := range units {
		poolOf[i] = -1
		for k, p := range s.Pools {
			if slices.ContainsFunc(p.Prefixes, u.Overlaps) {
				poolOf[i] = k
			}
		}
		if slices.ContainsFunc(s.Reserved, func(r plan.Reservation) bool { return u.Overlaps(r.Prefix) }) {
			taken |= 1 << i
		}
	}
	var pieces []piece
	for _, a := range asks(s) {
		if a.family != f {
			continue
		}
		if a.pin.IsValid() {
			for i, u := range units {
				if u.Overlaps(a.pin) {
					taken |= 1 << i
				}
			}
			continue
		}
		if a.bits > unit {
			panic("a range smaller than a unit")
		}
		if a.bits < space.Bits() {
			return false
		}
		p := piece{size: 1 << (unit - a.bits)}
		pools := eligible(s, a.role, f)
		for at := 0; at+p.size <= len(units); at += p.size {
			if k := poolOf[at]; slices.Contains(pools, k) && !slices.ContainsFunc(poolOf[at:at+p.size], func(q int) bool { return q != k }) {
				p.places = append(p.places, at)
			}
		}
		pieces = append(pieces, p)
	}
	// The order changes only how long it takes.
	slices.SortFunc(pieces, func(a, b piece) int { return b.size - a.size })
	return packs(pieces, taken, map[dead]bool{})
}

// piece is a range in units, and where it may start.
type piece struct {
	size   int
	places []int
}

// dead is a state without a way on: so many pieces to go, and what is taken.
type dead struct {
	pieces int
	taken  uint64
}

func packs(pieces []piece, taken uint64, ends map[dead]bool) bool {
	if len(pieces) == 0 {
		return true
	}
	state := dead{len(pieces), taken}
	if ends[state] {
		return false
	}
	p := pieces[0]
	for _, at := range p.places {
		mask := (uint64(1)<<p.size - 1) << at // a size of 64 gives all ones
		if taken&mask == 0 && packs(pieces[1:], taken|mask, ends) {
			return true
		}
	}
	ends[state] = true
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
