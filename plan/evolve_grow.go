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

// othersHave reports whether a range that stays has addresses of p.
func (k *keeper) othersHave(p netip.Prefix) bool {
	for i := range k.matches {
		if m := &k.matches[i]; m.spec == nil {
			for j := range m.prev.blocks {
				if r := m.prev.blocks[j].Range.Of(cidr.FamilyOf(p)); r.IsValid() && r.Overlaps(p) {
					return true
				}
			}
		}
	}
	return slices.ContainsFunc(k.wants, func(w want) bool { return w.got.IsValid() && w.got.Overlaps(p) })
}

// leaveGrown makes a want that could not grow one that has no place yet.
func (k *keeper) leaveGrown(w *want, g growing) {
	left := gone{w.got, w.held(), g.old.label(), false}
	w.got, w.headroom, w.kept, w.bits = netip.Prefix{}, 0, false, int16(g.bits)
	pool := w.pool
	w.pool = -1
	if k.shared(w) && k.othersHave(left.got) {
		return
	}
	k.rest(left)
	if pool >= 0 {
		_ = k.pools[pool].giveBack(left, k.until(left)) // it is in use there
	}
}
