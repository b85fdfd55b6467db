package plantest

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/kubecidr/kubecidr/plan"
)

// always is before any time until which a range may rest, so that what rests
// does so for a test on any day.
var always = time.Unix(0, 0).UTC()

// UpToDate fails the test unless stored, the JSON of a plan as it is kept in a
// repository, is the plan of s: unless evolving it to s changes nothing. It
// shows what would change, as a plan.Diff. What rests goes on resting, so that
// the test does not fail by itself on a certain day.
func UpToDate(t TB, stored []byte, s plan.Spec) {
	t.Helper()
	p, err := plan.Decode(stored)
	if err != nil {
		t.Errorf("plantest: the stored plan: %v", err)
		return
	}
	q, d, err := plan.Evolve(p, s, plan.EvolveOptions{Now: always})
	if err != nil {
		t.Errorf("plantest: the stored plan does not become that of the spec: %v", err)
		return
	}
	if !d.IsEmpty() {
		d.Rests = nil // by no calendar
		t.Errorf("plantest: the stored plan is not that of the spec: evolve it and store it again:\n%s", strings.TrimSuffix(d.String(), "\n"))
		return
	}
	was, err1 := json.Marshal(p)
	is, err2 := json.Marshal(q)
	if err1 != nil || err2 != nil || string(was) != string(is) {
		t.Errorf("plantest: the stored plan has the ranges of the spec, but an older spec in it: evolve it and store it again")
	}
}
