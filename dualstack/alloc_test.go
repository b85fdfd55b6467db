package dualstack_test

import (
	"errors"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"pgregory.net/rapid"
)

func newPool(t interface{ Fatal(...any) }, space ...string) *cidr.Pool {
	ps := make([]netip.Prefix, len(space))
	for i, s := range space {
		ps[i] = netip.MustParsePrefix(s)
	}
	p, err := cidr.NewPool(ps...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAlloc(t *testing.T) {
	for _, tt := range []struct {
		name  string
		masks dualstack.Masks
		fit   cidr.Fit
		want  string
	}{
		{"both families", dualstack.Masks{V4: 24, V6: 64}, cidr.FirstFit, "10.244.0.0/24,fd00::/64"},
		{"at the end", dualstack.Masks{V4: 24, V6: 64}, cidr.LastFit, "10.244.255.0/24,fd00:0:0:ffff::/64"},
		{"IPv4 alone", dualstack.Masks{V4: 24}, cidr.FirstFit, "10.244.0.0/24"},
		{"IPv6 alone", dualstack.Masks{V6: 64}, cidr.FirstFit, "fd00::/64"},
		{"all of it", dualstack.Masks{V4: 16, V6: 48}, cidr.BestFit, "10.244.0.0/16,fd00::/48"},
		{"more than 16 bits apart", dualstack.Masks{V4: 32, V6: 128}, cidr.FirstFit, "10.244.0.0/32,fd00::/128"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pool := newPool(t, "10.244.0.0/16", "fd00::/48")
			p, err := dualstack.Alloc(pool, tt.masks, tt.fit)
			if err != nil || p.String() != tt.want {
				t.Fatalf("Alloc(%v, %v) = %v, %v; want %v", tt.masks, tt.fit, p, err, tt.want)
			}
			// Both are in use: they cannot be taken again.
			for q := range p.All() {
				if err := pool.Claim(q); err == nil {
					t.Errorf("%v is still free", q)
				}
			}
		})
	}
}

func TestAllocTakesBothFamiliesOrNeither(t *testing.T) {
	for _, tt := range []struct {
		name  string
		space []string
		masks dualstack.Masks
		fit   cidr.Fit
		kind  error
		want  string
	}{
		{"no IPv6 left", []string{"10.244.0.0/16"}, dualstack.Masks{V4: 24, V6: 64}, cidr.FirstFit, cidr.ErrNoSpace,
			"dualstack: alloc IPv6 /64: no space left, nothing free"},
		{"no IPv4 left", []string{"fd00::/48"}, dualstack.Masks{V4: 24, V6: 64}, cidr.FirstFit, cidr.ErrNoSpace,
			"dualstack: alloc IPv4 /24: no space left, nothing free"},
		{"no IPv6 block large enough", []string{"10.244.0.0/16", "fd00::/65"}, dualstack.Masks{V4: 24, V6: 64}, cidr.FirstFit, cidr.ErrNoSpace,
			"dualstack: alloc IPv6 /64: no space left, largest free block is /65 (fd00::/65)"},
		{"an IPv6 length that there is none of", []string{"10.244.0.0/16", "fd00::/48"}, dualstack.Masks{V4: 24, V6: 129}, cidr.FirstFit, cidr.ErrBits,
			"dualstack: alloc IPv6 /129: want a length from 0 to 128"},
		{"a negative length", []string{"10.244.0.0/16", "fd00::/48"}, dualstack.Masks{V4: 24, V6: -1}, cidr.FirstFit, cidr.ErrBits,
			"dualstack: alloc IPv6 /-1: want a length from 0 to 128"},
		{"an IPv6 block that is IPv4-mapped", []string{"10.244.0.0/16", "::fffe:0:0/95"}, dualstack.Masks{V4: 24, V6: 96}, cidr.LastFit, cidr.ErrMapped,
			"dualstack: range ::ffff:0.0.0.0/96 is IPv4-mapped (use 0.0.0.0/0)"},
		{"no masks", []string{"10.244.0.0/16", "fd00::/48"}, dualstack.Masks{}, cidr.FirstFit, dualstack.ErrMasks,
			"dualstack: alloc: no mask for either family"},
		{"no fit", []string{"10.244.0.0/16", "fd00::/48"}, dualstack.Masks{V4: 24}, 255, cidr.ErrOutOfRange, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			pool := newPool(t, tt.space...)
			before := pool.Clone()
			p, err := dualstack.Alloc(pool, tt.masks, tt.fit)
			if !p.IsZero() || !errors.Is(err, tt.kind) {
				t.Fatalf("got %v, %v; want kind %v", p, err, tt.kind)
			}
			if tt.want != "" && err.Error() != tt.want {
				t.Errorf("message %q, want %q", err, tt.want)
			}
			if !pool.Equal(before) {
				t.Errorf("the pool has changed: free %v, in use %v", slices.Collect(pool.Free()), slices.Collect(pool.Used()))
			}
		})
	}
}

// Two pools, one of each family, know nothing of each other and so cannot
// take one for the other: an allocation succeeds just when both of theirs do,
// and nothing is ever in use but what was returned.
func TestAllocAgreesWithAPoolPerFamily(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		both := newPool(t, "10.0.0.0/28", "10.0.1.0/29", "fd00::/60", "fd01::/62")
		v4, v6 := newPool(t, "10.0.0.0/28", "10.0.1.0/29"), newPool(t, "fd00::/60", "fd01::/62")
		fit := rapid.SampledFrom([]cidr.Fit{cidr.FirstFit, cidr.BestFit, cidr.LastFit, cidr.Sparse}).Draw(t, "fit")
		held := map[netip.Prefix]bool{}
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			m := dualstack.Masks{
				V4: rapid.SampledFrom([]int{0, 28, 29, 30, 31, 32, 32, 33}).Draw(t, "v4 mask"),
				V6: rapid.SampledFrom([]int{0, 60, 61, 62, 63, 64, 64, 129}).Draw(t, "v6 mask"),
			}
			var want []netip.Prefix
			ok := m != dualstack.Masks{}
			for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
				pool := v4
				if f == cidr.IPv6 {
					pool = v6
				}
				if m.Of(f) == 0 {
					continue
				}
				if b, err := pool.Clone().Alloc(f, m.Of(f), fit); err == nil {
					want = append(want, b)
				} else {
					ok = false
				}
			}
			p, err := dualstack.Alloc(both, m, fit)
			if ok != (err == nil) || !ok && !p.IsZero() {
				t.Fatalf("Alloc(%v) = %v, %v; a pool per family has %v", m, p, err, want)
			}
			if ok {
				if got := slices.Collect(p.All()); !slices.Equal(got, want) {
					t.Fatalf("Alloc(%v) = %v; a pool per family has %v", m, got, want)
				}
				for q := range p.All() {
					held[q] = true
					pool := v4
					if q.Addr().Is6() {
						pool = v6
					}
					if err := pool.Claim(q); err != nil {
						t.Fatal(err)
					}
				}
			}
			for q := range both.Used() {
				if !held[q] {
					t.Fatalf("Alloc(%v) = %v, %v: %v is in use and nobody has it", m, p, err, q)
				}
			}
			free := slices.AppendSeq(slices.Collect(v4.Free()), v6.Free())
			if got := slices.Collect(both.Free()); !slices.Equal(got, free) {
				t.Fatalf("after Alloc(%v) = %v, %v: free %v, want %v", m, p, err, got, free)
			}
		}
	})
}
