package plan

import (
	"cmp"
	"maps"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// normal returns a copy of a valid spec in which defaults are written out and
// lists are sorted, so that equal needs are equal values.
func (s Spec) normal() Spec {
	s.Pools = sortedBy(s.Pools, func(p PoolSpec) string { return p.Name })
	for i := range s.Pools {
		p := &s.Pools[i]
		p.Prefixes = cidr.Aggregate(p.Prefixes)
		p.Roles = slices.Compact(slices.SortedFunc(slices.Values(p.Roles), compareRoles))
		if len(p.Roles) == len(Roles()) {
			p.Roles = nil
		}
	}
	s.Reserved = slices.Clone(s.Reserved)
	for i := range s.Reserved {
		s.Reserved[i].Prefix = s.Reserved[i].Prefix.Masked()
	}
	slices.SortFunc(s.Reserved, func(a, b Reservation) int {
		return cmp.Or(a.Prefix.Addr().Compare(b.Prefix.Addr()), cmp.Compare(a.Prefix.Bits(), b.Prefix.Bits()), cmp.Compare(a.Reason, b.Reason))
	})
	s.Reserved = slices.Compact(s.Reserved)
	if s.Clusters == nil {
		s.Clusters = []ClusterSpec{} // it is not omitted in JSON
	}

	s.Clusters = sortedBy(s.Clusters, func(c ClusterSpec) string { return c.Name })
	for i := range s.Clusters {
		s.Clusters[i] = s.Clusters[i].normal()
	}
	users := s.users()
	s.Networks = sortedBy(s.Networks, func(n Network) string { return n.Name })
	for i := range s.Networks {
		n := &s.Networks[i]
		n.Families = users.families(n)
		n.Pin = inOrder(n.Pin, n.Families)
	}
	return s
}

func (c ClusterSpec) normal() ClusterSpec {
	c.Families = c.families()
	c.PodsPerNode = c.podsPerNode()
	c.IPAM = cmp.Or(c.IPAM, k8sflags.HostLocal)
	c.Nodes = c.Nodes.normal()
	c.Services = c.Services.normal()
	c.ExternalIPs = c.ExternalIPs.normal()
	c.IngressIPs = c.IngressIPs.normal()
	c.Pins = maps.Clone(c.Pins)
	maps.DeleteFunc(c.Pins, func(_ Role, p dualstack.Pair) bool { return p.IsZero() })
	for r, p := range c.Pins {
		c.Pins[r] = inOrder(p, c.Families)
	}
	if len(c.Pins) == 0 {
		c.Pins = nil
	}
	return c
}

// families returns the cluster's families with the default filled in.
func (c *ClusterSpec) families() []cidr.Family {
	if len(c.Families) == 0 {
		return []cidr.Family{cidr.IPv4}
	}
	return slices.Clone(c.Families)
}

func (c *ClusterSpec) podsPerNode() uint64 { return cmp.Or(c.PodsPerNode, DefaultPodsPerNode) }

// inOrder returns the ranges of p in the order of families, of which the first
// that p has becomes the primary. What p lacks stays absent.
func inOrder(p dualstack.Pair, families []cidr.Family) dualstack.Pair {
	var q dualstack.Pair
	for _, f := range families {
		q = appendRange(q, p.Of(f))
	}
	return q
}

// sortedBy returns a sorted copy of s, so that the caller's stays as it is.
func sortedBy[T any](s []T, key func(T) string) []T {
	s = slices.Clone(s)
	slices.SortStableFunc(s, func(a, b T) int { return cmp.Compare(key(a), key(b)) })
	return s
}
