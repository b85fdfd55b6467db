package cidr_test

import (
	"errors"
	"iter"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

type pair struct{ i, j int }

func pairsOf(seq iter.Seq2[int, int]) []pair {
	var ps []pair
	for i, j := range seq {
		ps = append(ps, pair{i, j})
	}
	return ps
}

func byIndex(a, b pair) int {
	if a.i != b.i {
		return a.i - b.i
	}
	return a.j - b.j
}

func TestOverlapsAgreesWithAllPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := genCrowd().Draw(t, "ps")
		var want []pair
		for i := range ps {
			for j := i + 1; j < len(ps); j++ {
				if spanOf(ps[i]).overlaps(spanOf(ps[j])) {
					want = append(want, pair{i, j})
				}
			}
		}
		seq, err := cidr.Overlaps(ps)
		if err != nil {
			t.Fatal(err)
		}
		got := pairsOf(seq)
		disjoint := cidr.Disjoint(ps...)
		var overlap *cidr.OverlapError
		switch {
		case len(want) == 0:
			if disjoint != nil {
				t.Fatalf("Disjoint(%v) = %v", ps, disjoint)
			}
		case !errors.As(disjoint, &overlap) || !errors.Is(disjoint, cidr.ErrOverlap):
			t.Fatalf("Disjoint(%v) = %v", ps, disjoint)
		case (pair{overlap.I, overlap.J}) != got[0] || ps[overlap.I] != overlap.A || ps[overlap.J] != overlap.B:
			t.Fatalf("Disjoint(%v) = %+v, first pair %v", ps, overlap, got[0])
		}
		for k := 1; k < len(got); k++ { // address order of the inner prefix
			if compare(inner(ps, got[k]), inner(ps, got[k-1])) < 0 {
				t.Fatalf("Overlaps(%v) out of address order: %v", ps, got)
			}
		}
		if !slices.Equal(got, pairsOf(seq)) {
			t.Fatal("ranged over twice, the pairs differ")
		}
		slices.SortFunc(got, byIndex)
		if !slices.Equal(got, want) {
			t.Fatalf("Overlaps(%v) = %v, want %v", ps, got, want)
		}
	})
}

func inner(ps []netip.Prefix, p pair) netip.Prefix {
	if ps[p.i].Bits() >= ps[p.j].Bits() {
		return ps[p.i]
	}
	return ps[p.j]
}

func TestOverlapsBetweenAgreesWithAllPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := genCrowd().Draw(t, "a"), genCrowd().Draw(t, "b")
		b = append(b, a[:len(a)/2]...)
		var want []pair
		for i := range a {
			for j := range b {
				if spanOf(a[i]).overlaps(spanOf(b[j])) {
					want = append(want, pair{i, j})
				}
			}
		}
		seq, err := cidr.OverlapsBetween(a, b)
		if err != nil {
			t.Fatal(err)
		}
		got := pairsOf(seq)
		slices.SortFunc(got, byIndex)
		if !slices.Equal(got, want) {
			t.Fatalf("OverlapsBetween(%v, %v) = %v, want %v", a, b, got, want)
		}
	})
}

func TestOverlapsStopsWhenTold(t *testing.T) {
	ps := prefixes("10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8")
	seq, err := cidr.Overlaps(ps)
	if err != nil {
		t.Fatal(err)
	}
	for range seq {
		break
	}
	between, err := cidr.OverlapsBetween(ps, ps)
	if err != nil {
		t.Fatal(err)
	}
	for range between {
		break
	}
}

func TestNothingIsDisjoint(t *testing.T) {
	if err := cidr.Disjoint(); err != nil {
		t.Error(err)
	}
}

func BenchmarkDisjoint(b *testing.B) {
	split, err := cidr.Split(netip.MustParsePrefix("10.0.0.0/8"), 26)
	if err != nil {
		b.Fatal(err)
	}
	ps := slices.Collect(split)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(ps), func(i, j int) { ps[i], ps[j] = ps[j], ps[i] })
	for b.Loop() {
		if err := cidr.Disjoint(ps...); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(ps)), "ns/prefix")
}
