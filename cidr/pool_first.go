package cidr

import "github.com/kubecidr/kubecidr/internal/u128"

// takeFirst takes the lowest block of some length into use, knowing that there
// is none below an address. It is search.above and take in one pass without
// ways back, for what pools are asked most: where it would need one, or has to
// look beside an entry, it gives up. It returns also the length of the free
// block that the block was taken from.
func (t *tree) takeFirst(a u128.Uint, length int) (taken u128.Uint, from int, ok bool) {
	at := t.start(block{addr: a, bits: 128})
	n := &t.nodes[at]
	base := int(n.base)
	slots := ^uint64(0) << slot(a, base)
	a = a.And(mask(base))
	for {
		k := base + slotBits - length
		places := uint64(0)
		if uint(k) <= slotBits {
			places = runs(n.free, k) & slots
		} else if k < 0 && n.free&slots != 0 {
			return u128.Uint{}, 0, false
		}
		if below := n.room & slots & (places&-places - 1); below != 0 {
			e := &t.below[n.child(firstSlot(below))]
			if e.node == 0 || int(e.bits) > base+slotBits || !t.known[e.node].meets(lengthSet(mask(length))) {
				return u128.Uint{}, 0, false
			}
			at, a, slots = e.node, e.addr, ^uint64(0)
			n = &t.nodes[at]
			base += slotBits
			continue
		}
		if places == 0 {
			return u128.Uint{}, 0, false
		}
		place := firstSlot(places)
		from = base + slotBits - longest(n.free, place, k)
		n.fill(place, k, Used)
		a = slotAddr(a, base, place)
		t.finger = finger{a, at, base}
		t.tell(at, a, true, from+1, length)
		return a, from, true
	}
}
