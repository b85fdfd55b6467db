package cidr

import (
	"math/bits"
	"slices"
)

// A radix sort by leading digits.
//
// It takes about as many of the highest bits that differ as it takes to tell
// most elements apart, and sorts by those in two stable passes, which have no
// branches that a processor could mispredict. What is equal in these bits then
// stands side by side: scattered prefixes are done, however long they are.
// Crowded ones go through the same again, crowd by crowd, with the next bits.
// So do the parts of a large list, once it has been dealt out by a few bits.

const (
	// digitBits: 2048 counters of 4 bytes stay in the first-level cache.
	digitBits = 11
	// spareBits more than the logarithm of the number of elements are sorted
	// by. Scattered elements would do with less, prefixes of networks are crowded.
	spareBits = 6
	// dealtMost is how many words are sorted by wide digits at once. What is
	// larger, and outgrows the second-level cache, is dealt out first.
	dealtMost = 1 << 19
	// dealBits: as many places as a processor writes to in turn and still sees
	// that each goes on line by line. With 64 dealing takes three times as long.
	dealBits = 5
	// insertionMost is how many elements are inserted rather than counted.
	insertionMost = 12
)

// words is an element to sort: by the first word, then by the next.
type words interface {
	[1]uint64 | [2]uint64 | [3]uint64
}

// sortWords sorts ws. What is in order already, or exactly the other way round,
// takes one look at each and no memory.
func sortWords[W words](ws []W) {
	var r radix[W]
	r.sort(ws)
}

// radix has the memory for a sort, and for what is sorted within it.
type radix[W words] struct {
	scratch []W
	next    [2][]uint32 // for each digit: the place of the next element with it
}

func (r *radix[W]) sort(ws []W) {
	if len(ws) <= insertionMost {
		insertionSort(ws)
		return
	}
	if isAscending(ws) {
		return
	}
	if isDescending(ws) {
		slices.Reverse(ws)
		return
	}
	word, differ := differing(ws)
	top := bits.Len64(differ)
	if r.scratch == nil {
		r.scratch = make([]W, len(ws))
		r.next = [2][]uint32{make([]uint32, 1<<digitBits), make([]uint32, 1<<digitBits)}
	}
	if len(ws)*len(ws[0]) > dealtMost {
		r.deal(ws, word, uint(max(0, top-dealBits)))
		return
	}
	width := min((bits.Len(uint(len(ws)))+spareBits+1)/2, digitBits, (top+1)/2)
	low := uint(max(0, top-2*width))
	r.sortByDigits(ws, word, low, uint(width))
	r.sortEqual(ws, word, low)
}

func isAscending[W words](ws []W) bool {
	for i := 1; i < len(ws); i++ {
		if less(&ws[i], &ws[i-1]) {
			return false
		}
	}
	return true
}

func isDescending[W words](ws []W) bool {
	for i := 1; i < len(ws); i++ {
		if less(&ws[i-1], &ws[i]) {
			return false
		}
	}
	return true
}

// differing returns which bits are not the same in all elements, of the first
// word that has such bits.
func differing[W words](ws []W) (word int, differ uint64) {
	for {
		first := ws[0][word]
		for i := range ws {
			differ |= ws[i][word] ^ first
		}
		if differ != 0 || word == len(ws[0])-1 {
			return word, differ
		}
		word++
	}
}

// deal sorts by the bits of a word from low on, of which few differ, and then
// what is equal in them.
func (r *radix[W]) deal(ws []W, word int, low uint) {
	const mask = 1<<dealBits - 1
	var next [mask + 1]uint32
	for i := range ws {
		next[ws[i][word]>>(low&63)&mask]++
	}
	places(next[:])
	scratch := r.scratch[:len(ws)]
	for i := range ws {
		digit := ws[i][word] >> (low & 63) & mask
		scratch[next[digit]] = ws[i]
		next[digit]++
	}
	copy(ws, scratch)
	from := uint32(0)
	for _, to := range next {
		r.sort(ws[from:to])
		from = to
	}
}

// sortByDigits sorts by the two digits of a word that are width bits wide and
// begin at low, the lower one first. Equal elements keep their order.
func (r *radix[W]) sortByDigits(ws []W, word int, low, width uint) {
	mask := uint64(1)<<width - 1
	lower, higher := r.next[0][:mask+1], r.next[1][:mask+1]
	clear(lower)
	clear(higher)
	for i := range ws {
		w := ws[i][word] >> (low & 63)
		lower[w&mask]++
		higher[w>>(width&63)&mask]++
	}
	places(lower)
	places(higher)
	scratch := r.scratch[:len(ws)]
	for i := range ws {
		digit := ws[i][word] >> (low & 63) & mask
		n := lower[digit]
		scratch[n] = ws[i]
		lower[digit] = n + 1
	}
	low += width
	for i := range scratch {
		digit := scratch[i][word] >> (low & 63) & mask
		n := higher[digit]
		ws[n] = scratch[i]
		higher[digit] = n + 1
	}
}

// places turns the counts of digits into the places where they begin.
func places(counts []uint32) {
	sum := uint32(0)
	for i, n := range counts {
		counts[i] = sum
		sum += n
	}
}

// sortEqual sorts what is equal in the bits of a word from low on, and stands
// side by side.
func (r *radix[W]) sortEqual(ws []W, word int, low uint) {
	for i := 1; i < len(ws); i++ {
		if !less(&ws[i], &ws[i-1]) {
			continue
		}
		// Only what is equal can be out of order, and what stands before has
		// been looked at.
		from, to, lead := i-1, i+1, ws[i][word]>>low
		for from > 0 && ws[from-1][word]>>low == lead {
			from--
		}
		for to < len(ws) && ws[to][word]>>low == lead {
			to++
		}
		r.sort(ws[from:to])
		i = to
	}
}

func insertionSort[W words](ws []W) {
	for i := 1; i < len(ws); i++ {
		w, k := ws[i], i
		for ; k > 0 && less(&w, &ws[k-1]); k-- {
			ws[k] = ws[k-1]
		}
		ws[k] = w
	}
}

func less[W words](a, b *W) bool {
	for k := range len(*a) {
		if v, w := (*a)[k], (*b)[k]; v != w {
			return v < w
		}
	}
	return false
}
