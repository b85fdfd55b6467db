package plan

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// The lengths of IPv6 ranges that are not counted out address by address: a
// subnet of machines is a /64 (RFC 4291 §2.5.1), and the ranges of which single
// addresses are handed out are /112, which kubeadm and every version of
// kube-apiserver take as a service range.
const (
	ipv6NodeBits   = 64
	ipv6SingleBits = 112
)

// ipv4LeastServiceBits is a /28: kubeadm refuses a service range of fewer than
// ten addresses, and the convention for cluster DNS is the tenth
// (cmd/kubeadm/app/constants/constants.go).
const ipv4LeastServiceBits = 28

// clusterServices are the Services that every cluster has: kubernetes and DNS.
const clusterServices = 2

// bitsOf returns the length of the range of family f that a asks for where
// nothing pins it, and its platform takes it.
func (c *ClusterSpec) bitsOf(a *ask, f cidr.Family) (int, error) {
	if bits := a.bits.Of(f); bits > 0 {
		return bits, c.kind().takes(a.role, f, bits)
	}
	bits, err := c.enoughBits(a, f)
	if err != nil {
		return 0, err
	}
	return c.kind().legal(a.role, f, bits)
}

// enoughBits returns the length of the smallest range that is large enough.
func (c *ClusterSpec) enoughBits(a *ask, f cidr.Family) (int, error) {
	switch a.role {
	case Node:
		if c.PodsFromNodeRange {
			return c.nodeAndPodBits(f, a.count)
		}
		return nodeBits(f, a.count, lostOn(c.Platform))
	case Pod:
		if c.flat() {
			return c.flatBits(f, a.count)
		}
		return c.podBits(f, a.count)
	case Service:
		return c.serviceBits(a, f)
	default:
		return singleBits(f, a.count)
	}
}

// nodeBits sizes a subnet of machines.
func nodeBits(f cidr.Family, nodes uint64, l lost) (int, error) {
	if f == cidr.IPv6 {
		if nodes > math.MaxUint64-l.of(f) {
			return 0, fmt.Errorf("%d nodes are more than a /64 has addresses for", nodes)
		}
		return ipv6NodeBits, nil
	}
	if nodes > 1<<32-l.of(f) {
		return 0, fmt.Errorf("%d nodes are more than IPv4 has addresses for", nodes)
	}
	return cidr.BitsFor(f, nodes+l.of(f))
}

// errNodes: there are too many nodes for a pod range, whatever their pods.
var errNodes = errors.New("too many nodes")

// podBits sizes a pod range: a node block for each node, rounded up to a power
// of two. With both families the blocks are equally many.
func (c *ClusterSpec) podBits(f cidr.Family, nodes uint64) (int, error) {
	mask, err := c.blockBits(f)
	if err != nil {
		return 0, err
	}
	if err := c.tooManyBlocks(f, nodes); err != nil {
		return 0, err
	}
	d := log2ceil(nodes)
	if d >= f.BitLen() {
		return 0, fmt.Errorf("%w: %d leave no IPv4 addresses for anything else", errNodes, nodes)
	}
	if d > mask {
		return 0, fmt.Errorf("%d nodes of %d pods are more than IPv4 has addresses for", nodes, c.podsWithCooldown())
	}
	return mask - d, nil
}

// maskDifference is how many bits longer than its pod range a node's block may
// be, and the fact of the platform that says so, nil if none does.
func (c *ClusterSpec) maskDifference(f cidr.Family) (int, *platform.Fact) {
	most := f.BitLen()
	if f == cidr.IPv6 {
		most = dualstack.MaxIPv6Difference
	}
	if x := &platformOf(c.Platform).difference; x.ID != "" && int(x.Number) < most && c.IPAM.PodCIDRs() {
		return int(x.Number), x
	}
	return most, nil
}

// tooManyBlocks is an error if no pod range of family f has a block for each of
// so many nodes, however large it is.
func (c *ClusterSpec) tooManyBlocks(f cidr.Family, nodes uint64) error {
	most, x := c.maskDifference(f)
	switch {
	case log2ceil(nodes) <= most:
		return nil
	case x != nil:
		return fmt.Errorf("%w: %d in one pod range: %v", errNodes, nodes, x)
	case f == cidr.IPv6:
		return fmt.Errorf("%w: kube-controller-manager gives an IPv6 cluster CIDR at most %d node blocks, needs %d", errNodes, 1<<most, nodes)
	}
	return nil // which is more than IPv4 has
}

// blockBits returns the length of a node's block of family f where nothing pins
// the pod range: in IPv4 the longest that holds its addresses, in IPv6 a /64;
// or what the IPAM insists on.
func (c *ClusterSpec) blockBits(f cidr.Family) (int, error) {
	need, err := c.blockNeed(f)
	if err != nil {
		return 0, err
	}
	bits, err := cidr.BitsFor(f, need.Addrs)
	if err != nil {
		return 0, fmt.Errorf("%d pods a node are more than %v has addresses for", c.podsWithCooldown(), f)
	}
	if f == cidr.IPv6 {
		bits = min(bits, dualstack.PreferredIPv6Mask)
		bits = max(bits, need.Shortest)
	}
	if need.Longest > 0 {
		bits = min(bits, need.Longest)
	}
	if bits < need.Shortest {
		return 0, fmt.Errorf("%d pods a node need a /%d, and the longest block of %s is a /%d", c.podsWithCooldown(), bits, c.normalIPAM(), need.Shortest)
	}
	return bits, nil
}

// blockNeed returns what a node's block of family f must be.
func (c *ClusterSpec) blockNeed(f cidr.Family) (dualstack.BlockNeed, error) {
	addrs, err := c.addrsPerNode(f)
	if err != nil {
		return dualstack.BlockNeed{}, err
	}
	need := dualstack.BlockNeed{Addrs: addrs}
	need.Shortest, need.Longest = c.IPAM.BlockBits(f)
	if bits := blockMask(c.Platform, c.IPAM, f); bits > 0 {
		need.Shortest, need.Longest = bits, bits
	}
	return need, nil
}

// blockNeedIn is blockNeed in a pod range that has so many blocks.
func (c *ClusterSpec) blockNeedIn(p netip.Prefix, nodes uint64) (dualstack.BlockNeed, error) {
	f := cidr.FamilyOf(p)
	need, err := c.blockNeed(f)
	if err != nil {
		return need, err
	}
	if most, x := c.maskDifference(f); x != nil {
		need.Longest = min(need.Longest, p.Bits()+most)
		err = c.tooManyBlocks(f, nodes)
	}
	return need, err
}

// nodeMasks returns the node masks for a pod range of so many nodes, equal in
// the number of nodes over the families unless the IPAM insists on a length.
func (c *ClusterSpec) nodeMasks(pods dualstack.Pair, nodes uint64) (dualstack.Masks, error) {
	if c.flat() {
		return dualstack.Masks{}, errNodeBlocks
	}
	var v4, v6 dualstack.BlockNeed
	var err error
	for p := range pods.All() {
		need := &v4
		if p.Addr().Is6() {
			need = &v6
		}
		if *need, err = c.blockNeedIn(p, nodes); err != nil {
			return dualstack.Masks{}, err
		}
	}
	m, err := dualstack.NodeMasksFor(pods, nodes, v4, v6)
	if err != nil {
		return dualstack.Masks{}, err
	}
	if m, err = dualstack.Equalize(pods, m); err != nil {
		return dualstack.Masks{}, err
	}
	return dualstack.Masks{V4: max(m.V4, v4.Shortest), V6: max(m.V6, v6.Shortest)}, nil
}

// serviceBits sizes a service range within the limits of the cluster's version.
func (c *ClusterSpec) serviceBits(a *ask, f cidr.Family) (int, error) {
	bits := ipv6SingleBits
	zero := netip.IPv6Unspecified()
	if f == cidr.IPv4 {
		bits, zero = ipv4LeastServiceBits, netip.IPv4Unspecified()
	}
	v := c.version()
	shortest := k8sflags.ShortestServiceBits(v, f)
	var most uint64
	for ; bits >= shortest; bits-- {
		n := a.services(v, netip.PrefixFrom(zero, bits))
		if n >= a.count {
			return bits, nil
		}
		most = n
	}
	return 0, fmt.Errorf("%d services: the largest %v service range of Kubernetes %v, a /%d, has %d", a.count, f, v, shortest, most)
}

// services returns how many Services beside the cluster's own, which are in the
// main range, a service range holds; 0 for a range that the version does not
// take.
func (a *ask) services(v k8sflags.Version, p netip.Prefix) uint64 {
	n, err := k8sflags.ServicesIn(v, p)
	switch {
	case err != nil:
		return 0
	case a.name != "":
		return n
	}
	return n - min(n, clusterServices)
}

// singleBits sizes a range of which every address counts.
func singleBits(f cidr.Family, addrs uint64) (int, error) {
	bits, err := cidr.BitsFor(f, addrs)
	if err != nil {
		return 0, fmt.Errorf("%d addresses are more than %v has", addrs, f)
	}
	if f == cidr.IPv6 {
		bits = min(bits, ipv6SingleBits)
	}
	return bits, nil
}

func addSaturating(a, b uint64) uint64 {
	if a > math.MaxUint64-b {
		return math.MaxUint64
	}
	return a + b
}

// log2ceil returns the least k with 2^k ≥ n.
func log2ceil(n uint64) int {
	k := 0
	for k < 64 && uint64(1)<<k < n {
		k++
	}
	return k
}

// tooSmall says why p, one or both families of the range that a asks for, does
// not hold what it has to; "" if it does.
func (c *ClusterSpec) tooSmall(a *ask, p dualstack.Pair) string {
	if a.bits != (dualstack.Masks{}) {
		for q := range p.All() {
			if want := a.bits.Of(cidr.FamilyOf(q)); want > 0 && q.Bits() > want {
				return fmt.Sprintf("%v is smaller than a /%d", q, want)
			}
		}
	}
	if !a.carries() {
		return ""
	}
	switch a.role {
	case Node:
		if have := c.nodesIn(p, 0, lostOn(c.Platform)); have < a.count {
			return fmt.Sprintf("%v has addresses for %d nodes, needs %d", p, have, a.count)
		}
	case Pod:
		if c.flat() {
			if have := c.podNodesIn(p); have < a.count {
				return fmt.Sprintf("%v has addresses for the %d pods each of %d nodes, needs %d", p, c.podsPerNode(), have, a.count)
			}
			return ""
		}
		if _, err := c.nodeMasks(p, max(a.count, 1)); err != nil {
			return fmt.Sprintf("%v is too small for %d nodes of %d pods: %v", p, a.count, c.podsPerNode(), err)
		}
	case Service:
		for q := range p.All() {
			if why := c.tooFewServices(a, q); why != "" {
				return why
			}
		}
	case External, Ingress:
		for q := range p.All() {
			if have, _ := cidr.NumAddrs(q); have < a.count {
				return fmt.Sprintf("%v has %d addresses, needs %d", q, have, a.count)
			}
		}
	}
	return ""
}

func (c *ClusterSpec) tooFewServices(a *ask, q netip.Prefix) string {
	n, err := k8sflags.ServicesIn(c.version(), q)
	if err != nil {
		return strings.TrimPrefix(err.Error(), "k8sflags: ")
	}
	f := cidr.FamilyOf(q)
	if least := k8sflags.LongestServiceBits(f); a.name == "" && q.Bits() > least && f == c.families()[0] {
		return fmt.Sprintf("%v is too small: kube-apiserver wants a primary service range of at least a /%d", q, least)
	}
	if a.name == "" && n < clusterServices {
		return fmt.Sprintf("%v has no room for the services kubernetes and DNS", q)
	}
	if have := a.services(c.version(), q); have < a.count {
		return fmt.Sprintf("%v has addresses for %d services beside kubernetes and DNS, needs %d", q, have, a.count)
	}
	return ""
}

// usableNodes returns how many machines get an address in every family of p.
func usableNodes(p dualstack.Pair, l lost) uint64 {
	return least(p, func(f cidr.Family) uint64 { return nodesOf(p.Of(f), l.of(f), 1) })
}
