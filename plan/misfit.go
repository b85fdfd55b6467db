package plan

import (
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/plan/platform"
)

// misfit says why a platform takes no range that lies where p does, or is as
// large; "" if it takes it. One that is too small can grow.
func misfit(n platform.Name, r Role, p netip.Prefix) string {
	for _, x := range refusals(n, r, p) {
		if x.Fact.Kind != platform.KindLongest {
			return sourced(&x)
		}
	}
	return ""
}

// refused says why a range cannot stay where it is by platforms, "" if it can:
// a cluster may have got one, or another. What was so before, in a plan that was
// adopted, is no reason.
func (k *keeper) refused(before *Block, was netip.Prefix, by []platform.Name) string {
	for _, n := range by {
		why := misfit(n, before.Role, was)
		if why != "" && !slices.ContainsFunc(k.prev.platforms(before), func(old platform.Name) bool { return misfit(old, before.Role, was) == why }) {
			return why
		}
	}
	return ""
}

// platforms are those of the clusters that have a block.
func (p *Plan) platforms(b *Block) []platform.Name {
	if j, ok := p.find(b.Cluster); ok {
		return []platform.Name{p.clusters[j].spec.Platform}
	}
	ns := slices.Clone(nowhere)
	for _, c := range p.clusters {
		if b.Cluster == "" && c.spec.NodeNetwork == b.Name {
			ns = append(ns, c.spec.Platform)
		}
	}
	return ns
}
