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
	// NodeAddresses is how many nodes get an address: the range without
	// network, broadcast and gateway, and, in a shared network, without what
	// hosts and other clusters need.
	NodeAddresses uint64 `json:"nodeAddresses"`
	// NodeBlocks is how many nodes get pod CIDRs.
	NodeBlocks uint64 `json:"nodeBlocks"`
	// PodsPerNode is how many pods with an address of their own a node block
	// holds under the cluster's IPAM.
	PodsPerNode uint64 `json:"podsPerNode"`
	// Services is how many Services get a cluster IP beside kubernetes and DNS.
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

// Capacity returns what the cluster's ranges hold.
func (c *Cluster) Capacity() Capacity {
	nodes := usableNodes(c.Block(Node))
	return Capacity{
		NodeAddresses: nodes - min(nodes, c.shared),
		NodeBlocks:    nodeBlocks(c.Block(Pod), c.masks),
		PodsPerNode:   c.spec.podsIn(c.Block(Pod), c.masks),
		Services:      c.spec.servicesIn(c.Block(Service)),
		ExternalIPs:   leastAddresses(c.Block(External)),
		IngressIPs:    leastAddresses(c.Block(Ingress)),
	}
}

func nodeBlocks(pods dualstack.Pair, m dualstack.Masks) uint64 {
	n, err := dualstack.NodeCapacity(pods, m)
	if err != nil {
		return 0
	}
	return n
}

// podsIn returns how many pods a node block of masks m holds.
func (c *ClusterSpec) podsIn(pods dualstack.Pair, m dualstack.Masks) uint64 {
	return least(pods, func(f cidr.Family) uint64 {
		block, err := cidr.Subnet(pods.Of(f), m.Of(f), 0)
		if err != nil {
			return 0
		}
		n, err := c.IPAM.PodsIn(block)
		if err != nil {
			return math.MaxUint64 // more than 64 bits count
		}
		return n
	})
}

func (c *ClusterSpec) servicesIn(p dualstack.Pair) uint64 {
	v := c.version()
	return least(p, func(f cidr.Family) uint64 { return services(v, p.Of(f)) })
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
	for _, f := range p.Families() {
		n = min(n, count(f))
	}
	return n
}
