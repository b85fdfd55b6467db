package plan_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

// lengths solves a fleet of one dual-stack cluster and returns the prefix
// lengths of its ranges, "/25,/64".
func lengths(t *testing.T, c plan.ClusterSpec, r plan.Role) string {
	t.Helper()
	c.Families = dualIPv4
	if c.Nodes == (plan.Count{}) {
		c.Nodes = now(1)
	}
	p, err := plan.Solve(oneCluster(c))
	if err != nil {
		t.Fatal(err)
	}
	got, _ := p.Cluster("c")
	b := got.Block(r)
	if b.IsZero() {
		return ""
	}
	return fmt.Sprintf("/%d,/%d", b.V4().Bits(), b.V6().Bits())
}

// The machines, the network and broadcast address, and a gateway.
func TestNodeRange(t *testing.T) {
	for _, tt := range []struct {
		nodes uint64
		want  string
	}{
		{1, "/30,/64"},
		{2, "/29,/64"}, // with the three that no node can have, 5 addresses
		{5, "/29,/64"},
		{6, "/28,/64"},
		{13, "/28,/64"},
		{14, "/27,/64"},
		{253, "/24,/64"},
		{254, "/23,/64"},
		{300, "/23,/64"},
		{5000, "/19,/64"},
	} {
		if got := lengths(t, plan.ClusterSpec{Nodes: now(tt.nodes), PodsPerNode: 1}, plan.Node); got != tt.want {
			t.Errorf("%d nodes: %s, want %s", tt.nodes, got, tt.want)
		}
	}
}

// A block for every node, the smallest that holds its pods and what the IPAM
// takes; the number of blocks rounded up to a power of two.
func TestPodRange(t *testing.T) {
	for _, tt := range []struct {
		name        string
		nodes, pods uint64
		ipam        k8sflags.IPAM
		want        string
		masks       dualstack.Masks
	}{
		{"110 pods and 3 addresses are a /25", 1, 110, "", "/25,/64", dualstack.Masks{V4: 25, V6: 64}},
		{"none named means 110", 1, 0, "", "/25,/64", dualstack.Masks{V4: 25, V6: 64}},
		{"two nodes are two blocks", 2, 110, "", "/24,/63", dualstack.Masks{V4: 25, V6: 64}},
		{"three nodes take four blocks", 3, 110, "", "/23,/62", dualstack.Masks{V4: 25, V6: 64}},
		{"300 nodes take 512", 300, 110, "", "/16,/55", dualstack.Masks{V4: 25, V6: 64}},
		{"256 nodes take 256", 256, 110, "", "/17,/56", dualstack.Masks{V4: 25, V6: 64}},
		{"5000 nodes take 8192", 5000, 110, "", "/12,/51", dualstack.Masks{V4: 25, V6: 64}},
		{"65,536 nodes, the most of IPv6", 65536, 1, "", "/14,/48", dualstack.Masks{V4: 30, V6: 64}},
		{"125 pods fill a /25 of host-local", 1, 125, k8sflags.HostLocal, "/25,/64", dualstack.Masks{V4: 25, V6: 64}},
		{"126 do not fit", 1, 126, k8sflags.HostLocal, "/24,/64", dualstack.Masks{V4: 24, V6: 64}},
		{"253 fill a /24 of host-local", 1, 253, k8sflags.HostLocal, "/24,/64", dualstack.Masks{V4: 24, V6: 64}},
		{"254 do not fit", 1, 254, k8sflags.HostLocal, "/23,/64", dualstack.Masks{V4: 23, V6: 64}},
		{"252 fill a /24 of Cilium", 1, 252, k8sflags.Cilium, "/24,/64", dualstack.Masks{V4: 24, V6: 64}},
		{"253 do not fit", 1, 253, k8sflags.Cilium, "/23,/64", dualstack.Masks{V4: 23, V6: 64}},
		{"252 fill a /24 of OVN-Kubernetes", 1, 252, k8sflags.OVNKubernetes, "/24,/64", dualstack.Masks{V4: 24, V6: 64}},
		{"253 do not fit", 1, 253, k8sflags.OVNKubernetes, "/23,/64", dualstack.Masks{V4: 23, V6: 64}},
		{"508 fill a /23 of OVN-Kubernetes", 1, 508, k8sflags.OVNKubernetes, "/23,/64", dualstack.Masks{V4: 23, V6: 64}},
		{"64 fill a /26 of Calico", 1, 64, k8sflags.Calico, "/26,/64", dualstack.Masks{V4: 26, V6: 64}},
		{"65 do not fit", 1, 65, k8sflags.Calico, "/25,/64", dualstack.Masks{V4: 25, V6: 64}},
		{"a pod a node of host-local is a /30", 1, 1, "", "/30,/64", dualstack.Masks{V4: 30, V6: 64}},
		{"a pod a node of Calico is an address", 1, 1, k8sflags.Calico, "/32,/64", dualstack.Masks{V4: 32, V6: 64}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := plan.ClusterSpec{Nodes: now(tt.nodes), PodsPerNode: tt.pods, IPAM: tt.ipam}
			if got := lengths(t, c, plan.Pod); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			c.Name, c.Families = "c", dualIPv4
			p, err := plan.Solve(oneCluster(c))
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := p.Cluster("c"); got.NodeMasks() != tt.masks {
				t.Errorf("node masks %v, want %v", got.NodeMasks(), tt.masks)
			}
		})
	}
}

// The Services, the kubernetes Service and DNS; in IPv4 neither the network
// nor the broadcast address is one, in IPv6 the network address is none.
func TestServiceRange(t *testing.T) {
	for _, tt := range []struct {
		minor    int
		services uint64
		want     string
	}{
		{34, 0, "/28,/112"}, // where cluster DNS has its conventional address
		{34, 12, "/28,/112"},
		{34, 13, "/27,/112"},
		{34, 28, "/27,/112"},
		{34, 29, "/26,/112"},
		{34, 2000, "/21,/112"},
		{34, 2044, "/21,/112"},
		{34, 2045, "/20,/112"},
		{33, 65_532, "/16,/112"},
		{33, 65_533, "/15,/112"},
		{34, 65_533, "/15,/112"},
		{34, 65_534, "/15,/111"}, // no bitmap any more
		{34, 1_048_573, "/11,/108"},
		{34, 1_048_574, "/11,/107"},
		{37, 1 << 24, "/7,/103"},
	} {
		c := plan.ClusterSpec{Kubernetes: version(tt.minor), Services: now(tt.services)}
		if got := lengths(t, c, plan.Service); got != tt.want {
			t.Errorf("%d services at 1.%d: %s, want %s", tt.services, tt.minor, got, tt.want)
		}
	}
}

// Up to 1.33 a service range has at most 20 host bits, and an IPv6 one at most
// 65,535 addresses that are used. From 1.34 on it is IPv6's /64 that limits.
func TestServiceLimits(t *testing.T) {
	for _, tt := range []struct {
		name     string
		c        plan.ClusterSpec
		services uint64
		ok       bool
	}{
		{"all of a /12", plan.ClusterSpec{Kubernetes: version(33), Families: onlyIPv4}, 1<<20 - 4, true},
		{"one more", plan.ClusterSpec{Kubernetes: version(33), Families: onlyIPv4}, 1<<20 - 3, false},
		{"one more, later", plan.ClusterSpec{Kubernetes: version(34), Families: onlyIPv4}, 1<<20 - 3, true},
		{"without a version the oldest counts", plan.ClusterSpec{Families: onlyIPv4}, 1<<20 - 3, false},
		{"all of the bitmap", plan.ClusterSpec{Kubernetes: version(24), Families: onlyIPv6}, 65_533, true},
		{"one more", plan.ClusterSpec{Kubernetes: version(24), Families: onlyIPv6}, 65_534, false},
		{"the last with a bitmap", plan.ClusterSpec{Kubernetes: version(33), Families: onlyIPv6}, 65_534, false},
		{"the first without", plan.ClusterSpec{Kubernetes: version(34), Families: onlyIPv6}, 65_534, true},
		{"without a version, IPv6", plan.ClusterSpec{Families: onlyIPv6}, 65_534, false},
		{"all of a /64", plan.ClusterSpec{Kubernetes: version(34), Families: onlyIPv6}, math.MaxUint64 - 2, true},
		{"more than a /64", plan.ClusterSpec{Kubernetes: version(34), Families: onlyIPv6}, math.MaxUint64 - 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.c.Nodes, tt.c.Services = now(1), now(tt.services)
			if _, err := plan.Solve(oneCluster(tt.c)); (err == nil) != tt.ok {
				t.Errorf("%d services at %v: %v", tt.services, tt.c.Kubernetes, err)
			}
		})
	}
}

// Every address counts, and none asked for is no range.
func TestExternalAndIngressRanges(t *testing.T) {
	for _, tt := range []struct {
		n    uint64
		want string
	}{
		{0, ""},
		{1, "/32,/112"},
		{2, "/31,/112"},
		{3, "/30,/112"},
		{64, "/26,/112"},
		{65, "/25,/112"},
		{65_536, "/16,/112"},
		{65_537, "/15,/111"},
	} {
		if got := lengths(t, plan.ClusterSpec{ExternalIPs: now(tt.n)}, plan.External); got != tt.want {
			t.Errorf("%d external addresses: %s, want %s", tt.n, got, tt.want)
		}
		if got := lengths(t, plan.ClusterSpec{IngressIPs: now(tt.n)}, plan.Ingress); got != tt.want {
			t.Errorf("%d ingress addresses: %s, want %s", tt.n, got, tt.want)
		}
	}
}

// It is the number to come that counts.
func TestRangesAreForTheMost(t *testing.T) {
	grows := plan.Count{Now: 1, Max: 300}
	c := plan.ClusterSpec{Nodes: grows, Services: grows, ExternalIPs: grows, IngressIPs: grows}
	for r, want := range map[plan.Role]string{
		plan.Node: "/23,/64", plan.Pod: "/16,/55", plan.Service: "/23,/112", plan.External: "/23,/112", plan.Ingress: "/23,/112",
	} {
		if got := lengths(t, c, r); got != want {
			t.Errorf("%s: %s, want %s", r, got, want)
		}
	}
}

// A fleet as the documentation has it, computed by hand: 300 nodes and three
// more are a /23; 2,000 services and two more a /21; 64 and 16 addresses a /26
// and a /28. The pods are pinned to 512 blocks of a /24 and a /64: 110 pods would
// fit into a /25, but of 1,024 of those half would never have an IPv6 block.
func TestSample(t *testing.T) {
	s := corp()
	s.Clusters, s.Networks = s.Clusters[:1], nil
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := p.Cluster("prod-eu-1")
	for r, want := range map[plan.Role]string{
		// Each at the start of the first free block: 10.0.0.0/16 is reserved,
		// so that the smallest hole is the /16 beside it; the largest goes
		// first, and the others follow it by size.
		plan.Node:     "10.1.0.0/23,fd12:3456:789a:100::/64",
		plan.Pod:      "10.244.0.0/15,fd12:3456:789a:f400::/55",
		plan.Service:  "10.128.0.0/21,fd12:3456:789a:101::/112",
		plan.External: "10.1.2.0/26,fd12:3456:789a:101::1:0/112",
		plan.Ingress:  "10.1.2.64/28,fd12:3456:789a:101::2:0/112",
	} {
		if got := c.Block(r); got != pair(want) {
			t.Errorf("%s: %v, want %s", r, got, want)
		}
	}
	if got, want := c.NodeMasks(), (dualstack.Masks{V4: 24, V6: 64}); got != want {
		t.Errorf("node masks %v, want %v", got, want)
	}
	want := plan.Capacity{NodeAddresses: 509, NodeBlocks: 512, PodsPerNode: 253, Services: 2044, ExternalIPs: 64, IngressIPs: 16}
	if got := c.Capacity(); got != want {
		t.Errorf("capacity %+v, want %+v", got, want)
	}
	if got := c.Capacity(); got.Nodes() != 509 || got.Pods() != 512*253 {
		t.Errorf("%d nodes and %d pods, want 509 and %d", got.Nodes(), got.Pods(), 512*253)
	}
}
