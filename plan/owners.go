package plan

import (
	"iter"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

// Owner says whose an address is.
type Owner struct {
	Cluster string // "" for a shared network that no cluster uses in this family
	Role    Role
	Name    string       // of an extra range
	Network string       // the name of a shared network
	Zone    string       // the security segment
	Range   netip.Prefix // the range that the address lies in
	// NodeBlock is the number of the node block of an address in the first
	// range of role [Pod], as [Cluster.NodeBlock] counts them, and −1 for all
	// others and beyond the last block that a node can have.
	NodeBlock int64
}

// owned is who has a range; a network has a block and no cluster where nobody
// uses it.
type owned struct {
	block   *Block
	cluster *Cluster
}

// index lists every range with everyone who has it, clusters by name.
func (p *Plan) index() *cidr.Index[owned] {
	on := map[string][]*Cluster{} // by network
	for _, c := range p.clusters {
		if c.network != nil {
			on[c.network.Name] = append(on[c.network.Name], c)
		}
	}
	x, err := cidr.NewIndex(func(yield func(netip.Prefix, owned) bool) {
		for i := range p.networks {
			b := &p.networks[i]
			for q := range b.Range.All() {
				nobody := true
				for _, c := range on[b.Name] {
					if c.network.Range.Of(cidr.FamilyOf(q)).IsValid() {
						nobody = false
						if !yield(q, owned{b, c}) {
							return
						}
					}
				}
				if nobody && !yield(q, owned{b, nil}) {
					return
				}
			}
		}
		for _, c := range p.clusters {
			for i := range c.blocks {
				for q := range c.blocks[i].Range.All() {
					if !yield(q, owned{&c.blocks[i], c}) {
						return
					}
				}
			}
		}
	})
	if err != nil {
		return &cidr.Index[owned]{} // pairs hold valid prefixes only
	}
	return x
}

// Owners yields who has address a: nobody, one cluster, every cluster on a
// shared network or with a shared range, by name. An IPv4-mapped address is
// read as IPv4; a zoned one has no owner. It takes O(log n), and the first call
// for a plan O(n log n).
func (p *Plan) Owners(a netip.Addr) iter.Seq[Owner] {
	return func(yield func(Owner) bool) {
		if !a.IsValid() || a.Zone() != "" || p.owners == nil {
			return
		}
		a := a.Unmap()
		for q, o := range p.owners().Supernets(netip.PrefixFrom(a, a.BitLen())) {
			owner := Owner{Role: o.block.Role, Name: o.block.Name, Zone: o.block.Zone, Range: q, NodeBlock: -1}
			if o.block.Cluster == "" {
				owner.Network, owner.Name = o.block.Name, ""
			}
			if o.cluster != nil {
				owner.Cluster = o.cluster.spec.Name
				if owner.Role == Pod && o.cluster.Block(Pod) == o.block.Range {
					owner.NodeBlock = o.cluster.nodeBlockOf(q, a)
				}
			}
			if !yield(owner) {
				return
			}
		}
	}
}

// nodeBlockOf returns the number of the node block of pods that a lies in, and
// −1 if no node can have it.
func (c *Cluster) nodeBlockOf(pods netip.Prefix, a netip.Addr) int64 {
	block, err := a.Prefix(c.masks.Of(cidr.FamilyOf(pods)))
	if err != nil {
		return -1
	}
	i, err := cidr.SubnetIndex(pods, block)
	if err != nil || i >= nodeBlocks(c.Block(Pod), c.masks) {
		return -1
	}
	return int64(i)
}
