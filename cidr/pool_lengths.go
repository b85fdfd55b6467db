package cidr

import (
	"math/bits"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// lengths is a set of prefix lengths from 0 to 128, to step through.
type lengths [3]uint64

func (l *lengths) add(n int)    { l[n>>6] |= 1 << (n & 63) }
func (l *lengths) remove(n int) { l[n>>6] &^= 1 << (n & 63) }

// next is the shortest length that is n or more, or 192 if there is none.
func (l *lengths) next(n int) int {
	for i := n >> 6; i < len(l); i++ {
		if rest := l[i] >> (n & 63); rest != 0 {
			return n + bits.TrailingZeros64(rest)
		}
		n = (i + 1) << 6
	}
	return n
}

// prev is the longest length that is n or less, or -1 if there is none.
func (l *lengths) prev(n int) int {
	for n >= 0 {
		if rest := l[n>>6] << (63 - n&63); rest != 0 {
			return n - bits.LeadingZeros64(rest)
		}
		n = n&^63 - 1
	}
	return -1
}

// lengthSet is a set of prefix lengths from 1 to 128, to compare with others.
// A length n is the bit that tells apart the two networks of n bits in one of
// n-1: the highest bit of an address is the length 1. So the set has the form
// of a mask, and the lengths at which an address lies in the second half of a
// network are the address itself.
type lengthSet u128.Uint

func (s lengthSet) with(n int) lengthSet { return lengthSet(u128.Uint(s).Or(unit(n))) }

func (s lengthSet) or(t lengthSet) lengthSet { return lengthSet{s.Hi | t.Hi, s.Lo | t.Lo} }

func (s lengthSet) and(t lengthSet) lengthSet { return lengthSet{s.Hi & t.Hi, s.Lo & t.Lo} }

func (s lengthSet) without(t lengthSet) lengthSet { return lengthSet{s.Hi &^ t.Hi, s.Lo &^ t.Lo} }

func (s lengthSet) meets(t lengthSet) bool { return s.Hi&t.Hi|s.Lo&t.Lo != 0 }

func (s lengthSet) has(t lengthSet) bool { return t.Hi&^s.Hi|t.Lo&^s.Lo == 0 }

func (s lengthSet) isEmpty() bool { return s.Hi|s.Lo == 0 }

// shortest and longest are the ends of a set that is not empty.
func (s lengthSet) shortest() int { return u128.Uint(s).LeadingZeros() + 1 }
func (s lengthSet) longest() int  { return 128 - u128.Uint(s).TrailingZeros() }

// lengthsFrom is the lengths from n to m.
func lengthsFrom(n, m int) lengthSet {
	if n > m {
		return lengthSet{}
	}
	return lengthSet(mask(m).Xor(mask(n - 1)))
}

// lengths and runs translate between the lengths of runs of 2^k slots of a node
// and bits k.
func (n *node) lengths(runs uint8) lengthSet {
	return lengthSet(slotAddr(u128.Uint{}, int(n.base), uint(runs)))
}

func (n *node) runs(s lengthSet) uint8 {
	return uint8(slots(u128.Uint(s), int(n.base)) & (1<<(slotBits+1) - 1))
}

// lengthsAt is the lengths of the free blocks in a node and below it: all there
// are, and maybe some that are gone.
func (t *tree) lengthsAt(at uint32) lengthSet {
	switch n := &t.nodes[at]; {
	case !n.hasRoom():
		return lengthSet{}
	case n.divided == 0:
		return n.lengths(n.told)
	}
	return t.known[at]
}
