package manifest

import (
	"time"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// kubelet reads a KubeletConfiguration (kubelet.config.k8s.io/v1beta1).
func (f *Fragment) kubelet(c cursor) {
	var s settings
	s.text("pod-cidr", c.at("podCIDR"))
	s.list("cluster-dns", c.at("clusterDNS"))
	s.text("cluster-domain", c.at("clusterDomain"))
	s.number("max-pods", c.at("maxPods"))
	s.number("pods-per-core", c.at("podsPerCore"))
	s.gates(c.at("featureGates"))
	f.kinds = append(f.kinds, KubeletConfiguration)
	f.configs = append(f.configs, config{k8sflags.Kubelet, f.file, c.origin().Line, s})
}

// proxy reads a KubeProxyConfiguration (kubeproxy.config.k8s.io/v1alpha1).
// Of the sections for the modes, only that of the mode counts
// (pkg/proxy/apis/config/v1alpha1/conversion.go), and a period of 0 is the
// default (defaults.go there).
func (f *Fragment) proxy(c cursor) {
	var s settings
	s.text("bind-address", c.at("bindAddress"))
	s.text("cluster-cidr", c.at("clusterCIDR"))
	s.text("proxy-mode", c.at("mode"))
	s.text("detect-local-mode", c.at("detectLocalMode"))
	s.text("pod-bridge-interface", c.at("detectLocal").at("bridgeInterface"))
	s.text("pod-interface-name-prefix", c.at("detectLocal").at("interfaceNamePrefix"))
	section, flags := "iptables", "iptables"
	switch s.value("proxy-mode") {
	case k8sflags.ProxyIPVS:
		section, flags = "ipvs", "ipvs"
		s.text("ipvs-scheduler", c.at("ipvs").at("scheduler"))
		s.list("ipvs-exclude-cidrs", c.at("ipvs").at("excludeCIDRs"))
		if v, ok := c.at("ipvs").at("strictARP").boolean(); ok {
			s.add("ipvs-strict-arp", v, c.at("ipvs").at("strictARP").origin())
		}
	case k8sflags.ProxyNFTables:
		section = "nftables" // whose flags are those of iptables
	}
	for _, p := range []struct{ field, flag string }{{"syncPeriod", "-sync-period"}, {"minSyncPeriod", "-min-sync-period"}} {
		at := c.at(section).at(p.field)
		if d, ok := at.duration(); ok && d != time.Duration(0) {
			s.add(flags+p.flag, d.String(), at.origin())
		}
	}
	s.list("nodeport-addresses", c.at("nodePortAddresses"))
	s.gates(c.at("featureGates"))
	f.kinds = append(f.kinds, KubeProxyConfiguration)
	f.configs = append(f.configs, config{k8sflags.Proxy, f.file, c.origin().Line, s})
}
