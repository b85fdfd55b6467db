package cidr_test

import (
	"cmp"
	"math/big"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

// The oracle: a prefix as its first and last address in big integers, with the
// family kept apart. Slow, and nothing to get wrong.
type span struct {
	family      cidr.Family
	first, last *big.Int
}

func spanOf(p netip.Prefix) span {
	f, b := cidr.IPv6, p.Masked().Addr().AsSlice()
	if len(b) == 4 {
		f = cidr.IPv4
	}
	first := new(big.Int).SetBytes(b)
	size := pow2Big(len(b)*8 - p.Bits())
	return span{f, first, new(big.Int).Sub(new(big.Int).Add(first, size), big.NewInt(1))}
}

func (s span) overlaps(t span) bool {
	return s.family == t.family && s.first.Cmp(t.last) <= 0 && t.first.Cmp(s.last) <= 0
}

func (s span) contains(t span) bool {
	return s.family == t.family && s.first.Cmp(t.first) <= 0 && t.last.Cmp(s.last) <= 0
}

func pow2Big(n int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(n)) }

func addrOfBig(f cidr.Family, n *big.Int) netip.Addr {
	b := n.FillBytes(make([]byte, f.BitLen()/8))
	a, _ := netip.AddrFromSlice(b)
	return a
}

// prefixAt is the oracle's prefix: n is its first address.
func prefixAt(f cidr.Family, n *big.Int, bits int) netip.Prefix {
	return netip.PrefixFrom(addrOfBig(f, n), bits)
}

func big64(n uint64) *big.Int { return new(big.Int).SetUint64(n) }

// Generators. Addresses are drawn from a few bits at each end of the space as
// often as from all of it, so that neighbours, nestings and edges are common.

func genFamily() *rapid.Generator[cidr.Family] {
	return rapid.SampledFrom([]cidr.Family{cidr.IPv4, cidr.IPv6})
}

func genAddr(f cidr.Family) *rapid.Generator[netip.Addr] {
	return rapid.Custom(func(t *rapid.T) netip.Addr {
		b := make([]byte, f.BitLen()/8)
		for i := range b {
			switch {
			case i == 0:
				b[i] = rapid.SampledFrom([]byte{0, 10, 11, 0xfd, 0xff}).Draw(t, "first byte")
			case i >= len(b)-2 || i == 7 || i == 8:
				b[i] = rapid.SampledFrom([]byte{0, 1, 2, 3, 0x7f, 0x80, 0xfe, 0xff}).Draw(t, "byte")
			default:
				b[i] = rapid.SampledFrom([]byte{0, 0, 0, 1, 0xff}).Draw(t, "inner byte")
			}
		}
		a, _ := netip.AddrFromSlice(b)
		if a.Is4In6() {
			a = netip.IPv6Unspecified()
		}
		return a
	})
}

func genPrefixOf(f cidr.Family) *rapid.Generator[netip.Prefix] {
	return rapid.Custom(func(t *rapid.T) netip.Prefix {
		bits := rapid.OneOf(
			rapid.IntRange(0, f.BitLen()),
			rapid.SampledFrom([]int{0, 1, f.BitLen() - 1, f.BitLen()}),
			rapid.IntRange(f.BitLen()-10, f.BitLen()),
		).Draw(t, "bits")
		return netip.PrefixFrom(genAddr(f).Draw(t, "addr"), bits).Masked()
	})
}

func genPrefix() *rapid.Generator[netip.Prefix] {
	return rapid.Custom(func(t *rapid.T) netip.Prefix {
		return genPrefixOf(genFamily().Draw(t, "family")).Draw(t, "prefix")
	})
}

// genCrowd draws prefixes that often touch: equal, nested, adjacent ones.
func genCrowd() *rapid.Generator[[]netip.Prefix] {
	return rapid.Custom(func(t *rapid.T) []netip.Prefix {
		ps := rapid.SliceOfN(genPrefix(), 0, 12).Draw(t, "prefixes")
		for range rapid.IntRange(0, 12).Draw(t, "relatives") {
			if len(ps) == 0 {
				break
			}
			p := rapid.SampledFrom(ps).Draw(t, "relative of")
			if q, ok := relative(p, rapid.IntRange(0, 5).Draw(t, "kind")); ok {
				ps = append(ps, q)
			}
		}
		return ps
	})
}

func relative(p netip.Prefix, kind int) (netip.Prefix, bool) {
	switch kind {
	case 0:
		return p, true
	case 1:
		return cidr.Sibling(p)
	case 2:
		return cidr.Next(p)
	case 3:
		return cidr.Prev(p)
	case 4:
		q, err := cidr.Supernet(p, p.Bits()-1)
		return q, err == nil
	}
	q, err := cidr.Subnet(p, p.Bits()+1, 1)
	return q, err == nil && cidr.FamilyOf(q) != 0
}

// compare is address order: IPv4 first, a supernet before its subnets.
func compare(p, q netip.Prefix) int {
	return cmp.Or(p.Addr().Compare(q.Addr()), cmp.Compare(p.Bits(), q.Bits()))
}

func prefixes(ss ...string) []netip.Prefix {
	ps := make([]netip.Prefix, len(ss))
	for i, s := range ss {
		ps[i] = netip.MustParsePrefix(s)
	}
	return ps
}

func collect(seq func(func(netip.Prefix) bool)) []netip.Prefix { return slices.Collect(seq) }
