package main

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
)

// A plan says what to measure.
type plan struct {
	settings
	sizes    []int
	families []cidr.Family
	only     *regexp.Regexp // workloads and inputs, as their headings have them
	who      *regexp.Regexp // contenders besides ours
}

// A section is a workload on one kind of input: a row for each contender with a
// cell for each size.
type section struct {
	heading string
	per     string
	sizes   []int // as they were, not as they were asked for
	rows    []row
}

type row struct {
	name  string
	cells []cell
	notes []string
}

// A cell is what a contender took at a size, or nothing.
type cell struct {
	cost
	measured bool
}

// run measures everything that is planned, passes each section on as soon as it
// is done, and returns what the contenders disagree about.
func (p plan) run(all []workload, done func(section)) (disagreements []string) {
	for _, w := range all {
		for _, k := range w.kinds {
			for _, f := range w.families {
				heading := w.name
				if k.name != "" {
					heading += ": " + k.name
				}
				heading += fmt.Sprintf(", %v", f)
				if !slices.Contains(p.families, f) || !p.only.MatchString(heading) {
					continue
				}
				s, wrong := p.section(w, k, f)
				s.heading = heading
				for _, d := range wrong {
					disagreements = append(disagreements, heading+": "+d)
				}
				done(s)
			}
		}
	}
	return disagreements
}

func (p plan) section(w workload, k kind, f cidr.Family) (s section, wrong []string) {
	s.per = w.per
	var taking []contender
	for _, c := range w.contenders {
		if c.name == ours || p.who.MatchString(c.name) {
			taking = append(taking, c)
			s.rows = append(s.rows, row{name: c.name})
		}
	}
	last := make([]time.Duration, len(taking)) // at the size before
	for _, n := range p.sizes {
		if w.size != nil {
			n = w.size(n)
		}
		in := input{kind: k.name, family: f, n: n, prefixes: k.list(f, n)}
		if len(in.prefixes) > 0 {
			in.n = len(in.prefixes)
		}
		if slices.Contains(s.sizes, in.n) {
			continue // there is no more of it
		}
		if w.setup != nil {
			w.setup(&in)
		}
		s.sizes = append(s.sizes, in.n)
		var want uint64
		for i, c := range taking {
			r := &s.rows[i]
			whole, answer, result, note := p.contend(c, in, r, s.sizes, last[i])
			last[i] = whole
			r.cells = append(r.cells, result)
			if note != "" && !slices.Contains(r.notes, note) {
				r.notes = append(r.notes, note)
			}
			switch {
			case !result.measured:
			case i == 0:
				want = answer
			case s.rows[0].cells[len(s.sizes)-1].measured && answer != want &&
				(c.differs == nil || c.differs(in) == ""):
				wrong = append(wrong, fmt.Sprintf("%s and %s disagree at n = %d", ours, c.name, in.n))
			}
		}
	}
	return s, wrong
}

// contend measures one contender at one size, and returns how long it took to
// do the job once, with all that is not timed. One that is quadratic is left out
// if that would be more than the budget, by what it was at the size before.
func (p plan) contend(c contender, in input, r *row, sizes []int, last time.Duration) (whole time.Duration, answer uint64, result cell, note string) {
	if c.quadratic && len(sizes) > 1 {
		growth := float64(in.n) / float64(sizes[len(sizes)-2])
		if last == 0 || time.Duration(float64(last)*growth*growth) > p.budget {
			return 0, 0, cell{}, cutNote(r, sizes)
		}
	}
	start := processorTime()
	j, why := c.prepare(in)
	if why != "" {
		return 0, 0, cell{}, why
	}
	if c.differs != nil {
		note = c.differs(in)
	}
	took, allocs, bytes := first(j)
	whole = processorTime() - start
	answer = j.answer()
	n := float64(in.n)
	if j.elements > 0 {
		n = float64(j.elements)
	}
	ns := float64(measure(j, took, whole, p.settings))
	return whole, answer, cell{cost{ns / n, allocs / n, bytes / n}, true}, note
}

// cutNote says where a quadratic contender was measured last.
func cutNote(r *row, sizes []int) string {
	for i := len(r.cells) - 1; i >= 0; i-- {
		if r.cells[i].measured {
			return fmt.Sprintf("quadratic, cut at n = %s", thousands(sizes[i]))
		}
	}
	return "quadratic, cut"
}
