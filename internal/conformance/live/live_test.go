package live

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// A cluster of every choice of families has the nodes' blocks, the address of
// the Service kubernetes and the addresses of Services that were predicted.
func TestClusterIsAsPredicted(t *testing.T) {
	const nodes, services = 300, 60
	for _, c := range []struct {
		name, pods, services string
		masks                dualstack.Masks
	}{
		{"IPv4", "10.244.0.0/16", "10.96.0.0/16", dualstack.Masks{V4: 26}},
		{"IPv6", "fd00:10:244::/48", "fd00:10:96::/112", dualstack.Masks{V6: 64}},
		{"IPv4 first", "10.244.0.0/15,fd00:10:244::/48", "10.96.0.0/16,fd00:10:96::/108", dualstack.Masks{V4: 24, V6: 64}},
		{"IPv6 first", "fd00:10:244::/48,10.244.0.0/15", "fd00:10:96::/64,10.96.0.0/12", dualstack.Masks{V4: 25, V6: 60}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := addressing(t, c.pods, c.services, c.masks)
			client := startCluster(t, a)
			addNodes(t, client, 0, nodes)
			checkKubernetes(t, client, a.Services)
			checkServices(t, client, a.Services, services)
			checkAskedFor(t, client, a.Services.Primary())
			if got, want := waitForBlocks(t, client, nodes), predicted(t, a.Pods, a.NodeMasks, nodes); !slices.Equal(got, want) {
				t.Errorf("%d nodes have\n%v\nnot\n%v", nodes, got, want)
			}
		})
	}
}

// A cluster that is too small fails at the node, the Service and the node port
// at which it was predicted to.
func TestClusterIsUsedUpAsPredicted(t *testing.T) {
	a := addressing(t, "10.244.0.0/20,fd00:10:244::/60", "10.96.0.0/28,fd00:10:96::/112", dualstack.Masks{V4: 24, V6: 64})
	a.NodePorts = k8sflags.PortRange{Min: 30000, Max: 30004}
	client := startCluster(t, a)

	capacity, err := dualstack.NodeCapacity(a.Pods, a.NodeMasks)
	if err != nil {
		t.Fatal(err)
	}
	addNodes(t, client, 0, int(capacity)+1)
	if got, want := waitForBlocks(t, client, int(capacity)), predicted(t, a.Pods, a.NodeMasks, int(capacity)); !slices.Equal(got, want) {
		t.Errorf("nodes have\n%v\nnot\n%v", got, want)
	}

	checkKubernetes(t, client, a.Services)
	total, err := k8sflags.ServicesIn(a.Version, a.Services.Primary())
	if err != nil {
		t.Fatal(err)
	}
	left := int(total) - 1 // the Service kubernetes has one
	ports := a.NodePorts.Size()
	for i := range left {
		if _, err := addService(client, "s-"+strconv.Itoa(i), func(s *corev1.ServiceSpec) {
			if i < ports {
				s.Type = corev1.ServiceTypeNodePort
			}
		}); err != nil {
			t.Fatalf("Service %d of %d: %v", i+1, left, err)
		}
	}
	if _, err := addService(client, "too-many", nil); err == nil || !strings.Contains(err.Error(), "range is full") {
		t.Errorf("a Service beyond the %d of %s: %v", total, a.Services.Primary(), err)
	}
	if err := client.CoreV1().Services("default").Delete(context.Background(), "s-"+strconv.Itoa(left-1), metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err := addService(client, "no-port", func(s *corev1.ServiceSpec) { s.Type = corev1.ServiceTypeNodePort }); err == nil || !strings.Contains(err.Error(), "range is full") {
		t.Errorf("a node port beyond the %d of %s: %v", ports, a.NodePorts, err)
	}

	// The node that came too late is still without a block.
	time.Sleep(time.Second)
	if got := len(blocksOfNodes(t, client)); got != int(capacity) {
		t.Errorf("%d nodes have blocks, of which there are %d", got, capacity)
	}
}

// An IPv6 service range shorter than /64 is an error to Check although
// kube-apiserver starts with it and is ready: it never gives an address.
func TestClusterWithUnusableServices(t *testing.T) {
	a := addressing(t, "fd00:10:244::/48", "fd00:10:96::/64", dualstack.Masks{V6: 64})
	set, err := k8sflags.Render(a)
	if err != nil {
		t.Fatal(err)
	}
	set.Processes = set.Processes[:1] // kube-apiserver alone
	flags := &set.Processes[0].Flags
	*flags = flags.With("service-cluster-ip-range", "fd00:10::/60")
	if !slices.ContainsFunc(k8sflags.Check(set), func(f k8sflags.Finding) bool { return f.Rule == "KC203" && f.Severity == k8sflags.Error }) {
		t.Error("Check has no KC203")
	}
	client := startSet(t, set, a.SecurePort)
	for end := time.Now().Add(3 * time.Second); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		if s, err := addService(client, "s", nil); err == nil {
			t.Fatalf("a Service has %v", s.Spec.ClusterIPs)
		}
	}
}
