package plan

import (
	"math/bits"

	"github.com/kubecidr/kubecidr/cidr"
)

// holes counts the free blocks of a pool by prefix length, for one family.
//
// That is all there is to know to decide what fits. Blocks are powers of two
// and aligned, so a block of one length fits into every free block of that or
// a shorter length, wherever it lies. Taking it from the longest that fits
// breaks up least: for every length, at least as many blocks remain as after
// any other choice. By induction, best fit places a set of blocks in any order
// if it can be placed at all. And where larger blocks come first, the choice
// does not even matter: each takes one place of its length, and so many of
// every smaller one, wherever it lies.
type holes struct {
	n      [129]uint64
	filled [3]uint64 // the lengths that there are
}

// holesOf counts the free blocks of one family.
func holesOf(free *cidr.Pool, f cidr.Family) *holes {
	h := new(holes)
	for bits, n := range free.FreeLengths(f) {
		h.add(bits, n)
	}
	return h
}

func (h *holes) add(length int, n uint64) {
	if h.n[length] += n; h.n[length] > 0 {
		h.filled[length>>6] |= 1 << (length & 63)
	}
}

// best returns the length of the longest free block that holds a /length, and
// −1 if there is none.
func (h *holes) best(length int) int {
	if length < 0 {
		return -1
	}
	at := length >> 6
	word := h.filled[at] << (63 - length&63) >> (63 - length&63)
	for word == 0 {
		if at--; at < 0 {
			return -1
		}
		word = h.filled[at]
	}
	return at<<6 + 63 - bits.LeadingZeros64(word)
}

// take removes a /length by best fit and reports whether there was room. Of the
// block that it breaks up, one half of each length in between stays free.
func (h *holes) take(length int) bool {
	b := h.best(length)
	if b < 0 {
		return false
	}
	if h.n[b]--; h.n[b] == 0 {
		h.filled[b>>6] &^= 1 << (b & 63)
	}
	for n := b + 1; n <= length; n++ {
		h.add(n, 1)
	}
	return true
}
