package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// open prepares the pools: all that stays is in use, what was given up is free
// or rests.
func (k *keeper) open() error {
	now := k.options.Now
	for _, q := range k.prev.resting {
		if now.IsZero() {
			return fmt.Errorf("plan: %v rests until %v: %w: set EvolveOptions.Now", q.Prefix, q.Until.Format(time.RFC3339), ErrNow)
		}
		if q.Until.After(now) {
			k.resting = append(k.resting, q)
		}
	}
	expired := len(k.resting) < len(k.prev.resting)
	for _, g := range k.gone {
		if cooldown := k.cooldown(g.got); cooldown > 0 && now.IsZero() {
			return fmt.Errorf("plan: %s %v is given up and rests for %v: %w: set EvolveOptions.Now", g.of, g.got, cooldown, ErrNow)
		}
	}
	bans := k.evolution.spec.bans(k.given.each())
	if !k.direct {
		return k.openAnew(bans)
	}
	before, err := k.prev.space()
	if err != nil {
		return err
	}
	if !slices.EqualFunc(before, bans, func(o openPool, b ban) bool { return o.ban.equal(&b) }) {
		return k.openAnew(bans)
	}
	k.pools = make([]openPool, len(before))
	for i := range before {
		k.pools[i] = openPool{spec: &k.evolution.spec.Pools[i], free: before[i].free, lent: true, ban: bans[i]}
		if expired {
			k.pools[i].change().Reclaim(now)
		}
	}
	for _, g := range k.gone {
		k.rest(g)
		if i := k.poolNumber(g.held); i >= 0 {
			if err := k.pools[i].giveBack(g, k.until(g)); err != nil {
				return fmt.Errorf("plan: %s: %w", g.of, err)
			}
		}
	}
	return nil
}

// openAnew puts the pools together from everything that stays.
func (k *keeper) openAnew(bans []ban) error {
	// Several may have given up a range that they shared, or one inside another.
	slices.SortStableFunc(k.gone, func(a, b gone) int { return comparePrefixes(a.got, b.got) })
	var last netip.Prefix
	for _, g := range k.gone {
		if last.IsValid() && last.Contains(g.got.Addr()) {
			continue
		}
		last = g.got
		k.rest(g)
	}
	var ws []want
	for i := range k.matches {
		if m := &k.matches[i]; m.spec == nil {
			ws = m.prev.appendHeld(ws, k.space)
		}
	}
	ws = append(ws, k.wants...)
	pools, err := openPools(&k.evolution.spec, bans, ws)
	if err != nil {
		return err
	}
	k.pools = pools
	// Who pins a range or reserves it does not wait for it.
	var given []netip.Prefix
	for i := range ws {
		if ws[i].got.IsValid() {
			given = append(given, ws[i].held())
		}
	}
	given = cidr.Aggregate(append(given, k.taken...))
	var rest []Quarantined
	for _, q := range k.resting {
		if len(overlapping(given, q.Prefix)) == 0 {
			rest = append(rest, q)
			continue
		}
		left, err := cidr.SetOf(q.Prefix)
		if err != nil {
			return err
		}
		taken, err := cidr.SetOf(overlapping(given, q.Prefix)...)
		if err != nil {
			return err
		}
		for p := range left.Subtract(taken).Prefixes() {
			rest = append(rest, Quarantined{p, q.Until, q.Of})
		}
	}
	k.resting = rest
	for _, q := range k.resting {
		for i := range k.pools {
			if err := k.pools[i].rest(q); err != nil {
				return fmt.Errorf("plan: %v rests: %w", q.Prefix, err)
			}
		}
	}
	return nil
}

// cooldown returns for how long a range rests: as its pool has it, or, where
// that was cut, the one of those with a part of it that lets it rest the longest.
func (k *keeper) cooldown(p netip.Prefix) Duration {
	if pool := poolOf(k.space, p); pool != nil {
		return pool.Cooldown
	}
	longest := Duration(0)
	i, _ := slices.BinarySearchFunc(k.space, p.Addr(), func(q poolPrefix, a netip.Addr) int { return q.prefix.Addr().Compare(a) })
	for ; i < len(k.space) && p.Contains(k.space[i].prefix.Addr()); i++ {
		longest = max(longest, k.space[i].pool.Cooldown)
	}
	return longest
}

// until is the time until which a range rests; zero if it does not.
func (k *keeper) until(g gone) time.Time {
	if d := k.cooldown(g.got); d > 0 {
		return k.options.Now.Add(time.Duration(d)).UTC()
	}
	return time.Time{}
}

// rest lists a range that was given up, if it rests. One that others still
// have, since it was shared, does not.
func (k *keeper) rest(g gone) {
	if until := k.until(g); !until.IsZero() {
		k.resting = append(k.resting, Quarantined{g.got, until, g.of})
	}
}

// change returns the pool's free space to be changed, which is a copy where
// another plan has the same.
func (o *openPool) change() *cidr.Pool {
	if o.lent {
		o.free, o.lent = o.free.Clone(), false
	}
	return o.free
}

// giveBack makes a range free again with its headroom, or lets it rest.
func (o *openPool) giveBack(g gone, until time.Time) error {
	if err := o.change().Release(g.held); err != nil {
		return err
	}
	for _, p := range overlapping(o.ban.space, g.held) {
		if err := o.free.Exclude(clip(p, g.held)); err != nil {
			return err
		}
	}
	if until.IsZero() {
		return nil
	}
	return o.rest(Quarantined{Prefix: g.got, Until: until})
}

// appendHeld lists the ranges of a cluster as wants that have their place.
func (c *Cluster) appendHeld(ws []want, space []poolPrefix) []want {
	for i := range c.blocks {
		ws = appendHeld(ws, &c.blocks[i], c.pinOf(&c.blocks[i]), space)
	}
	return ws
}

func appendHeld(ws []want, b *Block, pin dualstack.Pair, space []poolPrefix) []want {
	for p := range b.Range.All() {
		f := cidr.FamilyOf(p)
		w := want{pool: -1, shares: -1, family: f, bits: int16(p.Bits()), got: p, headroom: headroomOf(p, b.Room.Of(f)), pinned: pin.Of(f).IsValid(), kept: true}
		if poolOf(space, w.held()) != nil {
			w.pool = 0 // some
		}
		ws = append(ws, w)
	}
	return ws
}
