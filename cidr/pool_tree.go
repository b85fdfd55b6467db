package cidr

import (
	"iter"
	"math/bits"
	"slices"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// tree holds the blocks of one family's space in nodes of 64 slots, which are
// the networks 6 bits longer than the node's own. A slot is free, excluded,
// part of a block in use, or divided further: then it has a node below it. A
// slot with none of that is outside of the space.
//
// Free blocks are not listed: they are the runs of free slots (see runs), so
// that taking a block and giving it back is a change of bits. A node that is
// free or excluded as a whole does not exist, but is a slot of the one above;
// the root alone may be free as a whole.
//
// To find space without looking everywhere, each node above has, with the
// place of the node, the lengths of the free blocks below: all there are, and
// maybe some that are gone. A search that finds nothing where there should be
// something puts that right.
//
// Nodes are in one slice without pointers, which the garbage collector does
// not scan; they and their lists are used again, so that a pool that has had
// its largest size allocates nothing.
type tree struct {
	nodes    []node // nodes[0] is not used
	recycled uint32 // the first free node, linked by list
	below    []below
	lists    [listClasses]uint32 // the first free list of each class, linked by node

	root block // the network of the root, whose length is base
	base int   // may be below 0: the root's slots are longer than /0 all the same
	way  path  // to where the last change was: the next one is often near
}

// node is 64 slots.
type node struct {
	free     uint64
	excluded uint64
	divided  uint64    // slots with a node below
	room     uint64    // those of them with anything free
	used     [2]uint64 // blocks in use: bit 1 is the node, 2 and 3 its halves, … 64 to 127 the slots
	list     uint32    // of the nodes below, in order
	class    uint8     // the list has room for 1<<class
	_        uint64    // to fill a cache line
}

// below is what a node knows of a node below it.
type below struct {
	lengths lengthSet // of free blocks; a superset
	node    uint32
}

const listClasses = slotBits + 1

// slot is the slot of a node of some length where an address lies.
func slot(a u128.Uint, base int) uint {
	switch shift := 128 - slotBits - base; {
	case shift >= 64:
		return uint(a.Hi>>(shift&63)) & 63
	case shift >= 0:
		return uint(a.Rsh(uint(shift)).Lo) & 63
	default: // some slots are a part of an address, and not used
		return uint(a.Lo<<-shift) & 63
	}
}

// slotAddr is the address of a slot of the node at an address.
func slotAddr(node u128.Uint, base int, slot uint) u128.Uint {
	switch shift := 128 - slotBits - base; {
	case shift >= 64:
		return u128.Uint{Hi: node.Hi | uint64(slot)<<(shift&63), Lo: node.Lo}
	case shift >= 0:
		return node.Or(u128.From64(uint64(slot)).Lsh(uint(shift)))
	default:
		return node.Or(u128.From64(uint64(slot) >> -shift))
	}
}

// top is the root of every tree.
const top = 1

// newTree returns the tree for a space, none of it in the pool yet. Blocks of
// one prefix length fill their nodes best: 64 of them in each.
func newTree(space []block, length int) tree {
	common := int(space[0].bits)
	for _, b := range space {
		common = min(common, int(b.bits), b.addr.Xor(space[0].addr).LeadingZeros())
	}
	t := tree{base: common - (common-length%slotBits+slotBits)%slotBits}
	t.nodes = make([]node, 2, 4)
	t.below = make([]below, 1, 4)
	t.way.steps[0] = step{node: top}
	t.root = space[0].supernet(max(t.base, 0))
	return t
}

func (t *tree) clone() tree {
	c := *t
	c.nodes = slices.Clone(t.nodes)
	c.below = slices.Clone(t.below)
	return c
}

func (t *tree) newNode() uint32 {
	if i := t.recycled; i != 0 {
		t.recycled = t.nodes[i].list
		t.nodes[i] = node{}
		return i
	}
	t.nodes = append(t.nodes, node{})
	return uint32(len(t.nodes) - 1)
}

// child is the place of the node below a slot, which is divided.
func (n *node) child(slot uint) uint32 {
	return n.list + uint32(bits.OnesCount64(n.divided&(1<<slot-1)))
}

// children is how many slots are divided.
func (n *node) children() uint32 { return uint32(bits.OnesCount64(n.divided)) }

// divide puts a node below a slot, and returns its place.
func (t *tree) divide(parent uint32, slot uint) uint32 {
	child := t.newNode()
	n := &t.nodes[parent]
	count := n.children()
	if n.list == 0 || count == 1<<n.class {
		t.move(n, count, bits.Len32(count))
	}
	at := n.child(slot)
	end := n.list + count
	copy(t.below[at+1:end+1], t.below[at:end])
	t.below[at] = below{node: child}
	n.divided |= 1 << slot
	return at
}

// unite removes the node below a slot. A list gets shorter when it is a
// quarter full, not at once, so that a node that comes and goes does not move
// it each time.
func (t *tree) unite(parent uint32, slot uint) {
	n := &t.nodes[parent]
	at := n.child(slot)
	gone := t.below[at].node
	t.nodes[gone] = node{list: t.recycled}
	t.recycled = gone
	count := n.children() - 1
	end := n.list + count
	copy(t.below[at:end], t.below[at+1:end+1])
	n.divided &^= 1 << slot
	n.room &^= 1 << slot
	switch {
	case count == 0:
		t.giveList(n.list, n.class)
		n.list, n.class = 0, 0
	case count <= 1<<n.class/4:
		t.move(n, count, int(n.class)-1)
	}
}

// move moves a node's list of some length to one of another class.
func (t *tree) move(n *node, count uint32, class int) {
	list := t.lists[class]
	if list != 0 {
		t.lists[class] = t.below[list].node
	} else {
		list = uint32(len(t.below))
		t.below = slices.Grow(t.below, 1<<class)[:int(list)+1<<class]
	}
	if n.list != 0 {
		copy(t.below[list:list+count], t.below[n.list:])
		t.giveList(n.list, n.class)
	}
	n.list, n.class = list, uint8(class)
}

func (t *tree) giveList(list uint32, class uint8) {
	t.below[list].node = t.lists[class]
	t.lists[class] = list
}

// path is the way from the root to the node at an address. It stays right
// while the tree changes, because only the last node of it does: what is below
// it may come and go, what is above it has nothing but its bits changed.
type path struct {
	steps [24]step
	depth int
	addr  u128.Uint
}

// step is a node, and its place in the list of the one above.
type step struct{ node, place uint32 }

// shared is the depth down to which the way to a block is the known one.
func (t *tree) shared(b block) int {
	same := min(t.way.addr.Xor(b.addr).LeadingZeros(), int(b.bits)-1)
	if same < t.base+slotBits {
		return 0
	}
	return min(t.way.depth, (same-t.base)/slotBits)
}

// goTo goes to the node where a block is, or would be, one slot or several;
// or else to the last node on the way there, and returns it.
func (t *tree) goTo(b block) (last uint32, base int) {
	w := &t.way
	w.depth = t.shared(b)
	w.addr = b.addr
	last, base = w.steps[w.depth].node, t.base+slotBits*w.depth
	for int(b.bits) > base+slotBits {
		n := &t.nodes[last]
		s := slot(b.addr, base)
		if n.divided&(1<<s) == 0 {
			break
		}
		at := n.child(s)
		last = t.below[at].node
		base += slotBits
		w.depth++
		w.steps[w.depth] = step{last, at}
	}
	return last, base
}

// find is goTo for readers, who must not change the way.
func (t *tree) find(b block) (last *node, base int) {
	depth := t.shared(b)
	last, base = &t.nodes[t.way.steps[depth].node], t.base+slotBits*depth
	for int(b.bits) > base+slotBits {
		s := slot(b.addr, base)
		if last.divided&(1<<s) == 0 {
			break
		}
		last = &t.nodes[t.below[last.child(s)].node]
		base += slotBits
	}
	return last, base
}

// size is the base-2 logarithm of the number of slots that a block has in a
// node; 0 for less than one.
func size(b block, base int) int { return max(0, base+slotBits-int(b.bits)) }

// isUsed is about the block with a number as in node.used.
func (n *node) isUsed(i uint) bool { return n.used[i>>6&1]&(1<<(i&63)) != 0 }

// set gives a block a state, as bits; the nodes on the way are made. It returns
// the length of the maximal block that it belonged to, if it was free.
func (t *tree) set(b block, s State) (from int) {
	last, base := t.goTo(b)
	n := &t.nodes[last]
	at := slot(b.addr, base)
	from = base + slotBits - longest(n.free, at)
	for int(b.bits) > base+slotBits {
		place := t.divide(last, at)
		n = &t.nodes[last]
		last = t.below[place].node
		if n.free&(1<<at) != 0 {
			n.free &^= 1 << at
			t.nodes[last].free = ^uint64(0)
		}
		t.way.depth++
		t.way.steps[t.way.depth] = step{last, place}
		base += slotBits
		n, at = &t.nodes[last], slot(b.addr, base)
	}
	k := size(b, base)
	r := runOf(at, k)
	n.free &^= r
	switch s {
	case Free:
		n.free |= r
	case Used:
		i := (64 + at) >> k
		n.used[i>>6&1] |= 1 << (i & 63)
	case Excluded:
		n.excluded |= r
	}
	return from
}

// add makes a block of the space free, before anything else is done to it.
func (t *tree) add(b block) {
	t.set(b, Free)
	if t.way.depth > 0 {
		t.update(lengthsFrom(int(b.bits), int(b.bits)))
	}
}

// take turns a free block, or a part of one, into a block of another state,
// and returns the length of the free block.
func (t *tree) take(b block, s State) (from int) {
	from = t.set(b, s)
	t.update(lengthsFrom(from+1, int(b.bits)))
	if s == Excluded {
		t.close(func(n *node) *uint64 { return &n.excluded })
	}
	return from
}

// giveBack frees a block if it is in use, and returns the length of the free
// block that it is part of from now on.
func (t *tree) giveBack(b block) (to int, ok bool) {
	if !t.root.covers(b) {
		return 0, false
	}
	last, base := t.goTo(b)
	n := &t.nodes[last]
	at, k := slot(b.addr, base), size(b, base)
	i := (64 + at) >> k
	if int(b.bits) > base+slotBits || !n.isUsed(i) {
		return 0, false
	}
	n.used[i>>6&1] &^= 1 << (i & 63)
	n.free |= runOf(at, k)
	if n.free == ^uint64(0) {
		t.close(func(n *node) *uint64 { return &n.free })
		base = t.base + slotBits*t.way.depth
		n, at = &t.nodes[t.way.steps[t.way.depth].node], slot(b.addr, base)
	}
	to = base + slotBits - longest(n.free, at)
	if t.way.depth > 0 {
		t.update(lengthsFrom(to, to))
	}
	return to, true
}

// close turns nodes whose slots all have one state into slots of that state.
func (t *tree) close(word func(*node) *uint64) {
	w := &t.way
	for w.depth > 0 && *word(&t.nodes[w.steps[w.depth].node]) == ^uint64(0) {
		w.depth--
		parent := w.steps[w.depth].node
		at := slot(w.addr, t.base+slotBits*w.depth)
		t.unite(parent, at)
		*word(&t.nodes[parent]) |= 1 << at
	}
	t.update(lengthSet{})
}

// update tells the nodes on the way that the last one has changed: that there
// are free blocks of more lengths, or none at all.
func (t *tree) update(more lengthSet) {
	w := &t.way
	base := t.base + slotBits*w.depth
	for d := w.depth; d > 0; d-- {
		n := &t.nodes[w.steps[d].node]
		parent := &t.nodes[w.steps[d-1].node]
		known := &t.below[w.steps[d].place]
		bit := uint64(1) << slot(w.addr, base-slotBits)
		if n.free|n.room == 0 {
			if parent.room&bit == 0 {
				return
			}
			parent.room &^= bit
			known.lengths = lengthSet{}
		} else {
			if parent.room&bit != 0 && known.lengths.has(more) {
				return
			}
			parent.room |= bit
			known.lengths = known.lengths.or(more.and(lengthsFrom(base+1, 128)))
		}
		base -= slotBits
	}
}

// lengthsBelow is the lengths of the free blocks of a node, as far as it knows.
func (t *tree) lengthsBelow(n *node, base int) lengthSet {
	s := lengthsOf(n.free, base+slotBits)
	for _, b := range t.below[n.list : n.list+n.children()] {
		s = s.or(b.lengths)
	}
	return s
}

// around is the block that covers b, or is b, and its state. A block in
// quarantine counts as used.
func (t *tree) around(b block) (block, State) {
	if !t.root.covers(b) {
		return block{}, Outside
	}
	n, base := t.find(b)
	at, k := slot(b.addr, base), size(b, base)
	r := runOf(at, k)
	switch {
	case n.free&r == r:
		return b.supernet(base + slotBits - longest(n.free, at)), Free
	case n.excluded&r == r:
		return b.supernet(base + slotBits - longest(n.excluded, at)), Excluded
	}
	for i := (64 + at) >> k; i > 0; i >>= 1 {
		if n.isUsed(i) {
			return b.supernet(base + bits.Len(i) - 1), Used
		}
	}
	return block{}, Outside
}

// each yields the blocks inside a network that have one of some states, in
// address order. What covers the network counts with the part inside it, if it
// is no block in use. A block in quarantine counts as used.
func (t *tree) each(s states, in block) iter.Seq2[block, State] {
	return func(yield func(block, State) bool) {
		if n, base, slots := t.enter(in); slots != 0 {
			t.walk(s, n, block{t.networkOf(in.addr, base), 0, in.family}, base, slots, yield)
		}
	}
}

// enter is the node that has a network as slots, and these; without slots
// there is none.
func (t *tree) enter(in block) (from *node, base int, slots uint64) {
	if in.covers(t.root) {
		return &t.nodes[top], t.base, ^uint64(0)
	}
	if !t.root.covers(in) {
		return nil, 0, 0
	}
	n, base := t.find(in)
	if int(in.bits) > base+slotBits {
		return nil, 0, 0
	}
	return n, base, runOf(slot(in.addr, base), size(in, base))
}

// networkOf is the address of the node of some length around an address; all
// that enter knows is in the root.
func (t *tree) networkOf(a u128.Uint, base int) u128.Uint {
	if base == t.base {
		return t.root.addr
	}
	return a.And(mask(base))
}

// walk yields the blocks in some slots of a node.
func (t *tree) walk(s states, n *node, network block, base int, slots uint64, yield func(block, State) bool) bool {
	var free, excluded, used uint64
	if s.has(Free) {
		free = n.free & slots
	}
	if s.has(Excluded) {
		excluded = n.excluded & slots
	}
	if s.has(Used) {
		used = n.usedStarts() & slots
	}
	for rest := free | excluded | used | n.divided&slots; rest != 0; {
		at := firstSlot(rest)
		b := block{slotAddr(network.addr, base, at), 0, network.family}
		if n.divided&(1<<at) != 0 {
			if !t.walk(s, &t.nodes[t.below[n.child(at)].node], b, base+slotBits, ^uint64(0), yield) {
				return false
			}
			rest &^= 1 << at
			continue
		}
		k, state := 0, Used
		switch {
		case free&(1<<at) != 0:
			k, state = longest(free, at), Free
		case excluded&(1<<at) != 0:
			k, state = longest(excluded, at), Excluded
		default:
			for k < slotBits && !n.isUsed((64+at)>>k) {
				k++
			}
		}
		b.bits = uint8(base + slotBits - k)
		if !yield(b, state) {
			return false
		}
		rest &^= runOf(at, k)
	}
	return true
}

// usedStarts has the first slots of the blocks in use.
func (n *node) usedStarts() uint64 {
	word := n.used[1]
	for rest := n.used[0]; rest != 0; rest &= rest - 1 {
		i := firstSlot(rest)
		depth := bits.Len(i) - 1
		word |= 1 << ((i - 1<<depth) << (slotBits - depth))
	}
	return word
}
