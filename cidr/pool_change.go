package cidr

import "github.com/kubecidr/kubecidr/internal/u128"

// add makes a block of the space free, before anything else is done to it.
func (t *tree) add(b block) {
	t.put(t.goTo(b), b, Free, int(b.bits), int(b.bits))
}

// take turns a free block, or a part of one, into a block of another state, and
// returns the length of the free block. If the block is not free, nothing
// changes.
func (t *tree) take(b block, s State) (from int, ok bool) {
	at, from, ok := t.locate(b)
	if ok {
		t.takeAt(at, b, from, s)
	}
	return from, ok
}

// locate goes to a block that is to be taken, and returns also the length of
// the free block that it lies in, if it is free.
func (t *tree) locate(b block) (at uint32, from int, ok bool) {
	at = t.goTo(b)
	if at == top && !t.root.covers(b) {
		return at, 0, false
	}
	from, ok = t.freeAt(at, b)
	return at, from, ok
}

// takeAt takes what was located.
func (t *tree) takeAt(at uint32, b block, from int, s State) {
	at = t.put(at, b, s, from+1, int(b.bits))
	if s == Excluded {
		at, _ = t.close(at, b.addr, Excluded, true)
		t.collapse(at, b.addr)
	}
}

// freeAt is the length of the free block that a block lies in, if it is free:
// at or below the last node on the way there.
func (t *tree) freeAt(at uint32, b block) (length int, ok bool) {
	n := &t.nodes[at]
	base := int(n.base)
	s, k := slot(b.addr, base), size(b, base)
	if r := runOf(s, k); n.free&r == r {
		return base + slotBits - longest(n.free, s, k), true
	}
	if int(b.bits) <= base+slotBits || n.divided&(1<<s) == 0 {
		return 0, false
	}
	e := &t.below[n.child(s)]
	switch same := e.shared(b); {
	case same == int(e.bits):
		return same, e.node == 0 && e.state == Free
	case same < int(b.bits):
		return same + 1, e.around == Free
	}
	return 0, false // some of it is free around the entry
}

// put gives a block, all of which is free or outside, another state. It starts
// from a node on the way there and returns the one that has the block then. The
// nodes on the way are told that there are free blocks of more lengths: from one
// to another.
func (t *tree) put(at uint32, b block, s State, from, to int) uint32 {
	for {
		n := &t.nodes[at]
		base := int(n.base)
		place := slot(b.addr, base)
		had := n.hasRoom()
		if int(b.bits) <= base+slotBits {
			n.fill(place, size(b, base), s)
			t.tell(at, b.addr, had, from, to)
			return at
		}
		switch e := t.entry(n, place); {
		case e == nil:
			around := Outside
			if n.free&(1<<place) != 0 {
				around = Free
				n.free &^= 1 << place
			}
			t.divide(n, place, below{addr: b.addr, bits: b.bits, state: s, around: around})
			t.tell(at, b.addr, had, from, to)
			return at
		case e.is(b):
			e.state = s
			n.room &^= 1 << place
			if t.roomIn(e, base+slotBits) {
				n.room |= 1 << place
			}
			t.tell(at, b.addr, had, from, to)
			return at
		}
		at = t.expand(at, place, b)
		t.point(at, b.addr)
	}
}

// giveBack frees a block if it is in use, and returns the length of the free
// block that it is part of from now on.
func (t *tree) giveBack(b block) (to int, ok bool) {
	at := t.goTo(b)
	if at == top && !t.root.covers(b) {
		return 0, false
	}
	n := &t.nodes[at]
	base := int(n.base)
	place, k := slot(b.addr, base), size(b, base)
	had := n.hasRoom()
	if int(b.bits) <= base+slotBits {
		i := (64 + place) >> k
		if !n.isUsed(i) {
			return 0, false
		}
		n.used[i>>6&1] &^= 1 << (i & 63)
		n.free |= runOf(place, k)
	} else {
		e := t.entry(n, place)
		if e == nil || !e.is(b) || e.state != Used {
			return 0, false
		}
		if e.around == Free {
			t.unite(n, place)
			n.free |= 1 << place
		} else {
			e.state = Free
			n.room |= 1 << place
		}
	}
	if n.free == ^uint64(0) {
		at, had = t.close(at, b.addr, Free, had)
		n = &t.nodes[at]
		base = int(n.base)
		place, k = slot(b.addr, base), 0
	}
	if n.free&(1<<place) != 0 {
		to = base + slotBits - longest(n.free, place, k)
	} else {
		to = int(t.entry(n, place).bits)
	}
	t.tell(at, b.addr, had, to, to)
	if n.divided&(n.divided-1)|n.used[1]&(n.used[1]-1) == 0 {
		t.collapse(at, b.addr)
	}
	return to, true
}

// tell makes known on the way up from a node that it has changed: that there
// are free blocks of more lengths, from one to another, or none at all. The node
// had room before, or not.
//
// Most often nothing is new. For runs of slots the node itself remembers that,
// which spares a line of the cache.
func (t *tree) tell(at uint32, a u128.Uint, had bool, from, to int) {
	n := &t.nodes[at]
	var runs uint8
	if k := n.slotLength() - to; k >= 0 {
		runs = uint8(1<<(n.slotLength()-from+1) - 1<<k)
		if had && n.hasRoom() && runs&^n.told == 0 {
			return
		}
	}
	t.tellUp(at, a, had, lengthsFrom(from, to))
	if n.hasRoom() {
		n.told |= runs
	}
}

func (t *tree) tellUp(at uint32, a u128.Uint, had bool, more lengthSet) {
	for {
		n := &t.nodes[at]
		has := n.hasRoom()
		switch {
		case !has:
			t.known[at], n.told, more = lengthSet{}, 0, lengthSet{}
		case had && t.known[at].has(more):
			return
		default:
			t.known[at] = t.known[at].or(more)
		}
		if at == top {
			return
		}
		up := &t.nodes[n.up]
		hadUp := up.hasRoom()
		if has != had {
			place := slot(a, int(up.base))
			if has {
				up.room |= 1 << place
			} else if int(n.base) == up.slotLength() || t.entry(up, place).around != Free {
				up.room &^= 1 << place
			}
		}
		at, had = n.up, hadUp
	}
}
