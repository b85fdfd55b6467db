package cidr

import (
	"fmt"
)

// Fit is where a [Pool] places a block that it allocates. The zero value is
// FirstFit.
type Fit uint8

const (
	// FirstFit is the lowest address that has space: what is in use stays
	// together at the start of the pool.
	FirstFit Fit = iota
	// BestFit is the start of the smallest free block that is large enough,
	// the lowest among equals: large free blocks stay whole for as long as
	// possible. This is the fit for plans.
	BestFit
	// LastFit is the highest address that has space. Two kinds of blocks, one
	// with FirstFit and one with LastFit, grow towards each other.
	LastFit
	// Sparse is the start of the largest free block, the lowest among equals:
	// blocks come to lie as far as possible from each other, so that each has
	// room to grow. A space of one prefix is halved, then its halves, and so
	// on, which is the order of RFC 3531, section 3.1.
	Sparse
)

// String returns the name of the constant.
func (f Fit) String() string {
	switch f {
	case FirstFit:
		return "FirstFit"
	case BestFit:
		return "BestFit"
	case LastFit:
		return "LastFit"
	case Sparse:
		return "Sparse"
	}
	return fmt.Sprintf("Fit(%d)", uint8(f))
}

// place finds a place for a block of some prefix length inside a network: the
// free block to cut it from, and the block. Only those parts of free blocks
// count that are in the network.
func (y *buddy) place(in block, bits int, fit Fit) (from, to block, ok bool) {
	if bits < int(in.bits) {
		return block{}, block{}, false
	}
	room := in // the part of from that is in the network
	if from, ok = y.around(Free, in); !ok {
		if from, ok = y.choose(in, bits, fit); !ok {
			return block{}, block{}, false
		}
		room = from
	}
	to = block{room.addr, uint8(bits), y.family}
	if fit == LastFit {
		to.addr = room.end().And(mask(bits))
	}
	return from, to, true
}

// choose finds the free block inside a network that a block of some prefix
// length is best cut from.
func (y *buddy) choose(in block, bits int, fit Fit) (best block, ok bool) {
	has := &y.has[Free]
	switch fit {
	case BestFit:
		for n := has.prev(bits); n >= int(in.bits); n = has.prev(n - 1) {
			if b, found := y.firstIn(in, Free, n); found {
				return b, true
			}
		}
	case LastFit:
		for n := has.next(int(in.bits)); n <= bits; n = has.next(n + 1) {
			if b, found := y.lastIn(in, Free, n); found && (!ok || best.addr.Less(b.addr)) {
				best, ok = b, true
			}
		}
	case Sparse:
		best, ok = y.largest(in)
		return best, ok && int(best.bits) <= bits
	default:
		return y.lowest(Free, in, bits)
	}
	return best, ok
}

// largest is the largest free block inside a network, the lowest among equals.
// A free block around the network counts as the network.
func (y *buddy) largest(in block) (block, bool) {
	if _, ok := y.around(Free, in); ok {
		return in, true
	}
	has := &y.has[Free]
	for n := has.next(int(in.bits)); n <= y.family.BitLen(); n = has.next(n + 1) {
		if b, ok := y.firstIn(in, Free, n); ok {
			return b, true
		}
	}
	return block{}, false
}
