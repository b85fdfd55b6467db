package cidr

import (
	"cmp"
	"math/bits"
	"slices"
)

// Least significant digit radix sort: stable, linear, and without branches that
// a processor could mispredict. A digit in which nothing differs is skipped.

const (
	digitBits = 11 // 2048 counters of 4 bytes stay in the first-level cache
	digitSize = 1 << digitBits
	// radixLeast is where clearing counters begins to cost less than comparing.
	radixLeast = 512
)

// sortWords sorts by the bits that differ as diff says, from the lowest of
// them on. Words that are equal there keep their order.
func sortWords(words []uint64, diff uint64) []uint64 {
	if len(words) < radixLeast {
		slices.Sort(words) // the index at the low end ascends
		return words
	}
	from, to := words, make([]uint64, len(words))
	for d := range digits(diff) {
		var next [digitSize]uint32
		for _, w := range from {
			next[w>>d.place&d.mask%digitSize]++
		}
		places(&next)
		for _, w := range from {
			i := w >> d.place & d.mask % digitSize
			to[next[i]] = w
			next[i]++
		}
		from, to = to, from
	}
	return from
}

// sortPairs sorts by the first word, as far as diff says that it differs.
func sortPairs(pairs [][2]uint64, diff uint64) [][2]uint64 {
	if len(pairs) < radixLeast {
		slices.SortFunc(pairs, comparePairs)
		return pairs
	}
	r := radix[[2]uint64]{pairs, make([][2]uint64, len(pairs))}
	r.sort(0, diff)
	return r.from
}

// sortTriples sorts by the first two words, as far as diff says that they
// differ.
func sortTriples(triples [][3]uint64, diff0, diff1 uint64) [][3]uint64 {
	if len(triples) < radixLeast {
		slices.SortFunc(triples, compareTriples)
		return triples
	}
	r := radix[[3]uint64]{triples, make([][3]uint64, len(triples))}
	r.sort(1, diff1)
	r.sort(0, diff0)
	return r.from
}

func comparePairs(a, b [2]uint64) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
}

func compareTriples(a, b [3]uint64) int {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]), cmp.Compare(a[2], b[2]))
}

// sortEqual sorts what stands side by side and is equal by one measure, by
// another one.
func sortEqual[W any](words []W, equal func(a, b W) bool, compare func(a, b W) int) {
	for i := 1; i < len(words); i++ {
		if !equal(words[i-1], words[i]) {
			continue
		}
		from := i - 1
		for i++; i < len(words) && equal(words[from], words[i]); i++ {
		}
		if group := words[from:i]; !slices.IsSortedFunc(group, compare) {
			slices.SortFunc(group, compare)
		}
	}
}

// radix sorts elements of several words.
type radix[W [2]uint64 | [3]uint64] struct{ from, to []W }

// sort sorts by the bits of one word that differ as diff says.
func (r *radix[W]) sort(word int, diff uint64) {
	for d := range digits(diff) {
		var next [digitSize]uint32
		for i := range r.from {
			next[r.from[i][word]>>d.place&d.mask%digitSize]++
		}
		places(&next)
		for i := range r.from {
			n := r.from[i][word] >> d.place & d.mask % digitSize
			r.to[next[n]] = r.from[i]
			next[n]++
		}
		r.from, r.to = r.to, r.from
	}
}

// digit is a part of a word.
type digit struct {
	place uint
	mask  uint64
}

// digits yields the digits that cover the ones of diff, from the low end: no
// more than 11 bits need, and equally wide.
func digits(diff uint64) func(yield func(digit) bool) {
	return func(yield func(digit) bool) {
		if diff == 0 {
			return
		}
		low := uint(bits.TrailingZeros64(diff))
		span := uint(bits.Len64(diff)) - low
		count := (span + digitBits - 1) / digitBits
		width := (span + count - 1) / count
		for ; low < 64; low += width {
			d := digit{low, 1<<width - 1}
			if diff>>d.place&d.mask != 0 && !yield(d) {
				return
			}
		}
	}
}

// places turns the counts of digits into the places where they begin.
func places(counts *[digitSize]uint32) {
	sum := uint32(0)
	for i, n := range counts {
		counts[i] = sum
		sum += n
	}
}
