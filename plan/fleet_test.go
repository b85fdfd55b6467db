package plan_test

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

var (
	allRoles   = []plan.Role{plan.Node, plan.Pod, plan.Service, plan.External, plan.Ingress}
	onlyIPv4   = []cidr.Family{cidr.IPv4}
	onlyIPv6   = []cidr.Family{cidr.IPv6}
	dualIPv4   = []cidr.Family{cidr.IPv4, cidr.IPv6}
	dualIPv6   = []cidr.Family{cidr.IPv6, cidr.IPv4}
	someStacks = [][]cidr.Family{nil, onlyIPv4, onlyIPv6, dualIPv4, dualIPv6}
)

// corp is the fleet that many tests start from: one dual-stack cluster, one
// with IPv6 first, and two on a VLAN that they share with 20 machines.
func corp() plan.Spec {
	return plan.Spec{
		Pools: []plan.PoolSpec{
			{Name: "corp", Prefixes: prefixes("10.0.0.0/9", "10.192.0.0/10"), Roles: []plan.Role{plan.Node, plan.Pod, plan.External, plan.Ingress}},
			{Name: "services", Prefixes: prefixes("10.128.0.0/12"), Roles: []plan.Role{plan.Service}},
			{Name: "ula", Prefixes: prefixes("fd12:3456:789a::/48")},
		},
		Reserved: []plan.Reservation{
			{Prefix: prefix("10.0.0.0/16"), Reason: "head office LAN"},
			{Prefix: prefix("fd12:3456:789a::/56")},
		},
		Networks: []plan.Network{{Name: "vlan-7", Hosts: 20}},
		Clusters: []plan.ClusterSpec{
			{
				Name: "prod-eu-1", Kubernetes: version(34), Families: []cidr.Family{cidr.IPv4, cidr.IPv6},
				Nodes: plan.Count{Now: 120, Max: 300}, PodsPerNode: 110, Services: now(2000), ExternalIPs: now(64), IngressIPs: now(16),
				Pins: map[plan.Role]dualstack.Pair{plan.Pod: pair("10.244.0.0/15,fd12:3456:789a:f400::/55")},
			},
			{Name: "prod-us-1", Kubernetes: version(33), Families: []cidr.Family{cidr.IPv6, cidr.IPv4}, Nodes: now(40), Services: now(500), ExternalIPs: now(8)},
			{Name: "plant-1", Kubernetes: version(32), Nodes: now(30), PodsPerNode: 50, NodeNetwork: "vlan-7"},
			{Name: "plant-2", Kubernetes: version(32), Families: []cidr.Family{cidr.IPv4, cidr.IPv6}, Nodes: now(25), PodsPerNode: 60, IPAM: k8sflags.Cilium, NodeNetwork: "vlan-7"},
		},
	}
}

// oneCluster is a spec of a single cluster in more space than it needs.
func oneCluster(c plan.ClusterSpec) plan.Spec {
	if c.Name == "" {
		c.Name = "c"
	}
	return plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "all", Prefixes: prefixes("0.0.0.0/1", "fd00::/16")}},
		Clusters: []plan.ClusterSpec{c},
	}
}

// genSpec draws a valid spec. About half of them have a solution.
func genSpec() *rapid.Generator[plan.Spec] {
	return rapid.Custom(func(t *rapid.T) plan.Spec {
		var s plan.Spec
		for i := range rapid.IntRange(1, 4).Draw(t, "pools") {
			s.Pools = append(s.Pools, genPool(t, i))
		}
		for range rapid.IntRange(0, 3).Draw(t, "reservations") {
			s.Reserved = append(s.Reserved, genReservation(t))
		}
		for i := range rapid.IntRange(0, 2).Draw(t, "networks") {
			n := plan.Network{Name: fmt.Sprintf("net-%d", i), Hosts: rapid.Uint64Range(1, 90).Draw(t, "hosts")}
			n.Families = rapid.SampledFrom([][]cidr.Family{nil, dualIPv4, dualIPv6}).Draw(t, "families")
			s.Networks = append(s.Networks, n)
		}
		for i := range rapid.IntRange(1, 6).Draw(t, "clusters") {
			s.Clusters = append(s.Clusters, genCluster(t, i, s.Networks))
		}
		return s
	})
}

func genPool(t *rapid.T, i int) plan.PoolSpec {
	p := plan.PoolSpec{Name: fmt.Sprintf("pool-%d", i)}
	if rapid.IntRange(0, 2).Draw(t, "restricted") == 0 {
		p.Roles = rapid.SliceOfNDistinct(rapid.SampledFrom(allRoles), 1, 5, rapid.ID).Draw(t, "roles")
	}
	kinds := rapid.SampledFrom([][]cidr.Family{onlyIPv4, onlyIPv6, dualIPv4, dualIPv4, dualIPv4}).Draw(t, "pool families")
	for _, f := range kinds {
		for j := range rapid.IntRange(1, 2).Draw(t, "prefixes") {
			a := netip.AddrFrom4([4]byte{10, byte(16*i + 8*j)})
			bits := rapid.IntRange(13, 20).Draw(t, "length")
			if f == cidr.IPv6 {
				a = netip.AddrFrom16([16]byte{0xfd, byte(i), 0, 0, byte(j)})
				bits = rapid.IntRange(46, 60).Draw(t, "length")
			}
			p.Prefixes = append(p.Prefixes, netip.PrefixFrom(a, bits))
		}
	}
	return p
}

// genReservation draws a prefix near the start of a pool, with host bits too.
func genReservation(t *rapid.T) plan.Reservation {
	i, b := rapid.IntRange(0, 4).Draw(t, "near pool"), rapid.Byte().Draw(t, "byte")
	if rapid.Bool().Draw(t, "IPv4") {
		return plan.Reservation{Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(16 * i), b, b}), rapid.IntRange(14, 32).Draw(t, "length"))}
	}
	return plan.Reservation{Prefix: netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfd, byte(i), 7: b, 15: b}), rapid.IntRange(50, 128).Draw(t, "length")), Reason: "taken"}
}

func genCluster(t *rapid.T, i int, networks []plan.Network) plan.ClusterSpec {
	c := plan.ClusterSpec{
		Name:        fmt.Sprintf("cluster-%d", i),
		Families:    rapid.SampledFrom(someStacks).Draw(t, "families"),
		Nodes:       genCount(t, "nodes", 1, 70),
		PodsPerNode: rapid.SampledFrom([]uint64{0, 1, 5, 13, 29, 60, 61, 110, 125, 126, 250}).Draw(t, "pods a node"),
		Services:    genCount(t, "services", 0, 600),
		ExternalIPs: genCount(t, "external", 0, 40),
		IngressIPs:  genCount(t, "ingress", 0, 9),
		IPAM:        rapid.SampledFrom([]k8sflags.IPAM{"", k8sflags.HostLocal, k8sflags.Cilium, k8sflags.OVNKubernetes, k8sflags.Calico}).Draw(t, "ipam"),
	}
	if rapid.IntRange(0, 3).Draw(t, "versioned") > 0 {
		c.Kubernetes = version(rapid.IntRange(24, 37).Draw(t, "minor"))
	}
	if len(networks) > 0 && rapid.IntRange(0, 2).Draw(t, "shared") == 0 {
		c.NodeNetwork = rapid.SampledFrom(networks).Draw(t, "network").Name
	}
	return c
}

func genCount(t *rapid.T, label string, least, most uint64) plan.Count {
	c := plan.Count{Now: rapid.Uint64Range(least, most).Draw(t, label)}
	if rapid.IntRange(0, 3).Draw(t, label+" grows") == 0 {
		c.Max = c.Now + rapid.Uint64Range(0, most).Draw(t, label+" growth")
	}
	return c
}

// pinSome draws pins that fit: ranges where a solved plan has them, in one
// family or both, and some outside of every pool.
func pinSome(t *rapid.T, s plan.Spec, p *plan.Plan) plan.Spec {
	s.Clusters = slices.Clone(s.Clusters)
	s.Networks = slices.Clone(s.Networks)
	for b := range p.Blocks() {
		pin := b.Range
		switch rapid.IntRange(0, 5).Draw(t, "pin "+b.String()) {
		case 0, 1, 2:
			continue
		case 3: // one family
			one, err := dualstack.Single(pin.Primary())
			if err != nil {
				t.Fatal(err)
			}
			pin = one
		}
		if b.Cluster == "" {
			i := slices.IndexFunc(s.Networks, func(n plan.Network) bool { return n.Name == b.Name })
			s.Networks[i].Pin = pin
			continue
		}
		i := slices.IndexFunc(s.Clusters, func(c plan.ClusterSpec) bool { return c.Name == b.Cluster })
		c := &s.Clusters[i]
		if b.Role == plan.Pod && rapid.IntRange(0, 3).Draw(t, "roomy") == 0 {
			pin = elsewhere(i, b.Range)
		}
		if c.Pins == nil {
			c.Pins = map[plan.Role]dualstack.Pair{}
		}
		c.Pins[b.Role] = pin
	}
	return s
}

// elsewhere is a range of the families of like that is outside of every pool
// and larger than any cluster's need.
func elsewhere(i int, like dualstack.Pair) dualstack.Pair {
	v4 := netip.PrefixFrom(netip.AddrFrom4([4]byte{100, byte(64 + i)}), 16)
	v6 := netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfe - 1, 0xee, 5: byte(i)}), 48)
	p, err := dualstack.Dual(v4, v6)
	switch {
	case !like.IsDual() && like.V4().IsValid():
		p, err = dualstack.Single(v4)
	case !like.IsDual():
		p, err = dualstack.Single(v6)
	}
	if err != nil {
		panic(err)
	}
	return p.WithPrimary(like.Families()[0])
}
