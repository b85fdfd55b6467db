package cidr

import (
	"fmt"

	"github.com/kubecidr/kubecidr/internal/u128"
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

// place finds a place for a block of some prefix length inside a network. Only
// those parts of free blocks count that are in the network.
func (y *buddy) place(in block, length int, fit Fit) (block, bool) {
	if length < int(in.bits) {
		return block{}, false
	}
	at := block{in.addr, uint8(length), y.family}
	ok := false
	switch whole := in.covers(y.root); {
	case whole && fit == FirstFit:
		at.addr, ok = y.lowest(length)
		return at, ok
	case !whole:
		if _, state := y.around(in); state != Outside {
			if fit == LastFit {
				at.addr = in.end().And(mask(length))
			}
			return at, state == Free
		}
	}
	q := search{tree: &y.tree, length: length, wanted: lengthsFrom(1, length), last: fit == LastFit}
	switch fit {
	case BestFit:
		for n := y.has.prev(length); n >= int(in.bits) && !ok; n = y.has.prev(n - 1) {
			at.addr, ok = q.exactly(n).within(in)
		}
	case Sparse:
		for n := y.has.next(int(in.bits)); n <= length && !ok; n = y.has.next(n + 1) {
			at.addr, ok = q.exactly(n).within(in)
		}
	default:
		at.addr, ok = q.within(in)
	}
	return at, ok
}

// lowest is the lowest place for a block of some prefix length in the space.
func (y *buddy) lowest(length int) (a u128.Uint, ok bool) {
	if length > y.floor.length {
		y.floor.addr = y.root.addr
	}
	a, ok = y.next(y.floor.addr, length)
	if !ok {
		q := search{tree: &y.tree, length: length, wanted: lengthsFrom(1, length)}
		a, ok = q.above(y.floor.addr)
	}
	if ok {
		y.floor = floor{a, length}
	}
	return a, ok
}

// largest is the largest free block inside a network, the lowest among equals.
// A free block around the network counts as the network. A reader changes
// nothing, not even what nodes know.
func (y *buddy) largest(in block, reader bool) (block, bool) {
	if _, state := y.around(in); state != Outside {
		return in, state == Free
	}
	q := search{tree: &y.tree, reader: reader}
	for n := y.has.next(int(in.bits)); n <= y.family.BitLen(); n = y.has.next(n + 1) {
		if a, ok := q.exactly(n).within(in); ok {
			return block{a, uint8(n), y.family}, true
		}
	}
	return block{}, false
}
