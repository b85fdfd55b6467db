package numset

import (
	"math/bits"
	"slices"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// leaves is a hash table with linear probing, from set and key to the leaf. It
// holds nothing but the leaves' places; set and key are read from the nodes.
type leaves struct {
	slots []uint32 // a power of two of them, at least half of them 0
	len   int
}

func (l *leaves) clone() leaves {
	return leaves{slices.Clone(l.slots), l.len}
}

// home is the slot where a leaf is looked for first.
func (l *leaves) home(set int, key u128.Uint) uint32 {
	// The constants are digits of pi: any odd numbers without a pattern do.
	hi, lo := bits.Mul64(key.Hi^uint64(set)*0x13198a2e03707345^0x243f6a8885a308d3, key.Lo>>digitBits^0xa4093822299f31d0)
	return uint32((hi ^ lo) & uint64(len(l.slots)-1))
}

func (l *leaves) find(nodes []node, set int, key u128.Uint) uint32 {
	for i := l.home(set, key); ; i++ {
		leaf := l.slots[i&uint32(len(l.slots)-1)]
		if leaf == 0 {
			return 0
		}
		if at := &nodes[leaf]; at.key == key && int(at.set) == set {
			return leaf
		}
	}
}

func (l *leaves) insert(nodes []node, leaf uint32) {
	if 2*l.len >= len(l.slots) {
		old := l.slots
		l.slots = make([]uint32, max(8, 2*len(old)))
		for _, leaf := range old {
			if leaf != 0 {
				l.put(nodes, leaf)
			}
		}
	}
	l.put(nodes, leaf)
	l.len++
}

func (l *leaves) put(nodes []node, leaf uint32) {
	mask := uint32(len(l.slots) - 1)
	i := l.home(int(nodes[leaf].set), nodes[leaf].key)
	for l.slots[i&mask] != 0 {
		i++
	}
	l.slots[i&mask] = leaf
}

// remove takes out a leaf that is in the table. What stands behind it closes
// up where the hole would hide it from its home.
func (l *leaves) remove(nodes []node, leaf uint32) {
	mask := uint32(len(l.slots) - 1)
	hole := l.home(int(nodes[leaf].set), nodes[leaf].key)
	for l.slots[hole] != leaf {
		hole = (hole + 1) & mask
	}
	for i := (hole + 1) & mask; l.slots[i] != 0; i = (i + 1) & mask {
		at := &nodes[l.slots[i]]
		home := l.home(int(at.set), at.key)
		if (i-home)&mask >= (i-hole)&mask {
			l.slots[hole] = l.slots[i]
			hole = i
		}
	}
	l.slots[hole] = 0
	l.len--
}
