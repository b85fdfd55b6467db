package platform_test

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan/platform"
)

func TestLimits(t *testing.T) {
	for _, tt := range []struct {
		platform          platform.Name
		kind              platform.Range
		family            cidr.Family
		shortest, longest int
	}{
		{"", platform.Node, cidr.IPv4, 0, 32},
		{"", platform.Pod, cidr.IPv6, 0, 128},
		{"", platform.Pod, 0, 0, 0},
		{"nowhere", platform.Node, cidr.IPv4, 0, 32},
		{platform.Kubeadm, platform.Service, cidr.IPv4, 12, 28},
		{platform.Kubeadm, platform.Service, cidr.IPv6, 108, 124},
		{platform.Kubeadm, platform.Pod, cidr.IPv4, 0, 28},
		{platform.Kubeadm, platform.Node, cidr.IPv4, 0, 32},
		{platform.EKS, platform.Node, cidr.IPv4, 16, 28},
		{platform.EKS, platform.Node, cidr.IPv6, 64, 64},
		{platform.EKS, platform.Pod, cidr.IPv4, 0, 32}, // warnings: an overlay is free
		{platform.EKS, platform.Service, cidr.IPv4, 12, 24},
		{platform.GKE, platform.Node, cidr.IPv4, 0, 29},
		{platform.GKE, platform.Pod, cidr.IPv4, 0, 32}, // not confirmed, or to be had otherwise
		{platform.GKE, platform.Service, cidr.IPv4, 16, 27},
		{platform.AKS, platform.Node, cidr.IPv4, 8, 29},
		{platform.AKS, platform.Node, cidr.IPv6, 64, 64},
		{platform.AKS, platform.Service, cidr.IPv4, 13, 32},
		{platform.AKS, platform.Pod, cidr.IPv4, 0, 32}, // the /12 is one IPAM's
		{platform.OpenShift, platform.Pod, cidr.IPv4, 0, 32},
	} {
		if s, l := platform.Limits(tt.platform, tt.kind, tt.family); s != tt.shortest || l != tt.longest {
			t.Errorf("%s %s %v: /%d to /%d, want /%d to /%d", tt.platform, tt.kind, tt.family, s, l, tt.shortest, tt.longest)
		}
	}
}

func TestLost(t *testing.T) {
	for _, tt := range []struct {
		platform platform.Name
		kind     platform.Range
		v4, v6   uint64
	}{
		{"", platform.Node, 3, 2},
		{"", platform.Pod, 0, 0},
		{"", platform.Service, 0, 0},
		{platform.Kubeadm, platform.Node, 3, 2},
		{platform.EKS, platform.Node, 5, 2},
		{platform.EKS, platform.Pod, 5, 0},
		{platform.GKE, platform.Node, 4, 2},
		{platform.GKE, platform.Pod, 0, 0}, // a secondary range
		{platform.AKS, platform.Node, 5, 2},
		{platform.AKS, platform.Pod, 5, 0},
		{platform.AKS, platform.Service, 0, 0},
	} {
		v4, v6 := platform.Lost(tt.platform, tt.kind, cidr.IPv4), platform.Lost(tt.platform, tt.kind, cidr.IPv6)
		if v4 != tt.v4 || v6 != tt.v6 {
			t.Errorf("%s %s: %d and %d, want %d and %d", tt.platform, tt.kind, v4, v6, tt.v4, tt.v6)
		}
		if n := platform.Lost(tt.platform, tt.kind, 0); n != 0 {
			t.Errorf("%s %s: %d of no family", tt.platform, tt.kind, n)
		}
	}
}

func prefixes(text ...string) []netip.Prefix {
	var ps []netip.Prefix
	for _, s := range text {
		ps = append(ps, netip.MustParsePrefix(s))
	}
	return ps
}

func TestForbidden(t *testing.T) {
	everywhere := prefixes(
		"0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/4", "255.255.255.255/32",
		"::/127", "64:ff9b::/96", "100::/63", "fe80::/10", "ff00::/8",
	)
	for _, n := range []platform.Name{"", platform.Kubeadm, platform.EKS, platform.GKE} {
		if got := platform.Forbidden(n, platform.Pod); !slices.Equal(got, everywhere) {
			t.Errorf("%s: %v", n, got)
		}
	}
	with := func(more ...string) []netip.Prefix { return cidr.Aggregate(append(prefixes(more...), everywhere...)) }
	if got, want := platform.Forbidden(platform.AKS, platform.Pod), with("168.63.129.16/32", "172.30.0.0/15", "192.0.2.0/24"); !slices.Equal(got, want) {
		t.Errorf("AKS: %v", got)
	}
	if got, want := platform.Forbidden(platform.AKS, platform.External), with("168.63.129.16/32"); !slices.Equal(got, want) {
		t.Errorf("AKS, external: %v", got)
	}
	if got, want := platform.Forbidden(platform.OpenShift, platform.Service), with("100.64.0.0/16", "100.88.0.0/16", "fd97::/64", "fd98::/64", "fd69::/112"); !slices.Equal(got, want) {
		t.Errorf("OpenShift: %v", got)
	}
	if got := platform.Forbidden(platform.OpenShift, "gateway"); got != nil {
		t.Errorf("no such range: %v", got)
	}
}

func TestWithinAndDefaults(t *testing.T) {
	if got := platform.Within(platform.EKS, platform.Service, cidr.IPv4); !slices.Equal(got, prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")) {
		t.Errorf("EKS services: %v", got)
	}
	for _, r := range []platform.Range{platform.Node, platform.Pod} {
		if got := platform.Within(platform.EKS, r, cidr.IPv4); got != nil {
			t.Errorf("EKS %s: %v", r, got)
		}
	}
	if got := platform.Within(platform.EKS, platform.Service, cidr.IPv6); got != nil {
		t.Errorf("EKS IPv6 services: %v", got)
	}
	if got := platform.Within(platform.AKS, platform.Pod, cidr.IPv4); got != nil {
		t.Errorf("what is recommended is no limit: %v", got)
	}
	for _, tt := range []struct {
		platform platform.Name
		kind     platform.Range
		want     []netip.Prefix
	}{
		{"", platform.Pod, nil},
		{platform.Kubeadm, platform.Service, prefixes("10.96.0.0/12")},
		{platform.Kubeadm, platform.Pod, nil},
		{platform.K3s, platform.Pod, prefixes("10.42.0.0/16", "fd00:42::/56")},
		{platform.K3s, platform.Service, prefixes("10.43.0.0/16", "fd00:43::/112")},
		{platform.EKS, platform.Service, prefixes("10.100.0.0/16", "172.20.0.0/16")},
		{platform.OpenShift, platform.Node, prefixes("10.0.0.0/16")},
		{platform.OpenShift, platform.Pod, prefixes("10.128.0.0/14")},
		{platform.OpenShift, platform.Service, prefixes("172.30.0.0/16")},
	} {
		if got := platform.Defaults(tt.platform, tt.kind); !slices.Equal(got, tt.want) {
			t.Errorf("%s %s: %v, want %v", tt.platform, tt.kind, got, tt.want)
		}
	}
}

// No platform's own default breaks a fact that is an error there.
func TestDefaultsAreTaken(t *testing.T) {
	for n := range platform.Names() {
		for _, r := range []platform.Range{platform.Node, platform.Pod, platform.Service} {
			for _, p := range platform.Defaults(n, r) {
				for _, v := range platform.Check(n, r, p) {
					if v.Fact.Severity == k8sflags.Error {
						t.Errorf("%s: %s", n, v.Message)
					}
				}
			}
		}
	}
}

func TestCluster(t *testing.T) {
	for _, tt := range []struct {
		platform        platform.Name
		managed, single bool
		first           cidr.Family
	}{
		{"", false, false, 0},
		{platform.Kubeadm, false, false, 0},
		{platform.K3s, false, false, 0},
		{platform.EKS, true, true, 0},
		{platform.GKE, true, false, 0},
		{platform.AKS, true, false, 0},
		{platform.OpenShift, false, false, cidr.IPv4},
	} {
		if n := tt.platform; n.Managed() != tt.managed || n.SingleStack() != tt.single || n.FirstFamily() != tt.first {
			t.Errorf("%q: managed %t, single-stack %t, first %v", n, n.Managed(), n.SingleStack(), n.FirstFamily())
		}
	}
}

func TestNodes(t *testing.T) {
	for _, tt := range []struct {
		platform              platform.Name
		ipam                  k8sflags.IPAM
		nodes                 uint64
		least, standard, most uint64
		mask4                 int
		fixed4                bool
		mask6                 int
		fixed6                bool
	}{
		{platform: "", ipam: ""},
		{platform: platform.Kubeadm, standard: 110, mask4: 24, mask6: 64},
		{platform: platform.EKS, ipam: k8sflags.VPCCNI},
		{platform: platform.EKS, ipam: k8sflags.VPCCNIPrefix}, // 250 is a recommendation
		{platform: platform.GKE, ipam: k8sflags.GKE, standard: 110, most: 256},
		{platform: platform.AKS, ipam: k8sflags.AKSOverlay, nodes: 5000, least: 10, standard: 250, most: 250, mask4: 24, fixed4: true},
		{platform: platform.AKS, ipam: "", nodes: 400, least: 10, standard: 110, most: 250, mask4: 24, fixed4: true},
		{platform: platform.AKS, ipam: k8sflags.HostLocal, nodes: 400, least: 10, standard: 110, most: 250, mask4: 24, fixed4: true},
		{platform: platform.AKS, ipam: k8sflags.AKSNodeSubnet, least: 10, standard: 30, most: 250},
		{platform: platform.AKS, ipam: k8sflags.AKSPodSubnet, least: 10, standard: 110, most: 250},
		{platform: platform.AKS, ipam: k8sflags.AKSPodSubnetStatic, least: 10, standard: 110, most: 250},
		{platform: platform.AKS, ipam: k8sflags.Cilium, least: 10, most: 250},
		{platform: platform.OpenShift, ipam: k8sflags.OVNKubernetes, mask4: 23, mask6: 64, fixed6: true},
	} {
		n := tt.platform
		if got := n.MaxNodes(tt.ipam); got != tt.nodes {
			t.Errorf("%s, %s: %d nodes, want %d", n, tt.ipam, got, tt.nodes)
		}
		if least, standard, most := n.PodsPerNode(tt.ipam); least != tt.least || standard != tt.standard || most != tt.most {
			t.Errorf("%s, %s: %d, %d and %d pods", n, tt.ipam, least, standard, most)
		}
		if bits, fixed := n.NodeMask(tt.ipam, cidr.IPv4); bits != tt.mask4 || fixed != tt.fixed4 {
			t.Errorf("%s, %s: /%d, fixed %t", n, tt.ipam, bits, fixed)
		}
		if bits, fixed := n.NodeMask(tt.ipam, cidr.IPv6); bits != tt.mask6 || fixed != tt.fixed6 {
			t.Errorf("%s, %s: IPv6 /%d, fixed %t", n, tt.ipam, bits, fixed)
		}
		if bits, fixed := n.NodeMask(tt.ipam, 0); bits != 0 || fixed {
			t.Errorf("%s, %s: /%d of no family", n, tt.ipam, bits)
		}
	}
}
