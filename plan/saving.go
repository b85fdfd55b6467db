package plan

import (
	"iter"
	"math/big"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// Saving is how many addresses less the ranges of a shared role take, in one
// family: Saved is Asked less Used.
type Saving struct {
	Role   Role
	Family cidr.Family
	Ranges int
	Asked  *big.Int // of all ranges, each for itself
	Used   *big.Int // each address once
	Saved  *big.Int
}

// Savings yields what sharing saves, for each role of [Spec.Share] and each
// family that has ranges of it, IPv4 first.
func (p *Plan) Savings() iter.Seq[Saving] {
	return func(yield func(Saving) bool) {
		for _, r := range p.spec.Share {
			for _, f := range dualIPv4 {
				if s := p.saving(r, f); s.Ranges > 0 && !yield(s) {
					return
				}
			}
		}
	}
}

func (p *Plan) saving(r Role, f cidr.Family) Saving {
	s := Saving{Role: r, Family: f, Asked: new(big.Int), Used: new(big.Int)}
	var ps []netip.Prefix
	for b := range p.Blocks() {
		if q := b.Range.Of(f); b.Cluster != "" && b.Role == r && q.IsValid() {
			s.Ranges++
			s.Asked.Add(s.Asked, cidr.NumAddrsBig(q))
			ps = append(ps, q)
		}
	}
	for _, q := range cidr.Aggregate(ps) {
		s.Used.Add(s.Used, cidr.NumAddrsBig(q))
	}
	s.Saved = new(big.Int).Sub(s.Asked, s.Used)
	return s
}

// Apart reports whether the ranges of role r of two clusters must not overlap,
// and which meshes say so, by name. Without a mesh they must not either unless
// the role is shared, and a cluster's own ranges never may.
func (s Spec) Apart(r Role, a, b string) (apart bool, meshes []string) {
	for _, m := range s.Meshes {
		if a != b && m.Kind.Apart(r) && slices.Contains(m.Clusters, a) && slices.Contains(m.Clusters, b) {
			meshes = append(meshes, m.Name)
		}
	}
	slices.Sort(meshes)
	return a == b || len(meshes) > 0 || !slices.Contains(s.Share, r), meshes
}
