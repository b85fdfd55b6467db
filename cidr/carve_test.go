package cidr_test

import (
	"errors"
	"math/big"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

func TestCarve(t *testing.T) {
	p := prefixes("10.0.0.0/16")[0]
	for _, tt := range []struct {
		name string
		bits []int
		want []string
	}{
		{"nothing", nil, nil},
		{"the whole", []int{16}, []string{"10.0.0.0/16"}},
		{"argument order, largest placed first", []int{24, 17, 24, 20}, []string{"10.0.144.0/24", "10.0.0.0/17", "10.0.145.0/24", "10.0.128.0/20"}},
		{"ties by argument", []int{18, 18}, []string{"10.0.0.0/18", "10.0.64.0/18"}},
		{"exactly full", []int{18, 17, 18}, []string{"10.0.128.0/18", "10.0.0.0/17", "10.0.192.0/18"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := cidr.Carve(p, tt.bits...)
			if err != nil || !slices.Equal(got, prefixes(tt.want...)) {
				t.Errorf("Carve(%v, %v) = %v, %v; want %v", p, tt.bits, got, err, tt.want)
			}
		})
	}
	for _, tt := range []struct {
		name string
		bits []int
		kind error
	}{
		{"larger than the prefix", []int{15}, cidr.ErrNoSpace},
		{"one too many", []int{17, 17, 32}, cidr.ErrNoSpace},
		{"no such length", []int{33}, cidr.ErrBits},
		{"negative length", []int{-1}, cidr.ErrBits},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := cidr.Carve(p, tt.bits...); got != nil || !errors.Is(err, tt.kind) {
				t.Errorf("Carve(%v, %v) = %v, %v", p, tt.bits, got, err)
			}
		})
	}
}

// It fails only if nothing can fit: the sum of the sizes decides.
func TestCarveFitsWheneverTheSumDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPrefix().Draw(t, "p")
		bits := rapid.SliceOfN(rapid.IntRange(p.Bits(), min(p.Bits()+6, p.Addr().BitLen())), 0, 20).Draw(t, "bits")
		sum := new(big.Int)
		for _, n := range bits {
			sum.Add(sum, pow2Big(p.Addr().BitLen()-n))
		}
		got, err := cidr.Carve(p, bits...)
		if fits := sum.Cmp(cidr.NumAddrsBig(p)) <= 0; fits != (err == nil) {
			t.Fatalf("Carve(%v, %v): %v, but the sum is %v", p, bits, err, sum)
		}
		for i, q := range got {
			if q.Bits() != bits[i] || q != q.Masked() || !spanOf(p).contains(spanOf(q)) {
				t.Fatalf("Carve(%v, %v)[%d] = %v", p, bits, i, q)
			}
			for _, o := range got[:i] {
				if spanOf(o).overlaps(spanOf(q)) {
					t.Fatalf("Carve(%v, %v): %v overlaps %v", p, bits, o, q)
				}
			}
		}
	})
}
