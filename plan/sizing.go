package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// Sizing says how every range of a cluster comes to its length: each number on
// the way, with the rule that it follows and where the rule is written. It is
// plain data; the zero Sizing is that of no cluster.
type Sizing struct {
	Cluster string        `json:"cluster,omitempty"`
	Ranges  []RangeSizing `json:"ranges"` // in the order of the cluster's blocks and families
}

// RangeSizing is how one range of one family comes to its length.
type RangeSizing struct {
	Role   Role        `json:"role"`
	Name   string      `json:"name,omitempty"` // of an extra range, or of the shared network that the nodes are in
	Family cidr.Family `json:"family"`
	// Bits is the range's prefix length. It is 0 for a shared network whose
	// range is not known: other clusters are in it as well.
	Bits int `json:"bits"`
	// NodeMask is the length of a node's block in a pod range; 0 for others, and
	// where the IPAM gives nodes no block.
	NodeMask int `json:"nodeMask,omitempty"`
	// Holds is how much the range holds in this family: nodes, pods with an
	// address of their own, Services beside kubernetes and DNS, or addresses. The
	// largest uint64 stands for that many or more. It is 0 where Bits is.
	Holds uint64 `json:"holds"`
	// Bottleneck is whether the other family holds more.
	Bottleneck bool         `json:"bottleneck,omitempty"`
	Lines      []SizingLine `json:"lines"`
}

// SizingLine is one number on the way.
type SizingLine struct {
	What string `json:"what"`
	// Value is the number. Where it is none, such as a prefix length, Text has
	// it, and Value is 0.
	Value  uint64 `json:"value"`
	Text   string `json:"text,omitempty"`
	Rule   string `json:"rule,omitempty"`   // why it is that
	Source string `json:"source,omitempty"` // where the rule is written; "" for the spec
}

// Sizing returns how the ranges come to their lengths that [Solve] gives a
// cluster of this spec, whatever the pools are. Errors are [SpecErrors], those
// of Solve, but for what has to do with the rest of a spec: the name of the
// cluster, its zone and its node network are not looked at.
func (c ClusterSpec) Sizing() (Sizing, error) {
	// The surroundings that the cluster names, so that they are there.
	alone := c
	alone.Zone, alone.NodeNetwork, alone.Extra = "", "", slices.Clone(c.Extra)
	alone.Name = cmp.Or(c.Name, "cluster")
	for i := range alone.Extra {
		alone.Extra[i].Zone = ""
	}
	s := Spec{Clusters: []ClusterSpec{alone}}
	v := newValidator(&s)
	v.cluster(0, &s.Clusters[0])
	if err := v.err(); err != nil {
		return Sizing{}, err
	}
	n := alone.normal()
	n.NodeNetwork = c.NodeNetwork
	l := newLayout(&Spec{})
	if err := l.cluster(&n); err != nil {
		return Sizing{}, err
	}
	// Where they lie does not matter to any number.
	for i := range l.wants {
		if w := &l.wants[i]; !w.pinned {
			w.got = somewhere(w.family, int(w.bits))
		}
	}
	like := Cluster{spec: n, blocks: l.fill()}
	if err := like.setMasks(); err != nil {
		return Sizing{}, err
	}
	like.spec.Name = c.Name
	return like.Sizing(), nil
}

func somewhere(f cidr.Family, bits int) netip.Prefix {
	a := netip.AddrFrom4([4]byte{10})
	if f == cidr.IPv6 {
		a = netip.AddrFrom16([16]byte{0xfd})
	}
	return netip.PrefixFrom(a, bits).Masked()
}

// Sizing returns how the cluster's ranges come to their lengths. Where a range
// is larger than its need, since it is pinned there or was given for an earlier
// need, the last line says so.
func (c *Cluster) Sizing() Sizing {
	s := Sizing{Cluster: c.spec.Name, Ranges: []RangeSizing{}}
	if c.spec.NodeNetwork != "" {
		s.Ranges = append(s.Ranges, c.networkSizing()...)
	}
	for i := range c.blocks {
		b := &c.blocks[i]
		first := len(s.Ranges)
		for _, f := range b.Range.Families() {
			s.Ranges = append(s.Ranges, c.rangeSizing(b, f))
		}
		markBottleneck(s.Ranges[first:])
	}
	return s
}

func markBottleneck(families []RangeSizing) {
	if len(families) < 2 || families[0].Holds == families[1].Holds {
		return
	}
	low := 0
	if families[1].Holds < families[0].Holds {
		low = 1
	}
	families[low].Bottleneck = true
}

// networkSizing is what the cluster takes of a shared network.
func (c *Cluster) networkSizing() []RangeSizing {
	var rs []RangeSizing
	for _, f := range c.spec.families() {
		r := RangeSizing{Role: Node, Name: c.spec.NodeNetwork, Family: f}
		a := ask{role: Node, count: c.spec.need(Node)}
		e := explainer{c: &c.spec, f: f, lines: &r.Lines}
		e.nodes(&a)
		if c.network != nil {
			p := c.network.Range.Of(f)
			r.Bits = p.Bits()
			r.Holds = c.spec.nodesIn(appendRange(dualstack.Pair{}, p), c.others, c.lost)
			e.lost(c.lost.of(f))
			e.number("addresses of other clusters and hosts", c.others, fmt.Sprintf("network %q has them too", c.network.Name), "")
			e.length("range", p.Bits(), fmt.Sprintf("of network %q", c.network.Name), "")
		}
		rs = append(rs, r)
	}
	markBottleneck(rs)
	return rs
}

// rangeSizing explains one family of a range.
func (c *Cluster) rangeSizing(b *Block, f cidr.Family) RangeSizing {
	p := b.Range.Of(f)
	r := RangeSizing{Role: b.Role, Name: b.Name, Family: f, Bits: p.Bits()}
	a := c.askOf(b)
	one := appendRange(dualstack.Pair{}, p)
	var m dualstack.Masks
	if b.Role == Pod && !c.spec.flat() && a.carries() {
		m = c.masksOf(b)
		r.NodeMask = m.Of(f)
	}
	r.Holds = c.holds(b.Role, b.Name, one, onlyMask(m, f))
	e := explainer{c: &c.spec, f: f, lines: &r.Lines}
	want := e.explain(&a, b, r.NodeMask)
	switch q := c.pinOf(b).Of(f); {
	case q.IsValid():
		e.length("range", p.Bits(), fmt.Sprintf("it is pinned to %v", q), "")
	case want != p.Bits() && a.bits.Of(f) == 0:
		e.length("range", p.Bits(), "it was given for another need", "")
	}
	return r
}

// askOf is what the spec asks of a range.
func (c *Cluster) askOf(b *Block) ask {
	a := ask{role: b.Role, name: b.Name, count: c.countOf(b)}
	if e := c.extraOf(b); e != nil {
		a.bits = e.Bits
	}
	return a
}

// holds counts what a range of one family holds.
func (c *Cluster) holds(r Role, name string, p dualstack.Pair, m dualstack.Masks) uint64 {
	switch {
	case r == Node:
		return c.spec.nodesIn(p, 0, lostOn(c.spec.Platform))
	case r == Pod && c.spec.flat():
		return mulSaturating(c.spec.podNodesIn(p), c.spec.podsPerNode())
	case r == Pod && m == dualstack.Masks{}:
		return leastAddresses(p)
	case r == Pod:
		return mulSaturating(nodeBlocks(p, m), c.spec.podsIn(p, m))
	case r == Service:
		return c.spec.servicesIn(name, p)
	}
	return leastAddresses(p)
}

// onlyMask is m without the other family's.
func onlyMask(m dualstack.Masks, f cidr.Family) dualstack.Masks {
	if f == cidr.IPv4 {
		m.V6 = 0
	} else {
		m.V4 = 0
	}
	return m
}

// String is a table: a heading for each range, and a line for each number.
func (s Sizing) String() string {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for i := range s.Ranges {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintln(w, s.Ranges[i].heading())
		for _, l := range s.Ranges[i].Lines {
			fmt.Fprintf(w, "  %s\t%s", l.What, l.value())
			if l.Rule != "" || l.Source != "" {
				fmt.Fprintf(w, "\t%s", l.Rule)
			}
			if l.Source != "" {
				fmt.Fprintf(w, " [%s]", l.Source)
			}
			fmt.Fprintln(w)
		}
	}
	_ = w.Flush() // a strings.Builder takes everything
	return out.String()
}

func (r *RangeSizing) heading() string {
	h := string(r.Role)
	if r.Name != "" {
		h += fmt.Sprintf(" %q", r.Name)
	}
	h += fmt.Sprintf(" %v", r.Family)
	if r.Bits == 0 {
		return h + ": in a shared network"
	}
	h += fmt.Sprintf(": /%d", r.Bits)
	if r.NodeMask > 0 {
		h += fmt.Sprintf(", node blocks /%d", r.NodeMask)
	}
	h += fmt.Sprintf(", holds %s %s", amountOrMore(r.Holds), holdsWhat(r.Role))
	if r.Bottleneck {
		h += " (bottleneck)"
	}
	return h
}

func holdsWhat(r Role) string {
	switch r {
	case Node:
		return "nodes"
	case Pod:
		return "pods"
	case Service:
		return "services"
	}
	return "addresses"
}

func (l *SizingLine) value() string { return cmp.Or(l.Text, fmt.Sprint(l.Value)) }
