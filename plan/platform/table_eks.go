package platform

import "github.com/kubecidr/kubecidr/k8sflags"

const (
	srcVPC       = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
	srcVPCSubnet = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"
	srcEKSNet    = "https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html"
	srcEKSIPv6   = "https://docs.aws.amazon.com/eks/latest/userguide/cni-ipv6.html"
	srcEKSAPI    = "https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html"
	srcVPCCNI    = "aws/amazon-vpc-cni-k8s README.md"
)

var eksFacts = []Fact{
	{ID: "EKS-01", Platform: EKS, Kind: KindManaged, Severity: figure, Evidence: Documented,
		Source: "https://docs.aws.amazon.com/eks/latest/userguide/eks-architecture.html", Text: "AWS runs the control plane: its flags are not yours to set"},
	{ID: "EKS-02", Platform: EKS, Kind: KindSingleStack, Severity: refused, Evidence: Documented,
		Source: srcEKSIPv6, Text: "the pods and services of a cluster are IPv4 or IPv6, not both, and stay so"},

	// Ranges of a VPC. Pods are in the VPC under AWS's own network plugin.
	{ID: "EKS-03", Platform: EKS, Kind: KindShortest, Ranges: ofNodes, Family: v4, Number: 16, Severity: refused, Evidence: Documented,
		Source: srcVPC, Text: "a range of a VPC is a /16 to /28"},
	{ID: "EKS-04", Platform: EKS, Kind: KindLongest, Ranges: ofNodes, Family: v4, Number: 28, Severity: refused, Evidence: Documented,
		Source: srcVPC, Text: "a range of a VPC is a /16 to /28"},
	{ID: "EKS-05", Platform: EKS, Kind: KindShortest, Ranges: ofPods, Family: v4, Number: 16, Severity: warned, Evidence: Documented,
		Source: srcVPC, Text: "a range of a VPC is a /16 to /28, and pods are in the VPC unless another network plugin gives them addresses of an overlay"},
	{ID: "EKS-06", Platform: EKS, Kind: KindLongest, Ranges: ofPods, Family: v4, Number: 28, Severity: warned, Evidence: Documented,
		Source: srcVPC, Text: "a range of a VPC is a /16 to /28, and pods are in the VPC unless another network plugin gives them addresses of an overlay"},
	{ID: "EKS-07", Platform: EKS, Kind: KindShortest, Ranges: ofNodes, Family: v6, Number: 64, Severity: refused, Evidence: Documented,
		Source: srcVPC, Text: "an IPv6 subnet of a VPC is a /64"},
	{ID: "EKS-08", Platform: EKS, Kind: KindLongest, Ranges: ofNodes, Family: v6, Number: 64, Severity: refused, Evidence: Documented,
		Source: srcVPC, Text: "an IPv6 subnet of a VPC is a /64"},
	{ID: "EKS-09", Platform: EKS, Kind: KindLost, Ranges: nodesAndPods, Family: v4, Number: 5, Severity: figure, Evidence: Documented,
		Source: srcVPCSubnet, Text: "AWS keeps the first four addresses of a subnet and the last: network, router, DNS, one for later, broadcast"},
	{ID: "EKS-10", Platform: EKS, Kind: KindSubnets, Ranges: ofNodes, Number: 2, Severity: refused, Evidence: Documented,
		Source: srcEKSNet, Text: "a cluster needs subnets in at least two availability zones, for the interfaces of its control plane"},
	{ID: "EKS-11", Platform: EKS, Kind: KindFree, Ranges: ofNodes, Family: v4, Number: 6, Severity: refused, Evidence: Documented,
		Source: srcEKSNet, Text: "each of the cluster's subnets needs six free addresses for the interfaces of its control plane"},
	{ID: "EKS-12", Platform: EKS, Kind: KindFree, Ranges: ofNodes, Family: v4, Number: 16, Severity: figure, Evidence: Documented,
		Source: srcEKSNet, Text: "sixteen free addresses in each of the cluster's subnets are recommended"},

	{ID: "EKS-20", Platform: EKS, Kind: KindWithin, Ranges: ofServices, Family: v4, Prefixes: private, Severity: refused, Evidence: SecondHand,
		Source: srcEKSAPI, Text: "EKS takes no other service range"},
	{ID: "EKS-21", Platform: EKS, Kind: KindShortest, Ranges: ofServices, Family: v4, Number: 12, Severity: refused, Evidence: SecondHand,
		Source: srcEKSAPI, Text: "EKS takes service ranges of /12 to /24"},
	{ID: "EKS-22", Platform: EKS, Kind: KindLongest, Ranges: ofServices, Family: v4, Number: 24, Severity: refused, Evidence: SecondHand,
		Source: srcEKSAPI, Text: "EKS takes service ranges of /12 to /24"},
	{ID: "EKS-23", Platform: EKS, Kind: KindDefault, Ranges: ofServices, Family: v4, Prefixes: prefixes("10.100.0.0/16", "172.20.0.0/16"), Severity: figure, Evidence: SecondHand,
		Source: srcEKSAPI, Text: "EKS' service range where none is asked for, one of the two"},
	{ID: "EKS-24", Platform: EKS, Kind: KindGiven, Ranges: ofServices, Family: v6, Prefixes: prefixes("fc00::/7"), Severity: refused, Evidence: Documented,
		Source: srcEKSIPv6, Text: "EKS chooses the IPv6 service range itself, from the unique local addresses"},

	{ID: "EKS-30", Platform: EKS, Kind: KindInternal, Ranges: ofCluster, Family: v4, Prefixes: prefixes("169.254.172.0/22"), Severity: refused, Evidence: Documented,
		Source: srcVPCCNI, Text: "pods of IPv6 clusters have these addresses to reach IPv4"},
	{ID: "EKS-31", Platform: EKS, Kind: KindInternal, Ranges: ofCluster, Family: v6, Prefixes: prefixes("fd00::ac:0/118"), Severity: warned, Evidence: Documented,
		Source: srcVPCCNI, Text: "pods of IPv4 clusters have these addresses where they are to reach IPv6"},
	{ID: "EKS-32", Platform: EKS, Kind: KindInternal, Ranges: ofCluster, Family: v6, Prefixes: prefixes("fd00:ec2::/32"), Severity: warned, Evidence: Documented,
		Source: srcEKSIPv6, Text: "AWS has services on these addresses, instance metadata among them"},
	{ID: "EKS-33", Platform: EKS, Kind: KindForbidden, Ranges: ofCluster, Family: v4, Prefixes: prefixes("172.17.0.0/16"), Severity: warned, Evidence: SecondHand,
		Source: srcVPC, Text: "services of AWS such as Cloud9 and SageMaker use this network, and so does Docker's bridge"},

	{ID: "EKS-40", Platform: EKS, Kind: KindMaxPods, IPAM: k8sflags.VPCCNIPrefix, Ranges: ofPods, Number: 250, Severity: figure, Evidence: Documented,
		Source: "awslabs/amazon-eks-ami max-pods-calculator.sh", Text: "250 pods a node are recommended at most, and 110 up to 30 virtual CPUs"},

	// What a VPC with one range takes as a further one.
	{ID: "EKS-50", Platform: EKS, Kind: KindAssociation, Ranges: nodesAndPods, Family: v4, When: prefixes("10.0.0.0/8"),
		Prefixes: prefixes("172.16.0.0/12", "192.168.0.0/16", "198.19.0.0/16"), Severity: refused, Evidence: Documented,
		Source: srcVPC, Text: "a VPC in 10.0.0.0/8 takes no range of these"},
	{ID: "EKS-51", Platform: EKS, Kind: KindAssociation, Ranges: nodesAndPods, Family: v4, When: prefixes("10.0.0.0/15"),
		Prefixes: prefixes("10.0.0.0/16"), Severity: refused, Evidence: Documented,
		Source: srcVPC, Text: "a VPC with a range in 10.0.0.0/15 takes none of 10.0.0.0/16"},
	{ID: "EKS-52", Platform: EKS, Kind: KindAssociation, Ranges: nodesAndPods, Family: v4, When: prefixes("172.16.0.0/12"),
		Prefixes: prefixes("10.0.0.0/8", "172.31.0.0/16", "192.168.0.0/16", "198.19.0.0/16"), Severity: refused, Evidence: Documented,
		Source: srcVPC, Text: "a VPC in 172.16.0.0/12 takes no range of these"},
	{ID: "EKS-53", Platform: EKS, Kind: KindAssociation, Ranges: nodesAndPods, Family: v4, When: prefixes("192.168.0.0/16"),
		Prefixes: prefixes("10.0.0.0/8", "172.16.0.0/12", "198.19.0.0/16"), Severity: refused, Evidence: Documented,
		Source: srcVPC, Text: "a VPC in 192.168.0.0/16 takes no range of these"},
	{ID: "EKS-54", Platform: EKS, Kind: KindAssociation, Ranges: nodesAndPods, Family: v4, When: prefixes("198.19.0.0/16"),
		Prefixes: private, Severity: refused, Evidence: Documented,
		Source: srcVPC, Text: "a VPC in 198.19.0.0/16 takes no private range"},
	{ID: "EKS-55", Platform: EKS, Kind: KindAssociation, Ranges: nodesAndPods, Family: v4,
		Prefixes: prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.19.0.0/16"), Severity: refused, Evidence: Documented,
		Source: srcVPC, Text: "a VPC in public addresses or 100.64.0.0/10 takes no private range, nor one of 198.19.0.0/16"},
}
