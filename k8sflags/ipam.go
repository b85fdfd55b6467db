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
	// without the ingress controller, which takes one more.
	Cilium IPAM = "cilium"
	// OVNKubernetes is without hybrid overlay, which takes one more.
	OVNKubernetes IPAM = "ovn-kubernetes"
	// Calico is Calico's own IPAM, whose blocks are not Node.spec.podCIDRs.
	Calico IPAM = "calico"
)

// ipamRow is what an IPAM takes of a node's block for itself.
type ipamRow struct {
	name           IPAM
	lostV4, lostV6 uint64
	// least is the fewest addresses that a block may have.
	least  uint64
	takes  string // the same in words
	source string
}

// ipamRows is never written.
var ipamRows = []ipamRow{
	{HostLocal, 3, 2, 4, "less network, gateway and IPv4 broadcast address",
		"containernetworking/plugins plugins/ipam/host-local/backend/allocator/range.go"},
	{Cilium, 4, 4, 1, "less first and last address, router and health endpoint",
		"cilium/cilium pkg/ipam/service/ipallocator; daemon/infraendpoints"},
	{OVNKubernetes, 4, 3, 1, "less network, gateway, management port and IPv4 broadcast address",
		"ovn-org/ovn-kubernetes go-controller/pkg/util/net.go"},
	{Calico, 0, 0, 1, "every address",
		"projectcalico/calico libcalico-go/lib/ipam; cni-plugin ipam_plugin.go"},
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
// block with cidr.BitsFor. The errors are those of PodsIn, and cidr.ErrFamily
// for no family.
func (m IPAM) AddrsFor(pods uint64, f cidr.Family) (uint64, error) {
	row, err := m.row()
	if err != nil {
		return 0, err
	}
	if f.BitLen() == 0 {
		return 0, fmt.Errorf("k8sflags: addresses for %d pods: %w", pods, cidr.ErrFamily)
	}
	addrs := pods + row.lost(f)
	if addrs < pods {
		return 0, fmt.Errorf("k8sflags: addresses for %d pods: %w", pods, cidr.ErrOverflow)
	}
	return max(addrs, row.least), nil
}
