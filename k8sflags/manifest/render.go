package manifest

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// rendered returns the normalized addressing and its flags, which are what
// [k8sflags.Render] gives, and so are the errors.
func rendered(a k8sflags.Addressing) (k8sflags.Addressing, k8sflags.Set, error) {
	s, err := k8sflags.Render(a)
	if err != nil {
		return a, s, fmt.Errorf("manifest: %w", err)
	}
	return a.Normalize(), s, nil
}

func refused(format string, args ...any) error {
	return Errors{{Message: oneLine(fmt.Sprintf(format, args...)), Err: ErrRefused}}
}

// RenderKubelet returns a KubeletConfiguration (kubelet.config.k8s.io/v1beta1)
// for all nodes. The node's own addresses have no field there: give each kubelet
// a --node-ip beside it ([k8sflags.RenderKubelet]).
//
// The errors are those of [k8sflags.Render], for a as a whole.
func RenderKubelet(a k8sflags.Addressing) ([]byte, error) {
	a, _, err := rendered(a)
	if err != nil {
		return nil, err
	}
	return encode(kubeletDocument(a))
}

func kubeletDocument(a k8sflags.Addressing) object {
	o := newDocument(groupKubelet+"/v1beta1", "KubeletConfiguration")
	if a.Standalone {
		o.text("podCIDR", a.Pods.String())
	}
	if !a.ClusterDNS.IsZero() {
		var dns []string
		for addr := range a.ClusterDNS.All() {
			dns = append(dns, addr.String())
		}
		o.list("clusterDNS", dns...)
	}
	if a.ClusterDomain != "" {
		o.text("clusterDomain", a.ClusterDomain)
	}
	o.number("maxPods", a.MaxPods)
	return o
}

// RenderProxy returns a KubeProxyConfiguration
// (kubeproxy.config.k8s.io/v1alpha1).
//
// The errors are those of [k8sflags.Render], for a as a whole, and [ErrRefused]
// for what the file has no way to say: a standalone kubelet has no kube-proxy,
// and a least time between two changes of 0 is the default of 1s there, except
// in ipvs mode.
func RenderProxy(a k8sflags.Addressing) ([]byte, error) {
	a, _, err := rendered(a)
	if err != nil {
		return nil, err
	}
	o, err := proxyDocument(a)
	if err != nil {
		return nil, err
	}
	return encode(o)
}

func proxyDocument(a k8sflags.Addressing) (object, error) {
	if a.Standalone {
		return object{}, refused("Standalone: a kubelet by itself has no kube-proxy: render its KubeletConfiguration alone")
	}
	o := newDocument(groupProxy+"/v1alpha1", "KubeProxyConfiguration")
	o.text("mode", a.ProxyMode)
	o.text("detectLocalMode", a.DetectLocalMode)
	// As in flags: where it is not used it is left out, unless nothing else says
	// what the pods' addresses are.
	if !a.Pods.IsZero() && (a.DetectLocalMode == k8sflags.DetectClusterCIDR || a.ExternalNodeCIDRs) {
		o.text("clusterCIDR", a.Pods.String())
	}
	local := newObject()
	switch a.DetectLocalMode {
	case k8sflags.DetectBridgeInterface:
		local.text("bridgeInterface", a.PodInterface)
	case k8sflags.DetectInterfaceNamePrefix:
		local.text("interfaceNamePrefix", a.PodInterface)
	}
	o.object("detectLocal", local)
	section := a.ProxyMode
	if section != k8sflags.ProxyIPVS && section != k8sflags.ProxyNFTables {
		section = k8sflags.ProxyIPTables
	}
	if section != k8sflags.ProxyIPVS && a.ProxyMinSyncPeriod <= 0 {
		return object{}, refused("ProxyMinSyncPeriod: none at all cannot be said in a KubeProxyConfiguration, "+
			"where 0 is the default of 1s in mode %s: use a short one such as 1ms, or the flag", a.ProxyMode)
	}
	periods := newObject()
	periods.text("syncPeriod", a.ProxySyncPeriod.String())
	periods.text("minSyncPeriod", max(a.ProxyMinSyncPeriod, time.Duration(0)).String())
	o.object(section, periods)
	return o, nil
}

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

// isSubdomain reports whether s is a DNS name as Kubernetes has it
// (apimachinery/pkg/util/validation, IsDNS1123Subdomain).
func isSubdomain(s string) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') {
				return false
			}
		}
	}
	return true
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

// RenderStaticPods returns a Pod for kube-apiserver, kube-controller-manager and
// kube-proxy each, with nothing but the names and the command: the flags that
// [k8sflags.Render] gives, to be put into manifests of your own.
//
// The errors are those of [k8sflags.Render], and [ErrRefused] for a standalone
// kubelet, which no Pod runs.
func RenderStaticPods(a k8sflags.Addressing) ([]byte, error) {
	a, s, err := rendered(a)
	if err != nil {
		return nil, err
	}
	if a.Standalone {
		return nil, refused("Standalone: a kubelet by itself runs in no Pod: render its KubeletConfiguration")
	}
	var pods []object
	for _, p := range s.Processes {
		if p.Component == k8sflags.Kubelet {
			continue
		}
		name := string(p.Component)
		pod := newDocument("v1", "Pod")
		metadata := newObject()
		metadata.text("name", name)
		metadata.text("namespace", "kube-system")
		pod.object("metadata", metadata)
		container := newObject()
		container.text("name", name)
		command := []string{name}
		for _, arg := range p.Flags.Args() {
			command = append(command, strings.ReplaceAll(arg, "$", "$$")) // or $(x) would be a variable
		}
		container.list("command", command...)
		spec := newObject()
		spec.set("containers", seq(container.node))
		pod.object("spec", spec)
		pods = append(pods, pod)
	}
	return encode(pods...)
}

// RenderServiceCIDR returns a ServiceCIDR with the service range of a: of
// networking.k8s.io/v1 from Kubernetes 1.33 on, v1beta1 from 1.31, v1alpha1 from
// 1.29. name is the object's name; an empty one is "kubernetes", the object that
// kube-apiserver makes of its own flag. To add a range to a cluster, set
// a.Services to it and give another name.
//
// The errors are those of [k8sflags.Render], for a as a whole, and [ErrRefused]
// for a version without ServiceCIDR, for a name that is no DNS name, and for a
// standalone kubelet.
func RenderServiceCIDR(a k8sflags.Addressing, name string) ([]byte, error) {
	a, _, err := rendered(a)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = "kubernetes"
	}
	api := ""
	for _, row := range serviceCIDRVersions {
		if a.Version.AtLeast(row.since) {
			api = row.api
		}
	}
	switch {
	case a.Standalone:
		return nil, refused("Standalone: a kubelet by itself has no Services")
	case api == "":
		return nil, refused("Kubernetes %s has no ServiceCIDR: it is new in %s; before, --service-cluster-ip-range is all there is", a.Version, serviceCIDRVersions[0].since)
	case !isSubdomain(name):
		return nil, refused("name %q: want a DNS name of lower case letters, digits, dots and hyphens", name)
	}
	o := newDocument("networking.k8s.io/"+api, "ServiceCIDR")
	metadata := newObject()
	metadata.text("name", name)
	o.object("metadata", metadata)
	var ranges []string
	for p := range a.Services.All() {
		ranges = append(ranges, p.String())
	}
	spec := newObject()
	spec.list("cidrs", ranges...)
	o.object("spec", spec)
	return encode(o)
}

// serviceCIDRVersions are the versions of the API, oldest first: in
// k8s.io/api v0.28 networking/v1alpha1 has IPAddress and no ServiceCIDR yet.
var serviceCIDRVersions = []struct {
	since k8sflags.Version
	api   string
}{{minor(29), "v1alpha1"}, {minor(31), "v1beta1"}, {minor(33), "v1"}}
