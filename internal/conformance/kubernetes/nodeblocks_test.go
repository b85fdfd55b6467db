package kubernetes

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/kubernetes/pkg/controller/nodeipam/ipam"
	"k8s.io/kubernetes/pkg/controller/nodeipam/ipam/cidrset"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

// NodeBlocks is the allocator's own sequence, from the first block to the last,
// and there is one for the same masks.
func TestNodeBlocksAreTheAllocators(t *testing.T) {
	for f, name := range []string{"IPv4", "IPv6"} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				length := []*rapid.Generator[int]{rapid.IntRange(8, 32), rapid.IntRange(32, 128)}[f].Draw(t, "length")
				p := drawIn(t, "pods", podSpace[f], length)
				width := p.Addr().BitLen()
				mask := rapid.IntRange(p.Bits(), min(p.Bits()+20, width)).Draw(t, "mask")
				m := []dualstack.Masks{{V4: mask}, {V6: mask}}[f]
				pods, err := dualstack.Single(p)
				if err != nil {
					t.Fatal(err)
				}
				theirs, refused := cidrset.NewCIDRSet(ipNet(p), mask)
				ours, err := dualstack.NodeBlocks(pods, m)
				if (err != nil) != (refused != nil) {
					t.Fatalf("NodeBlocks(%s, %v): %v; the allocator: %v", pods, m, err, refused)
				}
				if err != nil {
					return
				}
				given := uint64(0)
				for i, block := range ours {
					if i == 300 { // the rest follows by the same rule
						return
					}
					got, err := theirs.AllocateNext()
					if err != nil || got.String() != block.String() || i != given {
						t.Fatalf("block %d of %s: we say %s, the allocator %v %v", i, pods, block, got, err)
					}
					given++
				}
				if got, err := theirs.AllocateNext(); err == nil {
					t.Fatalf("%s has no more than %d blocks for us, but the allocator gives %s", pods, given, got)
				}
			})
		})
	}
}

// Nodes get the blocks of NodeBlocks that do not touch the services, a pair of
// each family at a time; and Check's WithNodes knows for how many that lasts.
func TestNodesGetTheBlocksBesideTheServices(t *testing.T) {
	fewerChecks(t, 200)
	rapid.Check(t, func(t *rapid.T) {
		a := drawSmallCluster(t)
		set, err := k8sflags.Render(a)
		if err != nil {
			return // all blocks are lost, or the like
		}
		want := blocksBeside(t, a)
		got := give(t, a, len(want)+1)
		if !slices.Equal(got, want) {
			t.Fatalf("pods %s, services %s, masks %v: nodes get\n%v\nnot\n%v", a.Pods, a.Services, a.NodeMasks, got, want)
		}
		n := uint64(len(want))
		if tooMany(set, n) || !tooMany(set, n+1) {
			t.Fatalf("pods %s, services %s, masks %v: %d nodes get blocks; too many for Check: %v, one more: %v", a.Pods, a.Services, a.NodeMasks, n, tooMany(set, n), tooMany(set, n+1))
		}
	})
}

// drawSmallCluster draws a cluster of up to 64 nodes in the first family and at
// least as many in the second, whose services may lie among the pods of the
// first family.
func drawSmallCluster(t *rapid.T) k8sflags.Addressing {
	order := rapid.SampledFrom(families).Draw(t, "families")
	lengths := []int{20, 56}
	a := k8sflags.Addressing{Version: version, MaxPods: 1}
	a.Pods = pairOf(t, order, func(f int) netip.Prefix { return drawIn(t, "pods", podSpace[f], lengths[f]) })
	bits := rapid.IntRange(0, 6).Draw(t, "blocks")
	// Where families differ in what they lose they run out one after the other,
	// and the allocator leaks; see rapid's other draws for those.
	a.Services = pairOf(t, order, func(f int) netip.Prefix {
		if f != order[0] || rapid.Bool().Draw(t, "apart") {
			return drawIn(t, "services", serviceSpace[f], []int{24, 112}[f])
		}
		inside := []netip.Prefix{a.Pods.V4(), a.Pods.V6()}[f]
		longest := []int{29, 124}[f]
		return drawIn(t, "services among the pods", inside, rapid.IntRange(max(inside.Bits(), []int{12, 64}[f]), longest).Draw(t, "services' length"))
	})
	masks := []int{lengths[0] + bits, lengths[1] + bits}
	for _, f := range order {
		if f == 0 {
			a.NodeMasks.V4 = masks[0]
		} else {
			a.NodeMasks.V6 = masks[1]
		}
	}
	return a
}

// blocksBeside are the node blocks as predicted.
func blocksBeside(t *rapid.T, a k8sflags.Addressing) []string {
	sequences := make([][]netip.Prefix, 0, 2)
	for p := range a.Pods.All() {
		single, err := dualstack.Single(p)
		if err != nil {
			t.Fatal(err)
		}
		m := dualstack.Masks{V4: a.NodeMasks.V4}
		services := a.Services.V4()
		if p.Addr().Is6() {
			m, services = dualstack.Masks{V6: a.NodeMasks.V6}, a.Services.V6()
		}
		blocks, err := dualstack.NodeBlocks(single, m)
		if err != nil {
			t.Fatal(err)
		}
		var sequence []netip.Prefix
		for _, b := range blocks {
			if !services.IsValid() || !b.Primary().Overlaps(services) {
				sequence = append(sequence, b.Primary())
			}
		}
		sequences = append(sequences, sequence)
	}
	var want []string
	for i := 0; ; i++ {
		var node []string
		for _, s := range sequences {
			if i == len(s) {
				return want
			}
			node = append(node, s[i].String())
		}
		want = append(want, strings.Join(node, ","))
	}
}

// give lets kube-controller-manager's allocator give blocks to n nodes, until
// it has no more.
func give(t *rapid.T, a k8sflags.Addressing, n int) []string {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	client := fake.NewSimpleClientset()
	nodes := informers.NewSharedInformerFactory(client, 0).Core().V1().Nodes()
	params := ipam.CIDRAllocatorParams{}
	for p := range a.Pods.All() {
		params.ClusterCIDRs = append(params.ClusterCIDRs, ipNet(p))
		params.NodeCIDRMaskSizes = append(params.NodeCIDRMaskSizes, map[bool]int{false: a.NodeMasks.V4, true: a.NodeMasks.V6}[p.Addr().Is6()])
	}
	params.ServiceCIDR = ipNet(a.Services.Primary())
	if a.Services.IsDual() {
		params.SecondaryServiceCIDR = ipNet(a.Services.Secondary())
	}
	allocator, err := ipam.NewCIDRRangeAllocator(ctx, client, nodes, params, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range n {
		node := &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprint("node-", i)}}
		if err := nodes.Informer().GetIndexer().Add(node); err != nil {
			t.Fatal(err)
		}
		if _, err := client.CoreV1().Nodes().Create(ctx, node, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := allocator.AllocateOrOccupyCIDR(ctx, node); err != nil {
			return got
		}
		given, err := client.CoreV1().Nodes().Get(ctx, node.Name, metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, strings.Join(given.Spec.PodCIDRs, ","))
	}
	return got
}

// tooMany reports whether Check finds that a cluster has not blocks for n nodes.
func tooMany(set k8sflags.Set, n uint64) bool {
	return slices.ContainsFunc(k8sflags.Check(set, k8sflags.WithNodes(n)), func(f k8sflags.Finding) bool { return f.Rule == "KC622" })
}
