package plan

import (
	"slices"

	"github.com/kubecidr/kubecidr/dualstack"
)

// kindsOf returns the kinds of change that hold of two states of a range, which
// differ, what takes the most first.
func kindsOf(before, after dualstack.Pair) []ChangeKind {
	switch {
	case before.IsZero():
		return []ChangeKind{Added}
	case after.IsZero():
		return []ChangeKind{Removed}
	}
	holds := map[ChangeKind]bool{}
	common := 0
	for _, f := range before.Families() {
		p, q := before.Of(f), after.Of(f)
		if !q.IsValid() {
			holds[FamilyRemoved] = true
			continue
		}
		common++
		switch {
		case p == q:
		case covers(q, p):
			holds[Grown] = true
		case covers(p, q):
			holds[Shrunk] = true
		default:
			holds[Moved] = true
		}
	}
	if common == 0 {
		return []ChangeKind{Moved} // from one family to the other
	}
	holds[FamilyAdded] = len(after.Families()) > common
	holds[Reordered] = before.Families()[0] != after.Families()[0]
	var kinds []ChangeKind
	for _, k := range []ChangeKind{Moved, Shrunk, Reordered, FamilyRemoved, Grown, FamilyAdded} {
		if holds[k] {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// kinds returns all that happened to the range, what takes the most first, and
// only that where the rest comes with it: a range that has to be built anew.
func (c *RangeChange) kinds() []ChangeKind {
	var kinds []ChangeKind
	if c.Before != c.After {
		kinds = kindsOf(c.Before, c.After)
	}
	for _, f := range c.Before.Families() {
		if a, b := c.MasksBefore.Of(f), c.MasksAfter.Of(f); a != b && b != 0 && c.After.Of(f).IsValid() && !slices.Contains(kinds, Remasked) {
			kinds = append([]ChangeKind{Remasked}, kinds...)
		}
	}
	if i := slices.IndexFunc(kinds, func(k ChangeKind) bool { return k == Moved || k == Shrunk || k == Reordered }); i >= 0 {
		return kinds[i : i+1]
	}
	return kinds
}
