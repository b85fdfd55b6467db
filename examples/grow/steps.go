package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/planfile"
)

// stepsFile is the file of steps in a directory.
const stepsFile = "steps.json"

// step is one change of the fleet.
type step struct {
	Date  string `json:"date"` // 2026-03-02
	Title string `json:"title"`
	// Spec is the file of the whole spec from then on. Without one it is that of
	// the step before: time alone has passed.
	Spec      string            `json:"spec,omitempty"`
	Renamed   map[string]string `json:"renamed,omitempty"`
	AllowMove []string          `json:"allowMove,omitempty"`
	// Refused says that this step is not to succeed.
	Refused bool `json:"refused,omitempty"`

	day  time.Time
	spec plan.Spec
}

// readSteps reads a file of steps and every spec that it names.
func readSteps(files fs.FS, dir, name string) ([]step, error) {
	text, err := fs.ReadFile(files, path.Join(dir, name))
	if err != nil {
		return nil, fmt.Errorf("grow: %w", err)
	}
	var steps []step
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&steps); err != nil {
		return nil, fmt.Errorf("grow: %s: want a list of steps: %w", name, err)
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("grow: %s: it has no steps", name)
	}
	var errs []error
	for i := range steps {
		s := &steps[i]
		fail := func(err error) { errs = append(errs, fmt.Errorf("grow: %s: step %d: %w", name, i+1, err)) }
		if s.day, err = time.Parse(time.DateOnly, s.Date); err != nil {
			fail(fmt.Errorf("date %q: want one such as 2026-03-02", s.Date))
		} else if i > 0 && s.day.Before(steps[i-1].day) {
			fail(fmt.Errorf("date %s is before that of the step before", s.Date))
		}
		switch {
		case s.Spec == "" && i == 0:
			fail(errors.New("the first needs a spec"))
		case s.Spec == "":
			s.spec = steps[i-1].spec
		default:
			text, err := fs.ReadFile(files, path.Join(dir, s.Spec))
			if err != nil {
				fail(err)
				continue
			}
			if s.spec, err = planfile.Parse(s.Spec, text); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return steps, errors.Join(errs...)
}
