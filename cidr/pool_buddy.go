package cidr

import (
	"iter"
	"maps"
	"slices"
	"sort"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// buddy is the space of one family as a buddy system: it is tiled by aligned
// blocks, each of which has one state. Free and excluded blocks are maximal:
// where both halves of a network are free, the network is the block.
type buddy struct {
	tree
	space  []block    // aggregated
	tally  [129]tally // of the free blocks of each length
	has    lengths    // those that there are some of
	held   map[block]struct{}
	floor  floor
	suits  State // the tree's nodes suit the first block cut out: a used one, or an excluded one until there is one
	family Family
}

// tally is what is known of the free blocks of one length.
type tally struct {
	count uint64
	first u128.Uint // below it there is none
}

// floor is an address below which no free block has space for a block of some
// length, nor then for a larger one. Filling a pool from the low end starts to
// look there.
type floor struct {
	addr   u128.Uint
	length int
}

func newBuddy(f Family, space []block) *buddy {
	y := &buddy{family: f, space: space}
	y.build(f.BitLen())
	return y
}

// build makes the tree anew, with nodes that suit blocks of some length.
func (y *buddy) build(length int) {
	y.tree = newTree(y.space, length)
	y.tally, y.has = [129]tally{}, lengths{}
	y.floor = floor{y.root.addr, y.family.BitLen()}
	for _, b := range y.space {
		y.add(b)
		y.more(int(b.bits), b.addr)
	}
}

// fit lets the tree suit the first block that is cut out for a state.
func (y *buddy) fit(length int, s State) {
	y.suits = s
	excluded := slices.Collect(y.blocks(Excluded, y.all()))
	y.build(length)
	for _, b := range excluded {
		y.cut(b, Excluded)
	}
}

func (y *buddy) clone() *buddy {
	if y == nil {
		return nil
	}
	c := *y // the space is never written to
	c.tree = y.tree.clone()
	c.held = maps.Clone(y.held)
	return &c
}

// all is the whole address space of the family.
func (y *buddy) all() block { return block{family: y.family} }

// more counts a free block.
func (y *buddy) more(length int, a u128.Uint) {
	t := &y.tally[length]
	if t.count == 0 || a.Less(t.first) {
		t.first = a
	}
	t.count++
	y.has.add(length)
}

// less counts a free block that is gone.
func (y *buddy) less(length int) {
	t := &y.tally[length]
	if t.count--; t.count == 0 {
		y.has.remove(length)
	}
}

// cut takes b out of the free block around it, if there is one; the rest of
// that stays free.
func (y *buddy) cut(b block, s State) bool {
	if y.suits != Used && y.suits != s {
		if _, state := y.around(b); state != Free {
			return false
		}
		y.fit(int(b.bits), s)
	}
	from, ok := y.take(b, s)
	if !ok {
		return false
	}
	y.split(from, b.addr, int(b.bits))
	return true
}

// split counts a free block that a block was taken from: what is left of it is
// one block of each length down to that of the block.
func (y *buddy) split(from int, a u128.Uint, length int) {
	y.less(from)
	if from == length {
		return
	}
	start := a.And(mask(from))
	for n := from + 1; n <= length; n++ {
		if t := &y.tally[n]; t.count != 0 && !start.Less(t.first) {
			t.count++
		} else {
			y.more(n, a.Xor(unit(n)).And(mask(n)))
		}
	}
}

// free gives back b, if it is in use or in quarantine, and merges it with its
// sibling as often as that is free.
func (y *buddy) free(b block) bool {
	to, ok := y.giveBack(b)
	if !ok {
		return false
	}
	for n := to + 1; n <= int(b.bits); n++ {
		y.less(n)
	}
	b = b.supernet(to)
	if b.addr.Less(y.floor.addr) || y.has == (lengths{}) {
		y.floor.addr = b.addr
	}
	y.more(to, b.addr)
	return true
}

// isInUse reports whether b is a block in use, exactly.
func (y *buddy) isInUse(b block) bool {
	c, state := y.around(b)
	return state == Used && c == b && !y.isHeld(b)
}

// isHeld reports whether b is a block in quarantine.
func (y *buddy) isHeld(b block) bool {
	if len(y.held) == 0 {
		return false
	}
	_, held := y.held[b]
	return held
}

// state tells what is in quarantine from what is used.
func (y *buddy) state(b block, s State) State {
	if s == Used && y.isHeld(b) {
		return Quarantined
	}
	return s
}

// blocks yields the blocks of a state inside a network, in address order.
func (y *buddy) blocks(s State, in block) iter.Seq[block] {
	among := states(1) << s
	if s == Quarantined {
		among = 1 << Used
	}
	return func(yield func(block) bool) {
		for b, state := range y.each(among, in) {
			if y.state(b, state) == s && !yield(b) {
				return
			}
		}
	}
}

// outside is the first aligned block of q that is not in the space.
func (y *buddy) outside(q block) (block, bool) {
	// Behind the blocks of the space that follow each other without a gap
	// from the start of q …
	i := sort.Search(len(y.space), func(i int) bool { return !y.space[i].end().Less(q.addr) })
	at := q.addr
	for ; i < len(y.space) && !at.Less(y.space[i].addr); i++ {
		end := y.space[i].end()
		if !end.Less(q.end()) {
			return block{}, false
		}
		at = end.Add(u128.From64(1))
	}
	// … is the largest block that starts there and ends before the next.
	for n := int(q.bits); ; n++ {
		b := block{at, uint8(n), y.family}
		if at.And(mask(n)) == at && (i == len(y.space) || b.end().Less(y.space[i].addr)) {
			return b, true
		}
	}
}

// obstacle is the block around q if it has one of the given states, or else the
// first such block inside q.
func (y *buddy) obstacle(q block, s states) (with block, state State, ok bool) {
	if b, state := y.around(q); state != Outside {
		state = y.state(b, state)
		return b, state, s.has(state)
	}
	among := s
	if s.has(Quarantined) {
		among |= 1 << Used
	}
	for b, found := range y.each(among, q) {
		if found = y.state(b, found); s.has(found) {
			with, state, ok = b, found, true
			break
		}
	}
	if s.has(Outside) {
		if b, found := y.outside(q); found && (!ok || b.addr.Less(with.addr)) {
			return b, Outside, true
		}
	}
	return with, state, ok
}
