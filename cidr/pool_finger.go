package cidr

import "github.com/kubecidr/kubecidr/internal/u128"

// finger points at the node of the last change: the next one is often near, and
// the way there leads up only as far as it must.
type finger struct {
	addr u128.Uint // in the node
	node uint32
}

// climb goes up from the finger to the first node that has a block, as one slot
// of it or several, or below one.
func (t *tree) climb(b block) uint32 {
	same := min(t.finger.addr.Xor(b.addr).LeadingZeros(), int(b.bits)-1)
	at := t.finger.node
	for n := &t.nodes[at]; at != top && int(n.base) > same; n = &t.nodes[at] {
		at = n.up
	}
	return at
}

// find is the node where a block is, or would be, one slot or several; or else
// the last node on the way there. For what is not in the space at all it is the
// root.
func (t *tree) find(b block) uint32 {
	at := t.climb(b)
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
	t.finger = finger{b.addr, at}
	return at
}
