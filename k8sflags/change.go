package k8sflags

import "strconv"

// CheckChange judges what a cluster that runs with the flags of before makes of
// those of after, by the rules of [Rules] that have Change set: what may not
// change while nodes, Services and pods exist ([Error]), what starts and leaves
// something behind ([Warning]), and what may be done, the Fix being the steps in
// order ([Info]). It says nothing about after by itself: see [Check].
//
// Parts that one of the sets does not show are silent, and so are values that
// cannot be read. Findings point into after. They are judged by its version, and
// come like those of Check. A set against itself has none.
func CheckChange(before, after Set) []Finding {
	ch := &change{newCluster(before, newOptions(nil)), newCluster(after, newOptions(nil))}
	var found findings
	for i := range ruleTable {
		if row := &ruleTable[i]; row.change != nil && row.applies(ch.after.version) {
			row.change(ch, found.report(row))
		}
	}
	return found.inOrder()
}

// change is a cluster before and after.
type change struct{ before, after *cluster }

// steps writes a way out that has an order: "1. …; 2. …".
func steps(list ...string) string {
	s := ""
	for i, step := range list {
		if i > 0 {
			s += "; "
		}
		s += strconv.Itoa(i+1) + ". " + step
	}
	return s
}
