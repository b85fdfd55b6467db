package plan_test

import (
	"fmt"
	"testing"

	"github.com/kubecidr/kubecidr/plan"
)

// What each kind keeps apart; nodes and single addresses always are.
func TestMeshKind(t *testing.T) {
	for kind, want := range map[plan.MeshKind]string{
		plan.Submariner:          "pod service",
		plan.SubmarinerGlobalnet: "",
		plan.ClusterMesh:         "pod service",
		plan.IstioSingleNetwork:  "pod",
		plan.IstioMultiNetwork:   "",
	} {
		got := ""
		for _, r := range []plan.Role{plan.Pod, plan.Service} {
			if kind.Apart(r) {
				got += " " + string(r)
			}
		}
		if got != "" {
			got = got[1:]
		}
		if got != want || !kind.Valid() || kind.Source() == "" || !kind.Apart(plan.Node) || !kind.Apart(plan.External) || !kind.Apart(plan.Ingress) {
			t.Errorf("%s keeps %q apart, want %q; source %q", kind, got, want, kind.Source())
		}
	}
	if kind := plan.MeshKind("vpn"); kind.Valid() || !kind.Apart(plan.Pod) || kind.Source() != "" {
		t.Error("a kind that nobody knows")
	}
	if len(plan.MeshKinds()) != 5 {
		t.Errorf("kinds %v", plan.MeshKinds())
	}
}

// Where the ranges of a pool go: three /28 in a /24 of which the beginning is
// reserved, so that the free blocks are a /26 and a /25.
func TestFit(t *testing.T) {
	for fit, want := range map[plan.Fit]string{
		"":            "a 10.0.0.64/28 b 10.0.0.80/28 c 10.0.0.96/28",
		plan.BestFit:  "a 10.0.0.64/28 b 10.0.0.80/28 c 10.0.0.96/28",
		plan.FirstFit: "a 10.0.0.64/28 b 10.0.0.80/28 c 10.0.0.96/28",
		plan.LastFit:  "a 10.0.0.240/28 b 10.0.0.224/28 c 10.0.0.208/28",
		plan.Sparse:   "a 10.0.0.128/28 b 10.0.0.64/28 c 10.0.0.192/28",
	} {
		s := podFleet(24, 1, 1, 1)
		s.Share, s.Pools[0].Fit = nil, fit
		s.Reserved = []plan.Reservation{{Prefix: prefix("10.0.0.0/26")}}
		if got := podRanges(solved(t, s)); got != want || !fit.Valid() {
			t.Errorf("fit %q: %s, want %s", fit, got, want)
		}
	}
	if plan.Fit("worst").Valid() || fmt.Sprint(plan.Fits()) != "[best first last sparse]" {
		t.Errorf("fits %v", plan.Fits())
	}
}
