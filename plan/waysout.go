package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// waysOutTries bounds how many changes of one kind are tried, and waysOutRanges
// how many ranges are placed for all of a kind: a large fleet gets fewer tries.
// To try a larger pool takes less, since nothing is sized: poolTries as many are.
const (
	waysOutTries  = 8
	waysOutRanges = 1_000_000
	poolTries     = 2
)

// tries is how many changes of one kind are tried.
func (p *placement) tries() int {
	return max(1, min(waysOutTries, waysOutRanges/max(len(p.wants), 1)))
}

// wayOut is a change to a spec and how many unplaced ranges it places.
type wayOut struct {
	change string
	places int
}

// waysOut tries single changes to s and returns those that help, the most
// helpful first; those that help alike in the order in which they come: more
// space, a pool's roles, fewer pods, room to grow, ranges for several clusters,
// then giving up what was promised.
func waysOut(s *Spec, p *placement) []string {
	ways := largerPools(s, p)
	try := func(change func(*Spec), format string, args ...any) {
		changed := s.normal()
		change(&changed)
		if changed.Validate() != nil {
			return // such as fewer pods than the platform takes
		}
		q, err := p.again(&changed)
		if err == nil && len(q.unplaced) < len(p.unplaced) {
			ways = append(ways, wayOut{fmt.Sprintf(format, args...), len(p.unplaced) - len(q.unplaced)})
		}
	}
	p.moreRoles(s, try)
	p.fewerPods(s, try)
	p.lessHeadroom(s, try)
	p.shareServices(s, try)
	p.lessCooldown(s, try)
	inTheWay := p.inTheWay()
	tries, limit := 0, p.tries()
	for i, r := range s.Reserved {
		if tries < limit && inTheWay(r.Prefix) {
			tries++
			try(func(s *Spec) { s.Reserved = slices.Delete(s.Reserved, i, i+1) }, "release the reservation of %v%s", r.Prefix, forReason(r.Reason))
		}
	}
	tries = 0
	for i := range s.Networks {
		if n := &s.Networks[i]; tries < limit && (inTheWay(n.Pin.Primary()) || inTheWay(n.Pin.Secondary())) {
			tries++
			try(func(s *Spec) { s.Networks[i].Pin = dualstack.Pair{} }, "unpin network %q (%v)", n.Name, n.Pin)
		}
	}
	for i := range s.Clusters {
		for r, pin := range sortedPins(s.Clusters[i].Pins) {
			if tries < limit && (inTheWay(pin.Primary()) || inTheWay(pin.Secondary())) {
				tries++
				try(func(s *Spec) { delete(s.Clusters[i].Pins, r) }, "unpin the %s range of cluster %q (%v)", r, s.Clusters[i].Name, pin)
			}
		}
	}
	slices.SortStableFunc(ways, func(a, b wayOut) int { return cmp.Compare(b.places, a.places) })
	lines := make([]string, len(ways))
	for i, w := range ways {
		lines[i] = w.change
		if w.places < len(p.unplaced) {
			lines[i] += fmt.Sprintf(" (places %d of %d)", w.places, len(p.unplaced))
		}
	}
	return lines
}

// moreRoles tries to open pools to a role that none is for.
func (p *placement) moreRoles(s *Spec, try func(func(*Spec), string, ...any)) {
	for _, r := range Roles() {
		if !p.misses(func(w *want) bool { return p.roleOf(w) == r }) ||
			slices.ContainsFunc(s.Pools, func(pool PoolSpec) bool { return pool.usableFor(r) }) {
			continue
		}
		for i := range s.Pools[:min(len(s.Pools), p.tries())] {
			try(func(s *Spec) { s.Pools[i].Roles = append(s.Pools[i].Roles, r) }, "let pool %q be used for %s ranges", s.Pools[i].Name, r)
		}
	}
}

// misses reports whether a want without a place has a property.
func (p *placement) misses(property func(*want) bool) bool {
	return slices.ContainsFunc(p.unplaced, func(i int32) bool { return property(&p.wants[i]) })
}

// inTheWay returns a function that reports whether a range lies in a pool that
// could be used for something that found no place.
func (p *placement) inTheWay() func(netip.Prefix) bool {
	var space []netip.Prefix
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		for k := range p.concerned(f) {
			for _, q := range p.pools[k].spec.Prefixes {
				if cidr.FamilyOf(q) == f {
					space = append(space, q)
				}
			}
		}
	}
	space = cidr.Aggregate(space)
	return func(q netip.Prefix) bool { return q.IsValid() && len(overlapping(space, q)) > 0 }
}

// fewerPods tries node blocks of half the size for clusters of which an IPv4
// range, their pods' or another, found no place.
func (p *placement) fewerPods(s *Spec, try func(func(*Spec), string, ...any)) {
	misses := map[string]bool{}
	for _, i := range p.unplaced {
		if w := &p.wants[i]; w.family == cidr.IPv4 {
			misses[p.blocks[w.block].Cluster] = true
		}
	}
	tries := 0
	for i := range s.Clusters {
		c := &s.Clusters[i]
		if tries == p.tries() || !misses[c.Name] || c.Pins[Pod].V4().IsValid() {
			continue
		}
		tries++
		if n := c.podsOfHalfBlock(); n > 0 {
			try(func(s *Spec) { s.Clusters[i].PodsPerNode = n },
				"lower podsPerNode of cluster %q from %d to %d", c.Name, c.PodsPerNode, n)
		}
	}
}

// lessHeadroom tries to keep no room beside ranges, pool by pool.
func (p *placement) lessHeadroom(s *Spec, try func(func(*Spec), string, ...any)) {
	tries := 0
	v4, v6 := p.concerned(cidr.IPv4), p.concerned(cidr.IPv6)
	for i := range s.Pools {
		pool := &s.Pools[i]
		if pool.Headroom == 0 || tries == p.tries() || !v4[i] && !v6[i] {
			continue
		}
		tries++
		try(func(s *Spec) { s.Pools[i].Headroom = 0 }, "keep no headroom in pool %q (now %d)", pool.Name, pool.Headroom)
	}
}

// shareServices tries to let clusters that no mesh keeps apart have the same
// service range, of which no address leaves a cluster. Pods meet those of other
// clusters sooner or later, so that sharing theirs is not for a library to say.
func (p *placement) shareServices(s *Spec, try func(func(*Spec), string, ...any)) {
	if !slices.Contains(s.Share, Service) && len(s.Clusters) > 1 {
		try(func(s *Spec) { s.Share = append(s.Share, Service) }, "share service ranges between clusters that no mesh joins")
	}
}

// lessCooldown tries to hold back no addresses for clusters of which a range
// found no place.
func (p *placement) lessCooldown(s *Spec, try func(func(*Spec), string, ...any)) {
	misses := map[string]bool{}
	for _, i := range p.unplaced {
		misses[p.blocks[p.wants[i].block].Cluster] = true
	}
	tries := 0
	for i := range s.Clusters {
		c := &s.Clusters[i]
		if misses[c.Name] && !c.Churn.IsZero() && tries < p.tries() {
			tries++
			try(func(s *Spec) { s.Clusters[i].Churn = Churn{} }, "hold back no addresses for churn in cluster %q (now %d a node)", c.Name, c.Churn.Held())
		}
	}
}

// podsOfHalfBlock returns how many pods a node has if its IPv4 block is half as
// large as what PodsPerNode needs.
func (c *ClusterSpec) podsOfHalfBlock() uint64 {
	addrs, err := c.addrsPerNode(cidr.IPv4)
	if err != nil {
		return 0
	}
	mask, err := cidr.BitsFor(cidr.IPv4, addrs)
	if err != nil {
		return 0
	}
	n, err := c.IPAM.PodsIn(netip.PrefixFrom(netip.IPv4Unspecified(), min(mask+1, 32)))
	n -= min(n, c.held())
	if err != nil || n >= c.PodsPerNode {
		return 0
	}
	return n
}

// roleOf is the role of a want's block.
func (p *placement) roleOf(w *want) Role { return p.blocks[w.block].Role }

// largerPools returns for each pool and family the smallest free block with
// which every range that may use the pool finds a place; of many pools, for the
// first.
func largerPools(s *Spec, p *placement) []wayOut {
	fixed := slices.Clone(p.wants)
	for i := range fixed {
		if w := &fixed[i]; !w.pinned && !w.kept {
			w.got, w.headroom, w.pool = netip.Prefix{}, 0, -1
		}
	}
	empty, err := openPools(s, s.bans(s.each()), fixed)
	if err != nil {
		return nil // it was done before
	}
	if p.others != nil && p.others(empty) != nil {
		return nil // nor is that new
	}
	l := *p.layout
	l.wants = fixed
	q := placement{layout: &l, pools: empty}
	var ways []wayOut
	short := map[int32]int{} // how many ranges of each scope
	for _, i := range p.unplaced {
		short[p.wants[i].scope]++
	}
	tries := 0
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		open, free := q.open(f), roomIn(q.pools, f)
		for k, pool := range q.pools {
			places := 0
			for i, n := range short {
				if sc := &p.scopes.all[i]; sc.family == f && sc.mayUse(pool.spec) && slices.Contains(p.scopes.eligibleFor(*sc, k), k) {
					places += n
				}
			}
			if places == 0 || tries == poolTries*p.tries() {
				continue
			}
			tries++
			sets := slices.Clone(p.scopes.eligible)
			for i, sc := range p.scopes.all {
				if sc.mayUse(pool.spec) {
					sets[i] = p.scopes.eligibleFor(sc, k)
				}
			}
			d := q.demand(open, free)
			d.sets = sets
			// More space never hurts, so the lengths that help are those up to
			// some length.
			fits := func(bits int) bool {
				d.room = free.clone()
				d.room.free[k].add(bits, 1)
				pools, _ := d.assign()
				for i, pool := range pools {
					if pool < 0 && slices.Contains(sets[d.requests[i].set], k) {
						return false
					}
				}
				return true
			}
			if longest := lastTrue(f.BitLen(), fits); longest >= 0 {
				ways = append(ways, wayOut{fmt.Sprintf("add a free /%d of %v to pool %q", longest, f, pool.spec.Name), places})
			}
		}
	}
	return ways
}

// lastTrue returns the largest n from 0 to most with ok(n), where ok is true up
// to some number and false beyond; −1 if it is true for none.
func lastTrue(most int, ok func(int) bool) int {
	low, high := -1, most
	for low < high {
		mid := (low + high + 1) / 2
		if ok(mid) {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return low
}
