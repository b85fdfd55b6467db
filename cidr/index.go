package cidr

import (
	"encoding/binary"
	"iter"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// Index answers whose an address is: it finds the most specific of its
// prefixes that covers an address, all that cover a prefix, and all inside
// one. Several entries may have the same prefix; all are kept.
//
// An Index does not change and is safe for concurrent use. The zero Index is
// empty.
type Index[V any] struct {
	nest4, nest6 nest
	v4           cells4
	v6           stretches6
	values       []V // as they were given
}

// NewIndex returns the index of entries. An invalid or IPv4-mapped prefix is
// an error, and [ErrOverflow] one for more than 2^31−1 entries. It takes O(n).
func NewIndex[V any](entries iter.Seq2[netip.Prefix, V]) (*Index[V], error) {
	var values []V
	var c collector
	for p, v := range entries {
		if err := c.add(p); err != nil {
			return nil, err
		}
		values = append(doubled(values), v)
	}
	x := &Index[V]{values: fit(values)}
	x.nest4.run, x.nest6.run = c.sorted()
	x.v4, x.v6 = newCells4(&x.nest4), newStretches6(&x.nest6)
	return x, nil
}

// Len returns the number of entries.
func (x *Index[V]) Len() int { return len(x.values) }

// All yields every entry in address order, equal prefixes in the order given.
func (x *Index[V]) All() iter.Seq2[netip.Prefix, V] {
	return func(yield func(netip.Prefix, V) bool) {
		if x.each(&x.nest4, 0, x.nest4.run.len(), yield) {
			x.each(&x.nest6, 0, x.nest6.run.len(), yield)
		}
	}
}

// each yields the entries from one place to before another, and reports
// whether to go on.
func (x *Index[V]) each(n *nest, from, to int, yield func(netip.Prefix, V) bool) bool {
	for k := from; k < to; k++ {
		b, i := n.run.at(k)
		if !yield(b.prefix(), x.values[i]) {
			return false
		}
	}
	return true
}

// of returns what there is of a family; nothing for no family.
func (x *Index[V]) of(f Family) *nest {
	switch f {
	case IPv4:
		return &x.nest4
	case IPv6:
		return &x.nest6
	}
	return &nest{}
}

// Lookup returns the most specific entry that covers a, of equal ones the
// first given, and reports whether there is one. An IPv4-mapped address is
// read as IPv4; a zoned or invalid one is in no prefix. It allocates nothing.
func (x *Index[V]) Lookup(a netip.Addr) (p netip.Prefix, v V, ok bool) {
	if !a.Is4() {
		if !a.Is4In6() || a.Zone() != "" {
			return x.lookup6(a)
		}
		a = a.Unmap()
	}
	b := a.As4()
	n := binary.BigEndian.Uint32(b[:])
	w := x.v4.find(&x.nest4, n)
	if w == nothing4 {
		if x.nest4.run.two != nil {
			return x.lookupLong(a)
		}
		return p, v, false
	}
	binary.BigEndian.PutUint32(b[:], n&w.mask())
	return netip.PrefixFrom(netip.AddrFrom4(b), w.length()), x.values[w.index()], true
}

// lookupLong is Lookup for IPv4 prefixes that do not fit in a word with their
// indices.
func (x *Index[V]) lookupLong(a netip.Addr) (p netip.Prefix, v V, ok bool) {
	k := x.nest4.innermost(blockOf(netip.PrefixFrom(a, a.BitLen())))
	if k < 0 {
		return p, v, false
	}
	b, i := x.nest4.run.at(k)
	return b.prefix(), x.values[i], true
}

// lookup6 is Lookup for what is not read as IPv4.
func (x *Index[V]) lookup6(a netip.Addr) (p netip.Prefix, v V, ok bool) {
	if !a.IsValid() || a.Zone() != "" {
		return p, v, false
	}
	b := a.AsSlice() // see maskedNumber
	o := x.v6.find(u128.Uint{Hi: binary.BigEndian.Uint64(b[:8]), Lo: binary.BigEndian.Uint64(b[8:16])})
	if o == nobody {
		return p, v, false
	}
	p, _ = a.Prefix(o.length()) // the length is one of IPv6
	return p, x.values[o.index()], true
}

// Supernets yields every entry that covers p, p itself included, the most
// specific first and equal ones in the order given. For an invalid or
// IPv4-mapped prefix it yields nothing.
func (x *Index[V]) Supernets(p netip.Prefix) iter.Seq2[netip.Prefix, V] {
	return func(yield func(netip.Prefix, V) bool) {
		n := x.of(FamilyOf(p))
		if n.run.len() == 0 {
			return
		}
		for k := n.innermost(blockOf(p)); k >= 0; k = int(n.around[k]) {
			if !x.each(n, k, n.equals(k), yield) {
				return
			}
		}
	}
}

// Subnets yields every entry that p covers, p itself included, in address
// order and equal ones in the order given. For an invalid or IPv4-mapped
// prefix it yields nothing. It takes O(log n) and the size of the answer.
func (x *Index[V]) Subnets(p netip.Prefix) iter.Seq2[netip.Prefix, V] {
	return func(yield func(netip.Prefix, V) bool) {
		n := x.of(FamilyOf(p))
		if n.run.len() == 0 {
			return
		}
		outer := blockOf(p)
		from := n.search(func(b block) bool { return compareBlocks(b, outer) >= 0 })
		to := n.search(func(b block) bool { return compareBlocks(b, outer) >= 0 && !outer.covers(b) })
		x.each(n, from, to, yield)
	}
}

// doubled returns s with room for one more element. It doubles where append
// would grow large slices by a quarter and copy them that much more often.
func doubled[T any](s []T) []T {
	if len(s) == cap(s) {
		return slices.Grow(s, max(64, len(s)))
	}
	return s
}
