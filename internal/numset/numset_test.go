package numset

import (
	"maps"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/internal/u128"
	"pgregory.net/rapid"
)

// numbers draws from ranges that meet in leaves, in inner nodes and at both
// ends of each half.
func numbers() *rapid.Generator[u128.Uint] {
	small := rapid.Uint64Range(0, 300)
	return rapid.OneOf(
		rapid.Custom(func(t *rapid.T) u128.Uint { return u128.From64(small.Draw(t, "dense")) }),
		rapid.Custom(func(t *rapid.T) u128.Uint {
			shift := rapid.UintRange(0, 122).Draw(t, "shift")
			return u128.From64(rapid.Uint64Range(0, 63).Draw(t, "digit")).Lsh(shift)
		}),
		rapid.Custom(func(t *rapid.T) u128.Uint { return u128.Max().Sub(u128.From64(small.Draw(t, "from the end"))) }),
		rapid.Custom(func(t *rapid.T) u128.Uint {
			return u128.Uint{Hi: rapid.Uint64().Draw(t, "hi"), Lo: rapid.Uint64().Draw(t, "lo")}
		}),
	)
}

// TestAgainstMaps compares every operation with plain maps, for sets that
// share their storage.
func TestAgainstMaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const n = 3
		sets := New(n)
		var want [n]map[u128.Uint]bool
		for i := range want {
			want[i] = map[u128.Uint]bool{}
		}
		known := rapid.SliceOfN(numbers(), 1, 40).Draw(t, "numbers")
		number := rapid.OneOf(rapid.SampledFrom(known), numbers())
		set := rapid.IntRange(0, n-1)
		t.Repeat(map[string]func(*rapid.T){
			"insert": func(t *rapid.T) {
				i, k := set.Draw(t, "set"), number.Draw(t, "number")
				if got := sets.Insert(i, k); got == want[i][k] {
					t.Fatalf("Insert(%d, %x) = %v", i, k, got)
				}
				want[i][k] = true
			},
			"delete": func(t *rapid.T) {
				i, k := set.Draw(t, "set"), number.Draw(t, "number")
				if got := sets.Delete(i, k); got != want[i][k] {
					t.Fatalf("Delete(%d, %x) = %v", i, k, got)
				}
				delete(want[i], k)
			},
			"delete all": func(t *rapid.T) {
				i := set.Draw(t, "set")
				for _, k := range sortedNumbers(want[i]) {
					sets.Delete(i, k)
				}
				clear(want[i])
			},
			"clone": func(t *rapid.T) {
				old := sets
				sets = sets.Clone()
				for i := range n {
					old.Insert(i, number.Draw(t, "number"))
				}
			},
			"": func(t *rapid.T) {
				k := number.Draw(t, "number")
				for i := range n {
					compare(t, &sets, i, want[i], k)
				}
			},
		})
	})
}

func sortedNumbers(set map[u128.Uint]bool) []u128.Uint {
	return slices.SortedFunc(maps.Keys(set), u128.Uint.Cmp)
}

func compare(t *rapid.T, sets *Sets, i int, want map[u128.Uint]bool, k u128.Uint) {
	if got := sets.Len(i); got != len(want) {
		t.Fatalf("Len(%d) = %d, want %d", i, got, len(want))
	}
	if got := sets.Has(i, k); got != want[k] {
		t.Fatalf("Has(%d, %x) = %v", i, k, got)
	}
	all := sortedNumbers(want)
	check := func(name string, got u128.Uint, ok bool, at int) {
		t.Helper()
		if ok != (at >= 0 && at < len(all)) || ok && got != all[at] {
			t.Fatalf("%s(%d) = %x, %v; want number %d of %x (k = %x)", name, i, got, ok, at, all, k)
		}
	}
	got, ok := sets.Min(i)
	check("Min", got, ok, 0)
	got, ok = sets.Max(i)
	check("Max", got, ok, len(all)-1)
	at, found := slices.BinarySearchFunc(all, k, u128.Uint.Cmp)
	got, ok = sets.Next(i, k)
	check("Next", got, ok, at)
	if !found {
		at--
	}
	got, ok = sets.Prev(i, k)
	check("Prev", got, ok, at)
}

// TestStorageFollowsNumbers: what was deleted is used again, and what is far
// apart takes no more than what is near.
func TestStorageFollowsNumbers(t *testing.T) {
	sets := New(1)
	const n = 1000
	for round := range 50 {
		for i := range uint64(n) {
			sets.Insert(0, u128.Uint{Hi: (i + uint64(round)*n) * 0x9e3779b97f4a7c15, Lo: i})
		}
		for i := range uint64(n) {
			sets.Delete(0, u128.Uint{Hi: (i + uint64(round)*n) * 0x9e3779b97f4a7c15, Lo: i})
		}
	}
	if sets.Len(0) != 0 {
		t.Fatalf("Len = %d", sets.Len(0))
	}
	if got := len(sets.nodes); got > 2*n+2 {
		t.Errorf("%d nodes for %d numbers", got, n)
	}
	if got := len(sets.children.of); got > 8*n {
		t.Errorf("room for %d children for %d numbers", got, n)
	}
	if sets.leaves.len != 0 {
		t.Errorf("%d leaves left in the table of an empty set", sets.leaves.len)
	}
}
