package k8sflags

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/internal/u128"
)

// IPAM names who gives the pods of a node their addresses, since each takes
// more than the pods get. The zero value means [HostLocal].
//
// Most give every node a block of its own. Some are flat: pods get addresses of
// a subnet that all nodes share, and there is no block ([IPAM.NodeBlocks]).
type IPAM string

// The IPAMs whose rules are known.
const (
	// HostLocal is the CNI plugin behind bridge, ptp, flannel, kubenet and
	// kube-router.
	HostLocal IPAM = "host-local"
	// Cilium is its kubernetes and cluster-pool modes, with health endpoint and
	// without the ingress controller, which takes one more. It uses the first
	// 65,536 addresses of an IPv6 block.
	Cilium IPAM = "cilium"
	// OVNKubernetes is without hybrid overlay, which takes one more. What it
	// loses of an IPv6 block is concluded from IPv4 and not confirmed; its IPv6
	// blocks are always /64, which have room enough.
	OVNKubernetes IPAM = "ovn-kubernetes"
	// Calico is Calico's own IPAM as if each node had one block of the size that
	// its pods need; its blocks are not Node.spec.podCIDRs.
	Calico IPAM = "calico"
	// CalicoBlocks is the same with its default block size, /26 and /122: a node
	// takes as many blocks as its pods need, wherever they lie, so it is flat.
	// Tunnels and Windows take more; addresses borrowed from the blocks of other
	// nodes are not reckoned with.
	CalicoBlocks IPAM = "calico-blocks"
	// GKE is a VPC-native cluster: a block has twice as many addresses as the
	// node may have pods, and in IPv6 is always a /112. That more than 128 pods
	// get a /23 is concluded from the rule and not confirmed.
	GKE IPAM = "gke"
	// AKSOverlay is Azure CNI Overlay, whose node blocks are always /24.
	AKSOverlay IPAM = "aks-overlay"
	// AKSNodeSubnet is Azure CNI with pods in the subnet of the nodes.
	AKSNodeSubnet IPAM = "aks-node-subnet"
	// AKSPodSubnet is Azure CNI with a subnet for pods, allocated dynamically.
	// The nodes' own addresses are of another subnet, and not counted.
	AKSPodSubnet IPAM = "aks-pod-subnet"
	// AKSPodSubnetStatic is the same with blocks of 16 that stay with the node.
	AKSPodSubnetStatic IPAM = "aks-pod-subnet-static"
	// VPCCNI is the Amazon VPC CNI plugin with secondary addresses. What a node
	// takes depends on its instance type: it is counted with one network
	// interface, the least there is. Every further interface takes one address
	// more, and with the default WARM_ENI_TARGET=1 a node keeps a spare interface
	// with all its addresses.
	VPCCNI IPAM = "aws-vpc-cni"
	// VPCCNIPrefix is the same with prefix delegation: /28 in IPv4, and with the
	// default WARM_PREFIX_TARGET=1 a spare one; /80 in IPv6. It is counted with
	// one network interface.
	VPCCNIPrefix IPAM = "aws-vpc-cni-prefix"
)

// IPAMs yields the IPAMs whose rules are known, [HostLocal] first.
func IPAMs() iter.Seq[IPAM] {
	return func(yield func(IPAM) bool) {
		for i := range ipamRows {
			if !yield(ipamRows[i].name) {
				return
			}
		}
	}
}

func (m IPAM) row() (*ipamRow, error) {
	if m == "" {
		m = HostLocal
	}
	for i := range ipamRows {
		if ipamRows[i].name == m {
			return &ipamRows[i], nil
		}
	}
	return nil, fmt.Errorf("k8sflags: IPAM %q: %w (known: %s)", string(m), ErrIPAM, knownIPAMs())
}

func knownIPAMs() string { return list(slices.Collect(IPAMs())) }

// serves says what is wrong with pods of family f under the IPAM, if anything.
func (r *ipamRow) serves(f cidr.Family) error {
	if f == cidr.IPv6 && r.onlyIPv4 {
		return fmt.Errorf("what %s takes for an IPv6 pod is not known, plan IPv4 alone: %w", r.name, cidr.ErrFamily)
	}
	return nil
}

// NodeBlocks reports whether nodes have a block of addresses of their own. It
// is false where the pods of all nodes share subnets, as those of the Amazon VPC
// CNI do, and for an unknown IPAM.
func (m IPAM) NodeBlocks() bool {
	row, err := m.row()
	return err == nil && !row.flat
}

// PodCIDRs reports whether pods get their addresses from Node.spec.podCIDRs,
// which --allocate-node-cidrs and the node masks are for. It is false for an
// unknown IPAM.
func (m IPAM) PodCIDRs() bool {
	row, err := m.row()
	return err == nil && !row.ownBlocks
}

// BlockBits returns the shortest and the longest prefix length that a node's
// block of family f can have: twice the same where the length is fixed, 0 and
// the family's number of bits where nothing is known to limit it, and 0, 0 where
// there are no such blocks: for a flat IPAM, a family that is not known to be
// served, no family, and an unknown IPAM. A block within the limits may be too
// small for any pod; see [IPAM.PodsIn].
func (m IPAM) BlockBits(f cidr.Family) (shortest, longest int) {
	row, err := m.row()
	if err != nil || f.BitLen() == 0 || row.flat || row.serves(f) != nil {
		return 0, 0
	}
	bits := row.bitsV4
	if f == cidr.IPv6 {
		bits = row.bitsV6
	}
	if bits == (blockBits{}) {
		return 0, f.BitLen()
	}
	return bits.shortest, bits.longest
}

// Cooldown returns how long an address stays unused by default after its pod
// is gone; 0 where it may be used again at once, where order and not time
// decides, and for an unknown IPAM. Pods that come and go need addresses for as
// long on top of those that run.
func (m IPAM) Cooldown() time.Duration {
	row, err := m.row()
	if err != nil {
		return 0
	}
	return row.cooldown
}

// PodsIn returns how many pods with an address of their own fit into a node's
// block: its addresses less those that the IPAM takes for itself, and 0 where
// it takes them all. Of a flat IPAM the block stands for as many addresses of
// the shared subnet as one node takes.
//
// The error wraps [ErrIPAM] for an unknown IPAM, cidr.ErrFamily for an IPv6
// block of one of which only IPv4 is known, and cidr.ErrOverflow where a uint64
// cannot hold the number.
func (m IPAM) PodsIn(block netip.Prefix) (uint64, error) {
	row, err := m.row()
	if err != nil {
		return 0, err
	}
	f, err := familyOf(block)
	if err != nil {
		return 0, err
	}
	if err := row.serves(f); err != nil {
		return 0, fmt.Errorf("k8sflags: pods in %s: %w", block.Masked(), err)
	}
	n := u128.Max() // of /0, one too few, which no number shows
	if bits := f.BitLen() - block.Bits(); bits < 128 {
		n = u128.From64(1).Lsh(uint(bits))
	}
	for i := len(row.steps) - 1; i >= 0; i-- {
		ok := false
		if n, ok = row.steps[i].undo(n, f); !ok {
			return 0, nil
		}
	}
	if !n.Fits64() {
		return 0, fmt.Errorf("k8sflags: pods in %s: %w", block.Masked(), cidr.ErrOverflow)
	}
	return n.Lo, nil
}

// AddrsFor is the inverse of [IPAM.PodsIn]: how many addresses of family f a
// node's block must have at least to hold that many pods. Round it up to a
// block with cidr.BitsFor. Of a flat IPAM it is how many addresses of the shared
// subnet one node takes, its own included where that is of the same subnet;
// multiply it by the nodes.
//
// The errors are those of PodsIn, cidr.ErrFamily for no family,
// cidr.ErrOutOfRange for more pods than the IPAM gives a node, and
// cidr.ErrOverflow where no block holds that many.
func (m IPAM) AddrsFor(pods uint64, f cidr.Family) (uint64, error) {
	return m.reckon(pods, f, func(*ipamRow, string, uint64) {})
}

// IPAMStep is what one rule of an IPAM adds to the addresses of a node.
type IPAMStep struct {
	Rule   string `json:"rule"`   // what the addresses are for, in words
	Addrs  uint64 `json:"addrs"`  // how many more there are by the rule
	Source string `json:"source"` // where the rule is written
}

// Explain returns how [IPAM.AddrsFor] comes to its number: the pods first, then
// each rule that adds addresses. The sum over the steps is the number. The
// errors are those of AddrsFor. The caller owns the slice.
func (m IPAM) Explain(pods uint64, f cidr.Family) ([]IPAMStep, error) {
	var steps []IPAMStep
	_, err := m.reckon(pods, f, func(row *ipamRow, rule string, addrs uint64) {
		steps = append(steps, IPAMStep{Rule: rule, Addrs: addrs, Source: row.source})
	})
	if err != nil {
		return nil, err
	}
	return steps, nil
}

// reckon goes from pods to addresses and shows every step that adds some.
func (m IPAM) reckon(pods uint64, f cidr.Family, show func(row *ipamRow, rule string, addrs uint64)) (uint64, error) {
	row, err := m.row()
	if err != nil {
		return 0, err
	}
	if f.BitLen() == 0 {
		return 0, fmt.Errorf("k8sflags: addresses for %d pods: %w", pods, cidr.ErrFamily)
	}
	if err := row.serves(f); err != nil {
		return 0, fmt.Errorf("k8sflags: addresses for %d pods: %w", pods, err)
	}
	show(row, "an address for each pod", pods)
	addrs := pods
	for i := range row.steps {
		step := &row.steps[i]
		next, err := step.do(addrs, f)
		if err != nil {
			return 0, fmt.Errorf("k8sflags: addresses for %d pods: %s: %s: %w", pods, row.name, step.rule, err)
		}
		if next > addrs {
			show(row, step.rule, next-addrs)
		}
		addrs = next
	}
	return addrs, nil
}
