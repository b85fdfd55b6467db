package k8sflags

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// IPAM names who gives the pods of a node their addresses, since each loses
// some of a node's block. The zero value means [HostLocal].
type IPAM string

// The IPAMs whose losses are known.
const (
	// HostLocal is the CNI plugin behind bridge, ptp, flannel and kube-router.
	HostLocal IPAM = "host-local"
	// Cilium is its kubernetes and cluster-pool modes, with health endpoint and
	// without the ingress controller, which takes one more. It uses the first
	// 65,536 addresses of an IPv6 block.
	Cilium IPAM = "cilium"
	// OVNKubernetes is without hybrid overlay, which takes one more. What it
	// loses of an IPv6 block is concluded from IPv4 and not confirmed; its IPv6
	// blocks are always /64, which have room enough.
	OVNKubernetes IPAM = "ovn-kubernetes"
	// Calico is Calico's own IPAM, whose blocks are not Node.spec.podCIDRs.
	Calico IPAM = "calico"
)

// ipamRow is what an IPAM takes of a node's block for itself.
type ipamRow struct {
	name           IPAM
	lostV4, lostV6 uint64
	// least is the fewest addresses that a block may have, most how many of an
	// IPv6 block are used at all; 0 is all of them.
	least, most uint64
	// ownBlocks: nodes get their blocks from the IPAM itself, and
	// Node.spec.podCIDRs count for nothing.
	ownBlocks bool
	// guessV6: nobody has confirmed what is lost of an IPv6 block.
	guessV6 bool
	takes   string // the same in words
	source  string
}

// ipamRows is never written. An explicit range inside of a block, an ingress
// controller or hybrid overlay with an address of its own, tunnels and Windows
// take more; flags do not show them.
var ipamRows = []ipamRow{
	{name: HostLocal, lostV4: 3, lostV6: 2, least: 4, takes: "less network, gateway and IPv4 broadcast address",
		source: "containernetworking/plugins plugins/ipam/host-local/backend/allocator/range.go"},
	{name: Cilium, lostV4: 4, lostV6: 4, least: 1, most: 1 << 16, takes: "less first and last address, router and health endpoint",
		source: "cilium/cilium pkg/ipam/service/ipallocator/allocator.go, NewCIDRRange and RangeSize; daemon/infraendpoints"},
	{name: OVNKubernetes, lostV4: 4, lostV6: 3, least: 1, ownBlocks: true, guessV6: true, takes: "less network, gateway, management port and IPv4 broadcast address",
		source: "ovn-org/ovn-kubernetes go-controller/pkg/util/net.go; go-controller/pkg/config (IPv6 blocks are /64)"},
	{name: Calico, least: 1, ownBlocks: true, takes: "every address",
		source: "projectcalico/calico libcalico-go/lib/ipam; cni-plugin ipam_plugin.go"},
}

// IPAMs yields the IPAMs whose losses are known, [HostLocal] first.
func IPAMs() iter.Seq[IPAM] {
	return func(yield func(IPAM) bool) {
		for _, row := range ipamRows {
			if !yield(row.name) {
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

func (r *ipamRow) lost(f cidr.Family) uint64 {
	if f == cidr.IPv4 {
		return r.lostV4
	}
	return r.lostV6
}

// PodsIn returns how many pods with an address of their own fit into a node's
// block: its addresses less those that the IPAM takes for itself, and 0 where
// it takes them all. The error wraps [ErrIPAM] for an unknown IPAM, and
// cidr.ErrOverflow where a uint64 cannot hold the number.
func (m IPAM) PodsIn(block netip.Prefix) (uint64, error) {
	row, err := m.row()
	if err != nil {
		return 0, err
	}
	f, err := familyOf(block)
	if err != nil {
		return 0, err
	}
	bits, lost := f.BitLen()-block.Bits(), row.lost(f)
	if f == cidr.IPv6 && row.most != 0 && bits >= 16 {
		return row.most - lost, nil
	}
	if bits > 64 || (bits == 64 && lost == 0) {
		return 0, fmt.Errorf("k8sflags: pods in %s: %w", block.Masked(), cidr.ErrOverflow)
	}
	if bits < 64 && uint64(1)<<bits < row.least {
		return 0, nil
	}
	return lessThanPower(bits, lost), nil
}

// AddrsFor is the inverse of [IPAM.PodsIn]: how many addresses of family f a
// node's block must have at least to hold that many pods. Round it up to a
// block with cidr.BitsFor. The errors are those of PodsIn, cidr.ErrFamily for no
// family, and cidr.ErrOverflow where no block holds that many.
func (m IPAM) AddrsFor(pods uint64, f cidr.Family) (uint64, error) {
	row, err := m.row()
	if err != nil {
		return 0, err
	}
	if f.BitLen() == 0 {
		return 0, fmt.Errorf("k8sflags: addresses for %d pods: %w", pods, cidr.ErrFamily)
	}
	addrs := pods + row.lost(f)
	if addrs < pods || (f == cidr.IPv6 && row.most != 0 && addrs > row.most) {
		return 0, fmt.Errorf("k8sflags: addresses for %d pods: %w", pods, cidr.ErrOverflow)
	}
	return max(addrs, row.least), nil
}
