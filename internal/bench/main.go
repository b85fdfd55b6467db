// Command bench measures kubecidr and the other Go libraries that can do the
// same jobs: with the same inputs, in the same run, on one processor, garbage
// collection counted. It checks that all agree on the results, and prints what
// each takes and how many times ours that is. See README.md.
//
//	go run . [-n 1000,10000,100000,1000000] [-only regexp] [-family 4|6]
package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
)

func main() {
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command() error {
	sizes := flag.String("n", "1000,10000,100000,1000000", "how many elements, ascending, `separated by commas`")
	only := flag.String("only", "", "measure only what has a heading that matches the `regexp`")
	who := flag.String("who", "", "besides ours, measure only the libraries whose names match the `regexp`")
	family := flag.String("family", "", "measure only the address family `4 or 6`")
	runs := flag.Int("runs", 5, "the median of so many `samples` is shown")
	budget := flag.Duration("budget", 2*time.Second, "`time` for a library to be measured at one size")
	profile := flag.String("cpuprofile", "", "write a profile of the processor time to a `file`")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}

	p := plan{settings: settings{runs: *runs, sample: 20 * time.Millisecond, budget: *budget}}
	for text := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1000 || n > 1_000_000 || len(p.sizes) > 0 && n <= p.sizes[len(p.sizes)-1] {
			return fmt.Errorf("-n %s: want numbers from 1000 to 1000000, ascending", *sizes)
		}
		p.sizes = append(p.sizes, n)
	}
	switch *family {
	case "":
		p.families = both
	case "4":
		p.families = []cidr.Family{cidr.IPv4}
	case "6":
		p.families = []cidr.Family{cidr.IPv6}
	default:
		return fmt.Errorf("-family %s: want 4 or 6", *family)
	}
	var err error
	if p.only, err = regexp.Compile(*only); err != nil {
		return err
	}
	if p.who, err = regexp.Compile(*who); err != nil {
		return err
	}
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}

	runtime.GOMAXPROCS(1)
	fmt.Printf("%s, %s/%s, one processor; medians of %d; processor time, garbage collection counted\n\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, *runs)
	var sections []section
	disagreements := p.run(workloads(), func(s section) {
		s.write(os.Stdout)
		sections = append(sections, s)
	})
	writeSummary(os.Stdout, sections)
	if len(disagreements) > 0 {
		return fmt.Errorf("results differ:\n%s", strings.Join(disagreements, "\n"))
	}
	return nil
}
