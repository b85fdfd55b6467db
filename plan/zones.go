package plan

import (
	"iter"
	"math/big"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// ZoneReport is what a security zone comes to: what firewall rules name, and
// who is in it.
type ZoneReport struct {
	Zone        string
	Description string
	// Space is the zone's addresses, IPv4 first; none of a family that it lacks.
	Space []ZoneSpace
	// Blocks are the ranges in the zone, in the order of [Plan.Blocks], and
	// Clusters and Networks whose they are, by name.
	Blocks   []Block
	Clusters []string
	Networks []string
}

// ZoneSpace is the addresses of a zone in one family.
type ZoneSpace struct {
	Family cidr.Family
	// Prefixes are the fewest that are all addresses that the zone has, and no
	// others: the zone's pools, and the ranges that are pinned outside of every
	// pool. They stay as they are when clusters come and go, and have also what
	// is reserved inside of the pools.
	Prefixes []netip.Prefix
	Total    *big.Int // addresses in Prefixes
	Used     *big.Int // addresses of ranges; a shared one counts once
}

// Zones yields the zones of the spec by name.
func (p *Plan) Zones() iter.Seq[ZoneReport] {
	return func(yield func(ZoneReport) bool) {
		blocks := map[string][]Block{}
		for b := range p.Blocks() {
			if b.Zone != "" {
				blocks[b.Zone] = append(blocks[b.Zone], b)
			}
		}
		for _, z := range p.spec.Zones {
			if !yield(p.zone(z, blocks[z.Name])) {
				return
			}
		}
	}
}

func (p *Plan) zone(z Zone, blocks []Block) ZoneReport {
	r := ZoneReport{Zone: z.Name, Description: z.Description, Blocks: blocks}
	var space, used []netip.Prefix
	for i := range p.spec.Pools {
		if pool := &p.spec.Pools[i]; pool.Zone == z.Name {
			space = append(space, pool.Prefixes...)
		}
	}
	for i := range blocks {
		b := &blocks[i]
		used = slices.AppendSeq(used, b.Range.All())
		if b.Cluster == "" {
			r.Networks = append(r.Networks, b.Name)
		} else if n := len(r.Clusters); n == 0 || r.Clusters[n-1] != b.Cluster {
			r.Clusters = append(r.Clusters, b.Cluster)
		}
	}
	space, used = cidr.Aggregate(slices.Concat(space, used)), cidr.Aggregate(used)
	for _, f := range dualIPv4 {
		s := ZoneSpace{Family: f, Total: new(big.Int), Used: new(big.Int)}
		for _, q := range space {
			if cidr.FamilyOf(q) == f {
				s.Prefixes = append(s.Prefixes, q)
				s.Total.Add(s.Total, cidr.NumAddrsBig(q))
			}
		}
		for _, q := range used {
			if cidr.FamilyOf(q) == f {
				s.Used.Add(s.Used, cidr.NumAddrsBig(q))
			}
		}
		if len(s.Prefixes) > 0 {
			r.Space = append(r.Space, s)
		}
	}
	return r
}
