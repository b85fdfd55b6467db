package cidr

import "github.com/kubecidr/kubecidr/internal/u128"

// finger points at the node of the last change: the next one is often near. All
// others begin at the root, and do not wait for what the last one has read.
type finger struct {
	addr u128.Uint // in the node
	mask u128.Uint // the node's
	node uint32
	base uint8 // the node's length, 0 for less
}

// start is a node that has a block, as one slot of it or several, or below one;
// or the root.
func (t *tree) start(b block) uint32 {
	if f := &t.finger; b.bits > f.base && b.addr.Xor(f.addr).And(f.mask).IsZero() {
		return f.node
	}
	return top
}

// find is the node where a block is, or would be, one slot or several; or else
// the last node on the way there. For what is not in the space at all it is the
// root.
func (t *tree) find(b block) uint32 {
	at := t.start(b)
	if at == top && !t.root.covers(b) {
		return at
	}
	for {
		n := &t.nodes[at]
		base := int(n.base)
		if int(b.bits) <= base+slotBits {
			return at
		}
		place := slot(b.addr, base)
		if n.divided>>place&1 == 0 {
			return at
		}
		next := t.links[n.child(place)]
		if e := t.entryOf(next); e != nil {
			if e.node == 0 || b.bits <= e.bits || e.shared(b) < int(e.bits) {
				return at
			}
			next = link(e.node)
		}
		at = uint32(next)
	}
}

// goTo is find for a change.
func (t *tree) goTo(b block) uint32 {
	at := t.find(b)
	if at != t.finger.node {
		t.point(at, b.addr)
	}
	return at
}

func (t *tree) point(at uint32, a u128.Uint) {
	base := max(int(t.nodes[at].base), 0)
	t.finger = finger{a, mask(base), at, uint8(base)}
}
