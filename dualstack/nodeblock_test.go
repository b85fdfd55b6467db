package dualstack_test

import (
	"errors"
	"math"
	"math/big"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"pgregory.net/rapid"
)

func TestNodeBlock(t *testing.T) {
	for _, tt := range []struct {
		name, pods string
		masks      dualstack.Masks
		i          uint64
		want       string
	}{
		{"the first", "10.244.0.0/16", dualstack.Masks{V4: 24}, 0, "10.244.0.0/24"},
		{"the last", "10.244.0.0/16", dualstack.Masks{V4: 24}, 255, "10.244.255.0/24"},
		{"both families at one index", "10.244.0.0/16,fd00::/56", dualstack.Masks{V4: 24, V6: 64}, 7, "10.244.7.0/24,fd00:0:0:7::/64"},
		{"the order of the range", "fd00::/56,10.244.0.0/16", dualstack.Masks{V4: 24, V6: 64}, 7, "fd00:0:0:7::/64,10.244.7.0/24"},
		{"a cluster pool of /112", "fd00::/112", dualstack.Masks{V6: 120}, 255, "fd00::ff00/120"},
		{"the range is the block", "10.0.0.1/32,fd00::1/128", dualstack.Masks{V4: 32, V6: 128}, 0, "10.0.0.1/32,fd00::1/128"},
		{"the last address of IPv4", "0.0.0.0/0", dualstack.Masks{V4: 32}, 1<<32 - 1, "255.255.255.255/32"},
		{"the second half of IPv6", "::/0", dualstack.Masks{V6: 1}, 1, "8000::/1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if b, err := dualstack.NodeBlock(dualstack.MustParse(tt.pods), tt.masks, tt.i); err != nil || b.String() != tt.want {
				t.Errorf("NodeBlock(%v, %v, %d) = %v, %v; want %v", tt.pods, tt.masks, tt.i, b, err, tt.want)
			}
		})
	}
}

func TestNodeBlockBeyondTheLast(t *testing.T) {
	for _, tt := range []struct {
		name, pods string
		masks      dualstack.Masks
		i          uint64
	}{
		{"one too many", "10.244.0.0/16", dualstack.Masks{V4: 24}, 256},
		{"the other family has more", "10.244.0.0/16,fd00::/48", dualstack.Masks{V4: 24, V6: 64}, 256},
		{"far", "0.0.0.0/0", dualstack.Masks{V4: 32}, 1 << 32},
		{"the largest number", "10.244.0.0/16", dualstack.Masks{V4: 24}, math.MaxUint64},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if b, err := dualstack.NodeBlock(dualstack.MustParse(tt.pods), tt.masks, tt.i); !b.IsZero() || !errors.Is(err, dualstack.ErrOutOfRange) {
				t.Errorf("got %v, %v", b, err)
			}
		})
	}
	_, err := dualstack.NodeBlock(dualstack.MustParse("10.244.0.0/16,fd00::/48"), dualstack.Masks{V4: 24, V6: 64}, 256)
	if want := "dualstack: node block 256 of 10.244.0.0/16,fd00::/48 with masks /24,/64: it has 256, counted from 0"; err.Error() != want {
		t.Errorf("message %q, want %q", err, want)
	}
}

// Blocks by number against the same arithmetic in big integers.
func TestNodeBlockAgreesWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pods := genPair().Draw(t, "pods")
		m := genMasks(pods).Draw(t, "masks")
		i := rapid.OneOf(rapid.Uint64Range(0, 300), rapid.Uint64Range(0, 1<<16), rapid.Uint64()).Draw(t, "i")
		var want []netip.Prefix
		inside := true
		for p := range pods.All() {
			mask := m.Of(cidr.FamilyOf(p))
			if inside = inside && count(p, mask).Cmp(big64(i)) > 0; inside {
				want = append(want, nthSubnet(p, mask, big64(i)))
			}
		}
		b, err := dualstack.NodeBlock(pods, m, i)
		if !inside {
			if !b.IsZero() || !errors.Is(err, dualstack.ErrOutOfRange) {
				t.Fatalf("NodeBlock(%v, %v, %d) = %v, %v", pods, m, i, b, err)
			}
			return
		}
		if got := slices.Collect(b.All()); err != nil || !slices.Equal(got, want) {
			t.Fatalf("NodeBlock(%v, %v, %d) = %v, %v; want %v", pods, m, i, b, err, want)
		}
		if again, err := dualstack.Parse(b.String()); err != nil || again != b {
			t.Fatalf("the block %v does not read back: %v, %v", b, again, err)
		}
	})
}

// All blocks of small ranges: as many as the capacity, numbered in order, the
// same as by number, inside the range, and none that touches another.
func TestNodeBlocksTileTheRange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pods := genPair().Draw(t, "pods")
		var m dualstack.Masks
		fewest := new(big.Int)
		for p := range pods.All() {
			var few []int
			for _, mask := range legalMasks(p) {
				if mask <= p.Bits()+6 {
					few = append(few, mask)
				}
			}
			mask := rapid.SampledFrom(few).Draw(t, "mask")
			if p.Addr().Is4() {
				m.V4 = mask
			} else {
				m.V6 = mask
			}
			if n := count(p, mask); fewest.Sign() == 0 || n.Cmp(fewest) < 0 {
				fewest = n
			}
		}
		seq, err := dualstack.NodeBlocks(pods, m)
		if err != nil {
			t.Fatalf("NodeBlocks(%v, %v): %v", pods, m, err)
		}
		for range 2 { // a sequence can be ranged over again
			var blocks []dualstack.Pair
			for i, b := range seq {
				if i != uint64(len(blocks)) {
					t.Fatalf("block %v has number %d, want %d", b, i, len(blocks))
				}
				if byNumber, err := dualstack.NodeBlock(pods, m, i); err != nil || byNumber != b {
					t.Fatalf("NodeBlock %d = %v, %v; NodeBlocks yields %v", i, byNumber, err, b)
				}
				blocks = append(blocks, b)
			}
			if fewest.Cmp(big.NewInt(int64(len(blocks)))) != 0 {
				t.Fatalf("%d blocks of %v with %v, want %v", len(blocks), pods, m, fewest)
			}
			checkTiles(t, pods, blocks)
		}
	})
}

func checkTiles(t *rapid.T, pods dualstack.Pair, blocks []dualstack.Pair) {
	for i, b := range blocks {
		if !slices.Equal(b.Families(), pods.Families()) {
			t.Fatalf("block %v of %v", b, pods)
		}
		for _, f := range pods.Families() {
			if p, q := pods.Of(f), b.Of(f); !p.Overlaps(q) || q.Bits() < p.Bits() {
				t.Fatalf("block %v is not in %v", q, p)
			}
			for _, other := range blocks[:i] {
				if other.Of(f).Overlaps(b.Of(f)) {
					t.Fatalf("blocks %v and %v overlap", other, b)
				}
				if other.Of(f).Addr().Compare(b.Of(f).Addr()) >= 0 {
					t.Fatalf("block %v comes after %v", b, other)
				}
			}
		}
	}
}

// 2^32 blocks: nobody waits for those not asked for.
func TestNodeBlocksAreLazy(t *testing.T) {
	seq, err := dualstack.NodeBlocks(dualstack.MustParse("0.0.0.0/0"), dualstack.Masks{V4: 32})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range seq {
		if got = append(got, b.String()); len(got) == 3 {
			break
		}
	}
	if want := []string{"0.0.0.0/32", "0.0.0.1/32", "0.0.0.2/32"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The largest cluster that Kubernetes has IPv6 blocks for, to its end.
func TestNodeBlocksOfTheLargestCluster(t *testing.T) {
	pods := dualstack.MustParse("10.0.0.0/8,fd00:10::/48")
	seq, err := dualstack.NodeBlocks(pods, dualstack.Masks{V4: 24, V6: 64})
	if err != nil {
		t.Fatal(err)
	}
	n, last := 0, dualstack.Pair{}
	for _, b := range seq {
		n, last = n+1, b
	}
	if want := "10.255.255.0/24,fd00:10:0:ffff::/64"; n != 1<<16 || last.String() != want {
		t.Errorf("%d blocks, the last is %v; want 65536 and %v", n, last, want)
	}
}
