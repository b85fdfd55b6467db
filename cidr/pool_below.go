package cidr

import (
	"math/bits"
	"slices"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// link is what a divided slot has: the number of the node that is the slot; or
// with the highest bit set that of an entry, for something further down.
type link uint32

const toEntry link = 1 << 31

// below is an entry: one network that is different from all the rest of the
// slot. It may be many levels down, which is what keeps a block far from any
// other from having a chain of nodes: it is this entry and nothing else.
type below struct {
	addr   u128.Uint
	node   uint32 // what the network is divided into, or 0 if it is a block
	bits   uint8  // longer than the slot
	state  State  // of the block
	around State  // of the rest of the slot: Free or Outside
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

// child is the place of the link of a slot, which is divided.
func (n *node) child(slot uint) uint32 {
	return n.list + uint32(bits.OnesCount64(n.divided&(1<<(slot&63)-1)))
}

// children is how many slots are divided.
func (n *node) children() uint32 { return uint32(bits.OnesCount64(n.divided)) }

// entry is what a slot of a node has below, or nil if that is a node that is
// the slot, or nothing.
func (t *tree) entry(n *node, slot uint) *below {
	if n.divided&(1<<(slot&63)) == 0 {
		return nil
	}
	return t.entryOf(t.links[n.child(slot)])
}

func (t *tree) entryOf(l link) *below {
	if l&toEntry == 0 {
		return nil
	}
	return &t.below[l&^toEntry]
}

// lengthsIn is the lengths of the free blocks in the network of some length
// around an entry, as far as it is known.
func (t *tree) lengthsIn(e *below, length int) lengthSet {
	s := e.beside(length)
	switch {
	case e.node != 0:
		s = s.or(t.lengthsAt(e.node))
	case e.state == Free:
		s = s.with(int(e.bits))
	}
	return s
}

// roomIn reports whether anything is free in an entry's slot.
func (t *tree) roomIn(e *below) bool {
	return e.around == Free || e.node != 0 && t.nodes[e.node].hasRoom() || e.node == 0 && e.state == Free
}

// linkTo returns a link to a network that is to be below a slot of some length:
// the slot itself, or with its surroundings.
func (t *tree) linkTo(e below, length int) (l link, room bool) {
	if int(e.bits) == length {
		return link(e.node), t.nodes[e.node].hasRoom()
	}
	at := t.unused
	if at != 0 {
		t.unused = t.below[at].node
	} else {
		at = uint32(len(t.below))
		t.below = append(t.below, below{})
	}
	t.below[at] = e
	return toEntry | link(at), t.roomIn(&e)
}

// giveEntry takes back the entry of a link, if it has one.
func (t *tree) giveEntry(l link) {
	if e := t.entryOf(l); e != nil {
		e.node, t.unused = t.unused, uint32(l&^toEntry)
	}
}

// divide puts something below a slot.
func (t *tree) divide(at uint32, slot uint, e below) {
	n := &t.nodes[at]
	if n.divided == 0 {
		t.known[at] = n.lengths(n.told)
	}
	count := n.children()
	if n.list == 0 || count == 1<<n.class {
		t.move(n, count, max(1, bits.Len32(count)))
	}
	l, room := t.linkTo(e, n.slotLength())
	first := n.child(slot)
	end := n.list + count
	copy(t.links[first+1:end+1], t.links[first:end])
	t.links[first] = l
	n.divided |= 1 << slot
	if room {
		n.room |= 1 << slot
	}
}

// unite removes what is below a slot. A list gets shorter when it is a quarter
// full, not at once, so that a link that comes and goes does not move it each
// time.
func (t *tree) unite(at uint32, slot uint) {
	n := &t.nodes[at]
	first := n.child(slot)
	t.giveEntry(t.links[first])
	count := n.children() - 1
	end := n.list + count
	copy(t.links[first:end], t.links[first+1:end+1])
	n.divided &^= 1 << slot
	n.room &^= 1 << slot
	switch {
	case count == 0:
		t.giveList(n)
		n.told = n.runs(t.known[at])
	case count <= 1<<n.class/4:
		t.move(n, count, int(n.class)-1)
	}
}

// listClasses is for lists of 2, 4, 8, … 64 links: there is no class 0.
const listClasses = slotBits + 1

// move moves a node's list of some length to one of another class.
func (t *tree) move(n *node, count uint32, class int) {
	list := t.lists[class]
	if list != 0 {
		t.lists[class] = uint32(t.links[list])
	} else {
		list = uint32(len(t.links))
		t.links = slices.Grow(t.links, 1<<class)[:int(list)+1<<class]
	}
	if n.list != 0 {
		copy(t.links[list:list+count], t.links[n.list:])
		t.giveList(n)
	}
	n.list, n.class = list, uint8(class)
}

func (t *tree) giveList(n *node) {
	t.links[n.list] = link(t.lists[n.class])
	t.lists[n.class] = n.list
	n.list, n.class = 0, 0
}
