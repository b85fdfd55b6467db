package cidr

import "github.com/kubecidr/kubecidr/internal/u128"

// search looks for free space in a tree, from the lowest address up or from the
// highest down.
type search struct {
	*tree
	length int       // of the block that is to be placed
	wanted lengthSet // of the free blocks that will do
	exact  bool      // free blocks of this length alone will do
	last   bool      // from the highest address down
	reader bool      // change nothing, not even what is known of nodes
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
	switch p := q.enter(in); {
	case p.entry != nil:
		return q.network(p.entry, p.length)
	case p.slots != 0:
		return q.node(p.node, p.network, p.slots)
	}
	return u128.Uint{}, false
}

// above searches the space from an address of it up, below which there is no
// place. It does so from the inside out, because the place is most often near.
func (q *search) above(a u128.Uint) (u128.Uint, bool) {
	at := q.start(block{addr: a, bits: 128})
	slots := ^uint64(0) << slot(a, int(q.nodes[at].base))
	for {
		network := a.And(mask(int(q.nodes[at].base)))
		if found, ok := q.node(at, network, slots); ok || at == top {
			return found, ok
		}
		at = q.nodes[at].up
		n := &q.nodes[at]
		place := slot(a, int(n.base))
		if e := q.entry(n, place); e != nil {
			if found, ok := q.behind(e, q.wanted.and(e.beside(n.slotLength()))); ok {
				return found, true
			}
		}
		slots = ^uint64(0) << place << 1
	}
}

// node searches some of the slots of a node.
func (q *search) node(at uint32, network u128.Uint, slots uint64) (u128.Uint, bool) {
	n := &q.nodes[at]
	base := int(n.base)
	own := q.slots(n.free, base) & slots
	below := n.room & slots
	switch {
	case own == 0:
	case q.last:
		below &= ^uint64(0) << lastSlot(own)
	default:
		below &= 1<<firstSlot(own) - 1
	}
	for below != 0 {
		place := firstSlot(below)
		if q.last {
			place = lastSlot(below)
		}
		below &^= 1 << place
		next := q.links[n.child(place)]
		var found u128.Uint
		var ok bool
		if e := q.entryOf(next); e != nil {
			found, ok = q.network(e, base+slotBits)
		} else {
			found, ok = q.below(uint32(next), slotAddr(network, base, place))
		}
		if ok {
			return found, true
		}
	}
	switch {
	case own == 0:
		return u128.Uint{}, false
	case !q.last:
		return slotAddr(network, base, firstSlot(own)), true
	}
	end := slotAddr(network, base, lastSlot(own))
	if base+slotBits < q.length {
		end = q.lastPlace(end, base+slotBits)
	}
	return end, true
}

// lastPlace is the highest place in a free block.
func (q *search) lastPlace(a u128.Uint, length int) u128.Uint {
	return a.Or(mask(length).Not()).And(mask(q.length))
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

// network searches the network of some length around an entry.
func (q *search) network(e *below, length int) (u128.Uint, bool) {
	beside := q.wanted.and(e.beside(length))
	first, then := q.before, q.behind
	if q.last {
		first, then = then, first
	}
	if a, ok := first(e, beside); ok {
		return a, true
	}
	if a, ok := q.inside(e); ok {
		return a, true
	}
	return then(e, beside)
}

// before finds a place in free blocks of some lengths beside an entry, at lower
// addresses: the shorter the length, the lower.
func (q *search) before(e *below, lengths lengthSet) (u128.Uint, bool) {
	lengths = lengths.and(lengthSet(e.addr))
	switch {
	case lengths.isEmpty():
		return u128.Uint{}, false
	case q.last:
		n := lengths.longest()
		return q.lastPlace(e.sibling(n), n), true
	}
	return e.sibling(lengths.shortest()), true
}

// behind is before for higher addresses: the shorter the length, the higher.
func (q *search) behind(e *below, lengths lengthSet) (u128.Uint, bool) {
	lengths = lengths.without(lengthSet(e.addr))
	switch {
	case lengths.isEmpty():
		return u128.Uint{}, false
	case q.last:
		n := lengths.shortest()
		return q.lastPlace(e.sibling(n), n), true
	}
	return e.sibling(lengths.longest()), true
}

// inside searches the network of an entry itself.
func (q *search) inside(e *below) (u128.Uint, bool) {
	switch {
	case e.node != 0:
		return q.below(e.node, e.addr)
	case e.state == Free && q.wanted.has(lengthSet{}.with(int(e.bits))):
		if q.last {
			return q.lastPlace(e.addr, int(e.bits)), true
		}
		return e.addr, true
	}
	return u128.Uint{}, false
}

// below searches the network of a node, if there may be a place.
func (q *search) below(at uint32, network u128.Uint) (found u128.Uint, ok bool) {
	if !q.lengthsAt(at).meets(q.wanted) {
		return found, false
	}
	if found, ok = q.node(at, network, ^uint64(0)); !ok && !q.reader {
		q.learn(at)
	}
	return found, ok
}

// learn finds out the lengths of the free blocks in a node and below, as far as
// they are known there.
func (t *tree) learn(at uint32) {
	n := &t.nodes[at]
	length := n.slotLength()
	known := lengthsOf(n.free, length)
	n.told = n.runs(known)
	for _, next := range t.links[n.list : n.list+n.children()] {
		if e := t.entryOf(next); e != nil {
			known = known.or(t.lengthsIn(e, length))
		} else {
			known = known.or(t.lengthsAt(uint32(next)))
		}
	}
	t.known[at] = known
}
