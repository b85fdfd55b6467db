package cidr

import (
	"math/bits"
	"sort"
)

// nest is prefixes of one family in address order, each with the one that it
// lies in. Their indices say which values are theirs.
type nest struct {
	run    run
	around []int32 // the place of the next larger prefix, or of the first of equal ones for the others; or −1
}

// search returns the first place where holds is true, which is so from there on.
func (n *nest) search(holds func(block) bool) int {
	return sort.Search(n.run.len(), func(k int) bool {
		b, _ := n.run.at(k)
		return holds(b)
	})
}

// innermost returns the place of the most specific prefix that covers b, the
// first of equal ones, or −1. What covers b stands before it, and the last that
// stands there is, or lies in, all that covers it.
func (n *nest) innermost(b block) int {
	k := n.search(func(c block) bool { return compareBlocks(c, b) > 0 }) - 1
	for k >= 0 {
		c, _ := n.run.at(k)
		if c.covers(b) {
			return n.firstOf(k)
		}
		k = int(n.around[k])
	}
	return -1
}

// firstOf returns the place of the first prefix that equals the kth.
func (n *nest) firstOf(k int) int {
	if j := int(n.around[k]); j >= 0 {
		b, _ := n.run.at(k)
		if c, _ := n.run.at(j); b == c {
			return j
		}
	}
	return k
}

// equals returns the place behind the last prefix that equals the kth.
func (n *nest) equals(k int) int {
	b, _ := n.run.at(k)
	for k++; k < n.run.len(); k++ {
		if next, _ := n.run.at(k); next != b {
			break
		}
	}
	return k
}

// Stretches are the addresses between places where one of nested prefixes
// begins or ends, at most 2n+1 for n prefixes. All addresses of a stretch have
// the same most specific prefix, its owner.

// owner is the length of a prefix and, in the low bits, the index of its value.
type owner uint64

const (
	ownerBits      = 31
	nobody         = owner(1)<<ownerBits - 1 // there are fewer values
	ownerMostIndex = int(nobody) - 1
)

func ownerOf(length uint, index int) owner { return owner(length)<<ownerBits | owner(index) }

func (o owner) length() int { return int(o >> ownerBits) }
func (o owner) index() int  { return int(o & nobody) }

// notGreater has all bits set where x ≤ y, and else none. Which half of a cell an address is
// in is as good as random: a branch would be mispredicted, and the processor
// would not have begun with the lookup after this one.
func notGreater(x, y uint64) uint {
	_, greater := bits.Sub64(y, x, 0)
	return uint(greater) - 1
}
