package cidr

import (
	"math"
	"net/netip"
)

// NumFree is how many more blocks of a family and prefix length fit into the
// pool, now: they can be allocated one after the other. ok is false only where
// a uint64 cannot hold the number; n is then the largest uint64. It is 0 for
// no family and for a length that the family does not have.
func (p *Pool) NumFree(f Family, bits int) (n uint64, ok bool) {
	y := p.of(f)
	if y == nil || bits < 0 || bits > f.BitLen() {
		return 0, true
	}
	has := &y.has[Free]
	for l := has.next(0); l <= bits; l = has.next(l + 1) {
		blocks := uint64(y.blocks.Len(y.set(Free, l)))
		each, fits := pow2(bits - l)
		if !fits || blocks > (math.MaxUint64-n)/each {
			return math.MaxUint64, false
		}
		n += blocks * each
	}
	return n, true
}

// Largest is the largest free block of a family, the one with the lowest
// address among equals. ok is false if nothing is free.
func (p *Pool) Largest(f Family) (largest netip.Prefix, ok bool) {
	y := p.of(f)
	if y == nil {
		return netip.Prefix{}, false
	}
	b, ok := y.largest(y.all())
	if !ok {
		return netip.Prefix{}, false
	}
	return b.prefix(), true
}
