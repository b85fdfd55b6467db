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
	blocks  []Block     // by role
	network *Block      // the shared node network, in the cluster's families
	shared  uint64      // addresses of that network that are others'
	masks   dualstack.Masks
}

// Name returns the cluster's name.
func (c *Cluster) Name() string { return c.spec.Name }

// Spec returns what the cluster asks for, with defaults written out.
func (c *Cluster) Spec() ClusterSpec { return c.spec.normal() }

// Block returns the cluster's range of role r, the first if there are several,
// in the order of its families. For [Node] in a shared network it is the
// network's range. It is the zero Pair where the cluster has none.
func (c *Cluster) Block(r Role) dualstack.Pair {
	for b := range c.Blocks(r) {
		return b.Range
	}
	return dualstack.Pair{}
}

// Blocks yields the cluster's ranges of role r. That of a shared node network
// has the network's name and no cluster.
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
// (--node-cidr-mask-size-ipv4 and -ipv6).
func (c *Cluster) NodeMasks() dualstack.Masks { return c.masks }

// NodeBlock returns the pod CIDRs of the ith node, counted from 0, as
// kube-controller-manager gives them out. The error wraps
// dualstack.ErrOutOfRange beyond the last.
func (c *Cluster) NodeBlock(i uint64) (dualstack.Pair, error) {
	b, err := dualstack.NodeBlock(c.Block(Pod), c.masks, i)
	if err != nil {
		return dualstack.Pair{}, fmt.Errorf("plan: cluster %q: %w", c.spec.Name, err)
	}
	return b, nil
}
