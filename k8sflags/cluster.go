package k8sflags

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// cluster is a set as the rules see it, with the values that many of them need
// read once.
type cluster struct {
	version Version
	opts    options
	given   Set
	members []*member
}

// member is a process with the version that it is judged by.
type member struct {
	Process
	name string
	at   Version
	// configFile: a --config file is named, so that a missing flag's value is
	// not known, and a kube-proxy's flags count for nothing.
	configFile bool
	services   cidrList // --service-cluster-ip-range
	pods       cidrList // --cluster-cidr, or a kubelet's --pod-cidr
}

func newCluster(s Set, o options) *cluster {
	c := &cluster{version: s.Version.nearest(), opts: o, given: s}
	unnamed := map[Component]int{}
	for _, p := range s.Processes {
		m := &member{Process: p, name: p.Name, at: p.Version}
		if m.at.IsZero() {
			m.at = s.Version
		}
		m.at = m.at.nearest()
		if p.Name == "" {
			if unnamed[p.Component]++; unnamed[p.Component] > 1 {
				m.name = "#" + strconv.Itoa(unnamed[p.Component])
			}
		}
		if p.Component == Kubelet || p.Component == Proxy {
			m.configFile = m.text("config") != ""
		}
		m.services, m.pods = m.readServices(), m.readPods()
		c.members = append(c.members, m)
	}
	return c
}

// of yields the processes of a component.
func (c *cluster) of(name Component) []*member {
	var ms []*member
	for _, m := range c.members {
		if m.Component == name && (name != Proxy || !m.configFile) {
			ms = append(ms, m)
		}
	}
	return ms
}

// first returns the first process of a component, or nil.
func (c *cluster) first(name Component) *member {
	if ms := c.of(name); len(ms) > 0 {
		return ms[0]
	}
	return nil
}

// serviceRange returns the range from which Services get their addresses: that
// of the first kube-apiserver, or what kube-controller-manager believes it to
// be. ok is false where neither is known or it is not well-formed.
func (c *cluster) serviceRange() (p dualstack.Pair, m *member, ok bool) {
	if m = c.first(APIServer); m == nil {
		if m = c.first(ControllerManager); m == nil {
			return p, nil, false
		}
	}
	p, ok = m.services.pair()
	return p, m, ok
}

// allocator returns the first kube-controller-manager that gives nodes their
// blocks, with a well-formed pod range, or nil.
func (c *cluster) allocator() (pods dualstack.Pair, m *member) {
	for _, m := range c.of(ControllerManager) {
		if p, ok := m.pods.pair(); ok && m.allocates() {
			return p, m
		}
	}
	return pods, nil
}

// podRange returns the pod range that a controller manager knows of, whether
// or not it hands it out.
func (c *cluster) podRange() (pods dualstack.Pair, m *member, ok bool) {
	for _, name := range []Component{ControllerManager, CloudControllerManager} {
		for _, m := range c.of(name) {
			if p, ok := m.pods.pair(); ok {
				return p, m, true
			}
		}
	}
	return pods, nil, false
}

func (m *member) text(flag string) string {
	v, _ := m.Flags.Get(flag)
	return v
}

func (m *member) isSet(flag string) bool { return m.Flags.last(flag) >= 0 }

// boolean reads a boolean flag; what cannot be read is the default, since
// another rule reports it.
func (m *member) boolean(flag string, def bool) bool {
	v, ok := m.Flags.Get(flag)
	if !ok {
		return def
	}
	b, err := strconv.ParseBool(v)
	if err != nil {
		return def
	}
	return b
}

// integer reads an integer flag like [member.boolean].
func (m *member) integer(flag string, def int) int {
	v, ok := m.Flags.Get(flag)
	if !ok {
		return def
	}
	n, err := strconv.ParseInt(v, 0, 32)
	if err != nil {
		return def
	}
	return int(n)
}

// addr reads an address flag; the zero Addr is none.
func (m *member) addr(flag string) netip.Addr {
	a, err := netip.ParseAddr(strings.TrimSpace(m.text(flag)))
	if err != nil || a.Zone() != "" {
		return netip.Addr{}
	}
	return a.Unmap()
}

// readServices reads the service range as the component does:
// kube-apiserver trims nothing and has a default, the controller managers trim
// the whole text.
func (m *member) readServices() cidrList {
	text, ok := m.Flags.Get("service-cluster-ip-range")
	switch {
	case m.Component == APIServer && text == "":
		l := readCIDRs("10.0.0.0/24") // options.go, DefaultServiceIPCIDR
		l.isSet = ok
		return l
	case m.Component == ControllerManager || m.Component == CloudControllerManager:
		text = strings.TrimSpace(text)
	}
	if text == "" {
		return cidrList{isSet: ok}
	}
	return readCIDRs(text)
}

// readPods reads the pod range as the component does.
func (m *member) readPods() cidrList {
	flag := "cluster-cidr"
	if m.Component == Kubelet {
		flag = "pod-cidr"
	}
	text, ok := m.Flags.Get(flag)
	if m.Component == ControllerManager || m.Component == CloudControllerManager {
		text = strings.TrimSpace(text)
	}
	if text == "" {
		return cidrList{isSet: ok}
	}
	return readCIDRs(text)
}

// allocates reports whether a kube-controller-manager gives nodes their pod
// blocks: told to, its controller running, and with the allocator that does.
func (m *member) allocates() bool {
	kind := m.text("cidr-allocator-type")
	return m.boolean("allocate-node-cidrs", false) && m.runsNodeIPAM() && (kind == "" || kind == "RangeAllocator")
}

// runsNodeIPAM reads --controllers as k8s.io/controller-manager
// app.IsControllerEnabled does: the first mention decides, then "*".
func (m *member) runsNodeIPAM() bool {
	text, ok := m.Flags.Get("controllers")
	if !ok {
		return true
	}
	star := false
	for name := range strings.SplitSeq(text, ",") {
		switch name {
		case "nodeipam", "node-ipam-controller":
			return true
		case "-nodeipam", "-node-ipam-controller":
			return false
		case "*":
			star = true
		}
	}
	return star
}

// nodeMask returns the prefix length of node blocks of family f: 0 in a flag
// means the default (cmd/kube-controller-manager/app/core.go, setNodeCIDRMaskSizes).
func (m *member) nodeMask(f cidr.Family, dual bool) int {
	if n := m.integer("node-cidr-mask-size", 0); n != 0 && !dual {
		return n
	}
	if n := m.integer(maskFlag(f), 0); n != 0 {
		return n
	}
	if f == cidr.IPv4 {
		return defaultMaskV4
	}
	return defaultMaskV6
}

// nodeMasks returns the node masks of the families of pods.
func (m *member) nodeMasks(pods dualstack.Pair) dualstack.Masks {
	var masks dualstack.Masks
	for _, f := range pods.Families() {
		n := m.nodeMask(f, pods.IsDual())
		if f == cidr.IPv4 {
			masks.V4 = n
		} else {
			masks.V6 = n
		}
	}
	return masks
}

func maskFlag(f cidr.Family) string {
	if f == cidr.IPv4 {
		return "node-cidr-mask-size-ipv4"
	}
	return "node-cidr-mask-size-ipv6"
}

// clusterDNS returns the addresses that the kubelet gives to pods; what it
// cannot read it leaves out.
func (m *member) clusterDNS() []netip.Addr {
	var addrs []netip.Addr
	for element := range strings.SplitSeq(m.text("cluster-dns"), ",") {
		if a, ok := sloppyAddr(element); ok {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// nodeIPs returns the kubelet's --node-ip; elements that cannot be read are
// left out, as it does (component-helpers/node/util/ips.go).
func (m *member) nodeIPs() []netip.Addr {
	var addrs []netip.Addr
	for element := range strings.SplitSeq(m.text("node-ip"), ",") {
		if a, ok := sloppyAddr(strings.TrimSpace(element)); ok {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// sloppyAddr reads an address with leading zeros skipped.
func sloppyAddr(text string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(stripZeros(text))
	if err != nil || a.Zone() != "" {
		return netip.Addr{}, false
	}
	return a.Unmap(), true
}

// inCluster reports whether a kubelet talks to an API server: it says so, or
// the set has the rest of the cluster.
func (c *cluster) inCluster(m *member) bool {
	if m.text("kubeconfig") != "" || m.text("bootstrap-kubeconfig") != "" {
		return true
	}
	return slices.ContainsFunc(c.members, func(o *member) bool {
		return o.Component == APIServer || o.Component == ControllerManager
	})
}
