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
	n := &t.nodes[at]
	if length := n.slotLength(); s == Used && int(b.bits) <= length { // put, in short
		k := length - int(b.bits)
		n.use(slot(b.addr, int(n.base)), k)
		if runs := uint8(1<<(length-from) - 1<<k); !n.hasTold(true, runs) {
			t.tellRuns(at, b.addr, true, runs)
		}
		return
	}
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
		return base + slotBits - longest(n.free, s), true
	}
	if int(b.bits) <= base+slotBits {
		return 0, false
	}
	e := t.entry(n, s)
	if e == nil {
		return 0, false
	}
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
		if n.divided>>place&1 == 0 {
			around := Outside
			if n.free>>place&1 == 1 {
				around = Free
				n.free &^= 1 << place
			}
			t.divide(at, place, below{addr: b.addr, bits: b.bits, state: s, around: around})
			t.tell(at, b.addr, had, from, to)
			return at
		}
		if e := t.entry(n, place); e.is(b) {
			e.state = s
			n.room &^= 1 << place
			if t.roomIn(e) {
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
	length := n.slotLength()
	place := slot(b.addr, length-slotBits)
	had := n.hasRoom()
	run := length - int(b.bits)
	if run < 0 {
		e := t.entry(n, place)
		if e == nil || !e.is(b) || e.state != Used {
			return 0, false
		}
		if e.around != Free {
			e.state = Free
			n.room |= 1 << place
			t.tell(at, b.addr, had, int(b.bits), int(b.bits))
			return int(b.bits), true
		}
		t.unite(at, place)
		n.free |= 1 << place
	} else if !n.giveBack(place, run) {
		return 0, false
	}
	if n.free == ^uint64(0) && at != top {
		at, had = t.close(at, b.addr, Free, had)
		n = &t.nodes[at]
		length = n.slotLength()
		place = slot(b.addr, length-slotBits)
		if e := t.entry(n, place); e != nil { // its network is free, and nothing beside it is
			t.tell(at, b.addr, had, int(e.bits), int(e.bits))
			return int(e.bits), true
		}
	}
	run = longest(n.free, place)
	if runs := uint8(1) << (run & 7); !n.hasTold(had, runs) {
		t.tellRuns(at, b.addr, had, runs)
	}
	if n.divided&(n.divided-1)|n.used[1]&(n.used[1]-1) == 0 {
		t.collapse(at, b.addr)
	}
	return length - run, true
}

// tell makes known on the way up from a node that it has changed: that there
// are free blocks of more lengths, from one to another, or none at all. The node
// had room before, or not.
func (t *tree) tell(at uint32, a u128.Uint, had bool, from, to int) {
	n := &t.nodes[at]
	length := n.slotLength()
	if to <= length {
		if runs := uint8(1<<(length-from+1) - 1<<(length-to)); !n.hasTold(had, runs) {
			t.tellRuns(at, a, had, runs)
		}
	} else if n.hasRoom() {
		t.gained(at, a, had, lengthsFrom(from, to))
	} else if had {
		t.lost(at, a)
	}
}

// tellRuns is tell for a change among the slots of a node that has not told it
// before: of runs of 2^k free slots, of the lengths that bits of runs stand for,
// there are more.
func (t *tree) tellRuns(at uint32, a u128.Uint, had bool, runs uint8) {
	n := &t.nodes[at]
	switch {
	case n.hasRoom():
		if !had {
			n.told = 0
		}
		t.gained(at, a, had, n.lengths(runs))
		n.told |= runs
	case had:
		t.lost(at, a)
	}
}

// gained is for a node that has free blocks of more lengths, and maybe had none.
func (t *tree) gained(at uint32, a u128.Uint, had bool, more lengthSet) {
	for {
		n := &t.nodes[at]
		if n.divided != 0 {
			switch known := &t.known[at]; {
			case !had: // what was known is long gone
				*known, n.told = more, 0
			case known.has(more):
				return
			default:
				*known = known.or(more)
			}
		}
		if at == top {
			return
		}
		up := &t.nodes[n.up]
		hadUp := up.hasRoom()
		if !had {
			up.room |= 1 << slot(a, int(up.base))
		}
		at, had = n.up, hadUp
	}
}

// lost is for a node that had free blocks and has none any more.
func (t *tree) lost(at uint32, a u128.Uint) {
	for at != top {
		n := &t.nodes[at]
		up := &t.nodes[n.up]
		place := slot(a, int(up.base))
		if int(n.base) > up.slotLength() && t.entry(up, place).around == Free {
			return
		}
		up.room &^= 1 << place
		if up.hasRoom() {
			return
		}
		at = n.up
	}
}
