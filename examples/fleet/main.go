// Fleet plans the addresses of a fleet of clusters from a spec file and prints
// the plan as a table, as JSON, or as the flags of every component.
//
//	go run ./examples/fleet [-f FILE] [-o table|json|flags] [-cluster NAME]
//
// Without -f it plans the fleet of fleet.yaml beside it. What is wrong goes to
// standard error, one problem a line; the exit code is then 1, or 2 for wrong
// arguments.
package main

import (
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/planfile"
)

//go:embed fleet.yaml
var fleet []byte

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

func run(args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("fleet", flag.ContinueOnError)
	flags.SetOutput(stderr)
	file := flags.String("f", "", "spec `FILE`, YAML or JSON (default: the embedded fleet)")
	format := flags.String("o", "table", "output: table, json or flags")
	cluster := flags.String("cluster", "", "print only the cluster of this `NAME`")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0
		}
		return 2
	}
	write, ok := map[string]func(io.Writer, *plan.Plan, []*plan.Cluster) error{
		"table": writeTable, "json": writeJSON, "flags": writeFlags,
	}[*format]
	if !ok || flags.NArg() > 0 {
		fmt.Fprintf(stderr, "fleet: -o %s %v: want -o table, json or flags, and no other arguments\n", *format, flags.Args())
		return 2
	}
	if err := render(*file, *cluster, stdout, write); err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	return 0
}

// render plans the fleet of a file and writes it, or one cluster of it.
func render(file, cluster string, to io.Writer, write func(io.Writer, *plan.Plan, []*plan.Cluster) error) error {
	name, text := "fleet.yaml", fleet
	if file != "" {
		var err error
		if text, err = os.ReadFile(file); err != nil {
			return fmt.Errorf("fleet: %w", err)
		}
		name = file
	}
	spec, err := planfile.Parse(name, text)
	if err != nil {
		return err
	}
	p, err := plan.Solve(spec)
	if err != nil {
		return err
	}
	var clusters []*plan.Cluster
	for c := range p.Clusters() {
		if cluster == "" || c.Name() == cluster {
			clusters = append(clusters, c)
		}
	}
	if cluster != "" && len(clusters) == 0 {
		return fmt.Errorf("fleet: there is no cluster %q in %s", cluster, name)
	}
	return write(to, p, clusters)
}
