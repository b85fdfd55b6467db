package plan

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// A flat IPAM gives nodes no block: pods get addresses of subnets that all
// nodes share. A pod range of such a cluster is a subnet, and what counts is
// its addresses, so many for each node. Where PodsFromNodeRange is set there
// is no pod range, and the node ranges are those subnets.

// flat reports whether nodes have no block of their own.
func (c *ClusterSpec) flat() bool { return !c.IPAM.NodeBlocks() }

// lostOfPods is how many addresses of a flat pod range no pod gets: those that
// any subnet loses. The pools of Calico are no subnets, and lose nothing.
func (c *ClusterSpec) lostOfPods(f cidr.Family) uint64 {
	if c.IPAM == k8sflags.CalicoBlocks {
		return 0
	}
	return lostOn(c.Platform).of(f)
}

// countsNode reports whether the IPAM's addresses of a node have the node's own
// among them, as those of a cloud's network interfaces do.
func countsNode(m k8sflags.IPAM) bool {
	return m == k8sflags.AKSNodeSubnet || m == k8sflags.VPCCNI || m == k8sflags.VPCCNIPrefix
}

// addrsOfNode is how many addresses of family f one node takes of a node range:
// its own, and those of its pods where they come from there.
func (c *ClusterSpec) addrsOfNode(f cidr.Family) (uint64, error) {
	if !c.PodsFromNodeRange {
		return 1, nil
	}
	n, err := c.addrsPerNode(f)
	if err == nil && !countsNode(c.IPAM) {
		n = addSaturating(n, 1)
	}
	return n, err
}

// machines is how many addresses the cluster's main node range has to have, the
// larger number of two families; the largest uint64 for more.
func (c *ClusterSpec) machines() uint64 {
	nodes := c.need(Node)
	if !c.PodsFromNodeRange {
		return nodes
	}
	most := uint64(0)
	for _, f := range c.families() {
		n, err := c.addrsOfNode(f)
		if err != nil {
			n = math.MaxUint64 // it is not valid
		}
		most = max(most, mulSaturating(nodes, n))
	}
	return most
}

// nodesIn returns how many nodes have an address in every family of p, with
// their pods where those come from there. So many addresses as others are for
// other machines.
func (c *ClusterSpec) nodesIn(p dualstack.Pair, others uint64, l lost) uint64 {
	return least(p, func(f cidr.Family) uint64 {
		per, err := c.addrsOfNode(f)
		if err != nil {
			return 0
		}
		return nodesOf(p.Of(f), addSaturating(l.of(f), others), per)
	})
}

// nodeAndPodBits sizes a node range that holds the pods as well.
func (c *ClusterSpec) nodeAndPodBits(f cidr.Family, nodes uint64) (int, error) {
	per, err := c.addrsOfNode(f)
	if err != nil {
		return 0, err
	}
	bits, err := nodeBits(f, mulSaturating(nodes, per), lostOn(c.Platform))
	if err != nil {
		return 0, fmt.Errorf("%w: %d that take %d addresses each with their pods are more than a range of %v has", errNodes, nodes, per, f)
	}
	return bits, nil
}

// flatBits sizes a flat pod range for so many nodes. An IPv6 one is a /64, as
// subnets are (RFC 4291 §2.5.1), or shorter.
func (c *ClusterSpec) flatBits(f cidr.Family, nodes uint64) (int, error) {
	per, err := c.addrsPerNode(f)
	if err != nil {
		return 0, err
	}
	hi, lo := bits.Mul64(per, nodes)
	lo, carry := bits.Add64(lo, c.lostOfPods(f), 0)
	hi += carry // per is at most half of 64 bits
	if f == cidr.IPv4 {
		if hi > 0 || lo > 1<<32 {
			return 0, fmt.Errorf("%w: %d that take %d addresses each are more than IPv4 has addresses for", errNodes, nodes, per)
		}
		return cidr.BitsFor(f, max(lo, 1))
	}
	if hi == 0 {
		return ipv6NodeBits, nil
	}
	if lo == 0 {
		hi-- // 2^n addresses take n bits, not n+1
	}
	return ipv6NodeBits - bits.Len64(hi), nil
}

// podNodesIn returns for how many nodes a flat pod range has addresses, in the
// family that has fewer.
func (c *ClusterSpec) podNodesIn(p dualstack.Pair) uint64 {
	return least(p, func(f cidr.Family) uint64 {
		per, err := c.addrsPerNode(f)
		if err != nil {
			return 0
		}
		return nodesOf(p.Of(f), c.lostOfPods(f), per)
	})
}

// nodesOf returns how many times per addresses there are in p beside those that
// are lost; the largest uint64 for more.
func nodesOf(p netip.Prefix, lost, per uint64) uint64 {
	if per == 0 {
		return math.MaxUint64
	}
	hostBits := p.Addr().BitLen() - p.Bits()
	hi, lo := uint64(0), uint64(0)
	if hostBits < 64 {
		lo = 1 << hostBits
	} else {
		hi = 1 << min(hostBits-64, 63)
	}
	if hi == 0 && lo < lost {
		return 0
	}
	lo, borrow := bits.Sub64(lo, lost, 0)
	hi -= borrow
	if hi >= per {
		return math.MaxUint64
	}
	n, _ := bits.Div64(hi, lo, per)
	return n
}

// errNodeBlocks is why there are no node masks and no node blocks.
var errNodeBlocks = errors.New("nodes have no block of their own")

// podsFromNodeRange checks that the IPAM is one of those that can do so, and
// that nothing is said of pod ranges, of which there are none.
func (v *validator) podsFromNodeRange(i int, c *ClusterSpec) {
	if !c.PodsFromNodeRange {
		return
	}
	if !c.flat() {
		v.add(inCluster(i, "podsFromNodeRange"), "cluster %q: ipam %q gives every node a block of a pod range: use one that does not, such as %q or %q, or drop podsFromNodeRange",
			c.Name, c.normalIPAM(), k8sflags.AKSNodeSubnet, k8sflags.VPCCNI)
	}
	if !c.pin(Pod).IsZero() {
		v.add(inCluster(i, "pins."+string(Pod)), "cluster %q has no pod range to pin, its pods are in the node range (podsFromNodeRange)", c.Name)
	}
	if j := slices.IndexFunc(c.Extra, func(b BlockSpec) bool { return b.Role == Pod }); j >= 0 {
		v.add(inCluster(i, fmt.Sprintf("extra[%d].role", j)), "cluster %q has no pod ranges, its pods are in the node ranges (podsFromNodeRange)", c.Name)
	}
}

func mulSaturating(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	if hi > 0 {
		return math.MaxUint64
	}
	return lo
}
