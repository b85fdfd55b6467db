package cidr_test

import (
	"fmt"
	"maps"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

// fleetIndex has the ranges of two clusters inside the company's space.
func fleetIndex() *cidr.Index[string] {
	x, err := cidr.NewIndex(maps.All(map[netip.Prefix]string{
		cidr.MustParse("10.0.0.0/8"):    "corp",
		cidr.MustParse("10.4.0.0/14"):   "prod-eu pods",
		cidr.MustParse("10.4.7.0/24"):   "prod-eu node 7",
		cidr.MustParse("10.96.0.0/16"):  "prod-eu services",
		cidr.MustParse("fd00:4::/48"):   "prod-eu pods",
		cidr.MustParse("192.0.2.64/26"): "load balancers",
	}))
	if err != nil {
		panic(err)
	}
	return x
}

func ExampleNewIndex() {
	x := fleetIndex()
	fmt.Println(x.Len(), "ranges")
	_, err := cidr.NewIndex(maps.All(map[netip.Prefix]string{{}: "nobody"}))
	fmt.Println(err)
	// Output:
	// 6 ranges
	// cidr: index: invalid prefix (invalid Prefix)
}

// Whose address is in this log line?
func ExampleIndex_Lookup() {
	x := fleetIndex()
	for _, s := range []string{"10.4.7.33", "10.4.8.1", "::ffff:10.96.0.10", "fd00:4::1", "198.51.100.1"} {
		p, owner, ok := x.Lookup(netip.MustParseAddr(s))
		fmt.Println(s, p, owner, ok)
	}
	// Output:
	// 10.4.7.33 10.4.7.0/24 prod-eu node 7 true
	// 10.4.8.1 10.4.0.0/14 prod-eu pods true
	// ::ffff:10.96.0.10 10.96.0.0/16 prod-eu services true
	// fd00:4::1 fd00:4::/48 prod-eu pods true
	// 198.51.100.1 invalid Prefix  false
}

// Everything that a firewall rule for a pod range has to inherit.
func ExampleIndex_Supernets() {
	for p, owner := range fleetIndex().Supernets(cidr.MustParse("10.4.7.0/24")) {
		fmt.Println(p, owner)
	}
	// Output:
	// 10.4.7.0/24 prod-eu node 7
	// 10.4.0.0/14 prod-eu pods
	// 10.0.0.0/8 corp
}

// What is already in use inside a range that somebody wants to have.
func ExampleIndex_Subnets() {
	for p, owner := range fleetIndex().Subnets(cidr.MustParse("10.0.0.0/12")) {
		fmt.Println(p, owner)
	}
	// Output:
	// 10.4.0.0/14 prod-eu pods
	// 10.4.7.0/24 prod-eu node 7
}

func ExampleIndex_All() {
	for p, owner := range fleetIndex().All() {
		fmt.Println(p, owner)
	}
	// Output:
	// 10.0.0.0/8 corp
	// 10.4.0.0/14 prod-eu pods
	// 10.4.7.0/24 prod-eu node 7
	// 10.96.0.0/16 prod-eu services
	// 192.0.2.64/26 load balancers
	// fd00:4::/48 prod-eu pods
}
