package plan_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

// wrong are the findings that are errors.
func wrong(fs []plan.Finding) []plan.Finding {
	return slices.DeleteFunc(slices.Clone(fs), func(f plan.Finding) bool { return f.Severity < k8sflags.Error })
}

// The numbers of the Kubernetes documentation: 5,000 nodes, 150,000 pods, 110
// pods a node, and 10,000 services of the scalability group.
func TestScale(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    plan.ClusterSpec
		want []string
	}{
		{"a small cluster", plan.ClusterSpec{Nodes: now(3)}, nil},
		{"as large as it may be", plan.ClusterSpec{Nodes: now(5000), PodsPerNode: 30, Services: now(10_000)}, nil},
		{"a node more", plan.ClusterSpec{Nodes: now(5001), PodsPerNode: 29}, []string{"node: 5001 nodes"}},
		{"a node more that is to come", plan.ClusterSpec{Nodes: plan.Count{Now: 10, Max: 5001}, PodsPerNode: 29}, []string{"node: 5001 nodes"}},
		{"a node more for a while", plan.ClusterSpec{Nodes: now(5000), Surge: plan.Amount{N: 1}, PodsPerNode: 29}, []string{"node: 5001 nodes"}},
		{"a pod more", plan.ClusterSpec{Nodes: now(1500), PodsPerNode: 101}, []string{"pod: 151500 pods"}},
		{"the default of pods", plan.ClusterSpec{Nodes: now(1364)}, []string{"pod: 150040 pods"}},
		{"a pod more of a node", plan.ClusterSpec{Nodes: now(3), PodsPerNode: 111}, []string{"pod: 111 pods per node"}},
		{"a service more", plan.ClusterSpec{Nodes: now(3), Services: now(10_001)}, []string{"service: 10001 services"}},
		{"all of it", plan.ClusterSpec{Nodes: now(1 << 62), PodsPerNode: 250, Services: now(20_000)},
			[]string{"node: 4611686018427387904 nodes", "pod: 18446744073709551615 pods", "pod: 250 pods per node", "service: 20000 services"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.c.Name = "c"
			var got []string
			for _, f := range plan.Scale(tt.c) {
				what, _, _ := strings.Cut(f.Message, ": ")
				got = append(got, string(f.Role)+": "+what)
				if f.Rule != plan.RuleScale || f.Severity != k8sflags.Info || f.Cluster != "c" || f.Fix == "" {
					t.Errorf("finding %+v", f)
				}
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("findings %q, want %q", got, tt.want)
			}
		})
	}
}

// Audit says so at its end, of what is asked for: the pod range has 1,024 blocks
// of 253 addresses, and none of that is a finding.
func TestAuditHasTheScale(t *testing.T) {
	c := plan.ClusterSpec{Nodes: now(600), PodsPerNode: 200}
	fs := solved(t, oneCluster(c)).Audit()
	if len(fs) != 1 || fs[0].String() != `info scale: cluster "c" pod: 200 pods per node: Kubernetes is tested with up to 110 `+
		`(https://kubernetes.io/docs/setup/best-practices/cluster-large/) (test it at that size, or divide it among clusters)` {
		t.Errorf("findings %v", fs)
	}
	c.PodsPerNode = 110
	if fs := solved(t, oneCluster(c)).Audit(); len(fs) > 0 {
		t.Errorf("findings %v", fs)
	}
}

func TestThresholdsAreCopies(t *testing.T) {
	ts := plan.Thresholds()
	for i := range ts {
		if ts[i].Source == "" || ts[i].What == "" || !ts[i].Role.Valid() {
			t.Errorf("threshold %+v", ts[i])
		}
		ts[i].Most = 0
	}
	if plan.Thresholds()[0].Most != 5000 {
		t.Error("a caller changed them")
	}
}
