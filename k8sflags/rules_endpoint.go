package k8sflags

import (
	"cmp"
	"net/netip"
	"strconv"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
)

func itoa(n int) string { return strconv.Itoa(n) }

// nodePortRules judge the ports of kube-apiserver.
var nodePortRules = []ruleRow{
	{Rule: Rule{ID: "KC211", Title: "node port range cannot be read", Severity: Error, Component: APIServer,
		Source: "staging/src/k8s.io/apimachinery/pkg/util/net/port_range.go"}, each: checkNodePorts},
	{Rule: Rule{ID: "KC212", Title: "secure port outside of 1 to 65535", Severity: Error, Component: APIServer,
		Source: "staging/src/k8s.io/apiserver/pkg/server/options/serving.go, ValidateWith"}, each: checkSecurePort},
	{Rule: Rule{ID: "KC213", Title: "node ports among the ephemeral ports", Severity: Warning, Component: APIServer,
		Source: "cmd/kube-apiserver/app/options/options.go, help of --service-node-port-range"}, each: checkEphemeral},
	{Rule: Rule{ID: "KC214", Title: "the API server's own port is a node port", Severity: Warning, Component: APIServer,
		Source: "pkg/registry/core/service/portallocator: the range is handed out whole"}, each: checkOwnPort},
	{Rule: Rule{ID: "KC216", Title: "node port range without ports to choose by hand", Severity: Info, Component: APIServer, Since: v1(28),
		Source: "KEP-3668; pkg/registry/core/service/portallocator/allocator.go, calculateRangeOffset"}, each: checkNodePortBand},
	{Rule: Rule{ID: "KC217", Title: "node ports among those of the node's own daemons", Severity: Warning, Component: APIServer,
		Source: "pkg/cluster/ports/ports.go"}, each: checkDaemonPorts},
	{Rule: Rule{ID: "KC215", Title: "node port of the Service kubernetes is not a node port", Severity: Error, Component: APIServer,
		Source: "cmd/kube-apiserver/app/options/validation.go, validateServiceNodePort"}, each: checkServiceNodePort},
}

const nodePortRange = "service-node-port-range"

// nodePorts returns the range that a kube-apiserver hands out. One of port 0
// alone is no default but a range without a port that can be handed out.
func (m *member) nodePorts() (PortRange, error) {
	text := strings.TrimSpace(m.text(nodePortRange))
	if text == "" {
		return defaultNodePorts(), nil
	}
	return ParsePortRange(text)
}

func checkNodePorts(_ *cluster, m *member, r report) {
	for f := range m.Flags.All() { // reading ends at the first mistake
		if normalName(f.Name) != nodePortRange {
			continue
		}
		if _, err := ParsePortRange(f.Value); err == nil {
			continue
		}
		r.flag(m, nodePortRange, "write a port, min-max or base+offset up to 65535", "kube-apiserver cannot read it as ports")
	}
}

func checkSecurePort(_ *cluster, m *member, r report) {
	if port := m.integer("secure-port", defaultSecurePort); port < 1 || port > 65535 {
		r.flag(m, "secure-port", "use a port from 1 to 65535", "no port; it cannot be turned off with 0")
	}
}

func checkEphemeral(c *cluster, m *member, r report) {
	if p, err := m.nodePorts(); err == nil && p.Overlaps(c.opts.ephemeral) {
		r.flag(m, nodePortRange, "keep it below "+itoa(c.opts.ephemeral.Min)+", or move the nodes' net.ipv4.ip_local_port_range",
			"%s overlaps %s, from which the nodes take the local ends of connections", p, c.opts.ephemeral)
	}
}

func checkOwnPort(_ *cluster, m *member, r report) {
	port := m.integer("secure-port", defaultSecurePort)
	if p, err := m.nodePorts(); err == nil && p.Contains(port) {
		r.flag(m, "secure-port", "use a port outside of "+p.String(), "%d lies in the node port range %s: a Service with that port hides the API server on its node", port, p)
	}
}

// checkNodePortBand: ports that Services ask for by number and ports given out
// to others collide less where the former have a band of their own.
func checkNodePortBand(_ *cluster, m *member, r report) {
	if p, err := m.nodePorts(); err == nil && p.Static().IsZero() {
		r.flag(m, nodePortRange, "use a range of more than 16 ports",
			"%d ports are too few to keep some for Services that ask for one: another may get it first", p.Size())
	}
}

// daemonPorts are the ports on which the daemons of a node listen unless told
// otherwise. It is never written.
var daemonPorts = []struct {
	port int
	what string
}{
	{10248, "the kubelet's health"}, {10249, "kube-proxy's metrics"}, {10250, "the kubelet"}, {10256, "kube-proxy's health"},
	{10257, "kube-controller-manager"}, {10258, "cloud-controller-manager"},
}

func checkDaemonPorts(_ *cluster, m *member, r report) {
	p, err := m.nodePorts()
	if err != nil {
		return
	}
	for _, d := range daemonPorts {
		if p.Contains(d.port) {
			r.flag(m, nodePortRange, "use a range without "+itoa(d.port), "%d in %s is the port of %s: a Service with it hides that on every node", d.port, p, d.what)
			return // the first says enough
		}
	}
}

func checkServiceNodePort(_ *cluster, m *member, r report) {
	port := m.integer("kubernetes-service-node-port", 0)
	if p, err := m.nodePorts(); err == nil && port != 0 && !p.Contains(port) {
		r.flag(m, "kubernetes-service-node-port", "use 0, or a port of the range", "not in the node port range %s", cmp.Or(p.String(), "0"))
	}
}

// endpointRules judge the address under which kube-apiserver is reached.
var endpointRules = []ruleRow{
	{Rule: Rule{ID: "KC221", Title: "advertised address is not of the primary service family", Severity: Error, Component: APIServer,
		Source: "cmd/kube-apiserver/app/options/validation.go, validatePublicIPServiceClusterIPRangeIPFamilies"}, each: checkAdvertiseFamily},
	{Rule: Rule{ID: "KC222", Title: "advertised address that no endpoint may have", Severity: Error, Component: APIServer,
		Source: "pkg/apis/core/validation/validation.go, ValidateNonSpecialIP"}, each: checkAdvertiseClass},
	{Rule: Rule{ID: "KC223", Title: "number of API servers is not positive", Severity: Error, Component: APIServer,
		Source: "cmd/kube-apiserver/app/options/validation.go"}, each: checkCount},
	{Rule: Rule{ID: "KC224", Title: "endpoint reconciler that does not exist", Severity: Error, Component: APIServer,
		Source: "pkg/controlplane/instance.go, createEndpointReconciler"}, each: checkReconciler},
	{Rule: Rule{ID: "KC225", Title: "endpoint reconciler that is deprecated", Severity: Warning, Component: APIServer,
		Source: "cmd/kube-apiserver/app/options/options.go, help of --endpoint-reconciler-type"}, each: checkReconcilerDeprecated},
}

// advertised returns the address that kube-apiserver puts into the endpoints of
// the Service kubernetes, with the flag that says so, as far as flags tell
// (apiserver/pkg/server/options/server_run_options.go, DefaultAdvertiseAddress).
func (m *member) advertised() (netip.Addr, string) {
	if a := m.addr("advertise-address"); a.IsValid() && !a.IsUnspecified() {
		return a, "advertise-address"
	}
	if a := m.addr("bind-address"); a.IsValid() && !a.IsUnspecified() && !a.IsLoopback() {
		return a, "bind-address"
	}
	return netip.Addr{}, ""
}

func checkAdvertiseFamily(_ *cluster, m *member, r report) {
	a, flag := m.advertised()
	if !a.IsValid() || m.services.shape() != "" || m.text("endpoint-reconciler-type") == "none" {
		return
	}
	primary := m.services.items[0].prefix
	if cidr.FamilyOfAddr(a) != cidr.FamilyOf(primary) {
		r.flag(m, flag, "use an address of "+cidr.FamilyOf(primary).String()+", or put the other service range first",
			"%s, but the primary service range %s is %s", cidr.FamilyOfAddr(a), primary, cidr.FamilyOf(primary))
	}
}

func checkAdvertiseClass(_ *cluster, m *member, r report) {
	a, flag := m.advertised()
	if a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsLinkLocalMulticast() {
		r.flag(m, flag, "use an address of the node's network",
			"no endpoint may be loopback or link-local, so the Service kubernetes stays without one")
	}
}

func checkCount(_ *cluster, m *member, r report) {
	if m.integer("apiserver-count", 1) < 1 {
		r.flag(m, "apiserver-count", "remove it", "not a positive number")
	}
}

func checkReconciler(_ *cluster, m *member, r report) {
	switch m.text("endpoint-reconciler-type") {
	case "", "lease", masterCount, "none":
	default:
		r.flag(m, "endpoint-reconciler-type", "use lease, or none", "kube-apiserver ends with \"Reconciler not implemented\"")
	}
}

const masterCount = "master-count"

func checkReconcilerDeprecated(_ *cluster, m *member, r report) {
	if m.text("endpoint-reconciler-type") == masterCount {
		r.flag(m, "endpoint-reconciler-type", "use lease, the default", "deprecated")
	}
}
