package manifest

import (
	"time"

	"github.com/kubecidr/kubecidr/k8sflags"
)

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
