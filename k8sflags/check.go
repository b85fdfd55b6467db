package k8sflags

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Check judges the flags of a cluster by [Rules]. A component that has no
// process in the set is unknown, and rules that need it stay silent; a process
// without a flag has Kubernetes' default. Each process is judged by its own
// version, or the set's; a version outside of the tables by the nearest in them,
// which is a finding of its own, and no version at all by the newest.
//
// The findings come worst first, then in the order of the set's processes, then
// by rule and by the flags' order. Nothing in the flags makes Check panic.
func Check(s Set, opts ...Option) []Finding {
	c := newCluster(s, newOptions(opts))
	var found findings
	for i := range ruleTable {
		row := &ruleTable[i]
		if c.opts.ignore[row.ID] || row.change != nil {
			continue
		}
		r := found.report(row)
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
	return found.inOrder()
}

// findings gathers what the rules say.
type findings struct {
	list []Finding
	at   []place // of each, beside list
}

// place is where a finding belongs: its process in the set, -1 for the set as a
// whole, and its flag in the process, -1 for none.
type place struct{ process, flag int }

// report lets a rule add its findings.
func (fs *findings) report(row *ruleRow) report { return report{row, fs} }

func (fs *findings) add(m *member, flag int, f Finding) {
	process := -1 // findings about the set come first
	if m != nil {
		process = m.index
	}
	fs.list = append(fs.list, f)
	fs.at = append(fs.at, place{process, flag})
}

// inOrder returns the findings, worst first.
func (fs *findings) inOrder() []Finding {
	index := make([]int, len(fs.list))
	for i := range index {
		index[i] = i
	}
	slices.SortStableFunc(index, func(i, j int) int {
		return cmp.Or(
			cmp.Compare(fs.list[j].Severity, fs.list[i].Severity),
			cmp.Compare(fs.at[i].process, fs.at[j].process),
			strings.Compare(fs.list[i].Rule, fs.list[j].Rule),
			cmp.Compare(fs.at[i].flag, fs.at[j].flag),
		)
	})
	sorted := make([]Finding, len(fs.list))
	for i, j := range index {
		sorted[i] = fs.list[j]
	}
	return sorted
}

// report takes the findings of one rule.
type report struct {
	row   *ruleRow
	found *findings
}

// flag reports a flag of a process, or its absence.
func (r report) flag(m *member, flag, fix, format string, args ...any) {
	f := r.finding(m, fix)
	f.Flag = flag
	i := -1
	if v := m.value(flag); v != nil {
		i = v.last
		f.Value = v.text
		f.Origin = m.Flags.items[i].flag.Origin
		f.Message = fmt.Sprintf("%s --%s %s: ", m.Component, flag, shown(f.Value))
	} else {
		f.Message = fmt.Sprintf("%s without --%s: ", m.Component, flag)
	}
	f.Message += fmt.Sprintf(format, args...)
	r.found.add(m, i, f)
}

// shown is a value as a message quotes it. A long one is cut: each element of a
// list may have a message.
func shown(value string) string {
	const most = 1000
	if len(value) <= most {
		return strconv.Quote(value)
	}
	return strconv.Quote(value[:most]) + "…"
}

// process reports a process as a whole; a nil one stands for the set.
func (r report) process(m *member, fix, format string, args ...any) {
	f := r.finding(m, fix)
	if m != nil {
		f.Message = string(m.Component) + ": "
	}
	f.Message += fmt.Sprintf(format, args...)
	r.found.add(m, -1, f)
}

func (r report) finding(m *member, fix string) Finding {
	f := Finding{Rule: r.row.ID, Severity: r.row.Severity, Fix: fix}
	if m != nil {
		f.Component, f.Process = m.Component, m.name
	}
	return f
}
