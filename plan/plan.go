package plan

import (
	"cmp"
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"sync"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// Plan is a spec with a range for everything that it asks for. It is immutable
// and safe for concurrent use. Plans come from [Solve], [Evolve], [Adopt] and
// [Decode]; the zero Plan is empty.
type Plan struct {
	spec     Spec       // normal, without clusters, which have their own
	networks []Block    // by name
	clusters []*Cluster // by name
	resting  []Quarantined
	flaws    []Finding                  // errors that it was adopted with
	space    func() ([]openPool, error) // what is free; nobody may change it
	usage    func() []PoolUsage
	owners   func() *cidr.Index[owned]
}

// newPlan gives every cluster of a normal spec its share of the blocks, and
// derives node masks. The blocks are those of networks, then those of clusters,
// each in the order of the spec.
func newPlan(s Spec, blocks []Block) (*Plan, error) {
	n := 0
	for n < len(blocks) && blocks[n].Cluster == "" {
		n++
	}
	networks, rest := blocks[:n:n], blocks[n:]
	clusters := make([]*Cluster, len(s.Clusters))
	all := make([]Cluster, len(s.Clusters))
	for i := range s.Clusters {
		c := &all[i]
		c.spec = s.Clusters[i]
		n := 0
		for n < len(rest) && rest[n].Cluster == c.spec.Name {
			n++
		}
		c.blocks, rest = rest[:n:n], rest[n:]
		if err := c.setMasks(); err != nil {
			return nil, err
		}
		clusters[i] = c
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("plan: %v: the spec has no such cluster", rest[0])
	}
	s.Clusters = nil
	return assemble(s, networks, clusters, nil)
}

// assemble makes a plan of its parts. It gives clusters their networks.
func assemble(s Spec, networks []Block, clusters []*Cluster, resting []Quarantined) (*Plan, error) {
	p := &Plan{spec: s, networks: networks, clusters: clusters, resting: resting}
	if err := p.joinNetworks(); err != nil {
		return nil, err
	}
	p.space = sync.OnceValues(p.openSpace)
	p.usage = sync.OnceValue(p.poolUsage)
	p.owners = sync.OnceValue(p.index)
	return p, nil
}

// joinNetworks gives clusters the ranges of the networks that their nodes are
// in. A cluster that another plan has as well is not changed but copied.
func (p *Plan) joinNetworks() error {
	if len(p.networks) == 0 && !slices.ContainsFunc(p.clusters, func(c *Cluster) bool { return c.spec.NodeNetwork != "" }) {
		return nil
	}
	byName := make(map[string]*Block, len(p.networks))
	for i := range p.networks {
		byName[p.networks[i].Name] = &p.networks[i]
	}
	us := users{}
	for _, c := range p.clusters {
		us.add(&c.spec)
	}
	needs, losses := make(map[string]uint64, len(p.spec.Networks)), make(map[string]lost, len(p.spec.Networks))
	for i := range p.spec.Networks {
		n := &p.spec.Networks[i]
		needs[n.Name], losses[n.Name] = us.need(n), us.lost(n)
	}
	for i, c := range p.clusters {
		name := c.spec.NodeNetwork
		if name == "" {
			continue
		}
		n, ok := byName[name]
		if !ok {
			return fmt.Errorf("plan: cluster %q: network %q has no range", c.spec.Name, name)
		}
		network := *n
		network.Range = inOrder(n.Range, c.spec.Families)
		network.Room = inOrder(n.Room, c.spec.Families)
		others := needs[name] - min(needs[name], c.spec.machines())
		if c.network != nil && *c.network == network && c.others == others && c.lost == losses[name] {
			continue
		}
		joined := *c
		joined.network, joined.others, joined.lost = &network, others, losses[name]
		p.clusters[i] = &joined
	}
	return nil
}

// openSpace is what is free in the plan's pools.
func (p *Plan) openSpace() ([]openPool, error) {
	blocks := len(p.networks)
	for _, c := range p.clusters {
		blocks += len(c.blocks)
	}
	space := p.spec.space()
	taken, held := []netip.Prefix(nil), make([]netip.Prefix, 0, 2*blocks)
	add := func(b *Block, pin dualstack.Pair) {
		for q := range b.Range.All() {
			f := cidr.FamilyOf(q)
			if room := b.room(f); pin.Of(f).IsValid() || poolOf(space, room) == nil {
				taken = append(taken, q)
			} else {
				held = append(held, room)
			}
		}
	}
	for i := range p.networks {
		add(&p.networks[i], p.spec.Networks[i].Pin)
	}
	for _, c := range p.clusters {
		for i := range c.blocks {
			add(&c.blocks[i], c.pinOf(&c.blocks[i]))
		}
	}
	pools, err := p.spec.open(p.spec.bans(p.each()), taken, held)
	if err != nil {
		return nil, err
	}
	return pools, p.rest(pools)
}

// whole returns the plan's spec with its clusters. It shares their lists with
// the plan.
func (p *Plan) whole() Spec {
	s := p.spec
	s.Clusters = make([]ClusterSpec, len(p.clusters))
	for i, c := range p.clusters {
		s.Clusters[i] = c.spec
	}
	return s
}

// Spec returns the spec that the plan solves, with its lists sorted and its
// defaults written out: Solve(p.Spec()) gives an equal plan.
func (p *Plan) Spec() Spec {
	s := p.spec.normalSpace()
	s.Networks = slices.Clone(p.spec.Networks)
	for i := range s.Networks {
		s.Networks[i].Families = slices.Clone(s.Networks[i].Families)
	}
	s.Clusters = make([]ClusterSpec, len(p.clusters))
	for i, c := range p.clusters {
		s.Clusters[i] = c.spec.clone()
	}
	return s
}

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
// clusters' by name, role and name of the range, the main one first.
func (p *Plan) Blocks() iter.Seq[Block] {
	return func(yield func(Block) bool) {
		for _, b := range p.networks {
			if !yield(b) {
				return
			}
		}
		for _, c := range p.clusters {
			for _, b := range c.blocks {
				if !yield(b) {
					return
				}
			}
		}
	}
}

// blocks is Blocks as a list. Nobody may change them.
func (p *Plan) blocks() []*Block {
	n := len(p.networks)
	for _, c := range p.clusters {
		n += len(c.blocks)
	}
	blocks := make([]*Block, 0, n)
	for i := range p.networks {
		blocks = append(blocks, &p.networks[i])
	}
	for _, c := range p.clusters {
		for i := range c.blocks {
			blocks = append(blocks, &c.blocks[i])
		}
	}
	return blocks
}

// Audit is [Audit] of the plan's blocks against its spec. It finds no error in
// a plan that Solve or Decode returned, unless with them.
func (p *Plan) Audit() []Finding {
	s := p.whole()
	if len(s.Pools) == 0 {
		return Audit(s, nil) // the zero Plan; all others have a valid and normal spec
	}
	return audit(s, p.blocks())
}
