package cidr_test

import (
	"cmp"
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

// The model of pool_model_test.go has 256 cells next to each other. This one has
// few blocks at any distance from each other, of any length, in any space: its
// oracle halves what is not uniform until it is.

// scattered is a list of blocks that do not overlap, as the oracle of a pool.
type scattered struct {
	space, used, excluded []netip.Prefix
}

// free is the free blocks in a network, in order.
func (s *scattered) free(in netip.Prefix) []netip.Prefix {
	around := func(q netip.Prefix) bool { return q.Bits() <= in.Bits() && q.Contains(in.Addr()) }
	inside := func(q netip.Prefix) bool { return in.Bits() <= q.Bits() && in.Contains(q.Addr()) }
	isTaken := func(f func(netip.Prefix) bool) bool {
		return slices.ContainsFunc(s.used, f) || slices.ContainsFunc(s.excluded, f)
	}
	inSpace := slices.ContainsFunc(s.space, around)
	switch {
	case isTaken(around) || !inSpace && !slices.ContainsFunc(s.space, inside):
		return nil
	case inSpace && !isTaken(inside):
		return []netip.Prefix{in}
	}
	low := netip.PrefixFrom(in.Addr(), in.Bits()+1)
	high, _ := cidr.Sibling(low)
	return append(s.free(low), s.free(high)...)
}

// place is where a block of some length goes in a network.
func (s *scattered) place(in netip.Prefix, length int, fit cidr.Fit) (netip.Prefix, bool) {
	free := slices.DeleteFunc(s.free(in), func(q netip.Prefix) bool { return q.Bits() > length })
	if len(free) == 0 {
		return netip.Prefix{}, false
	}
	byLength := func(a, b netip.Prefix) int { return cmp.Compare(a.Bits(), b.Bits()) }
	q := free[0]
	switch fit {
	case cidr.BestFit:
		q = slices.MaxFunc(free, byLength) // the first of them
	case cidr.Sparse:
		q = slices.MinFunc(free, byLength)
	case cidr.LastFit:
		return netip.PrefixFrom(cidr.Last(free[len(free)-1]), length).Masked(), true
	}
	return netip.PrefixFrom(q.Addr(), length), true
}

// near draws a network of any length that has any number of bits in common with
// one that is there.
func (s *scattered) near(t *rapid.T) netip.Prefix {
	q := rapid.SampledFrom(slices.Concat(s.space, s.used, s.excluded)).Draw(t, "near")
	f := cidr.FamilyOf(q)
	o := spanOf(q)
	for range rapid.IntRange(0, 2).Draw(t, "bits changed") {
		n := rapid.IntRange(0, f.BitLen()-1).Draw(t, "bit")
		o.first.SetBit(o.first, n, o.first.Bit(n)^1)
	}
	q, _ = addrOfBig(f, o.first).Prefix(rapid.IntRange(0, f.BitLen()).Draw(t, "length"))
	if !usable(q) {
		return s.space[0]
	}
	return q
}

func TestPoolScattered(t *testing.T) {
	spaces := [][]string{
		{"fd00::/16"}, {"4000::/2", "8000::/1"}, {"10.0.0.0/8"}, {"0.0.0.0/0"}, {"fd00::/8", "2001:db8::/32"},
		{"fd00::/64", "fd00:0:0:8000::/68", "fd00:0:1::/96", "fd80::/20"},
		{"10.0.0.0/30", "10.0.64.0/24", "10.128.0.0/9", "192.168.0.0/16"},
	}
	rapid.Check(t, func(t *rapid.T) {
		s := &scattered{space: prefixes(rapid.SampledFrom(spaces).Draw(t, "space")...)}
		p, err := cidr.NewPool(s.space...)
		if err != nil {
			t.Fatal(err)
		}
		f := cidr.FamilyOf(s.space[0])
		all := netip.PrefixFrom(addrOfBig(f, big64(0)), 0)
		alloc := func(t *rapid.T, in netip.Prefix, call func(int, cidr.Fit) (netip.Prefix, error)) {
			length := rapid.IntRange(0, f.BitLen()).Draw(t, "length")
			fit := rapid.SampledFrom(fits).Draw(t, "fit")
			want, ok := s.place(in, length, fit)
			got, err := call(length, fit)
			if got != want || ok != (err == nil) || !ok && !errors.Is(err, cidr.ErrNoSpace) {
				t.Fatalf("alloc /%d in %v, %v = %v, %v; want %v", length, in, fit, got, err, want)
			}
			if ok {
				s.used = append(s.used, got)
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"Alloc": func(t *rapid.T) {
				alloc(t, all, func(n int, fit cidr.Fit) (netip.Prefix, error) { return p.Alloc(f, n, fit) })
			},
			"AllocIn": func(t *rapid.T) {
				in := s.near(t)
				alloc(t, in, func(n int, fit cidr.Fit) (netip.Prefix, error) { return p.AllocIn(in, n, fit) })
			},
			"Claim": func(t *rapid.T) {
				q := s.near(t)
				want := slices.Equal(s.free(q), []netip.Prefix{q})
				if err := p.Claim(q); want != (err == nil) {
					t.Fatalf("Claim(%v): %v", q, err)
				}
				if want {
					s.used = append(s.used, q)
				}
			},
			"Exclude": func(t *rapid.T) {
				q := s.near(t)
				want := !slices.ContainsFunc(s.used, q.Overlaps)
				free := s.free(q)
				if err := p.Exclude(q); want != (err == nil) {
					t.Fatalf("Exclude(%v): %v", q, err)
				}
				if want {
					s.excluded = append(s.excluded, free...)
				}
			},
			"Release": func(t *rapid.T) {
				if len(s.used) == 0 {
					return
				}
				i := rapid.IntRange(0, len(s.used)-1).Draw(t, "block")
				if err := p.Release(s.used[i]); err != nil {
					t.Fatal(err)
				}
				s.used = slices.Delete(s.used, i, i+1)
			},
			"Release what is not in use": func(t *rapid.T) {
				if q := s.near(t); !slices.Contains(s.used, q) && p.Release(q) == nil {
					t.Fatalf("Release(%v): no error", q)
				}
			},
			"Clone": func(*rapid.T) { p = p.Clone() },
			"": func(t *rapid.T) {
				slices.SortFunc(s.used, compare)
				equal(t, "Used", p.Used(), s.used)
				equal(t, "Free", p.Free(), s.free(all))
				equal(t, "Excluded", p.Excluded(), cidr.Aggregate(s.excluded))
				free := s.free(all)
				var want netip.Prefix
				if len(free) > 0 {
					want = slices.MinFunc(free, func(a, b netip.Prefix) int { return cmp.Compare(a.Bits(), b.Bits()) })
				}
				if got, ok := p.Largest(f); got != want || ok != want.IsValid() {
					t.Fatalf("Largest = %v, %v; want %v", got, ok, want)
				}
			},
		})
	})
}
