package k8sflags

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/kubecidr/kubecidr/dualstack"
)

// Infer reads the addressing back from flags; it is the inverse of [Render].
// Values are read as the components read them and returned in strict form:
// 10.96.0.5/16 is 10.96.0.0/16. The result is normalized: what no flag says,
// since the process is not in the set or a configuration file has it, is what
// [Addressing.Normalize] makes of it, except that Version, Pods and Services
// stay zero.
//
// A set of kubelets alone, with a --pod-cidr and without a --kubeconfig, is a
// standalone kubelet. NodeIPs are set where there is one kubelet. Pods are what
// kube-controller-manager gives out of, or else what a cloud-controller-manager
// or kube-proxy takes them to be.
//
// The error wraps [ErrSyntax] for a value that cannot be read, and
// [ErrContradiction] where processes of one component disagree. Flags that
// merely should not be together are for [Check] to say.
func Infer(s Set) (Addressing, error) {
	in := inference{c: newCluster(s, newOptions(nil))}
	in.version(s)
	in.types()
	if in.standalone() {
		in.a.Standalone = true
		in.a.Pods = only(&in, Kubelet, "pod-cidr", readPods)
		in.kubelets()
		return in.done()
	}
	in.apiServers()
	in.managers()
	in.kubelets()
	in.proxies()
	return in.done()
}

// inference is a walk over a set that stops at the first error.
type inference struct {
	c   *cluster
	a   Addressing
	err error
}

func (in *inference) done() (Addressing, error) {
	if in.err != nil {
		return Addressing{}, in.err
	}
	return in.a.Normalize(), nil
}

func (in *inference) fail(m *member, flag string, err error, format string, args ...any) {
	if in.err == nil {
		in.err = fmt.Errorf("k8sflags: %s --%s %q: %s: %w", m.Component, flag, m.text(flag), fmt.Sprintf(format, args...), err)
	}
}

// version is the set's, or else the one that all processes have.
func (in *inference) version(s Set) {
	in.a.Version = s.Version
	if !s.Version.IsZero() || len(s.Processes) == 0 {
		return
	}
	for _, p := range s.Processes {
		if p.Version != s.Processes[0].Version {
			return
		}
	}
	in.a.Version = s.Processes[0].Version
}

// types refuses values of the wrong type, so that what follows need not.
func (in *inference) types() {
	for _, name := range components {
		for _, m := range in.c.of(name) {
			for _, it := range m.Flags.items {
				if it.row == nil {
					continue
				}
				if want := typeError(it.row.kind, it.flag); want != "" {
					in.fail(m, it.row.name, ErrSyntax, "want %s", want)
				}
			}
		}
	}
}

func (in *inference) standalone() bool {
	podCIDR := false
	for _, m := range in.c.members {
		if m.Component != Kubelet || in.c.inCluster(m) {
			return false
		}
		podCIDR = podCIDR || len(m.pods.items) > 0
	}
	return podCIDR
}

// only returns what every process of a component says, as read has it. Those of
// which read does not know say nothing.
func only[T comparable](in *inference, c Component, flag string, read func(*inference, *member) (T, bool)) T {
	var value T
	said := false
	for _, m := range in.c.of(c) {
		v, ok := read(in, m)
		switch {
		case !ok:
		case said && v != value:
			in.fail(m, flag, ErrContradiction, "another %s has %v", c, value)
		default:
			value, said = v, true
		}
	}
	return value
}

// readPair reads a list of ranges.
func readPair(in *inference, m *member, flag string, l *cidrList) (dualstack.Pair, bool) {
	if len(l.items) == 0 {
		return dualstack.Pair{}, false
	}
	p, ok := l.pair()
	if !ok {
		in.fail(m, flag, ErrSyntax, "%s", l.shape())
	}
	return p, ok
}

func readServices(in *inference, m *member) (dualstack.Pair, bool) {
	return readPair(in, m, serviceRange, &m.services)
}

func readPods(in *inference, m *member) (dualstack.Pair, bool) {
	flag := "cluster-cidr"
	if m.Component == Kubelet {
		flag = "pod-cidr"
	}
	return readPair(in, m, flag, &m.pods)
}

// readAddrs reads one address, or one of each family.
func readAddrs(flag string) func(*inference, *member) (dualstack.Addrs, bool) {
	return func(in *inference, m *member) (dualstack.Addrs, bool) {
		text := m.text(flag)
		if text == "" {
			return dualstack.Addrs{}, false
		}
		var strict []string
		for element := range strings.SplitSeq(text, ",") {
			a, ok := sloppyAddr(strings.TrimSpace(element))
			if !ok {
				in.fail(m, flag, ErrSyntax, "%q is not an address", element)
				return dualstack.Addrs{}, false
			}
			strict = append(strict, a.String())
		}
		addrs, err := dualstack.ParseAddrs(strings.Join(strict, ","))
		if err != nil {
			in.fail(m, flag, ErrSyntax, "not one address, or one of each family")
		}
		return addrs, err == nil
	}
}

// readText reads a flag's text; a missing one is empty, and unknown where a
// configuration file may have it.
func readText(flag string) func(*inference, *member) (string, bool) {
	return func(_ *inference, m *member) (string, bool) {
		text, ok := m.Flags.Get(flag)
		return text, ok || !m.configFile
	}
}

func readInt(flag string, def int) func(*inference, *member) (int, bool) {
	return func(_ *inference, m *member) (int, bool) {
		return m.integer(flag, def), m.isSet(flag) || !m.configFile
	}
}

func readAddr(flag string) func(*inference, *member) (netip.Addr, bool) {
	return func(_ *inference, m *member) (netip.Addr, bool) { a := m.addr(flag); return a, a.IsValid() }
}

func (in *inference) apiServers() {
	in.a.Services = only(in, APIServer, serviceRange, readServices)
	in.a.BindAddress = only(in, APIServer, "bind-address", readAddr("bind-address"))
	in.a.SecurePort = only(in, APIServer, "secure-port", func(in *inference, m *member) (int, bool) {
		port := m.integer("secure-port", defaultSecurePort)
		if port < 1 || port > 65535 {
			in.fail(m, "secure-port", ErrSyntax, "no port")
		}
		return port, true
	})
	in.a.NodePorts = only(in, APIServer, nodePortRange, func(in *inference, m *member) (PortRange, bool) {
		p, err := m.nodePorts()
		if err != nil {
			in.fail(m, nodePortRange, ErrSyntax, "not a range of ports")
		}
		return p, true
	})
	// Every kube-apiserver advertises an address of its own.
	if apis := in.c.of(APIServer); len(apis) == 1 {
		in.a.AdvertiseAddress, _ = readAddr("advertise-address")(in, apis[0])
	}
}

func (in *inference) managers() {
	managers := in.c.of(ControllerManager)
	in.a.ExternalNodeCIDRs = only(in, ControllerManager, "allocate-node-cidrs",
		func(_ *inference, m *member) (bool, bool) { return !m.allocates(), true })
	in.a.ClusterName = only(in, ControllerManager, "cluster-name", readText("cluster-name"))
	for _, c := range []Component{ControllerManager, CloudControllerManager, Proxy} {
		if in.a.Pods.IsZero() {
			in.a.Pods = only(in, c, "cluster-cidr", readPods)
		}
	}
	if in.a.Services.IsZero() {
		in.a.Services = only(in, ControllerManager, serviceRange, readServices)
	}
	if len(managers) > 0 && !in.a.ExternalNodeCIDRs {
		pods := in.a.Pods
		in.a.NodeMasks = only(in, ControllerManager, "node-cidr-mask-size",
			func(_ *inference, m *member) (dualstack.Masks, bool) { return m.nodeMasks(pods), true })
	}
}

func (in *inference) kubelets() {
	if kubelets := in.c.of(Kubelet); len(kubelets) == 1 {
		in.a.NodeIPs, _ = readAddrs("node-ip")(in, kubelets[0])
	}
	in.a.ClusterDNS = only(in, Kubelet, "cluster-dns", readAddrs("cluster-dns"))
	in.a.ClusterDomain = only(in, Kubelet, "cluster-domain", readText("cluster-domain"))
	in.a.MaxPods = only(in, Kubelet, "max-pods", readInt("max-pods", defaultMaxPods))
}

func (in *inference) proxies() {
	in.a.ProxyMode = only(in, Proxy, "proxy-mode", readText("proxy-mode"))
	in.a.DetectLocalMode = only(in, Proxy, "detect-local-mode", readText("detect-local-mode"))
	switch in.a.DetectLocalMode {
	case DetectBridgeInterface:
		in.a.PodInterface = only(in, Proxy, "pod-bridge-interface", readText("pod-bridge-interface"))
	case DetectInterfaceNamePrefix:
		in.a.PodInterface = only(in, Proxy, "pod-interface-name-prefix", readText("pod-interface-name-prefix"))
	}
	period, least, defLeast := syncFlags(in.a.ProxyMode)
	in.a.ProxySyncPeriod = only(in, Proxy, period, func(in *inference, m *member) (time.Duration, bool) {
		d := m.duration(period, defaultSync)
		if d <= 0 {
			in.fail(m, period, ErrSyntax, "must be greater than 0")
		}
		return d, true
	})
	in.a.ProxyMinSyncPeriod = only(in, Proxy, least, func(in *inference, m *member) (time.Duration, bool) {
		d := m.duration(least, defLeast)
		if d < 0 {
			in.fail(m, least, ErrSyntax, "must not be negative")
		}
		if d == 0 {
			d = -1 // none at all, where zero means the default
		}
		return d, true
	})
}
