package k8sflags

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

const (
	srcRoutes    = "staging/src/k8s.io/cloud-provider/controllers/route/route_controller.go"
	srcDualStack = "https://kubernetes.io/docs/concepts/services-networking/dual-stack/"
)

// agreementRules compare what several processes say about one thing. Nothing in
// Kubernetes does.
var agreementRules = []ruleRow{
	{Rule: Rule{ID: "KC601", Title: "kube-apiserver and kube-controller-manager differ about the service range", Severity: Warning,
		Source: "KEP-1880; " + srcNodeIPAM}, all: checkServicesDiffer},
	{Rule: Rule{ID: "KC602", Title: "service range of a kube-controller-manager that does not use it differs", Severity: Info,
		Source: srcNodeIPAM}, all: checkUnusedServicesDiffer},
	{Rule: Rule{ID: "KC603", Title: "kube-apiservers differ about the service range", Severity: Error,
		Source: "pkg/controlplane/controller/defaultservicecidr; pkg/registry/core/service/ipallocator/controller"}, all: checkAPIServersDiffer},
	{Rule: Rule{ID: "KC604", Title: "controller managers differ about the pod range", Severity: Error, Source: srcRoutes}, all: checkCloudDiffers},
	{Rule: Rule{ID: "KC605", Title: "kube-proxy's range does not cover the pods", Severity: Error,
		Source: "cmd/kube-proxy/app/server_linux.go, getLocalDetectors"}, all: checkProxyCovers},
	{Rule: Rule{ID: "KC606", Title: "families in another order than the service range's", Severity: Warning, Source: srcDualStack}, all: checkFamilyOrder},
	{Rule: Rule{ID: "KC608", Title: "kube-controller-managers differ about node blocks", Severity: Error,
		Source: "pkg/controller/nodeipam/ipam/range_allocator.go, NewCIDRRangeAllocator; cidrset/cidr_set.go, Occupy"}, all: checkManagersDiffer},
	{Rule: Rule{ID: "KC609", Title: "kube-apiservers differ about node ports", Severity: Warning,
		Source: "pkg/registry/core/service/portallocator/controller/repair.go"}, all: checkNodePortsDiffer},
	{Rule: Rule{ID: "KC610", Title: "local traffic by node blocks that nodes do not get", Severity: Warning,
		Source: "pkg/proxy/node.go, newNodeManager; the IPAMs' own allocators"}, all: checkDetectByBlocks},
	{Rule: Rule{ID: "KC631", Title: "kubelets differ about the cluster domain", Severity: Warning,
		Source: "pkg/kubelet/network/dns/dns.go: the search path of pods"}, all: checkDomainsDiffer},
	{Rule: Rule{ID: "KC607", Title: "services of a family that pods or nodes lack", Severity: Error, Source: srcDualStack}, all: checkFamilies},
}

func checkServicesDiffer(c *cluster, r report) {
	api := c.first(APIServer)
	if api == nil || api.services.shape() != "" {
		return
	}
	for _, m := range c.of(ControllerManager) {
		switch {
		case !m.allocates():
		case len(m.services.items) == 0:
			r.flag(m, serviceRange, "set it to "+rangeText(api), "kube-apiserver has %s: nothing keeps node blocks clear of it", rangeText(api))
		case m.services.shape() == "" && !m.services.same(&api.services):
			r.flag(m, serviceRange, "set it to "+rangeText(api), "kube-apiserver has %s: node blocks are kept clear of the wrong range", rangeText(api))
		}
	}
}

func checkUnusedServicesDiffer(c *cluster, r report) {
	api := c.first(APIServer)
	if api == nil || api.services.shape() != "" {
		return
	}
	for _, m := range c.of(ControllerManager) {
		if !m.allocates() && len(m.services.items) > 0 && !m.services.same(&api.services) {
			r.flag(m, serviceRange, "remove it, or set it to "+rangeText(api), "kube-apiserver has %s; not used, since node blocks are not given out", rangeText(api))
		}
	}
}

// rangeText is a process' service range in strict form.
func rangeText(m *member) string {
	if p, ok := m.services.pair(); ok {
		return p.String()
	}
	return m.services.text
}

func checkAPIServersDiffer(c *cluster, r report) {
	apis := c.of(APIServer)
	if len(apis) < 2 {
		return
	}
	for _, m := range apis[1:] {
		want, ok := apis[0].services.pair()
		got, ok2 := m.services.pair()
		if ok && ok2 && got != want {
			r.flag(m, serviceRange, "give every kube-apiserver the same ranges in the same order", "another kube-apiserver has %s", want)
		}
	}
}

// checkCloudDiffers: the route controller only removes routes inside its own
// range, and keeps those outside of it for ever.
func checkCloudDiffers(c *cluster, r report) {
	pods, allocator := c.allocator()
	if allocator == nil {
		return
	}
	for _, m := range c.of(CloudControllerManager) {
		got, ok := m.pods.pair()
		if ok && !m.pods.same(&allocator.pods) && m.routes() {
			r.flag(m, "cluster-cidr", "set it to "+pods.String(), "kube-controller-manager gives nodes blocks of %s, not of %s: the routes of some are wrong", pods, got)
		}
	}
}

func checkProxyCovers(c *cluster, r report) {
	pods, allocator := c.allocator()
	if allocator == nil {
		return
	}
	for _, m := range c.of(Proxy) {
		if !m.byClusterCIDR() || len(m.pods.items) == 0 || m.pods.shape() != "" {
			continue
		}
		for p := range pods.All() {
			if mine, ok := m.pods.of(cidr.FamilyOf(p)); !ok || !covers(mine, p) {
				r.flag(m, "cluster-cidr", "set it to "+pods.String(), "does not cover the pods' %s: their traffic is taken for traffic from outside of the cluster", p)
			}
		}
	}
}

// covers reports whether p holds all of q.
func covers(p, q netip.Prefix) bool { return p.Bits() <= q.Bits() && p.Contains(q.Addr()) }

func checkFamilyOrder(c *cluster, r report) {
	api := c.first(APIServer)
	if api == nil || api.services.shape() != "" {
		return
	}
	want := cidr.FamilyOf(api.services.items[0].prefix)
	judge := func(m *member, flag string, families []cidr.Family) {
		if len(families) == 2 && families[0] != families[1] && families[0] != want {
			r.flag(m, flag, "put "+want.String()+" first", "%s first, but the primary service range is %s", families[0], want)
		}
	}
	for _, m := range c.members {
		switch m.Component {
		case ControllerManager:
			if m.allocates() {
				judge(m, "cluster-cidr", familiesOf(&m.pods))
				judge(m, serviceRange, familiesOf(&m.services))
			}
		case CloudControllerManager:
			judge(m, "cluster-cidr", familiesOf(&m.pods))
		case Proxy:
			if !m.configFile && m.byClusterCIDR() {
				judge(m, "cluster-cidr", familiesOf(&m.pods))
			}
		case Kubelet:
			var families []cidr.Family
			for _, a := range m.nodeIPs {
				families = append(families, cidr.FamilyOfAddr(a))
			}
			judge(m, "node-ip", families)
		}
	}
}

func familiesOf(l *cidrList) []cidr.Family {
	p, ok := l.pair()
	if !ok {
		return nil
	}
	return p.Families()
}

// checkFamilies: a Service of a family has endpoints of that family only.
func checkFamilies(c *cluster, r report) {
	services, api, ok := c.serviceRange()
	if !ok || api.Component != APIServer {
		return
	}
	if pods, m := c.allocator(); m != nil {
		if missing := lacking(services, pods.Families()); missing != "" {
			r.flag(m, "cluster-cidr", "add a pod range of "+missing+", or drop that service range",
				"no pods of %s, so that Services of %s have no endpoints", missing, missing)
		}
	}
	for _, m := range c.of(Kubelet) {
		var families []cidr.Family
		for _, a := range m.nodeIPs {
			families = append(families, cidr.FamilyOfAddr(a))
		}
		if len(families) == 0 || slices.ContainsFunc(m.nodeIPs, netip.Addr.IsUnspecified) {
			continue // the kubelet looks for itself
		}
		if missing := lacking(services, families); missing != "" {
			r.flag(m, "node-ip", "add the node's address of "+missing+", or drop that service range",
				"no node address of %s, so that Services of %s have no endpoints there", missing, missing)
		}
	}
}

// lacking names the families of services that are not among those given.
func lacking(services dualstack.Pair, families []cidr.Family) string {
	var names []string
	for _, f := range services.Families() {
		if !slices.Contains(families, f) {
			names = append(names, f.String())
		}
	}
	return strings.Join(names, " and ")
}

// checkManagersDiffer: one of them leads, and the next one to lead takes over
// the nodes with the blocks that they have.
func checkManagersDiffer(c *cluster, r report) {
	managers := c.of(ControllerManager)
	if len(managers) < 2 {
		return
	}
	first := managers[0]
	pods, ok := first.pods.pair()
	const fix = "give every kube-controller-manager the same flags"
	for _, m := range managers[1:] {
		if m.allocates() != first.allocates() {
			r.flag(m, "allocate-node-cidrs", fix, "another kube-controller-manager does otherwise: whether nodes get blocks depends on who leads")
			continue
		}
		mine, ok2 := m.pods.pair()
		switch {
		case !m.allocates() || !ok || !ok2:
		case mine != pods:
			r.flag(m, "cluster-cidr", fix, "another kube-controller-manager has %s: it ends when it finds nodes with blocks of the other", pods)
		case m.nodeMasks(mine) != first.nodeMasks(pods):
			r.process(m, fix, "node masks %s, and another kube-controller-manager has %s: blocks may be given twice", m.nodeMasks(mine), first.nodeMasks(pods))
		}
	}
}

func checkNodePortsDiffer(c *cluster, r report) {
	apis := c.of(APIServer)
	if len(apis) < 2 {
		return
	}
	want, err := apis[0].nodePorts()
	for _, m := range apis[1:] {
		if got, err2 := m.nodePorts(); err == nil && err2 == nil && got != want {
			r.flag(m, nodePortRange, "give every kube-apiserver the same range",
				"%s, but another kube-apiserver has %s: each takes ports of the other for mistakes", got, want)
		}
	}
}

// checkDetectByBlocks: kube-proxy waits five minutes for the blocks of its node,
// and ends without. Controllers that the set does not show may give them.
func checkDetectByBlocks(c *cluster, r report) {
	row, err := c.opts.ipam.row()
	managers := c.of(ControllerManager)
	given := slices.ContainsFunc(managers, (*member).allocates) || slices.ContainsFunc(c.of(CloudControllerManager), func(m *member) bool {
		return m.boolean("allocate-node-cidrs", false)
	})
	for _, m := range c.of(Proxy) {
		if m.text("detect-local-mode") != DetectNodeCIDR {
			continue
		}
		switch {
		case err == nil && row.ownBlocks:
			r.flag(m, "detect-local-mode", "use ClusterCIDR, or the interfaces of the pods", "%s %s: Node.spec.podCIDRs are others, if there are any", row.name, row.gives())
		case len(managers) > 0 && !given:
			r.flag(m, "detect-local-mode", "use ClusterCIDR, or the interfaces of the pods", "no controller manager gives nodes blocks: kube-proxy waits for one and ends")
		}
	}
}

func checkDomainsDiffer(c *cluster, r report) {
	var first *member
	for _, m := range c.of(Kubelet) {
		switch domain := m.text("cluster-domain"); {
		case domain == "":
		case first == nil:
			first = m
		case strings.TrimSuffix(domain, ".") != strings.TrimSuffix(first.text("cluster-domain"), "."):
			r.flag(m, "cluster-domain", "give every kubelet the domain that the cluster's DNS serves", "another kubelet has %q: short names of Services mean nothing on one of them", first.text("cluster-domain"))
		}
	}
}
