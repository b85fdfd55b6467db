package main

import (
	"encoding/json"
	"io"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/k8sflags/manifest"
)

// writeJSON writes the verdict. What there is none of is an empty list.
func writeJSON(to io.Writer, v verdict) error {
	if v.Findings == nil {
		v.Findings = []k8sflags.Finding{}
	}
	if v.Missing == nil {
		v.Missing = []manifest.Missing{}
	}
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
