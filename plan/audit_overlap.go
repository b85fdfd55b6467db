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
// one of its cluster on the other side if there is one.
func (a *auditor) overlapShared(i, j int32, p, q netip.Prefix, sharedI, sharedJ bool) {
	left, right := []int32{i}, []int32{j}
	if sharedI {
		left = a.with(a.blocks[i].Role, q)
	}
	if sharedJ {
		right = a.with(a.blocks[j].Role, p)
	}
	if len(left) > len(right) {
		left, right, p, q = right, left, q, p
	}
	f := cidr.FamilyOf(p)
	for _, k := range left {
		other := right[0]
		if n := slices.IndexFunc(right, func(n int32) bool { return a.blocks[n].Cluster == a.blocks[k].Cluster }); n >= 0 {
			other = right[n]
		}
		a.overlap(k, other, a.blocks[k].Range.Of(f), a.blocks[other].Range.Of(f))
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

// rooms checks that the room beside a block is for it alone.
func (a *auditor) rooms() {
	var rooms []netip.Prefix
	var by []int32
	for i, b := range a.blocks {
		for p := range b.Room.All() {
			q := b.Range.Of(cidr.FamilyOf(p))
			if !q.IsValid() || q.Bits() < p.Bits() || !p.Contains(q.Addr()) {
				a.add(RuleRoom, b, "drop the room or move it", "the room %v is not around %v", p, b.Range)
				continue
			}
			rooms, by = append(rooms, p), append(by, int32(i))
		}
	}
	if len(rooms) == 0 {
		return
	}
	sharing := a.spec.sharing()
	ps, of := a.unshared(sharing)
	alone := len(ps)
	for _, r := range a.spec.Share {
		shared, ranges := a.sharedRanges(r)
		ps, of = appendOutermost(ps, of, shared, ranges)
		a.sharedRooms(r, sharing[r], rooms, by)
	}
	pairs, err := cidr.OverlapsBetween(rooms, ps)
	if err != nil {
		return
	}
	for i, j := range pairs {
		if b := a.blocks[by[i]]; by[i] != of[j] && !(j >= alone && b.Cluster != "" && b.Role == a.blocks[of[j]].Role) {
			a.inRoom(by[i], of[j], rooms[i], ps[j])
		}
	}
}

// sharedRooms is rooms among the ranges of a shared role.
func (a *auditor) sharedRooms(r Role, meshes map[string][]string, rooms []netip.Prefix, by []int32) {
	ps, of := a.sharedRanges(r)
	ranges := len(ps)
	for k, i := range by {
		if b := a.blocks[i]; b.Role == r && b.Cluster != "" {
			ps, of = append(ps, rooms[k]), append(of, i)
		}
	}
	for _, together := range a.keptApart(of, meshes) {
		some := make([]netip.Prefix, len(together))
		for k, i := range together {
			some[k] = ps[i]
		}
		pairs, err := cidr.Overlaps(some)
		if err != nil {
			continue
		}
		for i, j := range pairs {
			// Two ranges are no room's, and two rooms have a range in them.
			room, p := max(together[i], together[j]), min(together[i], together[j])
			if int(room) >= ranges && int(p) < ranges && of[room] != of[p] {
				a.inRoom(of[room], of[p], ps[room], ps[p])
			}
		}
	}
}

func (a *auditor) inRoom(i, j int32, room, p netip.Prefix) {
	a.add(RuleRoom, a.blocks[i], "move one of them", "%v is kept for it to grow, and overlaps %v of %s", room, p, a.blocks[j].label())
}

// taken checks that no block, and no room, touches what is reserved or a
// peer's.
func (a *auditor) taken() {
	var taken []netip.Prefix
	var why []string
	for _, r := range a.spec.Reserved {
		taken, why = append(taken, r.Prefix), append(why, "reserved"+forReason(r.Reason))
	}
	n := len(taken)
	for i := range a.spec.Peers {
		for _, p := range a.spec.Peers[i].Prefixes {
			taken, why = append(taken, p), append(why, "of peer \""+a.spec.Peers[i].Name+"\"")
		}
	}
	if len(taken) == 0 {
		return
	}
	ps, of := a.rangesIn(taken)
	ranges := len(ps)
	space := cidr.Aggregate(taken)
	for i, b := range a.blocks {
		for p := range b.Room.All() {
			if touches(space, p) {
				ps, of = append(ps, p), append(of, int32(i))
			}
		}
	}
	pairs, err := cidr.OverlapsBetween(taken, ps)
	if err != nil {
		return // the spec is valid
	}
	for i, j := range pairs {
		b := a.blocks[of[j]]
		rule, fix := RuleReserved, "move the range or drop the reservation"
		switch {
		case j >= ranges && taken[i].Overlaps(b.Range.Of(cidr.FamilyOf(ps[j]))):
			continue // the range is found, or is the room
		case j >= ranges:
			a.add(RuleRoom, b, "drop the room or move the range", "%v is kept for it to grow, and overlaps %v, %s", ps[j], taken[i], why[i])
			continue
		case i >= n:
			rule, fix = RulePeer, "move the range"
		}
		a.add(rule, b, fix, "%v overlaps %v, %s", ps[j], taken[i], why[i])
	}
}

// zones checks that no block has addresses of a zone that is not its own.
func (a *auditor) zones() {
	var zoned []netip.Prefix
	var pools []*PoolSpec
	for _, p := range a.space {
		if p.pool.Zone != "" {
			zoned, pools = append(zoned, p.prefix), append(pools, p.pool)
		}
	}
	if len(zoned) == 0 {
		return
	}
	ps, of := a.rangesIn(zoned)
	pairs, err := cidr.OverlapsBetween(zoned, ps)
	if err != nil {
		return
	}
	zones := a.zonesOf(of)
	for i, j := range pairs {
		if b := a.blocks[of[j]]; zones[j] != pools[i].Zone {
			a.add(RuleZone, b, "move the range", "%v of %s overlaps %v, which is of zone %q", ps[j], zoneName(zones[j]), zoned[i], pools[i].Zone)
		}
	}
}

// zonesOf returns in which zone the spec has each block.
func (a *auditor) zonesOf(of []int32) []string {
	type key struct {
		cluster, name string
		role          Role
	}
	extra := map[key]string{}
	zones := map[string]string{}
	for i := range a.spec.Networks {
		extra[key{"", a.spec.Networks[i].Name, Node}] = a.spec.Networks[i].Zone
	}
	for i := range a.spec.Clusters {
		c := &a.spec.Clusters[i]
		zones[c.Name] = c.Zone
		for j := range c.Extra {
			if b := &c.Extra[j]; b.Zone != "" {
				extra[key{c.Name, b.Name, b.Role}] = b.Zone
			}
		}
	}
	list := make([]string, len(of))
	for k, i := range of {
		b := a.blocks[i]
		list[k] = zones[b.Cluster]
		if b.Name != "" {
			if z, ok := extra[key{b.Cluster, b.Name, b.Role}]; ok {
				list[k] = z
			}
		}
	}
	return list
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
