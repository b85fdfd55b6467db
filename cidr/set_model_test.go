package cidr_test

import (
	"math/big"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

// A slowSet is what a set has of two windows, one of each family, that are cut
// into 256 equal cells. A cell is in as a whole or not at all.
type slowSet struct {
	windows [2]netip.Prefix
	in      [2][256]bool
}

// Windows at both ends of the address space, all of it in wide cells, ordinary
// places, and one across the middle of an IPv6 address.
func genWindows() *rapid.Generator[[2]netip.Prefix] {
	return rapid.Custom(func(t *rapid.T) [2]netip.Prefix {
		return [2]netip.Prefix{
			rapid.SampledFrom(prefixes("10.0.0.0/24", "0.0.0.0/24", "255.255.255.0/24", "0.0.0.0/0", "10.244.0.0/16")).Draw(t, "IPv4 window"),
			rapid.SampledFrom(prefixes("fd00::/120", "::/120", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120", "::/0", "fd00::/60", "fd00:10::/48")).Draw(t, "IPv6 window"),
		}
	})
}

// block is the prefix that covers the cells from a multiple of a power of two
// of them on.
func (s *slowSet) block(w, cell, cells int) netip.Prefix {
	p := s.windows[w]
	first := spanOf(p).first
	size := pow2Big(p.Addr().BitLen() - p.Bits() - 8)
	bits := p.Bits() + 8
	for ; cells > 1; cells /= 2 {
		bits--
	}
	at := new(big.Int).Add(first, new(big.Int).Mul(size, big.NewInt(int64(cell))))
	return prefixAt(cidr.FamilyOf(p), at, bits)
}

// cover is the fewest prefixes, by halving.
func (s *slowSet) cover(w, cell, cells int) []netip.Prefix {
	some := slices.Contains(s.in[w][cell:cell+cells], true)
	all := !slices.Contains(s.in[w][cell:cell+cells], false)
	switch {
	case all:
		return []netip.Prefix{s.block(w, cell, cells)}
	case !some:
		return nil
	}
	return slices.Concat(s.cover(w, cell, cells/2), s.cover(w, cell+cells/2, cells/2))
}

func (s *slowSet) prefixes() []netip.Prefix {
	return slices.Concat(s.cover(0, 0, 256), s.cover(1, 0, 256))
}

// with applies a truth table to each cell.
func (s slowSet) with(t slowSet, op func(a, b bool) bool) slowSet {
	for w := range s.in {
		for i := range s.in[w] {
			s.in[w][i] = op(s.in[w][i], t.in[w][i])
		}
	}
	return s
}

func genSlowSet(windows [2]netip.Prefix) *rapid.Generator[slowSet] {
	return rapid.Custom(func(t *rapid.T) slowSet {
		s := slowSet{windows: windows}
		for w := range s.in {
			for range rapid.IntRange(0, 5).Draw(t, "ranges") {
				// The ends of the window are the edges worth testing.
				first := rapid.OneOf(rapid.Just(0), rapid.IntRange(0, 255)).Draw(t, "first")
				last := rapid.OneOf(rapid.Just(255), rapid.Just(first), rapid.IntRange(first, min(first+8, 255))).Draw(t, "last")
				in := rapid.Bool().Draw(t, "in")
				for i := first; i <= last; i++ {
					s.in[w][i] = in
				}
			}
		}
		return s
	})
}

// genBlocks draws the set's prefixes in no order, some of them cut into
// halves, some twice.
func genBlocks(s slowSet) *rapid.Generator[[]netip.Prefix] {
	return rapid.Custom(func(t *rapid.T) []netip.Prefix {
		var ps []netip.Prefix
		for _, p := range s.prefixes() {
			switch rapid.IntRange(0, 3).Draw(t, "shape") {
			case 0:
				halves, err := cidr.Split(p, min(p.Bits()+1, p.Addr().BitLen()))
				if err != nil {
					t.Fatal(err)
				}
				ps = slices.AppendSeq(ps, halves)
			case 1:
				ps = append(ps, p, p)
			default:
				ps = append(ps, p)
			}
		}
		return rapid.Permutation(ps).Draw(t, "order")
	})
}

func setOf(t interface {
	Helper()
	Fatal(...any)
}, ps ...netip.Prefix) cidr.Set {
	t.Helper()
	s, err := cidr.SetOf(ps...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// agree compares all that a set tells with the model.
func agree(t *rapid.T, name string, s cidr.Set, want slowSet) {
	t.Helper()
	if got, want := collect(s.Prefixes()), want.prefixes(); !slices.Equal(got, want) {
		t.Fatalf("%s: prefixes %v, want %v", name, got, want)
	}
	ranges := 0
	for w, p := range want.windows {
		count := int64(0)
		for i, in := range want.in[w] {
			cell := want.block(w, i, 1)
			if s.ContainsPrefix(cell) != in || s.Overlaps(cell) != in || s.Contains(cell.Addr()) != in || s.Contains(cidr.Last(cell)) != in {
				t.Fatalf("%s: %v, want %v: ContainsPrefix %v, Overlaps %v, Contains %v and %v", name, cell, in,
					s.ContainsPrefix(cell), s.Overlaps(cell), s.Contains(cell.Addr()), s.Contains(cidr.Last(cell)))
			}
			if in {
				count++
				if i == 0 || !want.in[w][i-1] {
					ranges++
				}
			}
		}
		for cells := 2; cells <= 256; cells *= 2 {
			for i := 0; i < 256; i += cells {
				block := want.block(w, i, cells)
				in := want.in[w][i : i+cells]
				if got, want := s.ContainsPrefix(block), !slices.Contains(in, false); got != want {
					t.Fatalf("%s: ContainsPrefix(%v) = %v", name, block, got)
				}
				if got, want := s.Overlaps(block), slices.Contains(in, true); got != want {
					t.Fatalf("%s: Overlaps(%v) = %v", name, block, got)
				}
			}
		}
		size := new(big.Int).Mul(big.NewInt(count), pow2Big(p.Addr().BitLen()-p.Bits()-8))
		f := cidr.FamilyOf(p)
		if got := s.NumAddrsBig(f); got.Cmp(size) != 0 {
			t.Fatalf("%s: NumAddrsBig(%v) = %v, want %v", name, f, got, size)
		}
		if n, ok := s.NumAddrs(f); ok != size.IsUint64() || ok && n != size.Uint64() || !ok && n != 1<<64-1 {
			t.Fatalf("%s: NumAddrs(%v) = %v, %v, want %v", name, f, n, ok, size)
		}
	}
	for r := range s.Ranges() {
		ranges--
		if !r.IsValid() {
			t.Fatalf("%s: range %v", name, r)
		}
	}
	if ranges != 0 {
		t.Fatalf("%s: %d ranges are missing", name, ranges)
	}
	if got, want := s.IsEmpty(), len(want.prefixes()) == 0; got != want {
		t.Fatalf("%s: IsEmpty %v", name, got)
	}
}

func TestSetAgreesWithCells(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		windows := genWindows().Draw(t, "windows")
		a, b := genSlowSet(windows).Draw(t, "a"), genSlowSet(windows).Draw(t, "b")
		s := setOf(t, genBlocks(a).Draw(t, "prefixes of a")...)
		u := setOf(t, genBlocks(b).Draw(t, "prefixes of b")...)
		agree(t, "SetOf", s, a)
		and := a.with(b, func(a, b bool) bool { return a && b })
		minus := a.with(b, func(a, b bool) bool { return a && !b })
		agree(t, "Union", s.Union(u), a.with(b, func(a, b bool) bool { return a || b }))
		agree(t, "Intersect", s.Intersect(u), and)
		agree(t, "Subtract", s.Subtract(u), minus)
		for w := range windows {
			c, err := s.ComplementIn(windows[w])
			if err != nil {
				t.Fatal(err)
			}
			want := slowSet{windows: windows}
			for i, in := range a.in[w] {
				want.in[w][i] = !in
			}
			agree(t, "ComplementIn", c, want)
		}
		if got, want := s.Equal(u), a.in == b.in; got != want {
			t.Fatalf("Equal %v", got)
		}
		if got, want := s.OverlapsSet(u), len(and.prefixes()) > 0; got != want {
			t.Fatalf("OverlapsSet %v", got)
		}
		if got, want := u.ContainsSet(s), len(minus.prefixes()) == 0; got != want {
			t.Fatalf("ContainsSet %v", got)
		}
	})
}
