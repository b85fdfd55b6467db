package kubernetes

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	utilfeature "k8s.io/apiserver/pkg/util/feature"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// argsToJudge has the arguments that a process of this test binary judges,
// instead of running the test.
const argsToJudge = "KUBECIDR_CONFORMANCE_ARGS"

// kube-apiserver can be told to be like an older version, down to 1.34, where
// the limits of the service range can still be had back. It looks them up in
// the feature gates of the process, whose version can be set once: each case
// is a process of its own.
func TestAgreesWhereAnOlderVersionIsEmulated(t *testing.T) {
	if args, child := os.LookupEnv(argsToJudge); child {
		fmt.Println("verdict:", judgeEmulated(strings.Fields(args)))
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const older, dualWrite = "--emulated-version=1.34", "--feature-gates=DisableAllocatorDualWrite=false"
	refused := 0
	for _, args := range []string{
		"--service-cluster-ip-range=10.96.0.0/12 " + older + " " + dualWrite,
		"--service-cluster-ip-range=10.96.0.0/11 " + older + " " + dualWrite,
		"--service-cluster-ip-range=10.96.0.0/11 " + older,
		"--service-cluster-ip-range=10.96.0.0/11 " + dualWrite,
		"--service-cluster-ip-range=10.96.0.0/11",
		"--service-cluster-ip-range=fd00::/108 " + older + " " + dualWrite,
		"--service-cluster-ip-range=fd00::/107 " + older + " " + dualWrite,
		"--service-cluster-ip-range=fd00::/107 " + older,
		"--service-cluster-ip-range=10.96.0.0/12,fd00::/107 " + older + " " + dualWrite,
		"--service-cluster-ip-range=10.96.0.0/16 --emulated-version=1.38",
		"--service-cluster-ip-range=10.96.0.0/16 --emulated-version=1.33",
		"--service-cluster-ip-range=10.96.0.0/16 --emulated-version=1.30",
	} {
		cmd := exec.Command(self, "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), argsToJudge+"="+args)
		out, err := cmd.CombinedOutput()
		_, verdict, ok := strings.Cut(string(out), "verdict: ")
		if err != nil || !ok {
			t.Fatalf("%s: %v\n%s", args, err, out)
		}
		starts := strings.HasPrefix(verdict, "<nil>")
		if !starts {
			refused++
		}
		flags, err := k8sflags.ParseArgs(k8sflags.APIServer, strings.Fields(args))
		if err != nil {
			t.Fatal(err)
		}
		set := k8sflags.Set{Version: version, Processes: []k8sflags.Process{{Component: k8sflags.APIServer, Flags: flags}}}
		var errors []k8sflags.Finding
		for _, f := range k8sflags.Check(set) {
			if f.Severity == k8sflags.Error {
				errors = append(errors, f)
			}
		}
		if starts != (len(errors) == 0) {
			line, _, _ := strings.Cut(verdict, "\n")
			t.Errorf("%s: kube-apiserver says %s, Check %v", args, line, errors)
		}
	}
	if refused == 0 {
		t.Error("nothing was refused: no version was emulated")
	}
}

// judgeEmulated judges with the feature gates of the process.
func judgeEmulated(args []string) error {
	r, err := registry(utilfeature.DefaultMutableFeatureGate)
	if err != nil {
		return err
	}
	for _, host := range hostAddresses {
		if strings.Contains(args[0], "=fd00") == (host.To4() == nil) {
			return judgeAPIServerWith(r, host, args)
		}
	}
	return nil
}
