package cidr_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

func ExampleParse() {
	_, err := cidr.Parse("10.244.7.0/16")
	fmt.Println(err)
	_, err = cidr.Parse("::ffff:10.244.0.0/112")
	fmt.Println(err)
	// Output:
	// cidr: "10.244.7.0/16" has host bits set (network is 10.244.0.0/16)
	// cidr: "::ffff:10.244.0.0/112" is IPv4-mapped (use 10.244.0.0/16)
}

func ExampleMustParse() {
	fmt.Println(cidr.MustParse("fd00:10:96::/112"))
	// Output: fd00:10:96::/112
}

// The value of --service-cluster-ip-range of a dual-stack cluster.
func ExampleParseList() {
	ps, err := cidr.ParseList("10.96.0.0/16,fd00:10:96::/112")
	fmt.Println(ps, err)
	_, err = cidr.ParseList("10.96.0.0/16, fd00:10:96::/112")
	fmt.Println(err)
	// Output:
	// [10.96.0.0/16 fd00:10:96::/112] <nil>
	// cidr: list "10.96.0.0/16, fd00:10:96::/112": element 2: " fd00:10:96::/112" has spaces around it (use "fd00:10:96::/112")
}

func ExampleParseInterface() {
	addr, network, err := cidr.ParseInterface("192.168.1.10/24")
	fmt.Println(addr, network, err)
	// Output: 192.168.1.10 192.168.1.0/24 <nil>
}

// A pair of ranges has one of each family.
func ExampleFamilyOf() {
	for _, s := range []string{"10.96.0.0/16", "fd00:10:96::/112", "::ffff:10.96.0.0/112"} {
		fmt.Printf("%q\n", cidr.FamilyOf(netip.MustParsePrefix(s)))
	}
	// Output:
	// "IPv4"
	// "IPv6"
	// ""
}

func ExampleFamilyOfAddr() {
	fmt.Println(cidr.FamilyOfAddr(netip.MustParseAddr("::ffff:192.168.1.10")))
	// Output: IPv4
}

func ExampleLast() {
	fmt.Println(cidr.Last(cidr.MustParse("10.96.0.0/12")))
	// Output: 10.111.255.255
}

func ExampleNumAddrs() {
	fmt.Println(cidr.NumAddrs(cidr.MustParse("10.96.0.0/12")))
	fmt.Println(cidr.NumAddrs(cidr.MustParse("fd00::/48")))
	// Output:
	// 1048576 true
	// 18446744073709551615 false
}

func ExampleNumAddrsBig() {
	fmt.Println(cidr.NumAddrsBig(cidr.MustParse("fd00::/48")))
	// Output: 1208925819614629174706176
}

// How many nodes get a /24 from a cluster CIDR.
func ExampleNumSubnets() {
	n, err := cidr.NumSubnets(cidr.MustParse("10.244.0.0/16"), 24)
	fmt.Println(n, err)
	// Output: 256 <nil>
}

// By convention cluster DNS is the tenth address of the service range.
func ExampleNth() {
	dns, err := cidr.Nth(cidr.MustParse("10.96.0.0/12"), 10)
	fmt.Println(dns, err)
	// Output: 10.96.0.10 <nil>
}

func ExampleNthLast() {
	vip, err := cidr.NthLast(cidr.MustParse("192.168.1.0/24"), 5)
	fmt.Println(vip, err)
	// Output: 192.168.1.250 <nil>
}

// Addresses up to the 256th of a service range of a /20 and larger are in its
// static band.
func ExampleOffset() {
	n, err := cidr.Offset(cidr.MustParse("10.96.0.0/12"), netip.MustParseAddr("10.96.1.0"))
	fmt.Println(n, n <= 256, err)
	// Output: 256 true <nil>
}

// The pod CIDR of the eighth node.
func ExampleSubnet() {
	block, err := cidr.Subnet(cidr.MustParse("10.244.0.0/16"), 24, 7)
	fmt.Println(block, err)
	_, err = cidr.Subnet(cidr.MustParse("10.244.0.0/16"), 24, 256)
	fmt.Println(err)
	// Output:
	// 10.244.7.0/24 <nil>
	// cidr: subnet 256 of 10.244.0.0/16 with /24: it has 256, counted from 0
}

// Which node block a pod CIDR is.
func ExampleSubnetIndex() {
	i, err := cidr.SubnetIndex(cidr.MustParse("10.244.0.0/16"), cidr.MustParse("10.244.7.0/24"))
	fmt.Println(i, err)
	// Output: 7 <nil>
}

// A node with 110 pods under host-local needs 113 addresses.
func ExampleBitsFor() {
	bits, err := cidr.BitsFor(cidr.IPv4, 113)
	fmt.Println(bits, err)
	// Output: 25 <nil>
}

func ExampleSupernet() {
	p, err := cidr.Supernet(cidr.MustParse("10.244.7.0/24"), 16)
	fmt.Println(p, err)
	// Output: 10.244.0.0/16 <nil>
}

// A range can double in place if its sibling is free.
func ExampleSibling() {
	fmt.Println(cidr.Sibling(cidr.MustParse("10.244.0.0/16")))
	// Output: 10.245.0.0/16 true
}

func ExampleNext() {
	fmt.Println(cidr.Next(cidr.MustParse("10.245.0.0/16")))
	// Output: 10.246.0.0/16 true
}

func ExamplePrev() {
	fmt.Println(cidr.Prev(cidr.MustParse("10.245.0.0/16")))
	// Output: 10.244.0.0/16 true
}

// One firewall rule for the pods of three clusters.
func ExampleCommon() {
	p, err := cidr.Common(cidr.MustParse("10.4.0.0/16"), cidr.MustParse("10.5.0.0/16"), cidr.MustParse("10.6.0.0/17"))
	fmt.Println(p, err)
	// Output: 10.4.0.0/14 <nil>
}

// Splitting is lazy: taking three of 2^56 networks takes no time.
func ExampleSplit() {
	networks, err := cidr.Split(cidr.MustParse("fd00::/8"), 64)
	if err != nil {
		panic(err)
	}
	n := 0
	for p := range networks {
		fmt.Println(p)
		if n++; n == 3 {
			break
		}
	}
	// Output:
	// fd00::/64
	// fd00:0:0:1::/64
	// fd00:0:0:2::/64
}

// Three availability zones share a VPC range.
func ExampleSplitN() {
	zones, err := cidr.SplitN(cidr.MustParse("10.0.0.0/16"), 3)
	if err != nil {
		panic(err)
	}
	fmt.Println(slices.Collect(zones))
	// Output: [10.0.0.0/17 10.0.128.0/18 10.0.192.0/18]
}

// The ranges of a cluster from one block: services, pods, nodes, load
// balancers. Larger ones are placed first, whatever the order of the lengths.
func ExampleCarve() {
	ranges, err := cidr.Carve(cidr.MustParse("10.8.0.0/14"), 20, 15, 22, 26)
	fmt.Println(ranges, err)
	_, err = cidr.Carve(cidr.MustParse("10.8.0.0/14"), 15, 15, 26)
	fmt.Println(errors.Is(err, cidr.ErrNoSpace), err)
	// Output:
	// [10.10.0.0/20 10.8.0.0/15 10.10.16.0/22 10.10.20.0/26] <nil>
	// true cidr: carve 10.8.0.0/14: no space for a /26 after 2 of 3 blocks (largest first)
}

func ExampleDisjoint() {
	pods, services := cidr.MustParse("10.96.0.0/11"), cidr.MustParse("10.96.0.0/16")
	err := cidr.Disjoint(cidr.MustParse("192.168.0.0/16"), pods, services)
	fmt.Println(err)
	var overlap *cidr.OverlapError
	fmt.Println(errors.As(err, &overlap), overlap.I, overlap.J)
	// Output:
	// cidr: 10.96.0.0/11 (at 1) overlaps 10.96.0.0/16 (at 2)
	// true 1 2
}

// Who has to talk to whom before two companies merge their networks.
func ExampleOverlaps() {
	owners := []string{"prod-eu", "prod-us", "lab", "vpn"}
	ranges := []netip.Prefix{
		cidr.MustParse("10.0.0.0/12"), cidr.MustParse("10.16.0.0/12"),
		cidr.MustParse("10.16.0.0/12"), cidr.MustParse("10.3.0.0/16"),
	}
	pairs, err := cidr.Overlaps(ranges)
	if err != nil {
		panic(err)
	}
	for i, j := range pairs {
		fmt.Println(owners[i], owners[j])
	}
	// Output:
	// prod-eu vpn
	// prod-us lab
}

// Which ranges of ours touch those of a partner.
func ExampleOverlapsBetween() {
	ours := []netip.Prefix{cidr.MustParse("10.0.0.0/16"), cidr.MustParse("10.1.0.0/16")}
	theirs := []netip.Prefix{cidr.MustParse("10.1.128.0/24"), cidr.MustParse("172.16.0.0/12")}
	pairs, err := cidr.OverlapsBetween(ours, theirs)
	if err != nil {
		panic(err)
	}
	for i, j := range pairs {
		fmt.Println(ours[i], theirs[j])
	}
	// Output: 10.1.0.0/16 10.1.128.0/24
}

// The fewest routes to announce for the pod CIDRs of six nodes.
func ExampleAggregate() {
	var blocks []netip.Prefix
	for i := range uint64(6) {
		b, err := cidr.Subnet(cidr.MustParse("10.244.0.0/16"), 24, i)
		if err != nil {
			panic(err)
		}
		blocks = append(blocks, b)
	}
	fmt.Println(cidr.Aggregate(blocks))
	// Output: [10.244.0.0/22 10.244.4.0/23]
}

func ExampleFamily() {
	fmt.Println(cidr.IPv6, cidr.IPv6.BitLen())
	// Output: IPv6 128
}

func ExampleOverlapError() {
	err := cidr.Disjoint(cidr.MustParse("10.96.0.0/16"), cidr.MustParse("10.96.0.0/16"))
	fmt.Println(err)
	// Output: cidr: 10.96.0.0/16 stands twice, at 0 and 1
}
