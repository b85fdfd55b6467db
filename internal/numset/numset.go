// Package numset keeps many ordered sets of 128-bit numbers in one storage.
//
// Each set is a tree over the numbers' digits in base 64. A leaf holds 64
// neighbouring numbers as the bits of one word, so that sets with runs take
// little more than a bit per number, and membership, the next and the previous
// number are a few word operations. A node with a single child does not exist,
// so that a set of few numbers far apart is small as well: the storage follows
// the numbers that are in the sets, never the range that they come from.
//
// Leaves are found through a hash table, without the way down from the root;
// the tree above them gives the order. All nodes of all sets live in slices
// without pointers, which the garbage collector does not scan, and are used
// again after a deletion: once the slices have grown, nothing is allocated.
package numset

import (
	"math/bits"
	"slices"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// Sets is a fixed number of sets, named 0, 1, …. Reading does not write, so
// that several readers are safe together; a writer needs to be alone.
type Sets struct {
	sets     []set
	nodes    []node // nodes[0] is not used: 0 is no node
	recycled uint32 // the first of the nodes that are free, linked by kids
	children children
	leaves   leaves
}

type set struct {
	min  u128.Uint // the smallest number, if there is one
	len  int
	root uint32
}

// New returns n empty sets.
func New(n int) Sets {
	return Sets{sets: make([]set, n)}
}

// Clone returns a copy that shares nothing with s.
func (s *Sets) Clone() Sets {
	c := *s
	c.sets = slices.Clone(s.sets)
	c.nodes = slices.Clone(s.nodes)
	c.children = s.children.clone()
	c.leaves = s.leaves.clone()
	return c
}

// Len is the count of numbers in a set.
func (s *Sets) Len(set int) int { return s.sets[set].len }

// Has reports whether n is in a set.
func (s *Sets) Has(set int, n u128.Uint) bool {
	leaf := s.leaf(set, n)
	return leaf != 0 && s.nodes[leaf].slots&bit(n) != 0
}

// Insert adds n and reports whether it is new to the set.
func (s *Sets) Insert(set int, n u128.Uint) bool {
	if leaf := s.leaf(set, n); leaf == 0 {
		s.addLeaf(set, n)
	} else if at := &s.nodes[leaf]; at.slots&bit(n) == 0 {
		at.slots |= bit(n)
	} else {
		return false
	}
	t := &s.sets[set]
	if t.len == 0 || n.Less(t.min) {
		t.min = n
	}
	t.len++
	return true
}

// Delete removes n and reports whether it was in the set.
func (s *Sets) Delete(set int, n u128.Uint) bool {
	leaf := s.leaf(set, n)
	if leaf == 0 || s.nodes[leaf].slots&bit(n) == 0 {
		return false
	}
	at := &s.nodes[leaf]
	at.slots &^= bit(n)
	t := &s.sets[set]
	t.len--
	switch {
	case at.slots != 0:
		if n == t.min {
			t.min = at.first()
		}
	case leaf != t.root: // an empty root stays for the next number
		s.removeLeaf(set, leaf)
		if n == t.min {
			t.min = s.nodes[s.lowest(t.root)].first()
		}
	}
	return true
}

// Min is the smallest number of a set; ok is false if the set is empty.
func (s *Sets) Min(set int) (n u128.Uint, ok bool) {
	return s.sets[set].min, s.sets[set].len > 0
}

// Max is the greatest number of a set; ok is false if the set is empty.
func (s *Sets) Max(set int) (n u128.Uint, ok bool) {
	t := &s.sets[set]
	if t.len == 0 {
		return u128.Uint{}, false
	}
	return s.nodes[s.highest(t.root)].last(), true
}

// Next is the smallest number of a set that is n or more.
func (s *Sets) Next(set int, n u128.Uint) (next u128.Uint, ok bool) {
	t := &s.sets[set]
	if t.len == 0 {
		return u128.Uint{}, false
	}
	var after uint32 // the nearest subtree behind the way that we took
	for i := t.root; ; {
		at := &s.nodes[i]
		if at.level < top(n.Xor(at.key)) { // n is before or behind all of this node
			if n.Less(at.key) {
				after = i
			}
			break
		}
		d := digit(n, at.level)
		if at.level == 0 {
			if rest := at.slots >> d << d; rest != 0 {
				return at.number(uint(bits.TrailingZeros64(rest))), true
			}
			break
		}
		if behind := at.slots >> d >> 1 << d << 1; behind != 0 {
			after = *s.child(at, uint(bits.TrailingZeros64(behind)))
		}
		if at.slots&(1<<d) == 0 {
			break
		}
		i = *s.child(at, d)
	}
	if after == 0 {
		return u128.Uint{}, false
	}
	return s.nodes[s.lowest(after)].first(), true
}

// Prev is the greatest number of a set that is n or less.
func (s *Sets) Prev(set int, n u128.Uint) (prev u128.Uint, ok bool) {
	t := &s.sets[set]
	if t.len == 0 {
		return u128.Uint{}, false
	}
	var before uint32 // the nearest subtree before the way that we took
	for i := t.root; ; {
		at := &s.nodes[i]
		if at.level < top(n.Xor(at.key)) {
			if at.key.Less(n) {
				before = i
			}
			break
		}
		d := digit(n, at.level)
		if at.level == 0 {
			if rest := at.slots & (2<<d - 1); rest != 0 {
				return at.number(uint(bits.Len64(rest)) - 1), true
			}
			break
		}
		if ahead := at.slots & (1<<d - 1); ahead != 0 {
			before = *s.child(at, uint(bits.Len64(ahead))-1)
		}
		if at.slots&(1<<d) == 0 {
			break
		}
		i = *s.child(at, d)
	}
	if before == 0 {
		return u128.Uint{}, false
	}
	return s.nodes[s.highest(before)].last(), true
}
