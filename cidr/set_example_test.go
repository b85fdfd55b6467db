package cidr_test

import (
	"encoding/json"
	"fmt"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"go4.org/netipx"
)

// mustSet is for the examples, which have nothing wrong.
func mustSet(s string) cidr.Set {
	set, err := cidr.ParseSet(s)
	if err != nil {
		panic(err)
	}
	return set
}

// What a company's network has left for clusters: the private ranges without
// what the offices, the data centres and the VPN use.
func ExampleSet() {
	private := mustSet("10.0.0.0/8,172.16.0.0/12,192.168.0.0/16")
	used := mustSet("10.0.0.0/9,10.128.0.0/12,172.16.0.0/12,192.168.0.0/16")
	free := private.Subtract(used)
	fmt.Println(free)
	fmt.Println(free.ContainsPrefix(cidr.MustParse("10.144.0.0/14")))
	fmt.Println(free.NumAddrs(cidr.IPv4))
	// Output:
	// 10.144.0.0/12,10.160.0.0/11,10.192.0.0/10
	// true
	// 7340032 true
}

func ExampleSetOf() {
	nodes, err := cidr.SetOf(cidr.MustParse("10.0.1.0/24"), cidr.MustParse("10.0.0.0/24"), cidr.MustParse("fd00:10::/64"))
	fmt.Println(nodes, err)
	// Output: 10.0.0.0/23,fd00:10::/64 <nil>
}

// The subnets that a cluster must not touch, from a command line.
func ExampleParseSet() {
	reserved, err := cidr.ParseSet("172.17.0.0/16,169.254.0.0/16")
	fmt.Println(reserved, err)
	_, err = cidr.ParseSet("172.17.0.0/16, 169.254.0.0/16")
	fmt.Println(err)
	// Output:
	// 169.254.0.0/16,172.17.0.0/16 <nil>
	// cidr: set: element 2: " 169.254.0.0/16" has spaces around it (use "169.254.0.0/16")
}

// The addresses of a MetalLB pool.
func ExampleSetOfRanges() {
	var ranges []netipx.IPRange
	for _, s := range []string{"192.168.1.240-192.168.1.250", "192.168.2.0/28"} {
		r, err := cidr.ParseRange(s)
		if err != nil {
			panic(err)
		}
		ranges = append(ranges, r)
	}
	pool, err := cidr.SetOfRanges(ranges...)
	if err != nil {
		panic(err)
	}
	fmt.Println(pool.NumAddrs(cidr.IPv4))
	fmt.Println(pool.Contains(netip.MustParseAddr("192.168.1.251")))
	// Output:
	// 27 true
	// false
}

// A controller that keeps node addresses with netipx.
func ExampleFromIPSet() {
	var b netipx.IPSetBuilder
	b.AddRange(netipx.MustParseIPRange("10.0.0.4-10.0.0.255"))
	nodes, err := b.IPSet()
	if err != nil {
		panic(err)
	}
	fmt.Println(cidr.FromIPSet(nodes).Overlaps(cidr.MustParse("10.0.0.0/30")))
	// Output: false
}

func ExampleSet_IPSet() {
	services := mustSet("10.96.0.0/16,fd00:10:96::/112")
	fmt.Println(services.IPSet().Ranges())
	// Output: [10.96.0.0-10.96.255.255 fd00:10:96::-fd00:10:96::ffff]
}

// All addresses inside of a cluster, for the NO_PROXY of its nodes.
func ExampleSet_Union() {
	pods, services := mustSet("10.244.0.0/16,fd00:10:244::/48"), mustSet("10.245.0.0/16,fd00:10:96::/112")
	fmt.Println(pods.Union(services))
	// Output: 10.244.0.0/15,fd00:10:96::/112,fd00:10:244::/48
}

// What two clusters both claim.
func ExampleSet_Intersect() {
	east, west := mustSet("10.0.0.0/14,10.96.0.0/16"), mustSet("10.2.0.0/15,10.96.0.0/20")
	fmt.Println(east.Intersect(west))
	// Output: 10.2.0.0/15,10.96.0.0/20
}

// The node blocks that are left of a cluster CIDR.
func ExampleSet_Subtract() {
	pods, used := mustSet("10.244.0.0/22"), mustSet("10.244.0.0/24,10.244.2.0/24")
	fmt.Println(pods.Subtract(used))
	// Output: 10.244.1.0/24,10.244.3.0/24
}

// The gaps of a VPC around its subnets.
func ExampleSet_ComplementIn() {
	subnets := mustSet("10.0.0.0/20,10.0.32.0/19")
	free, err := subnets.ComplementIn(cidr.MustParse("10.0.0.0/17"))
	fmt.Println(free, err)
	// Output: 10.0.16.0/20,10.0.64.0/18 <nil>
}

// Two ways to write one firewall rule.
func ExampleSet_Equal() {
	fmt.Println(mustSet("10.244.0.0/17,10.244.128.0/17").Equal(mustSet("10.244.0.0/16")))
	// Output: true
}

// Whether two clusters can be peered.
func ExampleSet_IsEmpty() {
	fmt.Println(mustSet("10.0.0.0/16").Intersect(mustSet("10.1.0.0/16")).IsEmpty())
	// Output: true
}

// The source of a request as a dual-stack listener has it.
func ExampleSet_Contains() {
	pods := mustSet("10.244.0.0/16,fd00:10:244::/48")
	fmt.Println(pods.Contains(netip.MustParseAddr("::ffff:10.244.7.12")))
	// Output: true
}

// Whether masquerading can be left out for a destination.
func ExampleSet_ContainsPrefix() {
	native := mustSet("10.0.0.0/9,10.128.0.0/9")
	fmt.Println(native.ContainsPrefix(cidr.MustParse("10.0.0.0/8")))
	// Output: true
}

// Node blocks outside of the cluster CIDRs are left from an earlier setup.
func ExampleSet_ContainsSet() {
	clusterCIDRs, nodeBlocks := mustSet("10.244.0.0/16"), mustSet("10.244.0.0/24,10.244.1.0/24,10.243.7.0/24")
	fmt.Println(clusterCIDRs.ContainsSet(nodeBlocks), nodeBlocks.Subtract(clusterCIDRs))
	// Output: false 10.243.7.0/24
}

// A service range must not touch the node networks.
func ExampleSet_Overlaps() {
	nodes := mustSet("10.96.128.0/20,192.168.0.0/24")
	fmt.Println(nodes.Overlaps(cidr.MustParse("10.96.0.0/16")))
	// Output: true
}

func ExampleSet_OverlapsSet() {
	east, west := mustSet("10.0.0.0/16,fd00:1::/48"), mustSet("10.1.0.0/16,fd00:1::/64")
	fmt.Println(east.OverlapsSet(west))
	// Output: true
}

// The rules of a NetworkPolicy: one ipBlock for each prefix.
func ExampleSet_Prefixes() {
	allowed := mustSet("10.0.0.0/24").Subtract(mustSet("10.0.0.128/26"))
	for p := range allowed.Prefixes() {
		fmt.Println("- ipBlock: {cidr:", p, "}")
	}
	// Output:
	// - ipBlock: {cidr: 10.0.0.0/25 }
	// - ipBlock: {cidr: 10.0.0.192/26 }
}

// Address pools of MetalLB can be ranges.
func ExampleSet_Ranges() {
	for r := range mustSet("192.168.1.240/29,192.168.1.248/31").Ranges() {
		fmt.Println(r)
	}
	// Output: 192.168.1.240-192.168.1.249
}

func ExampleSet_NumAddrs() {
	fmt.Println(mustSet("10.244.0.0/16,10.245.0.0/17").NumAddrs(cidr.IPv4))
	// Output: 98304 true
}

func ExampleSet_NumAddrsBig() {
	fmt.Println(mustSet("fd00:10:244::/48").NumAddrsBig(cidr.IPv6))
	// Output: 1208925819614629174706176
}

func ExampleSet_String() {
	fmt.Println(mustSet("fd00:10:244::/48,10.244.128.0/17,10.244.0.0/17"))
	// Output: 10.244.0.0/16,fd00:10:244::/48
}

func ExampleSet_AppendText() {
	flag, err := mustSet("10.244.0.0/16,fd00:10:244::/48").AppendText([]byte("--cluster-cidr="))
	fmt.Println(string(flag), err)
	// Output: --cluster-cidr=10.244.0.0/16,fd00:10:244::/48 <nil>
}

func ExampleSet_MarshalText() {
	text, err := mustSet("10.244.0.0/16,fd00:10:244::/48").MarshalText()
	fmt.Println(string(text), err)
	// Output: 10.244.0.0/16,fd00:10:244::/48 <nil>
}

// As the text of a flag: flag.TextVar(&reserved, "reserved", cidr.Set{}, usage).
func ExampleSet_UnmarshalText() {
	var reserved cidr.Set
	err := reserved.UnmarshalText([]byte("172.17.0.0/16,172.16.0.0/16"))
	fmt.Println(reserved, err)
	// Output: 172.16.0.0/15 <nil>
}

func ExampleSet_MarshalJSON() {
	b, err := json.Marshal(map[string]cidr.Set{
		"pods":     mustSet("10.244.0.0/16,fd00:10:244::/48"),
		"external": {},
	})
	fmt.Println(string(b), err)
	// Output: {"external":[],"pods":["10.244.0.0/16","fd00:10:244::/48"]} <nil>
}

func ExampleSet_UnmarshalJSON() {
	var cluster struct {
		Reserved cidr.Set `json:"reserved"`
	}
	err := json.Unmarshal([]byte(`{"reserved": ["172.17.0.0/16", "10.96.0.0/16"]}`), &cluster)
	fmt.Println(cluster.Reserved, err)
	err = json.Unmarshal([]byte(`{"reserved": ["172.17.0.1/16"]}`), &cluster)
	fmt.Println(err)
	// Output:
	// 10.96.0.0/16,172.17.0.0/16 <nil>
	// cidr: set: element 1: "172.17.0.1/16" has host bits set (network is 172.17.0.0/16)
}
