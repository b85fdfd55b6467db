package k8sflags

// flagKind is how a component's flag library (github.com/spf13/pflag) reads a
// flag's value.
type flagKind uint8

const (
	textFlag     flagKind = iota // any text; lists of CIDRs are text too
	boolFlag                     // stands alone, or has =true or =false
	intFlag                      // an integer of 32 bits
	longFlag                     // an integer of 64 bits
	ipFlag                       // one address, read strictly
	sloppyIPFlag                 // one address, leading zeros skipped
	durationFlag                 // 30s, 1m
	listFlag                     // comma list; a repeated flag appends
	gatesFlag                    // Name=bool,…; a repeated flag adds
)

// flagRow is what is known of one flag of one component: how it is read, and
// from which version it exists, is deprecated, and is gone. A zero version is
// "before 1.24" for added and "not by 1.37" for the others.
type flagRow struct {
	component  Component
	name       string
	kind       flagKind
	added      Version
	deprecated Version
	removed    Version
	instead    string // what to do about a deprecated or removed flag
	source     string
}

// Where the rows come from, in kubernetes/kubernetes unless a path says else.
const (
	srcAPIServerOptions = "cmd/kube-apiserver/app/options; staging/src/k8s.io/apiserver/pkg/server/options"
	srcInsecureServing  = "pkg/kubeapiserver/options/serving.go: insecure serving is gone"
	srcNodeIPAMOptions  = "cmd/kube-controller-manager/app/options/nodeipamcontroller.go"
	srcKubeCloudShared  = "staging/src/k8s.io/cloud-provider/options/kubecloudshared.go"
	srcCloudNodeIPAM    = "providers that have a node IPAM of their own; staging/src/k8s.io/cloud-provider/options has none of it"
	srcManagerOptions   = "staging/src/k8s.io/controller-manager/options/generic.go"
	srcKubeletOptions   = "cmd/kubelet/app/options/options.go"
	srcDockershim       = "KEP-2221: dockershim and its CNI flags are gone from the kubelet"
	srcProxyOptions     = "cmd/kube-proxy/app/options.go"
	srcEmulation        = "staging/src/k8s.io/component-base/compatibility/registry.go"
	srcGates            = "staging/src/k8s.io/component-base/featuregate/feature_gate.go"
)

// runtimeCNI is the way out for the flags that left with dockershim.
const runtimeCNI = "remove it; the container runtime's own configuration names the CNI directories"

// flagRows is never written. A flag that is not here is kept and not judged.
var flagRows = []flagRow{
	{component: APIServer, name: "service-cluster-ip-range", source: srcAPIServerOptions},
	{component: APIServer, name: "service-node-port-range", source: srcAPIServerOptions},
	{component: APIServer, name: "kubernetes-service-node-port", kind: longFlag, source: srcAPIServerOptions},
	{component: APIServer, name: "advertise-address", kind: ipFlag, source: srcAPIServerOptions},
	{component: APIServer, name: "bind-address", kind: ipFlag, source: srcAPIServerOptions},
	{component: APIServer, name: "secure-port", kind: longFlag, source: srcAPIServerOptions},
	{component: APIServer, name: "endpoint-reconciler-type", source: srcAPIServerOptions},
	{component: APIServer, name: "apiserver-count", kind: longFlag, deprecated: v1(24), source: srcAPIServerOptions,
		instead: "remove it; the lease reconciler counts the kube-apiservers itself"},
	{component: APIServer, name: "emulated-version", kind: listFlag, added: v1(31), source: srcEmulation},
	{component: APIServer, name: "feature-gates", kind: gatesFlag, source: srcGates},
	{component: APIServer, name: "etcd-servers", kind: listFlag, source: srcAPIServerOptions},
	{component: APIServer, name: "kubelet-preferred-address-types", kind: listFlag, source: srcAPIServerOptions},
	{component: APIServer, name: "insecure-port", kind: intFlag, removed: v1(24), source: srcInsecureServing,
		instead: "remove it and use --secure-port"},
	{component: APIServer, name: "insecure-bind-address", kind: ipFlag, removed: v1(24), source: srcInsecureServing,
		instead: "remove it and use --bind-address"},
	{component: APIServer, name: "port", kind: intFlag, removed: v1(24), source: srcInsecureServing,
		instead: "remove it and use --secure-port"},
	{component: APIServer, name: "address", kind: ipFlag, removed: v1(24), source: srcInsecureServing,
		instead: "remove it and use --bind-address"},

	{component: ControllerManager, name: "allocate-node-cidrs", kind: boolFlag, source: srcKubeCloudShared},
	{component: ControllerManager, name: "cluster-cidr", source: srcKubeCloudShared},
	{component: ControllerManager, name: "cluster-name", source: srcKubeCloudShared},
	{component: ControllerManager, name: "cidr-allocator-type", source: srcKubeCloudShared},
	{component: ControllerManager, name: "configure-cloud-routes", kind: boolFlag, source: srcKubeCloudShared},
	{component: ControllerManager, name: "service-cluster-ip-range", source: srcNodeIPAMOptions},
	{component: ControllerManager, name: "node-cidr-mask-size", kind: intFlag, source: srcNodeIPAMOptions},
	{component: ControllerManager, name: "node-cidr-mask-size-ipv4", kind: intFlag, source: srcNodeIPAMOptions},
	{component: ControllerManager, name: "node-cidr-mask-size-ipv6", kind: intFlag, source: srcNodeIPAMOptions},
	{component: ControllerManager, name: "controllers", kind: listFlag, source: srcManagerOptions},
	{component: ControllerManager, name: "emulated-version", kind: listFlag, added: v1(31), source: srcEmulation},
	{component: ControllerManager, name: "feature-gates", kind: gatesFlag, source: srcGates},

	{component: CloudControllerManager, name: "allocate-node-cidrs", kind: boolFlag, source: srcKubeCloudShared},
	{component: CloudControllerManager, name: "cluster-cidr", source: srcKubeCloudShared},
	{component: CloudControllerManager, name: "cluster-name", source: srcKubeCloudShared},
	{component: CloudControllerManager, name: "cidr-allocator-type", source: srcKubeCloudShared},
	{component: CloudControllerManager, name: "configure-cloud-routes", kind: boolFlag, source: srcKubeCloudShared},
	{component: CloudControllerManager, name: "route-reconciliation-period", kind: durationFlag, source: srcKubeCloudShared},
	{component: CloudControllerManager, name: "service-cluster-ip-range", source: srcCloudNodeIPAM},
	{component: CloudControllerManager, name: "node-cidr-mask-size", kind: intFlag, source: srcCloudNodeIPAM},
	{component: CloudControllerManager, name: "node-cidr-mask-size-ipv4", kind: intFlag, source: srcCloudNodeIPAM},
	{component: CloudControllerManager, name: "node-cidr-mask-size-ipv6", kind: intFlag, source: srcCloudNodeIPAM},
	{component: CloudControllerManager, name: "controllers", kind: listFlag, source: srcManagerOptions},
	{component: CloudControllerManager, name: "feature-gates", kind: gatesFlag, source: srcGates},

	{component: Kubelet, name: "config", source: srcKubeletOptions},
	{component: Kubelet, name: "kubeconfig", source: srcKubeletOptions},
	{component: Kubelet, name: "bootstrap-kubeconfig", source: srcKubeletOptions},
	{component: Kubelet, name: "cloud-provider", source: srcKubeletOptions},
	{component: Kubelet, name: "pod-cidr", source: srcKubeletOptions},
	{component: Kubelet, name: "node-ip", source: srcKubeletOptions},
	{component: Kubelet, name: "cluster-dns", kind: listFlag, source: srcKubeletOptions},
	{component: Kubelet, name: "cluster-domain", source: srcKubeletOptions},
	{component: Kubelet, name: "max-pods", kind: intFlag, source: srcKubeletOptions},
	{component: Kubelet, name: "pods-per-core", kind: intFlag, source: srcKubeletOptions},
	{component: Kubelet, name: "feature-gates", kind: gatesFlag, source: srcGates},
	{component: Kubelet, name: "network-plugin", removed: v1(24), source: srcDockershim, instead: runtimeCNI},
	{component: Kubelet, name: "cni-conf-dir", removed: v1(24), source: srcDockershim, instead: runtimeCNI},
	{component: Kubelet, name: "cni-bin-dir", removed: v1(24), source: srcDockershim, instead: runtimeCNI},
	{component: Kubelet, name: "cni-cache-dir", removed: v1(24), source: srcDockershim, instead: runtimeCNI},
	{component: Kubelet, name: "network-plugin-mtu", kind: intFlag, removed: v1(24), source: srcDockershim,
		instead: "remove it; the network plugin's own configuration sets the MTU"},
	{component: Kubelet, name: "non-masquerade-cidr", removed: v1(24), source: srcDockershim,
		instead: "remove it; the network plugin or ip-masq-agent decides what is masqueraded"},
	{component: Kubelet, name: "pod-infra-container-image", deprecated: v1(24), removed: v1(35), source: srcKubeletOptions,
		instead: "remove it; the container runtime's own configuration names the sandbox image"},

	{component: Proxy, name: "config", source: srcProxyOptions},
	{component: Proxy, name: "cluster-cidr", source: srcProxyOptions},
	{component: Proxy, name: "detect-local-mode", source: srcProxyOptions},
	{component: Proxy, name: "pod-bridge-interface", source: srcProxyOptions},
	{component: Proxy, name: "pod-interface-name-prefix", source: srcProxyOptions},
	{component: Proxy, name: "proxy-mode", source: srcProxyOptions},
	{component: Proxy, name: "iptables-sync-period", kind: durationFlag, source: srcProxyOptions},
	{component: Proxy, name: "iptables-min-sync-period", kind: durationFlag, source: srcProxyOptions},
	{component: Proxy, name: "iptables-localhost-nodeports", kind: boolFlag, added: v1(26), source: srcProxyOptions},
	{component: Proxy, name: "ipvs-sync-period", kind: durationFlag, source: srcProxyOptions},
	{component: Proxy, name: "ipvs-min-sync-period", kind: durationFlag, source: srcProxyOptions},
	{component: Proxy, name: "ipvs-exclude-cidrs", kind: listFlag, source: srcProxyOptions},
	{component: Proxy, name: "ipvs-scheduler", source: srcProxyOptions},
	{component: Proxy, name: "ipvs-strict-arp", kind: boolFlag, source: srcProxyOptions},
	{component: Proxy, name: "nodeport-addresses", kind: listFlag, source: srcProxyOptions},
	{component: Proxy, name: "bind-address", kind: sloppyIPFlag, source: srcProxyOptions},
	{component: Proxy, name: "masquerade-all", kind: boolFlag, source: srcProxyOptions},
	{component: Proxy, name: "healthz-bind-address", source: srcProxyOptions},
	{component: Proxy, name: "metrics-bind-address", source: srcProxyOptions},
	{component: Proxy, name: "feature-gates", kind: gatesFlag, source: srcGates},
	{component: Proxy, name: "proxy-port-range", removed: v1(31), source: srcProxyOptions,
		instead: "remove it; the field of the configuration file is ignored too"},
	{component: Proxy, name: "healthz-port", kind: intFlag, deprecated: v1(24), source: srcProxyOptions,
		instead: "use --healthz-bind-address"},
	{component: Proxy, name: "metrics-port", kind: intFlag, deprecated: v1(24), source: srcProxyOptions,
		instead: "use --metrics-bind-address"},
}

// changes reports whether the flag is not the same in every version.
func (r *flagRow) changes() bool {
	return !r.added.IsZero() || !r.deprecated.IsZero() || !r.removed.IsZero()
}

// deprecation says since when a flag is deprecated, and when it goes if that is
// known. What was deprecated before the tables begin is theirs from the start.
func (r *flagRow) deprecation() string {
	s := "deprecated since Kubernetes " + r.deprecated.String()
	if r.deprecated == MinVersion() {
		s += " or before"
	}
	if !r.removed.IsZero() {
		s += ", gone in " + r.removed.String()
	}
	return s
}

type flagKey struct {
	component Component
	name      string
}

// flagIndex finds the row of a flag. It is never written after this line.
var flagIndex = func() map[flagKey]*flagRow {
	index := make(map[flagKey]*flagRow, len(flagRows))
	for i := range flagRows {
		index[flagKey{flagRows[i].component, flagRows[i].name}] = &flagRows[i]
	}
	return index
}()
