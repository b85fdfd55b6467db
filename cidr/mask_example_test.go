package cidr_test

import (
	"fmt"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

// Node networks in the installers of some hypervisors have a netmask.
func ExampleNetmask() {
	fmt.Println(cidr.Netmask(cidr.MustParse("192.168.16.0/22")))
	// Output: 255.255.252.0
}

// A wildcard of a router's access list for the pods of a cluster.
func ExampleHostmask() {
	pods := cidr.MustParse("10.244.0.0/16")
	fmt.Println("permit ip", pods.Addr(), cidr.Hostmask(pods))
	// Output: permit ip 10.244.0.0 0.0.255.255
}

// The network of a node from its address and netmask.
func ExampleMaskBits() {
	node := netip.MustParseAddr("192.168.17.5")
	bits, err := cidr.MaskBits(netip.MustParseAddr("255.255.252.0"))
	fmt.Println(netip.PrefixFrom(node, bits).Masked(), err)
	_, err = cidr.MaskBits(netip.MustParseAddr("0.0.3.255"))
	fmt.Println(err)
	// Output:
	// 192.168.16.0/22 <nil>
	// cidr: netmask 0.0.3.255 is a hostmask (the netmask is 255.255.252.0, a /22)
}
