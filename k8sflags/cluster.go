package k8sflags

import (
	"math"
	"net/netip"
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
	by      [len(componentOrder)][]*member // without a kube-proxy whose flags count for nothing
}

// member is a process with the version that it is judged by.
type member struct {
	Process
	index int // in the set
	name  string
	at    Version
	// gatesAt is the version whose feature gates it has.
	gatesAt Version
	// configFile: a --config file is named, so that a missing flag's value is
	// not known, and a kube-proxy's flags count for nothing.
	configFile bool
	values     []value
	changing   []*flagRow   // of its flags those that are not the same in every version
	settings   []setting    // of --feature-gates
	allocating bool         // see allocates
	services   cidrList     // --service-cluster-ip-range
	pods       cidrList     // --cluster-cidr, or a kubelet's --pod-cidr
	nodeIPs    []netip.Addr // a kubelet's --node-ip, without elements that cannot be read
	clusterDNS []netip.Addr // a kubelet's --cluster-dns, likewise
}

// value is what a process makes of all occurrences of a flag of the table.
type value struct {
	name, text string
	first      int // the items of the first and the
	last       int // last occurrence
}

func newCluster(s Set, o options) *cluster {
	c := &cluster{version: s.Version.nearest(), opts: o, given: s, members: make([]*member, len(s.Processes))}
	members := make([]member, len(s.Processes))
	var unnamed [len(componentOrder) + 1]int // the last counts processes of no component
	for i, p := range s.Processes {
		m := &members[i]
		c.members[i] = m
		*m = member{Process: p, index: i, name: p.Name, at: p.Version}
		if m.at.IsZero() {
			m.at = s.Version
		}
		m.at = m.at.nearest()
		place := p.Component.place()
		if p.Name == "" {
			if unnamed[place]++; unnamed[place] > 1 {
				m.name = "#" + strconv.Itoa(unnamed[place])
			}
		}
		m.read()
		if place < len(c.by) && (p.Component != Proxy || !m.configFile) {
			c.by[place] = append(c.by[place], m)
		}
	}
	return c
}

// read fills in the values of the flags.
func (m *member) read() {
	m.values = make([]value, 0, len(m.Flags.items))
	for i := range m.Flags.items {
		it := &m.Flags.items[i]
		if it.row == nil {
			continue
		}
		if v := m.value(it.name); v != nil {
			v.last = i
			continue
		}
		v := value{it.name, it.flag.Value, i, i}
		if !it.flag.HasValue && it.row.kind == boolFlag {
			v.text = "true"
		}
		m.values = append(m.values, v)
		if it.row.changes() {
			m.changing = append(m.changing, it.row)
		}
	}
	for i := range m.values {
		if v := &m.values[i]; v.first != v.last {
			v.text, _ = m.Flags.Get(v.name)
		}
	}
	m.gatesAt = m.gatesVersion()
	m.settings = m.gates()
	switch m.Component {
	case ControllerManager:
		m.allocating = m.boolean("allocate-node-cidrs", false) && m.runsNodeIPAM() && m.rangeAllocator()
	case Kubelet:
		m.configFile = m.text("config") != ""
		m.nodeIPs = readAddrList(m.text("node-ip"), strings.TrimSpace)
		m.clusterDNS = readAddrList(m.text("cluster-dns"), nil)
	case Proxy:
		m.configFile = m.text("config") != ""
	}
	m.services, m.pods = m.readServices(), m.readPods()
}

// value returns what the process makes of a flag, nil where it is not set.
func (m *member) value(flag string) *value {
	for i := range m.values {
		if m.values[i].name == flag {
			return &m.values[i]
		}
	}
	return nil
}

// of returns the processes of a component.
func (c *cluster) of(name Component) []*member {
	if place := name.place(); place < len(c.by) {
		return c.by[place]
	}
	return nil
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

// text is the value of a flag of the table, "" where it is not set.
func (m *member) text(flag string) string {
	if v := m.value(flag); v != nil {
		return v.text
	}
	return ""
}

func (m *member) isSet(flag string) bool { return m.value(flag) != nil }

// boolean reads a boolean flag; what cannot be read is the default, since
// another rule reports it.
func (m *member) boolean(flag string, def bool) bool {
	v := m.value(flag)
	if v == nil {
		return def
	}
	b, err := strconv.ParseBool(v.text)
	if err != nil {
		return def
	}
	return b
}

// integer reads an integer flag like [member.boolean].
func (m *member) integer(flag string, def int) int {
	v := m.value(flag)
	if v == nil {
		return def
	}
	n, err := strconv.ParseInt(v.text, 0, 64)
	if err != nil {
		return def
	}
	return int(min(max(n, math.MinInt32), math.MaxInt32)) // beyond every bound that is compared with
}

// addr reads an address flag; the zero Addr is none. An empty value leaves what
// was there before (github.com/spf13/pflag, ip.go).
func (m *member) addr(flag string) netip.Addr {
	text := m.text(flag)
	if text == "" && m.isSet(flag) {
		for f := range m.Flags.All() {
			if normalName(f.Name) == flag && f.Value != "" {
				text = f.Value
			}
		}
	}
	a, err := netip.ParseAddr(strings.TrimSpace(text))
	if err != nil || a.Zone() != "" {
		return netip.Addr{}
	}
	return a.Unmap()
}

// readServices reads the service range as the component does: nobody trims it,
// and kube-apiserver has a default.
func (m *member) readServices() cidrList {
	text, ok := m.text(serviceRange), m.isSet(serviceRange)
	if m.Component == APIServer && text == "" {
		l := readCIDRs("10.0.0.0/24") // options.go, DefaultServiceIPCIDR
		l.isSet = ok
		return l
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
	text, ok := m.text(flag), m.isSet(flag)
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
func (m *member) allocates() bool { return m.allocating }

// rangeAllocator reports whether node blocks come from the cluster CIDR and not
// from a cloud.
func (m *member) rangeAllocator() bool {
	v := m.value("cidr-allocator-type")
	return v == nil || v.text == "RangeAllocator"
}

// runsNodeIPAM reads --controllers as k8s.io/controller-manager
// app.IsControllerEnabled does: the first mention decides, then "*".
func (m *member) runsNodeIPAM() bool { return m.runs("nodeipam", "node-ipam-controller") }

// runs reports whether a controller with these two names is on.
func (m *member) runs(alias, name string) bool {
	v := m.value("controllers")
	if v == nil {
		return true
	}
	star := false
	for element := range strings.SplitSeq(v.text, ",") {
		off, is := strings.CutPrefix(element, "-")
		switch {
		case element == alias || element == name:
			return true
		case is && (off == alias || off == name):
			return false
		case element == "*":
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

// readAddrList reads addresses as the kubelet does, trimmed or not; what cannot
// be read it leaves out (component-helpers/node/util/ips.go).
func readAddrList(text string, trim func(string) string) []netip.Addr {
	if text == "" {
		return nil
	}
	addrs := make([]netip.Addr, 0, 2)
	for element := range strings.SplitSeq(text, ",") {
		if trim != nil {
			element = trim(element)
		}
		if a, ok := sloppyAddr(element); ok {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// sloppyAddr reads an address with leading zeros skipped.
func sloppyAddr(text string) (netip.Addr, bool) {
	a, _, ok := sloppy(text)
	if !ok || a.Zone() != "" {
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
	return len(c.of(APIServer)) > 0 || len(c.of(ControllerManager)) > 0
}
