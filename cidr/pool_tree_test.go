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
	spaces := [][]string{{"10.0.0.0/8"}, {"0.0.0.0/0"}, {"10.0.0.0/9", "10.128.0.0/11", "172.16.0.0/12"}, {"fd00::/16"}, {"::/0"}, {"fd00::/123"}}
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

func checkTree(t *rapid.T, tree *tree) {
	seen := map[uint32]bool{0: true}
	lists := 1
	var check func(at uint32, base int) lengthSet
	check = func(at uint32, base int) lengthSet {
		if seen[at] {
			t.Fatalf("node %d has two owners", at)
		}
		seen[at] = true
		n := &tree.nodes[at]
		if n.free&n.excluded|n.free&n.divided|n.excluded&n.divided|n.room&^n.divided != 0 {
			t.Fatalf("node %d: a slot has two states", at)
		}
		if at != top && (n.free == ^uint64(0) || n.excluded == ^uint64(0) || n.free|n.excluded|n.divided|n.used[0]|n.used[1] == 0) {
			t.Fatalf("node %d has one state as a whole", at)
		}
		if n.list != 0 {
			lists += 1 << n.class
		}
		lengths := lengthsOf(n.free, base+slotBits)
		for rest := n.divided; rest != 0; rest &= rest - 1 {
			slot := firstSlot(rest)
			known := tree.below[n.child(slot)]
			below := check(known.node, base+slotBits)
			if !known.lengths.has(below) {
				t.Fatalf("node %d does not know all of %x free below slot %d: %x", at, below, slot, known.lengths)
			}
			if room := n.room>>slot&1 == 1; room != (below != lengthSet{}) {
				t.Fatalf("node %d: room below slot %d: %v", at, slot, room)
			}
			lengths = lengths.or(below)
		}
		return lengths
	}
	check(top, tree.base)
	for i := tree.recycled; i != 0; i = tree.nodes[i].list {
		seen[i] = true
	}
	if len(seen) != len(tree.nodes) {
		t.Fatalf("%d nodes, of which %d are in the tree or free", len(tree.nodes), len(seen))
	}
	for class, list := range tree.lists {
		for ; list != 0; list = tree.below[list].node {
			lists += 1 << class
		}
	}
	if lists != len(tree.below) {
		t.Fatalf("lists for %d nodes, of which %d are in the tree or free", len(tree.below), lists)
	}
	for d := 1; d <= tree.way.depth; d++ {
		from := tree.nodes[tree.way.steps[d-1].node]
		slot := slot(tree.way.addr, tree.base+slotBits*(d-1))
		step := tree.way.steps[d]
		if from.divided>>slot&1 == 0 || from.child(slot) != step.place || tree.below[step.place].node != step.node {
			t.Fatalf("the way is wrong at depth %d", d)
		}
	}
}
