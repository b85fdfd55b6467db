package planfile_test

import (
	"errors"
	"fmt"

	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/planfile"
)

func ExampleParse() {
	spec, err := planfile.Parse("fleet.yaml", []byte(`
pools:
  - {name: corp, prefixes: [10.0.0.0/8]}
clusters:
  - {name: prod, kubernetes: "1.34", nodes: 300, podsPerNode: 110, services: 500}
`))
	if err != nil {
		panic(err)
	}
	p, err := plan.Solve(spec)
	if err != nil {
		panic(err)
	}
	for b := range p.Blocks() {
		fmt.Println(b)
	}
	// Output:
	// cluster "prod" node 10.1.0.0/23
	// cluster "prod" pod 10.0.0.0/16
	// cluster "prod" service 10.1.2.0/23
}

// Every error of a file comes at once, with its line and its field.
func ExampleErrors() {
	_, err := planfile.Parse("fleet.yaml", []byte(`
pools:
  - {name: corp, prefixes: [10.0.0.7/8]}
clusters:
  - {name: prod, nodes: 300, podPerNode: 110}
`))
	fmt.Println(err)
	var errs planfile.Errors
	fmt.Println(errors.As(err, &errs), errs[0].Line, errs[0].Path)
	// Output:
	// fleet.yaml:3: pools[0].prefixes[0]: "10.0.0.7/8" has host bits set (network is 10.0.0.0/8)
	// fleet.yaml:5: clusters[0].podPerNode: unknown key "podPerNode": want one of churn, externalIPs, extra, families, ingressIPs, ipam, kubernetes, name, nodeNetwork, nodes, pins, platform, podsFromNodeRange, podsPerNode, region, services, surge, zone
	// true 3 pools[0].prefixes[0]
}
