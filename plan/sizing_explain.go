package plan

import (
	"fmt"
	"math"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// Where the rules of this package are written.
const (
	srcMaxPods  = "k8s.io/kubernetes pkg/kubelet/apis/config/v1beta1/defaults.go"
	srcSubnet   = "RFC 4291 §2.5.1"
	srcNodeIPAM = "k8s.io/kubernetes pkg/controller/nodeipam/ipam/cidrset"
	srcServices = "k8s.io/kubernetes pkg/registry/core/service/ipallocator"
	srcKubeadm  = "k8s.io/kubernetes cmd/kubeadm/app/constants/constants.go"
	srcOptions  = "k8s.io/kubernetes cmd/kube-apiserver/app/options/validation.go"
	srcBands    = "KEP-3070"
	srcPower    = "RFC 4632 §3.1"
)

// explainer writes the lines of one range of one family. It only words what
// the functions in size.go reckon.
type explainer struct {
	c     *ClusterSpec
	f     cidr.Family
	lines *[]SizingLine
}

func (e *explainer) number(what string, n uint64, rule, source string) {
	*e.lines = append(*e.lines, SizingLine{What: what, Value: n, Rule: rule, Source: source})
}

func (e *explainer) length(what string, bits int, rule, source string) {
	*e.lines = append(*e.lines, SizingLine{What: what, Text: fmt.Sprintf("/%d", bits), Rule: rule, Source: source})
}

// explain writes all lines up to the length that the need gives, and returns
// that length; 0 where there is none.
func (e *explainer) explain(a *ask, b *Block, mask int) int {
	if bits := a.bits.Of(e.f); bits > 0 {
		e.length("range", bits, "the spec gives its length", "")
		return bits
	}
	if !a.carries() {
		return 0 // it is where it is pinned
	}
	bits, err := e.c.enoughBits(a, e.f)
	if err != nil {
		bits = 0 // only a pin can make up for it
	}
	return e.platform(a, e.enough(a, b, bits, mask))
}

// platform writes the length that the platform makes of one that is enough, and
// returns it.
func (e *explainer) platform(a *ask, enough int) int {
	bits, err := e.c.kind().legal(a.role, e.f, enough)
	if err != nil || bits == enough || enough == 0 {
		return enough
	}
	x := e.fact(platform.KindLongest, a.role, uint64(bits))
	e.length("range", bits, x.Text, x.Source)
	return bits
}

// fact is the platform's fact of a kind about a role's ranges with a number, its
// own before that of every platform; the zero Fact if there is none.
func (e *explainer) fact(k platform.Kind, r Role, number uint64) platform.Fact {
	var found platform.Fact
	for x := range platform.Facts(e.c.Platform) {
		if x.Kind == k && x.Number == number && slices.Contains(x.Ranges, platform.Range(r)) && (x.Family == 0 || x.Family == e.f) {
			found = x
		}
	}
	return found
}

// enough writes how a range comes to the length that is enough, and returns it.
func (e *explainer) enough(a *ask, b *Block, bits, mask int) int {
	switch a.role {
	case Node:
		e.nodes(a)
		e.nodeLength(bits)
	case Pod:
		e.podsOfNode(e.c.flat())
		if e.c.flat() {
			e.flatPods(a, bits)
		} else {
			e.block(b, mask)
			e.blocks(a, b, bits, mask)
		}
	case Service:
		e.services(a, b, bits)
	default:
		e.count(a)
		if e.f == cidr.IPv6 {
			e.length("range", bits, fmt.Sprintf("the smallest that holds them, but at least a /%d", ipv6SingleBits), "")
		} else {
			e.length("range", bits, "the smallest that holds them, every address counts", srcPower)
		}
	}
	return bits
}

// counted is the Count of the spec that sizes the ranges of a role.
func (c *ClusterSpec) counted(r Role) (string, Count) {
	switch r {
	case Service:
		return "services", c.Services
	case External:
		return "external addresses", c.ExternalIPs
	case Ingress:
		return "ingress addresses", c.IngressIPs
	}
	return "nodes", c.Nodes
}

// count writes how many things there are, from now to the most.
func (e *explainer) count(a *ask) {
	what, n := e.c.counted(a.role)
	if a.name != "" {
		e.number(what, a.count, "the spec gives the range so many of them", "")
		return
	}
	e.number(what+" now", n.Now, "", "")
	if n.Max > 0 {
		e.number(what+" at most", n.Max, "the spec says so", "")
	}
	if !n.GrowthPerYear.IsZero() && n.Horizon > 0 {
		e.growth(what, n)
	}
	need := n.Need()
	if n.Max > 0 || !n.GrowthPerYear.IsZero() {
		e.number(what+" to plan for", need, "the largest of these", "")
	}
	if a.role == Node || a.role == Pod {
		if !e.c.Surge.IsZero() {
			e.number("with surge", e.c.nodes(), fmt.Sprintf("%v more while others are replaced", e.c.Surge), "")
		}
		need = e.c.nodes()
	}
	if a.count < need {
		e.number(what+" of this range", a.count, "extra ranges have the others", "")
	}
}

// mostYears is how many years get a line; of more only the last does.
const mostYears = 10

// growth writes how many there are at the end of each year.
func (e *explainer) growth(what string, n Count) {
	rule := fmt.Sprintf("%v more in a year, rounded up", n.GrowthPerYear)
	for y := Duration(1); y*Year < n.Horizon && y < mostYears; y++ {
		part := Count{Now: n.Now, GrowthPerYear: n.GrowthPerYear, Horizon: y * Year}
		e.number(fmt.Sprintf("%s after %dy", what, y), part.grown(), rule, "")
	}
	e.number(fmt.Sprintf("%s after %v", what, n.Horizon), n.grown(), rule, "")
}

func (e *explainer) nodes(a *ask) {
	e.count(a)
	if !e.c.PodsFromNodeRange {
		return
	}
	e.podsOfNode(true)
	if per, err := e.c.addrsOfNode(e.f); err == nil {
		if !countsNode(e.c.IPAM) {
			e.number("with the node's own address", per, "it is of the same range", "")
		}
		e.number("addresses of all nodes", mulSaturating(a.count, per), fmt.Sprintf("%d × %d", a.count, per), "")
	}
}

func (e *explainer) nodeLength(bits int) {
	e.lost(lostOn(e.c.Platform).of(e.f))
	if e.f == cidr.IPv6 {
		e.length("range", bits, "a subnet of machines has interface identifiers of 64 bits", srcSubnet)
		return
	}
	e.length("range", bits, "the smallest that holds them", srcPower)
}

// lost is what a subnet loses.
func (e *explainer) lost(n uint64) {
	x := e.fact(platform.KindLost, Node, n)
	e.number("addresses lost", n, x.Text, x.Source)
}

// podsOfNode writes how many addresses a node takes for its pods.
func (e *explainer) podsOfNode(flat bool) {
	c := e.c
	if c.PodsPerNode == 0 || c.PodsPerNode == DefaultPodsPerNode {
		e.number("pods per node", c.podsPerNode(), "as many as the kubelet takes by default (--max-pods)", srcMaxPods)
	} else {
		e.number("pods per node", c.PodsPerNode, "", "")
	}
	if h := c.churn(); h.PodsPerNodePerMinute > 0 {
		rule := fmt.Sprintf("%v pods a minute × %v", h.PodsPerNodePerMinute, h.Cooldown)
		switch {
		case c.Churn.Cooldown > 0:
		case h.Cooldown > 0:
			rule += fmt.Sprintf(", the cooldown that %s has by itself", c.normalIPAM())
		default:
			rule += fmt.Sprintf(": the spec gives no cooldown, and %s has none by itself", c.normalIPAM())
		}
		e.number("addresses in cooldown", h.Held(), rule, "Little's law")
	}
	steps, err := c.IPAM.Explain(c.podsWithCooldown(), e.f)
	if err != nil {
		return // a pin cannot make up for it, so that the spec is not valid
	}
	total := uint64(0)
	for i, s := range steps {
		total = addSaturating(total, s.Addrs)
		if i > 0 { // the first are the pods themselves
			e.number(fmt.Sprintf("taken by %s", c.normalIPAM()), s.Addrs, s.Rule, s.Source)
		}
	}
	what := "addresses of a node's block"
	if flat {
		what = "addresses of a node"
	}
	e.number(what, total, "the sum of these", "")
}

// flatPods writes how a pod range without node blocks comes to its length.
func (e *explainer) flatPods(a *ask, bits int) {
	e.count(a)
	if per, err := e.c.addrsPerNode(e.f); err == nil {
		e.number("addresses of all nodes", mulSaturating(a.count, per), fmt.Sprintf("%d × %d: %s gives nodes no block", a.count, per, e.c.normalIPAM()), "")
	}
	if n := e.c.lostOfPods(e.f); n > 0 {
		e.lost(n)
	}
	if e.f == cidr.IPv6 {
		e.length("range", bits, "a subnet is a /64, or as many as hold them", srcSubnet)
		return
	}
	e.length("range", bits, "the smallest that holds them", srcPower)
}

// block writes the length of a node's block, and what it holds.
func (e *explainer) block(b *Block, mask int) {
	want, err := e.c.blockBits(e.f)
	shortest, longest := e.c.IPAM.BlockBits(e.f)
	switch fixed := blockMask(e.c.Platform, e.c.IPAM, e.f); {
	case err != nil:
	case fixed > 0:
		e.length("node block", want, fmt.Sprintf("the blocks of %s have this length alone on %s", e.c.normalIPAM(), e.c.Platform), e.fact(platform.KindNodeMask, Pod, uint64(fixed)).Source)
	case shortest == longest:
		e.length("node block", want, fmt.Sprintf("the blocks of %s have this length alone", e.c.normalIPAM()), "")
	case e.f == cidr.IPv6:
		e.length("node block", want, "kube-controller-manager's default", srcNodeIPAM)
	default:
		e.length("node block", want, "the longest that holds them", srcPower)
	}
	if err == nil && want != mask {
		e.length("node block in this range", mask, "it has blocks of this length for every node, in each family as many as in the other", "")
	}
	p := appendRange(dualstack.Pair{}, b.Range.Of(e.f))
	have := e.c.podsIn(p, onlyMask(dualstack.Masks{V4: mask, V6: mask}, e.f))
	what := "pods that a block holds"
	if have == math.MaxUint64 {
		what += ", or more"
	}
	e.number(what, have, fmt.Sprintf("what %s and cooldown leave of a /%d", e.c.normalIPAM(), mask), "")
	e.number("effective pods per node", min(have, e.c.podsPerNode()), "the kubelet takes no more than pods per node", srcMaxPods)
}

// blocks writes how many node blocks there are, and the length of the range.
func (e *explainer) blocks(a *ask, b *Block, bits, mask int) {
	e.count(a)
	d := log2ceil(max(a.count, 1))
	e.number("node blocks", 1<<min(d, 63), "up to a power of two", srcPower)
	switch most, x := e.c.maskDifference(e.f); {
	case x != nil:
		e.number("node blocks at most", 1<<most, x.Text, x.Source)
	case e.f == cidr.IPv6:
		e.number("node blocks at most", 1<<most, fmt.Sprintf("IPv6 blocks are at most %d bits longer than their range", most), srcNodeIPAM)
	}
	if bits > 0 {
		e.length("range", bits, fmt.Sprintf("%d bits for the blocks before the /%d of each", d, bits+d), "")
	}
}

// services writes how a service range comes to its length.
func (e *explainer) services(a *ask, b *Block, bits int) {
	e.count(a)
	if a.name == "" {
		e.number("services of the cluster itself", clusterServices, "kubernetes and DNS", srcKubeadm)
	}
	if e.f == cidr.IPv4 {
		e.number("addresses lost", 2, "network and broadcast address are not given", srcServices)
		e.length("smallest range", ipv4LeastServiceBits, "kubeadm wants ten addresses", srcKubeadm)
	} else {
		e.number("addresses lost", 1, "the network address is not given", srcServices)
		e.length("smallest range", ipv6SingleBits, "every version and kubeadm take it", srcOptions)
	}
	v := e.c.version()
	rule := fmt.Sprintf("Kubernetes %v takes no shorter one", v)
	if e.c.Kubernetes.IsZero() {
		rule += ", the oldest version counts since the spec names none"
	}
	e.length("largest range", k8sflags.ShortestServiceBits(v, e.f), rule, srcOptions)
	if bits > 0 {
		e.length("range", bits, "the smallest that holds them", srcPower)
	}
	e.number("static band", e.c.staticServices(b.Range.Of(e.f)), "addresses for Services that name one, a part of the range and not taken off", srcBands)
}
