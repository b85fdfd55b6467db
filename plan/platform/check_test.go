package platform_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan/platform"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		platform platform.Name
		kind     platform.Range
		prefix   string
		want     []string // severity, ID and what was hit
	}{
		{"", platform.Node, "10.0.0.0/16", nil},
		{"", platform.Pod, "10.244.0.0/16", nil},
		{"", platform.Service, "fd12:3456:789a::/112", nil},
		{"", platform.External, "8.8.8.0/24", nil},
		{"", platform.Ingress, "127.0.0.0/16", []string{"error IP-02 127.0.0.0/8"}},
		{"", platform.Pod, "126.0.0.0/7", []string{"error IP-02 127.0.0.0/8"}},
		{"", platform.External, "203.0.113.7/24", []string{"warning IP-12 203.0.113.0/24"}},
		{"", platform.Pod, "240.0.0.0/4", []string{"warning IP-14 240.0.0.0/4", "error IP-15 255.255.255.255/32"}},
		{"", platform.Pod, "100.70.0.0/16", []string{"info IP-34 100.64.0.0/10"}},
		{"", platform.Pod, "100.100.0.0/16", []string{"info IP-34 100.64.0.0/10", "warning ANY-23 100.100.100.200/32"}},
		{"", platform.Pod, "fd00::/48", []string{"warning IP-33 fd00::/48"}},
		{"", platform.Pod, "fc01::/48", []string{"warning IP-32 fc00::/8"}},
		{"", platform.Pod, "fec0::/48", []string{"warning IP-30 fec0::/10"}},
		{"", platform.Pod, "::fffe:0:0/95", []string{"error IP-18 ::ffff:0.0.0.0/96"}},
		{"", platform.Pod, "fd00:ec2::/64", []string{"warning ANY-21 fd00:ec2::254/128"}},
		{"", platform.Pod, "172.17.0.0/16", []string{"warning ANY-10 172.17.0.0/16"}},
		{"", platform.External, "172.17.0.0/16", nil},
		{"", platform.Pod, "172.16.0.0/12", []string{"warning ANY-10 172.17.0.0/16", "warning ANY-11 172.18.0.0/16"}},
		{"", platform.Node, "169.254.0.0/16", []string{"error IP-03 169.254.0.0/16", "error ANY-20 169.254.169.254/32"}},
		{"nowhere", platform.Node, "127.0.0.0/16", []string{"error IP-02 127.0.0.0/8"}},

		{platform.Kubeadm, platform.Service, "10.96.0.0/11", []string{"error KUBEADM-01"}},
		{platform.Kubeadm, platform.Service, "10.96.0.0/12", nil},
		{platform.Kubeadm, platform.Service, "10.96.0.0/28", nil},
		{platform.Kubeadm, platform.Service, "10.96.0.0/29", []string{"error KUBEADM-03"}},
		{platform.Kubeadm, platform.Service, "fd12::/107", []string{"error KUBEADM-02"}},
		{platform.Kubeadm, platform.Pod, "fd12::/125", []string{"error KUBEADM-06"}},

		{platform.EKS, platform.Node, "10.0.0.0/15", []string{"error EKS-03"}},
		{platform.EKS, platform.Node, "10.0.0.0/29", []string{"error EKS-04"}},
		{platform.EKS, platform.Pod, "10.0.0.0/15", []string{"warning EKS-05"}},
		{platform.EKS, platform.Node, "fd12::/63", []string{"error EKS-07"}},
		{platform.EKS, platform.Node, "fd12::/64", nil},
		{platform.EKS, platform.Service, "10.100.0.0/16", nil},
		{platform.EKS, platform.Service, "100.64.0.0/16", []string{"info IP-34 100.64.0.0/10", "error EKS-20"}},
		{platform.EKS, platform.Service, "10.0.0.0/7", []string{"error EKS-20", "error EKS-21"}},
		{platform.EKS, platform.Service, "10.0.0.0/25", []string{"error EKS-22"}},
		{platform.EKS, platform.Service, "fd12::/108", []string{"error EKS-24"}},
		{platform.EKS, platform.Pod, "fd00:ec2:1::/64", []string{"warning EKS-32 fd00:ec2::/32"}},

		{platform.GKE, platform.Node, "10.0.0.0/30", []string{"error GKE-03"}},
		{platform.GKE, platform.Pod, "10.0.0.0/22", []string{"warning GKE-04"}},
		{platform.GKE, platform.Pod, "10.0.0.0/8", []string{"warning GKE-05"}},
		{platform.GKE, platform.Service, "10.0.0.0/28", []string{"error GKE-07"}},
		{platform.GKE, platform.Service, "34.118.224.0/20", nil},
		{platform.GKE, platform.Node, "199.36.153.0/24", []string{"warning GKE-12 199.36.153.4/30"}},

		{platform.AKS, platform.Service, "10.0.0.0/12", []string{"error AKS-07"}},
		{platform.AKS, platform.Service, "10.0.0.0/13", nil},
		{platform.AKS, platform.Pod, "172.30.0.0/16", []string{"warning ANY-11 172.28.0.0/14", "error AKS-20 172.30.0.0/16"}},
		{platform.AKS, platform.External, "168.63.129.0/24", []string{"warning ANY-22 168.63.129.16/32", "error AKS-21 168.63.129.16/32"}},
		{platform.AKS, platform.Pod, "8.0.0.0/11", nil}, // what holds under one IPAM is not judged

		{platform.OpenShift, platform.Node, "10.0.0.0/16", nil},
		{platform.OpenShift, platform.Pod, "100.64.0.0/10", []string{"info IP-34 100.64.0.0/10", "warning ANY-23 100.100.100.200/32", "error OPENSHIFT-10 100.64.0.0/16", "error OPENSHIFT-12 100.88.0.0/16"}},
		{platform.OpenShift, platform.Service, "fd98::/112", []string{"error OPENSHIFT-11 fd98::/64"}},
		{platform.OpenShift, platform.Node, "172.17.0.0/16", []string{"warning ANY-10 172.17.0.0/16", "warning OPENSHIFT-16 172.17.0.0/16"}},
	} {
		var got []string
		for _, v := range platform.Check(tt.platform, tt.kind, netip.MustParsePrefix(tt.prefix)) {
			hit := ""
			if v.Prefix.IsValid() {
				hit = " " + v.Prefix.String()
			}
			got = append(got, fmt.Sprintf("%v %s%s", v.Fact.Severity, v.Fact.ID, hit))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s %s %s: %q, want %q", tt.platform, tt.kind, tt.prefix, got, tt.want)
		}
	}
}

// A message says which range, what is wrong, and why; a guess says that it is
// one.
func TestMessages(t *testing.T) {
	for _, tt := range []struct {
		platform platform.Name
		kind     platform.Range
		prefix   string
		want     string
	}{
		{platform.AKS, platform.Service, "10.1.0.0/8", "service range 10.0.0.0/8 is larger than a /13: the service range has to be smaller than a /12"},
		{platform.GKE, platform.Pod, "10.0.0.0/8", "pod range 10.0.0.0/8 is larger than a /9: a pod range is at most a /9 (not confirmed)"},
		{"", platform.Pod, "172.16.0.0/14", "pod range 172.16.0.0/14 overlaps 172.18.0.0/16, 172.19.0.0/16: Docker takes networks of its own from here: machines that run Docker may not reach the range"},
		{"", platform.Node, "127.0.0.0/24", "node range 127.0.0.0/24 overlaps 127.0.0.0/8: Loopback (RFC 1122): every machine has these addresses for itself"},
		{platform.EKS, platform.Service, "20.0.0.0/16", "service range 20.0.0.0/16 does not lie within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16: EKS takes no other service range"},
		{platform.EKS, platform.Service, "fd12::/108", "service range fd12::/108 cannot be chosen: EKS chooses the IPv6 service range itself, from the unique local addresses"},
	} {
		vs := platform.Check(tt.platform, tt.kind, netip.MustParsePrefix(tt.prefix))
		if len(vs) == 0 || vs[len(vs)-1].Message != tt.want {
			t.Errorf("%s: %v", tt.want, vs)
		}
	}
}

// What is no range of IPv4 or IPv6 breaks nothing; neither does a range of a
// kind that nobody knows.
func TestCheckOfNothing(t *testing.T) {
	loopback := netip.MustParsePrefix("127.0.0.0/8")
	for _, p := range []netip.Prefix{{}, netip.PrefixFrom(loopback.Addr(), -1), netip.MustParsePrefix("::ffff:127.0.0.0/104")} {
		if vs := platform.Check(platform.EKS, platform.Node, p); vs != nil {
			t.Errorf("%v: %v", p, vs)
		}
		if vs := platform.Associate(platform.EKS, p, loopback); vs != nil {
			t.Errorf("%v: %v", p, vs)
		}
	}
	if vs := platform.Check(platform.EKS, "gateway", loopback); vs != nil {
		t.Errorf("%v", vs)
	}
}

// AWS's table of what a VPC may be given as well, by the range that it has.
func TestAssociate(t *testing.T) {
	const ok = ""
	for _, tt := range []struct{ has, more, want string }{
		{"10.2.0.0/16", "10.3.0.0/16", ok},
		{"10.2.0.0/16", "10.0.0.0/16", ok},
		{"10.2.0.0/16", "100.64.0.0/16", ok},
		{"10.2.0.0/16", "54.0.0.0/16", ok},
		{"10.2.0.0/16", "172.16.0.0/16", "EKS-50"},
		{"10.2.0.0/16", "192.168.0.0/16", "EKS-50"},
		{"10.2.0.0/16", "198.19.0.0/16", "EKS-50"},
		{"10.1.0.0/16", "10.0.0.0/16", "EKS-51"},
		{"10.1.0.0/24", "10.0.128.0/17", "EKS-51"},
		{"10.1.0.0/16", "10.2.0.0/16", ok},
		{"172.16.0.0/16", "172.18.0.0/16", ok},
		{"172.16.0.0/16", "172.31.0.0/16", "EKS-52"},
		{"172.16.0.0/16", "10.0.0.0/16", "EKS-52"},
		{"192.168.0.0/17", "192.168.128.0/17", ok},
		{"192.168.0.0/17", "10.0.0.0/16", "EKS-53"},
		{"198.19.0.0/17", "198.19.128.0/17", ok},
		{"198.19.0.0/17", "10.0.0.0/16", "EKS-54"},
		{"100.64.0.0/16", "100.65.0.0/16", ok},
		{"100.64.0.0/16", "10.0.0.0/16", "EKS-55"},
		{"54.0.0.0/16", "198.19.0.0/16", "EKS-55"},
		{"54.0.0.0/16", "fd12::/64", ok},
	} {
		got := ok
		for _, v := range platform.Associate(platform.EKS, netip.MustParsePrefix(tt.has), netip.MustParsePrefix(tt.more)) {
			got = strings.TrimSpace(got + " " + v.Fact.ID)
			if !v.Prefix.Overlaps(netip.MustParsePrefix(tt.more)) || !strings.Contains(v.Message, tt.more) || !strings.Contains(v.Message, tt.has) {
				t.Errorf("%s beside %s: %+v", tt.more, tt.has, v)
			}
		}
		if got != tt.want {
			t.Errorf("%s beside %s: %q, want %q", tt.more, tt.has, got, tt.want)
		}
	}
	if vs := platform.Associate(platform.GKE, netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.168.0.0/16")); vs != nil {
		t.Errorf("GKE: %v", vs)
	}
}

// drawPrefix draws a range, often one of the facts' own, or around it.
func drawPrefix(t *rapid.T, n platform.Name) netip.Prefix {
	var known []netip.Prefix
	for x := range platform.Facts(n) {
		for _, p := range x.Prefixes {
			if !p.Addr().Is4In6() {
				known = append(known, p)
			}
		}
	}
	p := rapid.SampledFrom(known).Draw(t, "near")
	if rapid.Bool().Draw(t, "anywhere") {
		p = netip.PrefixFrom(netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "v4"))), 32)
	}
	return netip.PrefixFrom(p.Addr(), rapid.IntRange(0, p.Addr().BitLen()).Draw(t, "bits")).Masked()
}

// A range that Limits, Forbidden and Within leave to a solver breaks no fact
// that is an error, and one that they do not leave breaks one. The exceptions
// are ranges that nobody can choose, and IPv4-mapped addresses, which Forbidden
// cannot name.
func TestSolverAndCheckAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom(slices.Concat([]platform.Name{""}, slices.Collect(platform.Names()))).Draw(t, "platform")
		r := rapid.SampledFrom([]platform.Range{platform.Node, platform.Pod, platform.Service, platform.External, platform.Ingress}).Draw(t, "range")
		p := drawPrefix(t, n)
		f := cidr.FamilyOf(p)
		if p.Overlaps(netip.MustParsePrefix("::ffff:0:0/96")) || n == platform.EKS && r == platform.Service && f == cidr.IPv6 {
			return
		}
		shortest, longest := platform.Limits(n, r, f)
		left := p.Bits() >= shortest && p.Bits() <= longest
		for _, q := range platform.Forbidden(n, r) {
			left = left && !q.Overlaps(p)
		}
		if within := platform.Within(n, r, f); within != nil {
			left = left && slices.ContainsFunc(within, func(q netip.Prefix) bool { return q.Contains(p.Addr()) && q.Bits() <= p.Bits() })
		}
		broken := false
		for _, v := range platform.Check(n, r, p) {
			broken = broken || v.Fact.Severity == k8sflags.Error
		}
		if left == broken {
			t.Fatalf("%s %s %v: left to the solver %t, error %t: %v", n, r, p, left, broken, platform.Check(n, r, p))
		}
	})
}

// Facts that hold under one IPAM count where it is named. On AKS none named is
// kubenet, which has no such fact about ranges.
func TestCheckUnder(t *testing.T) {
	p := netip.MustParsePrefix("11.0.0.0/11")
	for _, tt := range []struct {
		m    k8sflags.IPAM
		want []string
	}{
		{"", nil},
		{k8sflags.HostLocal, nil},
		{k8sflags.AKSPodSubnetStatic, []string{"AKS-08"}},
		{k8sflags.AKSOverlay, []string{"AKS-52"}},
	} {
		var got []string
		for _, x := range platform.CheckUnder(platform.AKS, tt.m, platform.Pod, p) {
			got = append(got, x.Fact.ID)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.m, got, tt.want)
		}
	}
	if got := platform.Check(platform.AKS, platform.Pod, p); got != nil {
		t.Errorf("under no IPAM in particular: %v", got)
	}
}
