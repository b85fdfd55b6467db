package cidr

import "math/bits"

// stretches4 finds the owner of an IPv4 address. A lookup reads two neighbours
// of a table and then what is mostly one line of the cache.
type stretches4 struct {
	// All prefixes lie in this network, and addresses are read without it, the
	// bits that follow at the high end.
	base   uint32
	common uint

	// The table divides the addresses into cells: first[t] is how many
	// stretches begin before the tth.
	first []uint32
	shift uint // what is above tells the cell of an address

	// A stretch goes to where the next one begins. It is where it begins,
	// within its cell, above its owner.
	stretches []uint64
}

const (
	ownerBits4  = ownerBits + 6 // a length of IPv4 takes 6 bits
	offsetBits4 = 64 - ownerBits4
	nobody4     = uint64(1)<<ownerBits4 - 1
	// leastCells4 is the logarithm of the number of cells for which an offset
	// has enough bits.
	leastCells4 = 32 - offsetBits4
	// cellShare4 is the logarithm of the number of prefixes for each cell.
	cellShare4 = 2
)

// newStretches4 also notes what lies in what.
func newStretches4(n *nest) stretches4 {
	switch {
	case n.run.one != nil:
		return sweep4(n, n.run.one)
	case n.run.two != nil:
		return sweep4(n, n.run.two)
	}
	return stretches4{}
}

// sweep4 goes over the prefixes with a stack of those around the current
// address.
func sweep4[W words](n *nest, ws []W) stretches4 {
	s := n.run.spans()
	from, length, _ := fields(s, &ws[0])
	to, _, _ := fields(s, &ws[len(ws)-1])
	// A prefix as short as what addresses have in common would be the first.
	common := min(uint(bits.LeadingZeros32(uint32(from^to))), length)
	cells := max(leastCells4, min(bits.Len(uint(len(ws)))-cellShare4, 32-int(common)))
	c := stretches4{
		base: uint32(from), common: common,
		first: make([]uint32, 1<<cells+1), shift: 32 - uint(cells),
		stretches: make([]uint64, 0, 2*len(ws)+1),
	}
	n.around = make([]int32, len(ws))

	// An open prefix, the outermost of which is no prefix.
	type open struct {
		addr, last uint32
		owner      uint64
		k          int32
	}
	stack, depth := [1 + 33]open{{0, ^uint32(0), nobody4, -1}}, 0
	begun := c.begin(0, nobody4, ^uint32(0))
	for k := range ws {
		addr, length, index := fields(s, &ws[k])
		at, owner := uint32(addr)<<common, uint64(ownerOf(length, index))
		top := &stack[depth]
		for top.last < at {
			end := top.last + 1
			depth--
			top = &stack[depth]
			begun = c.begin(end, top.owner, begun)
		}
		if top.addr == at && top.owner>>ownerBits == uint64(length) {
			n.around[k] = n.around[top.k] // an equal one
			continue
		}
		n.around[k] = top.k
		depth++
		last := uint32(s.last(addr, length))<<common | (1<<common - 1)
		stack[depth] = open{at, last, owner, int32(k)}
		begun = c.begin(at, owner, begun)
	}
	for ; depth > 0; depth-- {
		if end := stack[depth].last + 1; end != 0 {
			begun = c.begin(end, stack[depth-1].owner, begun)
		}
	}
	for t := range len(c.first) - 1 {
		c.first[t+1] += c.first[t]
	}
	c.stretches = fit(c.stretches)
	return c
}

// begin starts a stretch. If one has begun there, it is empty, and replaced.
func (c *stretches4) begin(at uint32, owner uint64, begun uint32) uint32 {
	s := uint64(at)<<ownerBits4 | owner // bits that tell the cell fall off
	if at == begun {
		c.stretches[len(c.stretches)-1] = s
	} else {
		c.stretches = append(c.stretches, s)
		c.first[at>>c.shift+1]++
	}
	return at
}

// find returns the owner of address a.
func (c *stretches4) find(a uint32) owner {
	if len(c.stretches) == 0 || (a^c.base)>>(32-c.common) != 0 {
		return nobody
	}
	at := a << c.common
	t := at >> c.shift
	// It is the last stretch that begins in the cell and not behind the
	// address, or the last before the cell.
	first := c.first[t : t+2]
	i, n := int(first[0])-1, int(first[1]-first[0])+1
	for limit := uint64(at)<<ownerBits4 | nobody4; n > 1; {
		half := n / 2
		i += half & -notGreater(c.stretches[i+half], limit)
		n -= half
	}
	o := c.stretches[i] & nobody4
	if o == nobody4 {
		return nobody
	}
	return owner(o)
}
