package dualstack

import (
	"fmt"
	"math"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/internal/fault"
)

// MaxIPv6Difference is how much longer than the IPv6 cluster CIDR a node's
// IPv6 mask may be: 65,536 nodes. kube-controller-manager ends with "the node
// CIDR size is too big" beyond it (pkg/controller/nodeipam/ipam/cidrset,
// clusterSubnetMaxDiff); IPv4 has no such limit there.
const MaxIPv6Difference = 16

// PreferredIPv6Mask is the length of a node's IPv6 block where nothing speaks
// against it: kube-controller-manager's default.
const PreferredIPv6Mask = 64

// Masks are the prefix lengths of a node's pod CIDRs, one a family
// (--node-cidr-mask-size-ipv4 and -ipv6). A family that a cluster lacks has 0.
type Masks struct {
	V4 int `json:"v4,omitzero"`
	V6 int `json:"v6,omitzero"`
}

// Of returns the mask of family f, 0 for no family.
func (m Masks) Of(f cidr.Family) int {
	switch f {
	case cidr.IPv4:
		return m.V4
	case cidr.IPv6:
		return m.V6
	}
	return 0
}

// with returns m with the mask of family f set.
func (m Masks) with(f cidr.Family, mask int) Masks {
	if f == cidr.IPv4 {
		m.V4 = mask
	} else {
		m.V6 = mask
	}
	return m
}

// String returns "/24", or "/24,/64" with IPv4 first, and "" for none.
func (m Masks) String() string {
	switch {
	case m == Masks{}:
		return ""
	case m.V6 == 0:
		return fmt.Sprintf("/%d", m.V4)
	case m.V4 == 0:
		return fmt.Sprintf("/%d", m.V6)
	}
	return fmt.Sprintf("/%d,/%d", m.V4, m.V6)
}

// NodeNeed is what a cluster asks of its pod range: a number of nodes, and the
// addresses that each node's block must have in every family. The latter are
// more than the pods of a node: the IPAM keeps some for itself
// (k8sflags.IPAM.AddrsFor).
type NodeNeed struct{ Nodes, AddrsPerNode uint64 }

// CapacityError says which family cannot give the nodes what they need: of two,
// the one that serves fewer. It wraps [ErrCapacity].
type CapacityError struct {
	Pods   Pair
	Need   NodeNeed
	Family cidr.Family // the bottleneck
	Mask   int         // the best mask of that family; 0 if it has none
	Nodes  uint64      // how many nodes that mask serves
}

// Error names the bottleneck, what it serves and needs, and what would be enough.
func (e *CapacityError) Error() string {
	msg := fmt.Sprintf("dualstack: %v is the bottleneck: ", e.Family)
	if e.Mask == 0 {
		return msg + fmt.Sprintf("no node mask of it leaves %d addresses", e.Need.AddrsPerNode)
	}
	msg += fmt.Sprintf("%v has room for %d of %d nodes with a /%d each (%d addresses); ",
		e.Pods.Of(e.Family), e.Nodes, e.Need.Nodes, e.Mask, e.Need.AddrsPerNode)
	enough := e.Mask - log2ceil(e.Need.Nodes)
	switch {
	case e.Family == cidr.IPv6 && e.Need.Nodes > 1<<MaxIPv6Difference:
		return msg + fmt.Sprintf("Kubernetes takes no more than %d from any IPv6 range", 1<<MaxIPv6Difference)
	case enough < 0:
		return msg + fmt.Sprintf("all of %v has not that many", e.Family)
	}
	return msg + fmt.Sprintf("all of them need a /%d", enough)
}

// Unwrap returns [ErrCapacity].
func (e *CapacityError) Unwrap() error { return ErrCapacity }

// NodeMasks returns the node masks with which pods gives every one of
// need.Nodes a block of need.AddrsPerNode addresses in each family.
//
// The IPv4 mask is the longest that holds the addresses: 25 for 113 of them.
// The IPv6 mask is 64 where that gives enough nodes and is at most
// [MaxIPv6Difference] bits longer than the range. Else it gives as many nodes
// as the IPv4 mask does, or, without an IPv4 range, as many as it can, within
// the same limit and with room for the addresses.
//
// Where a family cannot serve the nodes with any mask that [NodeCapacity]
// takes the error is a [*CapacityError] that names it. A need of zero nodes or
// addresses, and the zero Pair, are errors.
func NodeMasks(pods Pair, need NodeNeed) (Masks, error) {
	each := BlockNeed{Addrs: need.AddrsPerNode}
	return NodeMasksFor(pods, need.Nodes, each, each)
}

// BlockNeed is what a node's block of one family must be. Addrs is the least
// number of addresses. Shortest and Longest bound its prefix length, where an
// IPAM does not take every one (k8sflags.IPAM.BlockBits); 0 bounds nothing.
type BlockNeed struct {
	Addrs             uint64
	Shortest, Longest int
}

// NodeMasksFor is [NodeMasks] with a need for each family: an IPAM takes other
// addresses of an IPv4 block than of an IPv6 one, and some have blocks of one
// length alone. The need of a family that pods lacks means nothing. The error is
// [ErrMasks] as well where bounds leave no mask that [NodeCapacity] takes.
func NodeMasksFor(pods Pair, nodes uint64, v4, v6 BlockNeed) (Masks, error) {
	if pods.IsZero() {
		return Masks{}, fault.New(ErrCount, "dualstack: node masks: no pod range")
	}
	for p := range pods.All() {
		if need := needOf(p, v4, v6); nodes == 0 || need.Addrs == 0 {
			return Masks{}, fault.New(ErrOutOfRange, "dualstack: node masks for %d nodes of %d addresses: want at least one of each", nodes, need.Addrs)
		}
	}
	var m Masks
	var bottleneck *CapacityError
	spare := MaxIPv6Difference // how many more bits the IPv6 mask may have than its range
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		p := pods.Of(f)
		if !p.IsValid() {
			continue
		}
		need := needOf(p, v4, v6)
		mask := longestMask(p, need.Addrs)
		if need.Longest > 0 {
			mask = min(mask, need.Longest)
		}
		if mask < need.Shortest {
			mask = 0
		} else if f == cidr.IPv6 {
			mask = max(ipv6Mask(p.Bits(), nodes, mask, spare), need.Shortest)
		}
		n := blocks(p.Bits(), mask)
		switch {
		case n >= nodes && f == cidr.IPv4:
			spare = min(spare, mask-p.Bits())
		case n < nodes && (bottleneck == nil || n < bottleneck.Nodes):
			bottleneck = &CapacityError{pods, NodeNeed{nodes, need.Addrs}, f, mask, n}
		}
		m = m.with(f, mask)
	}
	if bottleneck != nil {
		return Masks{}, bottleneck
	}
	if v4.Shortest > 0 || v6.Shortest > 0 { // else they are chosen to be right
		if err := checkMasks(pods, m); err != nil {
			return Masks{}, err
		}
	}
	return m, nil
}

func needOf(p netip.Prefix, v4, v6 BlockNeed) BlockNeed {
	if p.Addr().Is4() {
		return v4
	}
	return v6
}

// longestMask returns the longest mask of a block in p that holds addrs
// addresses; 0 if there is none.
func longestMask(p netip.Prefix, addrs uint64) int {
	f := cidr.FamilyOf(p)
	bits, err := cidr.BitsFor(f, addrs)
	if err != nil {
		return 0 // more than IPv4 has
	}
	return min(bits, maskLimit(p))
}

// maskLimit returns the longest mask of a block in p. That is the length of an
// address, except where p covers the IPv4-mapped addresses: cut longer than
// this, some of its blocks would be IPv4 to one program and IPv6 to another.
func maskLimit(p netip.Prefix) int {
	if p.Bits() < 96 && p.Contains(netip.AddrFrom16([16]byte{10: 0xff, 11: 0xff})) {
		return 95
	}
	return p.Addr().BitLen()
}

// ipv6Mask chooses the mask of an IPv6 range of the given length; longest is
// the longest that holds the addresses, spare the most bits to add to the
// range's if /64 will not do.
func ipv6Mask(bits int, nodes uint64, longest, spare int) int {
	if d := PreferredIPv6Mask - bits; PreferredIPv6Mask <= longest &&
		d >= log2ceil(nodes) && d <= MaxIPv6Difference {
		return PreferredIPv6Mask
	}
	return min(longest, max(bits+spare, minMask))
}

// minMask is the shortest node mask: 0 is no mask, in [Masks] as in
// kube-controller-manager's flags, so that a /0 cannot be a node's block.
const minMask = 1

// NodeCapacity returns how many nodes get a block in every family of pods:
// the minimum over the families of 2^(mask − range's length). A family with
// blocks to spare helps nobody: kube-controller-manager gives a node a block of
// each family or none. It is [ErrMasks] where a mask is missing, shorter than
// the range, longer than an address, given for a family that pods lacks,
// breaks [MaxIPv6Difference], or would cut IPv4-mapped blocks out of an IPv6
// range such as ::/80. For the zero Pair it is [ErrCount].
func NodeCapacity(pods Pair, m Masks) (uint64, error) {
	if err := checkMasks(pods, m); err != nil {
		return 0, err
	}
	n := uint64(math.MaxUint64)
	for p := range pods.All() {
		n = min(n, blocks(p.Bits(), m.Of(cidr.FamilyOf(p))))
	}
	return n, nil
}

// Equalize shortens the mask of the family that has more node blocks than the
// other, so that both give the same number of nodes: blocks without a partner
// in the other family would never be used, and larger ones hold more pods. It
// changes nothing for a single family, and errors like [NodeCapacity].
//
// No mask becomes 0, which is none: of the pair of a /0 and a range with a
// single block, the former keeps two.
func Equalize(pods Pair, m Masks) (Masks, error) {
	if err := checkMasks(pods, m); err != nil {
		return Masks{}, err
	}
	if !pods.IsDual() {
		return m, nil
	}
	d := min(m.V4-pods.V4().Bits(), m.V6-pods.V6().Bits())
	return Masks{max(pods.V4().Bits()+d, minMask), max(pods.V6().Bits()+d, minMask)}, nil
}

func checkMasks(pods Pair, m Masks) error {
	if pods.IsZero() {
		return fault.New(ErrCount, "dualstack: node masks %v: no pod range", m)
	}
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		p, mask := pods.Of(f), m.Of(f)
		switch {
		case !p.IsValid() && mask != 0:
			return fault.New(ErrMasks, "dualstack: node mask /%d for %v, but the pod range %v has no %v", mask, f, pods, f)
		case !p.IsValid():
		case mask < max(p.Bits(), minMask) || mask > f.BitLen():
			return fault.New(ErrMasks, "dualstack: %v node mask %d for pod range %v: want a length from %d to %d", f, mask, p, max(p.Bits(), minMask), f.BitLen())
		case f == cidr.IPv6 && mask-p.Bits() > MaxIPv6Difference:
			return fault.New(ErrMasks, "dualstack: IPv6 node mask /%d is %d bits longer than pod range %v: Kubernetes takes at most %d (use a /%d range or a /%d mask)",
				mask, mask-p.Bits(), p, MaxIPv6Difference, mask-MaxIPv6Difference, p.Bits()+MaxIPv6Difference)
		case mask > maskLimit(p):
			return fault.New(ErrMasks, "dualstack: IPv6 node mask /%d for pod range %v: some of the blocks would be IPv4-mapped (::ffff:0:0/96); use a mask of at most %d",
				mask, p, maskLimit(p))
		}
	}
	return nil
}

// blocks returns the number of blocks of mask in a range of bits; 0 if none.
func blocks(bits, mask int) uint64 {
	if mask < max(bits, minMask) {
		return 0
	}
	return 1 << min(mask-bits, 63)
}

// log2ceil returns the least k with 2^k ≥ n.
func log2ceil(n uint64) int {
	k := 0
	for ; k < 64 && uint64(1)<<k < n; k++ {
	}
	return k
}
