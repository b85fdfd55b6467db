package k8sflags_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
)

func TestRulesTable(t *testing.T) {
	known := map[k8sflags.Component]bool{"": true}
	for c := range k8sflags.Components() {
		known[c] = true
	}
	last := ""
	for _, r := range k8sflags.Rules() {
		if len(r.ID) != 5 || !strings.HasPrefix(r.ID, "KC") || strings.Trim(r.ID[2:], "0123456789") != "" {
			t.Errorf("%q is no ID", r.ID)
		}
		if r.ID <= last {
			t.Errorf("%s is double or out of order", r.ID)
		}
		last = r.ID
		if r.Title == "" || r.Source == "" || r.Severity == 0 || !known[r.Component] {
			t.Errorf("%s is incomplete: %+v", r.ID, r)
		}
		for _, v := range []k8sflags.Version{r.Since, r.Until} {
			if !v.IsZero() && !v.IsSupported() {
				t.Errorf("%s is bounded by %s", r.ID, v)
			}
		}
	}
}

// A rule without a case in the tables of TestCheck and TestCheckChange would be
// one on trust.
func TestEveryRuleHasACase(t *testing.T) {
	var cases []byte
	for _, name := range []string{"check_test.go", "change_test.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		cases = append(cases, text...)
	}
	for _, r := range k8sflags.Rules() {
		if !strings.Contains(string(cases), `"`+r.Severity.String()+" "+r.ID) && r.ID != "KC001" {
			t.Errorf("%s %s has no case", r.ID, r.Title)
		}
	}
}

func TestRulesBelongToTheCaller(t *testing.T) {
	k8sflags.Rules()[0].ID = "changed"
	if got := k8sflags.Rules()[0].ID; got != "KC001" {
		t.Errorf("the table has %s", got)
	}
}

func TestSeverity(t *testing.T) {
	if k8sflags.Error <= k8sflags.Warning || k8sflags.Warning <= k8sflags.Info || k8sflags.Info <= 0 {
		t.Error("a worse severity is not greater")
	}
	for s, want := range map[k8sflags.Severity]string{0: "none", k8sflags.Info: "info", k8sflags.Warning: "warning", k8sflags.Error: "error", 9: "none"} {
		if s.String() != want {
			t.Errorf("%d is %s", s, s)
		}
	}
	for s := k8sflags.Severity(0); s <= k8sflags.Error; s++ {
		text, err := s.MarshalText()
		var back k8sflags.Severity
		if err != nil || back.UnmarshalText(text) != nil || back != s {
			t.Errorf("%s became %s", text, back)
		}
	}
	var s k8sflags.Severity
	if s.UnmarshalText([]byte("fatal")) == nil {
		t.Error("fatal is a severity")
	}
}

func TestFindingText(t *testing.T) {
	f := k8sflags.Finding{Rule: "KC407", Severity: k8sflags.Error, Component: k8sflags.Kubelet, Process: "worker-7", Flag: "max-pods", Value: "-1",
		Origin: k8sflags.Origin{File: "kubelet.service", Line: 9, Arg: 2}, Message: "kubelet --max-pods \"-1\": negative\nnumber", Fix: "use a positive number"}
	if got, want := f.String(), `kubelet.service:9: argument 2: error KC407: [worker-7] kubelet --max-pods "-1": negative number (use a positive number)`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	f.Process, f.Origin, f.Fix = "", k8sflags.Origin{Arg: 2}, ""
	if got, want := f.String(), `error KC407: kubelet --max-pods "-1": negative number`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	text, err := json.Marshal(f)
	if want := `{"rule":"KC407","severity":"error","component":"kubelet","flag":"max-pods","value":"-1","origin":{"arg":2},"message":"kubelet --max-pods \"-1\": negative\nnumber","fix":""}`; err != nil || string(text) != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

func TestOriginText(t *testing.T) {
	for want, o := range map[string]k8sflags.Origin{
		"":                             {},
		"a.yaml":                       {File: "a.yaml"},
		"a.yaml:3":                     {File: "a.yaml", Line: 3},
		"line 3":                       {Line: 3},
		"argument 2":                   {Arg: 2},
		"a.yaml:3: spec.x: argument 2": {File: "a.yaml", Line: 3, Field: "spec.x", Arg: 2},
		"maxPods":                      {Field: "maxPods"},
		"line 3: maxPods":              {Line: 3, Field: "maxPods"},
	} {
		if got := o.String(); got != want || o.IsZero() != (want == "") {
			t.Errorf("%+v is %q, want %q", o, got, want)
		}
	}
}
