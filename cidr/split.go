package cidr

import (
	"encoding/binary"
	"iter"
	"math/bits"
	"net/netip"

	"github.com/kubecidr/kubecidr/internal/fault"
	"github.com/kubecidr/kubecidr/internal/u128"
)

// Split returns the subnets of p with the given prefix length, ascending. The
// sequence is lazy and allocates nothing per element: fd00::/8 into /64 starts
// at once. It is [ErrBits] for a length shorter than p's or longer than its
// family's.
func Split(p netip.Prefix, bits int) (iter.Seq[netip.Prefix], error) {
	b, err := divisible("split", p, bits)
	if err != nil {
		return nil, err
	}
	return b.subnets(bits, b.end()), nil
}

// subnets yields the networks of n bits from b's first address on, until one
// ends at end.
func (b block) subnets(n int, end u128.Uint) iter.Seq[netip.Prefix] {
	last := end.And(mask(n))
	if b.family == IPv4 {
		return func(yield func(netip.Prefix) bool) {
			first, last, step := uint32(b.addr.Hi>>32), uint32(last.Hi>>32), uint32(1)<<(32-n)
			var bytes [4]byte
			for a := first; ; a += step {
				binary.BigEndian.PutUint32(bytes[:], a)
				if !yield(netip.PrefixFrom(netip.AddrFrom4(bytes), n)) || a == last {
					return
				}
			}
		}
	}
	return func(yield func(netip.Prefix) bool) {
		c := chunk{next: b.addr, last: last, bits: n, more: true}
		for c.more {
			for i := range c.addrs[:c.fill()] {
				if !yield(netip.PrefixFrom(netip.AddrFrom16(c.addrs[i]), n)) {
					return
				}
			}
		}
	}
}

// A chunk is a few neighbouring IPv6 networks of one length.
//
// AddrFrom16 loads 16 bytes at once. They are stored in two words, for which
// the processor would wait until both have reached the cache: so a few are
// stored before the first is loaded, by a function of its own, which leaves the
// loop that yields them little to keep across its calls.
type chunk struct {
	addrs      [16][16]byte
	next, last u128.Uint
	bits       int
	more       bool // last is still to come
}

// fill goes on to the networks that follow, and returns how many there are.
func (c *chunk) fill() int {
	n := len(c.addrs)
	if left := c.last.Sub(c.next).Rsh(uint(128 - c.bits)); left.Less(u128.From64(uint64(n))) {
		n, c.more = int(left.Lo)+1, false
	}
	a, step := c.next, unit(c.bits)
	for i := range c.addrs[:n] {
		put16(&c.addrs[i], a)
		a = a.Add(step)
	}
	c.next = a
	return n
}

func put16(b *[16]byte, n u128.Uint) {
	binary.BigEndian.PutUint64(b[:8], n.Hi)
	binary.BigEndian.PutUint64(b[8:], n.Lo)
}

// SplitN tiles p with exactly n blocks, ascending and as equal as powers of
// two allow: with 2^k ≤ n < 2^(k+1), the 2^(k+1)−n larger ones (k bits longer
// than p) come first, the smaller ones (k+1 bits longer) after them. It is
// [ErrOutOfRange] for n = 0 and for more blocks than p has addresses.
func SplitN(p netip.Prefix, n uint64) (iter.Seq[netip.Prefix], error) {
	if err := check("split", p); err != nil {
		return nil, err
	}
	b := blockOf(p)
	if size, ok := pow2(b.hostBits()); n == 0 || ok && n > size {
		return nil, fault.New(ErrOutOfRange, "cidr: split %v into %d blocks: want a number from 1 to its %v addresses", b.prefix(), n, NumAddrsBig(p))
	}
	k := bits.Len64(n) - 1
	large := int(b.bits) + k
	// 2^(k+1)−n; for k = 63 the power wraps to 0 and the difference is right.
	numLarge := uint64(2)<<k - n
	border := b.addr.Add(u128.From64(numLarge).Lsh(uint(128 - large)))
	return func(yield func(netip.Prefix) bool) {
		for q := range b.subnets(large, border.Sub(u128.From64(1))) {
			if !yield(q) {
				return
			}
		}
		if numLarge == n {
			return
		}
		rest := block{border, b.bits, b.family}
		for q := range rest.subnets(large+1, b.end()) {
			if !yield(q) {
				return
			}
		}
	}, nil
}
