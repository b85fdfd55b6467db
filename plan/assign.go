package plan

import (
	"cmp"
	"slices"
)

// request is one range to place: its length, and the pools that it may come
// from.
type request struct {
	bits     int
	eligible []int // indices of pools, ascending
}

// searchSteps bounds the search of [assign]: about 0.1 s.
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
func assign(requests []request, free []*holes) (pools []int, proven bool) {
	order := make([]int, len(requests))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := requests[i], requests[j]
		return cmp.Or(cmp.Compare(len(a.eligible), len(b.eligible)), cmp.Compare(a.bits, b.bits), slices.Compare(a.eligible, b.eligible))
	})
	pools = make([]int, len(requests))
	failed := false
	rest := clone(free)
	for _, i := range order {
		pools[i] = bestPool(requests[i], rest)
		if pools[i] < 0 {
			failed = true
			continue
		}
		rest[pools[i]].take(requests[i].bits)
	}
	if !failed || nested(requests) || impossible(requests, free) {
		return pools, true
	}
	s := search{requests, order, clone(free), make([]int, len(requests)), searchSteps}
	if s.from(0) {
		return s.pools, true
	}
	return pools, s.steps > 0
}

func clone(free []*holes) []*holes {
	c := make([]*holes, len(free))
	for i, h := range free {
		copied := *h
		c[i] = &copied
	}
	return c
}

// bestPool returns the eligible pool with the longest free block that fits,
// the first of equals, and −1 for none.
func bestPool(r request, free []*holes) int {
	pool, longest := -1, -1
	for _, p := range r.eligible {
		if b := free[p].best(r.bits); b > longest {
			pool, longest = p, b
		}
	}
	return pool
}

// nested reports whether of every two sets of eligible pools one contains the
// other, or they have none in common.
func nested(requests []request) bool {
	sets := eligibleSets(requests)
	for i, a := range sets {
		for _, b := range sets[:i] {
			common := 0
			for _, p := range a {
				if slices.Contains(b, p) {
					common++
				}
			}
			if common > 0 && common < len(a) && common < len(b) {
				return false
			}
		}
	}
	return true
}

// eligibleSets returns every set of eligible pools once.
func eligibleSets(requests []request) [][]int {
	var sets [][]int
	for _, r := range requests {
		if !slices.ContainsFunc(sets, func(s []int) bool { return slices.Equal(s, r.eligible) }) {
			sets = append(sets, r.eligible)
		}
	}
	return sets
}

// impossibleSets bounds the work of [impossible]. A set is that of a role, so
// that there are no more than roles.
const impossibleSets = 8

// impossible reports whether for some union of sets of eligible pools, those
// who have to be placed there do not fit even if each may have any of them:
// proof of a failure that a search may not come to the end of.
func impossible(requests []request, free []*holes) bool {
	sets := eligibleSets(requests)
	if len(sets) > impossibleSets {
		return false
	}
	for choice := 1; choice < 1<<len(sets); choice++ {
		union := make([]bool, len(free))
		for i, set := range sets {
			for _, p := range set {
				union[p] = union[p] || choice>>i&1 == 1
			}
		}
		var together holes
		for p, h := range free {
			for bits, n := range h {
				if union[p] {
					together[bits] += n
				}
			}
		}
		for _, r := range requests {
			inside := !slices.ContainsFunc(r.eligible, func(p int) bool { return !union[p] })
			if inside && !together.take(r.bits) {
				return true
			}
		}
	}
	return false
}

// search tries every distribution of requests over pools, in order, until one
// fits or the steps are used up.
type search struct {
	requests []request
	order    []int
	free     []*holes
	pools    []int
	steps    int
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
		if j := s.order[at-1]; s.requests[j].bits == r.bits && slices.Equal(s.requests[j].eligible, r.eligible) {
			least = s.pools[j]
		}
	}
	for _, p := range r.eligible {
		if p < least {
			continue
		}
		if s.steps--; s.steps <= 0 {
			return false
		}
		before := *s.free[p]
		if !s.free[p].take(r.bits) {
			continue
		}
		s.pools[i] = p
		if s.from(at + 1) {
			return true
		}
		*s.free[p] = before
	}
	return false
}
