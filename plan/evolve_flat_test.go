package plan_test

import (
	"encoding/json"
	"testing"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

// A cluster without node blocks evolves by its addresses: 30 nodes of 30
// addresses and three more are a /22, 40 are a /21. Where nodes had blocks
// before, their masks mean nothing any more.
func TestEvolveWithoutNodeBlocks(t *testing.T) {
	flat := plan.ClusterSpec{Nodes: now(30), PodsPerNode: 29, IPAM: k8sflags.VPCCNI}
	blocks := flat
	blocks.IPAM = k8sflags.HostLocal
	more := flat
	more.Nodes = now(40)
	shared := flat
	shared.PodsFromNodeRange = true
	sharedMore := more
	sharedMore.PodsFromNodeRange = true
	for _, tt := range []struct {
		name          string
		before, after plan.ClusterSpec
		role          plan.Role
		was, is       int
	}{
		{"more nodes", flat, more, plan.Pod, 22, 21},
		{"more nodes with their pods", shared, sharedMore, plan.Node, 22, 21},
		{"another IPAM in a range that is large enough", blocks, flat, plan.Pod, 22, 22}, // 32 blocks of 32
	} {
		t.Run(tt.name, func(t *testing.T) {
			before := solved(t, oneCluster(tt.before))
			s := oneCluster(tt.after)
			s.Clusters[0].Families = onlyIPv4
			p, _, err := plan.Evolve(before, s, plan.EvolveOptions{AllowMove: []string{"c"}})
			if err != nil {
				t.Fatal(err)
			}
			was, is := clusterOf(t, before, "c"), clusterOf(t, p, "c")
			if was.Block(tt.role).V4().Bits() != tt.was || is.Block(tt.role).V4().Bits() != tt.is || is.NodeMasks() != (dualstack.Masks{}) {
				t.Errorf("%v, then %v with masks %v; want /%d, /%d and none", was.Block(tt.role), is.Block(tt.role), is.NodeMasks(), tt.was, tt.is)
			}
			text, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := plan.Decode(text); err != nil {
				t.Error(err)
			}
		})
	}
}
