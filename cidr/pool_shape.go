package cidr

import (
	"math/bits"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// The tree has a node where two things meet that are different from the rest,
// and no other: one is put in when the second thing comes, and taken out when
// only one is left.

// level is the length of the nodes where a block of some length is one slot or
// several.
func (t *tree) level(length int) int {
	return t.base + (length-1-t.base)/slotBits*slotBits
}

// expand puts a node between a slot of another one and the entry below it, and
// returns it: at the level where a block that is not the entry, nor around it,
// is in the same node but not the same place.
func (t *tree) expand(parent uint32, slotAbove uint, b block) uint32 {
	at := t.newNode()
	up := &t.nodes[parent]
	above := up.child(slotAbove)
	e := *t.entryOf(t.links[above])
	t.giveEntry(t.links[above])
	base := t.level(min(e.shared(b)+1, int(e.bits)))

	n := &t.nodes[at]
	*n = node{up: parent, base: int8(base)}
	if e.around == Free {
		n.free = ^uint64(0)
	}
	known := t.lengthsIn(&e, base)
	n.told = n.runs(known)
	if slot := slot(e.addr, base); e.node == 0 && int(e.bits) <= base+slotBits {
		n.fill(slot, base+slotBits-int(e.bits), e.state)
	} else {
		n.free &^= 1 << slot
		t.divide(at, slot, e)
		t.known[at] = known
		if e.node != 0 {
			t.nodes[e.node].up = at
		}
	}
	t.links[above], _ = t.linkTo(below{addr: e.addr.And(mask(base)), node: at, bits: uint8(base), around: e.around}, up.slotLength())
	return at
}

// collapse replaces a node around an address that has one thing in it that is
// not free by an entry of the node above.
func (t *tree) collapse(at uint32, a u128.Uint) {
	n := &t.nodes[at]
	rest := ^n.free
	k := bits.Len(uint(bits.OnesCount64(rest))) - 1
	place := firstSlot(rest)
	if rest != runOf(place, k) || at == top {
		return
	}
	up := &t.nodes[n.up]
	above := &t.links[up.child(slot(a, int(up.base)))]
	if e := t.entryOf(*above); e != nil && e.around != Free {
		return // on the outside there is no free space to be a part of
	}
	base := int(n.base)
	e := below{addr: slotAddr(a.And(mask(base)), base, place), bits: uint8(n.slotLength() - k), around: Free}
	switch {
	case n.isUsed((64 + place) >> k):
		e.state = Used
	case n.excluded == rest && place&(1<<k-1) == 0:
		e.state = Excluded
	case n.divided == rest && k == 0:
		next := t.links[n.list]
		switch only := t.entryOf(next); {
		case only == nil:
			e.node = uint32(next)
		case only.around != Free:
			return
		default:
			e = *only
			t.giveEntry(next)
		}
		if e.node != 0 {
			t.nodes[e.node].up = n.up
		}
		t.giveList(n)
	default:
		return
	}
	t.giveEntry(*above)
	*above, _ = t.linkTo(e, up.slotLength())
	t.giveNode(at)
}

// close replaces a node around an address, whose slots all have one state, by a
// slot of the one above, or by its entry there where around the node there is
// another state. It goes on upwards, and returns the node where it ended and
// whether that had any room before, as the first node had or not.
func (t *tree) close(at uint32, a u128.Uint, s State, had bool) (uint32, bool) {
	n := &t.nodes[at]
	for at != top && *n.word(s) == ^uint64(0) {
		up := n.up
		t.giveNode(at)
		at, n = up, &t.nodes[up]
		had = n.hasRoom()
		place := slot(a, int(n.base))
		if e := t.entry(n, place); e != nil && e.around != s {
			e.node, e.state = 0, s
			if s == Free {
				n.room |= 1 << place
			}
			break
		}
		t.unite(at, place)
		*n.word(s) |= 1 << place
	}
	return at, had
}
