package cidr

import (
	"math/bits"
	"net/netip"

	"github.com/kubecidr/kubecidr/internal/fault"
	"github.com/kubecidr/kubecidr/internal/u128"
)

// collector puts prefixes in order of which nobody knows how many will come.
// IPv4 prefixes become single words at once, as long as their indices are
// short; IPv6 ones two, as long as they are networks of /64 or larger. At the
// end it shows whether fewer will do.
type collector struct {
	v4, v6 run
	common commonBits // of IPv6 addresses
	n      int
}

// shortIndexBits is the room for an index beside an IPv4 prefix in one word.
const shortIndexBits = 64 - 32 - lengthBits

// add takes a prefix, whose index is how many came before.
func (c *collector) add(p netip.Prefix) error {
	switch a := p.Addr(); {
	case !p.IsValid() || a.Is4In6():
		return check("index", p)
	case c.n == ownerMostIndex+1:
		return fault.New(ErrOverflow, "cidr: index: more than %d entries", c.n)
	case a.Is4():
		if c.v4.len() == 0 || c.v4.one != nil && c.n >= 1<<shortIndexBits {
			c.v4 = c.v4.rewritten(IPv4, u128.Uint{}, mask(32), max(shortIndexBits, uint(bits.Len(uint(c.n)))))
		}
		c.v4.grow()
		c.v4.add4(a.As4(), p.Bits(), c.n)
	default:
		addr := maskedNumber(a, p.Bits())
		// The high words of addresses will do for networks up to /64.
		if c.v6.len() == 0 {
			c.v6 = c.v6.rewritten(IPv6, u128.Uint{}, mask(64), lengthPlace)
		}
		if p.Bits() > 64 && c.v6.two != nil {
			c.v6 = c.v6.rewritten(IPv6, u128.Uint{}, mask(128), lengthPlace)
		}
		c.common.add(addr)
		c.v6.grow()
		c.v6.add(addr, p.Bits(), c.n)
	}
	c.n++
	return nil
}

// sorted returns what was collected in address order.
func (c *collector) sorted() (v4, v6 run) {
	if c.v6.len() > 0 {
		indexBits := uint(bits.Len(uint(c.n)))
		if _, _, n := shape(c.common.differ, indexBits); n < c.v6.words() {
			c.v6 = c.v6.rewritten(IPv6, c.common.first, c.common.differ, indexBits)
		}
	}
	for _, r := range []*run{&c.v4, &c.v6} {
		r.one, r.two, r.three = fit(r.one), fit(r.two), fit(r.three)
		r.sort()
	}
	return c.v4, c.v6
}

// rewritten returns r in the words that suit prefixes which differ from an
// address in some bits; see open.
func (r *run) rewritten(f Family, first, differ u128.Uint, indexBits uint) run {
	q := run{family: f, indexBits: indexBits}
	q.open(first, differ, r.len())
	for i := range r.len() {
		b, index := r.at(i)
		q.add(b.addr, int(b.bits), index)
	}
	return q
}

// grow makes room for one more prefix.
func (r *run) grow() {
	switch {
	case r.one != nil:
		r.one = doubled(r.one)
	case r.two != nil:
		r.two = doubled(r.two)
	default:
		r.three = doubled(r.three)
	}
}
