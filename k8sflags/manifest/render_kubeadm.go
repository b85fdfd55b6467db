package manifest

import (
	"net/netip"
	"strconv"

	"go.yaml.in/yaml/v3"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// RenderKubeadm returns a configuration for kubeadm init: ClusterConfiguration,
// InitConfiguration, KubeletConfiguration and KubeProxyConfiguration, one
// document after another. It is of kubeadm.k8s.io/v1beta4 from Kubernetes 1.31
// on, and of v1beta3 before.
//
// kubernetesVersion is the first patch release of the version, v1.34.0, so that
// kubeadm need not ask the network: put the one there that you install. Where
// ExternalNodeCIDRs is set there is no podSubnet, since kubeadm would have
// kube-controller-manager allocate; the pods are then in clusterCIDR alone.
//
// The errors are those of [k8sflags.Render], for a as a whole; those of
// [RenderProxy]; and [ErrRefused] for what kubeadm refuses although Kubernetes
// takes it (cmd/kubeadm/app/apis/kubeadm/validation/validation.go): a service
// range of less than 10 addresses or more than 20 host bits in any version, a
// pod range of less than 14 addresses, more than 16 bits between pod range and
// node blocks in IPv4 too, a domain that is no DNS name, and a standalone
// kubelet.
func RenderKubeadm(a k8sflags.Addressing) ([]byte, error) {
	a, s, err := rendered(a)
	if err != nil {
		return nil, err
	}
	if err := kubeadmRefuses(a, s); err != nil {
		return nil, err
	}
	proxy, err := proxyDocument(a)
	if err != nil {
		return nil, err
	}
	return encode(clusterDocument(a), initDocument(a), kubeletDocument(a), proxy)
}

// kubeadmRules are the rules of [k8sflags.Check] that say what kubeadm refuses.
var kubeadmRules = []string{"KC208", "KC313"}

// kubeadmRefuses returns everything for which kubeadm would refuse a.
func kubeadmRefuses(a k8sflags.Addressing, s k8sflags.Set) error {
	if a.Standalone {
		return refused("Standalone: kubeadm sets up clusters, not a kubelet by itself: render its KubeletConfiguration alone")
	}
	var errs Errors
	for _, f := range k8sflags.Check(s) {
		for _, id := range kubeadmRules {
			if f.Rule == id {
				errs = append(errs, &Error{Message: oneLine(f.Message + " (" + f.Fix + ")"), Err: ErrRefused})
			}
		}
	}
	if !isSubdomain(a.ClusterDomain) {
		errs.add(k8sflags.Origin{}, ErrRefused, "ClusterDomain %q: kubeadm refuses what is no DNS name: use lower case letters, digits, dots and hyphens, like cluster.local", a.ClusterDomain)
	}
	return errs.orNil()
}

// argument is one of a component's extraArgs.
type argument struct{ name, value string }

// kubeadmAPI returns kubeadm's API version for a Kubernetes version: v1beta4
// exists from 1.31 on, v1beta3 is refused from 1.37 on.
func kubeadmAPI(v k8sflags.Version) string {
	if v.AtLeast(minor(31)) {
		return "v1beta4"
	}
	return "v1beta3"
}

// argumentsNode writes extraArgs: a list in v1beta4, a mapping before.
func argumentsNode(v k8sflags.Version, args []argument) *yaml.Node {
	if kubeadmAPI(v) == "v1beta3" {
		o := newObject()
		for _, arg := range args {
			o.text(arg.name, arg.value)
		}
		return o.node
	}
	list := seq()
	for _, arg := range args {
		o := newObject()
		o.text("name", arg.name)
		o.text("value", arg.value)
		list.Content = append(list.Content, o.node)
	}
	return list
}

// withArguments is an object with extra arguments alone, empty without any.
func withArguments(v k8sflags.Version, field string, args []argument) object {
	o := newObject()
	if len(args) > 0 {
		o.set(field, argumentsNode(v, args))
	}
	return o
}

func clusterDocument(a k8sflags.Addressing) object {
	o := newDocument(groupKubeadm+"/"+kubeadmAPI(a.Version), "ClusterConfiguration")
	o.text("kubernetesVersion", "v"+a.Version.String()+".0")
	o.text("clusterName", a.ClusterName)
	networking := newObject()
	if !a.ExternalNodeCIDRs {
		networking.text("podSubnet", a.Pods.String())
	}
	networking.text("serviceSubnet", a.Services.String())
	networking.text("dnsDomain", a.ClusterDomain)
	o.object("networking", networking)
	var api, manager []argument
	if a.BindAddress != netip.IPv4Unspecified() {
		api = append(api, argument{"bind-address", a.BindAddress.String()})
	}
	api = append(api, argument{"service-node-port-range", a.NodePorts.String()})
	if a.NodeMasks.V4 != 0 {
		manager = append(manager, argument{"node-cidr-mask-size-ipv4", strconv.Itoa(a.NodeMasks.V4)})
	}
	if a.NodeMasks.V6 != 0 {
		manager = append(manager, argument{"node-cidr-mask-size-ipv6", strconv.Itoa(a.NodeMasks.V6)})
	}
	o.object("apiServer", withArguments(a.Version, "extraArgs", api))
	o.object("controllerManager", withArguments(a.Version, "extraArgs", manager))
	return o
}

func initDocument(a k8sflags.Addressing) object {
	o := newDocument(groupKubeadm+"/"+kubeadmAPI(a.Version), "InitConfiguration")
	endpoint := newObject()
	if a.AdvertiseAddress.IsValid() {
		endpoint.text("advertiseAddress", a.AdvertiseAddress.String())
	}
	endpoint.number("bindPort", a.SecurePort)
	o.object("localAPIEndpoint", endpoint)
	var kubelet []argument
	if !a.NodeIPs.IsZero() {
		kubelet = append(kubelet, argument{"node-ip", a.NodeIPs.String()})
	}
	o.object("nodeRegistration", withArguments(a.Version, "kubeletExtraArgs", kubelet))
	return o
}
