package cidr_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

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

// Clusters that grow by and by: each gets the place with the most room.
func ExamplePool_Grow() {
	fleet, err := cidr.NewPool(cidr.MustParse("10.0.0.0/16"))
	if err != nil {
		panic(err)
	}
	for range 3 {
		fmt.Println(fleet.Alloc(cidr.IPv4, 20, cidr.Sparse))
	}
	fmt.Println(fleet.Grow(cidr.MustParse("10.0.0.0/20")))
	fmt.Println(fleet.Grow(cidr.MustParse("10.0.0.0/19")))
	fmt.Println(fleet.Grow(cidr.MustParse("10.0.0.0/18")))
	// Output:
	// 10.0.0.0/20 <nil>
	// 10.0.128.0/20 <nil>
	// 10.0.64.0/20 <nil>
	// 10.0.0.0/19 <nil>
	// 10.0.0.0/18 <nil>
	// invalid Prefix cidr: grow 10.0.0.0/18 to 10.0.0.0/17: 10.0.64.0/20 in it is used
}

// The next node does not get the addresses of the one that has just gone.
func ExamplePool_Quarantine() {
	pods, err := cidr.NewPool(cidr.MustParse("10.244.0.0/16"))
	if err != nil {
		panic(err)
	}
	now := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	gone, _ := pods.Alloc(cidr.IPv4, 24, cidr.FirstFit)
	if err := pods.Quarantine(gone, now.Add(30*time.Second)); err != nil {
		panic(err)
	}
	fmt.Println(pods.Alloc(cidr.IPv4, 24, cidr.FirstFit))
	for q, until := range pods.Quarantined() {
		fmt.Println(q, "until", until)
	}
	// Output:
	// 10.244.1.0/24 <nil>
	// 10.244.0.0/24 until 2026-01-02 15:04:35 +0000 UTC
}

// A controller sleeps until there is something to do.
func ExamplePool_Reclaim() {
	pods, err := cidr.NewPool(cidr.MustParse("10.244.0.0/16"))
	if err != nil {
		panic(err)
	}
	now := time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)
	for i := range 3 {
		node, _ := pods.Alloc(cidr.IPv4, 24, cidr.FirstFit)
		if err := pods.Quarantine(node, now.Add(time.Duration(i)*time.Minute)); err != nil {
			panic(err)
		}
	}
	fmt.Println(pods.Reclaim(now.Add(90 * time.Second)))
	next, ok := pods.NextReclaim()
	fmt.Println(next, ok)
	// Output:
	// [10.244.0.0/24 10.244.1.0/24]
	// 2026-01-02 15:06:05 +0000 UTC true
}

// What the allocator believes against the podCIDRs of the nodes that exist.
func ExamplePool_Reconcile() {
	pods, err := cidr.NewPool(cidr.MustParse("10.244.0.0/16"))
	if err != nil {
		panic(err)
	}
	for range 3 {
		_, _ = pods.Alloc(cidr.IPv4, 24, cidr.FirstFit)
	}
	nodes := []netip.Prefix{cidr.MustParse("10.244.0.0/24"), cidr.MustParse("10.244.2.0/24"), cidr.MustParse("10.244.9.0/24")}
	leaked, unknown := pods.Reconcile(slices.Values(nodes))
	fmt.Println("release", leaked)
	fmt.Println("claim", unknown)
	// Output:
	// release [10.244.1.0/24]
	// claim [10.244.9.0/24]
}

// Half of the addresses are free, and yet no node fits.
func ExamplePool_Fragmentation() {
	pods, err := cidr.NewPool(cidr.MustParse("10.244.0.0/22"))
	if err != nil {
		panic(err)
	}
	for range 8 {
		_, _ = pods.Alloc(cidr.IPv4, 25, cidr.FirstFit)
	}
	for _, q := range []string{"10.244.0.0/25", "10.244.1.0/25", "10.244.2.0/25", "10.244.3.128/25"} {
		if err := pods.Release(cidr.MustParse(q)); err != nil {
			panic(err)
		}
	}
	for bits, n := range pods.FreeLengths(cidr.IPv4) {
		fmt.Printf("%d of /%d\n", n, bits)
	}
	fmt.Println(pods.Fragmentation(cidr.IPv4, 24), pods.Fragmentation(cidr.IPv4, 25))
	// Output:
	// 4 of /25
	// 1 0
}

// The sizes of the holes of a network.
func ExamplePool_FreeLengths() {
	pods, err := cidr.NewPool(cidr.MustParse("10.244.0.0/16"))
	if err != nil {
		panic(err)
	}
	_, _ = pods.Alloc(cidr.IPv4, 20, cidr.FirstFit)
	for bits, n := range pods.FreeLengths(cidr.IPv4) {
		fmt.Printf("%d of /%d\n", n, bits)
	}
	// Output:
	// 1 of /17
	// 1 of /18
	// 1 of /19
	// 1 of /20
}

// A pool in a file that people read and diff.
func ExamplePool_MarshalText() {
	pods, err := cidr.NewPool(cidr.MustParse("10.244.0.0/16"))
	if err != nil {
		panic(err)
	}
	if err := pods.Exclude(cidr.MustParse("10.244.0.0/20")); err != nil {
		panic(err)
	}
	_, _ = pods.Alloc(cidr.IPv4, 24, cidr.FirstFit)
	text, _ := pods.MarshalText()
	fmt.Print(string(text))

	var restored cidr.Pool
	fmt.Println(restored.UnmarshalText(text), restored.Equal(pods))
	// Output:
	// space 10.244.0.0/16
	// excluded 10.244.0.0/20
	// used 10.244.16.0/24
	// <nil> true
}

// A pool in a ConfigMap or a custom resource.
func ExamplePool_MarshalJSON() {
	pods, err := cidr.NewPool(cidr.MustParse("10.244.0.0/16"), cidr.MustParse("fd00:10:244::/48"))
	if err != nil {
		panic(err)
	}
	_, _ = pods.Alloc(cidr.IPv6, 64, cidr.FirstFit)
	b, _ := json.Marshal(pods)
	fmt.Println(string(b))
	// Output: {"space":["10.244.0.0/16","fd00:10:244::/48"],"used":["fd00:10:244::/64"]}
}
