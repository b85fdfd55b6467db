package platform

import (
	"cmp"
	"iter"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// Limits returns the shortest and the longest prefix length that a platform
// takes for ranges of kind r and family f, by the facts that are confirmed and
// errors: 0 and the family's number of bits where it sets no limit, 0 and 0 for
// no family. Kubernetes' own limits of service ranges are not in it.
func Limits(n Name, r Range, f cidr.Family) (shortest, longest int) {
	longest = f.BitLen()
	if longest == 0 {
		return 0, 0
	}
	for x := range facts(n) {
		if !x.binding() || !x.about(r, f) {
			continue
		}
		switch x.Kind {
		case KindShortest:
			shortest = max(shortest, int(x.Number))
		case KindLongest:
			longest = min(longest, int(x.Number))
		}
	}
	return shortest, longest
}

// Forbidden returns the addresses that ranges of kind r must not have on a platform,
// by the facts that are confirmed and errors, as the fewest prefixes, IPv4
// first. It is without IPv4-mapped addresses, which nothing in this module takes
// for addresses. It is computed at every call; the caller owns the slice.
func Forbidden(n Name, r Range) []netip.Prefix {
	return fewest(collect(n, r, KindForbidden, KindInternal))
}

// Within returns where ranges of kind r and family f have to lie on a platform,
// by the facts that are confirmed and errors, as the fewest prefixes; nil where
// they may lie anywhere that [Forbidden] leaves. The caller owns the slice.
func Within(n Name, r Range, f cidr.Family) []netip.Prefix {
	var ps []netip.Prefix
	for _, p := range collect(n, r, KindWithin) {
		if cidr.FamilyOf(p) == f {
			ps = append(ps, p)
		}
	}
	return fewest(ps)
}

// fewest is cidr.Aggregate with nil for nothing.
func fewest(ps []netip.Prefix) []netip.Prefix {
	if len(ps) == 0 {
		return nil
	}
	return cidr.Aggregate(ps)
}

func collect(n Name, r Range, kinds ...Kind) []netip.Prefix {
	var ps []netip.Prefix
	for x := range facts(n) {
		if !x.binding() || !x.about(r, 0) {
			continue
		}
		for _, k := range kinds {
			if x.Kind != k {
				continue
			}
			for _, p := range x.Prefixes {
				if cidr.FamilyOf(p) != 0 {
					ps = append(ps, p)
				}
			}
		}
	}
	return ps
}

// Defaults returns what a range of kind r is on a platform where none is asked
// for; nil where this is not known, or depends. Several of one family mean that
// the platform takes one of them. The caller owns the slice.
func Defaults(n Name, r Range) []netip.Prefix {
	var ps []netip.Prefix
	for x := range facts(n) {
		if x.Kind == KindDefault && x.about(r, 0) {
			ps = append(ps, x.Prefixes...)
		}
	}
	return ps
}

// Lost returns how many addresses of each subnet of family f no machine or pod
// can have on a platform. A range of kind [Pod] is a subnet only where pods get
// addresses of the cloud's network (k8sflags.IPAM.NodeBlocks is false). What a
// platform does not say is as everywhere: IPv4, the network's, the broadcast and
// the gateway's address; IPv6, the subnet-router anycast and the gateway's
// address. Ranges that are no subnets lose none; see k8sflags for what services
// and node blocks lose.
func Lost(n Name, r Range, f cidr.Family) uint64 {
	lost := uint64(0)
	for x := range facts(n) {
		// A platform's own fact comes behind that of every platform.
		if x.Kind == KindLost && f.BitLen() != 0 && x.about(r, f) {
			lost = x.Number
		}
	}
	return lost
}

// Managed reports whether the platform runs the control plane, so that nobody
// else can set its flags.
func (n Name) Managed() bool { return n.has(KindManaged) }

// SingleStack reports whether a cluster has one address family alone.
func (n Name) SingleStack() bool { return n.has(KindSingleStack) }

// FirstFamily returns the family that has to come first in a cluster of two, if
// not on every infrastructure of the platform; 0 where both orders do.
func (n Name) FirstFamily() cidr.Family {
	for x := range facts(n) {
		if x.Kind == KindFirstFamily {
			return x.Family
		}
	}
	return 0
}

func (n Name) has(k Kind) bool {
	for x := range facts(n) {
		if x.Kind == k {
			return true
		}
	}
	return false
}

// MaxNodes returns how many nodes a cluster has at most, with pods under IPAM m;
// 0 where the platform sets no limit that is known. The empty IPAM means
// k8sflags.HostLocal, as everywhere; on AKS that is kubenet.
func (n Name) MaxNodes(m k8sflags.IPAM) uint64 {
	most := uint64(0)
	for x := range n.under(m, 0, KindMaxNodes) {
		if x.Severity == k8sflags.Error && (most == 0 || x.Number < most) {
			most = x.Number
		}
	}
	return most
}

// PodsPerNode returns the least, the default and the greatest value that a
// node's maximum of pods can have under IPAM m; 0 for each that is not known, or
// depends on the node.
func (n Name) PodsPerNode(m k8sflags.IPAM) (least, standard, most uint64) {
	for x := range n.under(m, 0, KindMinPods, KindDefaultPods, KindMaxPods) {
		switch {
		case x.Kind == KindMinPods:
			least = max(least, x.Number)
		case x.Kind == KindDefaultPods:
			standard = x.Number // the platform's own comes last
		case x.Severity == k8sflags.Error && (most == 0 || x.Number < most):
			most = x.Number
		}
	}
	return least, standard, most
}

// NodeMask returns the prefix length of the nodes' blocks of family f under IPAM
// m, and whether the platform takes no other; 0 where it is not known, and for no
// family.
func (n Name) NodeMask(m k8sflags.IPAM, f cidr.Family) (bits int, fixed bool) {
	if f.BitLen() == 0 {
		return 0, false
	}
	for x := range n.under(m, f, KindNodeMask, KindDefaultNodeMask) {
		if x.Kind == KindNodeMask {
			return int(x.Number), true
		}
		bits = int(x.Number)
	}
	return bits, false
}

// under yields the confirmed facts of some kinds that hold under IPAM m.
func (n Name) under(m k8sflags.IPAM, f cidr.Family, kinds ...Kind) iter.Seq[*Fact] {
	m = cmp.Or(m, k8sflags.HostLocal)
	return func(yield func(*Fact) bool) {
		for x := range facts(n) {
			if !slices.Contains(kinds, x.Kind) || !x.Evidence.Confirmed() {
				continue
			}
			if (x.IPAM == "" || x.IPAM == m) && (x.Family == 0 || f == 0 || x.Family == f) && !yield(x) {
				return
			}
		}
	}
}
