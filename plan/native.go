package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// NativeRouting is which traffic of a cluster's pods keeps their addresses:
// that to pods and nodes of the cluster itself and of those that a mesh joins
// with it without translating addresses, and that to peers. All else is
// masqueraded: it leaves with the address of its node.
type NativeRouting struct {
	Cluster string
	// Joined are the other clusters of its meshes, by name: those of
	// [Submariner], [ClusterMesh] and [IstioSingleNetwork].
	Joined []string
	// NonMasquerade are exactly the addresses of pods, nodes and peers, in the
	// cluster's families, in the fewest prefixes, IPv4 first: the list
	// nonMasqueradeCIDRs (kubernetes-sigs/ip-masq-agent README).
	NonMasquerade []netip.Prefix
	// IPv4 and IPv6 are the smallest prefixes that have all pods of the cluster
	// and of Joined: ipv4NativeRoutingCIDR and ipv6NativeRoutingCIDR, of which
	// Cilium takes one a family (docs.cilium.io, Network, Masquerading: "should
	// cover all pod CIDRs"; with ClusterMesh those of all clusters). The zero
	// Prefix stands for a family without pods.
	IPv4, IPv6 netip.Prefix
	// Warnings say what IPv4 and IPv6 have beside the addresses of
	// NonMasquerade: traffic to it is not masqueraded either.
	Warnings []string
}

// NativeRouting returns it for a cluster of the plan. The error says that there
// is no such cluster.
func (p *Plan) NativeRouting(cluster string) (NativeRouting, error) {
	c, ok := p.Cluster(cluster)
	if !ok {
		return NativeRouting{}, fmt.Errorf("plan: native routing: the plan has no cluster %q", cluster)
	}
	n := NativeRouting{Cluster: cluster, Joined: p.spec.joined(cluster)}
	families := c.spec.families()
	var all, pods []netip.Prefix
	add := func(c *Cluster) {
		for _, r := range []Role{Node, Pod} {
			for b := range c.Blocks(r) {
				for q := range b.Range.All() {
					if !slices.Contains(families, cidr.FamilyOf(q)) {
						continue
					}
					if all = append(all, q); r == Pod {
						pods = append(pods, q)
					}
				}
			}
		}
	}
	add(c)
	for _, name := range n.Joined {
		if d, ok := p.Cluster(name); ok {
			add(d)
		}
	}
	for i := range p.spec.Peers {
		for _, q := range p.spec.Peers[i].Prefixes {
			if slices.Contains(families, cidr.FamilyOf(q)) {
				all = append(all, q)
			}
		}
	}
	n.NonMasquerade = cidr.Aggregate(all)
	n.IPv4, n.IPv6 = commonOf(pods, cidr.IPv4), commonOf(pods, cidr.IPv6)
	for _, whole := range []netip.Prefix{n.IPv4, n.IPv6} {
		if whole.IsValid() {
			n.Warnings = append(n.Warnings, p.beside(whole, n.NonMasquerade)...)
		}
	}
	return n, nil
}

// joined are the other clusters whose pods a cluster's reach at their own
// addresses, by name.
func (s *Spec) joined(cluster string) []string {
	var names []string
	for i := range s.Meshes {
		if m := &s.Meshes[i]; m.Kind.Apart(Pod) && slices.Contains(m.Clusters, cluster) {
			names = append(names, m.Clusters...)
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	return slices.DeleteFunc(names, func(name string) bool { return name == cluster })
}

// commonOf is the smallest prefix that has all of ps of a family; the zero
// Prefix for none.
func commonOf(ps []netip.Prefix, f cidr.Family) netip.Prefix {
	some := slices.DeleteFunc(slices.Clone(ps), func(q netip.Prefix) bool { return cidr.FamilyOf(q) != f })
	whole, err := cidr.Common(some...)
	if err != nil {
		return netip.Prefix{} // there are none
	}
	return whole
}

// beside lists what else lies in a prefix. exact are sorted and disjoint.
func (p *Plan) beside(whole netip.Prefix, exact []netip.Prefix) []string {
	var lines []string
	if whole.Bits() == 0 {
		lines = append(lines, fmt.Sprintf("%v is every address: nothing is masqueraded, not even on the way to the internet", whole))
	}
	add := func(q netip.Prefix, of string) {
		in := overlapping(exact, q)
		if whole.Overlaps(q) && !(len(in) == 1 && in[0].Bits() <= q.Bits()) {
			lines = append(lines, fmt.Sprintf("%v has addresses of %v, %s: traffic to them is not masqueraded", whole, q, of))
		}
	}
	for _, r := range p.spec.Reserved {
		add(r.Prefix, "reserved"+forReason(r.Reason))
	}
	for b := range p.Blocks() {
		for q := range b.Range.All() {
			add(q, b.label())
		}
	}
	return lines
}
