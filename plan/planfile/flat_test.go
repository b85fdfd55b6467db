package planfile_test

import (
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan/planfile"
)

// Whether pods are in the node range is true or false, and nothing like it.
func TestPodsFromNodeRange(t *testing.T) {
	const text = `
pools: [{name: vnet, prefixes: [10.240.0.0/16]}]
clusters:
  - {name: aks, nodes: 50, surge: 1, podsPerNode: 30, ipam: aks-node-subnet, podsFromNodeRange: VALUE}
`
	for value, want := range map[string]bool{"true": true, "false": false} {
		s, err := planfile.Parse("f.yaml", []byte(strings.Replace(text, "VALUE", value, 1)))
		if err != nil || s.Clusters[0].PodsFromNodeRange != want || s.Clusters[0].IPAM != k8sflags.AKSNodeSubnet {
			t.Errorf("%s: %+v, %v", value, s.Clusters, err)
		}
	}
	for _, value := range []string{"yes", "1", "{}", "[]"} {
		_, err := planfile.Parse("f.yaml", []byte(strings.Replace(text, "VALUE", value, 1)))
		if err == nil || !strings.Contains(err.Error(), "f.yaml:4: clusters[0].podsFromNodeRange: ") {
			t.Errorf("%s: %v", value, err)
		}
	}
}
