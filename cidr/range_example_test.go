package cidr_test

import (
	"fmt"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"go4.org/netipx"
)

// The rangeStart and rangeEnd of a host-local IPAM configuration.
func ExampleRangeOf() {
	r := cidr.RangeOf(cidr.MustParse("10.244.7.0/24"))
	fmt.Println(r.From(), r.To())
	// Output: 10.244.7.0 10.244.7.255
}

// A DHCP range as routes.
func ExampleRangePrefixes() {
	ps, err := cidr.RangePrefixes(netipx.MustParseIPRange("192.168.1.100-192.168.1.119"))
	if err != nil {
		panic(err)
	}
	fmt.Println(slices.Collect(ps))
	// Output: [192.168.1.100/30 192.168.1.104/29 192.168.1.112/29]
}

// The addresses of a MetalLB IPAddressPool.
func ExampleParseRange() {
	for _, s := range []string{"192.168.1.240-192.168.1.250", "192.168.2.0/28"} {
		r, err := cidr.ParseRange(s)
		fmt.Println(r, err)
	}
	_, err := cidr.ParseRange("192.168.1.240 - 192.168.1.250")
	fmt.Println(err)
	// Output:
	// 192.168.1.240-192.168.1.250 <nil>
	// 192.168.2.0-192.168.2.15 <nil>
	// cidr: range "192.168.1.240 - 192.168.1.250" has spaces (use "192.168.1.240-192.168.1.250")
}
