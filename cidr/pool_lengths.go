package cidr

import "math/bits"

// lengths is a set of prefix lengths from 0 to 128.
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
