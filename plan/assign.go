package plan

import (
	"cmp"
	"slices"
)

// request is one range to place: its length, and the set of pools that it may
// come from, as its number in a demand.
type request struct {
	bits int
	set  int32
}

// demand is what has to be placed, and the pools to place it in.
type demand struct {
	requests []request
	sets     [][]int // indices of pools, ascending; requests that may use the same pools may have different numbers
	room     room
}

// room is pools that are filled: what is free in each, and how many bits
// shorter than a range its place must be, so that it can grow.
type room struct {
	free     []*holes
	headroom []int
}

func (m room) clone() room {
	free := make([]*holes, len(m.free))
	for i, h := range m.free {
		copied := *h
		free[i] = &copied
	}
	return room{free, m.headroom}
}

// take removes the place of a /bits from pool p.
func (m room) take(p, bits int) bool { return m.free[p].take(bits - m.headroom[p]) }

// best returns the pool of a set with the longest free block that holds a
// /bits, the first of equals, and −1 for none.
func (m room) best(set []int, bits int) int {
	pool, longest := -1, -1
	for _, p := range set {
		if b := m.free[p].best(bits - m.headroom[p]); b > longest {
			pool, longest = p, b
		}
	}
	return pool
}

// searchSteps bounds the search of [demand.assign]: about 0.1 s.
const searchSteps = 200_000

// assign chooses a pool for every request so that each pool's holes suffice.
// It returns the pools, or −1 for what found no place, and reports whether a
// failure is proof that there is no way.
//
// Within a pool best fit is never wrong (see [holes]), so only the choice of
// the pool is open. Where the sets of eligible pools nest, serving the smaller
// sets first and each request by best fit over its pools is never wrong
// either: an inner set's requests have nowhere else to go, and leave as much
// as possible to the outer ones. Else the choice is searched, with a bound,
// unless some of the pools are too small for those who depend on them.
func (d *demand) assign() (pools []int32, proven bool) {
	order := d.order()
	pools = make([]int32, len(d.requests))
	failed := false
	rest := d.room.clone()
	for _, i := range order {
		r := d.requests[i]
		p := rest.best(d.sets[r.set], r.bits)
		if pools[i] = int32(p); p < 0 {
			failed = true
			continue
		}
		rest.take(p, r.bits)
	}
	if !failed {
		return pools, true
	}
	sets := d.used()
	if nested(sets) && d.evenHeadroom(sets) || d.impossible(sets, order) {
		return pools, true
	}
	s := search{d, order, d.room.clone(), make([]int32, len(d.requests)), searchSteps}
	if s.from(0) {
		return s.pools, true
	}
	return pools, s.steps > 0
}

// order returns the requests with fewer pools first, of equals the larger.
func (d *demand) order() []int32 {
	// Equal sets get equal ranks, so that equal requests follow each other.
	bySet := upTo(len(d.sets))
	slices.SortStableFunc(bySet, func(i, j int32) int { return compareSets(d.sets[i], d.sets[j]) })
	rank, size := make([]int, len(d.sets)), make([]int, len(d.sets))
	for k := 1; k < len(bySet); k++ {
		a, b := bySet[k-1], bySet[k]
		rank[b], size[b] = rank[a], size[a]
		if compareSets(d.sets[a], d.sets[b]) != 0 {
			rank[b]++
		}
		if len(d.sets[a]) != len(d.sets[b]) {
			size[b]++
		}
	}
	order := upTo(len(d.requests))
	ranks := len(d.sets) + 1
	sortByKey(order, 129*ranks, func(i int32) int { return d.requests[i].bits*ranks + rank[d.requests[i].set] })
	sortByKey(order, len(d.sets)+1, func(i int32) int { return size[d.requests[i].set] })
	return order
}

// used returns the sets of eligible pools of all requests, each once, small ones
// first.
func (d *demand) used() [][]int {
	seen := make([]bool, len(d.sets))
	var sets [][]int
	for _, r := range d.requests {
		if !seen[r.set] {
			seen[r.set] = true
			sets = append(sets, d.sets[r.set])
		}
	}
	slices.SortFunc(sets, compareSets)
	return slices.CompactFunc(sets, slices.Equal[[]int])
}

// compareSets puts the sets with fewer pools first.
func compareSets(a, b []int) int { return cmp.Or(cmp.Compare(len(a), len(b)), slices.Compare(a, b)) }

// nested reports whether of every two sets of eligible pools one contains the
// other, or they have none in common. Small ones come first.
func nested(sets [][]int) bool {
	around := map[int]int{} // the largest set so far that has a pool; all before lie in such
	for i, set := range sets {
		common := map[int]int{}
		for _, p := range set {
			if k, ok := around[p]; ok {
				common[k]++
			}
			around[p] = i
		}
		for k, n := range common {
			if n < len(sets[k]) {
				return false
			}
		}
	}
	return true
}

// evenHeadroom reports whether the pools that one range may come from keep the
// same headroom, so that a range takes as much of each.
func (d *demand) evenHeadroom(sets [][]int) bool {
	for _, set := range sets {
		for _, p := range set {
			if d.room.headroom[p] != d.room.headroom[set[0]] {
				return false
			}
		}
	}
	return true
}

// impossibleSets bounds the work of [demand.impossible]. Without zones and
// regions a set is that of a role, so that there are no more than roles.
const impossibleSets = 8

// impossible reports whether for some union of sets of eligible pools, those
// who have to be placed there do not fit even if each may have any of them:
// proof of a failure that a search may not come to the end of.
func (d *demand) impossible(sets [][]int, order []int32) bool {
	if len(sets) > impossibleSets {
		return false
	}
	for choice := 1; choice < 1<<len(sets); choice++ {
		union := make([]bool, len(d.room.free))
		for i, set := range sets {
			for _, p := range set {
				union[p] = union[p] || choice>>i&1 == 1
			}
		}
		var together holes
		for p, h := range d.room.free {
			for bits, n := range h.n {
				if union[p] {
					together.add(bits, n)
				}
			}
		}
		for _, i := range order {
			r := d.requests[i]
			set := d.sets[r.set]
			inside := !slices.ContainsFunc(set, func(p int) bool { return !union[p] })
			if inside && !together.take(r.bits-d.leastHeadroom(set)) {
				return true
			}
		}
	}
	return false
}

// leastHeadroom is the least that a range which may come from a set of pools
// has beside it; 0 for no pools.
func (d *demand) leastHeadroom(set []int) int {
	if len(set) == 0 {
		return 0
	}
	least := d.room.headroom[set[0]]
	for _, p := range set {
		least = min(least, d.room.headroom[p])
	}
	return least
}

// search tries every distribution of requests over pools, in order, until one
// fits or the steps are used up.
type search struct {
	*demand
	order []int32
	room  room
	pools []int32
	steps int
}

func (s *search) from(at int) bool {
	if at == len(s.order) {
		return true
	}
	i := s.order[at]
	r := s.requests[i]
	least := 0
	if at > 0 {
		// Equal requests are interchangeable: let their pools ascend.
		j := s.order[at-1]
		if q := s.requests[j]; q.bits == r.bits && slices.Equal(s.sets[q.set], s.sets[r.set]) {
			least = int(s.pools[j])
		}
	}
	for _, p := range s.sets[r.set] {
		if p < least {
			continue
		}
		if s.steps--; s.steps <= 0 {
			return false
		}
		before := *s.room.free[p]
		if !s.room.take(p, r.bits) {
			continue
		}
		s.pools[i] = int32(p)
		if s.from(at + 1) {
			return true
		}
		*s.room.free[p] = before
	}
	return false
}
