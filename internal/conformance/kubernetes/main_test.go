package kubernetes

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"testing"

	"k8s.io/klog/v2"
)

// checks is how many cases each property draws. A case takes about a
// millisecond, since nothing starts: -rapid.checks asks for more.
const checks = "1500"

// seed makes the gate ask the same questions each time, so that a new
// disagreement is found by who looks for it (-rapid.seed=0 draws another) and
// not by a change that has nothing to do with it.
const seed = "20260717"

func TestMain(m *testing.M) {
	for name, value := range map[string]string{"rapid.checks": checks, "rapid.seed": seed} {
		if err := flag.Set(name, value); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	// The components complain about thousands of wrong flags on purpose.
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	flag.Parse()
	dir, err := os.MkdirTemp("", "kubecidr-conformance-")
	if err == nil {
		err = writeServiceAccountKey(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// fewerChecks is for properties whose cases take long.
func fewerChecks(t *testing.T, n int) {
	was := flag.Lookup("rapid.checks").Value.String()
	if most, err := strconv.Atoi(was); err == nil && most > n && was == checks {
		if err := flag.Set("rapid.checks", strconv.Itoa(n)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { flag.Set("rapid.checks", was) })
	}
}
