package cidr

import (
	"iter"
	"math/bits"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// around is the block that covers b, or is b, and its state. A block in
// quarantine counts as used.
func (t *tree) around(b block) (block, State) {
	if !t.root.covers(b) {
		return block{}, Outside
	}
	n := &t.nodes[t.find(b)]
	base := int(n.base)
	at, k := slot(b.addr, base), size(b, base)
	r := runOf(at, k)
	switch {
	case n.free&r == r:
		return b.supernet(base + slotBits - longest(n.free, at)), Free
	case n.excluded&r == r:
		return b.supernet(base + slotBits - longest(n.excluded, at)), Excluded
	case int(b.bits) > base+slotBits && n.divided&r != 0:
		e := t.entry(n, at) // see find
		switch same := e.shared(b); {
		case same == int(e.bits) && e.node == 0:
			return b.supernet(same), e.state
		case same < int(e.bits) && same < int(b.bits) && e.around != Outside:
			return b.supernet(same + 1), e.around
		}
		return block{}, Outside
	}
	for i := (64 + at) >> k; i > 0; i >>= 1 {
		if n.isUsed(i) {
			return b.supernet(base + bits.Len(i) - 1), Used
		}
	}
	return block{}, Outside
}

// part is a network as the tree has it: slots of a node, or a network around an
// entry below a slot; or nothing, if all of it has one state.
type part struct {
	node    uint32
	network u128.Uint // of the node
	slots   uint64
	entry   *below
	length  int // of the network around the entry
}

// enter finds a network.
func (t *tree) enter(in block) part {
	if in.covers(t.root) {
		return part{node: top, network: t.root.addr, slots: ^uint64(0)}
	}
	if !t.root.covers(in) {
		return part{}
	}
	at := t.find(in)
	n := &t.nodes[at]
	place := slot(in.addr, int(n.base))
	if int(in.bits) <= n.slotLength() {
		return part{node: at, network: in.addr.And(mask(int(n.base))), slots: runOf(place, size(in, int(n.base)))}
	}
	if e := t.entry(n, place); e != nil && e.shared(in) == int(in.bits) {
		return part{entry: e, length: int(in.bits)}
	}
	return part{}
}

// each yields the blocks inside a network that have one of some states, in
// address order. There are none if it lies in a block that is larger: see
// around. A block in quarantine counts as used.
func (t *tree) each(s states, in block) iter.Seq2[block, State] {
	return func(yield func(block, State) bool) {
		w := walk{t, s, in.family, yield}
		switch p := t.enter(in); {
		case p.entry != nil:
			w.network(p.entry, p.length)
		case p.slots != 0:
			w.node(&t.nodes[p.node], p.network, p.slots)
		}
	}
}

// walk goes through a part of a tree.
type walk struct {
	*tree
	states
	family Family
	yield  func(block, State) bool
}

// node yields the blocks in some slots of a node, until there is no more to be
// yielded.
func (w *walk) node(n *node, network u128.Uint, slots uint64) bool {
	var free, excluded, used uint64
	if w.has(Free) {
		free = n.free & slots
	}
	if w.has(Excluded) {
		excluded = n.excluded & slots
	}
	if w.has(Used) {
		used = n.usedStarts() & slots
	}
	length := n.slotLength()
	for rest := free | excluded | used | n.divided&slots; rest != 0; {
		at := firstSlot(rest)
		k, state := 0, Used
		switch bit := uint64(1) << at; {
		case n.divided&bit != 0:
			next := w.links[n.child(at)]
			if e := w.entryOf(next); e != nil {
				if !w.network(e, length) {
					return false
				}
			} else if !w.node(&w.nodes[next], slotAddr(network, length-slotBits, at), ^uint64(0)) {
				return false
			}
			rest &^= bit
			continue
		case free&bit != 0:
			k, state = longest(free, at), Free
		case excluded&bit != 0:
			k, state = longest(excluded, at), Excluded
		default:
			for k < slotBits && !n.isUsed((64+at)>>k) {
				k++
			}
		}
		if !w.yield(block{slotAddr(network, length-slotBits, at), uint8(length - k), w.family}, state) {
			return false
		}
		rest &^= runOf(at, k)
	}
	return true
}

// network yields the blocks in the network of some length around an entry: the
// free ones before it get shorter, those behind it larger.
func (w *walk) network(e *below, length int) bool {
	var beside lengthSet
	if w.has(Free) {
		beside = e.beside(length)
	}
	for rest := beside.and(lengthSet(e.addr)); !rest.isEmpty(); {
		n := rest.shortest()
		if !w.yield(block{e.sibling(n), uint8(n), w.family}, Free) {
			return false
		}
		rest = rest.without(lengthSet(unit(n)))
	}
	if e.node != 0 {
		if !w.node(&w.nodes[e.node], e.addr, ^uint64(0)) {
			return false
		}
	} else if w.has(e.state) && !w.yield(block{e.addr, e.bits, w.family}, e.state) {
		return false
	}
	for rest := beside.without(lengthSet(e.addr)); !rest.isEmpty(); {
		n := rest.longest()
		if !w.yield(block{e.sibling(n), uint8(n), w.family}, Free) {
			return false
		}
		rest = rest.without(lengthSet(unit(n)))
	}
	return true
}
