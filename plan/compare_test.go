package plan_test

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// The table that everybody draws by hand: a /16 in blocks of 2^n addresses, of
// which host-local loses three.
func TestCompareMasks(t *testing.T) {
	got, err := plan.CompareMasks(plan.ClusterSpec{Nodes: now(300)}, pair("10.244.0.0/16"))
	if err != nil {
		t.Fatal(err)
	}
	if got.Nodes != 300 || got.PodsPerNode != 110 || got.Pods != pair("10.244.0.0/16") {
		t.Errorf("need %+v", got)
	}
	var want []plan.Alternative
	for mask, pods := range map[int]uint64{16: 65533, 17: 32765, 18: 16381, 19: 8189, 20: 4093, 21: 2045, 22: 1021, 23: 509, 24: 253, 25: 125, 26: 61, 27: 29, 28: 13, 29: 5, 30: 1} {
		want = append(want, plan.Alternative{Masks: dualstack.Masks{V4: mask}, Nodes: 1 << (mask - 16), PodsPerNode: pods, Enough: mask == 25, InUse: mask == 25})
	}
	slices.SortFunc(want, func(a, b plan.Alternative) int { return a.Masks.V4 - b.Masks.V4 })
	if !slices.Equal(got.Alternatives, want) {
		t.Errorf("%v", got)
	}
}

// Two families give equally many blocks: a /56 of IPv6 has no more than 2^16,
// and a /120 holds 254 pods of host-local.
func TestCompareMasksOfTwoFamilies(t *testing.T) {
	for _, tt := range []struct {
		name  string
		c     plan.ClusterSpec
		pods  string
		inUse string // with nodes × pods per node
		some  []string
	}{
		{"a range of each", plan.ClusterSpec{Nodes: now(200)}, "10.0.0.0/16,fd00::/56", "/24,/64 256×253", []string{"/16,/56 1×65533 no", "/25,/65 512×125 yes", "/26,/66 1024×61 no"}},
		{"IPv6 alone", plan.ClusterSpec{Nodes: now(200)}, "fd00::/112", "/121 512×126", []string{"/120 256×254 yes", "/122 1024×62 no"}},
		{"blocks of a fixed length in IPv6", plan.ClusterSpec{Nodes: now(200), IPAM: k8sflags.OVNKubernetes}, "10.0.0.0/16,fd00::/56", "/24,/64 256×252", []string{"/25,/64 256×124 yes", "/22,/64 64×1020 no"}},
		{"a fixed length alone", plan.ClusterSpec{Nodes: now(200), IPAM: k8sflags.AKSOverlay}, "10.0.0.0/16", "/24 256×250", nil},
		{"none that is enough", plan.ClusterSpec{Nodes: now(1000)}, "10.0.0.0/16", "", []string{"/25 512×125 no", "/26 1024×61 no"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := plan.CompareMasks(tt.c, pair(tt.pods))
			if err != nil {
				t.Fatal(err)
			}
			inUse, all := "", map[string]bool{}
			for _, a := range got.Alternatives {
				s := fmt.Sprintf("%v %d×%d", a.Masks, a.Nodes, a.PodsPerNode)
				if a.InUse {
					inUse += s
				}
				all[s+map[bool]string{true: " yes", false: " no"}[a.Enough]] = true
			}
			if inUse != tt.inUse {
				t.Errorf("in use is %q, want %q\n%v", inUse, tt.inUse, got)
			}
			for _, s := range tt.some {
				if !all[s] {
					t.Errorf("no alternative %s in\n%v", s, got)
				}
			}
		})
	}
}

// For every cluster of every plan: exactly one alternative is in use, it is
// enough, it has the numbers of the capacity, and no number is larger than the
// range.
func TestCompareMasksOfPlans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSpec().Draw(t, "spec")
		p := solveOrExplain(t, s)
		if p == nil {
			return
		}
		for c := range p.Clusters() {
			got, err := c.CompareMasks()
			if err != nil {
				t.Fatal(err)
			}
			inUse := 0
			for i, a := range got.Alternatives {
				if i > 0 && (a.Masks.V4 < got.Alternatives[i-1].Masks.V4 || a.Nodes < got.Alternatives[i-1].Nodes) {
					t.Fatalf("not in order:\n%v", got)
				}
				if a.InUse {
					inUse++
					if has := c.Capacity(); !a.Enough || a.Masks != c.NodeMasks() || a.Nodes != has.NodeBlocks || a.PodsPerNode != has.PodsPerNode {
						t.Fatalf("in use %+v, capacity %+v", a, has)
					}
				}
				for q := range got.Pods.All() {
					if asked := new(big.Int).Mul(big64(a.Nodes), big64(a.PodsPerNode)); asked.Cmp(pow2(q.Addr().BitLen()-q.Bits())) > 0 {
						t.Fatalf("%+v is more than %v has", a, q)
					}
				}
			}
			if inUse != 1 {
				t.Fatalf("%d in use\n%v", inUse, got)
			}
		}
	})
}

func TestCompareMasksRefuses(t *testing.T) {
	for _, tt := range []struct {
		name string
		c    plan.ClusterSpec
		pods dualstack.Pair
		want string
	}{
		{"no range", plan.ClusterSpec{Nodes: now(1)}, dualstack.Pair{}, "no pod range"},
		{"no nodes", plan.ClusterSpec{}, pair("10.0.0.0/16"), "0 nodes"},
		{"an unknown IPAM", plan.ClusterSpec{Nodes: now(1), IPAM: "magic"}, pair("10.0.0.0/16"), `IPAM "magic"`},
		{"no node blocks", plan.ClusterSpec{Nodes: now(1), IPAM: k8sflags.VPCCNI}, pair("10.0.0.0/16"), `with ipam "aws-vpc-cni" nodes have no block of their own`},
	} {
		if got, err := plan.CompareMasks(tt.c, tt.pods); err == nil || !strings.Contains(err.Error(), tt.want) || got.Alternatives != nil {
			t.Errorf("%s: %v, %v", tt.name, got, err)
		}
	}
	c := clusterOf(t, solved(t, oneCluster(plan.ClusterSpec{Nodes: now(1), IPAM: k8sflags.VPCCNI})), "c")
	if _, err := c.CompareMasks(); err == nil || errors.Is(err, dualstack.ErrMasks) {
		t.Errorf("a cluster without node blocks: %v", err)
	}
	c = clusterOf(t, adopted(t, oneCluster(plan.ClusterSpec{Nodes: now(1)}), there("c", "node=10.0.0.0/24")), "c")
	if _, err := c.CompareMasks(); !errors.Is(err, dualstack.ErrCount) {
		t.Errorf("a cluster without pods: %v", err)
	}
}

// Masks that nobody would choose, as nodes have them, stand at their place too.
func TestCompareMasksOfAdoptedClusters(t *testing.T) {
	x := there("c", "node=10.0.0.0/24", "pod=10.1.0.0/16", "service=10.2.0.0/24")
	x.NodeMasks = dualstack.Masks{V4: 20} // the largest block of GKE is a /23
	c := clusterOf(t, adopted(t, oneCluster(plan.ClusterSpec{Nodes: now(1), IPAM: k8sflags.GKE}), x), "c")
	got, err := c.CompareMasks()
	if err != nil {
		t.Fatal(err)
	}
	var masks []int
	for _, a := range got.Alternatives {
		if masks = append(masks, a.Masks.V4); a.InUse && a.Enough {
			t.Errorf("%+v: GKE does not take it", a)
		}
	}
	if want := []int{20, 23, 24, 25, 26, 27, 28}; !slices.Equal(masks, want) {
		t.Errorf("masks %v, want %v", masks, want)
	}
}
