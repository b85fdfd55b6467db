package k8sflags

import (
	"net/netip"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// The modes of kube-proxy on Linux.
const (
	ProxyIPTables = "iptables"
	ProxyIPVS     = "ipvs"     // deprecated from 1.35 on
	ProxyNFTables = "nftables" // from 1.31 on without a feature gate
)

// How kube-proxy tells the traffic of pods on its node from other traffic.
const (
	DetectClusterCIDR         = "ClusterCIDR"
	DetectNodeCIDR            = "NodeCIDR"
	DetectBridgeInterface     = "BridgeInterface"
	DetectInterfaceNamePrefix = "InterfaceNamePrefix"
)

// Addressing is what the flags of a cluster say about addresses, typed. It is
// a plain value, comparable with ==. The zero value of a field means what
// Kubernetes, or else the convention, makes of a missing flag; see
// [Addressing.Normalize]. Version, Pods and Services have no such default.
type Addressing struct {
	// Version is the Kubernetes version that the flags are for.
	Version Version
	// ClusterName is kube-controller-manager's --cluster-name.
	ClusterName string
	// ClusterDomain is the DNS domain of the cluster, which must be the one
	// that the cluster's DNS server serves.
	ClusterDomain string

	// Pods is the cluster's pod range, and Services its service range, the
	// primary family first.
	Pods, Services dualstack.Pair
	// NodeMasks are the prefix lengths of the pod block of a node.
	NodeMasks dualstack.Masks
	// ExternalNodeCIDRs says that kube-controller-manager does not give nodes
	// their pod blocks, since a network plugin has its own way (Calico, Cilium
	// cluster-pool, OVN-Kubernetes, a cloud's). NodeMasks then have no meaning,
	// and Pods may be unknown.
	ExternalNodeCIDRs bool

	// AdvertiseAddress is where others reach kube-apiserver. The zero Addr
	// leaves the choice to it: BindAddress where that is one address, otherwise
	// that of the interface with the default route.
	AdvertiseAddress netip.Addr
	// BindAddress is where kube-apiserver listens, 0.0.0.0 for everywhere.
	BindAddress netip.Addr
	// SecurePort is kube-apiserver's port.
	SecurePort int
	// NodePorts are the ports for Services of type NodePort.
	NodePorts PortRange

	// NodeIPs are the addresses of the node, where the flags are for one
	// kubelet. Zero leaves them to the kubelet; for many use [RenderKubelet].
	NodeIPs dualstack.Addrs
	// ClusterDNS are the addresses of the cluster's DNS Service.
	ClusterDNS dualstack.Addrs
	// MaxPods is the most pods that a kubelet runs.
	MaxPods int
	// Standalone says that there is no cluster but one kubelet that runs by
	// itself, and Pods is its own pod block.
	Standalone bool

	// ProxyMode is one of [ProxyIPTables], [ProxyIPVS], [ProxyNFTables].
	ProxyMode string
	// ProxySyncPeriod is how often kube-proxy writes all its rules anew.
	ProxySyncPeriod time.Duration
	// ProxyMinSyncPeriod is the least time between two changes of the rules.
	// Negative means none at all, where the mode's default is another.
	ProxyMinSyncPeriod time.Duration
	// DetectLocalMode is one of [DetectClusterCIDR], [DetectNodeCIDR],
	// [DetectBridgeInterface], [DetectInterfaceNamePrefix].
	DetectLocalMode string
	// PodInterface is the bridge, or the prefix of the interfaces' names, that
	// the last two modes of DetectLocalMode look for.
	PodInterface string
}

// Normalize returns a with every default filled in and with what has no meaning
// left out, so that two addressings that mean the same are equal:
//
//   - cluster name "kubernetes", domain "cluster.local";
//   - node masks /24 and /64 for the families of the pod range, none for others;
//   - bind address 0.0.0.0, port 6443, node ports 30000-32767;
//   - cluster DNS at the tenth address of the primary service range, as kubeadm
//     has it, or the second of a range too small for that;
//   - 110 pods a node;
//   - kube-proxy in iptables mode, by cluster CIDR, syncing every 30s, at most
//     once a second (ipvs: without a minimum).
//
// A standalone kubelet keeps its pods, addresses, DNS and number of pods, and
// no control plane's or kube-proxy's values (but Services, which Render refuses).
// Nothing is judged; [Render] does that.
func (a Addressing) Normalize() Addressing {
	if a.MaxPods == 0 {
		a.MaxPods = defaultMaxPods
	}
	if a.Standalone {
		return Addressing{
			Version: a.Version, Standalone: true, Pods: a.Pods, Services: a.Services, NodeIPs: a.NodeIPs,
			ClusterDNS: a.ClusterDNS, ClusterDomain: a.ClusterDomain, MaxPods: a.MaxPods,
		}
	}
	setDefault(&a.ClusterName, "kubernetes")
	setDefault(&a.ClusterDomain, "cluster.local")
	a.NodeMasks = normalMasks(a)
	a.AdvertiseAddress, a.BindAddress = a.AdvertiseAddress.Unmap(), a.BindAddress.Unmap()
	if a.AdvertiseAddress.IsUnspecified() {
		a.AdvertiseAddress = netip.Addr{} // kube-apiserver reads it so
	}
	setDefault(&a.BindAddress, netip.IPv4Unspecified())
	setDefault(&a.SecurePort, defaultSecurePort)
	setDefault(&a.NodePorts, defaultNodePorts())
	if a.ClusterDNS.IsZero() {
		a.ClusterDNS = conventionalDNS(a.Services)
	}
	return normalProxy(a)
}

// The defaults of the components.
const (
	defaultMaxPods    = 110
	defaultSecurePort = 6443
	defaultMaskV4     = 24
	defaultMaskV6     = 64
	defaultSync       = 30 * time.Second
	defaultMinSync    = time.Second
)

func defaultNodePorts() PortRange { return PortRange{30000, 32767} }

func setDefault[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

func normalMasks(a Addressing) dualstack.Masks {
	m := a.NodeMasks
	if !a.Pods.V4().IsValid() || a.ExternalNodeCIDRs {
		m.V4 = 0
	} else {
		setDefault(&m.V4, defaultMaskV4)
	}
	if !a.Pods.V6().IsValid() || a.ExternalNodeCIDRs {
		m.V6 = 0
	} else {
		setDefault(&m.V6, defaultMaskV6)
	}
	return m
}

// conventionalDNS is the address at which kubeadm puts the cluster's DNS
// (cmd/kubeadm/app/constants, GetDNSIP).
func conventionalDNS(services dualstack.Pair) dualstack.Addrs {
	addr, err := cidr.Nth(services.Primary(), conventionalDNSIndex)
	if err != nil {
		addr, err = cidr.Nth(services.Primary(), 2)
	}
	if err != nil {
		return dualstack.Addrs{}
	}
	dns, err := dualstack.SingleAddr(addr)
	if err != nil {
		return dualstack.Addrs{}
	}
	return dns
}

func normalProxy(a Addressing) Addressing {
	setDefault(&a.ProxyMode, ProxyIPTables)
	setDefault(&a.ProxySyncPeriod, defaultSync)
	switch {
	case a.ProxyMode == ProxyIPVS:
		a.ProxyMinSyncPeriod = max(a.ProxyMinSyncPeriod, 0)
	case a.ProxyMinSyncPeriod == 0:
		a.ProxyMinSyncPeriod = defaultMinSync
	default:
		a.ProxyMinSyncPeriod = max(a.ProxyMinSyncPeriod, -1)
	}
	setDefault(&a.DetectLocalMode, DetectClusterCIDR)
	if a.DetectLocalMode != DetectBridgeInterface && a.DetectLocalMode != DetectInterfaceNamePrefix {
		a.PodInterface = ""
	}
	return a
}

// Equal reports whether a and b mean the same once defaults are filled in.
func (a Addressing) Equal(b Addressing) bool { return a.Normalize() == b.Normalize() }
