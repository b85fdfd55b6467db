package plan

import (
	"iter"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

// holes counts the free blocks of a pool by prefix length, for one family.
//
// That is all there is to know to decide what fits. Blocks are powers of two
// and aligned, so a block of one length fits into every free block of that or
// a shorter length, wherever it lies. Taking it from the longest that fits
// breaks up least: for every length, at least as many blocks remain as after
// any other choice. By induction, best fit places a set of blocks in any order
// if it can be placed at all.
type holes [129]uint64

// holesOf counts the blocks of one family.
func holesOf(free iter.Seq[netip.Prefix], f cidr.Family) *holes {
	h := new(holes)
	for p := range free {
		if cidr.FamilyOf(p) == f {
			h[p.Bits()]++
		}
	}
	return h
}

// best returns the length of the longest free block that holds a /bits, and −1
// if there is none.
func (h *holes) best(bits int) int {
	for b := bits; b >= 0; b-- {
		if h[b] > 0 {
			return b
		}
	}
	return -1
}

// take removes a /bits by best fit and reports whether there was room. Of the
// block that it breaks up, one half of each length in between stays free.
func (h *holes) take(bits int) bool {
	b := h.best(bits)
	if b < 0 {
		return false
	}
	h[b]--
	for n := b + 1; n <= bits; n++ {
		h[n]++
	}
	return true
}
