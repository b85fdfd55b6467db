package numset

import (
	"math/bits"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// node is one digit of the numbers below it: slots has a bit for each value
// that the digit takes. At level 0, in a leaf, these are the numbers; above,
// each has a child.
type node struct {
	key   u128.Uint // the digits above this node's, with zeros below
	slots uint64
	kids  uint32 // where the children stand, in order; unused in a leaf
	set   uint16
	level uint8 // of the digit, from the low end
	class uint8 // of the room for children
}

// Digits have 6 bits and do not cross the middle of a number: the lower half
// is levels 0 to 10, the upper half 11 to 21, and the highest digit of each
// has only 4 bits.
const (
	digitBits  = 6
	halfLevels = 11
)

// digit is one digit of n.
func digit(n u128.Uint, level uint8) uint {
	if level < halfLevels {
		return uint(n.Lo>>(digitBits*level&63)) & 63
	}
	return uint(n.Hi>>(digitBits*(level-halfLevels)&63)) & 63
}

// top is the level of the highest digit that is not 0.
func top(n u128.Uint) uint8 {
	if n.Hi != 0 {
		return halfLevels + uint8(bits.Len64(n.Hi)-1)/digitBits
	}
	return uint8(bits.Len64(n.Lo|1)-1) / digitBits
}

// above is n with zeros at a level and below.
func above(n u128.Uint, level uint8) u128.Uint {
	if level < halfLevels {
		shift := digitBits * (level + 1)
		return u128.Uint{Hi: n.Hi, Lo: n.Lo >> shift << shift}
	}
	shift := digitBits * (level + 1 - halfLevels)
	return u128.Uint{Hi: n.Hi >> shift << shift}
}

// bit is the place of n in its leaf.
func bit(n u128.Uint) uint64 { return 1 << (n.Lo & 63) }

// number is the number at a slot of a leaf.
func (at *node) number(slot uint) u128.Uint {
	return u128.Uint{Hi: at.key.Hi, Lo: at.key.Lo | uint64(slot)}
}

// first and last are the ends of a leaf that is not empty.
func (at *node) first() u128.Uint { return at.number(uint(bits.TrailingZeros64(at.slots))) }
func (at *node) last() u128.Uint  { return at.number(uint(bits.Len64(at.slots)) - 1) }

// rank is the number of children before a slot.
func (at *node) rank(slot uint) uint32 {
	return uint32(bits.OnesCount64(at.slots & (1<<slot - 1)))
}

// child is the place of the child at a slot that has one.
func (s *Sets) child(at *node, slot uint) *uint32 {
	return &s.children.of[at.kids+at.rank(slot)]
}

// lowest is the first leaf at or below a node.
func (s *Sets) lowest(i uint32) uint32 {
	for s.nodes[i].level > 0 {
		i = s.children.of[s.nodes[i].kids]
	}
	return i
}

// highest is the last leaf at or below a node.
func (s *Sets) highest(i uint32) uint32 {
	for s.nodes[i].level > 0 {
		at := &s.nodes[i]
		i = s.children.of[at.kids+uint32(bits.OnesCount64(at.slots))-1]
	}
	return i
}

// leaf is the leaf that n belongs to, or 0 if there is none. A leaf that is
// the root is not in the hash table: most sets are that small.
func (s *Sets) leaf(set int, n u128.Uint) uint32 {
	root := s.sets[set].root
	if root == 0 {
		return 0
	}
	at := &s.nodes[root]
	if at.level == 0 {
		if at.key != above(n, 0) {
			return 0
		}
		return root
	}
	return s.leaves.find(s.nodes, set, above(n, 0))
}

// addLeaf makes the leaf that n belongs to, with n in it.
func (s *Sets) addLeaf(set int, n u128.Uint) {
	t := &s.sets[set]
	if t.root != 0 && t.len == 0 {
		root := &s.nodes[t.root]
		root.key, root.slots = above(n, 0), bit(n)
		return
	}
	leaf := s.newNode(node{key: above(n, 0), slots: bit(n), set: uint16(set)})
	if t.root == 0 {
		t.root = leaf
		return
	}
	s.leaves.insert(s.nodes, leaf)
	if s.nodes[t.root].level == 0 {
		s.leaves.insert(s.nodes, t.root)
	}
	way := &t.root
	for {
		at := &s.nodes[*way]
		if level := top(n.Xor(at.key)); level > at.level {
			s.fork(way, leaf, level)
			return
		}
		d := digit(n, at.level)
		if at.slots&(1<<d) == 0 {
			s.addChild(at, d, leaf)
			return
		}
		way = s.child(at, d)
	}
}

// fork puts a node in the place of one that is not on the way to a new leaf,
// with both as its children.
func (s *Sets) fork(way *uint32, leaf uint32, level uint8) {
	old := *way
	inner := s.newNode(node{key: above(s.nodes[old].key, level), level: level})
	*way = inner // before the children move
	at := &s.nodes[inner]
	at.kids, at.class = s.children.take(0), 0
	s.addChild(at, digit(s.nodes[old].key, level), old)
	s.addChild(at, digit(s.nodes[leaf].key, level), leaf)
}

// removeLeaf takes out an empty leaf that is not the root.
func (s *Sets) removeLeaf(set int, leaf uint32) {
	s.leaves.remove(s.nodes, leaf)
	key := s.nodes[leaf].key
	way := &s.sets[set].root // to the parent
	for {
		next := s.child(&s.nodes[*way], digit(key, s.nodes[*way].level))
		if *next == leaf {
			break
		}
		way = next
	}
	parent := *way
	at := &s.nodes[parent]
	s.recycle(leaf)
	if bits.OnesCount64(at.slots) > 2 {
		s.removeChild(at, digit(key, at.level))
		return
	}
	// The other child takes the parent's place.
	only := s.children.of[at.kids]
	if only == leaf {
		only = s.children.of[at.kids+1]
	}
	*way = only
	s.children.give(at.kids, at.class)
	s.recycle(parent)
	if only == s.sets[set].root && s.nodes[only].level == 0 {
		s.leaves.remove(s.nodes, only)
	}
}

func (s *Sets) newNode(n node) uint32 {
	if i := s.recycled; i != 0 {
		s.recycled = s.nodes[i].kids
		s.nodes[i] = n
		return i
	}
	if len(s.nodes) == 0 {
		s.nodes = append(s.nodes, node{})
	}
	s.nodes = append(s.nodes, n)
	return uint32(len(s.nodes) - 1)
}

func (s *Sets) recycle(i uint32) {
	s.nodes[i] = node{kids: s.recycled}
	s.recycled = i
}
