package k8sflags

import (
	"slices"
	"strings"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
)

const (
	srcProxyValidation = "pkg/proxy/apis/config/validation/validation.go"
	srcProxyFlags      = "cmd/kube-proxy/app/options.go"
)

// proxyRules judge kube-proxy. With a configuration file its flags count for
// nothing, which is the only rule that then applies.
var proxyRules = []ruleRow{
	{Rule: Rule{ID: "KC501", Title: "kube-proxy flags beside a configuration file", Severity: Warning, Component: Proxy, Source: srcProxyFlags + ", Complete"}, each: checkProxyConfig},
	{Rule: Rule{ID: "KC502", Title: "proxy mode that does not exist at the version", Severity: Error, Component: Proxy, Source: srcProxyValidation + "; KEP-3866"}, each: checkProxyMode},
	{Rule: Rule{ID: "KC503", Title: "proxy mode is deprecated", Severity: Warning, Component: Proxy, Source: "KEP-5495"}, each: checkProxyModeDeprecated},
	{Rule: Rule{ID: "KC504", Title: "sync period that cannot be", Severity: Error, Component: Proxy, Source: srcProxyValidation}, each: checkSyncPeriods},
	{Rule: Rule{ID: "KC505", Title: "flag of another proxy mode", Severity: Warning, Component: Proxy, Source: srcProxyFlags + ", processV1Alpha1Flags"}, each: checkOtherMode},
	{Rule: Rule{ID: "KC506", Title: "unknown way to detect local traffic, or one without its interface", Severity: Error, Component: Proxy, Source: srcProxyValidation}, each: checkDetectMode},
	{Rule: Rule{ID: "KC507", Title: "cluster CIDR that is not used", Severity: Warning, Component: Proxy, Source: srcProxyFlags + ", help of --cluster-cidr"}, each: checkProxyUnused},
	{Rule: Rule{ID: "KC508", Title: "cluster CIDR is not one range or one of each family", Severity: Error, Component: Proxy, Source: srcProxyValidation}, each: checkProxyCIDR},
	{Rule: Rule{ID: "KC509", Title: "no cluster CIDR to detect local traffic by", Severity: Warning, Component: Proxy, Source: "cmd/kube-proxy/app/server_linux.go, getLocalDetectors"}, each: checkProxyNoCIDR},
	{Rule: Rule{ID: "KC511", Title: "node port addresses that cannot be read", Severity: Error, Component: Proxy, Source: srcProxyValidation + ", validateKubeProxyNodePortAddress"}, each: checkNodePortAddresses},
	{Rule: Rule{ID: "KC512", Title: "excluded range that cannot be read", Severity: Error, Component: Proxy, Source: srcProxyValidation + ", validateIPVSExcludeCIDRs"}, each: checkExcluded},
	{Rule: Rule{ID: "KC513", Title: "cluster CIDR without the family of the bind address", Severity: Warning, Component: Proxy, Source: "cmd/kube-proxy/app/server.go, checkBadConfig"}, each: checkBindFamily},
	{Rule: Rule{ID: "KC510", Title: "proxy mode left to a default that is to change", Severity: Info, Component: Proxy, Since: v1(37), Source: "KEP-5495"}, each: checkProxyModeUnset},
}

// proxyFlags are the flags of kube-proxy that a configuration file overrides.
var proxyFlags = []string{
	"bind-address", "cluster-cidr", "detect-local-mode", "healthz-bind-address", "healthz-port", "iptables-localhost-nodeports",
	"iptables-min-sync-period", "iptables-sync-period", "ipvs-exclude-cidrs", "ipvs-min-sync-period", "ipvs-scheduler",
	"ipvs-strict-arp", "ipvs-sync-period", "masquerade-all", "metrics-bind-address", "metrics-port", "nodeport-addresses",
	"pod-bridge-interface", "pod-interface-name-prefix", "proxy-mode", "feature-gates",
}

func checkProxyConfig(_ *cluster, m *member, r report) {
	if !m.configFile {
		return
	}
	for _, flag := range proxyFlags {
		if m.isSet(flag) {
			r.flag(m, flag, "set it in the configuration file", "ignored, since --config is given")
		}
	}
}

func checkProxyMode(_ *cluster, m *member, r report) {
	if m.configFile {
		return
	}
	switch mode := m.text("proxy-mode"); mode {
	case "", ProxyIPTables, ProxyIPVS, "kernelspace": // the last one is Windows'
	case "userspace":
		if m.at.AtLeast(v1(26)) {
			r.flag(m, "proxy-mode", "use iptables or nftables", "removed in Kubernetes 1.26")
		}
	case ProxyNFTables:
		switch {
		case m.at.Compare(v1(29)) < 0:
			r.flag(m, "proxy-mode", "use iptables", "new in Kubernetes 1.29")
		case !m.gateOn("NFTablesProxyMode"):
			r.flag(m, "proxy-mode", "use iptables, or --feature-gates=NFTablesProxyMode=true", "needs the feature gate NFTablesProxyMode, which is off by default before Kubernetes 1.31")
		}
	default:
		r.flag(m, "proxy-mode", "use iptables, nftables or ipvs", "not a mode of kube-proxy")
	}
	if m.text("proxy-mode") == ProxyIPVS && m.at.AtLeast(v1(37)) && !m.gateOn("KubeProxyIPVS") {
		r.flag(m, "proxy-mode", "use nftables, or remove the feature gate", "needs the feature gate KubeProxyIPVS, which is turned off")
	}
}

func checkProxyModeDeprecated(_ *cluster, m *member, r report) {
	switch mode := m.text("proxy-mode"); {
	case m.configFile:
	case mode == ProxyIPVS && m.at.AtLeast(v1(35)):
		r.flag(m, "proxy-mode", "use nftables", "deprecated since Kubernetes 1.35, to be off by default in 1.40")
	case mode == "userspace" && m.at.Compare(v1(26)) < 0:
		r.flag(m, "proxy-mode", "use iptables", "deprecated, removed in Kubernetes 1.26")
	}
}

func checkProxyModeUnset(_ *cluster, m *member, r report) {
	if !m.configFile && m.text("proxy-mode") == "" {
		r.flag(m, "proxy-mode", "set it", "the default, iptables, is to become nftables")
	}
}

// duration reads a duration flag; what cannot be read is the default.
func (m *member) duration(flag string, def time.Duration) time.Duration {
	if d, err := time.ParseDuration(m.text(flag)); err == nil {
		return d
	}
	return def
}

// syncFlags returns the flags of the mode's sync periods; nftables has those of
// iptables.
func syncFlags(mode string) (period, least string, defLeast time.Duration) {
	if mode == ProxyIPVS {
		return "ipvs-sync-period", "ipvs-min-sync-period", 0
	}
	return "iptables-sync-period", "iptables-min-sync-period", defaultMinSync
}

func checkSyncPeriods(_ *cluster, m *member, r report) {
	if m.configFile {
		return
	}
	periodFlag, leastFlag, defLeast := syncFlags(m.text("proxy-mode"))
	if m.at.AtLeast(v1(31)) {
		defLeast = defaultMinSync // one period for all modes, whose default is iptables' (cmd/kube-proxy/app/options.go)
	}
	period, least := m.duration(periodFlag, defaultSync), m.duration(leastFlag, defLeast)
	if period <= 0 {
		r.flag(m, periodFlag, "use a positive duration", "must be greater than 0")
	}
	if least < 0 {
		r.flag(m, leastFlag, "use 0 or a positive duration", "must not be negative")
	}
	if least > period && period > 0 {
		flag := leastFlag
		if !m.isSet(leastFlag) {
			flag = periodFlag
		}
		r.flag(m, flag, "make the minimum the shorter one", "the minimum %s is longer than the period %s", least, period)
	}
}

func checkOtherMode(_ *cluster, m *member, r report) {
	mode := m.text("proxy-mode")
	others := []string{"ipvs-sync-period", "ipvs-min-sync-period", "ipvs-exclude-cidrs", "ipvs-scheduler", "ipvs-strict-arp"}
	if mode == ProxyIPVS {
		others = []string{"iptables-sync-period", "iptables-min-sync-period"}
	}
	if mode == "" {
		mode = ProxyIPTables
	}
	for _, flag := range others {
		if m.isSet(flag) && !m.configFile {
			r.flag(m, flag, "remove it", "ignored in mode %s", mode)
		}
	}
}

func checkDetectMode(_ *cluster, m *member, r report) {
	if m.configFile {
		return
	}
	need := ""
	switch m.text("detect-local-mode") {
	case "", DetectClusterCIDR, DetectNodeCIDR:
	case DetectBridgeInterface:
		need = "pod-bridge-interface"
	case DetectInterfaceNamePrefix:
		need = "pod-interface-name-prefix"
	default:
		r.flag(m, "detect-local-mode", "use ClusterCIDR, NodeCIDR, BridgeInterface or InterfaceNamePrefix", "not a mode of kube-proxy")
	}
	if need != "" && m.text(need) == "" {
		r.flag(m, "detect-local-mode", "set --"+need, "needs --%s", need)
	}
}

// byClusterCIDR reports whether kube-proxy uses its --cluster-cidr.
func (m *member) byClusterCIDR() bool {
	mode := m.text("detect-local-mode")
	return mode == "" || mode == DetectClusterCIDR
}

func checkProxyUnused(_ *cluster, m *member, r report) {
	if !m.configFile && !m.byClusterCIDR() && len(m.pods.items) > 0 {
		r.flag(m, "cluster-cidr", "remove it", "not used with --detect-local-mode=%s", m.text("detect-local-mode"))
	}
}

func checkProxyCIDR(_ *cluster, m *member, r report) {
	if m.configFile || !m.byClusterCIDR() {
		return
	}
	if len(m.pods.items) == 0 {
		if m.isSet("cluster-cidr") && m.at.AtLeast(v1(31)) { // before, it was the same as none
			r.flag(m, "cluster-cidr", "remove it, or give the pod range", "empty, which kube-proxy reads as one range that it cannot read")
		}
		return
	}
	if wrong := m.pods.shape(); wrong != "" {
		r.flag(m, "cluster-cidr", "give one range, or one of each family with a comma and no space between them", "%s", wrong)
	}
}

func checkProxyNoCIDR(_ *cluster, m *member, r report) {
	if !m.configFile && m.byClusterCIDR() && len(m.pods.items) == 0 {
		r.flag(m, "cluster-cidr", "set it to the pod range, or choose another --detect-local-mode",
			"local traffic is not detected, so that traffic from outside of the cluster to Services is not masqueraded")
	}
}

// elements yields the elements of a list flag, of which nothing is trimmed.
func (m *member) elements(flag string) []string {
	if text := m.text(flag); text != "" {
		return strings.Split(text, ",")
	}
	return nil
}

// readable reports whether Kubernetes reads an element as a range.
func readable(element string) bool {
	it := readCIDR(element)
	return it.prefix.IsValid() || it.form&mappedIPv4 != 0
}

// checkNodePortAddresses: up to 1.30 ranges alone, up to 1.36 ranges or
// "primary" by itself, then any mixture of ranges and three keywords.
func checkNodePortAddresses(_ *cluster, m *member, r report) {
	if m.configFile {
		return
	}
	const flag = "nodeport-addresses"
	list := m.elements(flag)
	for i, element := range list {
		keyword := element == "primary" || element == "localhost" || element == "all"
		switch {
		case keyword && m.at.AtLeast(v1(37)):
			if slices.Index(list, element) < i {
				r.flag(m, flag, "name it once", "%q is there twice", element)
			}
		case element == "primary" && m.at.AtLeast(v1(31)):
			if len(list) > 1 {
				r.flag(m, flag, "give it by itself", "%q beside others is for Kubernetes 1.37 and later", element)
			}
		case keyword:
			since := v1(37)
			if element == "primary" {
				since = v1(31)
			}
			r.flag(m, flag, "give the nodes' ranges", "the keyword %q is new in Kubernetes %s", element, since)
		case !readable(element):
			r.flag(m, flag, "give ranges with commas and no spaces", "%q is not a range", element)
		}
	}
}

func checkExcluded(_ *cluster, m *member, r report) {
	const flag = "ipvs-exclude-cidrs"
	if m.configFile || m.text("proxy-mode") != ProxyIPVS {
		return // not looked at
	}
	for _, element := range m.elements(flag) {
		if !readable(element) {
			r.flag(m, flag, "give ranges with commas and no spaces", "%q is not a range", element)
		}
	}
}

// checkBindFamily: the family of the bind address counts as the node's primary
// one. Without it among the ranges kube-proxy complains, and on a kernel without
// the other family it ends.
func checkBindFamily(_ *cluster, m *member, r report) {
	pods, ok := m.pods.pair()
	a, _ := sloppyAddr(m.text("bind-address"))
	if m.configFile || !m.byClusterCIDR() || !ok || !a.IsValid() || a.IsUnspecified() {
		return
	}
	if f := cidr.FamilyOfAddr(a); !pods.Of(f).IsValid() {
		r.flag(m, "bind-address", "use the node's address of the pods' family, or remove it", "%s, but the cluster CIDR %s is not", f, pods)
	}
}
