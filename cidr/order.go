package cidr

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"net/netip"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// run is prefixes of one family in address order, each with its index, the
// place that it had among the arguments.
//
// Prefixes are stored in as few words as will do: in most cases only a part of
// the address differs at all. Words sort faster than anything else, and the
// garbage collector does not look into them.
type run struct {
	family Family
	base   u128.Uint // the bits that all addresses have in common
	place  uint      // where the others begin, counted from the low end of 128
	part   uint64    // as many ones as there are others

	// One of these has the prefixes, by how many words those need. The length
	// stands above the index, in one word or in the last of several.
	one   [][1]uint64 // the bits that differ, the length, the index
	two   [][2]uint64 // the bits that differ; the length and the index
	three [][3]uint64 // the address; the length and the index

	indexBits uint // how many low bits of one are the index
}

const (
	// lengthBits is the room for a prefix length.
	lengthBits = 8
	// lengthPlace is where the length stands in the last of several words.
	lengthPlace = 64 - lengthBits
)

// inOrder returns the IPv4 and the IPv6 prefixes of ps in address order, equal
// ones by index. An invalid or IPv4-mapped prefix is an error. Without indices
// they are all 0.
func inOrder(op string, ps []netip.Prefix, indices bool) (v4, v6 run, err error) {
	factor, indexBits := 0, uint(0)
	if indices {
		factor, indexBits = 1, uint(bits.Len(uint(len(ps))))
	}
	v4, v6 = run{family: IPv4, indexBits: indexBits}, run{family: IPv6, indexBits: indexBits}
	// IPv4 addresses are short enough as they are. Of the IPv6 ones the first
	// pass learns what they have in common.
	var common commonBits
	for i := 0; i < len(ps); {
		switch a := ps[i].Addr(); {
		case !ps[i].IsValid() || a.Is4In6():
			return run{}, run{}, check(fmt.Sprintf("%s: prefix %d", op, i), ps[i])
		case a.Is4():
			if v4.len() == 0 {
				v4.open(u128.Uint{}, mask(32), len(ps)-i)
			}
			i = v4.take4(ps, i, factor)
		default:
			i = common.take(ps, i)
		}
	}
	v4.sort()
	if common.n == 0 {
		return v4, v6, nil
	}
	v6.open(common.first, common.differ, common.n)
	for i := range ps {
		if p := &ps[i]; !p.Addr().Is4() {
			v6.add(maskedNumber(p.Addr(), p.Bits()), p.Bits(), i*factor)
		}
	}
	v6.sort()
	return v4, v6, nil
}

// take4 appends the IPv4 prefixes of ps from i on, up to one that is none, and
// returns where that stands.
func (r *run) take4(ps []netip.Prefix, i, factor int) int {
	for ; i < len(ps); i++ {
		p := &ps[i]
		if !p.Addr().Is4() || !p.IsValid() {
			break
		}
		r.add4(p.Addr().As4(), p.Bits(), i*factor)
	}
	return i
}

// commonBits finds out what addresses have in common.
type commonBits struct {
	n             int
	first, differ u128.Uint
}

func (c *commonBits) add(addr u128.Uint) {
	if c.n == 0 {
		c.first = addr
	}
	c.n++
	c.differ.Hi |= addr.Hi ^ c.first.Hi
	c.differ.Lo |= addr.Lo ^ c.first.Lo
}

// take adds the IPv6 prefixes of ps from i on, up to one that is none, and
// returns where that stands.
func (c *commonBits) take(ps []netip.Prefix, i int) int {
	d := *c
	for ; i < len(ps); i++ {
		p := &ps[i]
		if a := p.Addr(); a.Is4() || a.Is4In6() || !p.IsValid() {
			break
		}
		d.add(maskedNumber(p.Addr(), p.Bits()))
	}
	*c = d
	return i
}

// maskedNumber returns the network address of an IPv6 prefix.
func maskedNumber(a netip.Addr, length int) u128.Uint {
	// The bytes of a slice are read as they were written, in two words. An
	// array would be copied as one of twice the width in between, for which a
	// processor waits until both words have reached the cache.
	b := a.AsSlice()
	return u128.Uint{
		Hi: binary.BigEndian.Uint64(b[:8]) &^ (^uint64(0) >> uint(length)),
		Lo: binary.BigEndian.Uint64(b[8:16]) & (^uint64(0) << uint(128-length)),
	}
}

// open makes room for n prefixes, of which first is one address, and that
// differ from it in some of the bits of differ.
func (r *run) open(first, differ u128.Uint, n int) {
	place, width, words := shape(differ, r.indexBits)
	r.place = place
	switch words {
	case 1:
		r.one = make([][1]uint64, 0, n)
	case 2:
		r.two = make([][2]uint64, 0, n)
	default:
		r.three = make([][3]uint64, 0, n)
		return
	}
	r.part = ^uint64(0) >> (64 - width)
	r.base = first.And(u128.From64(r.part).Lsh(r.place).Not())
}

// shape returns where the bits of differ begin, how many there are up to the
// highest one, and how many words prefixes need that differ in these.
func shape(differ u128.Uint, indexBits uint) (place, width uint, words int) {
	place = uint(differ.TrailingZeros())
	width = uint(differ.Rsh(place).BitLen())
	switch {
	case width+lengthBits+indexBits <= 64:
		return place, width, 1
	case width <= 64:
		return place, width, 2
	}
	return place, width, 3
}

// words is how many words each prefix has.
func (r *run) words() int {
	switch {
	case r.one != nil:
		return 1
	case r.two != nil:
		return 2
	}
	return 3
}

// add4 appends an IPv4 prefix. Host bits are masked off.
func (r *run) add4(addr [4]byte, length, index int) {
	n := uint64(binary.BigEndian.Uint32(addr[:]) & (^uint32(0) << uint(32-length)))
	if r.one != nil {
		r.one = append(r.one, [1]uint64{(n<<lengthBits|uint64(length))<<(r.indexBits&63) | uint64(index)})
	} else {
		r.two = append(r.two, [2]uint64{n, uint64(length)<<lengthPlace | uint64(index)})
	}
}

// add appends a prefix with a masked address.
func (r *run) add(addr u128.Uint, length, index int) {
	last := uint64(length)<<lengthPlace | uint64(index)
	switch {
	case r.three != nil:
		r.three = append(r.three, [3]uint64{addr.Hi, addr.Lo, last})
	case r.two != nil:
		r.two = append(r.two, [2]uint64{addr.Rsh(r.place).Lo & r.part, last})
	default:
		n := addr.Rsh(r.place).Lo & r.part
		r.one = append(r.one, [1]uint64{(n<<lengthBits|uint64(length))<<r.indexBits | uint64(index)})
	}
}

// sort puts the prefixes of r in order.
func (r *run) sort() {
	sortWords(r.one)
	sortWords(r.two)
	sortWords(r.three)
}

func (r *run) len() int { return len(r.one) + len(r.two) + len(r.three) }

// at returns the ith prefix in address order, and its index.
func (r *run) at(i int) (b block, index int) {
	switch {
	case r.one != nil:
		w := r.one[i][0]
		k := w >> r.indexBits
		addr := u128.From64(k >> lengthBits).Lsh(r.place).Or(r.base)
		return block{addr, uint8(k), r.family}, int(w & (1<<r.indexBits - 1))
	case r.two != nil:
		w := &r.two[i]
		addr := u128.From64(w[0]).Lsh(r.place).Or(r.base)
		return block{addr, uint8(w[1] >> lengthPlace), r.family}, int(w[1] & (1<<lengthPlace - 1))
	}
	return r.atThree(&r.three[i])
}

func (r *run) atThree(w *[3]uint64) (b block, index int) {
	return block{u128.Uint{Hi: w[0], Lo: w[1]}, uint8(w[2] >> lengthPlace), r.family}, int(w[2] & (1<<lengthPlace - 1))
}

// spans tells what prefixes of one or two words cover.
type spans struct {
	indexBits uint
	top       uint // the length of a prefix that covers one step of the bits that differ
}

func (r *run) spans() spans { return spans{r.indexBits, 128 - r.place} }

// fields returns the address of a prefix as the bits of it that differ, its
// length and its index.
func fields[W words](s spans, w *W) (addr uint64, length uint, index int) {
	if len(*w) == 1 {
		k := (*w)[0] >> (s.indexBits & 63)
		return k >> lengthBits, uint(uint8(k)), int((*w)[0] &^ (k << (s.indexBits & 63)))
	}
	last := (*w)[len(*w)-1]
	return (*w)[0], uint(last >> lengthPlace), int(last & (1<<lengthPlace - 1))
}

// last returns the last address that a prefix covers. Of two prefixes in order
// the first covers the second if that one's address is not behind it.
func (s spans) last(addr uint64, length uint) uint64 {
	return addr | (1<<(s.top-min(length, s.top)) - 1)
}

// unit is the distance between neighbouring networks of a length, as far as
// there can be several.
func (s spans) unit(length uint) uint64 { return 1 << (s.top - length) }

// setFields is the inverse of fields, for an index of 0.
func setFields[W words](s spans, w *W, addr uint64, length uint) {
	if len(*w) == 1 {
		(*w)[0] = (addr<<lengthBits | uint64(length)) << (s.indexBits & 63)
		return
	}
	(*w)[0], (*w)[len(*w)-1] = addr, uint64(length)<<lengthPlace
}
