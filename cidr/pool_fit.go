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

// alloc takes a block of some prefix length into use.
func (y *buddy) alloc(length int, fit Fit) (b block, ok bool) {
	b = block{bits: uint8(length), family: y.family}
	if y.suits != Used || fit == LastFit {
		return y.allocIn(y.all(), length, fit)
	}
	switch fit {
	case FirstFit:
		b.addr, ok = y.useFirst(length)
		return b, ok
	case BestFit:
		n := y.has.prev(length)
		if ok = n >= 0; ok {
			b.addr = y.useStart(n, length)
		}
	case Sparse:
		n := y.has.next(0)
		if ok = n <= length; ok {
			b.addr = y.useStart(n, length)
		}
	}
	return b, ok
}

// allocIn is alloc inside a network.
func (y *buddy) allocIn(in block, length int, fit Fit) (b block, ok bool) {
	if y.suits == Used && fit != LastFit && int(in.bits) <= length && in.covers(y.root) {
		return y.alloc(length, fit)
	}
	if b, ok = y.place(in, length, fit); ok {
		y.cut(b, Used)
	}
	return b, ok
}

// place finds a place for a block of some prefix length inside a network. Only
// those parts of free blocks count that are in the network.
func (y *buddy) place(in block, length int, fit Fit) (block, bool) {
	if length < int(in.bits) {
		return block{}, false
	}
	at := block{in.addr, uint8(length), y.family}
	ok := false
	if !in.covers(y.root) {
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

// useFirst takes the lowest block of some prefix length into use.
func (y *buddy) useFirst(length int) (a u128.Uint, ok bool) {
	if length == y.floor.length {
		if a, from, ok := y.takeFirst(y.floor.addr, length); ok {
			y.floor.addr = a
			y.split(from, a, length)
			return a, true
		}
	}
	// It is in the lowest free block of one of the lengths that will do.
	free := y.has.prev(length)
	if free < 0 {
		return u128.Uint{}, false
	}
	for n := y.has.prev(free - 1); n >= 0; n = y.has.prev(n - 1) {
		if y.tally[n].first.Less(y.tally[free].first) {
			free = n
		}
	}
	b := block{y.tally[free].first, uint8(length), y.family}
	at, from, ok := y.locate(b)
	if !ok || from != free {
		if length <= y.floor.length && b.addr.Less(y.floor.addr) {
			b.addr = y.floor.addr
		}
		q := search{tree: &y.tree, length: length, wanted: lengthsFrom(1, length)}
		b.addr, _ = q.above(b.addr)
		at, from, _ = y.locate(b)
	}
	y.floor = floor{b.addr, length}
	y.tally[from].first = b.addr
	y.takeAt(at, b, from, Used)
	y.split(from, b.addr, length)
	return b.addr, true
}

// useStart takes a block of some prefix length into use, at the start of the
// lowest free block of exactly another.
func (y *buddy) useStart(free, length int) (a u128.Uint) {
	b := block{y.tally[free].first, uint8(length), y.family}
	at, from, ok := y.locate(b)
	if !ok || from != free { // the one that was the lowest is gone
		q := search{tree: &y.tree}
		b.addr, _ = q.exactly(free).above(b.addr)
		y.tally[free].first = b.addr
		at, _, _ = y.locate(b)
	}
	y.takeAt(at, b, free, Used)
	y.split(free, b.addr, length)
	return b.addr
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
