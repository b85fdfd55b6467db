package main

import (
	"errors"
	"fmt"

	"github.com/kubecidr/kubecidr/plan"
)

// history is what became of the steps.
type history struct {
	events []event
	plan   *plan.Plan // after the last
}

// event is what became of one step.
type event struct {
	step
	diff    *plan.Diff // nil where the step was refused
	refused error
	plan    *plan.Plan // after the step; nil before there is one
}

// goThrough evolves a plan from step to step. The error says which steps were
// refused, or were not, against their word.
func goThrough(steps []step) (*history, error) {
	h := &history{}
	var errs []error
	for i, s := range steps {
		next, diff, err := plan.Evolve(h.plan, s.spec, plan.EvolveOptions{Now: s.day, Renamed: s.Renamed, AllowMove: s.AllowMove})
		if err == nil {
			h.plan = next
		}
		h.events = append(h.events, event{s, diff, err, h.plan})
		switch {
		case err != nil && !s.Refused:
			errs = append(errs, fmt.Errorf("grow: step %d of %s was refused", i+1, s.Date))
		case err == nil && s.Refused:
			errs = append(errs, fmt.Errorf("grow: step %d of %s was to be refused, and was not", i+1, s.Date))
		}
	}
	return h, errors.Join(errs...)
}
