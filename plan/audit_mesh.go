package plan

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// GlobalnetRange is the name of the extra range, of role [External], that has
// the global addresses of a cluster in a mesh of kind [SubmarinerGlobalnet].
const GlobalnetRange = "globalnet"

// What a ClusterMesh takes (cilium/cilium Documentation/network/clustermesh):
// cluster.id is at most 255 unless every cluster has maxConnectedClusters=511,
// and the names of clusters have at most 32 characters.
const (
	clusterMeshIDs  = 255
	clusterMeshName = 32
)

// meshes warns of what a mesh asks of clusters beside ranges that are apart.
func (a *auditor) meshes() {
	warn := func(b Block, fix, format string, args ...any) {
		a.add(RuleMesh, &b, fix, format, args...)
		a.findings[len(a.findings)-1].Severity = k8sflags.Warning
	}
	for i := range a.spec.Meshes {
		m := &a.spec.Meshes[i]
		if n := len(m.Clusters); m.Kind == ClusterMesh && n > clusterMeshIDs {
			warn(Block{}, "set maxConnectedClusters=511 in every cluster of the mesh, before they are joined",
				"mesh %q joins %d clusters: Cilium has cluster IDs up to %d", m.Name, n, clusterMeshIDs)
		}
		for _, name := range m.Clusters {
			switch m.Kind {
			case ClusterMesh:
				if n := utf8.RuneCountInString(name); n > clusterMeshName {
					warn(Block{Cluster: name}, "give Cilium a shorter cluster.name",
						"mesh %q: the name has %d characters, Cilium takes %d", m.Name, n, clusterMeshName)
				}
			case SubmarinerGlobalnet:
				if !a.hasGlobalnet(name) {
					warn(Block{Cluster: name}, "add an extra range \""+GlobalnetRange+"\" of role external; Submariner's own default is a /16",
						"mesh %q gives services global addresses, and the cluster has no range for them", m.Name)
				}
			}
		}
	}
}

func (a *auditor) hasGlobalnet(cluster string) bool {
	i, ok := slices.BinarySearchFunc(a.spec.Clusters, cluster, func(c ClusterSpec, name string) int { return strings.Compare(c.Name, name) })
	return ok && slices.ContainsFunc(a.spec.Clusters[i].Extra, func(b BlockSpec) bool { return b.Role == External && b.Name == GlobalnetRange })
}
