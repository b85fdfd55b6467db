package plan

import (
	"fmt"
	"iter"

	"github.com/kubecidr/kubecidr/dualstack"
)

// Cluster is one cluster of a plan. It is immutable and safe for concurrent
// use.
type Cluster struct {
	spec    ClusterSpec // normal
	blocks  []Block     // by role and name
	network *Block      // the shared node network, in the cluster's families
	others  uint64      // addresses of that network that are others'
	lost    lost        // and that nobody gets
	masks   dualstack.Masks
}

// setMasks derives the node masks of the first pod range.
func (c *Cluster) setMasks() error {
	pods := c.Block(Pod)
	if pods.IsZero() || c.spec.flat() {
		return nil
	}
	var err error
	if c.masks, err = c.spec.nodeMasks(pods, c.podNodes()); err != nil {
		return fmt.Errorf("plan: cluster %q: %w", c.spec.Name, err)
	}
	return nil
}

// podNodes is for how many nodes the first pod range has to have blocks.
func (c *Cluster) podNodes() uint64 {
	if b := c.first(Pod); b != nil {
		return max(c.countOf(b), 1)
	}
	return 1
}

// first is the first range of a role that carries a part of what the cluster
// asks for: an extra one beside that may be too small for a single node. Where
// none does it is the first of all; nil for none.
func (c *Cluster) first(r Role) *Block {
	var beside *Block
	for i := range c.blocks {
		b := &c.blocks[i]
		switch {
		case b.Role != r:
		case b.Name == "" || c.countOf(b) > 0:
			return b
		case beside == nil:
			beside = b
		}
	}
	return beside
}

// extraOf returns what the spec says of an extra range; nil for a main one.
func (c *Cluster) extraOf(b *Block) *BlockSpec {
	if b.Name == "" {
		return nil
	}
	for i := range c.spec.Extra {
		if e := &c.spec.Extra[i]; e.Role == b.Role && e.Name == b.Name {
			return e
		}
	}
	return nil
}

// countOf returns how many things a range has to hold; 0 for one beside what
// is counted.
func (c *Cluster) countOf(b *Block) uint64 {
	if e := c.extraOf(b); e != nil {
		return e.Count.Need()
	}
	return c.spec.need(b.Role)
}

// pinOf returns where the spec pins a range.
func (c *Cluster) pinOf(b *Block) dualstack.Pair {
	if e := c.extraOf(b); e != nil {
		return e.Pin
	}
	return c.spec.pin(b.Role)
}

// Name returns the cluster's name.
func (c *Cluster) Name() string { return c.spec.Name }

// Spec returns what the cluster asks for, with defaults written out.
func (c *Cluster) Spec() ClusterSpec { return c.spec.clone() }

// Block returns the cluster's range of role r, in the order of its families: of
// several the main one, or else the first that carries a part of the cluster's
// count. For [Node] in a shared network it is the
// network's range. It is the zero Pair where the cluster has none.
func (c *Cluster) Block(r Role) dualstack.Pair {
	if r == Node && c.network != nil {
		return c.network.Range
	}
	if b := c.first(r); b != nil {
		return b.Range
	}
	return dualstack.Pair{}
}

// Blocks yields the cluster's ranges of role r, the main one first, then the
// extra ones by name. That of a shared node network has the network's name and
// no cluster.
func (c *Cluster) Blocks(r Role) iter.Seq[Block] {
	return func(yield func(Block) bool) {
		if r == Node && c.network != nil && !yield(*c.network) {
			return
		}
		for _, b := range c.blocks {
			if b.Role == r && !yield(b) {
				return
			}
		}
	}
}

// NodeMasks returns the lengths of a node's pod CIDRs
// (--node-cidr-mask-size-ipv4 and -ipv6). They are zero where the IPAM gives
// nodes no block.
func (c *Cluster) NodeMasks() dualstack.Masks { return c.masks }

// NodeBlock returns the pod CIDRs of the ith node, counted from 0, as
// kube-controller-manager gives them out. The error wraps
// dualstack.ErrOutOfRange beyond the last, and where the IPAM gives nodes none.
func (c *Cluster) NodeBlock(i uint64) (dualstack.Pair, error) {
	if c.spec.flat() {
		return dualstack.Pair{}, fmt.Errorf("plan: cluster %q: node block %d: with ipam %q %w (%w)", c.spec.Name, i, c.spec.IPAM, errNodeBlocks, dualstack.ErrOutOfRange)
	}
	b, err := dualstack.NodeBlock(c.Block(Pod), c.masks, i)
	if err != nil {
		return dualstack.Pair{}, fmt.Errorf("plan: cluster %q: %w", c.spec.Name, err)
	}
	return b, nil
}
