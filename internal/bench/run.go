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
	wrong    bool // the answer, for a reason that the notes have
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
	tries := make([]try, len(taking))
	for _, n := range p.sizes {
		in := w.input(k, f, n)
		if slices.Contains(s.sizes, in.n) {
			continue // there is no more of it
		}
		s.sizes = append(s.sizes, in.n)
		var want uint64
		for i, c := range taking {
			r := &s.rows[i]
			if c.quadratic && tries[i].n == 0 && in.n > smallest {
				tries[i], _, _, _ = p.contend(c, w.input(k, f, smallest), 1)
			}
			if c.quadratic && tries[i].at(in.n) > p.budget {
				r.cells = append(r.cells, cell{})
				r.note("quadratic, cut at n = " + thousands(tries[i].n))
				continue
			}
			t, answer, result, note := p.contend(c, in, p.runs)
			tries[i] = t
			r.cells = append(r.cells, result)
			r.note(note)
			switch {
			case !result.measured:
			case i == 0:
				want = answer
			case s.rows[0].cells[len(s.sizes)-1].measured && answer != want && !result.wrong:
				wrong = append(wrong, fmt.Sprintf("%s and %s disagree at n = %d", ours, c.name, in.n))
			}
		}
	}
	return s, wrong
}

// input makes what the contenders get.
func (w workload) input(k kind, f cidr.Family, n int) input {
	if w.size != nil {
		n = w.size(n)
	}
	in := input{kind: k.name, family: f, n: n, prefixes: k.list(f, n)}
	if len(in.prefixes) > 0 {
		in.n = len(in.prefixes) // there may be no more
	}
	if w.setup != nil {
		w.setup(&in)
	}
	return in
}

// note adds a note that is not there yet.
func (r *row) note(text string) {
	if text != "" && !slices.Contains(r.notes, text) {
		r.notes = append(r.notes, text)
	}
}

// smallest is the n that what is quadratic is tried for before a larger one.
const smallest = 1000

// A try is how long a contender took to do a job once, with all that is not
// timed, at the size before.
type try struct {
	n    int
	took time.Duration
}

// at is how long it takes at another size if it is quadratic.
func (t try) at(n int) time.Duration {
	if t.n == 0 {
		return 0
	}
	growth := float64(n) / float64(t.n)
	return time.Duration(min(float64(t.took)*growth*growth, float64(1<<62)))
}

// contend measures one contender at one size.
func (p plan) contend(c contender, in input, runs int) (t try, answer uint64, result cell, note string) {
	start := processorTime()
	j, why := c.prepare(in)
	if why != "" {
		return try{}, 0, cell{}, why
	}
	if c.differs != nil {
		note = c.differs(in)
	}
	took, allocs, bytes := first(j)
	t = try{in.n, processorTime() - start}
	answer = j.answer()
	n := float64(in.n)
	if j.elements > 0 {
		n = float64(j.elements)
	}
	ns := float64(measure(j, took, t.took, runs, p.settings))
	return t, answer, cell{cost{ns / n, allocs / n, bytes / n}, true, note != ""}, note
}
