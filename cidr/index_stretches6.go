package cidr

import (
	"math/bits"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// stretches6 finds the owner of an IPv6 address.
type stretches6 struct {
	// All prefixes lie in this network, and addresses are read without it, the
	// bits that follow at the high end.
	base   u128.Uint
	common uint

	// A table divides the high words of addresses into cells: first[t] is how
	// many stretches begin before the tth.
	first []uint32
	shift uint // what is above tells the cell of an address

	// A stretch goes to where the next one begins.
	stretches []stretch6
	lo        []uint64 // the low words of where stretches begin; nil if all are 0
}

type stretch6 struct {
	hi    uint64
	owner owner
}

// cellShare6 is the logarithm of the number of prefixes for each cell.
const cellShare6 = 2

// newStretches6 also notes what lies in what. It goes over the prefixes with a
// stack of those around the current address.
func newStretches6(n *nest) stretches6 {
	count := n.run.len()
	if count == 0 {
		return stretches6{}
	}
	from, _ := n.run.at(0)
	to, _ := n.run.at(count - 1)
	// A prefix as short as what addresses have in common would be the first.
	common := min(uint(from.addr.Xor(to.addr).LeadingZeros()), uint(from.bits), 127)
	c := stretches6{base: from.addr.And(mask(int(common))), common: common, stretches: make([]stretch6, 0, 2*count+1)}
	n.around = make([]int32, count)

	// An open prefix, the outermost of which is no prefix.
	type open struct {
		addr, last u128.Uint
		owner      owner
		k          int32
	}
	stack, depth := [1 + 129]open{{last: u128.Max(), owner: nobody, k: -1}}, 0
	c.begin(u128.Uint{}, nobody)
	for k := range count {
		b, index := n.run.at(k)
		at, owner := b.addr.Lsh(common), ownerOf(uint(b.bits), index)
		top := &stack[depth]
		for top.last.Less(at) {
			end := top.last.Add(u128.From64(1))
			depth--
			top = &stack[depth]
			c.begin(end, top.owner)
		}
		n.around[k] = top.k
		if top.k >= 0 && top.addr == at && top.owner.length() == int(b.bits) {
			continue // an equal one
		}
		depth++
		stack[depth] = open{at, at.Or(mask(int(b.bits) - int(common)).Not()), owner, int32(k)}
		c.begin(at, owner)
	}
	for ; depth > 0; depth-- {
		if end := stack[depth].last.Add(u128.From64(1)); !end.IsZero() {
			c.begin(end, stack[depth-1].owner)
		}
	}
	c.stretches, c.lo = fit(c.stretches), fit(c.lo)
	c.tabulate(count)
	return c
}

// begin starts a stretch. If one has begun there, it is empty, and replaced.
func (c *stretches6) begin(at u128.Uint, o owner) {
	n := len(c.stretches)
	if at.Lo != 0 && c.lo == nil {
		c.lo = make([]uint64, n, cap(c.stretches))
	}
	if n > 0 && c.stretches[n-1].hi == at.Hi && (c.lo == nil || c.lo[n-1] == at.Lo) {
		c.stretches[n-1].owner = o
		return
	}
	c.stretches = append(c.stretches, stretch6{at.Hi, o})
	if c.lo != nil {
		c.lo = append(c.lo, at.Lo)
	}
}

// tabulate makes the table for a number of prefixes.
func (c *stretches6) tabulate(count int) {
	cells := max(1, bits.Len(uint(count))-cellShare6)
	c.first, c.shift = make([]uint32, 1<<cells+1), 64-uint(cells)
	for _, s := range c.stretches {
		c.first[s.hi>>c.shift+1]++
	}
	for t := range len(c.first) - 1 {
		c.first[t+1] += c.first[t]
	}
}

// find returns the owner of address a.
func (c *stretches6) find(a u128.Uint) owner {
	if len(c.stretches) == 0 {
		return nobody
	}
	hi, lo := a.Hi^c.base.Hi, a.Lo^c.base.Lo
	if c.common >= 64 {
		if hi != 0 {
			return nobody
		}
		hi, lo = lo, 0
	}
	common := c.common & 63
	if hi > ^uint64(0)>>common {
		return nobody
	}
	hi, lo = hi<<common|lo>>1>>(63-common), lo<<common
	// It is the last stretch that begins in the cell and not behind the
	// address, or the last before the cell.
	t := hi >> (c.shift & 63)
	i := uint(c.first[t]) - 1
	n := uint(c.first[t+1]) - i
	if c.lo != nil {
		return c.search(hi, lo, i, n)
	}
	for n > 8 {
		i, n = c.halve(hi, i, n)
	}
	// A loop that ends after as many steps as it takes would be mispredicted.
	i, n = c.halve(hi, i, n)
	i, n = c.halve(hi, i, n)
	i, _ = c.halve(hi, i, n)
	return c.stretches[i].owner
}

// halve finds out in which half of n stretches an address is. Doing so once too
// often does no harm.
func (c *stretches6) halve(hi uint64, i, n uint) (uint, uint) {
	half := n / 2
	return i + half&notGreater(c.stretches[i+half].hi, hi), n - half
}

// search is for stretches that begin anywhere.
func (c *stretches6) search(hi, lo uint64, i, n uint) owner {
	for n > 1 {
		half := n / 2
		if h := c.stretches[i+half].hi; h < hi || h == hi && c.lo[i+half] <= lo {
			i += half
		}
		n -= half
	}
	return c.stretches[i].owner
}
