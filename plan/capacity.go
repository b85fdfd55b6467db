package plan

import (
	"math"
	"math/bits"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// Capacity is what a cluster's ranges hold, counted where both families have
// to serve in the family that holds less. The largest uint64 stands for that
// many or more.
type Capacity struct {
	// NodeAddresses is how many nodes get an address: the range without what the
	// platform loses of a subnet (platform.Lost: network, broadcast and gateway, or
	// more), and, in a shared network, without what hosts and other clusters need.
	NodeAddresses uint64 `json:"nodeAddresses"`
	// NodeBlocks is how many nodes get pod CIDRs. Of an IPAM that gives nodes no
	// block it is how many get addresses for the pods that the cluster asks for.
	NodeBlocks uint64 `json:"nodeBlocks"`
	// PodsPerNode is how many pods with an address of their own a node block
	// holds under the cluster's IPAM, beside the addresses in cooldown. Where
	// there are no blocks it is what the cluster asks for.
	PodsPerNode uint64 `json:"podsPerNode"`
	// Services is how many Services get a cluster IP beside kubernetes and DNS;
	// 0 where the platform chooses the range itself.
	Services uint64 `json:"services"`
	// ExternalIPs and IngressIPs count every address of their ranges.
	ExternalIPs uint64 `json:"externalIPs"`
	IngressIPs  uint64 `json:"ingressIPs"`
}

// Nodes is how many nodes the cluster can have: those with an address and pod
// CIDRs.
func (c Capacity) Nodes() uint64 { return min(c.NodeAddresses, c.NodeBlocks) }

// Pods is how many pods with an address of their own the node blocks hold.
func (c Capacity) Pods() uint64 {
	hi, lo := bits.Mul64(c.NodeBlocks, c.PodsPerNode)
	if hi != 0 {
		return math.MaxUint64
	}
	return lo
}

// Capacity returns what the cluster's ranges hold. Extra ranges count where
// they carry a part of what the cluster asks for.
func (c *Cluster) Capacity() Capacity { return c.capacityIn(0) }

// capacityIn counts what the ranges hold in one family; in all of them for none.
func (c *Cluster) capacityIn(f cidr.Family) Capacity {
	var total Capacity
	pods := uint64(math.MaxUint64)
	if c.network != nil {
		total.NodeAddresses = c.spec.nodesIn(partOf(c.network.Range, f), c.others, c.lost)
	}
	for i := range c.blocks {
		b := &c.blocks[i]
		if b.Name != "" && c.countOf(b) == 0 {
			continue
		}
		p := partOf(b.Range, f)
		if p.IsZero() {
			continue
		}
		switch b.Role {
		case Node:
			total.NodeAddresses = addSaturating(total.NodeAddresses, c.spec.nodesIn(p, 0, lostOn(c.spec.Platform)))
		case Pod:
			if c.spec.flat() {
				total.NodeBlocks = addSaturating(total.NodeBlocks, c.spec.podNodesIn(p))
				total.PodsPerNode = c.spec.podsPerNode()
				continue
			}
			m := c.masksOf(b)
			if f != 0 {
				m = onlyMask(m, f)
			}
			total.NodeBlocks = addSaturating(total.NodeBlocks, nodeBlocks(p, m))
			pods = min(pods, c.spec.podsIn(p, m))
			total.PodsPerNode = pods
		case Service:
			total.Services = addSaturating(total.Services, c.spec.servicesIn(b.Name, p))
		case External:
			total.ExternalIPs = addSaturating(total.ExternalIPs, leastAddresses(p))
		case Ingress:
			total.IngressIPs = addSaturating(total.IngressIPs, leastAddresses(p))
		}
	}
	if c.spec.PodsFromNodeRange {
		total.NodeBlocks, total.PodsPerNode = total.NodeAddresses, c.spec.podsPerNode()
	}
	return total
}

// partOf is the family f of p; all of p for no family.
func partOf(p dualstack.Pair, f cidr.Family) dualstack.Pair {
	if f == 0 {
		return p
	}
	return appendRange(dualstack.Pair{}, p.Of(f))
}

// masksOf returns the node masks of a pod range: the cluster's of the first,
// and of further ones what they need, as each pool of an IPAM has its own.
func (c *Cluster) masksOf(b *Block) dualstack.Masks {
	if b.Range == c.Block(Pod) {
		return c.masks
	}
	m, err := c.spec.nodeMasks(b.Range, max(c.countOf(b), 1))
	if err != nil {
		return dualstack.Masks{} // it was sized for them
	}
	return m
}

func nodeBlocks(pods dualstack.Pair, m dualstack.Masks) uint64 {
	n, err := dualstack.NodeCapacity(pods, m)
	if err != nil {
		return 0
	}
	return n
}

// podsIn returns how many pods a node block of masks m holds beside the
// addresses in cooldown.
func (c *ClusterSpec) podsIn(pods dualstack.Pair, m dualstack.Masks) uint64 {
	held := c.held()
	return least(pods, func(f cidr.Family) uint64 {
		block, err := cidr.Subnet(pods.Of(f), m.Of(f), 0)
		if err != nil {
			return 0
		}
		n, err := c.IPAM.PodsIn(block)
		if err != nil {
			return math.MaxUint64 // more than 64 bits count
		}
		return n - min(n, held)
	})
}

func (c *ClusterSpec) servicesIn(name string, p dualstack.Pair) uint64 {
	a, v := ask{role: Service, name: name}, c.version()
	return least(p, func(f cidr.Family) uint64 { return a.services(v, p.Of(f)) })
}

func leastAddresses(p dualstack.Pair) uint64 {
	return least(p, func(f cidr.Family) uint64 {
		n, _ := cidr.NumAddrs(p.Of(f))
		return n
	})
}

// least returns the smallest count over the families of p; 0 for no family.
func least(p dualstack.Pair, count func(cidr.Family) uint64) uint64 {
	if p.IsZero() {
		return 0
	}
	n := uint64(math.MaxUint64)
	for q := range p.All() {
		n = min(n, count(cidr.FamilyOf(q)))
	}
	return n
}
