package cidr_test

import (
	"errors"
	"math"
	"math/big"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

// tiles reports whether blocks follow each other without a gap from the first
// to the last address of p.
func tiles(p netip.Prefix, blocks []netip.Prefix) bool {
	next := spanOf(p).first
	for _, b := range blocks {
		s := spanOf(b)
		if s.first.Cmp(next) != 0 || b != b.Masked() || s.family != spanOf(p).family {
			return false
		}
		next = new(big.Int).Add(s.last, big.NewInt(1))
	}
	return next.Cmp(new(big.Int).Add(spanOf(p).last, big.NewInt(1))) == 0
}

func TestSplitTiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPrefix().Draw(t, "p")
		bits := rapid.IntRange(p.Bits()-1, min(p.Bits()+8, p.Addr().BitLen()+1)).Draw(t, "bits")
		seq, err := cidr.Split(p, bits)
		if bits < p.Bits() || bits > p.Addr().BitLen() {
			if !errors.Is(err, cidr.ErrBits) || seq != nil {
				t.Fatalf("Split(%v, %d): %v", p, bits, err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		blocks := collect(seq)
		if len(blocks) != 1<<(bits-p.Bits()) || !tiles(p, blocks) {
			t.Fatalf("Split(%v, %d) = %v", p, bits, blocks)
		}
		for _, b := range blocks {
			if b.Bits() != bits {
				t.Fatalf("Split(%v, %d) has %v", p, bits, b)
			}
		}
		if again := collect(seq); len(again) != len(blocks) {
			t.Fatalf("ranged over twice: %d, then %d blocks", len(blocks), len(again))
		}
	})
}

func TestSplitIsLazy(t *testing.T) {
	seq, err := cidr.Split(netip.MustParsePrefix("fd00::/8"), 64)
	if err != nil {
		t.Fatal(err)
	}
	for p := range seq {
		if p.String() != "fd00::/64" {
			t.Errorf("first of 2^56: %v", p)
		}
		break
	}
	whole, err := cidr.SplitN(netip.MustParsePrefix("::/0"), math.MaxUint64)
	if err != nil {
		t.Fatal(err)
	}
	var first []netip.Prefix
	for p := range whole {
		if first = append(first, p); len(first) == 3 {
			break
		}
	}
	// 2^64−(2^64−1) = 1 larger block, then the smaller ones.
	want := prefixes("::/63", "0:0:0:2::/64", "0:0:0:3::/64")
	for i := range want {
		if first[i] != want[i] {
			t.Errorf("block %d of 2^64−1: %v, want %v", i, first[i], want[i])
		}
	}
}

// Stopping stops at once, wherever among those that are made together.
func TestSplitStopsWhenTold(t *testing.T) {
	for _, p := range prefixes("10.0.0.0/8", "fd00::/44", "fd00::/64") {
		seq, err := cidr.Split(p, p.Bits()+6)
		if err != nil {
			t.Fatal(err)
		}
		all := collect(seq)
		for n := 1; n <= len(all); n++ {
			var got []netip.Prefix
			for q := range seq {
				if got = append(got, q); len(got) == n {
					break
				}
			}
			if !slices.Equal(got, all[:n]) {
				t.Errorf("the first %d subnets of %v are %v", n, p, got)
			}
		}
	}
}

func TestSplitNTilesWithExactlyN(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPrefix().Draw(t, "p")
		n := rapid.Uint64Range(0, 300).Draw(t, "n")
		seq, err := cidr.SplitN(p, n)
		if n == 0 || cidr.NumAddrsBig(p).Cmp(big64(n)) < 0 {
			if !errors.Is(err, cidr.ErrOutOfRange) || seq != nil {
				t.Fatalf("SplitN(%v, %d): %v", p, n, err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		blocks := collect(seq)
		if uint64(len(blocks)) != n || !tiles(p, blocks) {
			t.Fatalf("SplitN(%v, %d) = %v", p, n, blocks)
		}
		k := 0
		for 2<<k <= n {
			k++
		}
		large := uint64(2<<k) - n
		for i, b := range blocks {
			want := p.Bits() + k
			if uint64(i) >= large {
				want++
			}
			if b.Bits() != want {
				t.Fatalf("SplitN(%v, %d): block %d is %v, want a /%d", p, n, i, b, want)
			}
		}
	})
}

func TestSplitToTheEndOfTheSpace(t *testing.T) {
	for _, p := range prefixes("255.255.255.0/24", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120", "255.255.255.255/32", "0.0.0.0/0") {
		for _, n := range []uint64{1, 2, 3, 255, 256} {
			seq, err := cidr.SplitN(p, n)
			if p.IsSingleIP() && n > 1 {
				if err == nil {
					t.Errorf("SplitN(%v, %d) without error", p, n)
				}
				continue
			}
			if blocks := collect(seq); uint64(len(blocks)) != n || !tiles(p, blocks) {
				t.Errorf("SplitN(%v, %d) has %d blocks", p, n, len(blocks))
			}
		}
	}
}

func BenchmarkSplit(b *testing.B) {
	for name, p := range map[string]netip.Prefix{"v4": netip.MustParsePrefix("10.0.0.0/8"), "v6": netip.MustParsePrefix("fd00::/44")} {
		b.Run(name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				split, err := cidr.Split(p, p.Bits()+20)
				if err != nil {
					b.Fatal(err)
				}
				for range split {
					n++
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/prefix")
		})
	}
}
