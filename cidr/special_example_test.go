package cidr_test

import (
	"fmt"

	"github.com/kubecidr/kubecidr/cidr"
)

// What there is to know about a range before it becomes a cluster's.
func ExampleSpecialPurpose() {
	for _, s := range []string{"10.244.0.0/16", "100.64.0.0/16", "52.1.0.0/16", "fd00:10:244::/48"} {
		fmt.Println(s)
		for special := range cidr.SpecialPurpose(cidr.MustParse(s)) {
			fmt.Printf("\t%v %s (%s), globally reachable: %v\n", special.Prefix, special.Name, special.RFC, special.GloballyReachable)
		}
	}
	// Output:
	// 10.244.0.0/16
	// 	10.0.0.0/8 Private-Use (RFC 1918), globally reachable: false
	// 100.64.0.0/16
	// 	100.64.0.0/10 Shared Address Space (RFC 6598), globally reachable: false
	// 52.1.0.0/16
	// fd00:10:244::/48
	// 	fc00::/7 Unique-Local (RFC 4193, RFC 8190), globally reachable: false
}
