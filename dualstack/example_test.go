package dualstack_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// The pod ranges of a cluster, as --cluster-cidr has them.
func ExamplePair() {
	pods := dualstack.MustParse("fd00:10:244::/48,10.244.0.0/16")
	fmt.Println(pods.Families(), "primary", pods.Primary())
	for p := range pods.All() {
		fmt.Println(p)
	}
	// Output:
	// [IPv6 IPv4] primary fd00:10:244::/48
	// fd00:10:244::/48
	// 10.244.0.0/16
}

// In JSON a pair is the text of the flag.
func ExamplePair_json() {
	var cluster struct {
		Pods     dualstack.Pair `json:"pods"`
		Services dualstack.Pair `json:"services"`
	}
	err := json.Unmarshal([]byte(`{"pods":"10.244.0.0/16,fd00:10:244::/48","services":"10.96.0.0/16"}`), &cluster)
	fmt.Println(cluster.Pods.V6(), cluster.Services.IsDual(), err)
	// Output: fd00:10:244::/48 false <nil>
}

func ExampleParse() {
	pods, err := dualstack.Parse("10.244.0.0/16,fd00:10:244::/48")
	fmt.Println(pods.V4(), pods.V6(), err)
	_, err = dualstack.Parse("10.244.0.0/16,10.245.0.0/16")
	fmt.Println(errors.Is(err, dualstack.ErrSameFamily), err)
	// Output:
	// 10.244.0.0/16 fd00:10:244::/48 <nil>
	// true dualstack: 10.244.0.0/16 and 10.245.0.0/16 are both IPv4: a pair has one of each family
}

func ExampleMustParse() {
	fmt.Println(dualstack.MustParse("10.96.0.0/16,fd00:10:96::/112"))
	// Output: 10.96.0.0/16,fd00:10:96::/112
}

// The service range of a single-stack cluster.
func ExampleSingle() {
	services, err := dualstack.Single(netip.MustParsePrefix("10.96.0.0/12"))
	fmt.Println(services, services.IsDual(), err)
	// Output: 10.96.0.0/12 false <nil>
}

// The first range of --service-cluster-ip-range is the family of Services that
// do not ask for one.
func ExampleDual() {
	services, err := dualstack.Dual(netip.MustParsePrefix("fd00:10:96::/112"), netip.MustParsePrefix("10.96.0.0/16"))
	fmt.Println(services, err)
	// Output: fd00:10:96::/112,10.96.0.0/16 <nil>
}

// The cluster DNS addresses of a dual-stack cluster.
func ExampleAddrs() {
	dns := dualstack.MustParseAddrs("10.96.0.10,fd00:10:96::a")
	for a := range dns.All() {
		fmt.Println("nameserver", a)
	}
	// Output:
	// nameserver 10.96.0.10
	// nameserver fd00:10:96::a
}

// The node IPs of a kubelet.
func ExampleParseAddrs() {
	node, err := dualstack.ParseAddrs("192.168.1.10,fd00:192:168:1::a")
	fmt.Println(node.V4(), node.V6(), err)
	_, err = dualstack.ParseAddrs("192.168.1.10,fe80::1%eth0")
	fmt.Println(err)
	// Output:
	// 192.168.1.10 fd00:192:168:1::a <nil>
	// dualstack: address fe80::1%eth0 has a zone
}

func ExampleMustParseAddrs() {
	fmt.Println(dualstack.MustParseAddrs("192.168.1.10").Primary())
	// Output: 192.168.1.10
}

func ExampleSingleAddr() {
	dns, err := dualstack.SingleAddr(netip.MustParseAddr("10.96.0.10"))
	fmt.Println(dns, err)
	_, err = dualstack.SingleAddr(netip.MustParseAddr("::ffff:10.96.0.10"))
	fmt.Println(err)
	// Output:
	// 10.96.0.10 <nil>
	// dualstack: address ::ffff:10.96.0.10 is IPv4-mapped (use 10.96.0.10)
}

func ExampleDualAddrs() {
	node, err := dualstack.DualAddrs(netip.MustParseAddr("fd00::a"), netip.MustParseAddr("192.168.1.10"))
	fmt.Println(node, err)
	// Output: fd00::a,192.168.1.10 <nil>
}

// 300 nodes of 110 pods, where the IPAM keeps three addresses of a block.
func ExampleNodeMasks() {
	pods := dualstack.MustParse("10.244.0.0/15,fd00:10:244::/48")
	masks, err := dualstack.NodeMasks(pods, dualstack.NodeNeed{Nodes: 300, AddrsPerNode: 113})
	fmt.Println(masks, err)
	// Output: /25,/64 <nil>
}

// A pod range that is too small says what would be large enough.
func ExampleCapacityError() {
	pods := dualstack.MustParse("10.244.0.0/16,fd00:10:244::/48")
	_, err := dualstack.NodeMasks(pods, dualstack.NodeNeed{Nodes: 300, AddrsPerNode: 250})
	var bottleneck *dualstack.CapacityError
	if errors.As(err, &bottleneck) {
		fmt.Println(bottleneck.Family, bottleneck.Nodes)
	}
	fmt.Println(err)
	// Output:
	// IPv4 256
	// dualstack: IPv4 is the bottleneck: 10.244.0.0/16 has room for 256 of 300 nodes with a /24 each (250 addresses); all of them need a /15
}

// IPv6 has blocks for 65,536 nodes, and only 256 of them ever join.
func ExampleNodeCapacity() {
	pods := dualstack.MustParse("10.244.0.0/16,fd00:10:244::/48")
	n, err := dualstack.NodeCapacity(pods, dualstack.Masks{V4: 24, V6: 64})
	fmt.Println(n, err)
	// Output: 256 <nil>
}

func ExampleEqualize() {
	pods := dualstack.MustParse("10.244.0.0/16,fd00:10:244::/48")
	masks, err := dualstack.Equalize(pods, dualstack.Masks{V4: 24, V6: 64})
	fmt.Println(masks, err)
	// Output: /24,/56 <nil>
}

// The values of --node-cidr-mask-size-ipv4 and -ipv6.
func ExampleMasks() {
	masks := dualstack.Masks{V4: 24, V6: 64}
	fmt.Println(masks)
	// Output: /24,/64
}

// What a cluster asks of its pod range: room to grow to 1,000 nodes, each with
// a /24 of IPv4.
func ExampleNodeNeed() {
	need := dualstack.NodeNeed{Nodes: 1000, AddrsPerNode: 256}
	masks, err := dualstack.NodeMasks(dualstack.MustParse("10.240.0.0/14"), need)
	fmt.Println(masks, err)
	// Output: /24 <nil>
}

// The pod CIDRs of the eighth node to join.
func ExampleNodeBlock() {
	pods := dualstack.MustParse("10.244.0.0/16,fd00:10:244::/56")
	block, err := dualstack.NodeBlock(pods, dualstack.Masks{V4: 24, V6: 64}, 7)
	fmt.Println(block, err)
	_, err = dualstack.NodeBlock(pods, dualstack.Masks{V4: 24, V6: 64}, 256)
	fmt.Println(err)
	// Output:
	// 10.244.7.0/24,fd00:10:244:7::/64 <nil>
	// dualstack: node block 256 of 10.244.0.0/16,fd00:10:244::/56 with masks /24,/64: it has 256, counted from 0
}

// Static routes to the pods of the first nodes.
func ExampleNodeBlocks() {
	nodes := []string{"node-a", "node-b", "node-c"}
	blocks, err := dualstack.NodeBlocks(dualstack.MustParse("10.244.0.0/16,fd00:10:244::/56"), dualstack.Masks{V4: 24, V6: 64})
	if err != nil {
		panic(err)
	}
	for i, block := range blocks {
		if i == uint64(len(nodes)) {
			break
		}
		for p := range block.All() {
			fmt.Println("ip route add", p, "via", nodes[i])
		}
	}
	// Output:
	// ip route add 10.244.0.0/24 via node-a
	// ip route add fd00:10:244::/64 via node-a
	// ip route add 10.244.1.0/24 via node-b
	// ip route add fd00:10:244:1::/64 via node-b
	// ip route add 10.244.2.0/24 via node-c
	// ip route add fd00:10:244:2::/64 via node-c
}

// Two nodes join a cluster that has IPv4 blocks for both and IPv6 blocks for
// one. The second node gets neither: its IPv4 block stays free.
func ExampleAlloc() {
	pool, err := cidr.NewPool(cidr.MustParse("10.244.0.0/16"), cidr.MustParse("fd00:10:244::/64"))
	if err != nil {
		panic(err)
	}
	for range 2 {
		fmt.Println(dualstack.Alloc(pool, dualstack.Masks{V4: 24, V6: 64}, cidr.FirstFit))
	}
	for p := range pool.Used() {
		fmt.Println("used", p)
	}
	// Output:
	// 10.244.0.0/24,fd00:10:244::/64 <nil>
	//  dualstack: alloc IPv6 /64: no space left, nothing free
	// used 10.244.0.0/24
	// used fd00:10:244::/64
}

// The ranges of an IPv6-primary cluster.
func ExamplePair_WithPrimary() {
	pool, err := cidr.NewPool(cidr.MustParse("10.0.0.0/8"), cidr.MustParse("fd00::/32"))
	if err != nil {
		panic(err)
	}
	pods, err := dualstack.Alloc(pool, dualstack.Masks{V4: 16, V6: 56}, cidr.FirstFit)
	fmt.Println(pods.WithPrimary(cidr.IPv6), err)
	// Output: fd00::/56,10.0.0.0/16 <nil>
}

// An IPAM that loses three addresses of an IPv4 block and two of an IPv6 one,
// for 254 pods a node.
func ExampleNodeMasksFor() {
	pods := dualstack.MustParse("10.0.0.0/19,fd00:1::/116")
	m, err := dualstack.NodeMasksFor(pods, 16, dualstack.BlockNeed{Addrs: 257}, dualstack.BlockNeed{Addrs: 256})
	fmt.Println(m, err)
	// Output: /23,/120 <nil>
}
