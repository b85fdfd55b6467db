package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// Comparison is what the node masks that there can be make of one pod range:
// more nodes or more pods a node. Masks stay for life (--node-cidr-mask-size,
// which nodes that exist do not follow), so that it is worth to look at all of
// them before.
type Comparison struct {
	Pods dualstack.Pair `json:"pods"`
	// Nodes and PodsPerNode are what the cluster asks for.
	Nodes       uint64 `json:"nodes"`
	PodsPerNode uint64 `json:"podsPerNode"`
	// Alternatives are in the order of their node masks, few large blocks first.
	Alternatives []Alternative `json:"alternatives"`
}

// Alternative is what one choice of node masks makes of a pod range.
type Alternative struct {
	Masks dualstack.Masks `json:"masks"`
	// Nodes is how many nodes get a block, and PodsPerNode how many pods with an
	// address of their own a block holds beside the addresses in cooldown: in the
	// family that holds less. The largest uint64 stands for that many or more.
	Nodes       uint64 `json:"nodes"`
	PodsPerNode uint64 `json:"podsPerNode"`
	// Enough is whether both are what the cluster asks for.
	Enough bool `json:"enough"`
	InUse  bool `json:"inUse,omitempty"`
}

// Pods is how many pods the node blocks hold, the largest uint64 for more.
func (a Alternative) Pods() uint64 { return mulSaturating(a.Nodes, a.PodsPerNode) }

// CompareMasks returns what node masks make of a pod range for a cluster, of
// which the nodes, the pods a node, the IPAM and the churn count. In use are the
// masks that [Solve] would take, if there are any that are enough.
//
// Masks of two families give equally many blocks, as far as the IPAM lets them:
// blocks without a partner in the other family would never be used. Masks that
// leave a block no pod are left out, so that there may be no alternative at all.
//
// It is an error if the cluster's spec is not valid (its families are those of
// the range, and nothing around it is looked at), or if the IPAM gives nodes no
// block.
func CompareMasks(c ClusterSpec, pods dualstack.Pair) (Comparison, error) {
	if pods.IsZero() {
		return Comparison{}, fmt.Errorf("plan: compare node masks: %w", errNoPods)
	}
	bare := ClusterSpec{
		Name: "cluster", Families: pods.Families(), Platform: c.Platform, Nodes: c.Nodes, Surge: c.Surge,
		PodsPerNode: c.PodsPerNode, IPAM: c.IPAM, Churn: c.Churn,
	}
	if !bare.IPAM.NodeBlocks() {
		if _, err := bare.IPAM.AddrsFor(1, cidr.IPv4); err != nil {
			return Comparison{}, fmt.Errorf("plan: compare node masks: %w", err)
		}
		return Comparison{}, fmt.Errorf("plan: compare node masks: with ipam %q %w", c.IPAM, errNodeBlocks)
	}
	v := newValidator(&Spec{})
	v.cluster(0, &bare)
	if err := v.err(); err != nil {
		return Comparison{}, err
	}
	n := bare.normal()
	inUse, err := n.nodeMasks(pods, n.nodes())
	if err != nil {
		inUse = dualstack.Masks{} // none is enough
	}
	return n.compare(pods, inUse, n.nodes()), nil
}

// errNoPods wraps dualstack.ErrCount, as the zero Pair does there.
var errNoPods = fmt.Errorf("%w: no pod range", dualstack.ErrCount)

// CompareMasks returns what node masks would make of the cluster's first pod
// range. It is an error if the cluster has none, as one that was adopted may, or
// if the IPAM gives nodes no block.
func (c *Cluster) CompareMasks() (Comparison, error) {
	pods := c.Block(Pod)
	switch {
	case c.spec.flat():
		return Comparison{}, fmt.Errorf("plan: cluster %q: compare node masks: with ipam %q %w", c.spec.Name, c.spec.IPAM, errNodeBlocks)
	case pods.IsZero():
		return Comparison{}, fmt.Errorf("plan: cluster %q: compare node masks: %w", c.spec.Name, errNoPods)
	}
	return c.spec.compare(pods, c.masks, c.podNodes()), nil
}

func (c *ClusterSpec) compare(pods dualstack.Pair, inUse dualstack.Masks, nodes uint64) Comparison {
	t := Comparison{Pods: pods, Nodes: nodes, PodsPerNode: c.podsPerNode(), Alternatives: []Alternative{}}
	seen := map[dualstack.Masks]bool{}
	add := func(m dualstack.Masks) {
		if m == (dualstack.Masks{}) || seen[m] {
			return
		}
		seen[m] = true
		n, err := dualstack.NodeCapacity(pods, m)
		if err != nil {
			return // Kubernetes refuses them
		}
		a := Alternative{Masks: m, Nodes: n, PodsPerNode: c.podsIn(pods, m), InUse: m == inUse}
		if a.PodsPerNode == 0 && !a.InUse {
			return
		}
		a.Enough = a.Nodes >= t.Nodes && a.PodsPerNode >= t.PodsPerNode && c.takesMasks(pods, m)
		t.Alternatives = append(t.Alternatives, a)
	}
	add(inUse) // which may be chosen by hand, or for a fixed length of one family
	for d := range 129 {
		if m, ok := c.masksAfter(pods, d); ok {
			add(m)
		}
	}
	slices.SortFunc(t.Alternatives, func(a, b Alternative) int {
		return cmp.Or(cmp.Compare(a.Masks.V4, b.Masks.V4), cmp.Compare(a.Masks.V6, b.Masks.V6))
	})
	return t
}

// masksAfter returns the masks that split every family into 2^d blocks, or into
// blocks of the length that the IPAM or the platform insists on.
func (c *ClusterSpec) masksAfter(pods dualstack.Pair, d int) (m dualstack.Masks, ok bool) {
	free := false // whether any family can follow d
	for p := range pods.All() {
		f := cidr.FamilyOf(p)
		shortest, longest := c.IPAM.BlockBits(f)
		if fixed := blockMask(c.Platform, c.IPAM, f); fixed > 0 {
			shortest, longest = fixed, fixed
		}
		mask := p.Bits() + d
		if shortest == longest {
			mask = longest
		} else {
			free = true
		}
		if mask > f.BitLen() || longest > 0 && mask > longest || mask < shortest {
			return m, false
		}
		m = withMask(m, f, mask)
	}
	return m, free || d == 0
}

// takesMasks reports whether the platform and the IPAM take node blocks of such
// lengths.
func (c *ClusterSpec) takesMasks(pods dualstack.Pair, m dualstack.Masks) bool {
	for p := range pods.All() {
		if !c.takesMask(p, m.Of(cidr.FamilyOf(p))) {
			return false
		}
	}
	return true
}

// String is a table with a line for each alternative: its node masks, nodes ×
// pods per node, whether that is enough, and which is in use.
func (t Comparison) String() string {
	rows := [][]string{{"node blocks", "nodes", "pods per node", "pods", fmt.Sprintf("enough for %d × %d", t.Nodes, t.PodsPerNode)}}
	for _, a := range t.Alternatives {
		enough := "no"
		if a.Enough {
			enough = "yes"
		}
		if a.InUse {
			enough += ", in use"
		}
		rows = append(rows, []string{a.Masks.String(), amountOrMore(a.Nodes), amountOrMore(a.PodsPerNode), amountOrMore(a.Pods()), enough})
	}
	return table(rows)
}
