package plan

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSortedBy(t *testing.T) {
	type element struct {
		name string
		at   int
	}
	names := rapid.OneOf(
		rapid.StringOfN(rapid.SampledFrom([]rune{0, 'a', 'b', 0xff}), 0, 12, -1),
		rapid.Map(rapid.StringOfN(rapid.SampledFrom([]rune("012")), 0, 10, -1), func(s string) string { return "cluster-" + s }),
	)
	rapid.Check(t, func(t *rapid.T) {
		var s []element
		for i, name := range rapid.SliceOf(names).Draw(t, "names") {
			s = append(s, element{name, i})
		}
		before := slices.Clone(s)
		want := slices.Clone(s)
		slices.SortStableFunc(want, func(a, b element) int { return strings.Compare(a.name, b.name) })
		if got := sortedBy(s, func(e *element) string { return e.name }); !slices.Equal(got, want) {
			t.Errorf("%v: got %v, want %v", s, got, want)
		}
		if !slices.Equal(s, before) {
			t.Errorf("%v became %v", before, s)
		}
	})
}

// A changed spec is compared with what there was, cluster by cluster.
func TestNormalAndEqualAllocateNothing(t *testing.T) {
	c := ClusterSpec{Name: "c", Nodes: Count{Now: 3, Max: 9}, Services: Count{Now: 10}}
	was := c.normal()
	if n := testing.AllocsPerRun(100, func() {
		if now := c.normal(); !now.equal(&was) {
			t.Fatal("it differs from itself")
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
