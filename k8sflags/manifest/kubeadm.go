package manifest

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// clusterConfig is what kubeadm's ClusterConfiguration says about flags.
type clusterConfig struct {
	at       k8sflags.Origin // of the document
	version  k8sflags.Version
	name     setting
	domain   setting
	services setting
	pods     setting
	api      settings // extraArgs
	manager  settings
	noProxy  bool // kube-proxy is left to others
}

// nodeConfig is what InitConfiguration or JoinConfiguration says about flags.
type nodeConfig struct {
	at           k8sflags.Origin
	kind         Kind
	controlPlane bool
	advertise    setting
	port         setting
	kubelet      settings // extraArgs
	noProxy      bool     // its phase is skipped
}

// The defaults of kubeadm (cmd/kubeadm/app/apis/kubeadm/v1beta4/defaults.go).
const (
	kubeadmServices = "10.96.0.0/12"
	kubeadmDomain   = "cluster.local"
	kubeadmName     = "kubernetes"
	kubeadmPort     = "6443"
)

// Where kubeadm puts what the kubelet reads (cmd/kubeadm/app/constants).
const (
	kubeletConfigFile = "/var/lib/kubelet/config.yaml"
	kubeletKubeconfig = "/etc/kubernetes/kubelet.conf"
)

// or returns the setting of a field of text, or its default, which stands where
// the document does.
func or(flag string, c cursor, def string, at k8sflags.Origin) setting {
	if v, ok := c.text(); ok && v != "" {
		return setting{flag: flag, value: v, at: c.origin()}
	}
	at.Field = c.path
	return setting{flag: flag, value: def, at: at}
}

// kubeadmCluster reads a ClusterConfiguration.
func (f *Fragment) kubeadmCluster(c cursor) {
	if f.cluster != nil {
		c.fail(ErrSyntax, "a second ClusterConfiguration, after that of line %d: give each cluster a file", f.cluster.at.Line)
		return
	}
	at := c.origin()
	networking := c.at("networking")
	k := &clusterConfig{
		at:       at,
		name:     or("cluster-name", c.at("clusterName"), kubeadmName, at),
		domain:   or("cluster-domain", networking.at("dnsDomain"), kubeadmDomain, at),
		services: or("service-cluster-ip-range", networking.at("serviceSubnet"), kubeadmServices, at),
		pods:     or("cluster-cidr", networking.at("podSubnet"), "", at),
		api:      extraArgs(c, c.at("apiServer").at("extraArgs")),
		manager:  extraArgs(c, c.at("controllerManager").at("extraArgs")),
	}
	k.version = kubeadmVersion(c)
	if disabled, ok := c.at("proxy").at("disabled").boolean(); ok {
		k.noProxy, _ = strconv.ParseBool(disabled)
	}
	f.kinds, f.cluster = append(f.kinds, ClusterConfiguration), k
}

// defaultCluster is the cluster of an InitConfiguration without a
// ClusterConfiguration.
func defaultCluster(at k8sflags.Origin) *clusterConfig {
	return &clusterConfig{
		at:       at,
		name:     setting{flag: "cluster-name", value: kubeadmName, at: at},
		domain:   setting{flag: "cluster-domain", value: kubeadmDomain, at: at},
		services: setting{flag: "service-cluster-ip-range", value: kubeadmServices, at: at},
	}
}

// kubeadmVersion reads kubernetesVersion: a version, or a label of a release
// channel (cmd/kubeadm/app/util/version.go), of which only some name a minor
// version. It must be one that a kubeadm which reads the document installs.
func kubeadmVersion(c cursor) k8sflags.Version {
	field := c.at("kubernetesVersion")
	text, ok := field.text()
	if !ok || text == "" {
		return k8sflags.Version{}
	}
	label := text[strings.LastIndexByte(text, '/')+1:] // ci/latest-1.34
	for _, channel := range []string{"stable", "latest"} {
		if rest, ok := strings.CutPrefix(label, channel); ok {
			if label = strings.TrimPrefix(rest, "-"); !strings.Contains(label, ".") {
				return k8sflags.Version{} // stable, stable-1, latest
			}
		}
	}
	v, err := k8sflags.ParseVersion(label)
	if err != nil {
		field.fail(ErrType, "%s; want one like v1.34.0, or a label like stable-1.34", reason(err))
		return v
	}
	apiVersion, _ := c.at("apiVersion").text()
	_, spec, _ := strings.Cut(apiVersion, "/")
	switch {
	case spec == "v1beta2" && v.AtLeast(minor(27)), spec == "v1beta3" && v.AtLeast(minor(37)):
		c.at("apiVersion").fail(ErrAPIVersion, "kubeadm for Kubernetes %s refuses %s: rewrite it with kubeadm config migrate", v, apiVersion)
	case spec == "v1beta4" && !v.AtLeast(minor(30)):
		// kubeadm installs its own minor version and the one before, and 1.31 is
		// the first that reads it.
		c.at("apiVersion").fail(ErrAPIVersion, "%s is new in kubeadm 1.31, which does not install Kubernetes %s: use kubeadm.k8s.io/v1beta3", apiVersion, v)
	}
	return v
}

// minor is shorthand for a version.
func minor(n int) k8sflags.Version { return k8sflags.Version{Major: 1, Minor: n} }

// kubeadmNode reads an InitConfiguration or a JoinConfiguration.
func (f *Fragment) kubeadmNode(c cursor, kind Kind) {
	n := &nodeConfig{at: c.origin(), kind: kind, controlPlane: true}
	endpoint := c.at("localAPIEndpoint")
	if kind == JoinConfiguration {
		n.controlPlane = c.at("controlPlane").exists()
		endpoint = c.at("controlPlane").at("localAPIEndpoint")
	}
	n.advertise = or("advertise-address", endpoint.at("advertiseAddress"), "", n.at)
	n.port = setting{flag: "secure-port", value: kubeadmPort, at: n.at}
	n.port.at.Field = endpoint.at("bindPort").path
	if port, ok := endpoint.at("bindPort").number(); ok && port != 0 {
		n.port = setting{flag: "secure-port", value: strconv.Itoa(port), at: endpoint.at("bindPort").origin()}
	}
	n.kubelet = extraArgs(c, c.at("nodeRegistration").at("kubeletExtraArgs"))
	if kind == InitConfiguration { // cmd/kubeadm/app/cmd/init.go, manageSkippedAddons
		for _, e := range c.at("skipPhases").list() {
			phase, _ := e.text()
			n.noProxy = n.noProxy || phase == "addon" || phase == "addon/kube-proxy"
		}
	}
	f.kinds, f.nodes = append(f.kinds, kind), append(f.nodes, n)
}

// extraArgs reads arguments for a component: a mapping up to v1beta3, a list of
// names and values from v1beta4 on.
func extraArgs(doc, c cursor) settings {
	apiVersion, _ := doc.at("apiVersion").text()
	var s settings
	if strings.HasSuffix(apiVersion, "/v1beta2") || strings.HasSuffix(apiVersion, "/v1beta3") {
		for _, e := range c.entries() {
			if v, ok := e.value.text(); ok {
				s.add(e.name, v, e.value.origin())
			}
		}
		return s
	}
	for _, e := range c.list() {
		name, ok := e.at("name").text()
		value, ok2 := e.at("value").text()
		switch {
		case !ok || name == "":
			e.fail(ErrType, "an argument without a name: kubeadm wants name and value")
		case ok2:
			s.add(name, value, e.at("value").origin())
			s[len(s)-1].merge = mergeMethod(apiVersion, e.at("mergeMethod"))
		case !e.at("value").exists():
			s.add(name, "", e.origin())
		}
	}
	return s
}

// mergeMethod reads how an argument is put together with kubeadm's own; only v1
// has it.
func mergeMethod(apiVersion string, c cursor) string {
	method, _ := c.text()
	switch {
	case !strings.HasSuffix(apiVersion, "/v1"):
		return ""
	case method != "" && method != mergeAppend && method != mergePrepend:
		c.fail(ErrType, "want append or prepend, or nothing to replace kubeadm's own value, not %q", method)
	}
	return method
}

// apiServer returns the flags with an address in them that kubeadm gives
// kube-apiserver (cmd/kubeadm/app/phases/controlplane/manifests.go,
// getAPIServerCommand).
func (k *clusterConfig) apiServer(n *nodeConfig) settings {
	var s settings
	if n != nil && n.advertise.value != "" {
		s = append(s, n.advertise)
	}
	s = append(s, k.services)
	if n != nil {
		s = append(s, n.port)
	} else {
		s.add("secure-port", kubeadmPort, k.at)
	}
	return s.override(k.api)
}

// controllerManager is the same for kube-controller-manager
// (getControllerManagerCommand).
func (k *clusterConfig) controllerManager() settings {
	var s settings
	if k.pods.value != "" {
		s.add("allocate-node-cidrs", "true", k.pods.at)
		s = append(s, k.pods, k.services)
	}
	return append(s, k.name).override(k.manager)
}

// kubeletDefaults are the fields that kubeadm fills in where a
// KubeletConfiguration lacks them (cmd/kubeadm/app/componentconfigs/kubelet.go).
func (k *clusterConfig) kubeletDefaults(s settings) settings {
	if !s.has("cluster-dns") {
		if dns, ok := dnsAddr(k.services.value); ok {
			s = append(slices.Clip(s), setting{flag: "cluster-dns", value: dns.String(), at: k.services.at})
		}
	}
	if !s.has("cluster-domain") {
		s = append(slices.Clip(s), k.domain)
	}
	return s
}

// proxyDefaults are those of kube-proxy
// (cmd/kubeadm/app/componentconfigs/kubeproxy.go). Where the pod range is not
// what local traffic is told by, kubeadm's filling it in has no effect.
func (k *clusterConfig) proxyDefaults(s settings) settings {
	if mode := s.value("detect-local-mode"); k.pods.value != "" && !s.has("cluster-cidr") && (mode == "" || mode == k8sflags.DetectClusterCIDR) {
		s = append(slices.Clip(s), setting{flag: "cluster-cidr", value: k.pods.value, at: k.pods.at})
	}
	if !s.has("proxy-mode") {
		s = append(slices.Clip(s), setting{flag: "proxy-mode", value: k8sflags.ProxyIPTables, at: k.at})
	}
	return s
}

// kubeletCommand are the flags with which kubeadm starts a kubelet.
func (n *nodeConfig) kubeletCommand() settings {
	var s settings
	s.add("config", kubeletConfigFile, n.at)
	s.add("kubeconfig", kubeletKubeconfig, n.at)
	return s.override(n.kubelet)
}
