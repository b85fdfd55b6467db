package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// unsettle looks again at clusters that ask for nothing else, where a range is
// pinned that one of theirs overlaps, and where others may share theirs.
func (e *evolution) unsettle(matches []match) {
	e.unsettleShared(matches)
	var pins []netip.Prefix
	for i := range e.spec.Networks {
		n := &e.spec.Networks[i]
		name := e.names.oldNetwork(n.Name)
		if j, ok := e.prev.findNetwork(name); ok && e.prev.spec.Networks[j].Pin == n.Pin {
			continue // who overlaps it did before, in a plan that was adopted
		}
		for p := range n.Pin.All() {
			pins = append(pins, p)
		}
	}
	for i := range matches {
		s := matches[i].spec
		if s == nil || !s.pins() {
			continue
		}
		for _, pair := range s.Pins {
			for p := range pair.All() {
				pins = append(pins, p)
			}
		}
		for j := range s.Extra {
			for p := range s.Extra[j].Pin.All() {
				pins = append(pins, p)
			}
		}
	}
	if len(pins) == 0 {
		return
	}
	pins = cidr.Aggregate(pins)
	for i := range matches {
		m := &matches[i]
		if m.spec == nil && slices.ContainsFunc(m.prev.blocks, func(b Block) bool {
			for p := range b.Range.All() {
				if len(overlapping(pins, b.room(cidr.FamilyOf(p)))) > 0 {
					return true
				}
			}
			return false
		}) {
			own := m.prev.spec
			m.spec = &own
		}
	}
}

// makeWay lets go of kept ranges that overlap what is pinned for others now,
// and of headroom that does. What overlapped before, in a plan that was adopted,
// goes on as it is.
func (k *keeper) makeWay() {
	var pins, kept []netip.Prefix
	var pinned, keeping []int32
	for i := range k.wants {
		switch w := &k.wants[i]; {
		case w.pinned && w.got.IsValid():
			pins, pinned = append(pins, w.got), append(pinned, int32(i))
		case w.kept:
			kept, keeping = append(kept, w.held()), append(keeping, int32(i))
		}
	}
	if len(pins) == 0 || len(kept) == 0 {
		return
	}
	pairs, err := cidr.OverlapsBetween(pins, kept)
	if err != nil {
		return // ranges are valid prefixes
	}
	sharing, before := k.evolution.spec.sharing(), k.prev.spec.sharing()
	for i, j := range pairs {
		pin, w := &k.wants[pinned[i]], &k.wants[keeping[j]]
		a, b := &k.blocks[pin.block], &k.blocks[w.block]
		switch {
		case !w.kept, a.Role == b.Role && sharing.allows(a.Role, a.Cluster, b.Cluster):
		case !pin.got.Overlaps(w.got):
			w.headroom = 0
		case !k.overlapped(pinned[i], w.got), a.Role == b.Role && before.allows(a.Role, k.oldName(pinned[i]), k.oldName(keeping[j])):
			k.leaveFor(keeping[j], fmt.Sprintf("it overlaps %v, which is pinned for %s now", pin.got, a.label()), "pin nothing over it")
		}
	}
}

// overlapped reports whether what want i was before had addresses of p.
func (k *keeper) overlapped(i int32, p netip.Prefix) bool {
	b := &k.blocks[k.wants[i].block]
	had := func(x Block) bool { r := x.Range.Of(cidr.FamilyOf(p)); return r.IsValid() && r.Overlaps(p) }
	if b.Cluster == "" {
		name := k.names.oldNetwork(b.Name)
		return slices.ContainsFunc(k.prev.networks, func(x Block) bool { return x.Name == name && had(x) })
	}
	j, ok := k.prev.find(k.names.oldCluster(b.Cluster))
	return ok && slices.ContainsFunc(k.prev.clusters[j].blocks, func(x Block) bool { return x.Role == b.Role && x.Name == b.Name && had(x) })
}

// leaveFor makes a kept want one that has no place yet, and says why where it
// has no leave to move.
func (k *keeper) leaveFor(i int32, reason, undo string) {
	w := &k.wants[i]
	b := &k.blocks[w.block]
	k.gone = append(k.gone, gone{w.got, w.held(), b.label()})
	if !k.mayMove[ownerName(b)] {
		k.outgrew = append(k.outgrew, Outgrown{
			Cluster: b.Cluster, Network: networkName(b), Role: b.Role, Name: rangeName(b), Range: w.got, Bits: w.got.Bits(),
			Reason: reason, WaysOut: waysToStay(b, undo),
		})
	}
	k.growing = slices.DeleteFunc(k.growing, func(g growing) bool {
		if g.want == i {
			w.bits = int16(g.bits)
		}
		return g.want == i
	})
	w.got, w.headroom, w.kept, w.pool = netip.Prefix{}, 0, false, -1
}
