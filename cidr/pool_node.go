package cidr

import (
	"math/bits"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// node is a network as 64 slots, which are the networks 6 bits longer. A slot
// is free, excluded, part of a block in use, or divided: then it has an entry
// below. A slot with none of that is outside of the space.
type node struct {
	free     uint64
	excluded uint64
	divided  uint64    // slots with an entry below
	room     uint64    // those of them with anything free
	used     [2]uint64 // blocks in use: bit 1 is the node, 2 and 3 its halves, … 64 to 127 the slots
	list     uint32    // of the entries below, in order
	up       uint32    // the node above
	base     int8      // the node's length: it may be below 0 for the root
	class    uint8     // the list has room for 1<<class
	told     uint8     // bit k: the lengths known of the node have that of free runs of 2^k slots
	_        [5]byte   // to fill a cache line
}

// slot is the slot of a node of some length where an address lies.
func slot(a u128.Uint, base int) uint { return slots(a, base) & 63 }

// slots is as many slots of a node of some length as an address has.
func slots(a u128.Uint, base int) uint {
	switch shift := 128 - slotBits - base; {
	case shift >= 64:
		return uint(a.Hi >> (shift & 63))
	case shift >= 0:
		return uint(a.Rsh(uint(shift)).Lo)
	default: // some slots are a part of an address, and not used
		return uint(a.Lo << -shift)
	}
}

// slotAddr is the address of a slot of the node at an address, the inverse of
// slots.
func slotAddr(node u128.Uint, base int, slot uint) u128.Uint {
	switch shift := 128 - slotBits - base; {
	case shift >= 64:
		return u128.Uint{Hi: node.Hi | uint64(slot)<<(shift&63), Lo: node.Lo}
	case shift >= 0:
		return node.Or(u128.From64(uint64(slot)).Lsh(uint(shift)))
	default:
		return node.Or(u128.From64(uint64(slot) >> -shift))
	}
}

// slotBits is the base-2 logarithm of the number of slots: a node of n bits
// has slots of n+slotBits.
const slotBits = 6

// slotLength is the prefix length of the slots.
func (n *node) slotLength() int { return int(n.base) + slotBits }

// size is the base-2 logarithm of the number of slots that a block has in a
// node; 0 for less than one.
func size(b block, base int) int { return max(0, base+slotBits-int(b.bits)) }

// hasRoom reports whether anything is free in the node or below.
func (n *node) hasRoom() bool { return n.free|n.room != 0 }

// hasTold reports whether the nodes above know already what there is in a node,
// which had room before or not, after a change that makes runs of 2^k free slots,
// for which bits k stand. Most often they do.
func (n *node) hasTold(had bool, runs uint8) bool {
	return had && n.hasRoom() && runs&^n.told == 0
}

// isUsed is about the block with a number as in node.used.
func (n *node) isUsed(i uint) bool { return n.used[i>>6&1]&(1<<(i&63)) != 0 }

// word has the slots that are free, or excluded.
func (n *node) word(s State) *uint64 {
	if s == Free {
		return &n.free
	}
	return &n.excluded
}

// giveBack makes a block in use of 2^k slots free, if there is one.
func (n *node) giveBack(slot uint, k int) bool {
	i := (64 + slot) >> (k & 7)
	word, bit := &n.used[i>>6&1], uint64(1)<<(i&63)
	if *word&bit == 0 {
		return false
	}
	*word &^= bit
	n.free |= runOf(slot, k)
	return true
}

// use takes a run of 2^k free slots into use, as one block.
func (n *node) use(slot uint, k int) {
	n.free &^= runOf(slot, k)
	i := (64 + slot) >> (k & 7)
	n.used[i>>6&1] |= 1 << (i & 63)
}

// fill gives a run of 2^k slots a state. They are in no block in use.
func (n *node) fill(slot uint, k int, s State) {
	r := runOf(slot, k)
	n.free &^= r
	switch s {
	case Free:
		n.free |= r
	case Used:
		i := (64 + slot) >> k
		n.used[i>>6&1] |= 1 << (i & 63)
	case Excluded:
		n.excluded |= r
	}
}

// usedStarts has the first slots of the blocks in use.
func (n *node) usedStarts() uint64 {
	word := n.used[1]
	for rest := n.used[0]; rest != 0; rest &= rest - 1 {
		i := firstSlot(rest)
		depth := bits.Len(i) - 1
		word |= 1 << ((i - 1<<depth) << (slotBits - depth))
	}
	return word
}
