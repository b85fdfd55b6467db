package main

import (
	"fmt"
	"io"

	"github.com/kubecidr/kubecidr/plan"
)

// writeFlags writes the command line of every component, ready to paste.
func writeFlags(to io.Writer, _ *plan.Plan, clusters []*plan.Cluster) error {
	for _, c := range clusters {
		set, err := c.FlagSet()
		if err != nil {
			return err
		}
		fmt.Fprintf(to, "# %s, Kubernetes %v\n", c.Name(), set.Version)
		for _, p := range set.Processes {
			fmt.Fprintln(to, p.Flags)
		}
		fmt.Fprintln(to)
	}
	return nil
}
