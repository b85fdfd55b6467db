package k8sflags_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
)

func FuzzParseVersion(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		v, err := k8sflags.ParseVersion(text)
		if err != nil {
			return
		}
		if back, err := k8sflags.ParseVersion(v.String()); err != nil || back != v {
			t.Fatalf("%q is %v, and that %v, %v", text, v, back, err)
		}
	})
}

func FuzzParsePortRange(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		r, err := k8sflags.ParsePortRange(text)
		if err != nil {
			return
		}
		if r.Min < 0 || r.Max < r.Min || r.Max > 65535 {
			t.Fatalf("%q is %+v", text, r)
		}
		if back, err := k8sflags.ParsePortRange(r.String()); err != nil || back != r {
			t.Fatalf("%q is %v, and that %v, %v", text, r, back, err)
		}
	})
}

func FuzzSplitCommand(f *testing.F) {
	f.Fuzz(func(t *testing.T, line string) {
		argv, err := k8sflags.SplitCommand(line)
		if err != nil {
			return
		}
		p, err := k8sflags.ParseCommand(argv)
		if err != nil {
			return
		}
		again, err := k8sflags.SplitCommand(p.Flags.String())
		if err != nil || !slices.Equal(again[1:], p.Flags.Args()) {
			t.Fatalf("%q is %q, and that %q, %v", line, p.Flags.Args(), again, err)
		}
	})
}

// args reads a fuzzed text as arguments, one a line.
func args(text string) []string { return strings.Split(text, "\n") }

func FuzzParseArgs(f *testing.F) {
	f.Fuzz(func(t *testing.T, component byte, text string) {
		c := slices.Collect(k8sflags.Components())[int(component)%5]
		fl, err := k8sflags.ParseArgs(c, args(text))
		if err != nil {
			return
		}
		if got := fl.Args(); !slices.Equal(got, args(text)) {
			t.Fatalf("%q became %q", args(text), got)
		}
		for flag := range fl.All() {
			if _, ok := fl.Get(flag.Name); !ok {
				t.Fatalf("%s is there and is not", flag.Name)
			}
		}
	})
}

// Check, Infer and Render take whatever they are given, and agree: what Infer
// understands and Render accepts is free of errors.
func FuzzCheck(f *testing.F) {
	f.Fuzz(func(t *testing.T, minor byte, api, manager, kubelet, proxy string) {
		s := k8sflags.Set{Version: k8sflags.Version{Major: 1, Minor: int(minor)}}
		for i, text := range []string{api, manager, kubelet, proxy} {
			c := []k8sflags.Component{k8sflags.APIServer, k8sflags.ControllerManager, k8sflags.Kubelet, k8sflags.Proxy}[i]
			fl, err := k8sflags.ParseArgs(c, args(text))
			if err != nil {
				return
			}
			s.Processes = append(s.Processes, k8sflags.Process{Component: c, Flags: fl})
		}
		for _, finding := range k8sflags.Check(s, k8sflags.WithNodes(100)) {
			if finding.Message == "" || finding.Fix == "" || finding.Severity == 0 || strings.Contains(finding.String(), "\n") {
				t.Fatalf("%+v", finding)
			}
		}
		a, err := k8sflags.Infer(s)
		if err != nil {
			return
		}
		if a != a.Normalize() {
			t.Fatalf("%+v is not normalized", a)
		}
		rendered, err := k8sflags.Render(a)
		if err != nil {
			return
		}
		if back, err := k8sflags.Infer(rendered); err != nil || back != a {
			t.Fatalf("%+v became %+v, %v", a, back, err)
		}
	})
}
