package cidr_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// The pod network of a dual-stack cluster, less what stands there already.
func ExampleNewPool() {
	pods, err := cidr.NewPool(cidr.MustParse("10.244.0.0/16"), cidr.MustParse("fd00:10:244::/48"))
	if err != nil {
		panic(err)
	}
	if err := pods.Exclude(cidr.MustParse("10.244.0.0/20")); err != nil {
		panic(err)
	}
	node4, _ := pods.Alloc(cidr.IPv4, 24, cidr.FirstFit)
	node6, _ := pods.Alloc(cidr.IPv6, 64, cidr.FirstFit)
	fmt.Println(node4, node6)
	// Output: 10.244.16.0/24 fd00:10:244::/64
}

// Node blocks from the bottom, load balancer ranges from the top: both grow
// for as long as there is space at all.
func ExamplePool_Alloc() {
	pool, err := cidr.NewPool(cidr.MustParse("10.20.0.0/22"))
	if err != nil {
		panic(err)
	}
	for range 2 {
		node, _ := pool.Alloc(cidr.IPv4, 24, cidr.FirstFit)
		balancer, _ := pool.Alloc(cidr.IPv4, 28, cidr.LastFit)
		fmt.Println(node, balancer)
	}
	_, err = pool.Alloc(cidr.IPv4, 23, cidr.BestFit)
	fmt.Println(errors.Is(err, cidr.ErrNoSpace), err)
	// Output:
	// 10.20.0.0/24 10.20.3.240/28
	// 10.20.1.0/24 10.20.3.224/28
	// true cidr: alloc IPv4 /23: no space left, largest free block is /24 (10.20.2.0/24)
}

// The best fit leaves large blocks whole.
func ExamplePool_Alloc_bestFit() {
	pool, err := cidr.NewPool(cidr.MustParse("10.0.0.0/16"), cidr.MustParse("10.200.0.0/24"))
	if err != nil {
		panic(err)
	}
	fmt.Println(pool.Alloc(cidr.IPv4, 26, cidr.BestFit))
	// Output: 10.200.0.0/26 <nil>
}

// A cluster whose nodes in each zone have a range of their own, so that a
// router needs one route per zone.
func ExamplePool_AllocIn() {
	pods, err := cidr.NewPool(cidr.MustParse("10.244.0.0/16"))
	if err != nil {
		panic(err)
	}
	for _, zone := range []string{"10.244.0.0/18", "10.244.64.0/18", "10.244.0.0/18"} {
		node, err := pods.AllocIn(cidr.MustParse(zone), 24, cidr.FirstFit)
		fmt.Println(node, err)
	}
	// Output:
	// 10.244.0.0/24 <nil>
	// 10.244.64.0/24 <nil>
	// 10.244.1.0/24 <nil>
}

// A controller that starts reads the blocks of the nodes that exist.
func ExamplePool_Claim() {
	pods, err := cidr.NewPool(cidr.MustParse("10.244.0.0/16"))
	if err != nil {
		panic(err)
	}
	for _, node := range []string{"10.244.0.0/24", "10.244.1.0/24", "10.244.0.128/25"} {
		err := pods.Claim(netip.MustParsePrefix(node))
		var c *cidr.ConflictError
		if errors.As(err, &c) {
			fmt.Println(c.Prefix, "is", c.State, "by", c.With)
		}
	}
	fmt.Println(slices.Collect(pods.Used()))
	// Output:
	// 10.244.0.128/25 is used by 10.244.0.0/24
	// [10.244.0.0/24 10.244.1.0/24]
}

// The service range of the cluster lies in the network that load balancers get
// their ranges from.
func ExamplePool_Exclude() {
	pool, err := cidr.NewPool(cidr.MustParse("10.96.0.0/11"))
	if err != nil {
		panic(err)
	}
	fmt.Println(pool.Exclude(cidr.MustParse("10.96.0.0/12")))
	fmt.Println(pool.Alloc(cidr.IPv4, 24, cidr.FirstFit))
	fmt.Println(pool.Claim(cidr.MustParse("10.100.0.0/24")))
	// Output:
	// <nil>
	// 10.112.0.0/24 <nil>
	// cidr: claim 10.100.0.0/24: it lies in 10.96.0.0/12, which is excluded
}

// A node is gone.
func ExamplePool_Release() {
	pods, err := cidr.NewPool(cidr.MustParse("10.244.0.0/16"))
	if err != nil {
		panic(err)
	}
	node, _ := pods.Alloc(cidr.IPv4, 24, cidr.FirstFit)
	fmt.Println(pods.Release(cidr.MustParse("10.244.0.0/25")))
	fmt.Println(pods.Release(node))
	fmt.Println(pods.Release(node))
	// Output:
	// cidr: release 10.244.0.0/25: not an allocated block: it lies in 10.244.0.0/24, which is used
	// <nil>
	// cidr: release 10.244.0.0/24: not an allocated block: it lies in 10.244.0.0/16, which is free
}

func ExamplePool_Free() {
	pods, err := cidr.NewPool(cidr.MustParse("10.244.0.0/16"))
	if err != nil {
		panic(err)
	}
	_, _ = pods.Alloc(cidr.IPv4, 18, cidr.FirstFit)
	fmt.Println(slices.Collect(pods.Free()))
	// Output: [10.244.64.0/18 10.244.128.0/17]
}

func ExamplePool_Used() {
	pool, err := cidr.NewPool(cidr.MustParse("10.0.0.0/16"), cidr.MustParse("fd00::/48"))
	if err != nil {
		panic(err)
	}
	_, _ = pool.Alloc(cidr.IPv6, 64, cidr.FirstFit)
	_, _ = pool.Alloc(cidr.IPv4, 24, cidr.FirstFit)
	_, _ = pool.Alloc(cidr.IPv4, 20, cidr.FirstFit)
	for q := range pool.Used() {
		fmt.Println(q)
	}
	// Output:
	// 10.0.0.0/24
	// 10.0.16.0/20
	// fd00::/64
}

func ExamplePool_Excluded() {
	pool, err := cidr.NewPool(cidr.MustParse("192.168.0.0/22"))
	if err != nil {
		panic(err)
	}
	for _, q := range []string{"192.168.0.0/24", "192.168.1.0/24", "172.17.0.0/16"} {
		if err := pool.Exclude(cidr.MustParse(q)); err != nil {
			panic(err)
		}
	}
	fmt.Println(slices.Collect(pool.Excluded()))
	// Output: [192.168.0.0/23]
}

// Prefixes that follow each other are one space.
func ExamplePool_Space() {
	pool, err := cidr.NewPool(cidr.MustParse("10.0.0.0/9"), cidr.MustParse("10.128.0.0/9"), cidr.MustParse("10.3.0.0/16"))
	if err != nil {
		panic(err)
	}
	fmt.Println(slices.Collect(pool.Space()))
	// Output: [10.0.0.0/8]
}

// How many more nodes the cluster can have.
func ExamplePool_NumFree() {
	pods, err := cidr.NewPool(cidr.MustParse("10.244.0.0/16"), cidr.MustParse("fd00:10::/32"))
	if err != nil {
		panic(err)
	}
	_, _ = pods.Alloc(cidr.IPv4, 24, cidr.FirstFit)
	fmt.Println(pods.NumFree(cidr.IPv4, 24))
	fmt.Println(pods.NumFree(cidr.IPv6, 64))
	fmt.Println(pods.NumFree(cidr.IPv6, 128))
	// Output:
	// 255 true
	// 4294967296 true
	// 18446744073709551615 false
}

// Whether one more cluster fits.
func ExamplePool_Largest() {
	fleet, err := cidr.NewPool(cidr.MustParse("10.0.0.0/8"))
	if err != nil {
		panic(err)
	}
	if err := fleet.Claim(cidr.MustParse("10.128.0.0/16")); err != nil {
		panic(err)
	}
	fmt.Println(fleet.Largest(cidr.IPv4))
	// Output: 10.0.0.0/9 true
}

// Try a change before it is made.
func ExamplePool_Clone() {
	fleet, err := cidr.NewPool(cidr.MustParse("10.0.0.0/16"))
	if err != nil {
		panic(err)
	}
	trial := fleet.Clone()
	for _, bits := range []int{18, 17, 18} {
		if _, err := trial.Alloc(cidr.IPv4, bits, cidr.FirstFit); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(slices.Collect(trial.Used()))
	fmt.Println(slices.Collect(fleet.Used()))
	// Output:
	// [10.0.0.0/18 10.0.64.0/18 10.0.128.0/17]
	// []
}
