package cidr

import (
	"iter"
	"slices"
	"sort"

	"github.com/kubecidr/kubecidr/internal/numset"
	"github.com/kubecidr/kubecidr/internal/u128"
)

// buddy is the space of one family as a buddy system: it is tiled by aligned
// blocks, each of which has one state. Free and excluded blocks are maximal:
// where both halves of a network are free, the network is the block.
//
// A state has a set of blocks per prefix length, by their numbers: n is the
// n-th block of this length from address 0.
type buddy struct {
	space  []block // aggregated
	blocks numset.Sets
	has    [Quarantined + 1]lengths // per state, the lengths of its blocks
	family Family
}

func newBuddy(f Family, space []block) *buddy {
	y := &buddy{family: f, space: space, blocks: numset.New(int(Quarantined) * (f.BitLen() + 1))}
	for _, b := range space {
		y.put(Free, b)
	}
	return y
}

func (y *buddy) clone() *buddy {
	if y == nil {
		return nil
	}
	c := *y // the space is never written to
	c.blocks = y.blocks.Clone()
	return &c
}

// all is the whole address space of the family.
func (y *buddy) all() block { return block{family: y.family} }

// set is where the blocks of a state and length are kept.
func (y *buddy) set(s State, bits int) int {
	return int(s-Free)*(y.family.BitLen()+1) + bits
}

func (b block) number() u128.Uint { return b.addr.Rsh(uint(128 - int(b.bits))) }

// numbered is the inverse of number.
func (y *buddy) numbered(n u128.Uint, bits int) block {
	return block{n.Lsh(uint(128 - bits)), uint8(bits), y.family}
}

func (b block) sibling() block {
	b.addr = b.addr.Xor(unit(int(b.bits)))
	return b
}

// is reports whether b is a block of this state, exactly.
func (y *buddy) is(s State, b block) bool {
	return y.blocks.Has(y.set(s, int(b.bits)), b.number())
}

// put adds a block as it is; nothing else may cover it.
func (y *buddy) put(s State, b block) {
	y.blocks.Insert(y.set(s, int(b.bits)), b.number())
	y.has[s].add(int(b.bits))
}

// take removes a block, and reports whether it was there.
func (y *buddy) take(s State, b block) bool {
	set := y.set(s, int(b.bits))
	if !y.blocks.Delete(set, b.number()) {
		return false
	}
	if y.blocks.Len(set) == 0 {
		y.has[s].remove(int(b.bits))
	}
	return true
}

// join adds a block, merged with its sibling as often as there is one.
func (y *buddy) join(s State, b block) {
	for b.bits > 0 && y.take(s, b.sibling()) {
		b = b.supernet(int(b.bits) - 1)
	}
	y.put(s, b)
}

// cut takes b out of the free block around it; the rest stays free.
func (y *buddy) cut(around, b block) {
	y.take(Free, around)
	for n := int(around.bits) + 1; n <= int(b.bits); n++ {
		y.put(Free, b.supernet(n).sibling())
	}
}

// around is the block of a state that covers b, or is b.
func (y *buddy) around(s State, b block) (block, bool) {
	has := &y.has[s]
	for n := has.next(0); n <= int(b.bits); n = has.next(n + 1) {
		if c := b.supernet(n); y.is(s, c) {
			return c, true
		}
	}
	return block{}, false
}

// firstIn is the lowest block of a state and length inside a network, which
// is no longer.
func (y *buddy) firstIn(in block, s State, bits int) (block, bool) {
	set := y.set(s, bits)
	if in.bits == 0 {
		n, ok := y.blocks.Min(set)
		return y.numbered(n, bits), ok
	}
	n, ok := y.blocks.Next(set, block{in.addr, uint8(bits), y.family}.number())
	b := y.numbered(n, bits)
	return b, ok && in.covers(b)
}

// lastIn is the highest block of a state and length inside a network, which
// is no longer.
func (y *buddy) lastIn(in block, s State, bits int) (block, bool) {
	set := y.set(s, bits)
	if in.bits == 0 {
		n, ok := y.blocks.Max(set)
		return y.numbered(n, bits), ok
	}
	n, ok := y.blocks.Prev(set, block{in.end(), uint8(bits), y.family}.number())
	b := y.numbered(n, bits)
	return b, ok && in.covers(b)
}

// first is the lowest block of a state inside a network, or the block around
// the network.
func (y *buddy) first(s State, in block) (block, bool) {
	if b, ok := y.around(s, in); ok {
		return b, true
	}
	return y.lowest(s, in, y.family.BitLen())
}

// lowest is the lowest block of a state inside a network of at most some
// prefix length.
func (y *buddy) lowest(s State, in block, bits int) (lowest block, ok bool) {
	has := &y.has[s]
	for n := has.next(int(in.bits)); n <= bits; n = has.next(n + 1) {
		if b, found := y.firstIn(in, s, n); found && (!ok || b.addr.Less(lowest.addr)) {
			lowest, ok = b, true
		}
	}
	return lowest, ok
}

// each yields the blocks of a state inside a network, which none of them
// covers, in address order.
func (y *buddy) each(s State, in block) iter.Seq[block] {
	return func(yield func(block) bool) {
		var heads []block // the next block of each length
		for n := y.has[s].next(int(in.bits)); n <= y.family.BitLen(); n = y.has[s].next(n + 1) {
			if b, ok := y.firstIn(in, s, n); ok {
				heads = append(heads, b)
			}
		}
		for len(heads) > 0 {
			i := 0
			for j := range heads {
				if heads[j].addr.Less(heads[i].addr) {
					i = j
				}
			}
			b := heads[i]
			if !yield(b) {
				return
			}
			if b.end() != in.end() {
				number, ok := y.blocks.Next(y.set(s, int(b.bits)), b.number().Add(u128.From64(1)))
				heads[i] = y.numbered(number, int(b.bits))
				if ok && in.covers(heads[i]) {
					continue
				}
			}
			heads = slices.Delete(heads, i, i+1)
		}
	}
}

// outside is the first aligned block of q that is not in the space.
func (y *buddy) outside(q block) (block, bool) {
	// Behind the blocks of the space that follow each other without a gap
	// from the start of q …
	i := sort.Search(len(y.space), func(i int) bool { return !y.space[i].end().Less(q.addr) })
	at := q.addr
	for ; i < len(y.space) && !at.Less(y.space[i].addr); i++ {
		end := y.space[i].end()
		if !end.Less(q.end()) {
			return block{}, false
		}
		at = end.Add(u128.From64(1))
	}
	// … is the largest block that starts there and ends before the next.
	for n := int(q.bits); ; n++ {
		b := block{at, uint8(n), y.family}
		if at.And(mask(n)) == at && (i == len(y.space) || b.end().Less(y.space[i].addr)) {
			return b, true
		}
	}
}

// obstacle is the first block inside or around q that is not in the space, or
// has one of the given states.
func (y *buddy) obstacle(q block, states ...State) (with block, state State, ok bool) {
	for _, s := range states {
		find := y.first
		if s == Outside {
			find = func(_ State, q block) (block, bool) { return y.outside(q) }
		}
		if b, found := find(s, q); found && (!ok || b.addr.Less(with.addr)) {
			with, state, ok = b, s, true
		}
	}
	return with, state, ok
}
