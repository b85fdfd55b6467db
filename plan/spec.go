package plan

import (
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// Spec is what a fleet needs, and the address space that there is for it.
// Clusters' families are ordered; the order of every other list means nothing.
// Package planfile reads one from YAML or JSON, strictly; the tags serve programs
// that have a Spec inside a configuration of their own.
type Spec struct {
	Pools    []PoolSpec    `json:"pools" yaml:"pools"`
	Reserved []Reservation `json:"reserved,omitempty" yaml:"reserved,omitempty"`
	Networks []Network     `json:"networks,omitempty" yaml:"networks,omitempty"`
	Clusters []ClusterSpec `json:"clusters" yaml:"clusters"`
}

// PoolSpec is address space that ranges are taken from. A range lies in one
// pool. Pools must not overlap each other.
type PoolSpec struct {
	Name     string         `json:"name" yaml:"name"`
	Prefixes []netip.Prefix `json:"prefixes" yaml:"prefixes"`
	Roles    []Role         `json:"roles,omitempty" yaml:"roles,omitempty"` // what it may be used for; none means all
}

// Reservation is address space that no range may touch, inside a pool or not.
type Reservation struct {
	Prefix netip.Prefix `json:"prefix" yaml:"prefix"`
	Reason string       `json:"reason,omitempty" yaml:"reason,omitempty"`
}

// Network is a range of node addresses that several clusters share: a VLAN, a
// subnet of a VPC. Clusters name it as their nodeNetwork. It has the families
// of all of them, IPv4 first, unless Families says otherwise.
type Network struct {
	Name     string         `json:"name" yaml:"name"`
	Families []cidr.Family  `json:"families,omitempty" yaml:"families,omitempty"`
	Hosts    uint64         `json:"hosts,omitempty" yaml:"hosts,omitempty"` // addresses for machines that are no nodes
	Pin      dualstack.Pair `json:"pin,omitzero" yaml:"pin,omitempty"`      // the range, where it is given
}

// ClusterSpec is what a cluster needs.
type ClusterSpec struct {
	Name string `json:"name" yaml:"name"`
	// Kubernetes is the version. It limits the service range and decides how
	// flags are rendered. Without one the limits of the oldest version that
	// k8sflags knows hold, and flags cannot be rendered.
	Kubernetes k8sflags.Version `json:"kubernetes,omitzero" yaml:"kubernetes,omitempty"`
	// Families are the address families, the primary first. None means IPv4.
	Families []cidr.Family `json:"families,omitempty" yaml:"families,omitempty"`
	// Nodes must not be 0.
	Nodes Count `json:"nodes" yaml:"nodes"`
	// PodsPerNode 0 means 110, the kubelet's default of --max-pods.
	PodsPerNode uint64        `json:"podsPerNode,omitempty" yaml:"podsPerNode,omitempty"`
	Services    Count         `json:"services,omitzero" yaml:"services,omitempty"`
	ExternalIPs Count         `json:"externalIPs,omitzero" yaml:"externalIPs,omitempty"`
	IngressIPs  Count         `json:"ingressIPs,omitzero" yaml:"ingressIPs,omitempty"`
	IPAM        k8sflags.IPAM `json:"ipam,omitempty" yaml:"ipam,omitempty"` // none means host-local
	// NodeNetwork names the Network whose addresses the nodes have. Without
	// one the cluster gets a node range of its own.
	NodeNetwork string `json:"nodeNetwork,omitempty" yaml:"nodeNetwork,omitempty"`
	// Pins are ranges that are given, of one family or both; the range of the
	// other family is then found, even for external or ingress without a need.
	// A pin may be larger than the need, and may lie outside of every pool.
	Pins map[Role]dualstack.Pair `json:"pins,omitempty" yaml:"pins,omitempty"`
}

// DefaultPodsPerNode is the kubelet's default of --max-pods.
const DefaultPodsPerNode = 110

// need returns how many of the things of a role a cluster asks for.
func (c *ClusterSpec) need(r Role) uint64 {
	switch r {
	case Node, Pod:
		return c.Nodes.Need()
	case Service:
		return c.Services.Need()
	case External:
		return c.ExternalIPs.Need()
	case Ingress:
		return c.IngressIPs.Need()
	}
	return 0
}

// wants reports whether a cluster has a range of role r in a plan.
func (c *ClusterSpec) wants(r Role) bool {
	switch r {
	case Node, Pod, Service:
		return true
	}
	return c.need(r) > 0 || !c.Pins[r].IsZero()
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
