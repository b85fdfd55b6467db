package plan

import (
	"math"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// growing is a want that is kept and needs a shorter length.
type growing struct {
	want int32
	bits int
	old  *Block
}

// growAll grows what became too small, in place.
func (k *keeper) growAll() {
	for _, g := range k.growing {
		w := &k.wants[g.want]
		target, ok := k.grow(w, g.bits)
		if ok {
			w.headroom = headroomOf(target, w.held())
			w.got, w.bits = target, int16(g.bits)
			continue
		}
		b := &k.blocks[w.block]
		if k.mayMove[ownerName(b)] {
			k.leaveGrown(w, g)
			continue
		}
		k.outgrew = append(k.outgrew, Outgrown{
			Cluster: b.Cluster, Network: networkName(b), Role: b.Role, Name: rangeName(b), Range: w.got, Bits: g.bits,
			Reason: k.inTheWayOf(w, g.bits), WaysOut: waysToGrow(b, k.around(w, g.bits)),
		})
	}
	k.restShared()
}

// grow takes the space around a range, up to a length, and returns what the
// range is then. Where it is not all free nothing changes.
func (k *keeper) grow(w *want, bits int) (netip.Prefix, bool) {
	if bits < 0 || bits > math.MaxInt16 {
		return netip.Prefix{}, false
	}
	target := netip.PrefixFrom(w.got.Addr(), bits).Masked()
	held := w.held()
	if held.Bits() <= bits {
		return target, true
	}
	if w.pool < 0 || k.shared(w) {
		return netip.Prefix{}, false
	}
	free := k.pools[w.pool].change()
	grown := held
	for grown.Bits() > bits {
		next, err := free.Grow(grown)
		if err != nil {
			if free.Release(grown) == nil {
				_ = free.Claim(held) // it was its own just now
			}
			return netip.Prefix{}, false
		}
		grown = next
	}
	return target, true
}

// shared reports whether other clusters may have the same range, so that it is
// not this one's to grow or to free.
func (k *keeper) shared(w *want) bool {
	return slices.Contains(k.evolution.spec.Share, k.blocks[w.block].Role)
}

// othersHave lists the ranges that stay, with the room beside them, and have
// addresses of p.
func (k *keeper) othersHave(p netip.Prefix) []netip.Prefix {
	var theirs []netip.Prefix
	for i := range k.matches {
		if m := &k.matches[i]; m.spec == nil {
			for j := range m.prev.blocks {
				if r := m.prev.blocks[j].room(cidr.FamilyOf(p)); r.IsValid() && r.Overlaps(p) {
					theirs = append(theirs, r)
				}
			}
		}
	}
	for i := range k.wants {
		if w := &k.wants[i]; w.got.IsValid() && w.held().Overlaps(p) {
			theirs = append(theirs, w.held())
		}
	}
	return theirs
}

// leaveGrown makes a want that could not grow one that has no place yet.
func (k *keeper) leaveGrown(w *want, g growing) {
	left := gone{w.got, w.held(), g.old.label()}
	shared, pool := k.shared(w), w.pool
	w.got, w.headroom, w.kept, w.bits, w.pool = netip.Prefix{}, 0, false, int16(g.bits), -1
	if shared { // others may leave it as well
		k.left = append(k.left, leftShared{left, pool})
		return
	}
	k.restLeft(left, pool)
}

// leftShared is a shared range that could not grow, and its pool.
type leftShared struct {
	gone
	pool int32
}

func (k *keeper) restLeft(left gone, pool int32) {
	k.rest(left)
	if pool >= 0 {
		_ = k.pools[pool].giveBack(left, k.until(left)) // it is in use there
	}
}

// restShared gives back what nobody has any more of shared ranges that were
// left. Of what others have a part, the rest is nobody's only from the next
// step on.
func (k *keeper) restShared() {
	slices.SortStableFunc(k.left, func(a, b leftShared) int { return comparePrefixes(a.got, b.got) })
	var last netip.Prefix
	for _, l := range k.left {
		if last.IsValid() && last.Contains(l.got.Addr()) {
			continue
		}
		last = l.got
		theirs := k.othersHave(l.got)
		if len(theirs) == 0 {
			k.restLeft(l.gone, l.pool)
			continue
		}
		for p := range without(l.got, theirs) {
			k.rest(gone{p, p, l.of})
		}
	}
}
