package plan

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// EvolveOptions says what has to be known beside the spec when a plan evolves.
type EvolveOptions struct {
	// Now is the time by which ranges rest. It is needed where a pool has a
	// cooldown and a range is given up, and where ranges rest already.
	Now time.Time
	// Renamed has the new names of clusters and networks by their old ones. A
	// name that is in both specs and not here means the same. Where a cluster
	// and a network have the old name, it is for those that the spec has by the
	// new one.
	Renamed map[string]string
	// AllowMove names clusters and networks, by their new names, whose ranges
	// may be given up for others where they cannot stay. It is an error if the
	// spec has no such name.
	AllowMove []string
}

// ErrFlaws is wrapped where a step would give an adopted plan an error that it
// has not had.
var ErrFlaws = errors.New("an adopted plan would have one error more")

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
//   - So it is with a range that may not stay: where something is reserved or
//     pinned over it, its pool, zone or region is another, or its platform
//     refuses it.
//   - What is not asked for any more is free again, after the cooldown of its
//     pool; see [Plan.Quarantine]. A main range that nobody took out by name
//     needs leave for that as well: where a nodeNetwork has come, or extra ranges
//     carry all that it is there for.
//   - Everything new is placed as Solve does. A failure is proved for the
//     ranges that stay as they are; see [InfeasibleError].
//
// The [Diff] lists what changed, and what has to be done to clusters that run.
// Evolve(nil, s, o) is Solve(s), and Evolve(p, p.Spec(), o) is p as long as
// nothing expires, and nothing is missing from an adopted plan. Neither prev nor
// s is changed.
//
// Other errors are [SpecErrors] for an invalid spec, [*InfeasibleError], and
// those that wrap [ErrNow], [ErrRename] and, after [Adopt], [ErrFlaws].
func Evolve(prev *Plan, s Spec, o EvolveOptions) (*Plan, *Diff, error) {
	if prev == nil || prev.space == nil {
		if len(o.Renamed) > 0 {
			return nil, nil, fmt.Errorf("plan: there is no earlier plan to rename anything of: %w", ErrRename)
		}
		p, err := Solve(s)
		if err != nil {
			return nil, nil, err
		}
		return p, diff(&Plan{}, p, &renaming{}), nil
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
		placed.again, placed.others = e.placeAgain, e.others
		return nil, nil, infeasible(&whole, placed)
	}
	p, err := e.assemble(placed)
	if err != nil {
		return nil, nil, err
	}
	return p, diff(prev, p, &e.names), nil
}

// evolution is the state of one call of Evolve.
type evolution struct {
	prev    *Plan
	given   *Spec
	options EvolveOptions

	spec    Spec // normal, without clusters
	same    bool // all but clusters and networks is as it was
	names   renaming
	matches []match
	removed []*Cluster // of prev
	resting []Quarantined
	outgrew []Outgrown
	pools   []openPool
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
	return p, p.inheritFlaws(e.prev, &e.names)
}

// inheritFlaws lists the errors of a plan whose earlier one had some, and
// fails on any that is new.
func (p *Plan) inheritFlaws(prev *Plan, names *renaming) error {
	if len(prev.flaws) == 0 {
		return nil
	}
	known := map[Finding]bool{}
	for _, f := range prev.flaws {
		known[names.of(f.key())] = true
	}
	for _, f := range p.Audit() {
		if f.Severity != k8sflags.Error {
			continue
		}
		if !known[f.key()] {
			return fmt.Errorf("plan: evolve: %w: %v", ErrFlaws, f)
		}
		p.flaws = append(p.flaws, f)
	}
	// Masks that are wrong were adopted with their range, or became wrong with
	// what was missing of it: nodes have them.
	p.flaws = append(p.flaws, p.maskFlaws()...)
	return nil
}
