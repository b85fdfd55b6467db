package plan

import (
	"iter"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// Owner says whose an address is.
type Owner struct {
	Cluster string // "" for a shared network that no cluster uses in this family
	Role    Role
	Network string       // the name of a shared network
	Range   netip.Prefix // the range that the address lies in
	// NodeBlock is the number of the node block of an address of role [Pod],
	// as [Cluster.NodeBlock] counts them, and −1 for other roles and beyond the
	// last block that a node can have.
	NodeBlock int64
}

// owned is a range with everyone who has it.
type owned struct {
	prefix netip.Prefix
	block  *Block
	users  []*Cluster
}

// ownedBlocks lists the plan's ranges by address. They are disjoint.
func ownedBlocks(p *Plan) []owned {
	var os []owned
	type network struct {
		name   string
		family cidr.Family
	}
	on := map[network][]*Cluster{}
	for _, c := range p.clusters {
		if c.network == nil {
			continue
		}
		for _, f := range c.spec.Families {
			n := network{c.network.Name, f}
			on[n] = append(on[n], c)
		}
	}
	for i := range p.blocks {
		b := &p.blocks[i]
		for q := range b.Range.All() {
			users := on[network{b.Name, cidr.FamilyOf(q)}]
			if c, ok := p.Cluster(b.Cluster); ok {
				users = []*Cluster{c}
			}
			os = append(os, owned{q, b, users})
		}
	}
	slices.SortFunc(os, func(a, b owned) int { return a.prefix.Addr().Compare(b.prefix.Addr()) })
	return os
}

// Owners yields who has address a: nobody, one cluster, or every cluster on a
// shared network, by name. An IPv4-mapped address is read as IPv4; a zoned one
// has no owner. It takes O(log n).
func (p *Plan) Owners(a netip.Addr) iter.Seq[Owner] {
	return func(yield func(Owner) bool) {
		if !a.IsValid() || a.Zone() != "" {
			return
		}
		a = a.Unmap()
		i, found := slices.BinarySearchFunc(p.owned, a, func(o owned, a netip.Addr) int { return o.prefix.Addr().Compare(a) })
		if !found {
			i--
		}
		if i < 0 || !p.owned[i].prefix.Contains(a) {
			return
		}
		o := p.owned[i]
		owner := Owner{Role: o.block.Role, Network: o.block.Name, Range: o.prefix, NodeBlock: -1}
		if len(o.users) == 0 {
			yield(owner)
			return
		}
		for _, c := range o.users {
			owner.Cluster = c.spec.Name
			if owner.Role == Pod {
				owner.NodeBlock = c.nodeBlockOf(o.prefix, a)
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
