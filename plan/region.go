package plan

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// together says how the ranges of a region lie in a pool. Routers want them in
// few prefixes, and everything that fits at all has to find a place: a range is
// never lost to its region.
type together uint8

const (
	// alone: each range has a place of its own.
	alone together = iota
	// exactly: in blocks that they fill, one for each binary digit of their
	// size. Ranges are powers of two, and the largest first fill such blocks
	// without a gap.
	exactly
	// whole: in one block, the smallest power of two that holds them.
	whole
)

// filling is a way to fill a pool: a place for each range, and how many routes
// the regions then need.
type filling struct {
	free   *cidr.Pool
	places map[int32]netip.Prefix
	routes int
}

// fillRegions takes ranges from a pool in the way that needs the fewest routes;
// where several do, in one that keeps regions together. wants are the largest
// first, and there is room for all of them.
func (p *placement) fillRegions(pool *openPool, wants []int32) error {
	g := p.groupByRegion(pool, wants)
	least := len(g.names)
	if g.names[0] == "" {
		least--
	}
	ways := slices.DeleteFunc([][]regionPart{g.allWhole(), g.best(), g.mixed(wants)}, func(parts []regionPart) bool { return parts == nil })
	if least < 2 {
		slices.Reverse(ways) // as the pool's fit has it, if that is as good
	}
	others := p.routed(pool, g.family)
	var best *filling
	if p.serving != nil {
		var err error
		if best, err = p.fillNear(pool, g, wants, others); err != nil || best.routes <= least {
			ways = nil
		}
		if err != nil {
			return err
		}
	}
	for _, parts := range ways {
		f, err := p.fillParts(pool, g, parts, others)
		if err != nil {
			return err
		}
		if best == nil || f.routes < best.routes {
			best = f
		}
		if best.routes <= least {
			break
		}
	}
	pool.free = best.free
	for i, place := range best.places {
		p.wants[i].take(place)
	}
	return nil
}

// regionGroups is what is to be taken from a pool, by region.
type regionGroups struct {
	names  []string  // sorted
	wants  [][]int32 // by region, the largest first
	bits   [][]int   // the lengths of their places
	free   *holes
	family cidr.Family
}

func (p *placement) groupByRegion(pool *openPool, wants []int32) *regionGroups {
	by := map[string][]int32{}
	for _, i := range wants {
		region := p.scopes.all[p.wants[i].scope].region
		by[region] = append(by[region], i)
	}
	g := &regionGroups{names: slices.Sorted(maps.Keys(by)), family: p.wants[wants[0]].family}
	g.free = holesOf(pool.free, g.family)
	for _, name := range g.names {
		bits := make([]int, len(by[name]))
		for k, i := range by[name] {
			bits[k] = p.placeBits(pool, i)
		}
		g.wants, g.bits = append(g.wants, by[name]), append(g.bits, bits)
	}
	return g
}

// placeBits is the length of the place of a want in a pool, with its headroom.
func (p *placement) placeBits(pool *openPool, i int32) int {
	return int(p.wants[i].bits) - pool.spec.Headroom
}

// regionPart is a block for a range, or for ranges of one region.
type regionPart struct {
	bits int
	want int32 // −1 for those of the region
	of   int   // the region's number
}

// parts returns the blocks for all ranges, the largest first.
func (g *regionGroups) parts(how []together) []regionPart {
	var parts []regionPart
	for k := range g.names {
		if how[k] == alone {
			for n, i := range g.wants[k] {
				parts = append(parts, regionPart{g.bits[k][n], i, k})
			}
			continue
		}
		for _, bits := range blocksFor(g.bits[k], how[k]) {
			parts = append(parts, regionPart{bits, -1, k})
		}
	}
	slices.SortStableFunc(parts, func(a, b regionPart) int { return a.bits - b.bits })
	return parts
}

// blocksFor returns the lengths of the blocks for places of some lengths, the
// largest first.
func blocksFor(places []int, how together) []int {
	smallest := places[len(places)-1]
	size := new(big.Int) // in blocks of the smallest
	for _, bits := range places {
		size.Add(size, new(big.Int).Lsh(big.NewInt(1), uint(smallest-bits)))
	}
	if how == whole {
		return []int{smallest - new(big.Int).Sub(size, big.NewInt(1)).BitLen()}
	}
	var blocks []int
	for i := size.BitLen() - 1; i >= 0; i-- {
		if size.Bit(i) == 1 {
			blocks = append(blocks, smallest-i)
		}
	}
	return blocks
}

// fits reports whether there is room for blocks.
func (g *regionGroups) fits(parts []regionPart) bool {
	free := *g.free
	return !slices.ContainsFunc(parts, func(q regionPart) bool { return !free.take(q.bits) })
}

// allWhole is a block for each region; nil if there is no room for them.
func (g *regionGroups) allWhole() []regionPart {
	how := make([]together, len(g.names))
	for k, name := range g.names {
		if name != "" {
			how[k] = whole
		}
	}
	if parts := g.parts(how); g.fits(parts) {
		return parts
	}
	return nil
}

// best puts one region after the other together, as far as there is room.
func (g *regionGroups) best() []regionPart {
	how := make([]together, len(g.names))
	parts := g.parts(how)
	for _, more := range []together{exactly, whole} {
		for k, name := range g.names {
			before := how[k]
			if name == "" {
				continue
			}
			how[k] = more
			if q := g.parts(how); g.fits(q) {
				parts = q
			} else {
				how[k] = before
			}
		}
	}
	return parts
}

// mixed is a place for each range, as if there were no regions.
func (g *regionGroups) mixed(wants []int32) []regionPart {
	bits := map[int32]int{}
	for k := range g.wants {
		for n, i := range g.wants[k] {
			bits[i] = g.bits[k][n]
		}
	}
	parts := make([]regionPart, len(wants))
	for n, i := range wants {
		parts[n] = regionPart{bits[i], i, 0}
	}
	return parts
}

// fillParts takes the blocks from a copy of the pool, and then from each
// region's those for its ranges.
func (p *placement) fillParts(pool *openPool, g *regionGroups, parts []regionPart, others []regional) (*filling, error) {
	fail := func(err error) (*filling, error) {
		return nil, fmt.Errorf("plan: pool %q: region: %w", pool.spec.Name, err)
	}
	f := &filling{free: pool.free.Clone(), places: map[int32]netip.Prefix{}}
	fit, _ := pool.spec.Fit.fit()
	blocks := make([][]netip.Prefix, len(g.names))
	for _, part := range parts {
		place, err := f.free.Alloc(g.family, part.bits, fit)
		if err != nil {
			return fail(err)
		}
		if part.want >= 0 {
			f.places[part.want] = place
		} else {
			blocks[part.of] = append(blocks[part.of], place)
		}
	}
	for _, of := range blocks {
		for _, b := range of {
			if err := f.free.Release(b); err != nil {
				return fail(err)
			}
		}
	}
	for k, of := range blocks {
		if len(of) == 0 {
			continue
		}
		for n, i := range g.wants[k] {
			place, err := f.free.AllocIn(of[0], g.bits[k][n], cidr.FirstFit)
			for errors.Is(err, cidr.ErrNoSpace) && len(of) > 1 {
				of = of[1:]
				place, err = f.free.AllocIn(of[0], g.bits[k][n], cidr.FirstFit)
			}
			if err != nil {
				return fail(err)
			}
			f.places[i] = place
		}
	}
	p.count(f, pool, others)
	return f, nil
}

// fillNear takes the ranges from a copy of the pool, each where a route of its
// region leads already if it can.
func (p *placement) fillNear(pool *openPool, g *regionGroups, wants []int32, others []regional) (*filling, error) {
	covers := map[int32][]netip.Prefix{}
	rs := slices.Clone(others)
	for i, c := range largestCovers(rs, poolSpace(pool.spec)) {
		if r := rs[i].region; r != nobody && (len(covers[r]) == 0 || !covers[r][len(covers[r])-1].Overlaps(c)) {
			covers[r] = append(covers[r], c)
		}
	}
	f := &filling{free: pool.free.Clone(), places: map[int32]netip.Prefix{}}
	fit, _ := pool.spec.Fit.fit()
	for _, i := range wants {
		w := &p.wants[i]
		bits := p.placeBits(pool, i)
		place, err := netip.Prefix{}, cidr.ErrNoSpace
		for _, c := range covers[p.regionOf(w)] {
			if place, err = f.free.AllocIn(c, bits, fit); err == nil {
				break
			}
		}
		if err != nil {
			place, err = f.free.Alloc(g.family, bits, fit)
		}
		if err != nil {
			return nil, fmt.Errorf("plan: pool %q: region: %w", pool.spec.Name, err)
		}
		f.places[i] = place
	}
	p.count(f, pool, others)
	return f, nil
}

// count counts the routes that the regions need if a pool is filled like that.
func (p *placement) count(f *filling, pool *openPool, others []regional) {
	rs := slices.Clone(others)
	for i, place := range f.places {
		w := &p.wants[i]
		rs = append(rs, regional{netip.PrefixFrom(place.Addr(), int(w.bits)), place, p.regionOf(w)})
	}
	f.routes = routes(rs, poolSpace(pool.spec))
}

// routed lists what lies in a pool already: ranges of one family, and what is
// reserved or a peer's.
func (p *placement) routed(pool *openPool, f cidr.Family) []regional {
	var rs []regional
	for _, q := range p.spec.taken() {
		if touches(pool.spec.Prefixes, q) {
			rs = append(rs, regional{q, q, nobody})
		}
	}
	for i := range p.wants {
		if w := &p.wants[i]; w.family == f && w.got.IsValid() && touches(pool.spec.Prefixes, w.held()) {
			rs = append(rs, regional{w.got, w.held(), p.regionOf(w)})
		}
	}
	if p.serving != nil {
		for b, region := range p.serving {
			if q := b.room(f); q.IsValid() && touches(pool.spec.Prefixes, q) {
				rs = append(rs, regional{b.Range.Of(f), q, p.numberOf(region)})
			}
		}
	}
	return rs
}

// regionOf is the number of a want's region.
func (p *placement) regionOf(w *want) int32 { return p.numberOf(p.scopes.all[w.scope].region) }

// numberOf is the number of a region: that of its first scope, or, where
// nothing is added to it, one that comes after those.
func (p *placement) numberOf(region string) int32 {
	if region == "" {
		return nobody
	}
	n, ok := p.regions[region]
	if !ok {
		n = int32(slices.IndexFunc(p.scopes.all, func(sc scope) bool { return sc.region == region }))
		if n < 0 {
			n = int32(len(p.scopes.all) + len(p.regions))
		}
		if p.regions == nil {
			p.regions = map[string]int32{}
		}
		p.regions[region] = n
	}
	return n
}
