// Lint reads the files in which a cluster's flags stand, any mix of them, and
// says what is wrong with the addresses in them.
//
//	go run ./examples/lint [-kubernetes VERSION] [-o table|json] [FILE…]
//
// A file is a static Pod, a systemd unit, a drop-in or an environment file, a
// KubeletConfiguration, a KubeProxyConfiguration, kubeadm's configuration, or
// command lines. Without files it lints sample.sh beside it. Without
// -kubernetes every process is judged by the version that its file names, and
// by the newest where none does.
//
// The exit code is 1 where an error is found, or a file cannot be read, and 2
// for wrong arguments. What is wrong with a file itself goes to standard error,
// one problem a line.
package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/k8sflags/manifest"
)

//go:embed sample.sh
var sample []byte

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("lint", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var version k8sflags.Version
	flags.TextVar(&version, "kubernetes", k8sflags.Version{}, "judge everything by this `VERSION`, such as 1.34")
	format := flags.String("o", "table", "output: table or json")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	write, ok := map[string]func(io.Writer, verdict) error{"table": writeTable, "json": writeJSON}[*format]
	if !ok {
		fmt.Fprintf(stderr, "lint: -o %s: want -o table or json\n", *format)
		return 2
	}
	v, err := judge(flags.Args(), version)
	if err == nil {
		err = write(stdout, v)
	}
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	if v.count(k8sflags.Error) > 0 {
		return 1
	}
	return 0
}

// verdict is what is to be said about files.
type verdict struct {
	// Kubernetes is the version of those processes whose file names no other.
	Kubernetes k8sflags.Version   `json:"kubernetes"`
	Files      []string           `json:"files"`
	Findings   []k8sflags.Finding `json:"findings"`
	// Missing is what the files refer to and are not given, so that it is not
	// judged.
	Missing []manifest.Missing `json:"missing"`
}

func (v verdict) count(s k8sflags.Severity) int {
	n := 0
	for _, f := range v.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// judge reads the files, or the sample, and checks what they say together. The
// errors of all files come at once.
func judge(files []string, version k8sflags.Version) (verdict, error) {
	texts := map[string][]byte{"sample.sh": sample}
	var errs []error
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			errs = append(errs, fmt.Errorf("lint: %w", err))
		}
		texts[name] = text
	}
	if len(files) == 0 {
		files = []string{"sample.sh"}
	}
	if len(errs) > 0 {
		return verdict{}, errors.Join(errs...)
	}
	var fragments []manifest.Fragment
	for _, name := range files {
		f, err := manifest.Read(name, texts[name])
		if err != nil {
			errs = append(errs, err)
		}
		fragments = append(fragments, f)
	}
	if len(errs) > 0 {
		return verdict{}, errors.Join(errs...)
	}
	set, missing, err := manifest.Join(fragments...)
	if err != nil {
		return verdict{}, err
	}
	if len(set.Processes) == 0 {
		return verdict{}, fmt.Errorf("lint: %s and no flags of kube-apiserver, kube-controller-manager, cloud-controller-manager, kubelet or kube-proxy", count(len(files), "file"))
	}
	if !version.IsZero() {
		set.Version = version
		for i := range set.Processes {
			set.Processes[i].Version = version
		}
	}
	// A value with a variable in it is not known to be wrong.
	findings := slices.DeleteFunc(k8sflags.Check(set), func(f k8sflags.Finding) bool {
		return slices.ContainsFunc(missing, func(m manifest.Missing) bool { return m.Explains(f) })
	})
	return verdict{set.Version, files, findings, missing}, nil
}
