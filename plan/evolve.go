package plan

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// EvolveOptions says what has to be known beside the spec when a plan evolves.
type EvolveOptions struct {
	// Now is the time by which ranges rest. It is needed where a pool has a
	// cooldown and a range is given up, and where ranges rest already.
	Now time.Time
	// Renamed has the new names of clusters and networks by their old ones. A
	// name that is in both specs and not here means the same.
	Renamed map[string]string
	// AllowMove names clusters and networks, by their new names, whose ranges
	// may be given up for others where they cannot stay.
	AllowMove []string
}

// ErrRename is wrapped where EvolveOptions.Renamed does not fit the specs.
var ErrRename = errors.New("no such renaming")

// ErrNow is wrapped where EvolveOptions.Now is needed and zero.
var ErrNow = errors.New("no time given")

// Evolve solves s such that what prev has stays where it is: whatever is
// added, removed, reordered or renamed, a range that is still asked for has
// the same addresses as before, byte for byte. A range is known by its cluster
// (or network), role, name and family.
//
//   - A range never shrinks. One that has become too small grows in place, into
//     its headroom or over free neighbours; the node masks of a cluster stay as
//     they are. Where it cannot, an [*OutgrownError] says what is in the way and
//     what can be done, unless AllowMove gives the cluster leave to move.
//   - What is not asked for any more is free again, after the cooldown of its
//     pool; see [Plan.Quarantine].
//   - Everything new is placed as Solve does. A failure is proved for the
//     ranges that stay as they are; see [InfeasibleError].
//
// The [Diff] lists what changed, and what has to be done to clusters that run.
// Evolve(nil, s, o) is Solve(s), and Evolve(p, p.Spec(), o) is p as long as
// nothing expires. Neither prev nor s is changed.
func Evolve(prev *Plan, s Spec, o EvolveOptions) (*Plan, *Diff, error) {
	if prev == nil || prev.space == nil {
		if len(o.Renamed) > 0 {
			return nil, nil, fmt.Errorf("plan: there is no earlier plan to rename anything of: %w", ErrRename)
		}
		p, err := Solve(s)
		if err != nil {
			return nil, nil, err
		}
		return p, diff(&Plan{}, p, nil), nil
	}
	e := &evolution{prev: prev, given: &s, options: o}
	if err := e.match(); err != nil {
		return nil, nil, err
	}
	placed, err := e.place(e.matches)
	if err != nil {
		return nil, nil, err
	}
	if len(placed.unplaced) > 0 {
		whole := s.normal()
		placed.again = e.placeAgain
		return nil, nil, infeasible(&whole, placed)
	}
	p, err := e.assemble(placed)
	if err != nil {
		return nil, nil, err
	}
	return p, diff(prev, p, e.was), nil
}

// evolution is the state of one call of Evolve.
type evolution struct {
	prev    *Plan
	given   *Spec
	options EvolveOptions

	spec    Spec              // normal, without clusters
	same    bool              // all but clusters and networks is as it was
	was     map[string]string // old names by new ones
	matches []match
	removed []*Cluster // of prev
	resting []Quarantined
	outgrew []Outgrown
	pools   []openPool
}

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
	if err := e.rename(); err != nil {
		return err
	}
	order := upTo(len(s.Clusters))
	if !slices.IsSortedFunc(order, func(i, j int32) int { return compareNames(s, i, j) }) {
		slices.SortStableFunc(order, func(i, j int32) int { return compareNames(s, i, j) })
	}
	before := e.prev.clusters
	matched := make([]bool, len(before))
	e.matches = make([]match, len(order))
	pinned := len(s.Networks) > 0
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
		if len(e.was) > 0 {
			old, renamed = e.was[c.Name]
		}
		switch {
		case renamed:
			if j, ok := e.prev.find(old); ok {
				m.prev, matched[j] = before[j], true
			}
		default:
			for at < len(before) && before[at].spec.Name < c.Name {
				at++
			}
			if at < len(before) && before[at].spec.Name == c.Name && (len(e.was) == 0 || e.options.Renamed[c.Name] == "") {
				m.prev, matched[at] = before[at], true
			}
		}
		spec = *c
		spec.normalize()
		stays := e.same && m.prev != nil && !renamed && spec.equal(&m.prev.spec)
		if !stays {
			own := spec
			m.spec = &own
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

// rename turns the given renamings around, and checks them.
func (e *evolution) rename() error {
	e.was = make(map[string]string, len(e.options.Renamed))
	names := map[string]bool{}
	if len(e.options.Renamed) > 0 {
		for i := range e.given.Clusters {
			names[e.given.Clusters[i].Name] = true
		}
		for i := range e.given.Networks {
			names[e.given.Networks[i].Name] = true
		}
	}
	for old, name := range e.options.Renamed {
		_, cluster := e.prev.find(old)
		switch {
		case !cluster && !slices.ContainsFunc(e.prev.networks, func(b Block) bool { return b.Name == old }):
			return fmt.Errorf("plan: rename %q to %q: the earlier plan has no %q: %w", old, name, old, ErrRename)
		case !names[name]:
			return fmt.Errorf("plan: rename %q to %q: the spec has no %q: %w", old, name, name, ErrRename)
		case e.was[name] != "":
			return fmt.Errorf("plan: rename %q to %q: so is %q: %w", old, name, e.was[name], ErrRename)
		}
		e.was[name] = old
	}
	return nil
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

// assemble makes the new plan of what was placed and what stays.
func (e *evolution) assemble(placed *placement) (*Plan, error) {
	blocks := placed.fill()
	n := 0
	for n < len(blocks) && blocks[n].Cluster == "" {
		n++
	}
	networks, rest := blocks[:n:n], blocks[n:]
	clusters := make([]*Cluster, len(e.matches))
	for i := range e.matches {
		m := &e.matches[i]
		if m.spec == nil {
			clusters[i] = m.prev
			continue
		}
		c := &Cluster{spec: *m.spec}
		n := 0
		for n < len(rest) && rest[n].Cluster == c.spec.Name {
			n++
		}
		c.blocks, rest = rest[:n:n], rest[n:]
		if err := c.evolveMasks(m.prev); err != nil {
			return nil, err
		}
		clusters[i] = c
	}
	slices.SortFunc(e.resting, compareQuarantined)
	p, err := assemble(e.spec, networks, clusters, e.resting)
	if err != nil {
		return nil, err
	}
	if len(p.spec.Share) == 0 {
		// What is free is known. A range that several had and one gave up is
		// found by looking at all.
		for i := range e.pools {
			e.pools[i].spec = &p.spec.Pools[i]
		}
		p.space = func() ([]openPool, error) { return e.pools, nil }
	}
	return p, p.inheritFlaws(e.prev)
}

// evolveMasks keeps the node masks that the cluster had, as nodes do for life,
// as long as its pod range gives enough blocks of them.
func (c *Cluster) evolveMasks(prev *Cluster) error {
	pods := c.Block(Pod)
	if prev == nil || pods.IsZero() || prev.masks == (dualstack.Masks{}) {
		return c.setMasks()
	}
	c.masks = dualstack.Masks{}
	for _, f := range pods.Families() {
		mask := prev.masks.Of(f)
		if mask == 0 {
			var err error
			if mask, err = c.spec.addedMask(pods.Of(f)); err != nil {
				return fmt.Errorf("plan: cluster %q: %w", c.spec.Name, err)
			}
		}
		c.masks = withMask(c.masks, f, mask)
	}
	unchanged := coversAll(pods, prev.Block(Pod)) && c.spec.equal(&prev.spec)
	if !unchanged && (nodeBlocks(pods, c.masks) < c.podNodes() || c.spec.podsIn(pods, c.masks) < c.spec.PodsPerNode) {
		return c.setMasks()
	}
	return nil
}

// inheritFlaws lists the errors of a plan whose earlier one had some, and
// fails on any that is new.
func (p *Plan) inheritFlaws(prev *Plan) error {
	if len(prev.flaws) == 0 {
		return nil
	}
	known := map[Finding]bool{}
	for _, f := range prev.flaws {
		known[f.key()] = true
	}
	for _, f := range p.Audit() {
		if f.Severity != k8sflags.Error {
			continue
		}
		if !known[f.key()] {
			return fmt.Errorf("plan: evolve: %v", f)
		}
		p.flaws = append(p.flaws, f)
	}
	return nil
}
