package main

import (
	"encoding/json"
	"io"

	"github.com/kubecidr/kubecidr/plan"
)

// writeJSON writes the plan, or the clusters asked for in the same shape.
func writeJSON(to io.Writer, p *plan.Plan, clusters []*plan.Cluster) error {
	var v any = p
	all := 0
	for range p.Clusters() {
		all++
	}
	if len(clusters) < all {
		v = struct {
			Clusters []*plan.Cluster `json:"clusters"`
		}{clusters}
	}
	e := json.NewEncoder(to)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
