//go:build unix

package plan_test

import (
	"syscall"
	"testing"
)

// usage begins to count what a benchmark uses, and returns how to report it:
// the processor's time on all threads, garbage collection included, which does
// not depend on what else the machine does, and the most memory that the
// process had so far, so that it says something of one benchmark run alone.
func usage(b *testing.B) (report func(clusters int)) {
	before := resources(b)
	return func(clusters int) {
		after := resources(b)
		cpu := float64(after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano())
		b.ReportMetric(cpu/float64(b.N)/1e6, "cpu-ms/op")
		b.ReportMetric(cpu/float64(b.N)/float64(clusters), "cpu-ns/cluster")
		b.ReportMetric(float64(after.Maxrss)/1024, "peak-MiB")
	}
}

func resources(b *testing.B) (r syscall.Rusage) {
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		b.Fatal(err)
	}
	return r
}
