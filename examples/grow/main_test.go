package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/plantest"
)

var update = flag.Bool("update", false, "write testdata/year.txt anew")

func output(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if code := run(args, &out, &errs); code != 0 || errs.Len() > 0 {
		t.Fatalf("%v: exit code %d, %s", args, code, &errs)
	}
	return out.String()
}

// What a reviewer sees is reviewed: go test ./examples/grow -update.
func TestTheYear(t *testing.T) {
	got := output(t)
	golden := filepath.Join("testdata", "year.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Error(d)
	}
	for line := range strings.Lines(got) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > width {
			t.Errorf("%d columns: %s", n, line)
		}
	}
}

func TestTheYearFromADirectoryAndAFile(t *testing.T) {
	want := output(t)
	for _, f := range []string{"year", filepath.Join("year", "steps.json")} {
		if got := output(t, "-f", f); got != want {
			t.Errorf("-f %s: %s", f, cmp.Diff(want, got))
		}
	}
}

// Each step keeps to the promises, whatever it is about.
func TestNothingMovesUnlessAllowed(t *testing.T) {
	steps, err := readSteps(year, "year", stepsFile)
	if err != nil {
		t.Fatal(err)
	}
	h, err := goThrough(steps)
	if err != nil {
		t.Fatal(err)
	}
	var before *plan.Plan
	for _, e := range h.events {
		plantest.Check(t, e.plan)
		if before != nil && len(e.AllowMove) == 0 {
			plantest.Unmoved(t, before, e.plan, e.Renamed)
		}
		before = e.plan
	}
}

func TestJSON(t *testing.T) {
	text := output(t, "-json")
	var got struct {
		Steps []struct {
			Date     string
			Diff     *plan.Diff
			Refused  []string
			Outgrown []plan.Outgrown
			Pools    []struct{ Pool, Family, Largest string }
		}
		Plan json.RawMessage
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatal(err)
	}
	kinds := map[plan.ChangeKind]bool{}
	refused := 0
	for _, s := range got.Steps {
		if len(s.Pools) != 2 || s.Pools[0].Family != "IPv4" || s.Pools[1].Largest == "" {
			t.Errorf("%s: pools %+v", s.Date, s.Pools)
		}
		if s.Diff == nil {
			refused++
			if len(s.Refused) == 0 || len(s.Outgrown) != 1 || s.Outgrown[0].Cluster != "data" || len(s.Outgrown[0].WaysOut) == 0 {
				t.Errorf("%s: %v, %+v", s.Date, s.Refused, s.Outgrown)
			}
			continue
		}
		for _, c := range s.Diff.Changes {
			kinds[c.Kind] = true
			for _, r := range c.Ranges {
				kinds[r.Kind] = true
			}
		}
	}
	for _, k := range []plan.ChangeKind{plan.Added, plan.Removed, plan.Changed, plan.Grown, plan.Moved, plan.FamilyAdded} {
		if !kinds[k] {
			t.Errorf("nothing is %s in this year", k)
		}
	}
	if refused != 1 {
		t.Errorf("%d steps are refused", refused)
	}
	p, err := plan.Decode(got.Plan)
	if err != nil {
		t.Fatal(err)
	}
	plantest.Check(t, p)
}

func TestWrap(t *testing.T) {
	long := "  " + strings.Repeat("word ", 30) + "end\nshort\n" + strings.Repeat("x", 200) + "\n"
	got := wrap(long)
	want := "  " + strings.TrimSuffix(strings.Repeat("word ", 23), " ") + "\n      " + strings.Repeat("word ", 7) + "end\nshort\n" + strings.Repeat("x", 200) + "\n"
	if got != want {
		t.Errorf("%s", cmp.Diff(want, got))
	}
}

func TestWhatIsWrong(t *testing.T) {
	const (
		good = "pools: [{name: lab, prefixes: [10.0.0.0/16]}]\nclusters: [{name: a, nodes: 4}]\n"
		full = "pools: [{name: lab, prefixes: [10.0.0.0/28]}]\nclusters: [{name: a, nodes: 4}]\n"
	)
	year := func(steps string) string {
		dir := t.TempDir()
		for name, text := range map[string]string{stepsFile: steps, "good.yaml": good, "full.yaml": full, "bad.yaml": "pools: 3\n"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	for _, tt := range []struct {
		name   string
		args   []string
		code   int
		want   []string
		output bool
	}{
		{"a stray argument", []string{"year"}, 2, []string{"[year]: want -f and -json"}, false},
		{"no such flag", []string{"-x"}, 2, []string{"-x"}, false},
		{"no such file", []string{"-f", "nowhere"}, 1, []string{"grow: ", "nowhere"}, false},
		{"a directory without steps", []string{"-f", t.TempDir()}, 1, []string{"grow: ", "steps.json"}, false},
		{"no JSON", []string{"-f", year("steps: 3")}, 1, []string{"grow: steps.json: want a list of steps"}, false},
		{"an unknown field", []string{"-f", year(`[{"day": 3}]`)}, 1, []string{"grow: steps.json: want a list of steps", "day"}, false},
		{"no steps", []string{"-f", year("[]")}, 1, []string{"grow: steps.json: it has no steps"}, false},
		{"wrong steps", []string{"-f", year(`[{"date": "soon"}, {"date": "2026-02-03", "spec": "none.yaml"}, {"date": "2026-01-03", "spec": "bad.yaml"}]`)}, 1, []string{
			`grow: steps.json: step 1: date "soon": want one such as 2026-03-02`, "grow: steps.json: step 1: the first needs a spec",
			"grow: steps.json: step 2: ", "none.yaml", "grow: steps.json: step 3: date 2026-01-03 is before that of the step before", "bad.yaml:1: pools",
		}, false},
		{"a step is refused", []string{"-f", year(`[{"date": "2026-01-03", "spec": "full.yaml"}, {"date": "2026-01-03", "spec": "good.yaml"}]`)}, 1,
			[]string{"grow: step 1 of 2026-01-03 was refused"}, true},
		{"a step is not refused", []string{"-f", year(`[{"date": "2026-01-03", "spec": "good.yaml", "refused": true}]`)}, 1,
			[]string{"grow: step 1 of 2026-01-03 was to be refused, and was not"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if code := run(tt.args, &out, &errs); code != tt.code || (out.Len() > 0) != tt.output {
				t.Errorf("exit code %d, want %d; output %q", code, tt.code, &out)
			}
			for _, want := range tt.want {
				if !strings.Contains(errs.String(), want) {
					t.Errorf("no %q in\n%s", want, &errs)
				}
			}
		})
	}
}

func TestHelpIsNoError(t *testing.T) {
	var out, errs bytes.Buffer
	if code := run([]string{"-h"}, &out, &errs); code != 0 || !strings.Contains(errs.String(), "-json") {
		t.Errorf("exit code %d, %s", code, &errs)
	}
}
