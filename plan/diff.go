package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubecidr/kubecidr/dualstack"
)

// Diff is what differs between two plans, for a reviewer and for those who
// carry it out. Its JSON has the same.
type Diff struct {
	// Changes are those of networks, then those of clusters, each by name.
	Changes []Change `json:"changes,omitempty"`
	// Rests are the ranges that rest from now on, and Freed those that did and
	// can be taken again, or have been.
	Rests []Quarantined `json:"rests,omitempty"`
	Freed []Quarantined `json:"freed,omitempty"`
}

// Change is what became of one cluster or shared network.
type Change struct {
	Kind    ChangeKind `json:"kind"` // Added, Removed or Changed
	Cluster string     `json:"cluster,omitempty"`
	Network string     `json:"network,omitempty"`
	// Was is the name that it had, where it was renamed.
	Was    string        `json:"was,omitempty"`
	Ranges []RangeChange `json:"ranges,omitempty"`
	// What it holds before and after; nil where there is nothing, and of
	// networks.
	CapacityBefore *Capacity `json:"capacityBefore,omitempty"`
	CapacityAfter  *Capacity `json:"capacityAfter,omitempty"`
	// Steps have to be done to a cluster that runs, in this order.
	Steps []Step `json:"steps,omitempty"`
}

// RangeChange is what became of one range.
type RangeChange struct {
	Kind   ChangeKind     `json:"kind"`
	Role   Role           `json:"role"`
	Name   string         `json:"name,omitempty"` // of an extra range
	Before dualstack.Pair `json:"before,omitzero"`
	After  dualstack.Pair `json:"after,omitzero"`
	// MasksBefore and MasksAfter are node masks, where a pod range has others.
	MasksBefore dualstack.Masks `json:"masksBefore,omitzero"`
	MasksAfter  dualstack.Masks `json:"masksAfter,omitzero"`
}

// ChangeKind is what happened to a cluster or a range.
type ChangeKind string

// The kinds of change. Where several hold of a range the last of them in this
// list counts, which is the one that takes the most; [Change.Steps] are those of
// all.
const (
	Added         ChangeKind = "added"
	Removed       ChangeKind = "removed"
	Changed       ChangeKind = "changed" // of a cluster: some range, its name or what it holds
	FamilyAdded   ChangeKind = "family added"
	Grown         ChangeKind = "grown"          // it lies around what it was
	FamilyRemoved ChangeKind = "family removed" // the second of two families is gone
	Remasked      ChangeKind = "remasked"       // nodes get blocks of another size
	Reordered     ChangeKind = "reordered"      // the primary family is another
	Shrunk        ChangeKind = "shrunk"         // it lost addresses; Evolve never does that
	Moved         ChangeKind = "moved"          // some family has none of the addresses that it had, or only some
)

// DiffOf compares two plans. A cluster or network that was renamed counts as
// removed and added; [Evolve] knows better. No plan, nil, is an empty one.
func DiffOf(before, after *Plan) *Diff {
	return diff(cmp.Or(before, &Plan{}), cmp.Or(after, &Plan{}), &renaming{})
}

// diff compares two plans. was has the old names of clusters and networks by
// their new ones.
func diff(before, after *Plan, names *renaming) *Diff {
	d := &Diff{}
	d.networks(before, after, names)
	d.clusters(before, after, names)
	d.Rests = missingFrom(after.resting, before.resting)
	d.Freed = missingFrom(before.resting, after.resting)
	return d
}

// missingFrom returns those of a that are not in b. Both are sorted.
func missingFrom(a, b []Quarantined) []Quarantined {
	var left []Quarantined
	for _, q := range a {
		if _, ok := slices.BinarySearchFunc(b, q, compareQuarantined); !ok {
			left = append(left, q)
		}
	}
	return left
}

func (d *Diff) networks(before, after *Plan, names *renaming) {
	old := map[string]*Block{}
	for i := range before.networks {
		old[before.networks[i].Name] = &before.networks[i]
	}
	var changes []Change
	for i := range after.networks {
		b := &after.networks[i]
		c := Change{Network: b.Name, Kind: Changed, Was: names.networks[b.Name]}
		o := old[names.oldNetwork(b.Name)]
		if o == nil || c.Was == "" && names.networksLeft[b.Name] { // another has its name now
			c.Kind, o, c.Was = Added, &Block{}, ""
		}
		delete(old, o.Name)
		if r, changed := rangeChange(Node, "", o.Range, b.Range); changed {
			c.Ranges = append(c.Ranges, r)
		}
		if len(c.Ranges) > 0 || c.Was != "" {
			c.Steps = steps(c.Ranges)
			changes = append(changes, c)
		}
	}
	for name, b := range old {
		r, _ := rangeChange(Node, "", b.Range, dualstack.Pair{})
		changes = append(changes, Change{Kind: Removed, Network: name, Ranges: []RangeChange{r}})
	}
	slices.SortFunc(changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(a.Network, b.Network), cmp.Compare(a.Kind, b.Kind)) // one that is gone may have its name from another
	})
	d.Changes = append(d.Changes, changes...)
}

func (d *Diff) clusters(before, after *Plan, names *renaming) {
	var changes []Change
	at := 0
	gone := func(c *Cluster) {
		if !names.clustersLeft[c.spec.Name] {
			changes = append(changes, clusterChange(c, nil, ""))
		}
	}
	for _, c := range after.clusters {
		if at < len(before.clusters) && before.clusters[at] == c {
			at++ // as it was
			continue
		}
		for at < len(before.clusters) && before.clusters[at].spec.Name < c.spec.Name {
			gone(before.clusters[at])
			at++
		}
		var old *Cluster
		if at < len(before.clusters) && before.clusters[at].spec.Name == c.spec.Name {
			old = before.clusters[at]
			at++
			if names.clustersLeft[c.spec.Name] {
				old = nil // another has its name now
			}
		}
		name := names.clusters[c.spec.Name]
		if name != "" {
			if i, ok := before.find(name); ok {
				old = before.clusters[i]
			}
		}
		if old == c {
			continue
		}
		if change := clusterChange(old, c, name); change.Kind != Changed || len(change.Ranges) > 0 || change.Was != "" || *change.CapacityBefore != *change.CapacityAfter {
			changes = append(changes, change)
		}
	}
	for ; at < len(before.clusters); at++ {
		gone(before.clusters[at])
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return cmp.Compare(a.Cluster, b.Cluster) })
	d.Changes = append(d.Changes, changes...)
}

// clusterChange compares two states of a cluster, of which one may be nil.
func clusterChange(before, after *Cluster, was string) Change {
	c := Change{Kind: Changed, Was: was}
	var old, now []Block
	if before == nil {
		c.Kind = Added
	} else {
		c.Cluster, old = before.spec.Name, before.blocks
		has := before.Capacity()
		c.CapacityBefore = &has
	}
	if after == nil {
		c.Kind = Removed
	} else {
		c.Cluster, now = after.spec.Name, after.blocks
		has := after.Capacity()
		c.CapacityAfter = &has
	}
	for i := range now {
		b := &now[i]
		var o Block
		if j := slices.IndexFunc(old, func(x Block) bool { return x.Role == b.Role && x.Name == b.Name }); j >= 0 {
			o = old[j]
		}
		r, changed := rangeChange(b.Role, b.Name, o.Range, b.Range)
		if b.Role == Pod && before != nil && after != nil && b.Range == after.Block(Pod) && o.Range == before.Block(Pod) && before.masks != after.masks {
			r.MasksBefore, r.MasksAfter = before.masks, after.masks
			if !changed {
				r.Kind, changed = Remasked, true
			}
			if kinds := r.kinds(); len(kinds) > 0 {
				r.Kind = kinds[0]
			}
		}
		if changed {
			c.Ranges = append(c.Ranges, r)
		}
	}
	for i := range old {
		o := &old[i]
		if !slices.ContainsFunc(now, func(x Block) bool { return x.Role == o.Role && x.Name == o.Name }) {
			r, _ := rangeChange(o.Role, o.Name, o.Range, dualstack.Pair{})
			c.Ranges = append(c.Ranges, r)
		}
	}
	slices.SortStableFunc(c.Ranges, func(a, b RangeChange) int {
		return cmp.Or(compareRoles(a.Role, b.Role), cmp.Compare(a.Name, b.Name))
	})
	if c.Kind == Changed {
		c.Steps = steps(c.Ranges)
	}
	return c
}

// rangeChange compares two states of a range and reports whether they differ.
func rangeChange(r Role, name string, before, after dualstack.Pair) (RangeChange, bool) {
	c := RangeChange{Role: r, Name: name, Before: before, After: after}
	if before == after {
		return c, false
	}
	c.Kind = kindsOf(before, after)[0]
	return c, true
}

// IsEmpty reports whether the plans have the same ranges and capacities.
func (d *Diff) IsEmpty() bool { return len(d.Changes)+len(d.Rests)+len(d.Freed) == 0 }

// String is the diff for people: a line for each cluster and range, with + for
// what is new, - for what is gone and ~ for what is different, and the steps
// below, without their sources, and at the end what rests and what has rested.
// It ends in a newline unless it is empty.
func (d *Diff) String() string {
	var s strings.Builder
	for _, c := range d.Changes {
		c.write(&s)
	}
	for _, q := range d.Rests {
		fmt.Fprintf(&s, "rests until %s: %v of %s\n", q.Until.Format(time.DateOnly), q.Prefix, q.Of)
	}
	for _, q := range d.Freed {
		fmt.Fprintf(&s, "has rested: %v of %s\n", q.Prefix, q.Of)
	}
	return s.String()
}

var changeMarks = map[ChangeKind]string{Added: "+", Removed: "-"}

func (c *Change) write(s *strings.Builder) {
	fmt.Fprintf(s, "%s %s", cmp.Or(changeMarks[c.Kind], "~"), owner(c.Cluster, c.Network))
	if c.Was != "" {
		fmt.Fprintf(s, ", which was %q", c.Was)
	}
	if b, a := c.CapacityBefore, c.CapacityAfter; b != nil && a != nil && *b != *a {
		fmt.Fprintf(s, ": %s", capacityChange(b, a))
	} else if a != nil && b == nil {
		fmt.Fprintf(s, ": holds %s", a.holds())
	}
	s.WriteByte('\n')
	for _, r := range c.Ranges {
		r.write(s)
	}
	for i, step := range c.Steps {
		fmt.Fprintf(s, "    %d. %s\n", i+1, step.Text)
	}
}

func (c *RangeChange) write(s *strings.Builder) {
	label := string(c.Role)
	if c.Name != "" {
		label += fmt.Sprintf(" %q", c.Name)
	}
	switch c.Kind {
	case Added:
		fmt.Fprintf(s, "  + %s %v\n", label, c.After)
	case Removed:
		fmt.Fprintf(s, "  - %s %v\n", label, c.Before)
	default:
		if c.Before == c.After {
			fmt.Fprintf(s, "  ~ %s %v: node masks %v → %v\n", label, c.After, c.MasksBefore, c.MasksAfter)
			return
		}
		fmt.Fprintf(s, "  ~ %s %v → %v (%s)\n", label, c.Before, c.After, c.Kind)
		if c.MasksBefore != c.MasksAfter {
			fmt.Fprintf(s, "    node masks %v → %v\n", c.MasksBefore, c.MasksAfter)
		}
	}
}
