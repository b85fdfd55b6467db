package live

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/kubecidr/kubecidr/dualstack"
)

// addNodes creates nodes as a kubelet would, without any block.
func addNodes(t *testing.T, client kubernetes.Interface, from, to int) {
	t.Helper()
	for i := from; i < to; i++ {
		node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("node-%03d", i)}}
		if _, err := client.CoreV1().Nodes().Create(context.Background(), node, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
}

// blocksOfNodes returns the blocks that nodes have, sorted: which node gets
// which is chance, since many ask at once.
func blocksOfNodes(t *testing.T, client kubernetes.Interface) []string {
	t.Helper()
	nodes, err := client.CoreV1().Nodes().List(context.Background(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, n := range nodes.Items {
		if len(n.Spec.PodCIDRs) > 0 {
			blocks = append(blocks, strings.Join(n.Spec.PodCIDRs, ","))
		}
	}
	slices.Sort(blocks)
	return blocks
}

// predicted are the first n blocks, sorted.
func predicted(t *testing.T, pods dualstack.Pair, m dualstack.Masks, n int) []string {
	t.Helper()
	var blocks []string
	for i := range n {
		b, err := dualstack.NodeBlock(pods, m, uint64(i))
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, b.String())
	}
	slices.Sort(blocks)
	return blocks
}

// waitForBlocks waits until n nodes have blocks and returns them.
func waitForBlocks(t *testing.T, client kubernetes.Interface, n int) []string {
	t.Helper()
	var blocks []string
	within(t, time.Minute, fmt.Sprintf("%d nodes have blocks", n), func() error {
		if blocks = blocksOfNodes(t, client); len(blocks) < n {
			return fmt.Errorf("%d have", len(blocks))
		}
		return nil
	})
	return blocks
}
