package plan_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// on is a spec of one cluster on a platform, with enough private space.
func on(n platform.Name, c plan.ClusterSpec) plan.Spec {
	c.Name, c.Platform = string(n)+"-1", n
	if c.Nodes.IsZero() {
		c.Nodes = now(10)
	}
	return plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "all", Prefixes: prefixes("10.0.0.0/8", "fd12:3456:789a::/48")}},
		Clusters: []plan.ClusterSpec{c},
	}
}

// What a platform takes of clusters, up to the last that it does.
func TestPlatformLimitsClusters(t *testing.T) {
	for _, tt := range []struct {
		name     string
		platform platform.Name
		good     plan.ClusterSpec
		bad      plan.ClusterSpec
		path     string
		says     string
	}{
		{"nodes of an AKS overlay", platform.AKS, plan.ClusterSpec{Nodes: now(5000), IPAM: k8sflags.AKSOverlay},
			plan.ClusterSpec{Nodes: now(5001), IPAM: k8sflags.AKSOverlay}, "clusters[0].nodes", "AKS-32"},
		{"nodes of AKS under kubenet", platform.AKS, plan.ClusterSpec{Nodes: now(400)},
			plan.ClusterSpec{Nodes: now(401)}, "clusters[0].nodes", "AKS-33"},
		{"nodes of AKS while others are replaced", platform.AKS, plan.ClusterSpec{Nodes: now(350), Surge: plan.Amount{N: 50}},
			plan.ClusterSpec{Nodes: now(350), Surge: plan.Amount{N: 51}}, "clusters[0].nodes", "401 nodes at once"},
		{"fewest pods of an AKS node", platform.AKS, plan.ClusterSpec{PodsPerNode: 10}, plan.ClusterSpec{PodsPerNode: 9}, "clusters[0].podsPerNode", "AKS-35"},
		{"most pods of an AKS node", platform.AKS, plan.ClusterSpec{PodsPerNode: 250}, plan.ClusterSpec{PodsPerNode: 251}, "clusters[0].podsPerNode", "AKS-36"},
		{"most pods of a GKE node", platform.GKE, plan.ClusterSpec{PodsPerNode: 256, IPAM: k8sflags.GKE},
			plan.ClusterSpec{PodsPerNode: 257}, "clusters[0].podsPerNode", "GKE-10"},
		{"addresses of a virtual network", platform.AKS, plan.ClusterSpec{Nodes: now(2114), PodsPerNode: 30, IPAM: k8sflags.AKSNodeSubnet},
			plan.ClusterSpec{Nodes: now(2115), PodsPerNode: 30, IPAM: k8sflags.AKSNodeSubnet}, "clusters[0].nodes", "AKS-34"},
		{"families of an EKS cluster", platform.EKS, plan.ClusterSpec{Families: onlyIPv4}, plan.ClusterSpec{Families: dualIPv4}, "clusters[0].families", "EKS-02"},
		{"families elsewhere", platform.AKS, plan.ClusterSpec{Families: dualIPv4}, plan.ClusterSpec{PodsPerNode: 3}, "clusters[0].podsPerNode", "10 to 250"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := on(tt.platform, tt.good).Validate(); err != nil {
				t.Error(err)
			}
			var bad plan.SpecErrors
			if err := on(tt.platform, tt.bad).Validate(); !errors.As(err, &bad) || len(bad) != 1 {
				t.Fatalf("%v", err)
			}
			if e := bad[0]; e.Path != tt.path || !strings.Contains(e.Message, tt.says) || !strings.Contains(e.Message, "https://") {
				t.Errorf("%v", e)
			}
		})
	}
}

func TestUnknownPlatform(t *testing.T) {
	err := on("ekz", plan.ClusterSpec{}).Validate()
	want := `plan: clusters[0].platform: cluster "ekz-1": platform "ekz" is not known: want one of kubeadm, k3s, eks, gke, aks, openshift, or none`
	if err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

// The flags of a managed control plane are not ours to render.
func TestManaged(t *testing.T) {
	for n := range platform.Names() {
		p, err := plan.Solve(on(n, plan.ClusterSpec{Kubernetes: version(34)}))
		if err != nil {
			t.Fatal(err)
		}
		c, _ := p.Cluster(string(n) + "-1")
		_, err = c.FlagSet()
		if n.Managed() != errors.Is(err, plan.ErrManaged) || !n.Managed() && err != nil {
			t.Errorf("%s: %v", n, err)
		}
		if err != nil && !strings.Contains(err.Error(), string(n)+" its ranges") {
			t.Errorf("%s: %v", n, err)
		}
	}
}
