package numset

import (
	"math/bits"
	"slices"
)

// children is the storage of the nodes' lists of children. A list of class c
// has room for 2<<c; a node moves to another class as it grows and shrinks.
type children struct {
	of       []uint32                  // of[0] is not used: 0 is no list
	recycled [maxChildClass + 1]uint32 // per class the first of the lists that are free, linked by their first element
}

const maxChildClass = 5 // 64 children

func (c *children) clone() children {
	return children{slices.Clone(c.of), c.recycled}
}

// take returns a list of a class; what is in it is not defined.
func (c *children) take(class uint8) uint32 {
	if list := c.recycled[class]; list != 0 {
		c.recycled[class] = c.of[list]
		return list
	}
	list := max(len(c.of), 1)
	c.of = slices.Grow(c.of, list+2<<class-len(c.of))[:list+2<<class]
	return uint32(list)
}

// give takes a list back.
func (c *children) give(list uint32, class uint8) {
	c.of[list] = c.recycled[class]
	c.recycled[class] = list
}

// addChild gives a node a child at a slot that has none.
func (s *Sets) addChild(at *node, slot uint, child uint32) {
	n := uint32(bits.OnesCount64(at.slots))
	if n == 2<<at.class {
		s.moveChildren(at, n, at.class+1)
	}
	list := s.children.of[at.kids : at.kids+n+1]
	i := at.rank(slot)
	copy(list[i+1:], list[i:])
	list[i] = child
	at.slots |= 1 << slot
}

// removeChild takes the child at a slot from a node. A list shrinks when it
// is a quarter full, not at once, so that one child more and less in turn does
// not move it each time.
func (s *Sets) removeChild(at *node, slot uint) {
	i := at.rank(slot)
	n := uint32(bits.OnesCount64(at.slots)) - 1
	list := s.children.of[at.kids : at.kids+n+1]
	copy(list[i:], list[i+1:])
	at.slots &^= 1 << slot
	if at.class > 0 && n <= 2<<at.class/4 {
		s.moveChildren(at, n, at.class-1)
	}
}

// moveChildren moves the n children of a node to a list of another class.
func (s *Sets) moveChildren(at *node, n uint32, class uint8) {
	list := s.children.take(class)
	copy(s.children.of[list:], s.children.of[at.kids:at.kids+n])
	s.children.give(at.kids, at.class)
	at.kids, at.class = list, class
}
