package plan_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// A cluster that somebody wrote down, counted by hand. Nodes: 256 − 3 and
// 2^64 − 2. Pods: 256 blocks of 253 in IPv4, and in IPv6 as many as 2^64 − 2,
// less the 5 in cooldown, in 256. Services: 4,096 less network, broadcast,
// kubernetes and DNS; 65,536 less the network address and those two. A sixteenth
// of the range is the static band, at most 256. External addresses are of IPv4
// alone.
func TestCapacityOfHandWrittenRanges(t *testing.T) {
	r := plan.Ranges{
		Kubernetes: version(34),
		Churn:      plan.Churn{PodsPerNodePerMinute: 5, Cooldown: plan.Duration(60e9)},
		NodeMasks:  dualstack.Masks{V4: 24, V6: 64},
		Blocks: []plan.Block{
			{Role: plan.Node, Range: pair("10.20.0.0/24,fd00:20::/64")},
			{Role: plan.Pod, Range: pair("10.244.0.0/16")}, // each family for itself
			{Role: plan.Pod, Range: pair("fd00:244::/56")},
			{Role: plan.Service, Range: pair("10.96.0.0/20,fd00:96::/112")},
			{Role: plan.External, Range: pair("192.0.2.0/28")},
		},
	}
	want := plan.Capacities{
		Effective:            plan.Capacity{NodeAddresses: 253, NodeBlocks: 256, PodsPerNode: 248, Services: 4092, ExternalIPs: 16},
		EffectivePodsPerNode: 110,
		Families: []plan.FamilyCapacity{
			{
				Family: cidr.IPv4, NodeMask: 24, StaticServices: 256, DynamicServices: 3838,
				Capacity: plan.Capacity{NodeAddresses: 253, NodeBlocks: 256, PodsPerNode: 248, Services: 4092, ExternalIPs: 16},
			},
			{
				Family: cidr.IPv6, NodeMask: 64, StaticServices: 256, DynamicServices: 65279,
				Capacity: plan.Capacity{NodeAddresses: math.MaxUint64 - 1, NodeBlocks: 256, PodsPerNode: math.MaxUint64 - 1 - 5, Services: 65533},
			},
		},
	}
	got, err := plan.CapacityOf(r)
	if err != nil {
		t.Fatal(err)
	}
	check(t, got, want)
	if bs := got.Bottlenecks(); !slices.Equal(bs, []plan.Bottleneck{{"nodeAddresses", cidr.IPv4}, {"podsPerNode", cidr.IPv4}, {"services", cidr.IPv4}}) {
		t.Errorf("bottlenecks %v", bs)
	}
	slices.Reverse(r.Blocks[2:])
	if got, err = plan.CapacityOf(r); err != nil {
		t.Fatal(err)
	}
	check(t, got, want)
}

func check(t *testing.T, got, want plan.Capacities) {
	t.Helper()
	if got.Effective != want.Effective || got.EffectivePodsPerNode != want.EffectivePodsPerNode || !slices.Equal(got.Families, want.Families) {
		t.Errorf("capacities\n%+v, want\n%+v", got, want)
	}
}

// Further ranges of a role add up; only the main service range has kubernetes
// and DNS in it. Without masks blocks are as small as the pods let them be: of
// 110 pods a /25, of which a /22 has 8, and a /24 has 2.
func TestCapacityOfSeveralRanges(t *testing.T) {
	got, err := plan.CapacityOf(plan.Ranges{Kubernetes: version(24), Blocks: []plan.Block{
		{Role: plan.Pod, Name: "a", Range: pair("10.0.0.0/22")},
		{Role: plan.Pod, Name: "b", Range: pair("10.1.0.0/24")},
		{Role: plan.Service, Range: pair("10.2.0.0/24")},
		{Role: plan.Service, Range: pair("10.3.0.0/24")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := plan.Capacity{NodeBlocks: 10, PodsPerNode: 125, Services: 252 + 254}
	check(t, got, plan.Capacities{Effective: want, EffectivePodsPerNode: 110, Families: []plan.FamilyCapacity{
		{Family: cidr.IPv4, Capacity: want, NodeMask: 25, DynamicServices: 508}, // 1.24 has no static band
	}})
}

// An IPAM without node blocks: 1,024 − 3 addresses are 34 nodes of 30.
func TestCapacityOfFlatRanges(t *testing.T) {
	for _, r := range []plan.Ranges{
		{IPAM: k8sflags.VPCCNI, PodsPerNode: 29, Blocks: []plan.Block{{Role: plan.Pod, Range: pair("100.64.0.0/22")}}},
		{IPAM: k8sflags.VPCCNI, PodsPerNode: 29, Blocks: []plan.Block{{Role: plan.Node, Range: pair("10.0.0.0/22")}}, PodsFromNodeRange: true},
	} {
		got, err := plan.CapacityOf(r)
		if err != nil || got.Effective.NodeBlocks != 34 || got.Effective.PodsPerNode != 29 || got.Families[0].NodeMask != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		if r.PodsFromNodeRange && got.Effective.Nodes() != 34 {
			t.Errorf("%d nodes", got.Effective.Nodes())
		}
	}
}

func TestCapacityOfRefuses(t *testing.T) {
	pods := []plan.Block{{Role: plan.Pod, Range: pair("10.0.0.0/22")}}
	for _, tt := range []struct {
		name string
		r    plan.Ranges
		is   error
		want string
	}{
		{"a role that is none", plan.Ranges{Blocks: []plan.Block{{Role: "egress", Range: pair("10.0.0.0/8")}}}, nil, `plan: capacity: block 0: role "egress": want one of`},
		{"no range", plan.Ranges{Blocks: []plan.Block{{Role: plan.Pod}}}, nil, "block 0 (pod) has no range"},
		{"an unknown IPAM", plan.Ranges{Blocks: pods, IPAM: "magic"}, k8sflags.ErrIPAM, `IPAM "magic"`},
		{"a family that the IPAM lacks", plan.Ranges{Blocks: []plan.Block{{Role: plan.Pod, Range: pair("fd00::/56")}}, IPAM: k8sflags.AKSOverlay}, cidr.ErrFamily, "aks-overlay"},
		{"masks that do not fit", plan.Ranges{Blocks: pods, NodeMasks: dualstack.Masks{V4: 20}}, dualstack.ErrMasks, "node mask 20"},
		{"pods that do not fit", plan.Ranges{Blocks: pods, PodsPerNode: 2000}, dualstack.ErrCapacity, "10.0.0.0/22 has room for 0 of 1 nodes"},
		{"pods that do not fit into a further range", plan.Ranges{Blocks: append(slices.Clone(pods), plan.Block{Role: plan.Pod, Range: pair("10.1.0.0/28")}), NodeMasks: dualstack.Masks{V4: 24}},
			dualstack.ErrCapacity, "10.1.0.0/28 has room for 0 of 1 nodes"},
		{"services that the version does not take", plan.Ranges{Blocks: []plan.Block{{Role: plan.Service, Range: pair("10.0.0.0/8")}}}, k8sflags.ErrServiceRange, "10.0.0.0/8"},
		{"pods in the node range of an IPAM with blocks", plan.Ranges{Blocks: pods, PodsFromNodeRange: true}, nil, "host-local gives every node a block"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := plan.CapacityOf(tt.r)
			if err == nil || tt.is != nil && !errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.want) || got.Families != nil {
				t.Errorf("%+v, %v; want … %s …", got, err, tt.want)
			}
		})
	}
}

// Of a plan's cluster the ranges alone say the same as the plan, and the
// effective number is the least of the families.
func TestCapacitiesOfPlans(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSpec().Draw(t, "spec")
		p := solveOrExplain(t, s)
		if p == nil {
			return
		}
		for c := range p.Clusters() {
			cs, spec := c.Capacities(), c.Spec()
			if cs.Effective != c.Capacity() {
				t.Fatalf("%+v of %+v", cs, c.Capacity())
			}
			var low plan.Capacity
			for i, f := range cs.Families {
				if i == 0 {
					low = f.Capacity
				}
				low.NodeAddresses, low.NodeBlocks = min(low.NodeAddresses, f.NodeAddresses), min(low.NodeBlocks, f.NodeBlocks)
				low.PodsPerNode, low.Services = min(low.PodsPerNode, f.PodsPerNode), min(low.Services, f.Services)
				low.ExternalIPs, low.IngressIPs = min(low.ExternalIPs, f.ExternalIPs), min(low.IngressIPs, f.IngressIPs)
				if f.Services+2 != f.StaticServices+f.DynamicServices {
					t.Fatalf("bands %+v", f)
				}
			}
			if low != cs.Effective {
				t.Fatalf("families %+v, effective %+v", cs.Families, cs.Effective)
			}
			if spec.NodeNetwork != "" {
				continue // others are in it too
			}
			r := plan.Ranges{Kubernetes: spec.Kubernetes, IPAM: spec.IPAM, PodsPerNode: spec.PodsPerNode, NodeMasks: c.NodeMasks()}
			for _, role := range allRoles {
				r.Blocks = slices.AppendSeq(r.Blocks, c.Blocks(role))
			}
			bare, err := plan.CapacityOf(r)
			if err != nil || bare.Effective != cs.Effective || !slices.Equal(bare.Families, cs.Families) {
				t.Fatalf("from the ranges alone %+v, %v; want %+v", bare, err, cs)
			}
		}
	})
}

// A plan's JSON has the capacity as it had, with six numbers.
func TestCapacityJSONStaysSmall(t *testing.T) {
	b, err := json.Marshal(clusterOf(t, solved(t, corp()), "prod-eu-1").Capacity())
	if want := `{"nodeAddresses":509,"nodeBlocks":512,"podsPerNode":253,"services":2044,"externalIPs":64,"ingressIPs":16}`; err != nil || string(b) != want {
		t.Errorf("%s, %v; want %s", b, err, want)
	}
}
