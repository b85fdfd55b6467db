package plan

import "slices"

// Mesh joins clusters whose pods or services reach each other. Without one
// nothing changes as long as [Spec.Share] is empty: then all ranges of a fleet
// are apart from each other anyway, so that any clusters can be joined later.
type Mesh struct {
	Name     string   `json:"name" yaml:"name"`
	Kind     MeshKind `json:"kind" yaml:"kind"`
	Clusters []string `json:"clusters" yaml:"clusters"`
}

// MeshKind is what joins the clusters of a [Mesh]. It decides which of their
// ranges must be apart.
type MeshKind string

// The kinds of mesh.
const (
	Submariner          MeshKind = "submariner"
	SubmarinerGlobalnet MeshKind = "submariner-globalnet"
	ClusterMesh         MeshKind = "cilium-clustermesh"
	IstioSingleNetwork  MeshKind = "istio-single-network"
	IstioMultiNetwork   MeshKind = "istio-multi-network"
)

// meshRow says which ranges of clusters in one mesh must be apart. Nodes,
// external and ingress addresses always are.
type meshRow struct {
	kind           MeshKind
	pods, services bool
	most           int // clusters; 0 is no limit
	source         string
}

// meshRows is never written.
var meshRows = []meshRow{
	{Submariner, true, true, 0, "submariner-io/submariner pkg/cidr/iputil.go (the local Service CIDR must not overlap with remote subnets)"},
	{SubmarinerGlobalnet, false, false, 0, "submariner.io, Globalnet: clusters with overlapping ranges, each with a global CIDR of its own"},
	// The setup guide asks for pods apart; the pages for AKS and GKE ask for
	// services as well, and global services need it in practice.
	{ClusterMesh, true, true, 511, "cilium/cilium Documentation/network/clustermesh (cluster.id is at most 255, or 511 with maxConnectedClusters)"},
	{IstioSingleNetwork, true, false, 0, "istio.io, deployment models: one network, pods reach each other directly"},
	{IstioMultiNetwork, false, false, 0, "istio.io, deployment models: several networks, IP ranges may overlap"},
}

// MeshKinds returns every kind.
func MeshKinds() []MeshKind {
	kinds := make([]MeshKind, len(meshRows))
	for i := range meshRows {
		kinds[i] = meshRows[i].kind
	}
	return kinds
}

func (k MeshKind) row() *meshRow {
	i := slices.IndexFunc(meshRows, func(r meshRow) bool { return r.kind == k })
	if i < 0 {
		return nil
	}
	return &meshRows[i]
}

// Valid reports whether k is one of [MeshKinds].
func (k MeshKind) Valid() bool { return k.row() != nil }

// Apart reports whether the ranges of role r of two clusters in a mesh of this
// kind must not overlap.
func (k MeshKind) Apart(r Role) bool {
	row := k.row()
	switch {
	case row == nil:
		return true
	case r == Pod:
		return row.pods
	case r == Service:
		return row.services
	}
	return true
}

// Source says where the rule of this kind comes from; "" for an unknown one.
func (k MeshKind) Source() string {
	if row := k.row(); row != nil {
		return row.source
	}
	return ""
}
