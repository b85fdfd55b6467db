package k8sflags

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Check judges the flags of a cluster by every one of [Rules]. A component that
// has no process in the set is unknown, and rules that need it stay silent; a
// process without a flag has Kubernetes' default. Each process is judged by its
// own version, or the set's; a version outside of the tables by the nearest in
// them, which is a finding of its own, and no version at all by the newest.
//
// The findings come worst first, then in the order of the set's processes, then
// by rule. Nothing in the flags makes Check panic.
func Check(s Set, opts ...Option) []Finding {
	c := newCluster(s, newOptions(opts))
	var out []Finding
	order := make(map[*member]int, len(c.members))
	for i, m := range c.members {
		order[m] = i
	}
	order[nil] = -1 // findings about the set come first
	var at []int    // the place of the process of each finding, beside out
	for i := range ruleTable {
		row := &ruleTable[i]
		if c.opts.ignore[row.ID] {
			continue
		}
		r := report{row: row, add: func(m *member, f Finding) {
			out = append(out, f)
			at = append(at, order[m])
		}}
		if row.all != nil {
			if row.applies(c.version) {
				row.all(c, r)
			}
			continue
		}
		for _, m := range c.members {
			if (row.Component == "" || row.Component == m.Component) && row.applies(m.at) {
				row.each(c, m, r)
			}
		}
	}
	return inOrder(out, at)
}

// inOrder sorts findings, at being the place of the process of each.
func inOrder(out []Finding, at []int) []Finding {
	index := make([]int, len(out))
	for i := range index {
		index[i] = i
	}
	slices.SortStableFunc(index, func(i, j int) int {
		return cmp.Or(
			cmp.Compare(out[j].Severity, out[i].Severity),
			cmp.Compare(at[i], at[j]),
			compareText(out[i].Rule, out[j].Rule),
			cmp.Compare(out[i].Origin.Arg, out[j].Origin.Arg),
		)
	})
	sorted := make([]Finding, len(out))
	for i, j := range index {
		sorted[i] = out[j]
	}
	return sorted
}

func compareText(a, b string) int { return strings.Compare(a, b) }

// report takes the findings of one rule.
type report struct {
	row *ruleRow
	add func(*member, Finding)
}

// flag reports a flag of a process, or its absence.
func (r report) flag(m *member, flag, fix, format string, args ...any) {
	f := r.finding(m, fix)
	f.Flag = flag
	last, ok := m.Flags.last(flag)
	if ok {
		f.Value, _ = m.Flags.Get(flag)
		f.Origin = last.Origin
		f.Message = fmt.Sprintf("%s --%s %q: ", m.Component, flag, f.Value)
	} else {
		f.Message = fmt.Sprintf("%s without --%s: ", m.Component, flag)
	}
	f.Message += fmt.Sprintf(format, args...)
	r.add(m, f)
}

// process reports a process as a whole; a nil one stands for the set.
func (r report) process(m *member, fix, format string, args ...any) {
	f := r.finding(m, fix)
	if m != nil {
		f.Message = string(m.Component) + ": "
	}
	f.Message += fmt.Sprintf(format, args...)
	r.add(m, f)
}

func (r report) finding(m *member, fix string) Finding {
	f := Finding{Rule: r.row.ID, Severity: r.row.Severity, Fix: fix}
	if m != nil {
		f.Component, f.Process = m.Component, m.name
	}
	return f
}
