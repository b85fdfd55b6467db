package k8sflags

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

const srcDisjoint = "help of --service-cluster-ip-range; pkg/controller/nodeipam/ipam/range_allocator.go, filterOutServiceRange"

// overlapRules keep pods, services and nodes apart.
var overlapRules = []ruleRow{
	{Rule: Rule{ID: "KC611", Title: "node blocks lost to the service range", Severity: Warning, Source: srcDisjoint}, all: checkBurntBlocks},
	{Rule: Rule{ID: "KC612", Title: "every node block lost to the service range", Severity: Error, Source: srcDisjoint}, all: checkAllBurnt},
	{Rule: Rule{ID: "KC613", Title: "pods and services get the same addresses", Severity: Error, Source: srcDisjoint}, all: checkSharedAddresses},
	{Rule: Rule{ID: "KC614", Title: "node inside of the pod or service range", Severity: Error, Source: "help of --service-cluster-ip-range"}, all: checkNodesApart},
	{Rule: Rule{ID: "KC615", Title: "pods or services overlap another network", Severity: Error,
		Source: "https://kubernetes.io/docs/concepts/cluster-administration/networking/"}, all: checkNetworks},
}

// lostBlocks returns how many blocks of the given length in pods touch
// services, of how many.
func lostBlocks(pods, services netip.Prefix, mask int) (lost, total uint64) {
	total = power(mask - pods.Bits())
	switch {
	case !services.IsValid() || !pods.Overlaps(services):
		return 0, total
	case services.Bits() <= pods.Bits():
		return total, total
	}
	return power(mask - services.Bits()), total
}

// power returns 2^n, 1 for a negative n and the largest number for 64 and more.
func power(n int) uint64 {
	if n >= 64 {
		return ^uint64(0)
	}
	return 1 << max(n, 0)
}

// burnt calls judge for each family in which kube-controller-manager, which
// knows of the services, leaves out node blocks for them.
func burnt(c *cluster, judge func(m *member, pods, services netip.Prefix, mask int, lost, total uint64)) {
	pods, m := c.allocator()
	if m == nil {
		return
	}
	known, ok := m.services.pair()
	if !ok {
		return
	}
	for p := range pods.All() {
		f := cidr.FamilyOf(p)
		mask := m.nodeMask(f, pods.IsDual())
		s := ofPair(known, f)
		if lost, total := lostBlocks(p, s, mask); lost > 0 && mask >= p.Bits() {
			judge(m, p, s, mask, lost, total)
		}
	}
}

func ofPair(p dualstack.Pair, f cidr.Family) netip.Prefix {
	if f == cidr.IPv4 {
		return p.V4()
	}
	return p.V6()
}

func checkBurntBlocks(c *cluster, r report) {
	burnt(c, func(m *member, pods, services netip.Prefix, mask int, lost, total uint64) {
		if lost < total {
			r.flag(m, "cluster-cidr", "move the services out of the pod range",
				"the services' %s lie in the pods' %s: %d of %d node blocks of /%d are never given out", services, pods, lost, total, mask)
		}
	})
}

func checkAllBurnt(c *cluster, r report) {
	burnt(c, func(m *member, pods, services netip.Prefix, _ int, lost, total uint64) {
		if lost == total {
			r.flag(m, "cluster-cidr", "use ranges that do not overlap", "the services' %s leave no node block in the pods' %s", services, pods)
		}
	})
}

// checkSharedAddresses: kube-controller-manager keeps blocks clear of the
// service range that it was told, which may be another than kube-apiserver's.
func checkSharedAddresses(c *cluster, r report) {
	services, _, ok := c.serviceRange()
	pods, m, ok2 := c.podRange()
	if !ok || !ok2 {
		return
	}
	apart := func(_, _ netip.Prefix) bool { return false }
	if p, allocator := c.allocator(); allocator != nil {
		pods, m = p, allocator
		if known, ok := m.services.pair(); ok {
			apart = func(p, s netip.Prefix) bool {
				k := ofPair(known, cidr.FamilyOf(p))
				return k.IsValid() && (covers(k, s) || covers(k, p))
			}
		}
	}
	for p := range pods.All() {
		if s := ofPair(services, cidr.FamilyOf(p)); s.IsValid() && p.Overlaps(s) && !apart(p, s) {
			r.flag(m, "cluster-cidr", "use ranges that do not overlap", "%s overlaps the services' %s, and nothing keeps the addresses apart", p, s)
		}
	}
}

// checkNodesApart: with a network plugin's own addresses pods may come out of
// the nodes' network, so the pod range counts only where blocks are given out.
func checkNodesApart(c *cluster, r report) {
	services, _, _ := c.serviceRange()
	pods, _ := c.allocator()
	judge := func(m *member, flag string, a netip.Addr) {
		if p, ok := containing(services, a); ok {
			r.flag(m, flag, "use ranges that do not overlap", "%s lies in the service range %s", a, p)
		}
		if p, ok := containing(pods, a); ok {
			r.flag(m, flag, "use ranges that do not overlap", "%s lies in the pod range %s", a, p)
		}
	}
	for _, m := range c.of(Kubelet) {
		for _, a := range m.nodeIPs {
			judge(m, "node-ip", a)
		}
	}
	for _, m := range c.of(APIServer) {
		if a, flag := m.advertised(); a.IsValid() {
			judge(m, flag, a)
		}
	}
}

func checkNetworks(c *cluster, r report) {
	judge := func(m *member, flag string, pair dualstack.Pair) {
		for p := range pair.All() {
			for _, n := range c.opts.networks {
				if n.Prefix.IsValid() && p.Overlaps(unmapped(n.Prefix)) {
					r.flag(m, flag, "use ranges that do not overlap", "%s overlaps %s %s", p, n.Name, n.Prefix)
				}
			}
		}
	}
	if services, m, ok := c.serviceRange(); ok {
		judge(m, serviceRange, services)
	}
	if pods, m, ok := c.podRange(); ok {
		judge(m, "cluster-cidr", pods)
	}
}

// unmapped reads an IPv4-mapped prefix as the IPv4 one that was meant.
func unmapped(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4In6() && p.Bits() >= 96 {
		return netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
	}
	return p
}
