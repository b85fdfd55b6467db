package cidr

import (
	"iter"
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
	for l := y.has.next(0); l <= bits; l = y.has.next(l + 1) {
		blocks := y.tally[l].count
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
	b, ok := y.largest(y.all(), true)
	if !ok {
		return netip.Prefix{}, false
	}
	return b.prefix(), true
}

// FreeLengths yields the prefix lengths of the free blocks of a family, the
// shortest first, and how many blocks of each there are: a histogram of what
// [Pool.Free] yields.
func (p *Pool) FreeLengths(f Family) iter.Seq2[int, uint64] {
	return func(yield func(int, uint64) bool) {
		y := p.of(f)
		if y == nil {
			return
		}
		for n := y.has.next(0); n <= f.BitLen(); n = y.has.next(n + 1) {
			if !yield(n, y.tally[n].count) {
				return
			}
		}
	}
}

// Fragmentation is the part, from 0 to 1, of a family's free addresses that
// lies in blocks too small for a block of the given prefix length: 0 means
// that each of them can be used for such blocks, 1 that none can, though there
// are free ones. It is 0 where nothing is free. It tells a pool that is full
// from one where blocks must move.
func (p *Pool) Fragmentation(f Family, bits int) float64 {
	var small, all float64
	for n, blocks := range p.FreeLengths(f) {
		addrs := math.Ldexp(float64(blocks), -n) // in parts of the address space
		if all += addrs; n > bits {
			small += addrs
		}
	}
	if all == 0 {
		return 0
	}
	return small / all
}
