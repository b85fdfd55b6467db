package cidr

import (
	"slices"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// edges4 is a set of IPv4 addresses as an inversion list: the addresses where
// membership changes, ascending. Those at even places begin a range, those at
// odd places are the first after it; a range up to 255.255.255.255 has no
// second edge. So a set has one list, however it came about. The same edges are
// the complement's, seen from the other side, which lets one intersection do
// for all operations. A list never changes, so that sets may share it.
type edges4 []uint32

// appendRange adds a range that begins no earlier than those before it, and
// joins it to the last one where they touch. after is the first address behind
// it, or 0 behind 255.255.255.255. Only who builds a list may call it.
func (e edges4) appendRange(first, after uint32) edges4 {
	n := len(e)
	switch {
	case n%2 == 1 || n > 0 && after != 0 && after <= e[n-1]:
		return e // covered
	case n > 0 && first <= e[n-1]:
		e = e[:n-1]
	default:
		e = append(e, first)
	}
	if after != 0 {
		e = append(e, after)
	}
	return e
}

// rank is the number of edges up to a. It is odd where a is in the set.
func (e edges4) rank(a uint32) int {
	low, high := 0, len(e)
	for low < high {
		middle := int(uint(low+high) / 2)
		if e[middle] <= a {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}

func (e edges4) contains(first, last uint32) bool {
	n := e.rank(first)
	return n%2 == 1 && (n == len(e) || last < e[n])
}

func (e edges4) overlaps(first, last uint32) bool {
	n := e.rank(first)
	return n%2 == 1 || n < len(e) && e[n] <= last
}

// bounds are those of the range that begins with the edge at i; the one at −1
// begins with 0.
func (e edges4) bounds(i int) (first, last uint32) {
	if i >= 0 {
		first = e[i]
	}
	last = ^uint32(0)
	if i+1 < len(e) {
		last = e[i+1] - 1
	}
	return first, last
}

func (e edges4) span(i int) span {
	first, last := e.bounds(i)
	return span{
		u128.Uint{Hi: uint64(first) << 32},
		u128.Uint{Hi: uint64(last)<<32 | (1<<32 - 1), Lo: ^uint64(0)},
		IPv4,
	}
}

// outside is where the ranges of the complement begin.
func (e edges4) outside() int {
	if len(e) > 0 && e[0] == 0 {
		return 1
	}
	return -1
}

func (e edges4) intersect(f edges4) edges4 {
	if len(e) == 0 || len(f) == 0 {
		return nil
	}
	return fit(meet4(e, f, 0, 0, max(len(e), len(f)))[1:])
}

func (e edges4) subtract(f edges4) edges4 {
	if len(e) == 0 || len(f) == 0 {
		return e
	}
	return fit(meet4(e, f, 0, f.outside(), len(e))[1:])
}

func (e edges4) union(f edges4) edges4 {
	switch {
	case len(e) == 0:
		return f
	case len(f) == 0:
		return e
	}
	gaps := meet4(e, f, e.outside(), f.outside(), len(e)+len(f))
	if len(gaps) > 1 && gaps[1] == 0 {
		return fit(gaps[2:])
	}
	return fit(gaps) // from 0 to the first gap
}

// meet4 intersects the ranges of e that begin at i, i+2, … with those of f that
// begin at j, j+2, …. A 0 stands before the result. room is how many edges to
// expect.
//
// The next range of one meets that of the other or not; whichever ends first is
// done with. Both are as good as random, so that neither is a branch: what does
// not meet is written and then overwritten.
func meet4(e, f edges4, i, j, room int) edges4 {
	out := make(edges4, room+4)
	n := 1
	for i < len(e) && j < len(f) {
		first, last := e.bounds(i)
		first2, last2 := f.bounds(j)
		from, to := max(first, first2), min(last, last2)
		if n+1 >= len(out) {
			out = append(out, make(edges4, len(e)-i+len(f)-j+2)...)
		}
		out[n], out[n+1] = from, to+1
		n += 2 * notGreater4(from, to)
		i += 2 * notGreater4(last, last2)
		j += 2 * notGreater4(last2, last)
	}
	if n > 1 && out[n-1] == 0 {
		n-- // up to 255.255.255.255
	}
	return out[:n]
}

// notGreater4 is 1 where x ≤ y, and else 0.
func notGreater4(x, y uint32) int { return int(1 - (uint64(y)-uint64(x))>>63) }

// fit gives back memory that was set aside and not used, if it is more than
// what was.
func fit[E any](edges []E) []E {
	switch {
	case len(edges) == 0:
		return nil
	case len(edges) < cap(edges)/2:
		return slices.Clone(edges)
	}
	return slices.Clip(edges)
}
