package k8sflags

import (
	"cmp"
	"net/netip"
	"slices"

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
	{Rule: Rule{ID: "KC616", Title: "kubelets' own pod CIDRs overlap", Severity: Error, Source: "cmd/kubelet/app/options/options.go, help of --pod-cidr: nobody compares them"}, all: checkOwnRanges},
	{Rule: Rule{ID: "KC617", Title: "kubelet's own pod CIDR outside of the cluster's", Severity: Warning,
		Source: srcRoutes + "; cmd/kube-proxy/app/server_linux.go, getLocalDetectors"}, all: checkOwnRangesInside},
	{Rule: Rule{ID: "KC618", Title: "two nodes with one address", Severity: Error, Source: "pkg/kubelet/nodestatus/setters.go: each reports the address as its own"}, all: checkNodeIPsDiffer},
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
		s := known.Of(f)
		if lost, total := lostBlocks(p, s, mask); lost > 0 && mask >= p.Bits() {
			judge(m, p, s, mask, lost, total)
		}
	}
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
				k := known.Of(cidr.FamilyOf(p))
				return k.IsValid() && (covers(k, s) || covers(k, p))
			}
		}
	}
	for p := range pods.All() {
		if s := services.Of(cidr.FamilyOf(p)); s.IsValid() && p.Overlaps(s) && !apart(p, s) {
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
		own, _ := m.pods.pair()
		for _, a := range m.nodeIPs {
			judge(m, "node-ip", a)
			if p, ok := containing(own, a); ok && c.keepsPodCIDR(m) {
				r.flag(m, "node-ip", "use ranges that do not overlap", "%s lies in the kubelet's own pod CIDR %s", a, p)
			}
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

// checkOwnRanges sorts the ranges by address, widest first: one that overlaps
// another lies in the last one before it that lies in none itself.
func checkOwnRanges(c *cluster, r report) {
	type own struct {
		m *member
		p netip.Prefix
	}
	var all []own
	for _, m := range c.of(Kubelet) {
		pair, _ := m.pods.pair()
		if c.keepsPodCIDR(m) {
			for p := range pair.All() {
				all = append(all, own{m, p})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b own) int {
		return cmp.Or(a.p.Addr().Compare(b.p.Addr()), cmp.Compare(a.p.Bits(), b.p.Bits()))
	})
	var around own
	for _, o := range all {
		if around.m == nil || !covers(around.p, o.p) {
			around = o
			continue
		}
		r.flag(o.m, "pod-cidr", "give every kubelet a range of its own", "%s overlaps %s of another kubelet: pods of both get the same addresses", o.p, around.p)
	}
}

func checkOwnRangesInside(c *cluster, r report) {
	cluster, _, ok := c.podRange()
	if proxy := c.first(Proxy); !ok && proxy != nil && proxy.byClusterCIDR() {
		cluster, ok = proxy.pods.pair()
	}
	if !ok {
		return
	}
	for _, m := range c.of(Kubelet) {
		pair, _ := m.pods.pair()
		if !c.keepsPodCIDR(m) {
			continue
		}
		for p := range pair.All() {
			if q := cluster.Of(cidr.FamilyOf(p)); !q.IsValid() || !covers(q, p) {
				r.flag(m, "pod-cidr", "take it out of "+cluster.String(), "%s is not in the cluster's %s: its pods count as outside of the cluster", p, cluster)
			}
		}
	}
}

func checkNodeIPsDiffer(c *cluster, r report) {
	kubelets := c.of(Kubelet)
	if len(kubelets) < 2 {
		return
	}
	seen := make(map[netip.Addr]*member, len(kubelets))
	for _, m := range kubelets {
		for _, a := range m.nodeIPs {
			if other := seen[a]; other != nil && other != m && !a.IsUnspecified() {
				r.flag(m, "node-ip", "give each kubelet the address of its node", "another kubelet has %s too", a)
				continue
			}
			seen[a] = m
		}
	}
}
