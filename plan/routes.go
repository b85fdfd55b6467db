package plan

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// Routes are the prefixes that lead to the ranges of one region, of one family
// in one pool: what a router of the region announces.
type Routes struct {
	Pool   string // "" for ranges that are pinned outside of all pools
	Family cidr.Family
	Region string
	Ranges int // how many ranges they cover
	// Prefixes are as few as can be, sorted: each lies in the pool and has no
	// address of a range of another region or of none, with what is kept for it
	// to grow, nor of what is reserved or a peer's. Of the prefixes that do,
	// they are the longest. Only a range that shares addresses with another
	// region's is a route for both.
	Prefixes []netip.Prefix
}

// Routes yields the routes of every region by pool, family and region. Networks
// and clusters without a region have none.
func (p *Plan) Routes() iter.Seq[Routes] {
	return func(yield func(Routes) bool) {
		numbers := map[string]int32{}
		var names []string
		var rs []regional
		add := func(b *Block, region string) {
			n := nobody
			if region != "" {
				var ok bool
				if n, ok = numbers[region]; !ok {
					n = int32(len(names))
					numbers[region], names = n, append(names, region)
				}
			}
			for q := range b.Range.All() {
				rs = append(rs, regional{q, b.room(cidr.FamilyOf(q)), n})
			}
		}
		for i := range p.networks {
			add(&p.networks[i], p.spec.Networks[i].Region)
		}
		for _, c := range p.clusters {
			for i := range c.blocks {
				add(&c.blocks[i], c.spec.Region)
			}
		}
		if len(names) == 0 {
			return
		}
		for _, q := range p.spec.taken() {
			rs = append(rs, regional{q, q, nobody})
		}
		for _, r := range summaries(rs, p.spec.space(), names) {
			if !yield(r) {
				return
			}
		}
	}
}

// summaries puts the ranges that one route covers together.
func summaries(rs []regional, space []poolPrefix, names []string) []Routes {
	type key struct {
		pool   string
		family cidr.Family
		region int32
	}
	of := map[key]*Routes{}
	last := map[key]netip.Prefix{} // the largest prefix of the last route
	for i, c := range largestCovers(rs, space) {
		r := &rs[i]
		if r.region == nobody {
			continue
		}
		k := key{"", cidr.FamilyOf(r.prefix), r.region}
		if pool := poolOf(space, r.prefix); pool != nil {
			k.pool = pool.Name
		}
		s := of[k]
		if s == nil {
			s = &Routes{Pool: k.pool, Family: k.family, Region: names[r.region]}
			of[k] = s
		}
		s.Ranges++
		n := len(s.Prefixes)
		if n == 0 || !last[k].Overlaps(c) {
			last[k], s.Prefixes = c, append(s.Prefixes, r.prefix)
			continue
		}
		if both, err := cidr.Common(s.Prefixes[n-1], r.prefix); err == nil {
			s.Prefixes[n-1] = both
		}
	}
	all := make([]Routes, 0, len(of))
	for _, s := range of {
		if s.Pool == "" {
			s.Prefixes = cidr.Aggregate(s.Prefixes)
		}
		all = append(all, *s)
	}
	slices.SortFunc(all, func(a, b Routes) int {
		return cmp.Or(cmp.Compare(a.Pool, b.Pool), cmp.Compare(a.Family, b.Family), cmp.Compare(a.Region, b.Region))
	})
	return all
}
