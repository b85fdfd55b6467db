package cidr

import (
	"slices"
)

// tree holds the blocks of one family's space in nodes of 64 slots, at every
// sixth prefix length, and skips the levels where a node would have but one
// thing that is different from the rest: see below.
//
// Free blocks are not listed: they are the runs of free slots (see runs), and
// what lies beside the network of an entry below. So taking a block and giving
// it back is most often a change of bits in one node. No node is free or
// excluded as a whole, but for the root; then it is a slot of the one above.
//
// To find space without looking everywhere, there are for each node the lengths
// of the free blocks in it and below: all there are, and maybe some that are
// gone. A search that finds nothing where there should be something puts that
// right.
//
// Nodes, links and entries are in slices without pointers, which the garbage collector
// does not scan, and they are used again, so that a pool that has had its
// largest size allocates nothing.
type tree struct {
	nodes    []node              // nodes[0] is not used
	known    []lengthSet         // of the free blocks in each divided node and below it: see lengthsAt
	recycled uint32              // the first node to use again, linked by up
	links    []link              // what the divided slots of a node have, one after the other
	lists    [listClasses]uint32 // the first list of each class to use again, linked by its first link
	below    []below
	unused   uint32 // the first entry to use again, linked by node

	root   block // the network of the root, whose length is base
	base   int   // may be below 0: the root's slots are longer than /0 all the same
	finger finger
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
	t.root = space[0].supernet(max(t.base, 0))
	t.nodes = make([]node, 2, 4)
	t.known = make([]lengthSet, 2, 4)
	t.links = make([]link, 1, 4)
	t.below = make([]below, 1, 4)
	t.nodes[top].base = int8(t.base)
	t.point(top, t.root.addr)
	return t
}

func (t *tree) clone() tree {
	c := *t
	c.nodes = slices.Clone(t.nodes)
	c.known = slices.Clone(t.known)
	c.links = slices.Clone(t.links)
	c.below = slices.Clone(t.below)
	return c
}

func (t *tree) newNode() uint32 {
	if at := t.recycled; at != 0 {
		t.recycled = t.nodes[at].up
		return at
	}
	t.nodes = append(t.nodes, node{})
	t.known = append(t.known, lengthSet{})
	return uint32(len(t.nodes) - 1)
}

// giveNode takes back a node that has no list.
func (t *tree) giveNode(at uint32) {
	if t.finger.node == at {
		t.point(top, t.root.addr)
	}
	t.nodes[at] = node{up: t.recycled}
	t.recycled = at
}
