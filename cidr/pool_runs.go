package cidr

import "math/bits"

// A node of the pool's tree has a bit for each of its 64 slots in a word. A
// block of 2^k slots is a run of bits that starts at a multiple of 2^k; these
// functions find all runs of a word at once.

// starts has the places where runs of 2^k slots can start.
var starts = [slotBits + 1]uint64{
	0xffff_ffff_ffff_ffff,
	0x5555_5555_5555_5555,
	0x1111_1111_1111_1111,
	0x0101_0101_0101_0101,
	0x0001_0001_0001_0001,
	0x0000_0001_0000_0001,
	0x0000_0000_0000_0001,
}

// runs has the starts of the runs of 2^k set bits.
func runs(word uint64, k int) uint64 {
	for i := range k {
		word = pairs(word, i)
	}
	return word
}

// pairs has the starts of the runs of 2^(k+1), of those of 2^k.
func pairs(runs uint64, k int) uint64 {
	return runs & (runs >> (1 << k)) & starts[k+1]
}

// alone has those of the runs of 2^k that are not halves of a longer run.
func alone(runs uint64, k int) uint64 {
	if k == slotBits {
		return runs
	}
	p := pairs(runs, k)
	return runs &^ (p | p<<(1<<k))
}

// first has the first 2^k slots.
var first = [8]uint64{1, 3, 0xf, 0xff, 0xffff, 0xffff_ffff, 0xffff_ffff_ffff_ffff}

// runOf is a run of 2^k slots.
func runOf(slot uint, k int) uint64 { return first[k&7] << (slot & 63) }

// longest is the k of the longest run that a slot lies in, whose bit is set.
func longest(word uint64, slot uint) int {
	// It ends before the next slots that are not set, above and below: in the
	// run of 2^k slots that also has another slot, k is the length of the
	// number by which the two differ.
	slot &= 63
	above := slot + uint(bits.TrailingZeros64(^(word >> slot)))
	below := slot - uint(bits.LeadingZeros64(^(word << (63 - slot))))
	return min(bits.Len8(uint8(slot^above)), bits.Len8(uint8(slot^below)), slotBits+1) - 1
}

// lengthsOf is the prefix lengths of the maximal runs of a word, whose single
// slots have the given length.
func lengthsOf(word uint64, slotLength int) lengthSet {
	var s lengthSet
	for k := 0; word != 0 && k <= slotBits; k++ {
		if alone(word, k) != 0 {
			s = s.with(slotLength - k)
		}
		if k < slotBits {
			word = pairs(word, k)
		}
	}
	return s
}

// firstSlot and lastSlot are the ends of a word that is not 0.
func firstSlot(word uint64) uint { return uint(bits.TrailingZeros64(word)) }
func lastSlot(word uint64) uint  { return uint(bits.Len64(word)) - 1 }
