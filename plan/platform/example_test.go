package platform_test

import (
	"encoding/json"
	"fmt"
	"log"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// The ranges of a cluster on AKS, judged before anybody creates it.
func Example() {
	for _, r := range []struct {
		kind   platform.Range
		prefix string
	}{
		{platform.Node, "10.20.0.0/24"},
		{platform.Pod, "172.16.0.0/12"},
		{platform.Service, "10.0.0.0/12"},
	} {
		for _, v := range platform.Check(platform.AKS, r.kind, netip.MustParsePrefix(r.prefix)) {
			if v.Fact.Severity == k8sflags.Error {
				fmt.Printf("%s: %s\n", v.Fact.ID, v.Message)
			}
		}
	}
	// Output:
	// AKS-20: pod range 172.16.0.0/12 overlaps 172.30.0.0/16, 172.31.0.0/16: AKS takes no range that has addresses of these
	// AKS-07: service range 10.0.0.0/12 is larger than a /13: the service range has to be smaller than a /12
}

func ExampleFacts() {
	for x := range platform.Facts(platform.GKE) {
		if x.Platform == platform.GKE && x.Kind == platform.KindLost {
			fmt.Println(x)
		}
	}
	// Output: GKE-02: Google keeps the first two and the last two addresses of a subnet's primary range; secondary ranges, for pods and services, lose none (second hand: https://cloud.google.com/vpc/docs/subnets)
}

func ExampleLookup() {
	x, ok := platform.Lookup("OPENSHIFT-10")
	fmt.Println(ok, x.Prefixes, x.Evidence, x.Severity)
	// Output: true [100.64.0.0/16] read in source code error
}

func ExampleCheck() {
	for _, v := range platform.Check(platform.EKS, platform.Service, netip.MustParsePrefix("172.17.0.0/16")) {
		fmt.Printf("%v %s, %v\n", v.Fact.Severity, v.Fact.ID, v.Fact.Evidence)
	}
	// Output:
	// warning ANY-10, read in source code
	// warning EKS-33, second hand
}

// A VPC cannot have any two ranges.
func ExampleAssociate() {
	vpc := netip.MustParsePrefix("10.1.0.0/16")
	for _, more := range []string{"100.64.0.0/16", "10.0.0.0/16", "192.168.0.0/16"} {
		vs := platform.Associate(platform.EKS, vpc, netip.MustParsePrefix(more))
		fmt.Println(more, len(vs) == 0)
	}
	// Output:
	// 100.64.0.0/16 true
	// 10.0.0.0/16 false
	// 192.168.0.0/16 false
}

// Where a solver may put the service range of a cluster on EKS, and how long it
// may be.
func ExampleLimits() {
	shortest, longest := platform.Limits(platform.EKS, platform.Service, cidr.IPv4)
	fmt.Printf("/%d to /%d in %v\n", shortest, longest, platform.Within(platform.EKS, platform.Service, cidr.IPv4))
	// Output: /12 to /24 in [10.0.0.0/8 172.16.0.0/12 192.168.0.0/16]
}

// What is left of shared address space on OpenShift.
func ExampleForbidden() {
	space, err := cidr.SetOf(netip.MustParsePrefix("100.64.0.0/11"))
	if err != nil {
		log.Fatal(err)
	}
	forbidden, err := cidr.SetOf(platform.Forbidden(platform.OpenShift, platform.Pod)...)
	if err != nil {
		log.Fatal(err)
	}
	largest := netip.PrefixFrom(netip.IPv4Unspecified(), 32)
	for p := range space.Subtract(forbidden).Prefixes() {
		if p.Bits() < largest.Bits() {
			largest = p
		}
	}
	fmt.Println(largest)
	// Output: 100.72.0.0/13
}

// How many machines a /24 has room for.
func ExampleLost() {
	subnet := netip.MustParsePrefix("10.0.0.0/24")
	n, _ := cidr.NumAddrs(subnet)
	for _, p := range []platform.Name{"", platform.EKS, platform.GKE, platform.AKS} {
		fmt.Printf("%q %d\n", p, n-platform.Lost(p, platform.Node, cidr.IPv4))
	}
	// Output:
	// "" 253
	// "eks" 251
	// "gke" 252
	// "aks" 251
}

func ExampleName_PodsPerNode() {
	for _, m := range []k8sflags.IPAM{k8sflags.AKSOverlay, k8sflags.AKSNodeSubnet} {
		least, standard, most := platform.AKS.PodsPerNode(m)
		fmt.Println(m, least, standard, most)
	}
	// Output:
	// aks-overlay 10 250 250
	// aks-node-subnet 10 30 250
}

func ExampleName_Managed() {
	for n := range platform.Names() {
		if n.Managed() {
			fmt.Println(n)
		}
	}
	// Output:
	// eks
	// gke
	// aks
}

func ExampleFact() {
	x, _ := platform.Lookup("AKS-30")
	text, err := json.Marshal(x)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(text))
	// Output: {"id":"AKS-30","platform":"aks","kind":"node-mask","ranges":["pod"],"family":"IPv4","number":24,"ipam":"aks-overlay","severity":"error","evidence":"documented","source":"https://learn.microsoft.com/azure/aks/azure-cni-overlay","text":"every node of an overlay has a /24, however few its pods"}
}
