package cidr

import "github.com/kubecidr/kubecidr/internal/u128"

// takeFirst takes the lowest block of some length into use, knowing that there
// is none below an address. It is search.above and take in one pass without
// ways back, for what pools are asked most: where it would need one, or has to
// look beside an entry, or the block is not one slot or several of a node, it
// gives up. It returns also the length of the free block that the block was
// taken from.
func (t *tree) takeFirst(a u128.Uint, length int) (taken u128.Uint, from int, ok bool) {
	at := t.start(block{addr: a, bits: 128})
	n := &t.nodes[at]
	base := int(n.base)
	slots := ^uint64(0) << slot(a, base)
	network := a.And(mask(base))
	for base+slotBits < length {
		below := n.room & slots
		place := firstSlot(below)
		if below == 0 || n.free&slots&(1<<place-1) != 0 {
			return u128.Uint{}, 0, false
		}
		next := t.links[n.child(place)]
		if next&toEntry != 0 || !t.lengthsAt(uint32(next)).meets(lengthSet(mask(length))) {
			return u128.Uint{}, 0, false
		}
		network, slots = slotAddr(network, base, place), ^uint64(0)
		at = uint32(next)
		n = &t.nodes[at]
		base += slotBits
	}
	k := base + slotBits - length
	places := n.free & slots
	if k > 0 {
		if k > slotBits {
			return u128.Uint{}, 0, false
		}
		places = runs(n.free, k) & slots
	}
	if places == 0 || n.room&slots&(places&-places-1) != 0 {
		return u128.Uint{}, 0, false
	}
	place := firstSlot(places)
	taken = slotAddr(network, base, place)
	if at != t.finger.node {
		t.point(at, taken)
	}
	fromRun := longest(n.free, place)
	n.use(place, k)
	if runs := uint8(1<<fromRun - 1<<k); !n.hasTold(true, runs) {
		t.tellRuns(at, taken, true, runs)
	}
	return taken, base + slotBits - fromRun, true
}
