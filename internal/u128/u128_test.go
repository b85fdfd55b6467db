package u128_test

import (
	"math/big"
	"testing"

	"github.com/kubecidr/kubecidr/internal/u128"
	"pgregory.net/rapid"
)

// The oracle is math/big, reduced modulo 2^128.

var modulus = new(big.Int).Lsh(big.NewInt(1), 128)

func toBig(u u128.Uint) *big.Int {
	n := new(big.Int).Lsh(new(big.Int).SetUint64(u.Hi), 64)
	return n.Add(n, new(big.Int).SetUint64(u.Lo))
}

func fromBig(n *big.Int) u128.Uint {
	n = new(big.Int).Mod(n, modulus) // Euclidean: never negative
	return u128.Uint{
		Hi: new(big.Int).Rsh(n, 64).Uint64(),
		Lo: new(big.Int).And(n, new(big.Int).SetUint64(^uint64(0))).Uint64(),
	}
}

// genUint draws words that are all zeros, all ones or next to them as often as
// any others: carries and borrows happen there.
func genUint() *rapid.Generator[u128.Uint] {
	word := rapid.OneOf(
		rapid.Uint64(),
		rapid.SampledFrom([]uint64{0, 1, 2, 1 << 31, 1 << 32, 1 << 63, 1<<63 - 1, ^uint64(0) - 1, ^uint64(0)}),
	)
	return rapid.Custom(func(t *rapid.T) u128.Uint {
		return u128.Uint{Hi: word.Draw(t, "hi"), Lo: word.Draw(t, "lo")}
	})
}

func TestArithmeticAgreesWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u, v := genUint().Draw(t, "u"), genUint().Draw(t, "v")
		a, b := toBig(u), toBig(v)
		for _, tt := range []struct {
			op   string
			got  u128.Uint
			want *big.Int
		}{
			{"Add", u.Add(v), new(big.Int).Add(a, b)},
			{"Sub", u.Sub(v), new(big.Int).Sub(a, b)},
			{"And", u.And(v), new(big.Int).And(a, b)},
			{"Or", u.Or(v), new(big.Int).Or(a, b)},
			{"Xor", u.Xor(v), new(big.Int).Xor(a, b)},
			{"Not", u.Not(), new(big.Int).Not(a)},
		} {
			if tt.got != fromBig(tt.want) {
				t.Errorf("%s(%v, %v) = %v, want %v", tt.op, a, b, toBig(tt.got), tt.want)
			}
		}
	})
}

func TestOrderAgreesWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := genUint().Draw(t, "u")
		v := rapid.OneOf(genUint(), rapid.Just(u)).Draw(t, "v")
		a, b := toBig(u), toBig(v)
		if got, want := u.Cmp(v), a.Cmp(b); got != want {
			t.Errorf("Cmp(%v, %v) = %d, want %d", a, b, got, want)
		}
		if got, want := u.Less(v), a.Cmp(b) < 0; got != want {
			t.Errorf("Less(%v, %v) = %v", a, b, got)
		}
		if got, want := u.IsZero(), a.Sign() == 0; got != want {
			t.Errorf("IsZero(%v) = %v", a, got)
		}
		if got, want := u.Fits64(), a.IsUint64(); got != want {
			t.Errorf("Fits64(%v) = %v", a, got)
		}
	})
}

func TestShiftsAgreeWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := genUint().Draw(t, "u")
		n := rapid.OneOf(
			rapid.UintRange(0, 300),
			rapid.SampledFrom([]uint{0, 1, 63, 64, 65, 127, 128, 129, ^uint(0)}),
		).Draw(t, "n")
		// Shifted by 128 bits nothing is left, so the oracle need not go further.
		far := min(n, 128)
		if got, want := u.Lsh(n), fromBig(new(big.Int).Lsh(toBig(u), far)); got != want {
			t.Errorf("%v << %d = %v, want %v", toBig(u), n, toBig(got), toBig(want))
		}
		if got, want := u.Rsh(n), fromBig(new(big.Int).Rsh(toBig(u), far)); got != want {
			t.Errorf("%v >> %d = %v, want %v", toBig(u), n, toBig(got), toBig(want))
		}
	})
}

func TestBitCountsAgreeWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := genUint().Draw(t, "u")
		// Words of few bits leave long runs of zeros at either end.
		u = u.Lsh(rapid.UintRange(0, 128).Draw(t, "left")).Rsh(rapid.UintRange(0, 128).Draw(t, "right"))
		n := toBig(u)
		if got, want := u.BitLen(), n.BitLen(); got != want {
			t.Errorf("BitLen(%v) = %d, want %d", n, got, want)
		}
		if got, want := u.LeadingZeros(), 128-n.BitLen(); got != want {
			t.Errorf("LeadingZeros(%v) = %d, want %d", n, got, want)
		}
	})
}

func TestBytesAreBigEndian(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		u := genUint().Draw(t, "u")
		var want [16]byte
		toBig(u).FillBytes(want[:])
		if got := u.As16(); got != want {
			t.Errorf("As16(%v) = %x, want %x", toBig(u), got, want)
		}
		if got := u128.From16(want); got != u {
			t.Errorf("From16(%x) = %v, want %v", want, toBig(got), toBig(u))
		}
	})
}

func TestEdges(t *testing.T) {
	zero, one, top := u128.Uint{}, u128.From64(1), u128.Max()
	half := u128.Uint{Lo: ^uint64(0)} // 2^64−1
	for _, tt := range []struct {
		name      string
		got, want any
	}{
		{"the largest is 2^128−1", toBig(top).String(), "340282366920938463463374607431768211455"},
		{"From64 keeps all bits", u128.From64(^uint64(0)), half},
		{"a sum carries into the high word", half.Add(one), u128.Uint{Hi: 1}},
		{"a difference borrows from the high word", u128.Uint{Hi: 1}.Sub(one), half},
		{"one more than the largest wraps to 0", top.Add(one), zero},
		{"one less than 0 wraps to the largest", zero.Sub(one), top},
		{"the complement of 0", zero.Not(), top},
		{"a shift by 0 changes nothing", top.Lsh(0).Rsh(0), top},
		{"the lowest bit reaches the highest", one.Lsh(127), u128.Uint{Hi: 1 << 63}},
		{"the highest bit reaches the lowest", u128.Uint{Hi: 1 << 63}.Rsh(127), one},
		{"shifted left by 128", top.Lsh(128), zero},
		{"shifted right by 128", top.Rsh(128), zero},
		{"bits of 0", zero.BitLen(), 0},
		{"bits of the largest", top.BitLen(), 128},
		{"zeros above 0", zero.LeadingZeros(), 128},
		{"zeros above 2^64−1", half.LeadingZeros(), 64},
		{"2^64−1 fits 64 bits", half.Fits64(), true},
		{"2^64 does not fit 64 bits", u128.Uint{Hi: 1}.Fits64(), false},
		{"the high word decides first", u128.Uint{Hi: 1}.Cmp(half), 1},
		{"the high word decides first, the other way", half.Less(u128.Uint{Hi: 1}), true},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, tt.got, tt.want)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	u, v := u128.Max(), u128.From64(77)
	if n := testing.AllocsPerRun(100, func() {
		w := u.Sub(v).And(v.Not()).Or(v).Xor(u).Lsh(3).Rsh(5)
		sum := w.Add(v)
		if sum.Cmp(w) <= 0 || u128.From16(sum.As16()) != sum {
			t.Error("wrong result")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
