package k8sflags

import "time"

// ipamRow is how an IPAM comes from the pods of a node to the addresses that
// the node takes.
type ipamRow struct {
	name  IPAM
	steps []ipamStep // in this order
	// ownBlocks: nodes get their addresses from the IPAM itself, and
	// Node.spec.podCIDRs count for nothing.
	ownBlocks bool
	// flat: nodes have no block, but addresses of subnets that they share.
	flat bool
	// onlyIPv4: nothing is known of IPv6.
	onlyIPv4 bool
	// guessV6: nobody has confirmed what is lost of an IPv6 block.
	guessV6 bool
	// The lengths that a block can have; zero: any.
	bitsV4, bitsV6 blockBits
	cooldown       time.Duration
	takes          string // the steps in few words
	source         string
}

type blockBits struct{ shortest, longest int }

// gives says what nodes get instead of Node.spec.podCIDRs.
func (r *ipamRow) gives() string {
	if r.flat {
		return "gives pods addresses of subnets, and nodes no block"
	}
	return "has node blocks of its own"
}

// What several IPAMs take.
var (
	stepNetwork   = ipamStep{op: opPlus, v4: 1, v6: 1, rule: "the network address"}
	stepGateway   = ipamStep{op: opPlus, v4: 1, v6: 1, rule: "the gateway"}
	stepBroadcast = ipamStep{op: opPlus, v4: 1, rule: "the broadcast address"}
	stepAKSPods   = ipamStep{op: opPods, v4: 250, rule: "a node has at most 250 pods"}
	stepPrimary   = ipamStep{op: opPlus, v4: 1, v6: 1, rule: "the primary address of the node's network interface, if it has one alone"}
)

const (
	srcAKSPlanning = "https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning"
	srcVPCCNI      = "aws/amazon-vpc-cni-k8s README.md and docs; cooldown: pkg/ipamd/datastore/data_store.go"
	// IP_COOLDOWN_PERIOD, v1.15 and later.
	vpcCNICooldown = 30 * time.Second
)

// ipamRows is never written. An explicit range inside of a block, an ingress
// controller or hybrid overlay with an address of its own, tunnels and Windows
// take more; flags do not show them.
var ipamRows = []ipamRow{
	{name: HostLocal, takes: "less network, gateway and IPv4 broadcast address",
		steps: []ipamStep{stepNetwork, stepGateway, stepBroadcast,
			{op: opLeast, v4: 4, v6: 4, rule: "the plugin refuses blocks of fewer than four addresses"}},
		bitsV4: blockBits{0, 30}, bitsV6: blockBits{0, 126},
		source: "containernetworking/plugins plugins/ipam/host-local/backend/allocator/range.go"},
	{name: Cilium, takes: "less first and last address, router and health endpoint",
		steps: []ipamStep{
			{op: opPlus, v4: 1, v6: 1, rule: "the first address"},
			{op: opPlus, v4: 1, v6: 1, rule: "the last address"},
			{op: opPlus, v4: 1, v6: 1, rule: "Cilium's router"},
			{op: opPlus, v4: 1, v6: 1, rule: "Cilium's health endpoint"},
			{op: opMost, v6: 1 << 16, rule: "Cilium uses the first 65536 addresses of a block"}},
		source: "cilium/cilium pkg/ipam/service/ipallocator/allocator.go, NewCIDRRange and RangeSize; daemon/infraendpoints"},
	{name: OVNKubernetes, ownBlocks: true, guessV6: true, takes: "less network, gateway, management port and IPv4 broadcast address",
		steps:  []ipamStep{stepNetwork, stepGateway, {op: opPlus, v4: 1, v6: 1, rule: "the management port"}, stepBroadcast},
		bitsV6: blockBits{64, 64},
		source: "ovn-org/ovn-kubernetes go-controller/pkg/util/net.go; go-controller/pkg/config (IPv6 blocks are /64)"},
	{name: Calico, ownBlocks: true, takes: "every address",
		steps:  []ipamStep{{op: opLeast, v4: 1, v6: 1, rule: "no block is empty"}},
		source: "projectcalico/calico libcalico-go/lib/ipam; cni-plugin ipam_plugin.go"},
	{name: CalicoBlocks, ownBlocks: true, flat: true, takes: "every address of whole blocks of 64",
		steps: []ipamStep{
			{op: opPods, v4: 1280, v6: 1280, rule: "a node has at most 20 blocks of 64 addresses unless maxBlocksPerHost says otherwise"},
			{op: opLeast, v4: 1, v6: 1, rule: "a node has at least one block"},
			{op: opMultiple, v4: 64, v6: 64, rule: "whole blocks of 64 addresses (/26, IPv6 /122)"}},
		source: "projectcalico/calico api/pkg/apis/projectcalico/v3 (blockSize); libcalico-go/lib/ipam"},
	{name: GKE, takes: "half of the addresses, at most 256",
		steps: []ipamStep{
			{op: opPods, v4: 256, v6: 256, rule: "a node has at most 256 pods"},
			{op: opDouble, v4: 1, rule: "as many addresses again, so that those of pods that are gone are not used at once"},
			{op: opPower, v4: 1, rule: "up to a power of two"},
			{op: opLeast, v4: 16, rule: "a block is at least a /28"},
			{op: opFixed, v6: 1 << 16, rule: "an IPv6 block is always a /112"}},
		bitsV4: blockBits{23, 28}, bitsV6: blockBits{112, 112},
		source: "https://cloud.google.com/kubernetes-engine/docs/how-to/flexible-pod-cidr; IPv6: …/how-to/single-stack-ipv6"},
	{name: AKSOverlay, ownBlocks: true, onlyIPv4: true, takes: "at most 250 of a /24",
		steps:  []ipamStep{stepAKSPods, {op: opFixed, v4: 256, rule: "a block is always a /24"}},
		bitsV4: blockBits{24, 24},
		source: "https://learn.microsoft.com/azure/aks/azure-cni-overlay"},
	{name: AKSNodeSubnet, ownBlocks: true, flat: true, onlyIPv4: true, takes: "less the node's own address",
		steps:  []ipamStep{stepAKSPods, {op: opPlus, v4: 1, rule: "the node's own address"}},
		source: srcAKSPlanning},
	{name: AKSPodSubnet, ownBlocks: true, flat: true, onlyIPv4: true, takes: "sixteens, less eight that are kept free",
		steps: []ipamStep{stepAKSPods,
			{op: opPlus, v4: 8, rule: "a node gets sixteen more as soon as fewer than eight are free"},
			{op: opMultiple, v4: 16, rule: "up to a multiple of sixteen"}},
		source: srcAKSPlanning},
	{name: AKSPodSubnetStatic, ownBlocks: true, flat: true, onlyIPv4: true, takes: "whole /28, less one address",
		steps: []ipamStep{stepAKSPods,
			{op: opPlus, v4: 1, rule: "one address of a node's blocks is not for pods"},
			{op: opMultiple, v4: 16, rule: "whole blocks of sixteen (/28)"}},
		source: srcAKSPlanning},
	{name: VPCCNI, ownBlocks: true, flat: true, onlyIPv4: true, takes: "less the primary address of each network interface, counted with one",
		steps:    []ipamStep{stepPrimary},
		cooldown: vpcCNICooldown, source: srcVPCCNI},
	{name: VPCCNIPrefix, ownBlocks: true, flat: true, takes: "whole /28 or /80, less a spare /28 and the primary address of each network interface, counted with one",
		steps: []ipamStep{
			{op: opLeast, v6: 1, rule: "a node has at least one /80"},
			{op: opMultiple, v4: 16, v6: 1 << 48, rule: "whole prefixes: /28, in IPv6 /80"},
			{op: opPlus, v4: 16, rule: "a spare /28 (WARM_PREFIX_TARGET=1)"},
			stepPrimary},
		cooldown: vpcCNICooldown, source: srcVPCCNI + "; https://docs.aws.amazon.com/eks/latest/best-practices/prefix-mode-linux.html"},
}
