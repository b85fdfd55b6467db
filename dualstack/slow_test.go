package dualstack_test

import (
	"math/big"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"pgregory.net/rapid"
)

// The oracle: ranges and counts in big integers, and every mask tried in turn.
// It asks the code under test for nothing but the ranges of a pair.

func pow2Big(n int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(n)) }

func big64(n uint64) *big.Int { return new(big.Int).SetUint64(n) }

// bitLen is the length of p's addresses.
func bitLen(p netip.Prefix) int { return len(p.Addr().AsSlice()) * 8 }

// nthSubnet is the nth block of the given mask in p.
func nthSubnet(p netip.Prefix, mask int, n *big.Int) netip.Prefix {
	at := new(big.Int).SetBytes(p.Addr().AsSlice())
	at.Add(at, new(big.Int).Mul(n, pow2Big(bitLen(p)-mask)))
	a, _ := netip.AddrFromSlice(at.FillBytes(make([]byte, bitLen(p)/8)))
	return netip.PrefixFrom(a, mask)
}

// legal reports whether kube-controller-manager takes mask for p, and every
// block is plainly of one family.
func legal(p netip.Prefix, mask int) bool {
	if mask < 1 || mask < p.Bits() || mask > bitLen(p) {
		return false // a mask of 0 asks for the default
	}
	if bitLen(p) == 32 {
		return true
	}
	if mask-p.Bits() > 16 {
		return false
	}
	return mask < 96 || !coversMapped(p)
}

// coversMapped reports whether p has IPv4-mapped addresses among others.
func coversMapped(p netip.Prefix) bool {
	return p.Bits() < 96 && p.Overlaps(netip.MustParsePrefix("::ffff:0.0.0.0/96"))
}

// legalMasks are all masks that p may have, shortest first.
func legalMasks(p netip.Prefix) []int {
	var masks []int
	for m := range bitLen(p) + 1 {
		if legal(p, m) {
			masks = append(masks, m)
		}
	}
	return masks
}

// holds reports whether a block of mask in p has that many addresses.
func holds(p netip.Prefix, mask int, addrs uint64) bool {
	return pow2Big(bitLen(p)-mask).Cmp(big64(addrs)) >= 0
}

// count is the number of blocks of mask in p.
func count(p netip.Prefix, mask int) *big.Int { return pow2Big(mask - p.Bits()) }

// mostNodes is how many nodes p can give a block of that many addresses, with
// whichever mask is best.
func mostNodes(p netip.Prefix, addrs uint64) *big.Int {
	most := new(big.Int)
	for _, m := range legalMasks(p) {
		if n := count(p, m); holds(p, m, addrs) && n.Cmp(most) > 0 {
			most = n
		}
	}
	return most
}

// Generators. Lengths at the ends of the families and ranges that touch the
// IPv4-mapped addresses are drawn as often as any others.

func genAddr(f cidr.Family) *rapid.Generator[netip.Addr] {
	return rapid.Custom(func(t *rapid.T) netip.Addr {
		b := make([]byte, f.BitLen()/8)
		for i := range b {
			if i == 0 {
				b[i] = rapid.SampledFrom([]byte{0, 10, 0xfd, 0xff}).Draw(t, "first byte")
			} else {
				b[i] = rapid.SampledFrom([]byte{0, 0, 0, 1, 0x80, 0xff}).Draw(t, "byte")
			}
		}
		a, _ := netip.AddrFromSlice(b)
		if a.Is4In6() {
			return netip.IPv6Unspecified()
		}
		return a
	})
}

func genRange(f cidr.Family) *rapid.Generator[netip.Prefix] {
	lengths := []int{0, 1, 8, 12, 16, 24, 31, 32}
	if f == cidr.IPv6 {
		lengths = []int{0, 1, 32, 47, 48, 49, 56, 64, 80, 95, 96, 108, 112, 127, 128}
	}
	bits := rapid.OneOf(rapid.SampledFrom(lengths), rapid.IntRange(0, f.BitLen()))
	return rapid.Custom(func(t *rapid.T) netip.Prefix {
		addr := genAddr(f)
		if f == cidr.IPv6 {
			// The neighbours of the mapped range, which its supernets cover too.
			addr = rapid.OneOf(addr, rapid.Just(netip.MustParseAddr("::")), rapid.Just(netip.MustParseAddr("::fffe:0:0")))
		}
		return netip.PrefixFrom(addr.Draw(t, "addr"), bits.Draw(t, "bits")).Masked()
	})
}

// genPair draws a pair of one family or two.
func genPair() *rapid.Generator[dualstack.Pair] {
	return rapid.Custom(func(t *rapid.T) dualstack.Pair {
		v4, v6 := genRange(cidr.IPv4).Draw(t, "v4"), genRange(cidr.IPv6).Draw(t, "v6")
		p, err := dualstack.Pair{}, error(nil)
		switch rapid.SampledFrom([]string{"v4", "v6", "v4,v6", "v6,v4"}).Draw(t, "families") {
		case "v4":
			p, err = dualstack.Single(v4)
		case "v6":
			p, err = dualstack.Single(v6)
		case "v4,v6":
			p, err = dualstack.Dual(v4, v6)
		default:
			p, err = dualstack.Dual(v6, v4)
		}
		if err != nil {
			t.Fatalf("a pair of %v and %v: %v", v4, v6, err)
		}
		return p
	})
}

// genMasks draws masks that are legal for pods.
func genMasks(pods dualstack.Pair) *rapid.Generator[dualstack.Masks] {
	return rapid.Custom(func(t *rapid.T) (m dualstack.Masks) {
		if p := pods.V4(); p.IsValid() {
			m.V4 = rapid.SampledFrom(legalMasks(p)).Draw(t, "v4 mask")
		}
		if p := pods.V6(); p.IsValid() {
			m.V6 = rapid.SampledFrom(legalMasks(p)).Draw(t, "v6 mask")
		}
		return m
	})
}

// genCount draws a number from 1, with powers of two and their neighbours as
// often as any other.
func genCount() *rapid.Generator[uint64] {
	return rapid.OneOf(
		rapid.Uint64Range(1, 5000),
		rapid.Custom(func(t *rapid.T) uint64 {
			n := uint64(1) << rapid.IntRange(0, 63).Draw(t, "log2")
			return max(n+rapid.SampledFrom([]uint64{0, 1, ^uint64(0)}).Draw(t, "off by"), 1)
		}),
		rapid.Uint64Range(1, ^uint64(0)),
	)
}
