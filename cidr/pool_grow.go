package cidr

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/internal/fault"
)

// Grow doubles the allocated block q in place and returns the larger block,
// which is in use from now on instead of q: addresses that were given out stay
// valid. It needs the other half to be free; if it is not, the error is a
// [*ConflictError] about the larger block. It is [ErrNotUsed] where q is not
// an allocated block, and [ErrBits] where q is a /0.
//
// What was allocated with [Sparse] has the best prospects to grow.
func (p *Pool) Grow(q netip.Prefix) (netip.Prefix, error) {
	y, b, err := p.inUse("grow", q)
	if err != nil {
		return netip.Prefix{}, err
	}
	if b.bits == 0 {
		return netip.Prefix{}, fault.New(ErrBits, "cidr: grow %v: it is the whole address space", b.prefix())
	}
	larger := b.supernet(int(b.bits) - 1)
	half := b
	half.addr = half.addr.Xor(unit(int(b.bits)))
	if _, state := y.around(half); state != Free {
		with, state, _ := y.obstacle(half, 1<<Used|1<<Excluded|1<<Quarantined|1<<Outside)
		return netip.Prefix{}, conflict("grow "+b.prefix().String()+" to", ErrConflict, larger, with, state)
	}
	y.free(b)
	y.cut(larger, Used)
	return larger.prefix(), nil
}
