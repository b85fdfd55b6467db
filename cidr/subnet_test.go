package cidr_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

func TestSubnetsAgreeWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPrefix().Draw(t, "p")
		s := spanOf(p)
		bits := rapid.IntRange(p.Bits()-2, s.family.BitLen()+2).Draw(t, "bits")
		i := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 300)).Draw(t, "i")
		n, err := cidr.NumSubnets(p, bits)
		q, subnetErr := cidr.Subnet(p, bits, i)
		if bits < p.Bits() || bits > s.family.BitLen() {
			if !errors.Is(err, cidr.ErrBits) || !errors.Is(subnetErr, cidr.ErrBits) {
				t.Fatalf("/%d in %v: %v; %v", bits, p, err, subnetErr)
			}
			return
		}
		count := pow2Big(bits - p.Bits())
		if !count.IsUint64() {
			if !errors.Is(err, cidr.ErrOverflow) {
				t.Fatalf("NumSubnets(%v, %d) = %d, %v", p, bits, n, err)
			}
		} else if err != nil || n != count.Uint64() {
			t.Fatalf("NumSubnets(%v, %d) = %d, %v; want %v", p, bits, n, err, count)
		}
		if big64(i).Cmp(count) >= 0 {
			if !errors.Is(subnetErr, cidr.ErrOutOfRange) {
				t.Fatalf("Subnet(%v, %d, %d) = %v, %v", p, bits, i, q, subnetErr)
			}
			return
		}
		first := new(big.Int).Mul(big64(i), pow2Big(s.family.BitLen()-bits))
		if want := prefixAt(s.family, first.Add(first, s.first), bits); subnetErr != nil || q != want {
			t.Fatalf("Subnet(%v, %d, %d) = %v, %v; want %v", p, bits, i, q, subnetErr, want)
		}
		if cidr.FamilyOf(q) == 0 {
			return
		}
		if back, err := cidr.SubnetIndex(p, q); err != nil || back != i {
			t.Fatalf("SubnetIndex(%v, %v) = %d, %v; want %d", p, q, back, err, i)
		}
	})
}

func TestSubnetIndexRefuses(t *testing.T) {
	for _, tt := range []struct {
		name, p, sub string
		kind         error
	}{
		{"a neighbour", "10.0.0.0/16", "10.1.0.0/24", cidr.ErrOutOfRange},
		{"a supernet", "10.0.0.0/16", "10.0.0.0/8", cidr.ErrOutOfRange},
		{"the other family", "10.0.0.0/8", "a00::/16", cidr.ErrFamily},
		{"an index beyond 64 bits", "::/0", "ffff::/128", cidr.ErrOverflow},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ps := prefixes(tt.p, tt.sub)
			if n, err := cidr.SubnetIndex(ps[0], ps[1]); !errors.Is(err, tt.kind) {
				t.Errorf("SubnetIndex(%s, %s) = %d, %v", tt.p, tt.sub, n, err)
			}
		})
	}
}
