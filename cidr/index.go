package cidr

import (
	"iter"
	"net/netip"
	"slices"
	"sort"
)

// Index answers whose an address is: it finds the most specific of its
// prefixes that covers an address, all that cover a prefix, and all inside
// one. Several entries may have the same prefix; all are kept.
//
// An Index does not change and is safe for concurrent use. The zero Index is
// empty.
type Index[V any] struct {
	v4, v6           cover
	values4, values6 []V // in the order of the prefixes
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
	v4, v6 := c.sorted()
	return &Index[V]{coverOf(v4), coverOf(v6), arranged(values, &v4), arranged(values, &v6)}, nil
}

// arranged returns the values of r's prefixes in their order.
func arranged[V any](values []V, r *run) []V {
	out := make([]V, r.len())
	for k := range out {
		_, i := r.at(k)
		out[k] = values[i]
	}
	return out
}

// Len returns the number of entries.
func (x *Index[V]) Len() int { return len(x.values4) + len(x.values6) }

// All yields every entry in address order, equal prefixes in the order given.
func (x *Index[V]) All() iter.Seq2[netip.Prefix, V] {
	return func(yield func(netip.Prefix, V) bool) {
		if each(&x.v4, x.values4, 0, len(x.values4), yield) {
			each(&x.v6, x.values6, 0, len(x.values6), yield)
		}
	}
}

// each yields the entries from one place to before another, and reports
// whether to go on.
func each[V any](c *cover, values []V, from, to int, yield func(netip.Prefix, V) bool) bool {
	for k := from; k < to; k++ {
		b, _ := c.run.at(k)
		if !yield(b.prefix(), values[k]) {
			return false
		}
	}
	return true
}

// of returns what there is of a family; nothing for no family.
func (x *Index[V]) of(f Family) (*cover, []V) {
	switch f {
	case IPv4:
		return &x.v4, x.values4
	case IPv6:
		return &x.v6, x.values6
	}
	return &cover{}, nil
}

// Lookup returns the most specific entry that covers a, of equal ones the
// first given, and reports whether there is one. An IPv4-mapped address is
// read as IPv4; a zoned or invalid one is in no prefix. It allocates nothing.
func (x *Index[V]) Lookup(a netip.Addr) (p netip.Prefix, v V, ok bool) {
	c, values := x.of(FamilyOfAddr(a))
	if len(values) == 0 || a.Zone() != "" {
		return p, v, false
	}
	in := c.find(numberOf(a.Unmap()))
	if in.k < 0 {
		return p, v, false
	}
	p, _ = a.Unmap().Prefix(int(in.bits)) // the length is one of a's family
	return p, values[in.k], true
}

// Supernets yields every entry that covers p, p itself included, the most
// specific first and equal ones in the order given. For an invalid or
// IPv4-mapped prefix it yields nothing.
func (x *Index[V]) Supernets(p netip.Prefix) iter.Seq2[netip.Prefix, V] {
	return func(yield func(netip.Prefix, V) bool) {
		c, values := x.of(FamilyOf(p))
		if len(values) == 0 {
			return
		}
		inner := blockOf(p)
		for k := c.find(inner.addr).k; k >= 0; k = c.around[k] {
			if b, _ := c.run.at(int(k)); b.covers(inner) && !each(c, values, int(k), c.equals(int(k)), yield) {
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
		c, values := x.of(FamilyOf(p))
		if len(values) == 0 {
			return
		}
		outer := blockOf(p)
		from := sort.Search(len(values), func(k int) bool {
			b, _ := c.run.at(k)
			return compareBlocks(b, outer) >= 0
		})
		to := from + sort.Search(len(values)-from, func(k int) bool {
			b, _ := c.run.at(from + k)
			return !outer.covers(b)
		})
		each(c, values, from, to, yield)
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
