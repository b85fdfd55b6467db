package k8sflags_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
)

func BenchmarkCheck(b *testing.B) {
	for name, lines := range map[string][]string{"good": goodDual, "sample": sample} {
		b.Run(name, func(b *testing.B) {
			s := commands(b, "1.34", lines...)
			b.ReportAllocs()
			for b.Loop() {
				k8sflags.Check(s)
			}
		})
	}
}

// Three kube-apiservers and controller managers with all the flags that kubeadm
// gives them, and 1,000 kubelets and kube-proxies.
func BenchmarkCheckLargeCluster(b *testing.B) {
	var lines []string
	const tls = " --tls-cert-file=/etc/kubernetes/pki/apiserver.crt --tls-private-key-file=/etc/kubernetes/pki/apiserver.key"
	for range 3 {
		lines = append(lines, goodDual[0]+strings.Repeat(tls, 10), goodDual[1]+strings.Repeat(tls, 10))
	}
	for i := range 1000 {
		lines = append(lines, strings.Replace(goodDual[3], "192.168.1.10,fd00:192::10", fmt.Sprintf("192.168.%d.%d", 2+i/250, 1+i%250), 1), goodDual[4])
	}
	s := commands(b, "1.34", lines...)
	b.ReportAllocs()
	for b.Loop() {
		k8sflags.Check(s, k8sflags.WithNodes(1000))
	}
}

// A fleet, from its command lines to the findings: what one operation takes is
// for 10,000 clusters, half of them with much to say about.
func BenchmarkLintFleet(b *testing.B) {
	const clusters = 10_000
	var argv [2][][]string
	for i, lines := range [][]string{goodDual, sample} {
		for _, line := range lines {
			argv[i] = append(argv[i], strings.Fields(line))
		}
	}
	version := versionOf(b, "1.34")
	b.ReportAllocs()
	for b.Loop() {
		found := 0
		for i := range clusters {
			s := k8sflags.Set{Version: version}
			for _, args := range argv[i%2] {
				p, err := k8sflags.ParseCommand(args)
				if err != nil {
					b.Fatal(err)
				}
				s.Processes = append(s.Processes, p)
			}
			found += len(k8sflags.Check(s))
		}
		if found != clusters/2*6 {
			b.Fatalf("%d findings", found)
		}
	}
}

func BenchmarkCheckChange(b *testing.B) {
	before, after := commands(b, "1.34", good...), commands(b, "1.34", goodDual...)
	b.ReportAllocs()
	for b.Loop() {
		k8sflags.CheckChange(before, after)
	}
}

func BenchmarkRender(b *testing.B) {
	a := base()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k8sflags.Render(a); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseCommand(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		commands(b, "1.34", sample...)
	}
}
