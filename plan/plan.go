package plan

import (
	"cmp"
	"fmt"
	"iter"
	"math/big"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// Plan is a spec with a range for everything that it asks for. It is immutable
// and safe for concurrent use. Plans come from [Solve] and [Decode]; the zero
// Plan is empty.
type Plan struct {
	spec     Spec // normal
	blocks   []Block
	clusters []*Cluster // by name
	owned    []owned    // by address
}

// newPlan puts the blocks of a normal spec in order, gives every cluster its
// share, and derives node masks and capacities.
func newPlan(s Spec, blocks []Block) (*Plan, error) {
	p := &Plan{spec: s, blocks: blocks}
	slices.SortFunc(p.blocks, func(a, b Block) int {
		return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Name, b.Name), compareRoles(a.Role, b.Role))
	})
	rest := p.blocks
	networks, needs, users := map[string]Block{}, map[string]uint64{}, s.users()
	for i := range s.Networks {
		needs[s.Networks[i].Name] = users.need(&s.Networks[i])
	}
	for len(rest) > 0 && rest[0].Cluster == "" {
		networks[rest[0].Name] = rest[0]
		rest = rest[1:]
	}
	for i := range s.Clusters {
		c := &Cluster{spec: s.Clusters[i]}
		if name := c.spec.NodeNetwork; name != "" {
			n, ok := networks[name]
			if !ok {
				return nil, fmt.Errorf("plan: cluster %q: network %q has no range", c.spec.Name, name)
			}
			n.Range = inOrder(n.Range, c.spec.Families)
			c.network = &n
			c.shared = needs[name] - c.spec.Nodes.Need()
		}
		n := 0
		for n < len(rest) && rest[n].Cluster == c.spec.Name {
			n++
		}
		c.blocks, rest = rest[:n:n], rest[n:]
		if pods := c.Block(Pod); !pods.IsZero() {
			var err error
			if c.masks, err = c.spec.nodeMasks(pods); err != nil {
				return nil, fmt.Errorf("plan: cluster %q: %w", c.spec.Name, err)
			}
		}
		p.clusters = append(p.clusters, c)
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("plan: %v: the spec has no such cluster", rest[0])
	}
	p.owned = ownedBlocks(p)
	return p, nil
}

// Spec returns the spec that the plan solves, with its lists sorted and its
// defaults written out: Solve(p.Spec()) gives an equal plan.
func (p *Plan) Spec() Spec { return p.spec.normal() }

// Clusters yields the clusters by name.
func (p *Plan) Clusters() iter.Seq[*Cluster] { return slices.Values(p.clusters) }

// Cluster returns the cluster of that name.
func (p *Plan) Cluster(name string) (c *Cluster, ok bool) {
	i, ok := slices.BinarySearchFunc(p.clusters, name, func(c *Cluster, name string) int { return cmp.Compare(c.spec.Name, name) })
	if !ok {
		return nil, false
	}
	return p.clusters[i], true
}

// Blocks yields every range once: those of shared networks first, then the
// clusters' by name and role.
func (p *Plan) Blocks() iter.Seq[Block] { return slices.Values(p.blocks) }

// Audit is [Audit] of the plan's blocks against its spec. It finds nothing
// wrong with a plan that Solve or Decode returned, unless with them.
func (p *Plan) Audit() []Finding { return Audit(p.spec, p.blocks) }

// PoolUsage says how full a pool is in one family, in addresses.
type PoolUsage struct {
	Pool     string
	Family   cidr.Family
	Total    *big.Int
	Reserved *big.Int
	Used     *big.Int
	Free     *big.Int
	Largest  netip.Prefix // the largest free block; the zero Prefix if none
}

// Pools yields the usage of every pool by name, once for each family it has,
// IPv4 first.
func (p *Plan) Pools() iter.Seq[PoolUsage] {
	return func(yield func(PoolUsage) bool) {
		var reserved []netip.Prefix
		for _, r := range p.spec.Reserved {
			reserved = append(reserved, r.Prefix)
		}
		reserved = cidr.Aggregate(reserved)
		used := make([]netip.Prefix, len(p.owned))
		for i, o := range p.owned {
			used[i] = o.prefix
		}
		for i := range p.spec.Pools {
			for _, u := range p.usage(&p.spec.Pools[i], reserved, used) {
				if !yield(u) {
					return
				}
			}
		}
	}
}

func (p *Plan) usage(spec *PoolSpec, reserved, used []netip.Prefix) []PoolUsage {
	free, err := cidr.NewPool(spec.Prefixes...)
	if err != nil {
		return nil // a plan's spec is valid
	}
	total := addresses(free)
	_ = excludeFrom(free, spec, reserved) // nothing is in use that could be in the way
	afterReserved := addresses(free)
	_ = excludeFrom(free, spec, used)
	left := addresses(free)
	var us []PoolUsage
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		if total[f].Sign() == 0 {
			continue
		}
		largest, _ := free.Largest(f)
		us = append(us, PoolUsage{
			Pool: spec.Name, Family: f, Total: total[f], Free: left[f], Largest: largest,
			Reserved: new(big.Int).Sub(total[f], afterReserved[f]),
			Used:     new(big.Int).Sub(afterReserved[f], left[f]),
		})
	}
	return us
}

// addresses counts the free addresses of each family.
func addresses(p *cidr.Pool) map[cidr.Family]*big.Int {
	n := map[cidr.Family]*big.Int{cidr.IPv4: {}, cidr.IPv6: {}}
	for q := range p.Free() {
		sum := n[cidr.FamilyOf(q)]
		sum.Add(sum, cidr.NumAddrsBig(q))
	}
	return n
}
