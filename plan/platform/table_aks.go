package platform

import "github.com/kubecidr/kubecidr/k8sflags"

const (
	srcVNet       = "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq"
	srcAKSNet     = "https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning"
	srcAKSOverlay = "https://learn.microsoft.com/azure/aks/azure-cni-overlay"
	srcAKSKubenet = "https://learn.microsoft.com/azure/aks/configure-kubenet"
)

// On AKS, host-local is kubenet.
const kubenet = k8sflags.HostLocal

var aksFacts = []Fact{
	{ID: "AKS-01", Platform: AKS, Kind: KindManaged, Severity: figure, Evidence: Documented,
		Source: "https://learn.microsoft.com/azure/aks/core-aks-concepts", Text: "Azure runs the control plane: its flags are not yours to set"},
	{ID: "AKS-02", Platform: AKS, Kind: KindLost, Ranges: nodesAndPods, Family: v4, Number: 5, Severity: figure, Evidence: Documented,
		Source: srcVNet, Text: "Azure keeps the first four addresses of a subnet and the last"},
	{ID: "AKS-03", Platform: AKS, Kind: KindShortest, Ranges: ofNodes, Family: v4, Number: 8, Severity: refused, Evidence: Documented,
		Source: srcVNet, Text: "a subnet is a /8 to /29"},
	{ID: "AKS-04", Platform: AKS, Kind: KindLongest, Ranges: ofNodes, Family: v4, Number: 29, Severity: refused, Evidence: Documented,
		Source: srcVNet, Text: "a subnet is a /8 to /29"},
	{ID: "AKS-05", Platform: AKS, Kind: KindShortest, Ranges: ofNodes, Family: v6, Number: 64, Severity: refused, Evidence: Documented,
		Source: srcVNet, Text: "an IPv6 subnet is exactly a /64"},
	{ID: "AKS-06", Platform: AKS, Kind: KindLongest, Ranges: ofNodes, Family: v6, Number: 64, Severity: refused, Evidence: Documented,
		Source: srcVNet, Text: "an IPv6 subnet is exactly a /64"},
	{ID: "AKS-07", Platform: AKS, Kind: KindShortest, Ranges: ofServices, Family: v4, Number: 13, Severity: refused, Evidence: Documented,
		Source: srcAKSNet, Text: "the service range has to be smaller than a /12"},
	{ID: "AKS-08", Platform: AKS, Kind: KindShortest, Ranges: ofPods, Family: v4, Number: 12, IPAM: k8sflags.AKSPodSubnetStatic, Severity: refused, Evidence: Documented,
		Source: srcAKSNet, Text: "a subnet for pods whose blocks stay with the node is at most a /12"},

	{ID: "AKS-20", Platform: AKS, Kind: KindForbidden, Ranges: ofCluster, Family: v4, Severity: refused, Evidence: Documented,
		Prefixes: prefixes("169.254.0.0/16", "172.30.0.0/16", "172.31.0.0/16", "192.0.2.0/24"),
		Source:   srcAKSNet, Text: "AKS takes no range that has addresses of these"},
	{ID: "AKS-21", Platform: AKS, Kind: KindInternal, Ranges: every, Family: v4, Prefixes: prefixes("168.63.129.16/32"), Severity: refused, Evidence: Documented,
		Source: srcVNet, Text: "DNS, DHCP and health probes of Azure have this address"},

	{ID: "AKS-30", Platform: AKS, Kind: KindNodeMask, Ranges: ofPods, Family: v4, Number: 24, IPAM: k8sflags.AKSOverlay, Severity: refused, Evidence: Documented,
		Source: srcAKSOverlay, Text: "every node of an overlay has a /24, however few its pods"},
	{ID: "AKS-31", Platform: AKS, Kind: KindNodeMask, Ranges: ofPods, Family: v4, Number: 24, IPAM: kubenet, Severity: refused, Evidence: Documented,
		Source: srcAKSKubenet, Text: "every node has a /24 under kubenet"},
	{ID: "AKS-32", Platform: AKS, Kind: KindMaxNodes, Number: 5000, IPAM: k8sflags.AKSOverlay, Severity: refused, Evidence: Documented,
		Source: srcAKSOverlay, Text: "an overlay has at most 5,000 nodes"},
	{ID: "AKS-33", Platform: AKS, Kind: KindMaxNodes, Number: 400, IPAM: kubenet, Severity: refused, Evidence: Documented,
		Source: srcAKSKubenet, Text: "a cluster has at most 400 nodes under kubenet, since each needs a route of its own"},
	{ID: "AKS-34", Platform: AKS, Kind: KindMaxAddresses, Ranges: nodesAndPods, Number: 65536, Severity: refused, Evidence: Documented,
		Source: srcAKSNet, Text: "a virtual network has at most 65,536 addresses in use, and of pods' blocks that stay with the node each counts once"},
	{ID: "AKS-35", Platform: AKS, Kind: KindMinPods, Ranges: ofPods, Number: 10, Severity: refused, Evidence: Documented,
		Source: srcAKSNet, Text: "a node's maximum of pods is 10 to 250"},
	{ID: "AKS-36", Platform: AKS, Kind: KindMaxPods, Ranges: ofPods, Number: 250, Severity: refused, Evidence: Documented,
		Source: srcAKSNet, Text: "a node's maximum of pods is 10 to 250"},
	{ID: "AKS-37", Platform: AKS, Kind: KindDefaultPods, Ranges: ofPods, Number: 30, IPAM: k8sflags.AKSNodeSubnet, Severity: figure, Evidence: Documented,
		Source: srcAKSNet, Text: "a node has at most 30 pods in the subnet of the nodes where nothing else is asked for"},
	{ID: "AKS-38", Platform: AKS, Kind: KindDefaultPods, Ranges: ofPods, Number: 110, IPAM: kubenet, Severity: figure, Evidence: Documented,
		Source: srcAKSNet, Text: "a node has at most 110 pods under kubenet where nothing else is asked for"},
	{ID: "AKS-39", Platform: AKS, Kind: KindDefaultPods, Ranges: ofPods, Number: 110, IPAM: k8sflags.AKSPodSubnet, Severity: figure, Evidence: Documented,
		Source: srcAKSNet, Text: "a node has at most 110 pods with a subnet for pods where nothing else is asked for"},
	{ID: "AKS-40", Platform: AKS, Kind: KindDefaultPods, Ranges: ofPods, Number: 110, IPAM: k8sflags.AKSPodSubnetStatic, Severity: figure, Evidence: Documented,
		Source: srcAKSNet, Text: "a node has at most 110 pods with a subnet for pods where nothing else is asked for"},
	{ID: "AKS-41", Platform: AKS, Kind: KindDefaultPods, Ranges: ofPods, Number: 250, IPAM: k8sflags.AKSOverlay, Severity: figure, Evidence: Documented,
		Source: srcAKSNet, Text: "a node of an overlay has at most 250 pods where nothing else is asked for"},

	{ID: "AKS-50", Platform: AKS, Kind: KindReusable, Ranges: ofPods, IPAM: k8sflags.AKSOverlay, Severity: figure, Evidence: Documented,
		Source: srcAKSOverlay, Text: "overlays of one virtual network may have the same pod range; it can be extended, not changed"},
	{ID: "AKS-51", Platform: AKS, Kind: KindReusable, Ranges: ofServices, Severity: figure, Evidence: Documented,
		Source: srcAKSNet, Text: "several clusters may have the same service range"},
	{ID: "AKS-52", Platform: AKS, Kind: KindWithin, Ranges: ofPods, Family: v4, Prefixes: prefixes("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16"),
		IPAM: k8sflags.AKSOverlay, Severity: figure, Evidence: Documented,
		Source: srcAKSOverlay, Text: "private and shared address space is recommended for the pods of an overlay"},
}
