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
	same := t.finger.addr.Xor(b.addr).LeadingZeros()
	at := t.finger.node
	n := &t.nodes[at]
	for at != top && (int(n.base) > same || int(n.base) >= int(b.bits)) {
		at = n.up
		n = &t.nodes[at]
	}
	return at
}

// find is the node where a block is, or would be, one slot or several; or else
// the last node on the way there. For what is not in the space at all it is the
// root.
func (t *tree) find(b block) uint32 {
	at := t.finger.node
	n := &t.nodes[at]
	if at == top || int(n.base) >= int(b.bits) || int(n.base) > t.finger.addr.Xor(b.addr).LeadingZeros() {
		at = t.climb(b)
		n = &t.nodes[at]
	}
	for int(b.bits) > n.slotLength() {
		e := t.entry(n, slot(b.addr, int(n.base)))
		if e == nil || e.node == 0 || b.bits <= e.bits || e.addr.Xor(b.addr).LeadingZeros() < int(e.bits) {
			break
		}
		at = e.node
		n = &t.nodes[at]
	}
	return at
}

// goTo is find for a change.
func (t *tree) goTo(b block) uint32 {
	at := t.find(b)
	t.finger = finger{b.addr, at}
	return at
}
