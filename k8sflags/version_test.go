package k8sflags_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
)

func TestParseVersion(t *testing.T) {
	for text, want := range map[string]k8sflags.Version{
		"1.34":            {Major: 1, Minor: 34},
		"v1.34":           {Major: 1, Minor: 34},
		"v1.34.2":         {Major: 1, Minor: 34},
		"1.34.0-alpha.1":  {Major: 1, Minor: 34},
		"v1.34.2-gke.100": {Major: 1, Minor: 34},
		"v1.34.2+k3s1":    {Major: 1, Minor: 34},
		"1.34+":           {Major: 1, Minor: 34},
		"1.34-eks":        {Major: 1, Minor: 34},
		"0.21":            {Minor: 21},
		"2.0":             {Major: 2},
		"1.9":             {Major: 1, Minor: 9},
	} {
		if got, err := k8sflags.ParseVersion(text); err != nil || got != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "1", "v", "1.", ".34", "1.x", "x.34", "1.034", "01.34", "1.34x", "-1.34", "1.-34", "1. 34", " 1.34", "V1.34", "vv1.34", "1.99999", "99999.1", "0.0", "1,34"} {
		if got, err := k8sflags.ParseVersion(text); !errors.Is(err, k8sflags.ErrVersion) || got != (k8sflags.Version{}) {
			t.Errorf("%q: %v, %v, want ErrVersion", text, got, err)
		}
	}
	_, err := k8sflags.ParseVersion("latest")
	if want := `k8sflags: version "latest": want major.minor, like 1.34: unsupported Kubernetes version`; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}

func TestVersionsAreOrderedByNumberNotByText(t *testing.T) {
	ordered := []k8sflags.Version{{}, {Minor: 9}, {Major: 1, Minor: 9}, {Major: 1, Minor: 24}, {Major: 1, Minor: 100}, {Major: 2}}
	if !slices.IsSortedFunc(ordered, k8sflags.Version.Compare) {
		t.Error("not in order")
	}
	for i, v := range ordered {
		if v.Compare(v) != 0 || !v.AtLeast(v) || (i > 0 && ordered[i-1].AtLeast(v)) {
			t.Errorf("%v does not compare", v)
		}
	}
}

func TestVersionsOfTheTables(t *testing.T) {
	all := slices.Collect(k8sflags.Versions())
	if len(all) != 14 || all[0].String() != "1.24" || all[13].String() != "1.37" {
		t.Errorf("%v", all)
	}
	for v, want := range map[k8sflags.Version]bool{{}: false, {Major: 1, Minor: 23}: false, {Major: 1, Minor: 24}: true, {Major: 1, Minor: 37}: true, {Major: 1, Minor: 38}: false, {Major: 2, Minor: 30}: false} {
		if v.IsSupported() != want {
			t.Errorf("%v: supported is %v", v, !want)
		}
	}
}

func TestVersionText(t *testing.T) {
	type doc struct {
		A k8sflags.Version `json:"a"`
		B k8sflags.Version `json:"b,omitzero"`
	}
	got, err := json.Marshal(doc{A: k8sflags.Version{Major: 1, Minor: 34}})
	if err != nil || string(got) != `{"a":"1.34"}` {
		t.Errorf("%s, %v", got, err)
	}
	var d doc
	if err := json.Unmarshal([]byte(`{"a":"v1.30.1","b":""}`), &d); err != nil || d.A.String() != "1.30" || !d.B.IsZero() {
		t.Errorf("%+v, %v", d, err)
	}
	v := k8sflags.MaxVersion()
	if err := v.UnmarshalText([]byte("new")); err == nil || v != k8sflags.MaxVersion() {
		t.Errorf("an error changed the version to %v", v)
	}
}
