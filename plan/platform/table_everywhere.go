package platform

const (
	srcDocker  = "moby/moby ipamutils, the default address pools"
	srcLarge   = "https://kubernetes.io/docs/setup/best-practices/cluster-large/"
	srcAnycast = "RFC 4291 section 2.6.1"
)

// everywhereFacts hold on every platform, beside specialFacts.
var everywhereFacts = []Fact{
	{ID: "ANY-01", Kind: KindLost, Ranges: ofNodes, Family: v4, Number: 3, Severity: figure, Evidence: Documented,
		Source: "RFC 1122 section 3.2.1.3", Text: "a subnet has a network and a broadcast address, and one of the gateway"},
	{ID: "ANY-02", Kind: KindLost, Ranges: ofNodes, Family: v6, Number: 2, Severity: figure, Evidence: Documented,
		Source: srcAnycast, Text: "a subnet has the subnet-router anycast address, and one of the gateway"},

	// Docker has networks where no other says where: docker0 is the first.
	{ID: "ANY-10", Kind: KindForbidden, Ranges: ofCluster, Family: v4, Prefixes: prefixes("172.17.0.0/16"), Severity: warned, Evidence: SourceRead,
		Source: srcDocker, Text: "Docker's bridge docker0 has this network: machines that run Docker do not reach the range"},
	{ID: "ANY-11", Kind: KindForbidden, Ranges: ofCluster, Family: v4, Severity: warned, Evidence: SourceRead,
		Prefixes: prefixes("172.18.0.0/16", "172.19.0.0/16", "172.20.0.0/14", "172.24.0.0/14", "172.28.0.0/14", "192.168.0.0/16"),
		Source:   srcDocker, Text: "Docker takes networks of its own from here: machines that run Docker may not reach the range"},

	// Metadata: programs ask these addresses without asking a router.
	{ID: "ANY-20", Kind: KindForbidden, Ranges: every, Family: v4, Prefixes: prefixes("169.254.169.254/32"), Severity: refused, Evidence: Documented,
		Source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html", Text: "the metadata services of the clouds have this address"},
	{ID: "ANY-21", Kind: KindForbidden, Ranges: every, Family: v6, Prefixes: prefixes("fd00:ec2::254/128"), Severity: warned, Evidence: Documented,
		Source: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html", Text: "the metadata service of AWS has this address"},
	{ID: "ANY-22", Kind: KindForbidden, Ranges: every, Family: v4, Prefixes: prefixes("168.63.129.16/32"), Severity: warned, Evidence: Documented,
		Source: "https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16", Text: "DNS, DHCP and health probes of Azure have this address"},
	{ID: "ANY-23", Kind: KindForbidden, Ranges: every, Family: v4, Prefixes: prefixes("100.100.100.200/32"), Severity: warned, Evidence: Unconfirmed,
		Source: "Alibaba Cloud's instance metadata", Text: "the metadata service of Alibaba Cloud has this address"},

	// What Kubernetes is tried with.
	{ID: "ANY-30", Kind: KindMaxNodes, Number: 5000, Severity: figure, Evidence: Documented,
		Source: srcLarge, Text: "Kubernetes is tried with 5,000 nodes"},
	{ID: "ANY-31", Kind: KindMaxClusterPods, Number: 150000, Severity: figure, Evidence: Documented,
		Source: srcLarge, Text: "Kubernetes is tried with 150,000 pods"},
	{ID: "ANY-32", Kind: KindMaxPods, Number: 110, Severity: figure, Evidence: Documented,
		Source: srcLarge, Text: "Kubernetes is tried with 110 pods a node"},
}
