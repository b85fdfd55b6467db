package plan

import (
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// Ranges of a shared role that a mesh or their cluster keeps apart from each
// other are a clique. Cliques know nothing of each other, so that each may have
// the same addresses. A place is the range of the largest that is in it, and
// every clique fills the places one after the other, its largest ranges first.

// cursor is where a clique goes on: part number part, of so many bits, of a
// place.
type cursor struct {
	place int
	part  uint64
	bits  int16
}

// after reports whether c is further than d. Both have the same length.
func (c cursor) after(d cursor) bool {
	return c.place > d.place || c.place == d.place && c.part > d.part
}

// at returns the cursor for a range of a length: the first place or part that
// is not before c.
func (c cursor) at(bits int16) cursor {
	switch d := bits - c.bits; {
	case d <= -64:
		return cursor{c.place, min(c.part, 1), bits}
	case d < 0:
		part := c.part >> -d
		if part<<-d != c.part {
			part++
		}
		return cursor{c.place, part, bits}
	case d < 64 && c.part<<d>>d == c.part:
		return cursor{c.place, c.part << d, bits}
	}
	return cursor{c.place + 1, 0, bits} // further than anybody counts
}

// cliques is what share knows about the ranges of one role that may come from
// the same pools: their places, by the want that has each, and how far each
// clique is.
type cliques struct {
	places   []int32
	at       map[[2]string]cursor
	kept     map[netip.Prefix]int // places that are kept, by what is held there
	shortest int                  // length of those
}

// share joins wants of shared roles that may have addresses in common: of the
// same scope, and, where wide is set, of all scopes that have the same pools.
// It reports whether no plan can do with less space: every place is there since
// one clique alone fills all before it, so that for each length no plan has
// fewer blocks of it. That is not so where a cluster is in several meshes, and
// not known where some ranges have their place already.
func (p *placement) share(wide bool) bool {
	for i := range p.wants {
		p.wants[i].shares = -1
	}
	exact := true
	for _, r := range p.spec.Share {
		meshes := p.spec.meshesApart(r)
		groups := map[int32]*cliques{} // by scope
		is := p.sharing(r)
		pins := p.pinsOf(is)
		for _, i := range is {
			w, cluster := &p.wants[i], p.blocks[p.wants[i].block].Cluster
			if w.pinned {
				exact = exact && !p.usable(w)
				continue // it is its cluster's alone
			}
			if w.got.IsValid() && (touches(pins, w.held()) || !slices.Contains(p.scopes.eligible[w.scope], int(w.pool))) {
				exact = false
				continue // others may not have a place there: it is pinned for some, or was adopted
			}
			scope := w.scope
			if wide {
				scope = p.scopes.alike(scope)
			}
			g := groups[scope]
			if g == nil {
				g = &cliques{at: map[[2]string]cursor{}}
				groups[scope] = g
			}
			of := cliquesOf(cluster, meshes[cluster])
			exact = exact && len(of) == 1 && !w.got.IsValid()
			p.join(i, g, of)
		}
	}
	return exact
}

// cliquesOf names the cliques of a cluster's range.
func cliquesOf(cluster string, meshes []string) [][2]string {
	if len(meshes) == 0 {
		return [][2]string{{"cluster", cluster}}
	}
	of := make([][2]string, len(meshes))
	for k, m := range meshes {
		of[k] = [2]string{"mesh", m}
	}
	return of
}

// join finds a place for a want in which its cliques have room.
func (p *placement) join(i int32, g *cliques, of [][2]string) {
	w := &p.wants[i]
	if w.got.IsValid() {
		p.joinKept(i, g, of)
		return
	}
	c := cursor{bits: w.bits}
	for _, k := range of {
		if d := g.at[k]; d != (cursor{}) && d.at(w.bits).after(c) {
			c = d.at(w.bits)
		}
	}
	for c.place < len(g.places) {
		first := &p.wants[g.places[c.place]]
		if d := w.bits - first.bits; d >= 0 && (d >= 64 || c.part < 1<<d) {
			break
		}
		c.place, c.part = c.place+1, 0
	}
	if c.place == len(g.places) {
		g.places = append(g.places, i)
	} else {
		w.shares, w.part = g.places[c.place], c.part
	}
	c.part++
	for _, k := range of {
		g.at[k] = c
	}
}

// joinKept notes where a want has its place already. Those with the most room
// come first, so that each lies in a place that is there, or has one of its own.
func (p *placement) joinKept(i int32, g *cliques, of [][2]string) {
	w := &p.wants[i]
	held := w.held()
	place, ok := g.around(held)
	if !ok {
		place = len(g.places)
		g.places = append(g.places, i)
		if g.kept == nil {
			g.kept, g.shortest = map[netip.Prefix]int{}, held.Bits()
		}
		g.kept[held] = place
	}
	// Parts of a place have as much headroom as the first there has now, which
	// may be less than what w has: it goes on behind all that w holds.
	first := &p.wants[g.places[place]]
	c := cursor{place: place, part: 1, bits: max(w.bits, first.bits)}
	last := netip.PrefixFrom(cidr.Last(held), int(c.bits)-int(first.headroom)).Masked()
	if n, err := cidr.SubnetIndex(first.held(), last); err == nil {
		c.part = n + 1
	}
	for _, k := range of {
		d := g.at[k]
		if bits := max(c.bits, d.bits); d == (cursor{}) || c.at(bits).after(d.at(bits)) {
			g.at[k] = c
		}
	}
}

// around returns the place of a kept range that has all of p.
func (g *cliques) around(p netip.Prefix) (place int, ok bool) {
	for bits := p.Bits(); !ok && g.kept != nil && bits >= g.shortest; bits-- {
		place, ok = g.kept[netip.PrefixFrom(p.Addr(), bits).Masked()]
	}
	return place, ok
}

// pinsOf are the pinned ranges among wants, by address and disjoint.
func (p *placement) pinsOf(is []int32) []netip.Prefix {
	var pins []netip.Prefix
	for _, i := range is {
		if w := &p.wants[i]; w.pinned {
			pins = append(pins, w.got)
		}
	}
	return cidr.Aggregate(pins)
}

// usable reports whether some of w lies in a pool that it could come from.
func (p *placement) usable(w *want) bool {
	return slices.ContainsFunc(p.scopes.eligible[w.scope], func(k int) bool {
		return slices.ContainsFunc(p.pools[k].spec.Prefixes, w.got.Overlaps)
	})
}

// sharing returns the wants of clusters' ranges of role r: first those that have
// their place, with the most room first, then the others, the largest first.
func (p *placement) sharing(r Role) []int32 {
	var is []int32
	for i := range p.wants {
		w := &p.wants[i]
		if p.blocks[w.block].Role == r && p.blocks[w.block].Cluster != "" {
			is = append(is, int32(i))
		}
	}
	sortByKey(is, 2*129, func(i int32) int {
		if w := &p.wants[i]; w.got.IsValid() {
			return int(w.bits) - int(w.headroom)
		}
		return 129 + int(p.wants[i].bits)
	})
	return is
}

// meshesApart returns for each cluster the meshes that keep its ranges of role
// r apart from the others'.
func (s *Spec) meshesApart(r Role) map[string][]string {
	of := map[string][]string{}
	for i := range s.Meshes {
		m := &s.Meshes[i]
		if !m.Kind.Apart(r) {
			continue
		}
		for _, c := range m.Clusters {
			of[c] = append(of[c], m.Name)
		}
	}
	return of
}

// sharing says which clusters may have the same range of a role.
type sharing map[Role]map[string][]string // by role that may be shared, the meshes that keep a cluster apart

func (s *Spec) sharing() sharing {
	sh := sharing{}
	for _, r := range s.Share {
		sh[r] = s.meshesApart(r)
	}
	return sh
}

// allows reports whether two clusters may have ranges of role r that overlap.
func (sh sharing) allows(r Role, a, b string) bool {
	apart, ok := sh[r]
	if !ok || a == b || a == "" || b == "" {
		return false
	}
	return !slices.ContainsFunc(apart[a], func(m string) bool { return slices.Contains(apart[b], m) })
}
