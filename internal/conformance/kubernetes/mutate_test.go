package kubernetes

import (
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// edit changes a command line of one component.
type edit struct {
	flag   string
	values func(*rapid.T) string
}

// edits are the flags that are made wrong, with where their values come from.
// Not among them is what k8sflags leaves unjudged: flags that it does not know,
// names of controllers, and the proxy mode of Windows.
var edits = map[k8sflags.Component][]edit{
	k8sflags.APIServer: {
		{"service-cluster-ip-range", drawCIDRList},
		{"service-cluster-ip-range", drawCIDRList},
		{"service-cluster-ip-range", drawCIDRList},
		{"service-node-port-range", drawPortRange},
		{"advertise-address", drawAddress},
		{"bind-address", drawAddress},
		{"secure-port", drawNumber},
		{"kubernetes-service-node-port", drawNumber},
		{"endpoint-reconciler-type", oneOf("lease", "none", "master-count")},
		{"apiserver-count", drawNumber},
		{"insecure-port", drawNumber},
		{"address", drawAddress},
		{"feature-gates", drawGates},
	},
	k8sflags.ControllerManager: {
		{"cluster-cidr", drawCIDRList},
		{"cluster-cidr", drawCIDRList},
		{"service-cluster-ip-range", drawCIDRList},
		{"node-cidr-mask-size", drawNumber},
		{"node-cidr-mask-size-ipv4", drawNumber},
		{"node-cidr-mask-size-ipv6", drawNumber},
		{"allocate-node-cidrs", drawBoolean},
		{"cidr-allocator-type", oneOf("", "RangeAllocator", "CloudAllocator", "IPAMFromCluster", "IPAMFromCloud", "rangeallocator")},
		{"controllers", oneOf("", "*", "nodeipam", "-nodeipam", "node-ipam-controller", "*,-node-ipam-controller", "-node-ipam-controller,*", "nodelifecycle")},
		{"configure-cloud-routes", drawBoolean},
		{"feature-gates", drawGates},
	},
	k8sflags.Kubelet: {
		{"node-ip", drawAddressList},
		{"node-ip", drawAddressList},
		{"cluster-dns", drawAddressList},
		{"pod-cidr", drawCIDRList},
		{"max-pods", drawNumber},
		{"pods-per-core", drawNumber},
		{"cluster-domain", oneOf("", "cluster.local", "k8s.example.", "?")},
		{"cloud-provider", oneOf("", "external")},
		{"network-plugin", oneOf("cni")},
		{"non-masquerade-cidr", drawCIDRList},
		{"pod-infra-container-image", oneOf("pause")},
		{"feature-gates", drawGates},
	},
	k8sflags.Proxy: {
		{"cluster-cidr", drawCIDRList},
		{"cluster-cidr", drawCIDRList},
		{"proxy-mode", oneOf("", "iptables", "ipvs", "nftables", "userspace", "IPTables", "none")},
		{"detect-local-mode", oneOf("", "ClusterCIDR", "NodeCIDR", "BridgeInterface", "InterfaceNamePrefix", "clustercidr")},
		{"pod-bridge-interface", oneOf("", "cni0")},
		{"pod-interface-name-prefix", oneOf("", "veth")},
		{"iptables-sync-period", drawDuration},
		{"iptables-min-sync-period", drawDuration},
		{"ipvs-sync-period", drawDuration},
		{"ipvs-min-sync-period", drawDuration},
		{"ipvs-exclude-cidrs", drawCIDRList},
		{"nodeport-addresses", drawCIDRList},
		{"nodeport-addresses", oneOf("primary", "localhost", "all", "primary,all", "primary,primary", "all,10.0.0.0/8", "none")},
		{"bind-address", drawAddress},
		{"proxy-port-range", drawPortRange},
		{"feature-gates", drawGates},
	},
}

// oneOf draws one of a few values.
func oneOf(values ...string) func(*rapid.T) string {
	return func(t *rapid.T) string { return rapid.SampledFrom(values).Draw(t, "value") }
}

// mutate draws one to three edits of a command line.
func mutate(t *rapid.T, c k8sflags.Component, args []string) []string {
	args = slices.Clone(args)
	for range rapid.IntRange(1, 3).Draw(t, "edits") {
		e := rapid.SampledFrom(edits[c]).Draw(t, "flag")
		if chance(t, "removed", 8) {
			args = slices.DeleteFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--"+e.flag+"=") })
			continue
		}
		written := write(t, e.flag, e.values(t))
		if chance(t, "repeated", 6) {
			args = append(args, written...)
			continue
		}
		i := slices.IndexFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--"+e.flag+"=") })
		if i < 0 {
			i = len(args)
			args = append(args, "")
		}
		args = slices.Replace(args, i, i+1, written...)
	}
	return args
}

// write draws how a flag is written.
func write(t *rapid.T, flag, value string) []string {
	switch rapid.IntRange(1, 20).Draw(t, "form") {
	case 1:
		return []string{"--" + flag, value}
	case 2:
		return []string{"--" + strings.ReplaceAll(flag, "-", "_") + "=" + value}
	case 3:
		// Alone, so that it takes the next argument for its value. Of these two
		// that would be a name that nobody knows, which Check does not judge.
		if flag != "feature-gates" && flag != "controllers" {
			return []string{"--" + flag}
		}
	case 4:
		return []string{"-" + flag + "=" + value}
	}
	return []string{"--" + flag + "=" + value}
}
