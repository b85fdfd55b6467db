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
func (s *Spec) normal() Spec {
	n := s.normalSpace()
	n.Clusters = sortedBy(s.Clusters, func(c *ClusterSpec) string { return c.Name })
	if n.Clusters == nil {
		n.Clusters = []ClusterSpec{} // it is not omitted in JSON
	}
	for i := range n.Clusters {
		n.Clusters[i].normalize()
	}
	n.Networks = sortedBy(s.Networks, func(n *Network) string { return n.Name })
	users := n.users()
	for i := range n.Networks {
		n.Networks[i] = users.normal(&n.Networks[i])
	}
	return n
}

// normalSpace is normal for all but clusters and networks.
func (s *Spec) normalSpace() Spec {
	n := Spec{
		Pools:    sortedBy(s.Pools, func(p *PoolSpec) string { return p.Name }),
		Reserved: slices.Clone(s.Reserved),
		Peers:    sortedBy(s.Peers, func(p *Peer) string { return p.Name }),
		Zones:    sortedBy(s.Zones, func(z *Zone) string { return z.Name }),
		Meshes:   sortedBy(s.Meshes, func(m *Mesh) string { return m.Name }),
		Share:    normalRoles(s.Share),
	}
	for i := range n.Pools {
		p := &n.Pools[i]
		p.Prefixes = cidr.Aggregate(p.Prefixes)
		if p.Fit == BestFit {
			p.Fit = ""
		}
		if p.Roles = normalRoles(p.Roles); len(p.Roles) == len(Roles()) {
			p.Roles = nil
		}
	}
	for i := range n.Reserved {
		n.Reserved[i].Prefix = n.Reserved[i].Prefix.Masked()
	}
	slices.SortFunc(n.Reserved, func(a, b Reservation) int {
		return cmp.Or(comparePrefixes(a.Prefix, b.Prefix), cmp.Compare(a.Reason, b.Reason))
	})
	n.Reserved = slices.Compact(n.Reserved)
	for i := range n.Peers {
		n.Peers[i].Prefixes = cidr.Aggregate(n.Peers[i].Prefixes)
	}
	for i := range n.Meshes {
		n.Meshes[i].Clusters = slices.Compact(slices.Sorted(slices.Values(n.Meshes[i].Clusters)))
	}
	return n
}

func normalRoles(roles []Role) []Role {
	return slices.Compact(slices.SortedFunc(slices.Values(roles), compareRoles))
}

func (us users) normal(n *Network) Network {
	m := *n
	m.Families = us.families(n)
	m.Pin = inOrder(m.Pin, m.Families)
	return m
}

func (c *ClusterSpec) normal() ClusterSpec {
	n := *c
	n.normalize()
	return n
}

// normalize makes c normal. It does not write to lists and maps of c but puts
// others in their place. For a cluster without any it allocates nothing.
func (c *ClusterSpec) normalize() {
	c.Families = c.families()
	c.PodsPerNode = c.podsPerNode()
	if c.IPAM == "" {
		c.IPAM = k8sflags.HostLocal
	}
	for _, n := range [...]*Count{&c.Nodes, &c.Services, &c.ExternalIPs, &c.IngressIPs} {
		*n = n.normal()
	}
	if c.Surge.IsZero() {
		c.Surge = Amount{}
	}
	if c.Pins != nil {
		c.Pins = normalPins(c.Pins, c.Families)
	}
	if c.Extra != nil {
		c.Extra = normalExtra(c)
	}
}

// normalPins are those pins that there are, nil for none.
func normalPins(pins map[Role]dualstack.Pair, families []cidr.Family) map[Role]dualstack.Pair {
	var normal map[Role]dualstack.Pair
	for r, p := range pins {
		if p.IsZero() {
			continue
		}
		if normal == nil {
			normal = make(map[Role]dualstack.Pair, len(pins))
		}
		normal[r] = inOrder(p, families)
	}
	return normal
}

// normalExtra are the extra ranges of c, nil for none.
func normalExtra(c *ClusterSpec) []BlockSpec {
	if len(c.Extra) == 0 {
		return nil
	}
	extra := slices.Clone(c.Extra)
	for i := range extra {
		extra[i] = extra[i].normal(c)
	}
	slices.SortStableFunc(extra, func(a, b BlockSpec) int {
		return cmp.Or(compareRoles(a.Role, b.Role), cmp.Compare(a.Name, b.Name))
	})
	return extra
}

// normal says nothing that the cluster says as well.
func (b BlockSpec) normal(c *ClusterSpec) BlockSpec {
	if b.Zone == c.Zone {
		b.Zone = ""
	}
	b.Count = b.Count.normal()
	b.Pin = inOrder(b.Pin, b.families(c))
	b.Families = slices.Clone(b.Families)
	if len(b.Families) == 0 || slices.Equal(b.Families, c.Families) {
		b.Families = nil
	}
	return b
}

// The lists of families that there can be, so that a fleet has each once. They
// are never written; who gets one from outside gets a copy.
var (
	onlyIPv4 = []cidr.Family{cidr.IPv4}
	onlyIPv6 = []cidr.Family{cidr.IPv6}
	dualIPv4 = []cidr.Family{cidr.IPv4, cidr.IPv6}
	dualIPv6 = []cidr.Family{cidr.IPv6, cidr.IPv4}
)

// families returns the cluster's families with the default filled in.
func (c *ClusterSpec) families() []cidr.Family {
	switch fs := c.Families; {
	case len(fs) == 0, slices.Equal(fs, onlyIPv4):
		return onlyIPv4
	case slices.Equal(fs, dualIPv4):
		return dualIPv4
	case slices.Equal(fs, onlyIPv6):
		return onlyIPv6
	case slices.Equal(fs, dualIPv6):
		return dualIPv6
	default:
		return slices.Clone(fs) // it is not valid
	}
}

// families returns the families of an extra range of c.
func (b *BlockSpec) families(c *ClusterSpec) []cidr.Family {
	if len(b.Families) == 0 {
		return c.families()
	}
	return b.Families
}

func (c *ClusterSpec) podsPerNode() uint64 { return cmp.Or(c.PodsPerNode, DefaultPodsPerNode) }

func (c *ClusterSpec) normalIPAM() k8sflags.IPAM { return cmp.Or(c.IPAM, k8sflags.HostLocal) }

// clone returns a copy that shares nothing with c that can be written.
func (c *ClusterSpec) clone() ClusterSpec {
	n := *c
	n.Families = slices.Clone(c.Families)
	n.Pins = maps.Clone(c.Pins)
	n.Extra = slices.Clone(c.Extra)
	for i := range n.Extra {
		n.Extra[i].Families = slices.Clone(c.Extra[i].Families)
	}
	return n
}

// equal reports whether two normal specs are the same.
func (c *ClusterSpec) equal(d *ClusterSpec) bool {
	return c.Name == d.Name && c.Kubernetes == d.Kubernetes && c.Platform == d.Platform && slices.Equal(c.Families, d.Families) &&
		c.Zone == d.Zone && c.Region == d.Region && c.Nodes == d.Nodes && c.Surge == d.Surge &&
		c.PodsPerNode == d.PodsPerNode && c.Churn == d.Churn && c.Services == d.Services &&
		c.ExternalIPs == d.ExternalIPs && c.IngressIPs == d.IngressIPs && c.IPAM == d.IPAM &&
		c.PodsFromNodeRange == d.PodsFromNodeRange && c.NodeNetwork == d.NodeNetwork && maps.Equal(c.Pins, d.Pins) &&
		slices.EqualFunc(c.Extra, d.Extra, func(a, b BlockSpec) bool { return a.equal(&b) })
}

func (b *BlockSpec) equal(d *BlockSpec) bool {
	return b.Name == d.Name && b.Role == d.Role && b.Zone == d.Zone && slices.Equal(b.Families, d.Families) &&
		b.Count == d.Count && b.Bits == d.Bits && b.Pin == d.Pin
}

// inOrder returns the ranges of p in the order of families, of which the first
// that p has becomes the primary. What p lacks stays absent.
func inOrder(p dualstack.Pair, families []cidr.Family) dualstack.Pair {
	if len(families) > 0 && p.IsDual() && len(families) == 2 {
		return p.WithPrimary(families[0])
	}
	var q dualstack.Pair
	for _, f := range families {
		q = appendRange(q, p.Of(f))
	}
	return q
}
