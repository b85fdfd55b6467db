package k8sflags_test

import (
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// commands reads command lines into a set.
func commands(t testing.TB, version string, lines ...string) k8sflags.Set {
	t.Helper()
	var s k8sflags.Set
	if version != "" {
		s.Version = versionOf(t, version)
	}
	for _, line := range lines {
		argv, err := k8sflags.SplitCommand(line)
		if err != nil {
			t.Fatal(err)
		}
		p, err := k8sflags.ParseCommand(argv)
		if err != nil {
			t.Fatal(err)
		}
		s.Processes = append(s.Processes, p)
	}
	return s
}

func versionOf(t testing.TB, text string) k8sflags.Version {
	t.Helper()
	v, err := k8sflags.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// verdicts writes findings as "error KC101 kubelet network-plugin", in order.
func verdicts(findings []k8sflags.Finding) []string {
	var out []string
	for _, f := range findings {
		parts := []string{f.Severity.String(), f.Rule}
		for _, part := range []string{string(f.Component), f.Process, f.Flag} {
			if part != "" {
				parts = append(parts, part)
			}
		}
		out = append(out, strings.Join(parts, " "))
	}
	return out
}

func TestSetKeepsSeveralProcessesOfOneComponent(t *testing.T) {
	s := commands(t, "1.34",
		"kubelet --node-ip=192.168.1.10",
		"kube-proxy --proxy-mode=iptables",
		"kubelet --node-ip=192.168.1.11",
	)
	var ips []string
	for p := range s.Of(k8sflags.Kubelet) {
		ip, _ := p.Flags.Get("node-ip")
		ips = append(ips, ip)
	}
	if got := strings.Join(ips, " "); got != "192.168.1.10 192.168.1.11" {
		t.Errorf("kubelets in order have %s", got)
	}
	if !s.Has(k8sflags.Proxy) || s.Has(k8sflags.APIServer) {
		t.Error("Has does not tell the components in the set from others")
	}
}
