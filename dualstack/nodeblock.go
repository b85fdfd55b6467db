package dualstack

import (
	"iter"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/internal/fault"
)

// NodeBlock returns the pod CIDRs of the ith node, counted from 0, in the order
// of pods' families. kube-controller-manager starts with block 0 and goes on in
// sequence; which node asks first is not ordered. It is [ErrOutOfRange] from
// [NodeCapacity] on, and [ErrMasks] like it.
func NodeBlock(pods Pair, m Masks, i uint64) (Pair, error) {
	n, err := NodeCapacity(pods, m)
	if err != nil {
		return Pair{}, err
	}
	if i >= n {
		return Pair{}, fault.New(ErrOutOfRange, "dualstack: node block %d of %v with masks %v: it has %d, counted from 0", i, pods, m, n)
	}
	return pods.subnet(m, i)
}

// NodeBlocks yields every node block of pods with its number, lazily. It is
// [ErrMasks] like [NodeCapacity].
func NodeBlocks(pods Pair, m Masks) (iter.Seq2[uint64, Pair], error) {
	n, err := NodeCapacity(pods, m)
	if err != nil {
		return nil, err
	}
	return func(yield func(uint64, Pair) bool) {
		for i := range n {
			// The masks and i are in range, so there is no error.
			if b, err := pods.subnet(m, i); err != nil || !yield(i, b) {
				return
			}
		}
	}, nil
}

// subnet returns the ith subnet of each range.
func (p Pair) subnet(m Masks, i uint64) (Pair, error) {
	return p.each(func(q netip.Prefix) (netip.Prefix, error) {
		return cidr.Subnet(q, m.Of(cidr.FamilyOf(q)), i)
	})
}

// each replaces every range of p, which keeps its order.
func (p Pair) each(f func(netip.Prefix) (netip.Prefix, error)) (Pair, error) {
	var q Pair
	var err error
	if p.primary.IsValid() {
		if q.primary, err = f(p.primary); err != nil {
			return Pair{}, ours(err)
		}
	}
	if p.secondary.IsValid() {
		if q.secondary, err = f(p.secondary); err != nil {
			return Pair{}, ours(err)
		}
	}
	return q, nil
}
