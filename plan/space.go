package plan

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// openPool is the space of one pool while it is filled: ranges that were taken
// from it are in use, with their headroom; all else that is not free, such as
// reservations and pins, is excluded.
type openPool struct {
	spec *PoolSpec
	free *cidr.Pool
	lent bool // free is another plan's as well; see change
	ban  ban
}

// openPools returns the pools of a normal spec with what wants have already
// taken from them. bans are those of the spec's pools.
func openPools(s *Spec, bans []ban, ws []want) ([]openPool, error) {
	var taken, held []netip.Prefix
	for i := range ws {
		switch w := &ws[i]; {
		case !w.got.IsValid():
		case w.pinned || w.pool < 0:
			taken = append(taken, w.got)
		default:
			held = append(held, w.held())
		}
	}
	return s.open(bans, taken, held)
}

// open returns the pools of a normal spec with what is taken from them, by
// pins and from outside of all pools, and what is held, from their own space.
func (s *Spec) open(bans []ban, taken, held []netip.Prefix) ([]openPool, error) {
	taken, held = cidr.Aggregate(append(s.taken(), taken...)), outermost(held)
	pools := make([]openPool, len(s.Pools))
	for i := range s.Pools {
		free, err := cidr.NewPool(s.Pools[i].Prefixes...)
		if err != nil {
			return nil, fmt.Errorf("plan: pool %q: %w", s.Pools[i].Name, err)
		}
		pools[i] = openPool{spec: &s.Pools[i], free: free, ban: bans[i]}
		if err := pools[i].exclude(taken); err != nil {
			return nil, err
		}
		if err := pools[i].excludeBan(held); err != nil {
			return nil, err
		}
		for _, q := range s.Pools[i].Prefixes {
			for _, p := range overlapping(held, q) {
				if err := pools[i].claim(p, taken); err != nil {
					return nil, err
				}
			}
		}
	}
	return pools, nil
}

// claim takes a range into use. Of one that overlaps what is taken, as an
// adopted plan may have it, the rest is excluded.
func (o *openPool) claim(p netip.Prefix, taken []netip.Prefix) error {
	err := o.free.Claim(p)
	if err == nil {
		return nil
	}
	var conflict *cidr.ConflictError
	if !errors.As(err, &conflict) {
		return err
	}
	whole, err := cidr.SetOf(p)
	if err != nil {
		return err
	}
	gone, err := cidr.SetOf(overlapping(taken, p)...)
	if err != nil {
		return err
	}
	for q := range whole.Subtract(gone).Prefixes() {
		if err := o.free.Exclude(q); err != nil {
			return fmt.Errorf("plan: pool %q: %w", o.spec.Name, err)
		}
	}
	return nil
}

// outermost returns ps by address, without those inside of others: clusters
// may share a range, and have parts of it of different sizes.
func outermost(ps []netip.Prefix) []netip.Prefix {
	sortPrefixes(ps)
	kept := ps[:0]
	for _, p := range ps {
		if n := len(kept); n == 0 || !kept[n-1].Contains(p.Addr()) {
			kept = append(kept, p)
		}
	}
	return kept
}

// exclude takes those of ps that lie in the pool out of its free space. ps are
// sorted by address and disjoint.
func (o *openPool) exclude(ps []netip.Prefix) error {
	for _, q := range o.spec.Prefixes {
		for _, p := range overlapping(ps, q) {
			if err := o.free.Exclude(p); err != nil {
				return fmt.Errorf("plan: pool %q: %w", o.spec.Name, err)
			}
		}
	}
	return nil
}

// overlapping returns those of ps that share addresses with q. ps are sorted
// by address and disjoint.
func overlapping(ps []netip.Prefix, q netip.Prefix) []netip.Prefix {
	first, _ := slices.BinarySearchFunc(ps, q.Addr(), func(p netip.Prefix, a netip.Addr) int { return p.Addr().Compare(a) })
	if first > 0 && ps[first-1].Overlaps(q) {
		first-- // it starts before q and reaches into it
	}
	// Those that start inside of q follow each other.
	end := cidr.Last(q)
	n, found := slices.BinarySearchFunc(ps[first:], end, func(p netip.Prefix, a netip.Addr) int { return p.Addr().Compare(a) })
	if found {
		n++
	}
	return ps[first : first+n]
}

// roomIn returns what is free in each pool, for one family.
func roomIn(pools []openPool, f cidr.Family) room {
	m := room{make([]*holes, len(pools)), make([]int, len(pools))}
	for i, pool := range pools {
		m.free[i], m.headroom[i] = holesOf(pool.free, f), pool.spec.Headroom
	}
	return m
}
