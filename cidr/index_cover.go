package cidr

import (
	"math/bits"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// cover is the prefixes of one family in address order, with the stretches of
// addresses between the places where one of them begins or ends, at most 2n+1
// for n prefixes.
type cover struct {
	run    run
	around []int32 // of the first of equal prefixes: the one around it, or −1

	stretches []stretch
	lo        []uint64 // of the addresses where stretches begin; nil if all are 0

	// table says where to search: first[t] is the first stretch that begins at
	// low + t·2^shift or later, for the high word of addresses.
	low   uint64
	shift uint
	first []int32
}

// stretch is addresses that have the same most specific prefix. It goes to
// where the next one begins. All that a lookup needs of it is in one place.
type stretch struct {
	hi uint64 // the high word of the first address
	innermost
}

// innermost is the most specific prefix of a stretch: its place, the first of
// equal ones, or −1 for none, and its length.
type innermost struct {
	k    int32
	bits uint8
}

// tableShare is the logarithm of how many stretches an entry of the table
// stands for: what is searched then is two lines of the cache.
const tableShare = 3

func coverOf(r run) cover {
	c := cover{run: r}
	if r.len() == 0 {
		return c
	}
	c.around = make([]int32, r.len())
	c.stretch()
	c.tabulate()
	return c
}

// stretch sweeps over the prefixes with a stack of those around the current
// address.
func (c *cover) stretch() {
	n := c.run.len()
	c.stretches = make([]stretch, 0, n+1)
	c.begin(u128.Uint{}, innermost{k: -1})
	type open struct {
		block
		k int32
	}
	var stack []open
	top := func() innermost {
		if len(stack) == 0 {
			return innermost{k: -1}
		}
		o := &stack[len(stack)-1]
		return innermost{o.k, o.bits}
	}
	// close ends the innermost prefix.
	close := func() {
		end := stack[len(stack)-1].end()
		stack = stack[:len(stack)-1]
		if end != mask(128) {
			c.begin(end.Add(u128.From64(1)), top())
		}
	}
	for k := range n {
		b, _ := c.run.at(k)
		for len(stack) > 0 && !stack[len(stack)-1].covers(b) {
			close()
		}
		if len(stack) > 0 && stack[len(stack)-1].block == b {
			continue // an equal one
		}
		c.around[k] = top().k
		stack = append(stack, open{b, int32(k)})
		c.begin(b.addr, top())
	}
	for len(stack) > 0 {
		close()
	}
}

// begin starts a stretch. One that started at the same address is empty, and
// replaced.
func (c *cover) begin(at u128.Uint, in innermost) {
	n := len(c.stretches)
	if at.Lo != 0 && c.lo == nil {
		c.lo = make([]uint64, n, cap(c.stretches))
	}
	if n > 0 && c.stretches[n-1].hi == at.Hi && (c.lo == nil || c.lo[n-1] == at.Lo) {
		c.stretches[n-1].innermost = in
		return
	}
	c.stretches = append(c.stretches, stretch{at.Hi, in})
	if c.lo != nil {
		c.lo = append(c.lo, at.Lo)
	}
}

// tabulate divides the addresses from the second stretch to the last one, so
// that prefixes crowded in one network get all of the table.
func (c *cover) tabulate() {
	n := len(c.stretches)
	if n < 2 {
		return
	}
	c.low = c.stretches[1].hi
	last := c.stretches[n-1].hi
	size := uint(max(tableShare, bits.Len(uint(n))) - tableShare)
	if used := uint(bits.Len64(last - c.low)); used > size {
		c.shift = used - size
	}
	c.first = make([]int32, (last-c.low)>>c.shift+2)
	i := 1
	for t := range c.first {
		for i < n && (c.stretches[i].hi-c.low)>>c.shift < uint64(t) {
			i++
		}
		c.first[t] = int32(i)
	}
}

// find returns the most specific prefix that covers address a.
func (c *cover) find(a u128.Uint) innermost {
	from, to := 0, len(c.stretches)
	if t := (a.Hi - c.low) >> c.shift; a.Hi >= c.low && t+1 < uint64(len(c.first)) {
		// The stretch begins in the table's entry t, or is the last before it.
		from, to = int(c.first[t])-1, int(c.first[t+1])
	}
	return c.stretches[c.stretchOf(a, from, to)].innermost
}

// stretchOf returns the last stretch from one to before another that begins
// at a or earlier. The first does.
func (c *cover) stretchOf(a u128.Uint, from, to int) int {
	for to-from > 1 {
		mid := int(uint(from+to) / 2)
		if hi := c.stretches[mid].hi; hi < a.Hi || hi == a.Hi && (c.lo == nil || c.lo[mid] <= a.Lo) {
			from = mid
		} else {
			to = mid
		}
	}
	return from
}

// equals returns the place behind the last prefix that equals the kth.
func (c *cover) equals(k int) int {
	b, _ := c.run.at(k)
	for k++; k < c.run.len(); k++ {
		if next, _ := c.run.at(k); next != b {
			break
		}
	}
	return k
}
