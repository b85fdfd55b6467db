package plan

import (
	"net/netip"
	"slices"
)

// poolPrefix is one prefix of a pool.
type poolPrefix struct {
	prefix netip.Prefix
	pool   *PoolSpec
}

// space lists the prefixes of all pools of a normal spec by address. They are
// disjoint.
func (s *Spec) space() []poolPrefix {
	var space []poolPrefix
	for i := range s.Pools {
		space = append(space, poolSpace(&s.Pools[i])...)
	}
	slices.SortFunc(space, func(a, b poolPrefix) int { return a.prefix.Addr().Compare(b.prefix.Addr()) })
	return space
}

// poolSpace lists the prefixes of one pool.
func poolSpace(p *PoolSpec) []poolPrefix {
	space := make([]poolPrefix, len(p.Prefixes))
	for i, q := range p.Prefixes {
		space[i] = poolPrefix{q, p}
	}
	return space
}

// poolOf returns the pool that all of p lies in, nil for none.
func poolOf(space []poolPrefix, p netip.Prefix) *PoolSpec {
	if q := prefixOf(space, p); q != nil {
		return q.pool
	}
	return nil
}

// prefixOf returns the prefix of a pool that all of p lies in, nil for none.
func prefixOf(space []poolPrefix, p netip.Prefix) *poolPrefix {
	i, found := slices.BinarySearchFunc(space, p.Addr(), func(q poolPrefix, a netip.Addr) int { return q.prefix.Addr().Compare(a) })
	if !found {
		i--
	}
	if i < 0 || space[i].prefix.Bits() > p.Bits() || !space[i].prefix.Contains(p.Addr()) {
		return nil
	}
	return &space[i]
}

// touches reports whether p shares addresses with some of ps, which are sorted
// by address and disjoint.
func touches(ps []netip.Prefix, p netip.Prefix) bool {
	i, end := 0, len(ps) // what begins before i does so before p, what is from end on does not
	for a := p.Addr(); i < end; {
		if middle := (i + end) / 2; ps[middle].Addr().Less(a) {
			i = middle + 1
		} else {
			end = middle
		}
	}
	return i > 0 && ps[i-1].Overlaps(p) || i < len(ps) && ps[i].Overlaps(p)
}
