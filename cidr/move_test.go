package cidr_test

import (
	"errors"
	"math/big"
	"net/netip"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

func TestMovesAgreeWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPrefix().Draw(t, "p")
		s := spanOf(p)
		size := cidr.NumAddrsBig(p)
		space := pow2Big(s.family.BitLen())

		after := new(big.Int).Add(s.last, big.NewInt(1))
		next, ok := cidr.Next(p)
		if ok != (after.Cmp(space) < 0) || ok && next != prefixAt(s.family, after, p.Bits()) {
			t.Fatalf("Next(%v) = %v, %v", p, next, ok)
		}
		before := new(big.Int).Sub(s.first, size)
		prev, ok := cidr.Prev(p)
		if ok != (before.Sign() >= 0) || ok && prev != prefixAt(s.family, before, p.Bits()) {
			t.Fatalf("Prev(%v) = %v, %v", p, prev, ok)
		}

		sib, ok := cidr.Sibling(p)
		if ok != (p.Bits() > 0) {
			t.Fatalf("Sibling(%v) = %v, %v", p, sib, ok)
		}
		if ok {
			parent := spanOf(netip.PrefixFrom(p.Addr(), p.Bits()-1))
			u := spanOf(sib)
			if sib.Bits() != p.Bits() || !parent.contains(u) || u.overlaps(s) {
				t.Fatalf("Sibling(%v) = %v", p, sib)
			}
			if cidr.FamilyOf(sib) != 0 {
				if back, _ := cidr.Sibling(sib); back != p {
					t.Fatalf("Sibling(%v) = %v", sib, back)
				}
			}
		}

		bits := rapid.IntRange(-2, s.family.BitLen()+2).Draw(t, "bits")
		super, err := cidr.Supernet(p, bits)
		if (err == nil) != (0 <= bits && bits <= p.Bits()) || err != nil && !errors.Is(err, cidr.ErrBits) {
			t.Fatalf("Supernet(%v, %d) = %v, %v", p, bits, super, err)
		}
		if err == nil && (super.Bits() != bits || !spanOf(super).contains(s) || super != super.Masked()) {
			t.Fatalf("Supernet(%v, %d) = %v", p, bits, super)
		}
	})
}

func TestCommonIsTheLongestCover(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := rapid.SliceOfN(genPrefixOf(genFamily().Draw(t, "family")), 1, 6).Draw(t, "ps")
		c, err := cidr.Common(ps...)
		if err != nil {
			t.Fatal(err)
		}
		coversAll := func(c netip.Prefix) bool {
			for _, p := range ps {
				if !spanOf(c).contains(spanOf(p)) {
					return false
				}
			}
			return true
		}
		if !coversAll(c) || c != c.Masked() {
			t.Fatalf("Common(%v) = %v", ps, c)
		}
		if c.Bits() < c.Addr().BitLen() && coversAll(netip.PrefixFrom(ps[0].Addr(), c.Bits()+1).Masked()) {
			t.Fatalf("Common(%v) = %v is not the longest", ps, c)
		}
	})
}

func TestCommonRefuses(t *testing.T) {
	if _, err := cidr.Common(); !errors.Is(err, cidr.ErrEmpty) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := cidr.Common(prefixes("10.0.0.0/8", "fd00::/8")...); !errors.Is(err, cidr.ErrFamily) {
		t.Errorf("two families: %v", err)
	}
}
