package k8sflags_test

import (
	"net/netip"
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

// CheckChange takes whatever it is given, and finds nothing between equals.
// Every second line is of the set after.
func FuzzCheckChange(f *testing.F) {
	for _, lines := range [][]string{good, goodDual, sample} {
		f.Add(byte(34), strings.Join(lines, "\n")+"\n")
		f.Add(byte(30), strings.Join(append(slices.Clone(lines), goodDual...), "\n"))
	}
	f.Add(byte(37), "kube-apiserver --service-cluster-ip-range=::/0\nkube-apiserver -service-cluster-ip-range=fd00::/128,0.0.0.0/0")
	f.Add(byte(24), "kube-controller-manager --allocate-node-cidrs --cluster-cidr=::/0 --node-cidr-mask-size=-1\nkube-controller-manager --allocate-node-cidrs --cluster-cidr=::ffff:0:0/96,::/1")
	f.Fuzz(func(t *testing.T, minor byte, text string) {
		sets := [2]k8sflags.Set{{Version: k8sflags.Version{Major: 1, Minor: int(minor)}}, {}}
		for i, line := range strings.Split(text, "\n") {
			argv, err := k8sflags.SplitCommand(line)
			if err != nil {
				continue
			}
			if p, err := k8sflags.ParseCommand(argv); err == nil {
				sets[i%2].Processes = append(sets[i%2].Processes, p)
			}
		}
		for _, finding := range k8sflags.CheckChange(sets[0], sets[1]) {
			if finding.Message == "" || !strings.HasPrefix(finding.Fix, "1. ") || finding.Rule < "KC7" {
				t.Fatalf("%+v", finding)
			}
		}
		for _, s := range sets {
			if got := k8sflags.CheckChange(s, s); len(got) != 0 {
				t.Fatalf("against itself: %v", got)
			}
			for _, finding := range k8sflags.Check(s, k8sflags.WithIPAM(k8sflags.OVNKubernetes), k8sflags.WithNodes(1<<40)) {
				if finding.Message == "" || finding.Fix == "" || finding.Severity == 0 || finding.Rule >= "KC7" {
					t.Fatalf("%+v", finding)
				}
			}
		}
	})
}

// Whatever the prefix is, the bands tile what can be given.
func FuzzServiceBands(f *testing.F) {
	f.Add([]byte{10, 96, 0, 0}, 16)
	f.Add([]byte{10, 96, 0, 0}, 31)
	f.Add(make([]byte, 16), 64)
	f.Fuzz(func(t *testing.T, addr []byte, bits int) {
		a, _ := netip.AddrFromSlice(addr)
		p := netip.PrefixFrom(a, bits)
		b, err := k8sflags.ServiceBands(p)
		if err != nil {
			if b != (k8sflags.Bands{}) {
				t.Fatalf("%v beside %v", b, err)
			}
			return
		}
		if b.Dynamic.IsZero() || b.NumDynamic == 0 || b.NumStatic+b.NumDynamic < b.NumDynamic || !p.Masked().Contains(b.Dynamic.Last) || !p.Masked().Contains(b.Kubernetes) {
			t.Fatalf("%v: %+v", p, b)
		}
	})
}
