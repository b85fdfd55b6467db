package cidr

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

// The words of a node against slots that are looked at one by one.

func isRun(word uint64, slot, size int) bool {
	for i := slot; i < slot+size; i++ {
		if word>>i&1 == 0 {
			return false
		}
	}
	return true
}

func TestRuns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.Uint64().Draw(t, "word")
		for range rapid.IntRange(0, 8).Draw(t, "filled") {
			k := rapid.IntRange(0, slotBits).Draw(t, "size")
			word |= runOf(uint(rapid.IntRange(0, 64>>k-1).Draw(t, "number")<<k), k)
		}
		var lengths lengthSet
		for k := range slotBits + 1 {
			var all, single uint64
			for slot := 0; slot < 64; slot += 1 << k {
				if !isRun(word, slot, 1<<k) {
					continue
				}
				all |= 1 << slot
				if k == slotBits || !isRun(word, slot>>(k+1)<<(k+1), 2<<k) {
					single |= 1 << slot
					lengths = lengths.with(100 - k)
				}
			}
			if got := runs(word, k); got != all {
				t.Fatalf("runs(%x, %d) = %x, want %x", word, k, got, all)
			}
			if got := alone(runs(word, k), k); got != single {
				t.Fatalf("alone(runs(%x, %d)) = %x, want %x", word, k, got, single)
			}
			for rest := single; rest != 0; rest &= rest - 1 {
				for slot := firstSlot(rest); slot < firstSlot(rest)+1<<k; slot++ {
					if got := longest(word, slot); got != k {
						t.Fatalf("longest(%x, %d) = %d, want %d", word, slot, got, k)
					}
				}
			}
		}
		if got := lengthsOf(word, 100); got != lengths {
			t.Fatalf("lengthsOf(%x, 100) = %x, want %x", word, got, lengths)
		}
	})
}

func TestLengthsFrom(t *testing.T) {
	for n := 1; n <= 129; n++ {
		for m := range 129 {
			var want lengthSet
			for l := n; l <= m; l++ {
				want = want.with(l)
			}
			if got := lengthsFrom(n, m); got != want {
				t.Fatalf("lengthsFrom(%d, %d) = %x, want %x", n, m, got, want)
			}
		}
	}
}

// TestTreeKnowsItself checks what nodes know of the nodes below them, and that
// no node and no list is lost or has two owners.
func TestTreeKnowsItself(t *testing.T) {
	spaces := [][]string{
		{"10.0.0.0/8"}, {"0.0.0.0/0"}, {"10.0.0.0/9", "10.128.0.0/11", "172.16.0.0/12"}, {"fd00::/16"}, {"::/0"}, {"fd00::/123"},
		{"fd00::/64", "fd00:0:0:8000::/68", "fd00:0:1::/96", "fd80::/20"},
	}
	rapid.Check(t, func(t *rapid.T) {
		var space []netip.Prefix
		for _, s := range rapid.SampledFrom(spaces).Draw(t, "space") {
			space = append(space, MustParse(s))
		}
		p, err := NewPool(space...)
		if err != nil {
			t.Fatal(err)
		}
		y := p.v4
		if y == nil {
			y = p.v6
		}
		shortest := int(y.space[0].bits)
		var used []block
		t.Repeat(map[string]func(*rapid.T){
			"alloc": func(t *rapid.T) {
				n := min(shortest+rapid.IntRange(0, 30).Draw(t, "longer"), y.family.BitLen())
				for range rapid.IntRange(1, 100).Draw(t, "blocks") {
					fit := Fit(rapid.IntRange(0, 3).Draw(t, "fit"))
					if q, err := p.Alloc(y.family, n, fit); err == nil {
						used = append(used, blockOf(q))
					}
				}
			},
			"release": func(t *rapid.T) {
				for range rapid.IntRange(0, len(used)).Draw(t, "blocks") {
					i := rapid.IntRange(0, len(used)-1).Draw(t, "block")
					if !y.free(used[i]) {
						t.Fatalf("%v is not in use", used[i].prefix())
					}
					used[i] = used[len(used)-1]
					used = used[:len(used)-1]
				}
			},
			"claim": func(t *rapid.T) {
				for range rapid.IntRange(1, 20).Draw(t, "blocks") {
					if b := genScattered(y).Draw(t, "block"); y.cut(b, Used) {
						used = append(used, b)
					}
				}
			},
			"exclude anywhere": func(t *rapid.T) { y.cut(genScattered(y).Draw(t, "block"), Excluded) },
			"exclude": func(t *rapid.T) {
				if b, ok := p.Largest(y.family); ok {
					n := min(b.Bits()+rapid.IntRange(0, 15).Draw(t, "longer"), y.family.BitLen())
					y.cut(block{blockOf(b).addr, uint8(n), y.family}, Excluded)
				}
			},
			"": func(t *rapid.T) { checkTree(t, &y.tree) },
		})
	})
}

// genScattered draws blocks of any length anywhere in the space, whose addresses
// differ in a few bits, at any distance from each other.
func genScattered(y *buddy) *rapid.Generator[block] {
	return rapid.Custom(func(t *rapid.T) block {
		b := rapid.SampledFrom(y.space).Draw(t, "in")
		from := int(b.bits)
		b.bits = uint8(rapid.IntRange(from, y.family.BitLen()).Draw(t, "length"))
		for range rapid.IntRange(0, 4).Draw(t, "bits set") {
			if n := rapid.IntRange(from, y.family.BitLen()).Draw(t, "bit"); n > from {
				b.addr = b.addr.Or(unit(n))
			}
		}
		return b.supernet(int(b.bits))
	})
}

// isLone reports whether one block, or one network below, is all in a node that
// is not free, and an entry of the node above could say so.
func isLone(tree *tree, n *node, up uint32, network block) bool {
	things, free := 0, true
	for slot := uint(0); slot < 64; slot++ {
		switch bit := uint64(1) << slot; {
		case n.free&bit != 0:
		case n.divided&bit != 0:
			e := tree.entry(n, slot)
			free = free && (e == nil || e.around == Free)
			things++
		case n.excluded&bit != 0:
			if k := longest(n.excluded, slot); slot&(1<<k-1) == 0 {
				things++
			}
		case n.usedStarts()&bit != 0:
			things++
		default:
			inUse := false
			for i := 64 + slot; i > 0; i >>= 1 {
				inUse = inUse || n.isUsed(i)
			}
			free = free && inUse
		}
	}
	above := tree.entry(&tree.nodes[up], slot(network.addr, int(tree.nodes[up].base)))
	free = free && (above == nil || above.around == Free)
	return free && things == 1
}

func checkTree(t *rapid.T, tree *tree) {
	seen := map[uint32]bool{0: true}
	lists, entries := 1, 1 // of which none is used
	var check func(at, up uint32, network block) lengthSet
	check = func(at, up uint32, network block) lengthSet {
		if seen[at] {
			t.Fatalf("node %d has two owners", at)
		}
		seen[at] = true
		n := &tree.nodes[at]
		base := int(n.base)
		if n.up != up || (base-tree.base)%slotBits != 0 || at != top && base != int(network.bits) {
			t.Fatalf("node %d of %v: base %d, below node %d", at, network.prefix(), base, n.up)
		}
		if n.free&n.excluded|n.free&n.divided|n.excluded&n.divided|n.room&^n.divided != 0 {
			t.Fatalf("node %d: a slot has two states", at)
		}
		if at != top && (n.free == ^uint64(0) || n.excluded == ^uint64(0) || n.free|n.excluded|n.divided|n.used[0]|n.used[1] == 0) {
			t.Fatalf("node %d has one state as a whole", at)
		}
		if n.list != 0 {
			lists += 1 << n.class
		}
		if at != top && isLone(tree, n, up, network) {
			t.Fatalf("node %d is there for one thing", at)
		}
		lengths := lengthsOf(n.free, base+slotBits)
		for rest := n.divided; rest != 0; rest &= rest - 1 {
			place := firstSlot(rest)
			e := tree.entry(n, place)
			if e == nil {
				child := uint32(tree.links[n.child(place)])
				below := check(child, at, block{slotAddr(network.addr, base, place), uint8(base + slotBits), network.family})
				if room := n.room>>place&1 == 1; room == below.isEmpty() {
					t.Fatalf("node %d: room below slot %d: %v", at, place, room)
				}
				lengths = lengths.or(below)
				continue
			}
			entries++
			if slot(e.addr, base) != place || e.addr.And(mask(int(e.bits))) != e.addr || !network.covers(block{e.addr, e.bits, network.family}) {
				t.Fatalf("node %d, slot %d: entry at another place", at, place)
			}
			slotLength := base + slotBits
			if int(e.bits) <= slotLength {
				t.Fatalf("node %d, slot %d: entry for a whole slot", at, place)
			}
			below := e.beside(slotLength)
			switch {
			case e.node != 0:
				below = below.or(check(e.node, at, block{e.addr, e.bits, network.family}))
			case e.state == Free:
				below = below.with(int(e.bits))
			}
			if e.around != Free && e.around != Outside || e.node == 0 && e.state == e.around {
				t.Fatalf("node %d, slot %d: %v around %v", at, place, e.around, e.state)
			}
			if !tree.lengthsIn(e, slotLength).has(below) {
				t.Fatalf("node %d does not know all of %x free below slot %d", at, below, place)
			}
			if room := n.room>>place&1 == 1; room == below.isEmpty() {
				t.Fatalf("node %d: room below slot %d: %v", at, place, room)
			}
			lengths = lengths.or(below)
		}
		known := tree.lengthsAt(at)
		if at != top && (!known.has(lengths) || known.isEmpty() != lengths.isEmpty()) {
			t.Fatalf("node %d knows of %x free, which is %x", at, known, lengths)
		}
		if up != 0 && up != top && !tree.lengthsAt(up).has(known) {
			t.Fatalf("node %d knows of %x free, and %d above of %x", at, known, up, tree.lengthsAt(up))
		}
		if n.hasRoom() && !known.has(n.lengths(n.told)) {
			t.Fatalf("node %d takes for known what is not: %b, %x", at, n.told, known)
		}
		return lengths
	}
	check(top, 0, tree.root)
	isTree := len(seen)
	for i := tree.recycled; i != 0; i = tree.nodes[i].up {
		seen[i] = true
	}
	if len(seen) != len(tree.nodes) || len(tree.known) != len(tree.nodes) {
		t.Fatalf("%d nodes, of which %d are in the tree and %d free", len(tree.nodes), isTree, len(seen)-isTree)
	}
	for class, list := range tree.lists {
		for ; list != 0; list = uint32(tree.links[list]) {
			lists += 1 << class
		}
	}
	if lists != len(tree.links) {
		t.Fatalf("lists for %d links, of which %d are in the tree or free", len(tree.links), lists)
	}
	for e := tree.unused; e != 0; e = tree.below[e].node {
		entries++
	}
	if entries != len(tree.below) {
		t.Fatalf("%d entries, of which %d are in the tree or free", len(tree.below), entries)
	}
	at := tree.finger.node
	if tree.finger.base != uint8(max(0, tree.nodes[at].base)) || tree.finger.mask != mask(int(tree.finger.base)) {
		t.Fatalf("the finger is at a node of %d bits, not %d, %v", tree.nodes[at].base, tree.finger.base, tree.finger.mask)
	}
	for up := at; up != top; up = tree.nodes[up].up {
		n := &tree.nodes[up]
		above := &tree.nodes[n.up]
		next := tree.links[above.child(slot(tree.finger.addr, int(above.base)))]
		if e := tree.entryOf(next); e != nil {
			next = link(e.node)
		}
		if uint32(next) != up {
			t.Fatalf("the finger is not in node %d", up)
		}
	}
}
