package dualstack

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/internal/fault"
)

// Alloc takes a block of each family that m has a mask of from the pool, at
// the places that fit says: both, or none at all. A node that gets a block of
// one family and not of the other has no use for it, and kube-controller-manager
// loses such a block at every attempt until it restarts; here the pool is as
// it was.
//
// Masks have no order, so IPv4 is the primary; [Pair.WithPrimary] makes it the
// other. The masks are those of the blocks and owe nothing to a range:
// [MaxIPv6Difference] is no matter here. No masks at all are [ErrMasks]; the
// errors of [cidr.Pool.Alloc] are wrapped, such as [cidr.ErrNoSpace]. An
// IPv4-mapped block, out of a pool that has ::ffff:0:0/96, is
// [cidr.ErrMapped].
func Alloc(p *cidr.Pool, m Masks, fit cidr.Fit) (Pair, error) {
	if m == (Masks{}) {
		return Pair{}, fault.New(ErrMasks, "dualstack: alloc: no mask for either family")
	}
	var pair Pair
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		if m.Of(f) == 0 {
			continue
		}
		block, err := p.Alloc(f, m.Of(f), fit)
		if err != nil {
			pair.release(p)
			return Pair{}, ours(err)
		}
		grown := pair.with(block)
		if err := usable(block); err != nil {
			grown.release(p)
			return Pair{}, err
		}
		pair = grown
	}
	return pair, nil
}

// with returns p with a range after those that it has.
func (p Pair) with(q netip.Prefix) Pair {
	if p.IsZero() {
		return Pair{primary: q}
	}
	p.secondary = q
	return p
}

// release gives back the ranges of p, which were just taken from the pool, so
// that there is no error to report.
func (p Pair) release(pool *cidr.Pool) {
	for q := range p.All() {
		_ = pool.Release(q)
	}
}
