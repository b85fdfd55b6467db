package plan

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

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
