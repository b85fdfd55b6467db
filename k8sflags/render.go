package k8sflags

import (
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// Render returns the flags that a says: one process of kube-apiserver,
// kube-controller-manager, kubelet and kube-proxy each, or the kubelet alone
// where a is standalone. Every flag is there at the version, in the strict form,
// and none contradicts another.
//
// Node masks are always written with the flags of the family,
// --node-cidr-mask-size-ipv4 and -ipv6. kube-controller-manager takes either
// kind for a single family, but kubeadm's checks read these alone.
//
// The error wraps [ErrVersion], [ErrIncomplete], [ErrContradiction], or is a
// [*RefusedError] with what [Check] would find: Render gives no flags with which
// a component would not start, or traffic or addresses would be lost.
func Render(a Addressing) (Set, error) {
	a = a.Normalize()
	if err := a.renderable(); err != nil {
		return Set{}, err
	}
	s := Set{Version: a.Version}
	add := func(f Flags) { s.Processes = append(s.Processes, Process{Component: f.component, Flags: f}) }
	if !a.Standalone {
		add(renderAPIServer(a))
		add(renderControllerManager(a))
	}
	add(renderKubelet(a))
	if !a.Standalone {
		add(renderProxy(a))
	}
	var errs []Finding
	for _, f := range Check(s) {
		if f.Severity == Error {
			errs = append(errs, f)
		}
	}
	if len(errs) > 0 {
		return Set{}, &RefusedError{errs}
	}
	return s, nil
}

// RenderKubelet returns the flags of the kubelet of one node, with the node's
// addresses in place of a.NodeIPs; the zero Addrs leave a.NodeIPs as they are.
// The errors are those of [Render].
func RenderKubelet(a Addressing, node dualstack.Addrs) (Flags, error) {
	if !node.IsZero() {
		a.NodeIPs = node
	}
	s, err := Render(a)
	if err != nil {
		return Flags{}, err
	}
	for p := range s.Of(Kubelet) {
		return p.Flags, nil
	}
	return Flags{}, nil
}

// renderable finds what the flags could not show: parts that are missing, or
// that have no place in them.
func (a Addressing) renderable() error {
	fail := func(err error, format string, args ...any) error {
		return fmt.Errorf("k8sflags: addressing: %s: %w", fmt.Sprintf(format, args...), err)
	}
	switch {
	case !a.Version.IsSupported():
		return fail(ErrVersion, "Kubernetes %s (have %s to %s)", a.Version, MinVersion(), MaxVersion())
	case a.Standalone && a.Pods.IsZero():
		return fail(ErrIncomplete, "a standalone kubelet needs Pods, its own pod block")
	case a.Standalone && !a.Services.IsZero():
		return fail(ErrContradiction, "a standalone kubelet has no Services")
	case a.Standalone:
		return nil
	case a.Services.IsZero():
		return fail(ErrIncomplete, "Services, the service range, is missing")
	case a.Pods.IsZero() && !a.ExternalNodeCIDRs:
		return fail(ErrIncomplete, "Pods, the pod range, is missing; only with ExternalNodeCIDRs may it be unknown")
	case a.ExternalNodeCIDRs && a.DetectLocalMode == DetectNodeCIDR:
		return fail(ErrContradiction, "DetectLocalMode NodeCIDR needs the node blocks that ExternalNodeCIDRs leaves out")
	}
	if !a.Pods.IsZero() {
		if missing := lacking(a.Services, a.Pods.Families()); missing != "" {
			return fail(ErrContradiction, "Services %s but Pods %s: no pods of %s", a.Services, a.Pods, missing)
		}
	}
	// Where kube-controller-manager gives blocks, Check sees the overlap, and
	// how much of it is avoided. Otherwise no flag shows that a range is for pods.
	for p := range a.Pods.All() {
		if s := a.Services.Of(cidr.FamilyOf(p)); a.ExternalNodeCIDRs && s.IsValid() && p.Overlaps(s) {
			return fail(ErrContradiction, "Pods %s overlap Services %s", p, s)
		}
	}
	for _, named := range []struct {
		name string
		addr netip.Addr
	}{{"AdvertiseAddress", a.AdvertiseAddress}, {"BindAddress", a.BindAddress}} {
		if named.addr.Zone() != "" {
			return fail(ErrSyntax, "%s %s has a zone, which the flag does not take", named.name, named.addr)
		}
	}
	if a.NodePorts.Size() == 0 || a.NodePorts.Min < 0 {
		return fail(ErrSyntax, "NodePorts %d-%d is no range of ports", a.NodePorts.Min, a.NodePorts.Max)
	}
	return nil
}

// writer builds flags.
type writer struct{ f Flags }

func (w *writer) set(name, value string) {
	w.f.items = append(w.f.items, newItem(w.f.component, name, value))
}

func renderAPIServer(a Addressing) Flags {
	w := writer{Flags{component: APIServer}}
	if a.AdvertiseAddress.IsValid() {
		w.set("advertise-address", a.AdvertiseAddress.String())
	}
	w.set("bind-address", a.BindAddress.String())
	w.set("secure-port", strconv.Itoa(a.SecurePort))
	w.set("service-cluster-ip-range", a.Services.String())
	w.set("service-node-port-range", a.NodePorts.String())
	return w.f
}

func renderControllerManager(a Addressing) Flags {
	w := writer{Flags{component: ControllerManager}}
	w.set("allocate-node-cidrs", strconv.FormatBool(!a.ExternalNodeCIDRs))
	if !a.ExternalNodeCIDRs { // else the following would be ignored
		w.set("cluster-cidr", a.Pods.String())
		w.set("service-cluster-ip-range", a.Services.String())
		if a.NodeMasks.V4 != 0 {
			w.set("node-cidr-mask-size-ipv4", strconv.Itoa(a.NodeMasks.V4))
		}
		if a.NodeMasks.V6 != 0 {
			w.set("node-cidr-mask-size-ipv6", strconv.Itoa(a.NodeMasks.V6))
		}
	}
	w.set("cluster-name", a.ClusterName)
	return w.f
}

func renderKubelet(a Addressing) Flags {
	w := writer{Flags{component: Kubelet}}
	if !a.NodeIPs.IsZero() {
		w.set("node-ip", a.NodeIPs.String())
	}
	if a.Standalone {
		w.set("pod-cidr", a.Pods.String())
	}
	if !a.ClusterDNS.IsZero() {
		w.set("cluster-dns", a.ClusterDNS.String())
	}
	if a.ClusterDomain != "" {
		w.set("cluster-domain", a.ClusterDomain)
	}
	w.set("max-pods", strconv.Itoa(a.MaxPods))
	return w.f
}

func renderProxy(a Addressing) Flags {
	w := writer{Flags{component: Proxy}}
	w.set("proxy-mode", a.ProxyMode)
	w.set("detect-local-mode", a.DetectLocalMode)
	// Where it is not used it is left out, unless no other flag says what the
	// pods' addresses are.
	if !a.Pods.IsZero() && (a.DetectLocalMode == DetectClusterCIDR || a.ExternalNodeCIDRs) {
		w.set("cluster-cidr", a.Pods.String())
	}
	switch a.DetectLocalMode {
	case DetectBridgeInterface:
		w.set("pod-bridge-interface", a.PodInterface)
	case DetectInterfaceNamePrefix:
		w.set("pod-interface-name-prefix", a.PodInterface)
	}
	period, least, _ := syncFlags(a.ProxyMode)
	w.set(period, a.ProxySyncPeriod.String())
	w.set(least, max(a.ProxyMinSyncPeriod, time.Duration(0)).String())
	return w.f
}
