package k8sflags_test

import (
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
