package main

import (
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"strings"

	"github.com/kubecidr/kubecidr/plan"
)

// document is the history for programs. Plan is what to go on from next year.
type document struct {
	Steps []stepDocument `json:"steps"`
	Plan  *plan.Plan     `json:"plan,omitempty"`
}

type stepDocument struct {
	Date  string     `json:"date"`
	Title string     `json:"title"`
	Diff  *plan.Diff `json:"diff,omitempty"`
	// Refused says why, line by line, and Outgrown which ranges could not stay.
	Refused  []string        `json:"refused,omitempty"`
	Outgrown []plan.Outgrown `json:"outgrown,omitempty"`
	Pools    []poolDocument  `json:"pools,omitempty"`
}

type poolDocument struct {
	Pool     string   `json:"pool"`
	Family   string   `json:"family"`
	Total    *big.Int `json:"total"`
	Reserved *big.Int `json:"reserved"`
	Used     *big.Int `json:"used"`
	Headroom *big.Int `json:"headroom"`
	Resting  *big.Int `json:"resting"`
	Free     *big.Int `json:"free"`
	Largest  string   `json:"largest,omitempty"`
}

func writeJSON(to io.Writer, h *history) error {
	d := document{Plan: h.plan}
	for _, e := range h.events {
		s := stepDocument{Date: e.Date, Title: e.Title, Diff: e.diff}
		if e.refused != nil {
			s.Refused = strings.Split(e.refused.Error(), "\n")
			var outgrown *plan.OutgrownError
			if errors.As(e.refused, &outgrown) {
				s.Outgrown = outgrown.Ranges
			}
		}
		if e.plan != nil {
			for u := range e.plan.Pools() {
				p := poolDocument{u.Pool, u.Family.String(), u.Total, u.Reserved, u.Used, u.Headroom, u.Resting, u.Free, ""}
				if u.Largest.IsValid() {
					p.Largest = u.Largest.String()
				}
				s.Pools = append(s.Pools, p)
			}
		}
		d.Steps = append(d.Steps, s)
	}
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	return e.Encode(d)
}
