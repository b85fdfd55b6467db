package plan

import (
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// Spec is what a fleet needs, and the address space that there is for it.
// Clusters' families are ordered; the order of every other list means nothing.
// Package planfile reads one from YAML or JSON, strictly; the tags serve programs
// that have a Spec inside a configuration of their own.
type Spec struct {
	Pools    []PoolSpec    `json:"pools" yaml:"pools"`
	Reserved []Reservation `json:"reserved,omitempty" yaml:"reserved,omitempty"`
	Peers    []Peer        `json:"peers,omitempty" yaml:"peers,omitempty"`
	Zones    []Zone        `json:"zones,omitempty" yaml:"zones,omitempty"`
	Meshes   []Mesh        `json:"meshes,omitempty" yaml:"meshes,omitempty"`
	// Share are roles, of [Pod] and [Service], whose ranges may be the same in
	// clusters that no mesh keeps apart. None means that all ranges are apart.
	Share    []Role        `json:"share,omitempty" yaml:"share,omitempty"`
	Networks []Network     `json:"networks,omitempty" yaml:"networks,omitempty"`
	Clusters []ClusterSpec `json:"clusters" yaml:"clusters"`
}

// PoolSpec is address space that ranges are taken from. A range lies in one
// pool. Pools must not overlap each other.
//
// Nothing is taken of addresses that no host can have, such as those of
// multicast, nor of those that the platform of a cluster that may use the pool
// refuses: a pool has one free space for all. A platform that wants ranges in
// certain space takes them from pools that lie there as a whole.
type PoolSpec struct {
	Name     string         `json:"name" yaml:"name"`
	Prefixes []netip.Prefix `json:"prefixes" yaml:"prefixes"`
	Roles    []Role         `json:"roles,omitempty" yaml:"roles,omitempty"` // what it may be used for; none means all
	// Zone is whose ranges alone it holds; "" is for what is in no zone.
	Zone string `json:"zone,omitempty" yaml:"zone,omitempty"`
	// Region is whose ranges alone it holds; "" is for clusters without a
	// region, and those of regions that have no pool for the role and family.
	Region string `json:"region,omitempty" yaml:"region,omitempty"`
	Fit    Fit    `json:"fit,omitempty" yaml:"fit,omitempty"`
	// Headroom keeps room beside each range for it to grow in place: the range
	// can double so many times. It is not kept for pins.
	Headroom int `json:"headroom,omitempty" yaml:"headroom,omitempty"`
	// Cooldown is for how long a range that was given up is not given to
	// another; see [Evolve].
	Cooldown Duration `json:"cooldown,omitempty" yaml:"cooldown,omitempty"`
}

// Reservation is address space that no range may touch, inside a pool or not.
type Reservation struct {
	Prefix netip.Prefix `json:"prefix" yaml:"prefix"`
	Reason string       `json:"reason,omitempty" yaml:"reason,omitempty"`
}

// Peer is a network that the fleet reaches and that is not ours to plan: a
// cluster that somebody else runs, a peered VPC, an office. No range may touch
// it.
type Peer struct {
	Name     string         `json:"name" yaml:"name"`
	Prefixes []netip.Prefix `json:"prefixes" yaml:"prefixes"`
}

// Zone is a security segment. Ranges in a zone lie in the pools of that zone
// alone, and no other range does, so that the pools' prefixes are what firewall
// rules name; see [Plan.Zones].
type Zone struct {
	Name        string `json:"name" yaml:"name"`
	Description string `json:"description,omitempty" yaml:"description,omitempty"`
}

// Network is a range of node addresses that several clusters share: a VLAN, a
// subnet of a VPC. Clusters name it as their nodeNetwork. It has the families
// of all of them, IPv4 first, unless Families says otherwise.
type Network struct {
	Name     string         `json:"name" yaml:"name"`
	Families []cidr.Family  `json:"families,omitempty" yaml:"families,omitempty"`
	Hosts    uint64         `json:"hosts,omitempty" yaml:"hosts,omitempty"` // addresses for machines that are no nodes
	Zone     string         `json:"zone,omitempty" yaml:"zone,omitempty"`
	Region   string         `json:"region,omitempty" yaml:"region,omitempty"`
	Pin      dualstack.Pair `json:"pin,omitzero" yaml:"pin,omitempty"` // the range, where it is given
}

// ClusterSpec is what a cluster needs.
type ClusterSpec struct {
	Name string `json:"name" yaml:"name"`
	// Kubernetes is the version. It limits the service range and decides how
	// flags are rendered. Without one the limits of the oldest version that
	// k8sflags knows hold, and flags cannot be rendered.
	Kubernetes k8sflags.Version `json:"kubernetes,omitzero" yaml:"kubernetes,omitempty"`
	// Platform is the cloud or distribution. Ranges then are as large and lie
	// where it takes them, by those facts of package platform that are
	// confirmed errors; the others are for [Audit]. Ranges that the platform
	// chooses itself, such as EKS' IPv6 services, are not in the plan. "" is none
	// in particular.
	Platform platform.Name `json:"platform,omitempty" yaml:"platform,omitempty"`
	// Families are the address families, the primary first. None means IPv4.
	Families []cidr.Family `json:"families,omitempty" yaml:"families,omitempty"`
	// Zone is the security segment of its ranges; "" is none.
	Zone   string `json:"zone,omitempty" yaml:"zone,omitempty"`
	Region string `json:"region,omitempty" yaml:"region,omitempty"`
	// Nodes must not be 0.
	Nodes Count `json:"nodes" yaml:"nodes"`
	// Surge are nodes that come to Nodes while others are replaced.
	Surge Amount `json:"surge,omitzero" yaml:"surge,omitempty"`
	// PodsPerNode 0 means 110, the kubelet's default of --max-pods.
	PodsPerNode uint64        `json:"podsPerNode,omitempty" yaml:"podsPerNode,omitempty"`
	Churn       Churn         `json:"churn,omitzero" yaml:"churn,omitempty"`
	Services    Count         `json:"services,omitzero" yaml:"services,omitempty"`
	ExternalIPs Count         `json:"externalIPs,omitzero" yaml:"externalIPs,omitempty"`
	IngressIPs  Count         `json:"ingressIPs,omitzero" yaml:"ingressIPs,omitempty"`
	IPAM        k8sflags.IPAM `json:"ipam,omitempty" yaml:"ipam,omitempty"` // none means host-local
	// PodsFromNodeRange says that pods get addresses of the node ranges, and
	// that there is no pod range. Only an IPAM that gives nodes no block can do
	// so, such as k8sflags.AKSNodeSubnet.
	PodsFromNodeRange bool `json:"podsFromNodeRange,omitempty" yaml:"podsFromNodeRange,omitempty"`
	// NodeNetwork names the Network whose addresses the nodes have. Without
	// one the cluster gets a node range of its own.
	NodeNetwork string `json:"nodeNetwork,omitempty" yaml:"nodeNetwork,omitempty"`
	// Pins are ranges that are given, of one family or both; the range of the
	// other family is then found, even for external or ingress without a need.
	// A pin may be larger than the need, and may lie outside of every pool.
	Pins map[Role]dualstack.Pair `json:"pins,omitempty" yaml:"pins,omitempty"`
	// Extra are further ranges.
	Extra []BlockSpec `json:"extra,omitempty" yaml:"extra,omitempty"`
}

// BlockSpec is a further range of a cluster, beside the one that it has of
// each role: a subnet of an availability zone, a segment of nodes in another
// security zone, a ServiceCIDR that is added, an additional pod range, a
// network that the CNI needs for itself.
//
// Its size is given in one of three ways. With a Count it carries a part of
// the cluster's: of the nodes (role [Node]), of the nodes' pod addresses
// ([Pod]), of the services or single addresses; the cluster's main range of
// the role is for the rest, and where nothing is left, there is none. With Bits
// it has those prefix lengths, and stands beside what is counted. A Pin alone
// is like Bits.
type BlockSpec struct {
	Name string `json:"name" yaml:"name"` // unique among the cluster's of one role
	Role Role   `json:"role" yaml:"role"`
	// Zone is the security segment, the cluster's if "".
	Zone string `json:"zone,omitempty" yaml:"zone,omitempty"`
	// Families are one or both of the cluster's; none means the cluster's. With
	// a Count they are all of the cluster's.
	Families []cidr.Family   `json:"families,omitempty" yaml:"families,omitempty"`
	Count    Count           `json:"count,omitzero" yaml:"count,omitempty"`
	Bits     dualstack.Masks `json:"bits,omitzero" yaml:"bits,omitempty"`
	Pin      dualstack.Pair  `json:"pin,omitzero" yaml:"pin,omitempty"`
}

// DefaultPodsPerNode is the kubelet's default of --max-pods.
const DefaultPodsPerNode = 110

// nodes is how many nodes there are at once, at most.
func (c *ClusterSpec) nodes() uint64 {
	n := c.Nodes.Need()
	return addSaturating(n, c.Surge.Of(n))
}

// total returns how many of the things of a role a cluster asks for.
func (c *ClusterSpec) total(r Role) uint64 {
	switch r {
	case Pod:
		if c.PodsFromNodeRange {
			return 0
		}
		return c.nodes()
	case Node:
		return c.nodes()
	case Service:
		return c.Services.Need()
	case External:
		return c.ExternalIPs.Need()
	case Ingress:
		return c.IngressIPs.Need()
	}
	return 0
}

// carried returns how many of them the extra ranges carry.
func (c *ClusterSpec) carried(r Role) uint64 {
	n := uint64(0)
	for i := range c.Extra {
		if c.Extra[i].Role == r {
			n = addSaturating(n, c.Extra[i].Count.Need())
		}
	}
	return n
}

// need returns how many of them the main range has to hold.
func (c *ClusterSpec) need(r Role) uint64 {
	total := c.total(r)
	if len(c.Extra) == 0 {
		return total
	}
	return total - min(total, c.carried(r))
}

// wants reports whether a cluster has a main range of role r in a plan.
func (c *ClusterSpec) wants(r Role) bool {
	switch {
	case c.need(r) > 0 || r == Service:
		return true
	case len(c.Pins) == 0:
		return false
	}
	return !c.Pins[r].IsZero()
}

// version is the one whose limits hold for c.
func (c *ClusterSpec) version() k8sflags.Version {
	if c.Kubernetes.IsZero() {
		return k8sflags.MinVersion()
	}
	return c.Kubernetes
}

// usableFor reports whether the pool may be used for role r.
func (p *PoolSpec) usableFor(r Role) bool {
	return len(p.Roles) == 0 || slices.Contains(p.Roles, r)
}

// has reports whether the pool has addresses of family f.
func (p *PoolSpec) has(f cidr.Family) bool {
	return slices.ContainsFunc(p.Prefixes, func(q netip.Prefix) bool { return cidr.FamilyOf(q) == f })
}
