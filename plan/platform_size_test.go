package plan_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// How long the range of a role is on each platform: what it loses of a subnet,
// and the smallest that it takes.
func TestPlatformSizes(t *testing.T) {
	nodes := func(n uint64) plan.ClusterSpec { return plan.ClusterSpec{Nodes: now(n)} }
	pods := func(n, pods uint64, m k8sflags.IPAM) plan.ClusterSpec {
		return plan.ClusterSpec{Nodes: now(n), PodsPerNode: pods, IPAM: m}
	}
	services := func(n uint64) plan.ClusterSpec { return plan.ClusterSpec{Services: now(n), Kubernetes: version(34)} }
	for _, tt := range []struct {
		platform platform.Name
		c        plan.ClusterSpec
		role     plan.Role
		bits     int
	}{
		// Subnets lose three addresses where no cloud keeps more.
		{"", nodes(1), plan.Node, 30},
		{"", nodes(13), plan.Node, 28},
		{"", nodes(14), plan.Node, 27},
		{platform.OpenShift, nodes(13), plan.Node, 28},

		// A VPC range is a /16 to /28 and loses five.
		{platform.EKS, nodes(1), plan.Node, 28},
		{platform.EKS, nodes(11), plan.Node, 28},
		{platform.EKS, nodes(12), plan.Node, 27},
		{platform.EKS, nodes(65_531), plan.Node, 16},
		{platform.EKS, services(0), plan.Service, 24},
		{platform.EKS, services(1000), plan.Service, 22},

		// 2^(32-S) - 4 nodes, from a /29 on.
		{platform.GKE, nodes(1), plan.Node, 29},
		{platform.GKE, nodes(4), plan.Node, 29},
		{platform.GKE, nodes(12), plan.Node, 28},
		{platform.GKE, nodes(252), plan.Node, 24},
		{platform.GKE, nodes(4092), plan.Node, 20},
		{platform.GKE, nodes(4093), plan.Node, 19},
		// Node blocks of twice the pods, in no less than a /21.
		{platform.GKE, pods(3, 8, k8sflags.GKE), plan.Pod, 21},
		{platform.GKE, pods(8, 110, k8sflags.GKE), plan.Pod, 21},
		{platform.GKE, pods(9, 110, k8sflags.GKE), plan.Pod, 20},
		{platform.GKE, pods(128, 32, k8sflags.GKE), plan.Pod, 19},
		{platform.GKE, services(0), plan.Service, 27},
		{platform.GKE, services(28), plan.Service, 27},
		{platform.GKE, services(60_000), plan.Service, 16},

		// A subnet is a /8 to /29 and loses five.
		{platform.AKS, nodes(1), plan.Node, 29},
		{platform.AKS, nodes(3), plan.Node, 29},
		{platform.AKS, nodes(4), plan.Node, 28},
		{platform.AKS, nodes(251), plan.Node, 24},
		{platform.AKS, nodes(252), plan.Node, 23},
		// Every node has a /24, however few its pods.
		{platform.AKS, pods(10, 30, k8sflags.AKSOverlay), plan.Pod, 20},
		{platform.AKS, pods(5000, 250, k8sflags.AKSOverlay), plan.Pod, 11},
		{platform.AKS, pods(10, 30, k8sflags.HostLocal), plan.Pod, 20},
		{platform.AKS, services(500_000), plan.Service, 13},
		// A subnet of static pod blocks is at most a /12, one of others is not.
		{platform.AKS, pods(4_095, 250, k8sflags.AKSPodSubnetStatic), plan.Pod, 12},
		{platform.AKS, plan.ClusterSpec{Pins: pinned(plan.Pod, "10.0.0.0/11"), IPAM: k8sflags.AKSPodSubnet}, plan.Pod, 11},

		// kubeadm wants room for fourteen pods and the tenth service address.
		{platform.Kubeadm, pods(1, 1, k8sflags.HostLocal), plan.Pod, 28},
		{platform.Kubeadm, services(0), plan.Service, 28},
	} {
		p, err := plan.Solve(on(tt.platform, tt.c))
		if err != nil {
			t.Errorf("%s %+v: %v", tt.platform, tt.c, err)
			continue
		}
		c, _ := p.Cluster(string(tt.platform) + "-1")
		if got := c.Block(tt.role).V4(); got.Bits() != tt.bits {
			t.Errorf("%s: %d nodes of %d pods, %d services: %s range %v, want a /%d", tt.platform, tt.c.Nodes.Now, tt.c.PodsPerNode, tt.c.Services.Now, tt.role, got, tt.bits)
		}
		// No length that was chosen is one that the platform warns of.
		for r := range map[plan.Role]bool{plan.Node: true, plan.Pod: true, plan.Service: true} {
			for _, x := range platform.Check(tt.platform, platform.Range(r), c.Block(r).V4()) {
				if x.Fact.Kind == platform.KindLongest {
					t.Errorf("%s", x.Message)
				}
			}
		}
	}
}

// What a platform takes of no cluster says by which fact, wherever the range
// would lie.
func TestPlatformRefusesSizes(t *testing.T) {
	pin := func(r plan.Role, p string) plan.ClusterSpec {
		return plan.ClusterSpec{Families: onlyIPv4, Pins: map[plan.Role]dualstack.Pair{r: pair(p)}}
	}
	for _, tt := range []struct {
		platform platform.Name
		c        plan.ClusterSpec
		path     string
		fact     string
	}{
		{platform.EKS, plan.ClusterSpec{Nodes: now(65_532)}, "clusters[0].nodes", "EKS-03"},
		{platform.EKS, plan.ClusterSpec{Services: now(1 << 20), Kubernetes: version(34)}, "clusters[0].services", "EKS-21"},
		{platform.GKE, plan.ClusterSpec{Services: now(65_535)}, "clusters[0].services", "GKE-06"},
		{platform.AKS, plan.ClusterSpec{Services: now(1 << 19), Kubernetes: version(34)}, "clusters[0].services", "AKS-07"},
		{platform.Kubeadm, plan.ClusterSpec{Services: now(1 << 20), Kubernetes: version(34)}, "clusters[0].services", "KUBEADM-01"},

		// A /12 has room for 4,095 nodes of 250 pods under the one IPAM that wants it.
		{platform.AKS, plan.ClusterSpec{Nodes: now(4_096), PodsPerNode: 250, IPAM: k8sflags.AKSPodSubnetStatic}, "clusters[0].podsPerNode", "AKS-08"},
		{platform.AKS, plan.ClusterSpec{IPAM: k8sflags.AKSPodSubnetStatic, Pins: pinned(plan.Pod, "10.0.0.0/11")}, "clusters[0].pins.pod", "AKS-08"},
		{platform.AKS, plan.ClusterSpec{IPAM: k8sflags.AKSPodSubnetStatic, Extra: []plan.BlockSpec{{Name: "a", Role: plan.Pod, Bits: dualstack.Masks{V4: 11}}}}, "clusters[0].extra[0].bits", "AKS-08"},

		{platform.EKS, pin(plan.Node, "10.0.0.0/15"), "clusters[0].pins.node", "EKS-03"},
		{platform.EKS, pin(plan.Service, "10.0.0.0/25"), "clusters[0].pins.service", "EKS-22"},
		{platform.EKS, pin(plan.Service, "100.64.0.0/16"), "clusters[0].pins.service", "EKS-20"},
		{platform.GKE, pin(plan.Service, "10.0.0.0/28"), "clusters[0].pins.service", "GKE-07"},
		{platform.AKS, pin(plan.Service, "10.0.0.0/12"), "clusters[0].pins.service", "AKS-07"},
		{platform.AKS, pin(plan.Pod, "172.30.0.0/16"), "clusters[0].pins.pod", "AKS-20"},
		{platform.AKS, pin(plan.Node, "168.63.129.0/24"), "clusters[0].pins.node", "AKS-21"},
		{platform.OpenShift, pin(plan.Pod, "100.64.0.0/14"), "clusters[0].pins.pod", "OPENSHIFT-10"},
		{platform.OpenShift, pin(plan.Service, "100.88.0.0/16"), "clusters[0].pins.service", "OPENSHIFT-12"},
		{"", pin(plan.Pod, "127.64.0.0/16"), "clusters[0].pins.pod", "IP-02"},
		{"", pin(plan.External, "224.1.0.0/24"), "clusters[0].pins.external", "IP-13"},
		{"", pin(plan.Node, "0.0.0.0/24"), "clusters[0].pins.node", "IP-01"},

		{platform.EKS, plan.ClusterSpec{Families: onlyIPv6, Pins: map[plan.Role]dualstack.Pair{plan.Service: pair("fd12::/108")}}, "clusters[0].pins.service", "EKS-24"},
		{platform.EKS, plan.ClusterSpec{Extra: []plan.BlockSpec{{Name: "a", Role: plan.Node, Bits: dualstack.Masks{V4: 29}}}}, "clusters[0].extra[0].bits", "EKS-04"},
		{platform.AKS, plan.ClusterSpec{Families: dualIPv4, Extra: []plan.BlockSpec{{Name: "a", Role: plan.Node, Bits: dualstack.Masks{V4: 24, V6: 56}}}}, "clusters[0].extra[0].bits", "AKS-05"},
	} {
		var bad plan.SpecErrors
		if err := on(tt.platform, tt.c).Validate(); !errors.As(err, &bad) || len(bad) != 1 {
			t.Errorf("%s %s: %v", tt.platform, tt.fact, err)
			continue
		}
		if e := bad[0]; e.Path != tt.path || !strings.Contains(e.Message, tt.fact+": ") {
			t.Errorf("%s, %s: %v", tt.path, tt.fact, e)
		}
	}
}

// A network loses what the strictest of its clusters' platforms keeps, for all
// of them.
func TestNetworkOfPlatforms(t *testing.T) {
	s := on(platform.EKS, plan.ClusterSpec{Nodes: now(6), NodeNetwork: "vpc"})
	s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: "own", Nodes: now(6), NodeNetwork: "vpc"})
	s.Networks = []plan.Network{{Name: "vpc"}}
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := p.Cluster("own")
	if got, n := c.Block(plan.Node).V4().Bits(), c.Capacity().NodeAddresses; got != 27 || n != 32-5-6 {
		t.Errorf("/%d, %d nodes", got, n)
	}
	for _, tt := range []struct{ pin, says string }{
		{"10.1.0.0/28", "has 11 addresses for nodes, needs 12"},
		{"10.0.0.0/8", "EKS-03"},
		{"169.254.0.0/24", "IP-03"},
	} {
		s.Networks[0].Pin = pair(tt.pin)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", tt.pin, err)
		}
	}
}

// EKS chooses the IPv6 range of services itself, so that a plan has none.
func TestServicesThatThePlatformGives(t *testing.T) {
	p, err := plan.Solve(on(platform.EKS, plan.ClusterSpec{Families: onlyIPv6}))
	if err != nil {
		t.Fatal(err)
	}
	c, _ := p.Cluster("eks-1")
	if got := c.Block(plan.Service); !got.IsZero() {
		t.Errorf("services %v", got)
	}
	if got := c.Block(plan.Node); got.Primary().Bits() != 64 || cidr.FamilyOf(got.Primary()) != cidr.IPv6 {
		t.Errorf("nodes %v", got)
	}
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := plan.Decode(b); err != nil {
		t.Error(err)
	}
}

// kubeadm takes at most 2^16 node blocks of a pod range in IPv4 too, unless
// nodes get their blocks from elsewhere.
func TestKubeadmLimitsNodeBlocks(t *testing.T) {
	c := plan.ClusterSpec{Nodes: now(1 << 16), PodsPerNode: 10, Kubernetes: version(34)}
	many := c
	many.Nodes = now(1<<16 + 1)
	if err := on(platform.Kubeadm, c).Validate(); err != nil {
		t.Error(err)
	}
	var all plan.SpecErrors
	if err := on(platform.Kubeadm, many).Validate(); !errors.As(err, &all) || len(all) != 1 || all[0].Path != "clusters[0].nodes" || !strings.Contains(err.Error(), "KUBEADM-07") {
		t.Errorf("%v", err)
	}
	many.IPAM = k8sflags.Calico
	if err := on(platform.Kubeadm, many).Validate(); err != nil {
		t.Error(err)
	}

	// A pin of a /9 has room for blocks of a /28, of which there would be 2^19.
	c.Nodes, c.Pins = now(10), pinned(plan.Pod, "11.0.0.0/9")
	s := on(platform.Kubeadm, c)
	p := solved(t, s)
	got := clusterOf(t, p, "kubeadm-1")
	if m := got.NodeMasks(); m != (dualstack.Masks{V4: 25}) {
		t.Errorf("masks %v", m)
	}
	alternatives, err := got.CompareMasks()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range alternatives.Alternatives {
		if a.Masks.V4 > 25 && a.Enough {
			t.Errorf("kubeadm takes no %+v", a)
		}
	}
	if r := explained(t, got.Sizing(), plan.Pod, cidr.IPv4); !slices.Contains(lines(r), "node blocks at most 65536") {
		t.Errorf("lines %q", lines(r))
	}
	if fs := wrong(p.Audit()); len(fs) > 0 {
		t.Errorf("findings %v", fs)
	}

	if fs := plan.Audit(on(platform.Kubeadm, plan.ClusterSpec{Nodes: now(1<<16 + 1), PodsPerNode: 10}), nil); len(fs) != 1 || fs[0].Rule != plan.RuleSpec {
		t.Errorf("findings %v", fs)
	}
}
