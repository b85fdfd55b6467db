package cidr

import "github.com/kubecidr/kubecidr/internal/u128"

// finger points at the node of the last change: the next one is often near. All
// others begin at the root, and do not wait for what the last one has read.
type finger struct {
	addr u128.Uint // in the node
	node uint32
	base int // the node's length
}

// start is a node that has a block, as one slot of it or several, or below one.
func (t *tree) start(b block) uint32 {
	if min(t.finger.addr.Xor(b.addr).LeadingZeros(), int(b.bits)-1) >= t.finger.base {
		return t.finger.node
	}
	return top
}

// find is the node where a block is, or would be, one slot or several; or else
// the last node on the way there. For what is not in the space at all it is the
// root.
func (t *tree) find(b block) uint32 {
	at := t.start(b)
	for {
		n := &t.nodes[at]
		length := n.slotLength()
		if int(b.bits) <= length {
			return at
		}
		e := t.entry(n, slot(b.addr, length-slotBits))
		if e == nil || e.node == 0 {
			return at
		}
		// A node just below the slot has all of it; for the root the block may
		// be outside.
		if (int(e.bits) > length || at == top) && (b.bits <= e.bits || e.shared(b) < int(e.bits)) {
			return at
		}
		at = e.node
	}
}

// goTo is find for a change.
func (t *tree) goTo(b block) uint32 {
	at := t.find(b)
	t.point(at, b.addr)
	return at
}

func (t *tree) point(at uint32, a u128.Uint) {
	t.finger = finger{a, at, int(t.nodes[at].base)}
}
