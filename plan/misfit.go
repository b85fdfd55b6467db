package plan

import (
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/plan/platform"
)

// misfit says why a platform takes no range that lies where p does, or is as
// large; "" if it takes it. One that is too small can grow.
func (k clusterKind) misfit(r Role, p netip.Prefix) string {
	for _, x := range k.refusals(r, p) {
		if x.Fact.Kind != platform.KindLongest {
			return sourced(&x)
		}
	}
	return ""
}

// refused says why a range cannot stay where it is by platforms, "" if it can:
// a cluster may have got one, or another. What was so before, in a plan that was
// adopted, is no reason.
func (k *keeper) refused(before *Block, was netip.Prefix, by []clusterKind) string {
	for _, n := range by {
		why := n.misfit(before.Role, was)
		if why != "" && !slices.ContainsFunc(k.prev.kinds(before), func(old clusterKind) bool { return old.misfit(before.Role, was) == why }) {
			return why
		}
	}
	return ""
}

// kinds are those of the clusters that have a block.
func (p *Plan) kinds(b *Block) []clusterKind {
	if j, ok := p.find(b.Cluster); ok {
		return []clusterKind{p.clusters[j].spec.kind()}
	}
	ns := slices.Clone(nowhere)
	for _, c := range p.clusters {
		if b.Cluster == "" && c.spec.NodeNetwork == b.Name {
			ns = append(ns, clusterKind{platform: c.spec.Platform})
		}
	}
	return ns
}
