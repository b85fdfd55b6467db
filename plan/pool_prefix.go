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
		for _, p := range s.Pools[i].Prefixes {
			space = append(space, poolPrefix{p, &s.Pools[i]})
		}
	}
	slices.SortFunc(space, func(a, b poolPrefix) int { return a.prefix.Addr().Compare(b.prefix.Addr()) })
	return space
}

// poolOf returns the pool that all of p lies in, nil for none.
func poolOf(space []poolPrefix, p netip.Prefix) *PoolSpec {
	i, found := slices.BinarySearchFunc(space, p.Addr(), func(q poolPrefix, a netip.Addr) int { return q.prefix.Addr().Compare(a) })
	if !found {
		i--
	}
	if i < 0 || space[i].prefix.Bits() > p.Bits() || !space[i].prefix.Contains(p.Addr()) {
		return nil
	}
	return space[i].pool
}
