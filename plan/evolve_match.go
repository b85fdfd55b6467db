package plan

import "slices"

// match is a cluster of the new spec with what it was.
type match struct {
	prev *Cluster     // nil for a new one
	spec *ClusterSpec // normal; nil where nothing else is asked for, so that prev is the result
}

// match validates the given spec and finds every cluster in prev. To be fast
// where a few of many clusters change, those that are as they were are not
// validated again.
func (e *evolution) match() error {
	s := e.given
	v := newValidator(s)
	v.surroundings()
	if len(v.errs) > 0 {
		return s.Validate()
	}
	e.spec = s.normalSpace()
	e.same = e.spec.sameSpace(&e.prev.spec)
	var err error
	if e.names, err = newRenaming(e.prev, s, e.options.Renamed); err != nil {
		return err
	}
	order := upTo(len(s.Clusters))
	if !s.sortedLike(e.prev.clusters) {
		slices.SortStableFunc(order, func(i, j int32) int { return compareNames(s, i, j) })
	}
	before := e.prev.clusters
	matched := make([]bool, len(before))
	e.matches = make([]match, len(order))
	pinned := len(s.Networks) > 0
	regrouped := len(e.names.clusters) > 0 && len(s.Share) > 0 // a mesh has another cluster by the same name
	incomplete := e.prev.incomplete()
	at := 0
	var spec ClusterSpec
	for k, i := range order {
		c := &s.Clusters[i]
		if c.Name == "" || k > 0 && s.Clusters[order[k-1]].Name == c.Name {
			return s.Validate()
		}
		pinned = pinned || len(c.Pins) > 0 || len(c.Extra) > 0
		m := &e.matches[k]
		old, renamed := "", false
		if len(e.names.clusters) > 0 {
			old, renamed = e.names.clusters[c.Name]
		}
		switch {
		case renamed:
			if j, ok := e.prev.find(old); ok {
				m.prev, matched[j] = before[j], true
			}
		default:
			for at < len(before) && before[at].spec.Name != c.Name && before[at].spec.Name < c.Name {
				at++
			}
			if at < len(before) && before[at].spec.Name == c.Name && !e.names.clustersLeft[c.Name] {
				m.prev, matched[at] = before[at], true
			}
		}
		stays := e.same && m.prev != nil && !renamed && !regrouped && !incomplete[c.Name]
		if !stays || !c.equal(&m.prev.spec) { // which is normal, as c mostly is
			spec = *c
			spec.normalize()
			if stays = stays && spec.equal(&m.prev.spec); !stays {
				own := spec
				m.spec = &own
			}
		}
		if !stays || c.NodeNetwork != "" {
			v.cluster(int(i), c)
		}
	}
	if len(s.Clusters) == 0 && len(s.Networks) == 0 {
		return s.Validate()
	}
	if len(s.Meshes) > 0 {
		names := make(map[string]int, len(s.Clusters))
		for i := range s.Clusters {
			names[s.Clusters[i].Name] = i
		}
		v.meshes(names)
	}
	if pinned {
		v.pins()
	}
	if len(v.errs) > 0 {
		return s.Validate() // in the order of a spec
	}
	for j, c := range before {
		if !matched[j] {
			e.removed = append(e.removed, c)
		}
	}
	us := v.users
	e.spec.Networks = sortedBy(s.Networks, func(n *Network) string { return n.Name })
	for i := range e.spec.Networks {
		e.spec.Networks[i] = us.normal(&e.spec.Networks[i])
	}
	return nil
}

// incomplete returns the clusters that were adopted without a range that their
// spec asks for: Evolve adds it. Those that have ranges or families besides,
// which the spec does not ask for, are left as they are until it changes, since
// these may serve.
func (p *Plan) incomplete() map[string]bool {
	if len(p.flaws) == 0 {
		return nil
	}
	names := map[string]bool{}
	for _, f := range p.flaws {
		if f.Rule == RuleMissing {
			names[f.Cluster] = true
		}
	}
	for _, f := range p.flaws {
		if f.Rule == RuleUnknown || f.Rule == RuleFamily {
			delete(names, f.Cluster)
		}
	}
	return names
}

// sortedLike reports whether the clusters are in the order of their names. To
// say whether two names are equal is faster than to say which comes first, and
// most are those of an earlier plan in its order.
func (s *Spec) sortedLike(before []*Cluster) bool {
	at, behind := 0, false // the name before is that of before[at−1]
	for i := range s.Clusters {
		name := s.Clusters[i].Name
		same := at < len(before) && before[at].spec.Name == name
		if i > 0 && !(same && behind) && s.Clusters[i-1].Name > name {
			return false
		}
		if !same {
			for at < len(before) && before[at].spec.Name < name {
				at++
			}
			same = at < len(before) && before[at].spec.Name == name
		}
		if behind = same; same {
			at++
		}
	}
	return true
}

func compareNames(s *Spec, i, j int32) int {
	a, b := s.Clusters[i].Name, s.Clusters[j].Name
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// sameSpace reports whether two normal specs have all but networks and
// clusters in common.
func (s *Spec) sameSpace(t *Spec) bool {
	return slices.EqualFunc(s.Pools, t.Pools, func(a, b PoolSpec) bool { return a.equal(&b) }) &&
		slices.Equal(s.Reserved, t.Reserved) &&
		slices.EqualFunc(s.Peers, t.Peers, func(a, b Peer) bool { return a.Name == b.Name && slices.Equal(a.Prefixes, b.Prefixes) }) &&
		slices.Equal(s.Zones, t.Zones) &&
		slices.EqualFunc(s.Meshes, t.Meshes, func(a, b Mesh) bool {
			return a.Name == b.Name && a.Kind == b.Kind && slices.Equal(a.Clusters, b.Clusters)
		}) &&
		slices.Equal(s.Share, t.Share)
}

func (p *PoolSpec) equal(q *PoolSpec) bool {
	return p.Name == q.Name && slices.Equal(p.Prefixes, q.Prefixes) && slices.Equal(p.Roles, q.Roles) &&
		p.Zone == q.Zone && p.Region == q.Region && p.Fit == q.Fit && p.Headroom == q.Headroom && p.Cooldown == q.Cooldown
}

// find returns the place of a cluster among the plan's.
func (p *Plan) find(name string) (int, bool) {
	return slices.BinarySearchFunc(p.clusters, name, func(c *Cluster, name string) int {
		switch {
		case c.spec.Name < name:
			return -1
		case c.spec.Name > name:
			return 1
		}
		return 0
	})
}

// findNetwork returns the place of a network among the plan's, which is that
// among its spec's.
func (p *Plan) findNetwork(name string) (int, bool) {
	return find(len(p.networks), func(i int) string { return p.networks[i].Name }, name)
}
