package plan

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

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
