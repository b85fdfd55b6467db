package cidr

import (
	"math/bits"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// edges6 is for IPv6 what edges4 is for IPv4, and so are its methods.
type edges6 []u128.Uint

func (e edges6) appendRange(first, after u128.Uint) edges6 {
	n := len(e)
	switch {
	case n%2 == 1 || n > 0 && !after.IsZero() && !e[n-1].Less(after):
		return e
	case n > 0 && !e[n-1].Less(first):
		e = e[:n-1]
	default:
		e = append(e, first)
	}
	if !after.IsZero() {
		e = append(e, after)
	}
	return e
}

func (e edges6) rank(a u128.Uint) int {
	low, high := 0, len(e)
	for low < high {
		middle := int(uint(low+high) / 2)
		if a.Less(e[middle]) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

func (e edges6) contains(first, last u128.Uint) bool {
	n := e.rank(first)
	return n%2 == 1 && (n == len(e) || last.Less(e[n]))
}

func (e edges6) overlaps(first, last u128.Uint) bool {
	n := e.rank(first)
	return n%2 == 1 || n < len(e) && !last.Less(e[n])
}

func (e edges6) bounds(i int) (first, last u128.Uint) {
	if i >= 0 {
		first = e[i]
	}
	last = u128.Max()
	if i+1 < len(e) {
		last = e[i+1].Sub(u128.From64(1))
	}
	return first, last
}

func (e edges6) span(i int) span {
	first, last := e.bounds(i)
	return span{first, last, IPv6}
}

func (e edges6) outside() int {
	if len(e) > 0 && e[0].IsZero() {
		return 1
	}
	return -1
}

func (e edges6) intersect(f edges6) edges6 {
	if len(e) == 0 || len(f) == 0 {
		return nil
	}
	return fit(meet6(e, f, 0, 0, max(len(e), len(f)))[1:])
}

func (e edges6) subtract(f edges6) edges6 {
	if len(e) == 0 || len(f) == 0 {
		return e
	}
	return fit(meet6(e, f, 0, f.outside(), len(e))[1:])
}

func (e edges6) union(f edges6) edges6 {
	switch {
	case len(e) == 0:
		return f
	case len(f) == 0:
		return e
	}
	gaps := meet6(e, f, e.outside(), f.outside(), len(e)+len(f))
	if len(gaps) > 1 && gaps[1].IsZero() {
		return fit(gaps[2:])
	}
	return fit(gaps)
}

func meet6(e, f edges6, i, j, room int) edges6 {
	out := make(edges6, room+4)
	n := 1
	for i < len(e) && j < len(f) {
		first, last := e.bounds(i)
		first2, last2 := f.bounds(j)
		ends := notGreater6(last, last2) // the range of e does, no later than that of f
		from := choose(notGreater6(first, first2), first2, first)
		to := choose(ends, last, last2)
		if n+1 >= len(out) {
			out = append(out, make(edges6, len(e)-i+len(f)-j+2)...)
		}
		out[n], out[n+1] = from, to.Add(u128.From64(1))
		n += 2 * notGreater6(from, to)
		i += 2 * ends
		j += 2 * notGreater6(last2, last)
	}
	if n > 1 && out[n-1].IsZero() {
		n--
	}
	return out[:n]
}

// notGreater6 is 1 where x ≤ y, because y − x borrows nothing, and else 0.
func notGreater6(x, y u128.Uint) int {
	_, borrow := bits.Sub64(y.Lo, x.Lo, 0)
	_, borrow = bits.Sub64(y.Hi, x.Hi, borrow)
	return int(1 - borrow)
}

// choose returns x for 1 and y for 0.
func choose(which int, x, y u128.Uint) u128.Uint {
	ones := -uint64(which)
	return u128.Uint{Hi: y.Hi ^ (x.Hi^y.Hi)&ones, Lo: y.Lo ^ (x.Lo^y.Lo)&ones}
}
