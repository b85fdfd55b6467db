package cidr_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"go4.org/netipx"
	"pgregory.net/rapid"
)

func genSet() *rapid.Generator[cidr.Set] {
	return rapid.Custom(func(t *rapid.T) cidr.Set {
		s := setOf(t, genUnmapped().Draw(t, "in")...)
		return s.Subtract(setOf(t, genUnmapped().Draw(t, "out")...))
	})
}

func genUnmapped() *rapid.Generator[[]netip.Prefix] {
	return rapid.Custom(func(t *rapid.T) []netip.Prefix {
		ps := genCrowd().Draw(t, "crowd")
		return slices.DeleteFunc(ps, func(p netip.Prefix) bool { return cidr.FamilyOf(p) == 0 })
	})
}

func TestSetLaws(t *testing.T) {
	complement := func(t *rapid.T, s cidr.Set, p netip.Prefix) cidr.Set {
		c, err := s.ComplementIn(p)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := genSet().Draw(t, "a"), genSet().Draw(t, "b"), genSet().Draw(t, "c")
		p := genPrefix().Filter(usable).Draw(t, "p")
		within := setOf(t, p)
		var empty cidr.Set
		for law, sides := range map[string][2]cidr.Set{
			"a ∪ b = b ∪ a":                   {a.Union(b), b.Union(a)},
			"a ∩ b = b ∩ a":                   {a.Intersect(b), b.Intersect(a)},
			"(a ∪ b) ∪ c = a ∪ (b ∪ c)":       {a.Union(b).Union(c), a.Union(b.Union(c))},
			"(a ∩ b) ∩ c = a ∩ (b ∩ c)":       {a.Intersect(b).Intersect(c), a.Intersect(b.Intersect(c))},
			"a ∩ (b ∪ c) = (a ∩ b) ∪ (a ∩ c)": {a.Intersect(b.Union(c)), a.Intersect(b).Union(a.Intersect(c))},
			"a ∪ (b ∩ c) = (a ∪ b) ∩ (a ∪ c)": {a.Union(b.Intersect(c)), a.Union(b).Intersect(a.Union(c))},
			"a ∪ a = a":                       {a.Union(a), a},
			"a ∩ a = a":                       {a.Intersect(a), a},
			"a − a = ∅":                       {a.Subtract(a), empty},
			"a ∪ ∅ = a":                       {a.Union(empty), a},
			"∅ ∪ a = a":                       {empty.Union(a), a},
			"a ∩ ∅ = ∅":                       {a.Intersect(empty), empty},
			"a − ∅ = a":                       {a.Subtract(empty), a},
			"∅ − a = ∅":                       {empty.Subtract(a), empty},
			"(a − b) ∪ (a ∩ b) = a":           {a.Subtract(b).Union(a.Intersect(b)), a},
			"(a − b) ∩ b = ∅":                 {a.Subtract(b).Intersect(b), empty},
			"a − b = a − (a ∩ b)":             {a.Subtract(b), a.Subtract(a.Intersect(b))},
			"¬¬a = a ∩ p":                     {complement(t, complement(t, a, p), p), a.Intersect(within)},
			"¬(a ∪ b) = ¬a ∩ ¬b":              {complement(t, a.Union(b), p), complement(t, a, p).Intersect(complement(t, b, p))},
			"¬(a ∩ b) = ¬a ∪ ¬b":              {complement(t, a.Intersect(b), p), complement(t, a, p).Union(complement(t, b, p))},
		} {
			if !sides[0].Equal(sides[1]) {
				t.Errorf("%s: %v is not %v", law, sides[0], sides[1])
			}
		}
	})
}

func TestSetAgreesWithNetipx(t *testing.T) {
	build := func(t *rapid.T, b *netipx.IPSetBuilder) *netipx.IPSet {
		s, err := b.IPSet()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	rapid.Check(t, func(t *rapid.T) {
		ps, qs := genUnmapped().Draw(t, "ps"), genUnmapped().Draw(t, "qs")
		s, u := setOf(t, ps...), setOf(t, qs...)
		var a, b netipx.IPSetBuilder
		for _, p := range ps {
			a.AddPrefix(p)
		}
		for _, q := range qs {
			b.AddPrefix(q)
		}
		x, y := build(t, &a), build(t, &b)
		for name, f := range map[string]struct {
			got  cidr.Set
			with func(*netipx.IPSetBuilder)
		}{
			"SetOf":     {s, func(*netipx.IPSetBuilder) {}},
			"Union":     {s.Union(u), func(b *netipx.IPSetBuilder) { b.AddSet(y) }},
			"Intersect": {s.Intersect(u), func(b *netipx.IPSetBuilder) { b.Intersect(y) }},
			"Subtract":  {s.Subtract(u), func(b *netipx.IPSetBuilder) { b.RemoveSet(y) }},
		} {
			var b netipx.IPSetBuilder
			b.AddSet(x)
			f.with(&b)
			want := build(t, &b)
			if got := f.got.IPSet(); !got.Equal(want) || !cidr.FromIPSet(want).Equal(f.got) {
				t.Fatalf("%s: %v, want %v", name, got.Ranges(), want.Ranges())
			}
			if got := slices.Collect(f.got.Ranges()); !slices.Equal(got, want.Ranges()) {
				t.Fatalf("%s: ranges %v, want %v", name, got, want.Ranges())
			}
			if got := collect(f.got.Prefixes()); !slices.Equal(got, want.Prefixes()) {
				t.Fatalf("%s: prefixes %v, want %v", name, got, want.Prefixes())
			}
		}
		p := genPrefix().Filter(usable).Draw(t, "p")
		if cidr.FamilyOf(p) != 0 && (s.ContainsPrefix(p) != x.ContainsPrefix(p) || s.Overlaps(p) != x.OverlapsPrefix(p)) {
			t.Fatalf("%v: ContainsPrefix %v, Overlaps %v", p, s.ContainsPrefix(p), s.Overlaps(p))
		}
		if got, want := s.OverlapsSet(u), x.Overlaps(y); got != want {
			t.Fatalf("OverlapsSet %v", got)
		}
	})
}

func TestSetRoundTrips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSet().Draw(t, "set")
		if got := cidr.FromIPSet(s.IPSet()); !got.Equal(s) {
			t.Fatalf("IPSet: %v, want %v", got, s)
		}
		rs := slices.Collect(s.Ranges())
		fromRanges, err := cidr.SetOfRanges(rapid.Permutation(append(rs, rs...)).Draw(t, "ranges")...)
		mapped := slices.ContainsFunc(collect(s.Prefixes()), func(p netip.Prefix) bool { return p.Addr().Is4In6() })
		if mapped {
			if _, err := s.MarshalText(); !errors.Is(err, cidr.ErrMapped) {
				t.Fatalf("text of %v: error %v", s, err)
			}
			return
		}
		if err != nil || !fromRanges.Equal(s) {
			t.Fatalf("ranges: %v, %v, want %v", fromRanges, err, s)
		}
		if got := setOf(t, collect(s.Prefixes())...); !got.Equal(s) {
			t.Fatalf("prefixes: %v, want %v", got, s)
		}
		if got, err := cidr.ParseSet(s.String()); err != nil || !got.Equal(s) {
			t.Fatalf("text: %v, %v, want %v", got, err, s)
		}
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		var got cidr.Set
		if err := json.Unmarshal(b, &got); err != nil || !got.Equal(s) {
			t.Fatalf("JSON %s: %v, %v, want %v", b, got, err, s)
		}
	})
}
