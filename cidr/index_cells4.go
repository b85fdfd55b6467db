package cidr

import "math/bits"

// cells4 finds the most specific IPv4 prefix around an address, as long as
// prefixes stand in one word each. Addresses are divided into cells of equal
// size, so many that few prefixes begin in each. What covers an address is one
// of these, or else the one around the cell.
//
// A lookup reads two neighbours of a table, then prefixes that stand side by
// side, mostly in one line of the cache, and the one around.
type cells4 struct {
	base  uint32 // where the network begins that all prefixes lie in
	shift uint   // what is above tells the cell of an address
	cells []cell4
}

// cell4 is a cell. The last one is behind all others.
type cell4 struct {
	first  uint32 // the place of the first prefix that begins here or behind
	around uint32 // the place of the most specific prefix around, of any if there is none; and crowded
}

const (
	// crowded marks a cell that is searched, not read from the first prefix to
	// the last: it has at least crowdLeast of them, or equal ones.
	crowded    = uint32(1) << 31
	crowdLeast = 9
	// cellShare4 is the logarithm of the number of prefixes for each cell.
	cellShare4 = 1
)

// newCells4 also notes what lies in what.
func newCells4(n *nest) cells4 {
	switch {
	case n.run.one != nil:
		return sweep4(n, n.run.one)
	case n.run.two != nil:
		sweep4(n, n.run.two)
	}
	return cells4{}
}

// sweep4 goes over the prefixes with a stack of those around the current
// address.
func sweep4[W words](n *nest, ws []W) cells4 {
	s := n.run.spans()
	from, length, _ := fields(s, &ws[0])
	to, _, _ := fields(s, &ws[len(ws)-1])
	// A prefix as short as what addresses have in common would be the first.
	common := min(uint(bits.LeadingZeros32(uint32(from^to))), length)
	fixed := min(common+uint(max(0, bits.Len(uint(len(ws)))-cellShare4)), 32)
	c := cells4{
		base:  uint32(from &^ (1<<(32-common) - 1)),
		shift: 32 - fixed,
		cells: make([]cell4, 1<<(fixed-common)+1),
	}
	n.around = make([]int32, len(ws))

	// An open prefix, the outermost of which is no prefix.
	type open struct {
		addr, last uint32
		length     uint32
		k          int32
	}
	stack, depth := [1 + 33]open{{0, ^uint32(0), ^uint32(0), -1}}, 0
	for k := range ws {
		addr, length, _ := fields(s, &ws[k])
		at := uint32(addr)
		for stack[depth].last < at {
			depth--
		}
		top := &stack[depth]
		n.around[k] = top.k
		t := c.cell(at)
		c.cells[t].first++ // how many there are, for now
		if top.addr == at && top.length == uint32(length) {
			c.cells[t].around |= crowded
			continue
		}
		depth++
		stack[depth] = open{at, uint32(s.last(addr, length)), uint32(length), int32(k)}
		if length <= fixed {
			inside := c.cells[t : t+1<<(fixed-length)]
			for i := range inside {
				inside[i].around = uint32(k)
			}
		}
	}
	place := uint32(0)
	for t := range c.cells {
		cell := &c.cells[t]
		if cell.first >= crowdLeast {
			cell.around |= crowded
		}
		cell.first, place = place, place+cell.first
	}
	return c
}

// cell returns where the cell of an address is in the table: beyond it, if the
// address is not in the network.
func (c *cells4) cell(a uint32) uint { return uint(a^c.base) >> (c.shift & 63) }

// find returns the most specific prefix around an address, of equal ones the
// first, or nothing4.
func (c *cells4) find(n *nest, a uint32) word4 {
	t := c.cell(a)
	if t+1 >= uint(len(c.cells)) {
		return nothing4
	}
	cell, behind, ws := c.cells[t], c.cells[t+1].first, n.run.one
	at, best := uint64(a)<<32, nothing4
	if w := word4(ws[cell.around&^crowded][0]); w.covers(at) {
		best = w
	}
	if cell.around < crowded {
		// What covers the address is as good as random. A branch would be
		// mispredicted, and the processor would not have begun with the lookup
		// after this one.
		for _, w := range ws[cell.first:behind] {
			if w := word4(w[0]); w.covers(at) {
				best = w
			}
		}
		return best
	}
	// The last that does not begin behind the address is what is asked for, or
	// lies in it.
	k, m := uint(cell.first)-1, uint(behind-cell.first)+1
	for m > 1 {
		half := m / 2
		k += half & notGreater(ws[k+half][0], at|(1<<32-1))
		m -= half
	}
	for ; int(k) >= int(cell.first); k = uint(n.around[k]) {
		if w := word4(ws[k][0]); w.covers(at) {
			if k > 0 && word4(ws[k-1][0]).key() == w.key() {
				return word4(ws[n.around[k]][0])
			}
			return w
		}
	}
	return best
}

// word4 is an IPv4 prefix and its index as they stand in a run, in one word.
type word4 uint64

const nothing4 = ^word4(0)

func (w word4) key() uint64  { return uint64(w >> shortIndexBits) }
func (w word4) length() int  { return int(w >> shortIndexBits & 63) }
func (w word4) mask() uint32 { return uint32(uint64(1<<32-1) << 32 >> (w >> shortIndexBits & 63)) }
func (w word4) index() int   { return int(w & (1<<shortIndexBits - 1)) }

// covers reports whether the prefix covers an address, which stands at the high
// end as that of the prefix does.
func (w word4) covers(at uint64) bool {
	return (uint64(w)^at)>>1>>(^(w>>shortIndexBits)&63) == 0
}
