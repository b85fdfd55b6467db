package k8sflags

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

const (
	srcNodeIP  = "staging/src/k8s.io/component-helpers/node/util/ips.go, ParseNodeIPArgument"
	srcKubelet = "pkg/kubelet/kubelet.go"
)

// kubeletRules judge the kubelets' flags.
var kubeletRules = []ruleRow{
	{Rule: Rule{ID: "KC401", Title: "node address is not one address or one of each family", Severity: Error, Component: Kubelet, Source: srcNodeIP}, each: checkNodeIPShape},
	{Rule: Rule{ID: "KC402", Title: "node address that no node may have", Severity: Error, Component: Kubelet,
		Source: "pkg/kubelet/kubelet_node_status.go, validateNodeIP"}, each: checkNodeIPClass},
	{Rule: Rule{ID: "KC403", Title: "pod CIDR of a kubelet in a cluster", Severity: Warning, Component: Kubelet,
		Source: "cmd/kubelet/app/options/options.go; pkg/kubelet/kubelet_node_status.go, updatePodCIDR"}, each: checkKubeletPodCIDR},
	{Rule: Rule{ID: "KC404", Title: "cluster DNS outside of the service range", Severity: Error, Component: Kubelet,
		Source: "cmd/kubeadm/app/constants/constants.go, GetDNSIP; " + srcKubelet}, each: checkDNSRange},
	{Rule: Rule{ID: "KC405", Title: "cluster DNS where another Service may get its address", Severity: Warning, Component: Kubelet, Since: v1(25),
		Source: "KEP-3070; pkg/registry/core/service/ipallocator/ipallocator.go, calculateRangeOffset"}, each: checkDNSBand},
	{Rule: Rule{ID: "KC406", Title: "cluster DNS that is no address", Severity: Warning, Component: Kubelet, Source: srcKubelet}, each: checkDNSForm},
	{Rule: Rule{ID: "KC407", Title: "negative number of pods", Severity: Error, Component: Kubelet,
		Source: "pkg/kubelet/apis/config/validation/validation.go"}, each: checkMaxPods},
	{Rule: Rule{ID: "KC408", Title: "node address that cannot be read", Severity: Warning, Component: Kubelet, Source: srcNodeIP}, each: checkNodeIPForm},
	{Rule: Rule{ID: "KC409", Title: "node addresses of both families where the cloud provider cannot have them", Severity: Error, Component: Kubelet,
		Source: srcNodeIP + "; KEP-3705"}, each: checkCloudNodeIPs},
	{Rule: Rule{ID: "KC410", Title: "more cluster DNS addresses than a pod gets", Severity: Warning, Component: Kubelet,
		Source: "pkg/apis/core/validation/validation.go, MaxDNSNameservers; pkg/kubelet/network/dns/dns.go"}, each: checkDNSCount},
	{Rule: Rule{ID: "KC411", Title: "no cluster DNS", Severity: Warning, Component: Kubelet,
		Source: "pkg/kubelet/network/dns/dns.go, event MissingClusterDNS"}, each: checkDNSMissing},
	{Rule: Rule{ID: "KC412", Title: "pod CIDR that is not one range or one of each family", Severity: Warning, Component: Kubelet,
		Source: srcKubelet + ": handed to the container runtime as it is"}, each: checkKubeletPodShape},
}

func checkNodeIPShape(_ *cluster, m *member, r report) {
	ips := m.nodeIPs
	const fix = "give one address, or one of each family with a comma between them"
	switch {
	case len(ips) > 2:
		r.flag(m, "node-ip", fix, "%d addresses, at most one of each family", len(ips))
	case len(ips) == 2 && cidr.FamilyOfAddr(ips[0]) == cidr.FamilyOfAddr(ips[1]):
		r.flag(m, "node-ip", fix, "two addresses of one family")
	case len(ips) == 2 && (ips[0].IsUnspecified() || ips[1].IsUnspecified()):
		r.flag(m, "node-ip", fix, "a pair cannot have 0.0.0.0 or ::")
	}
}

func checkNodeIPForm(_ *cluster, m *member, r report) {
	text := m.text("node-ip")
	if text == "" {
		return
	}
	for element := range strings.SplitSeq(text, ",") {
		if _, ok := sloppyAddr(strings.TrimSpace(element)); !ok {
			r.flag(m, "node-ip", "write the node's address", "%q is no address and is left out; without any the kubelet looks for itself", element)
		}
	}
}

// checkCloudNodeIPs: a pair is for kubelets without a cloud provider, and with
// an external one since the feature gate is on.
func checkCloudNodeIPs(_ *cluster, m *member, r report) {
	provider := m.text("cloud-provider")
	if provider == "" || len(m.nodeIPs) != 2 || (provider == "external" && m.gateOn("CloudDualStackNodeIPs")) {
		return
	}
	r.flag(m, "node-ip", "give the primary address alone, or go to Kubernetes 1.29 and --cloud-provider=external",
		"not a pair with --cloud-provider=%s at Kubernetes %s", provider, m.at)
}

func checkNodeIPClass(_ *cluster, m *member, r report) {
	for _, a := range m.nodeIPs {
		var what string
		switch {
		case a.IsLoopback():
			what = "loopback"
		case a.IsMulticast():
			what = "multicast"
		case a.IsLinkLocalUnicast():
			what = "link-local"
		default: // 0.0.0.0 and :: mean: find one of that family
			continue
		}
		r.flag(m, "node-ip", "use an address of the node's network", "%s is %s, which the kubelet does not take as the node's", a, what)
	}
}

// checkKubeletPodCIDR: the kubelet hands its own pod CIDR to the runtime when
// it starts, and replaces it by the node's as soon as there is one. Where
// nobody gives nodes blocks it stays.
func checkKubeletPodCIDR(c *cluster, m *member, r report) {
	if m.text("pod-cidr") == "" || c.keepsPodCIDR(m) {
		return
	}
	r.flag(m, "pod-cidr", "remove it; in a cluster Node.spec.podCIDRs decides", "for standalone kubelets; in a cluster it is replaced by the node's own block")
}

// keepsPodCIDR reports whether nobody replaces a kubelet's --pod-cidr.
func (c *cluster) keepsPodCIDR(m *member) bool {
	if !c.inCluster(m) {
		return true
	}
	managers := c.of(ControllerManager)
	return len(managers) > 0 && !slices.ContainsFunc(managers, func(m *member) bool { return m.boolean("allocate-node-cidrs", false) })
}

func checkKubeletPodShape(c *cluster, m *member, r report) {
	if len(m.pods.items) == 0 || !c.keepsPodCIDR(m) {
		return
	}
	if wrong := m.pods.shape(); wrong != "" {
		r.flag(m, "pod-cidr", "give one range, or one of each family with a comma and no space between them", "%s, which the kubelet does not check", wrong)
	}
}

func checkDNSRange(c *cluster, m *member, r report) {
	services, _, ok := c.serviceRange()
	if !ok || !c.inCluster(m) {
		return
	}
	for _, a := range m.clusterDNS {
		if a.IsLinkLocalUnicast() {
			continue // NodeLocal DNSCache listens on a link-local address of each node
		}
		p, ok := containing(services, a)
		switch {
		case !ok:
			r.flag(m, "cluster-dns", "use an address of the service range, by convention its tenth", "%s is not in the service range %s", a, services)
		case a == p.Addr():
			r.flag(m, "cluster-dns", "use another address of the range", "%s is the network address of %s, which no Service gets", a, p)
		case a.Is4() && a == cidr.Last(p):
			r.flag(m, "cluster-dns", "use another address of the range", "%s is the broadcast address of %s, which no Service gets", a, p)
		case p == services.Primary() && a == p.Addr().Next():
			r.flag(m, "cluster-dns", "use another address of the range", "%s is the address of the Service kubernetes", a)
		}
	}
}

// containing returns the range of a pair in which a lies.
func containing(pair dualstack.Pair, a netip.Addr) (netip.Prefix, bool) {
	for p := range pair.All() {
		if p.Contains(a) {
			return p, true
		}
	}
	return netip.Prefix{}, false
}

func checkDNSBand(c *cluster, m *member, r report) {
	services, _, ok := c.serviceRange()
	if !ok || !c.inCluster(m) {
		return
	}
	for _, a := range m.clusterDNS {
		p, ok := containing(services, a)
		if !ok {
			continue
		}
		n, err := cidr.Offset(p, a)
		static := staticServices(p)
		switch {
		case err == nil && n <= static:
		case static == 0:
			r.flag(m, "cluster-dns", "create the DNS Service first, or use a range of more than 16 addresses",
				"%s is too small to keep addresses for Services that ask for one: another Service may get %s first", p, a)
		default:
			r.flag(m, "cluster-dns", "use one of the first "+itoa(int(static))+" addresses behind the network address",
				"%s is not among the first %d addresses of %s, which are given out last: another Service may get it first", a, static, p)
		}
	}
}

func checkDNSForm(_ *cluster, m *member, r report) {
	text, ok := m.text("cluster-dns"), m.isSet("cluster-dns")
	if !ok || text == "" {
		return
	}
	for element := range strings.SplitSeq(text, ",") {
		if _, ok := sloppyAddr(element); !ok {
			r.flag(m, "cluster-dns", "write addresses with commas and no spaces", "%q is no address and is left out", element)
		}
	}
}

func checkMaxPods(_ *cluster, m *member, r report) {
	for _, flag := range []string{"max-pods", "pods-per-core"} {
		if m.integer(flag, 0) < 0 {
			r.flag(m, flag, "use a positive number", "negative")
		}
	}
}

// maxNameservers is how many nameservers a pod's resolv.conf has at most.
const maxNameservers = 3

func checkDNSCount(_ *cluster, m *member, r report) {
	if n := len(m.clusterDNS); n > maxNameservers {
		r.flag(m, "cluster-dns", "name at most three", "%d addresses, of which pods get the first %d", n, maxNameservers)
	}
}

func checkDNSMissing(c *cluster, m *member, r report) {
	if m.text("cluster-dns") == "" && !m.configFile && c.inCluster(m) {
		r.flag(m, "cluster-dns", "set it to the address of the DNS Service, by convention the tenth of the service range",
			"pods are given the node's own nameservers, which know of no Services")
	}
}
