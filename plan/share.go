package plan

import (
	"slices"
)

// shareGroup is a range that several clusters have: of each mesh that keeps
// their ranges apart, at most one.
type shareGroup struct {
	first    int32 // the want that has the place; the largest
	meshes   map[string]bool
	clusters map[string]bool // one has two ranges of a role for two things
}

// share joins wants of shared roles that may have their place in common: of
// the same scope, and in no mesh that keeps them apart. The largest come
// first, each into the first group that takes it, so that groups are few and
// their sizes as alike as can be; where no cluster is in two meshes, no
// division needs less space.
func (p *placement) share() {
	if len(p.spec.Share) == 0 {
		return
	}
	for _, r := range p.spec.Share {
		meshes := p.spec.meshesApart(r)
		groups := map[int32][]*shareGroup{} // by scope
		for _, i := range p.sharing(r) {
			w, cluster := &p.wants[i], p.blocks[p.wants[i].block].Cluster
			apart := meshes[cluster]
			of := groups[w.scope]
			k := slices.IndexFunc(of, func(g *shareGroup) bool {
				first := &p.wants[g.first]
				if w.got.IsValid() {
					return first.got.IsValid() && first.got.Overlaps(w.got) // they share already
				}
				return first.bits <= w.bits && !g.clusters[cluster] &&
					!slices.ContainsFunc(apart, func(m string) bool { return g.meshes[m] })
			})
			if k < 0 {
				k = len(of)
				of = append(of, &shareGroup{first: i, meshes: map[string]bool{}, clusters: map[string]bool{}})
				groups[w.scope] = of
			} else if !w.got.IsValid() {
				w.shares = of[k].first
			}
			of[k].clusters[cluster] = true
			for _, m := range apart {
				of[k].meshes[m] = true
			}
		}
	}
}

// sharing returns the wants of role r that take part in sharing: those that
// have their place first, then the largest. A pin is its cluster's alone.
func (p *placement) sharing(r Role) []int32 {
	var is []int32
	for i := range p.wants {
		w := &p.wants[i]
		if p.blocks[w.block].Role == r && !w.pinned {
			is = append(is, int32(i))
		}
	}
	sortByKey(is, 129, func(i int32) int { return int(p.wants[i].bits) })
	sortByKey(is, 2, func(i int32) int {
		if p.wants[i].got.IsValid() {
			return 0
		}
		return 1
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
