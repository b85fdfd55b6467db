package plan

import (
	"fmt"
	"math/bits"
	"strconv"
	"strings"
)

// many writes a number for people: what no fleet has as a power of two.
func many(n uint64) string {
	if n < 1<<32 {
		return strconv.FormatUint(n, 10)
	}
	return fmt.Sprintf("~2^%d", bits.Len64(n-1))
}

// holds says what a cluster's ranges hold.
func (c *Capacity) holds() string {
	s := fmt.Sprintf("%s nodes of %s pods, %s services", many(c.Nodes()), many(c.PodsPerNode), many(c.Services))
	if c.ExternalIPs > 0 {
		s += fmt.Sprintf(", %s external addresses", many(c.ExternalIPs))
	}
	if c.IngressIPs > 0 {
		s += fmt.Sprintf(", %s ingress addresses", many(c.IngressIPs))
	}
	return s
}

// capacityChange says what two capacities differ in.
func capacityChange(b, a *Capacity) string {
	if s := changedCounts([]countChange{
		{"nodes", b.Nodes(), a.Nodes()}, {"pods a node", b.PodsPerNode, a.PodsPerNode}, {"services", b.Services, a.Services},
		{"external addresses", b.ExternalIPs, a.ExternalIPs}, {"ingress addresses", b.IngressIPs, a.IngressIPs},
	}); s != "" {
		return s
	}
	// What does not count for the number of nodes.
	return changedCounts([]countChange{{"node addresses", b.NodeAddresses, a.NodeAddresses}, {"node blocks", b.NodeBlocks, a.NodeBlocks}})
}

type countChange struct {
	what          string
	before, after uint64
}

func changedCounts(ns []countChange) string {
	var parts []string
	for _, n := range ns {
		if n.before != n.after {
			parts = append(parts, fmt.Sprintf("%s %s → %s", n.what, many(n.before), many(n.after)))
		}
	}
	return strings.Join(parts, ", ")
}
