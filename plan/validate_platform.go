package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// clusterLimits is what a platform says of clusters, with pods under one IPAM.
type clusterLimits struct {
	nodes, leastPods, mostPods uint64 // 0: no limit is known
	addresses                  uint64
	singleStack                bool
}

// clusterKind is what decides which facts hold for a cluster.
type clusterKind struct {
	platform platform.Name
	ipam     k8sflags.IPAM
}

func (c *ClusterSpec) kind() clusterKind { return clusterKind{c.Platform, c.IPAM} }

// limits looks at the facts once for each kind of cluster.
func (v *validator) limits(k clusterKind) clusterLimits {
	l, ok := v.limitsOf[k]
	if !ok {
		l = clusterLimits{nodes: k.platform.MaxNodes(k.ipam), singleStack: k.platform.SingleStack()}
		l.leastPods, _, l.mostPods = k.platform.PodsPerNode(k.ipam)
		for x := range platform.Facts(k.platform) {
			if x.Kind == platform.KindMaxAddresses && x.Severity == k8sflags.Error {
				l.addresses = x.Number
			}
		}
		if v.limitsOf == nil {
			v.limitsOf = map[clusterKind]clusterLimits{}
		}
		v.limitsOf[k] = l
	}
	return l
}

// platform checks a cluster as a whole by what its platform says.
func (v *validator) platform(i int, c *ClusterSpec) {
	if c.Platform == "" {
		return
	}
	if !c.Platform.Valid() {
		v.add(inCluster(i, "platform"), "cluster %q: platform %q is not known: want one of %s, or none", c.Name, c.Platform, knownPlatforms())
		return
	}
	k := c.kind()
	l := v.limits(k)
	refuse := func(field string, kind platform.Kind, format string, args ...any) {
		v.add(inCluster(i, field), "cluster %q: %s: %s", c.Name, fmt.Sprintf(format, args...), k.because(kind))
	}
	if n := c.nodes(); l.nodes > 0 && n > l.nodes {
		refuse("nodes", platform.KindMaxNodes, "%d nodes at once", n)
	}
	if l.leastPods > 0 && c.podsPerNode() < l.leastPods {
		refuse("podsPerNode", platform.KindMinPods, "%d pods a node", c.podsPerNode())
	}
	if l.mostPods > 0 && c.podsPerNode() > l.mostPods {
		refuse("podsPerNode", platform.KindMaxPods, "%d pods a node", c.podsPerNode())
	}
	if n := c.addressesInNetwork(); l.addresses > 0 && n > l.addresses {
		refuse("nodes", platform.KindMaxAddresses, "its nodes and pods take %d addresses of the network", n)
	}
	if l.singleStack && len(c.Families) > 1 {
		refuse("families", platform.KindSingleStack, "families %v, give one and plan further addresses of nodes as a network", c.Families)
	}
}

func knownPlatforms() string {
	var names []string
	for n := range platform.Names() {
		names = append(names, string(n))
	}
	return strings.Join(names, ", ")
}

// because is the fact behind a limit, with its source.
func (k clusterKind) because(kind platform.Kind) string {
	under := cmp.Or(k.ipam, k8sflags.HostLocal)
	for x := range platform.Facts(k.platform) {
		if x.Platform == k.platform && x.Kind == kind && x.Severity == k8sflags.Error && (x.IPAM == "" || x.IPAM == under) {
			return x.String()
		}
	}
	return string(k.platform) + " does not take it"
}

// refused checks that platforms take a range that is given.
func (v *validator) refused(path, owner string, r Role, pin dualstack.Pair, ks ...clusterKind) {
	for p := range pin.All() {
		var said []string
		for _, k := range ks {
			for _, x := range k.refusals(r, p) {
				why := sourced(&x)
				if !slices.Contains(said, why) {
					said = append(said, why)
					v.add(path, "%s: %s", owner, why)
				}
			}
		}
	}
}

// useless checks that not all of a pool's prefix is refused everywhere.
func (v *validator) useless(path string, p *PoolSpec, q netip.Prefix) {
	if t := termsOf("", Node, cidr.FamilyOf(q)); !within(t.forbidden, q.Masked()) {
		return
	}
	if why := (clusterKind{}).refusals(Node, q.Masked()); len(why) > 0 {
		v.add(path, "pool %q: no range can have addresses of %v: %v", p.Name, q.Masked(), why[0].Fact)
	}
}

// addressesInNetwork is how many IPv4 addresses of the cloud's network the nodes
// take, with their pods where those have addresses of it. Blocks that stay with
// the node count once there.
func (c *ClusterSpec) addressesInNetwork() uint64 {
	nodes := c.nodes()
	if !c.flat() || c.IPAM == k8sflags.AKSPodSubnetStatic {
		return nodes
	}
	per, err := c.addrsPerNode(cidr.IPv4)
	if err != nil {
		return nodes // which is said elsewhere
	}
	if !countsNode(c.IPAM) {
		per = addSaturating(per, 1)
	}
	return mulSaturating(nodes, per)
}
