package platform

const (
	srcGKE         = "https://cloud.google.com/kubernetes-engine/docs/concepts/alias-ips"
	srcGKEFlexible = "https://cloud.google.com/kubernetes-engine/docs/how-to/flexible-pod-cidr"
	srcGCPSubnets  = "https://cloud.google.com/vpc/docs/subnets"
)

var gkeFacts = []Fact{
	{ID: "GKE-01", Platform: GKE, Kind: KindManaged, Severity: figure, Evidence: Documented,
		Source: "https://cloud.google.com/kubernetes-engine/docs/concepts/cluster-architecture", Text: "Google runs the control plane: its flags are not yours to set"},
	{ID: "GKE-02", Platform: GKE, Kind: KindLost, Ranges: ofNodes, Family: v4, Number: 4, Severity: figure, Evidence: SecondHand,
		Source: srcGCPSubnets, Text: "Google keeps the first two and the last two addresses of a subnet's primary range; secondary ranges, for pods and services, lose none"},
	{ID: "GKE-03", Platform: GKE, Kind: KindLongest, Ranges: ofNodes, Family: v4, Number: 29, Severity: refused, Evidence: SecondHand,
		Source: srcGCPSubnets, Text: "a subnet is at least a /29"},
	{ID: "GKE-04", Platform: GKE, Kind: KindLongest, Ranges: ofPods, Family: v4, Number: 21, Severity: warned, Evidence: SecondHand,
		Source: srcGKE, Text: "a pod range that GKE creates is at least a /21, and a /14 where none is asked for; smaller ones have to be created by hand"},
	{ID: "GKE-05", Platform: GKE, Kind: KindShortest, Ranges: ofPods, Family: v4, Number: 9, Severity: warned, Evidence: Unconfirmed,
		Source: srcGKE, Text: "a pod range is at most a /9"},
	{ID: "GKE-06", Platform: GKE, Kind: KindShortest, Ranges: ofServices, Family: v4, Number: 16, Severity: refused, Evidence: Documented,
		Source: srcGKE, Text: "GKE takes service ranges of /16 to /27"},
	{ID: "GKE-07", Platform: GKE, Kind: KindLongest, Ranges: ofServices, Family: v4, Number: 27, Severity: refused, Evidence: Documented,
		Source: srcGKE, Text: "GKE takes service ranges of /16 to /27"},
	{ID: "GKE-08", Platform: GKE, Kind: KindGiven, Ranges: ofServices, Family: v4, Prefixes: prefixes("34.118.224.0/20"), Severity: figure, Evidence: Documented,
		Source: srcGKE, Text: "GKE gives every cluster this service range unless another is asked for: there is nothing to plan, and clusters share it"},
	{ID: "GKE-09", Platform: GKE, Kind: KindReusable, Ranges: ofServices, Family: v4, Prefixes: prefixes("34.118.224.0/20"), Severity: figure, Evidence: Documented,
		Source: srcGKE, Text: "clusters share the service range that GKE gives"},
	{ID: "GKE-10", Platform: GKE, Kind: KindMaxPods, Ranges: ofPods, Number: 256, Severity: refused, Evidence: SecondHand,
		Source: srcGKEFlexible, Text: "a node has at most 256 pods, and 32 on Autopilot where nothing else is asked for"},
	{ID: "GKE-11", Platform: GKE, Kind: KindDefaultPods, Ranges: ofPods, Number: 110, Severity: figure, Evidence: Documented,
		Source: srcGKEFlexible, Text: "a node of a Standard cluster has at most 110 pods where nothing else is asked for"},
	{ID: "GKE-12", Platform: GKE, Kind: KindForbidden, Ranges: ofCluster, Family: v4, Prefixes: prefixes("199.36.153.4/30", "199.36.153.8/30"), Severity: warned, Evidence: Unconfirmed,
		Source: srcGCPSubnets, Text: "Google's own services have these addresses, and a subnet cannot"},
	{ID: "GKE-13", Platform: GKE, Kind: KindForbidden, Ranges: ofCluster, Family: v4, Prefixes: prefixes("172.17.0.0/16"), Severity: warned, Evidence: Unconfirmed,
		Source: srcGKE, Text: "Docker's bridge has this network on node images"},
}
