package main

import (
	"regexp"
	"strings"
	"testing"
	"time"
)

// Everything runs once, and all agree on the results.
func TestContendersAgree(t *testing.T) {
	p := plan{
		settings: settings{runs: 1, budget: time.Second},
		sizes:    []int{1000},
		families: both,
		only:     regexp.MustCompile(""),
		who:      regexp.MustCompile(""),
	}
	sections := 0
	for _, d := range p.run(workloads(), func(s section) {
		sections++
		for _, r := range s.rows {
			if !r.cells[0].measured {
				t.Errorf("%s: %s was not measured: %s", s.heading, r.name, strings.Join(r.notes, "; "))
			}
		}
	}) {
		t.Error(d)
	}
	if sections < 30 {
		t.Errorf("only %d sections", sections)
	}
}
