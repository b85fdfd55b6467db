package cidr

import "github.com/kubecidr/kubecidr/internal/u128"

// search looks for free space in the nodes of a tree, from the lowest address
// up or from the highest down.
type search struct {
	*tree
	length int       // of the block that is to be placed
	wanted lengthSet // of the free blocks that will do
	exact  bool      // free blocks of this length alone will do
	last   bool      // from the highest address down
	reader bool      // change nothing, not even what nodes know
}

// exactly is the search for free blocks of one length.
func (q search) exactly(length int) *search {
	q.length, q.exact = length, true
	q.wanted = lengthsFrom(max(length, 1), length)
	return &q
}

// within searches the part of the space that lies in a network, and returns
// the address of the place. A free block around the network is not found.
func (q *search) within(in block) (u128.Uint, bool) {
	n, base, slots := q.enter(in)
	if slots == 0 {
		return u128.Uint{}, false
	}
	return q.node(n, base, q.networkOf(in.addr, base), slots)
}

// next is the lowest place for a block of some prefix length at an address of
// the space or above, if it is in the slots of the node that the last change
// was in: when a pool fills up, it most often is.
func (t *tree) next(a u128.Uint, length int) (u128.Uint, bool) {
	depth := t.shared(block{addr: a, bits: 128})
	base := t.base + slotBits*depth
	k := base + slotBits - length
	if k < 0 || k > slotBits {
		return u128.Uint{}, false
	}
	n := &t.nodes[t.way.steps[depth].node]
	slots := ^uint64(0) << slot(a, base)
	own := runs(n.free&slots, k)
	if own == 0 || n.room&slots&(1<<firstSlot(own)-1) != 0 {
		return u128.Uint{}, false
	}
	return slotAddr(t.networkOf(a, base), base, firstSlot(own)), true
}

// above searches the space from the slots at an address of it up, from the
// inside out: the place is most often near the last change.
func (q *search) above(a u128.Uint) (u128.Uint, bool) {
	depth := q.shared(block{addr: a, bits: 128})
	base := q.base + slotBits*depth
	for slots := ^uint64(0) << slot(a, base); ; slots = ^uint64(0) << slot(a, base) << 1 {
		n := &q.nodes[q.way.steps[depth].node]
		if found, ok := q.node(n, base, q.networkOf(a, base), slots); ok {
			return found, true
		}
		if depth == 0 {
			return u128.Uint{}, false
		}
		depth--
		base -= slotBits
	}
}

// node searches some of the slots of a node.
func (q *search) node(n *node, base int, a u128.Uint, slots uint64) (u128.Uint, bool) {
	own := q.slots(n.free&slots, base)
	below := n.room & slots
	switch {
	case own == 0:
	case q.last:
		below &= ^uint64(0) << lastSlot(own)
	default:
		below &= 1<<firstSlot(own) - 1
	}
	for below != 0 {
		at := firstSlot(below)
		if q.last {
			at = lastSlot(below)
		}
		below &^= 1 << at
		known := &q.below[n.child(at)]
		if !known.lengths.meets(q.wanted) {
			continue
		}
		child := &q.nodes[known.node]
		if found, ok := q.node(child, base+slotBits, slotAddr(a, base, at), ^uint64(0)); ok {
			return found, true
		}
		if !q.reader {
			known.lengths = q.lengthsBelow(child, base+slotBits)
		}
	}
	switch {
	case own == 0:
		return u128.Uint{}, false
	case !q.last:
		return slotAddr(a, base, firstSlot(own)), true
	}
	end := slotAddr(a, base, lastSlot(own))
	if base+slotBits < q.length {
		end = end.Or(mask(base + slotBits).Not()).And(mask(q.length))
	}
	return end, true
}

// slots has the free slots where a node of some length has a place itself.
func (q *search) slots(free uint64, base int) uint64 {
	k := base + slotBits - q.length
	switch {
	case free == 0 || k > slotBits || k < 0 && q.exact:
		return 0
	case k < 0:
		return free
	}
	free = runs(free, k)
	if q.exact {
		return alone(free, k)
	}
	return free
}
