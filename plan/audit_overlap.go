package plan

import (
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// overlaps checks that no two blocks share an address that may not.
func (a *auditor) overlaps() {
	sharing := a.spec.sharing()
	ps, of := a.unshared(sharing)
	alone := len(ps)
	for _, r := range a.spec.Share {
		shared, by := a.sharedRanges(r)
		ps, of = appendOutermost(ps, of, shared, by)
		for _, together := range a.keptApart(by, sharing[r]) {
			some := make([]netip.Prefix, len(together))
			for k, i := range together {
				some[k] = shared[i]
			}
			pairs, err := cidr.Overlaps(some)
			if err != nil {
				continue
			}
			for i, j := range pairs {
				a.overlap(by[together[j]], by[together[i]], some[j], some[i])
			}
		}
	}
	pairs, err := cidr.Overlaps(ps)
	if err != nil {
		return // pairs hold valid prefixes only
	}
	for i, j := range pairs {
		if i < alone && j < alone {
			a.overlap(of[j], of[i], ps[j], ps[i])
		} else {
			a.overlapShared(of[j], of[i], ps[j], ps[i], j >= alone, i >= alone)
		}
	}
}

func (a *auditor) overlap(i, j int32, p, q netip.Prefix) {
	b, c := a.blocks[i], a.blocks[j]
	a.add(RuleOverlap, b, "move one of them", "%v overlaps %v of %s", p, q, c.label())
}

// overlapShared is overlap where a range stands for all that share addresses
// with it. Of the two sides, every range of the one with fewer is named, with
// one that it overlaps, of its own cluster if there is one.
func (a *auditor) overlapShared(i, j int32, p, q netip.Prefix, sharedI, sharedJ bool) {
	in := p // the smaller of the two: what both have
	if q.Bits() > p.Bits() {
		in = q
	}
	left, right := []int32{i}, []int32{j}
	if sharedI {
		left = a.with(a.blocks[i].Role, in)
	}
	if sharedJ {
		right = a.with(a.blocks[j].Role, in)
	}
	if len(left) > len(right) {
		left, right = right, left
	}
	f := cidr.FamilyOf(p)
	for _, k := range left {
		b, other := a.blocks[k], int32(-1)
		for _, n := range right {
			if c := a.blocks[n]; c.Range.Of(f).Overlaps(b.Range.Of(f)) && (other < 0 || c.Cluster == b.Cluster) {
				other = n
			}
		}
		a.overlap(k, other, b.Range.Of(f), a.blocks[other].Range.Of(f))
	}
}

// with lists the clusters' blocks of a role that have addresses of p.
func (a *auditor) with(r Role, p netip.Prefix) []int32 {
	var some []int32
	for i, b := range a.blocks {
		if b.Role == r && b.Cluster != "" && b.Range.Of(cidr.FamilyOf(p)).Overlaps(p) {
			some = append(some, int32(i))
		}
	}
	return some
}

// unshared lists the ranges that nobody may share.
func (a *auditor) unshared(sharing sharing) ([]netip.Prefix, []int32) {
	return a.ranges(func(b *Block) bool {
		_, shared := sharing[b.Role]
		return !shared || b.Cluster == ""
	})
}

// sharedRanges lists the ranges of a role that clusters may share.
func (a *auditor) sharedRanges(r Role) ([]netip.Prefix, []int32) {
	return a.ranges(func(b *Block) bool { return b.Role == r && b.Cluster != "" })
}

// appendOutermost appends of shared ranges those that lie in no other: a range
// that thousands of clusters have would make millions of pairs. That those
// which a mesh or their cluster keeps apart are apart is checked by itself.
func appendOutermost(ps []netip.Prefix, of []int32, shared []netip.Prefix, by []int32) ([]netip.Prefix, []int32) {
	order := upTo(len(shared))
	slices.SortStableFunc(order, func(i, j int32) int { return comparePrefixes(shared[i], shared[j]) })
	var last netip.Prefix
	for _, i := range order {
		if !last.IsValid() || !last.Contains(shared[i].Addr()) {
			last = shared[i]
			ps, of = append(ps, last), append(of, by[i])
		}
	}
	return ps, of
}

// keptApart returns the indices of those ranges of shared role that must be
// apart from each other: for each mesh those of its clusters, and for each
// cluster with several its own. Two clusters of several meshes come up once
// for each.
func (a *auditor) keptApart(by []int32, meshes map[string][]string) [][]int32 {
	groups := map[[2]string][]int32{}
	var keys [][2]string
	add := func(key [2]string, i int32) {
		if groups[key] == nil {
			keys = append(keys, key)
		}
		groups[key] = append(groups[key], i)
	}
	for i, k := range by {
		c := a.blocks[k].Cluster
		if ms := meshes[c]; len(ms) > 0 {
			for _, m := range ms {
				add([2]string{"mesh", m}, int32(i))
			}
			continue // a cluster's own ranges are among them
		}
		add([2]string{"cluster", c}, int32(i))
	}
	var all [][]int32
	for _, key := range keys {
		if len(groups[key]) > 1 {
			all = append(all, groups[key])
		}
	}
	return all
}

// ranges lists every prefix of some of the blocks, and the block that each is
// of.
func (a *auditor) ranges(some func(*Block) bool) (ps []netip.Prefix, of []int32) {
	ps, of = make([]netip.Prefix, 0, 2*len(a.blocks)), make([]int32, 0, 2*len(a.blocks))
	for i, b := range a.blocks {
		if !some(b) {
			continue
		}
		for p := range b.Range.All() {
			ps, of = append(ps, p), append(of, int32(i))
		}
	}
	return ps, of
}

// rangesIn lists the prefixes of all blocks that share addresses with some of
// space, which are few in most cases, and the block that each is of.
func (a *auditor) rangesIn(space []netip.Prefix) (ps []netip.Prefix, of []int32) {
	if len(space) == 0 {
		return nil, nil
	}
	space = cidr.Aggregate(space)
	for i, b := range a.blocks {
		for p := range b.Range.All() {
			if touches(space, p) {
				ps, of = append(ps, p), append(of, int32(i))
			}
		}
	}
	return ps, of
}
