package plan

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// placement is what became of a layout.
type placement struct {
	*layout
	pools    []openPool
	unplaced []int32 // indices of wants
	proven   bool
	// serving yields the ranges that stay and are in no want, with their
	// regions; nil if there are none.
	serving iter.Seq2[*Block, string]
	regions map[string]int32 // numbers of regions
	// again is how a changed spec would be placed instead.
	again func(*Spec) (*placement, error)
	// others takes from new pools what is no want and in use or resting there;
	// nil for nothing.
	others func([]openPool) error
}

// placeAll finds a range for every want of a normal spec, or says for which
// there is none.
func placeAll(s *Spec) (*placement, error) {
	l, err := s.layout()
	if err != nil {
		return nil, err
	}
	pools, err := openPools(s, s.bans(s.each()), l.wants)
	if err != nil {
		return nil, err
	}
	p := &placement{layout: l, pools: pools, again: placeAll}
	return p, p.place()
}

// place finds a range for every want that has none.
func (p *placement) place() error {
	exact := p.share(false)
	chosen, found := p.choose()
	if !found && p.scopes.regions && len(p.spec.Share) > 0 {
		// Regions that share take less space.
		exact = p.share(true)
		chosen, found = p.choose()
	}
	p.proven = p.proven && (found || exact)
	for _, c := range chosen {
		if err := p.fillPools(c.open, c.pools); err != nil {
			return err
		}
	}
	p.proven = p.proven && !p.strict()
	return p.shareAlike()
}

// choice is the wants of a family that have no range yet, and for each the pool
// that it comes from, −1 for none.
type choice struct {
	open, pools []int32
}

// choose chooses pools for all that has no range, and reports whether there is
// one for each. It says in p whether a failure is proved.
func (p *placement) choose() (chosen []choice, found bool) {
	p.proven, found = true, true
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		open := p.open(f)
		if len(open) == 0 {
			continue
		}
		d := p.demand(open, roomIn(p.pools, f))
		pools, proven := d.assign()
		chosen = append(chosen, choice{open, pools})
		// One family that cannot be is enough.
		if slices.Contains(pools, -1) {
			p.proven, found = found && proven || !found && (p.proven || proven), false
		}
	}
	return chosen, found
}

// open returns the wants of a family that have no range yet, largest first.
func (p *placement) open(f cidr.Family) []int32 {
	open := make([]int32, 0, len(p.wants))
	for i := range p.wants {
		if w := &p.wants[i]; w.family == f && !w.got.IsValid() && w.shares < 0 {
			open = append(open, int32(i))
		}
	}
	// Those of one length by role.
	sortByKey(open, 129*len(roles), func(i int32) int {
		w := &p.wants[i]
		return int(w.bits)*len(roles) + int(w.role)
	})
	return open
}

func (p *placement) demand(open []int32, m room) demand {
	d := demand{make([]request, len(open)), p.scopes.eligible, m}
	for k, i := range open {
		d.requests[k] = request{int(p.wants[i].bits), p.wants[i].scope}
	}
	return d
}

// fillPools takes a range from its pool for each of open.
func (p *placement) fillPools(open, pools []int32) error {
	byPool := make([][]int32, len(p.pools))
	for k, i := range open {
		if pools[k] < 0 {
			p.unplaced = append(p.unplaced, i)
			continue
		}
		p.wants[i].pool = pools[k]
		byPool[pools[k]] = append(byPool[pools[k]], i)
	}
	for k, wants := range byPool {
		if len(wants) > 0 {
			p.pools[k].change()
		}
		if err := p.fillPool(&p.pools[k], wants); err != nil {
			return err
		}
	}
	return nil
}

// fillPool takes ranges from one pool. They are the largest first, so that
// they fit wherever each goes.
func (p *placement) fillPool(pool *openPool, wants []int32) error {
	if p.scopes.regions && len(wants) > 0 {
		return p.fillRegions(pool, wants)
	}
	fit, _ := pool.spec.Fit.fit()
	for _, i := range wants {
		w := &p.wants[i]
		place, err := pool.free.Alloc(w.family, p.placeBits(pool, i), fit)
		if err != nil {
			return fmt.Errorf("plan: %s: pool %q: %w", p.blocks[w.block].label(), pool.spec.Name, err)
		}
		w.take(place)
	}
	return nil
}

// take gives w the beginning of a place.
func (w *want) take(place netip.Prefix) {
	w.got = netip.PrefixFrom(place.Addr(), int(w.bits))
	w.headroom = headroomOf(w.got, place)
}

// shareAlike gives those that share a place their part of it.
func (p *placement) shareAlike() error {
	for i := range p.wants {
		w := &p.wants[i]
		if w.shares < 0 {
			continue
		}
		first := &p.wants[w.shares]
		if !first.got.IsValid() {
			p.unplaced = append(p.unplaced, int32(i))
			continue
		}
		headroom := int(first.bits) - first.held().Bits()
		place, err := cidr.Subnet(first.held(), int(w.bits)-headroom, w.part)
		if err != nil {
			return fmt.Errorf("plan: %s: %w", p.blocks[w.block].label(), err)
		}
		w.pool = first.pool
		w.take(place)
	}
	slices.Sort(p.unplaced)
	return nil
}
