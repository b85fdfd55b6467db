package cidr

import (
	"math/bits"
	"slices"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// below is what a divided slot has: one network that is different from all the
// rest of the slot. It may be many levels down, which is what keeps a block far
// from any other from having a chain of nodes: it is this entry and nothing
// else.
type below struct {
	addr   u128.Uint
	node   uint32 // what the network is divided into, or 0 if it is a block
	bits   uint8
	state  State // of the block
	around State // of the rest of the slot: Free or Outside
}

// is reports whether the entry is a certain block.
func (e *below) is(b block) bool { return e.node == 0 && e.bits == b.bits && e.addr == b.addr }

// shared is how many bits the network has in common with a block.
func (e *below) shared(b block) int {
	return min(int(e.bits), int(b.bits), e.addr.Xor(b.addr).LeadingZeros())
}

// beside is the lengths of the free blocks around the entry, in a network of
// some length around it: there is one of each.
func (e *below) beside(length int) lengthSet {
	if e.around != Free {
		return lengthSet{}
	}
	return lengthsFrom(length+1, int(e.bits))
}

// sibling is the network of n ≤ bits bits that has one of n-1 bits in common
// with the entry.
func (e *below) sibling(n int) u128.Uint { return e.addr.Xor(unit(n)).And(mask(n)) }

// lengthsIn is the lengths of the free blocks in the network of some length
// around an entry, as far as it is known.
func (t *tree) lengthsIn(e *below, length int) lengthSet {
	s := e.beside(length)
	switch {
	case e.node != 0:
		s = s.or(t.known[e.node])
	case e.state == Free:
		s = s.with(int(e.bits))
	}
	return s
}

// roomIn reports whether anything is free in the network of some length around
// an entry.
func (t *tree) roomIn(e *below, length int) bool {
	switch {
	case e.around == Free && int(e.bits) > length:
		return true
	case e.node != 0:
		return t.nodes[e.node].hasRoom()
	}
	return e.state == Free
}

// child is the place of the entry below a slot, which is divided.
func (n *node) child(slot uint) uint32 {
	return n.list + uint32(bits.OnesCount64(n.divided&(1<<slot-1)))
}

// children is how many slots are divided.
func (n *node) children() uint32 { return uint32(bits.OnesCount64(n.divided)) }

// entries is what the divided slots of a node have, in order.
func (t *tree) entries(n *node) []below { return t.below[n.list : n.list+n.children()] }

// entry is what a slot of a node has below, or nil if it is not divided.
func (t *tree) entry(n *node, slot uint) *below {
	if n.divided&(1<<slot) == 0 {
		return nil
	}
	return &t.below[n.child(slot)]
}

// divide puts an entry below a slot.
func (t *tree) divide(n *node, slot uint, e below) {
	count := n.children()
	if n.list == 0 || count == 1<<n.class {
		t.move(n, count, max(1, bits.Len32(count)))
	}
	at := n.child(slot)
	end := n.list + count
	copy(t.below[at+1:end+1], t.below[at:end])
	t.below[at] = e
	n.divided |= 1 << slot
	if t.roomIn(&e, n.slotLength()) {
		n.room |= 1 << slot
	}
}

// unite removes the entry below a slot. A list gets shorter when it is a
// quarter full, not at once, so that an entry that comes and goes does not move
// it each time.
func (t *tree) unite(n *node, slot uint) {
	at := n.child(slot)
	count := n.children() - 1
	end := n.list + count
	copy(t.below[at:end], t.below[at+1:end+1])
	n.divided &^= 1 << slot
	n.room &^= 1 << slot
	switch {
	case count == 0:
		t.giveList(n)
	case count <= 1<<n.class/4:
		t.move(n, count, int(n.class)-1)
	}
}

// listClasses is for lists of 2, 4, 8, … 64 entries: there is no class 0.
const listClasses = slotBits + 1

// move moves a node's list of some length to one of another class.
func (t *tree) move(n *node, count uint32, class int) {
	list := t.lists[class]
	if list != 0 {
		t.lists[class] = t.below[list].node
	} else {
		list = uint32(len(t.below))
		t.below = slices.Grow(t.below, 1<<class)[:int(list)+1<<class]
	}
	if n.list != 0 {
		copy(t.below[list:list+count], t.below[n.list:])
		t.giveList(n)
	}
	n.list, n.class = list, uint8(class)
}

func (t *tree) giveList(n *node) {
	t.below[n.list].node = t.lists[n.class]
	t.lists[n.class] = n.list
	n.list, n.class = 0, 0
}
