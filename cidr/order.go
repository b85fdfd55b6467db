package cidr

import (
	"cmp"
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
	one   []uint64    // the bits that differ, the length, the index
	two   [][2]uint64 // the bits that differ; the length and the index
	three [][3]uint64 // the address; the length and the index

	indexBits uint // how many low bits of one are the index
	diff      [3]uint64
	unordered bool // something was added that is less than what was before
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
	var first, differ u128.Uint
	n6 := 0
	for i := range ps {
		p := &ps[i]
		switch a := p.Addr(); {
		case !p.IsValid() || a.Is4In6():
			return run{}, run{}, check(fmt.Sprintf("%s: prefix %d", op, i), *p)
		case a.Is4():
			if v4.len() == 0 {
				v4.open(u128.Uint{}, mask(32), len(ps)-i)
			}
			v4.add4(a.As4(), p.Bits(), i*factor)
		default:
			b := blockOf(*p)
			if n6++; n6 == 1 {
				first = b.addr
			}
			differ = differ.Or(b.addr.Xor(first))
		}
	}
	v4.sort()
	if n6 == 0 {
		return v4, v6, nil
	}
	v6.open(first, differ, n6)
	for i := range ps {
		if p := &ps[i]; !p.Addr().Is4() {
			v6.add(blockOf(*p), i*factor)
		}
	}
	v6.sort()
	return v4, v6, nil
}

// open makes room for n prefixes, of which first is one address, and that
// differ from it in some of the bits of differ.
func (r *run) open(first, differ u128.Uint, n int) {
	r.place = uint(differ.TrailingZeros())
	width := uint(differ.Rsh(r.place).BitLen())
	switch {
	case width+lengthBits+r.indexBits <= 64:
		r.one = make([]uint64, 0, n)
	case width <= 64:
		r.two = make([][2]uint64, 0, n)
	default:
		r.three = make([][3]uint64, 0, n)
		return
	}
	r.part = ^uint64(0) >> (64 - width)
	r.base = first.And(u128.From64(r.part).Lsh(r.place).Not())
}

// add4 is add of an IPv4 prefix.
func (r *run) add4(addr [4]byte, length, index int) {
	n := uint64(binary.BigEndian.Uint32(addr[:]) & (^uint32(0) << (32 - length)))
	if r.one == nil {
		r.addPair(n, uint64(length)<<lengthPlace|uint64(index))
		return
	}
	r.addWord((n<<lengthBits|uint64(length))<<r.indexBits | uint64(index))
}

// add appends a prefix.
func (r *run) add(b block, index int) {
	last := uint64(b.bits)<<lengthPlace | uint64(index)
	switch {
	case r.one != nil:
		n := b.addr.Rsh(r.place).Lo & r.part
		r.addWord((n<<lengthBits|uint64(b.bits))<<r.indexBits | uint64(index))
	case r.two != nil:
		r.addPair(b.addr.Rsh(r.place).Lo&r.part, last)
	default:
		w := [3]uint64{b.addr.Hi, b.addr.Lo, last}
		if n := len(r.three); n > 0 {
			r.unordered = r.unordered || compareTriples(w, r.three[n-1]) < 0
			for i := range w {
				r.diff[i] |= w[i] ^ r.three[0][i]
			}
		}
		r.three = append(r.three, w)
	}
}

func (r *run) addWord(w uint64) {
	if n := len(r.one); n > 0 {
		r.unordered = r.unordered || w < r.one[n-1]
		r.diff[0] |= w ^ r.one[0]
	}
	r.one = append(r.one, w)
}

func (r *run) addPair(addr, last uint64) {
	w := [2]uint64{addr, last}
	if n := len(r.two); n > 0 {
		r.unordered = r.unordered || comparePairs(w, r.two[n-1]) < 0
		r.diff[0] |= addr ^ r.two[0][0]
		r.diff[1] |= last ^ r.two[0][1]
	}
	r.two = append(r.two, w)
}

// sort puts the prefixes of r in order: by address, by radix; and then those
// with the same address by length, which are few in most cases.
func (r *run) sort() {
	switch {
	case !r.unordered:
	case r.one != nil:
		address := r.indexBits + lengthBits
		r.one = sortWords(r.one, r.diff[0]>>address<<address)
		sortEqual(r.one, func(a, b uint64) bool { return a>>address == b>>address }, cmp.Compare[uint64])
	case r.two != nil:
		r.two = sortPairs(r.two, r.diff[0])
		sortEqual(r.two, func(a, b [2]uint64) bool { return a[0] == b[0] }, comparePairs)
	default:
		r.three = sortTriples(r.three, r.diff[0], r.diff[1])
		sortEqual(r.three, func(a, b [3]uint64) bool { return a[0] == b[0] && a[1] == b[1] }, compareTriples)
	}
}

func (r *run) len() int { return len(r.one) + len(r.two) + len(r.three) }

// at returns the ith prefix in address order, and its index.
func (r *run) at(i int) (b block, index int) {
	switch {
	case r.one != nil:
		w := r.one[i]
		k := w >> r.indexBits
		addr := u128.From64(k >> lengthBits).Lsh(r.place).Or(r.base)
		return block{addr, uint8(k), r.family}, int(w & (1<<r.indexBits - 1))
	case r.two != nil:
		w := &r.two[i]
		addr := u128.From64(w[0]).Lsh(r.place).Or(r.base)
		return block{addr, uint8(w[1] >> lengthPlace), r.family}, int(w[1] & (1<<lengthPlace - 1))
	}
	w := &r.three[i]
	return block{u128.Uint{Hi: w[0], Lo: w[1]}, uint8(w[2] >> lengthPlace), r.family}, int(w[2] & (1<<lengthPlace - 1))
}

// word returns the address of the ith prefix as the bits of it that differ, the
// last address that it covers, and its index. It is only for prefixes of one
// or two words; of two such prefixes the first covers the second if that one's
// address is not behind the first one's last.
func (r *run) word(i int) (addr, last uint64, index int) {
	var length int
	if r.one != nil {
		w := r.one[i]
		k := w >> r.indexBits
		addr, length, index = k>>lengthBits, int(k&(1<<lengthBits-1)), int(w&(1<<r.indexBits-1))
	} else {
		w := &r.two[i]
		addr, length, index = w[0], int(w[1]>>lengthPlace), int(w[1]&(1<<lengthPlace-1))
	}
	hosts := uint(max(0, 128-int(r.place)-length)) // bits that the prefix leaves open
	return addr, addr | (1<<hosts - 1), index
}

// keep shortens r to its first n prefixes.
func (r *run) keep(n int) {
	r.one, r.two, r.three = r.one[:min(n, len(r.one))], r.two[:min(n, len(r.two))], r.three[:min(n, len(r.three))]
}
