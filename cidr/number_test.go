package cidr_test

import (
	"errors"
	"math"
	"math/big"
	"net/netip"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

func TestNumbersAgreeWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPrefix().Draw(t, "p")
		s := spanOf(p)
		size := new(big.Int).Add(new(big.Int).Sub(s.last, s.first), big.NewInt(1))

		if got := cidr.Last(p); got != addrOfBig(s.family, s.last) {
			t.Fatalf("Last(%v) = %v", p, got)
		}
		if got := cidr.NumAddrsBig(p); got.Cmp(size) != 0 {
			t.Fatalf("NumAddrsBig(%v) = %v, want %v", p, got, size)
		}
		n, ok := cidr.NumAddrs(p)
		if ok != size.IsUint64() || ok && n != size.Uint64() || !ok && n != math.MaxUint64 {
			t.Fatalf("NumAddrs(%v) = %d, %v; want %v", p, n, ok, size)
		}

		i := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(0, 300)).Draw(t, "i")
		inside := big64(i).Cmp(size) < 0
		a, err := cidr.Nth(p, i)
		if inside != (err == nil) || !inside && !errors.Is(err, cidr.ErrOutOfRange) {
			t.Fatalf("Nth(%v, %d) = %v, %v", p, i, a, err)
		}
		b, err := cidr.NthLast(p, i)
		if inside != (err == nil) || !inside && !errors.Is(err, cidr.ErrOutOfRange) {
			t.Fatalf("NthLast(%v, %d) = %v, %v", p, i, b, err)
		}
		if !inside {
			return
		}
		if want := addrOfBig(s.family, new(big.Int).Add(s.first, big64(i))); a != want {
			t.Fatalf("Nth(%v, %d) = %v, want %v", p, i, a, want)
		}
		if want := addrOfBig(s.family, new(big.Int).Sub(s.last, big64(i))); b != want {
			t.Fatalf("NthLast(%v, %d) = %v, want %v", p, i, b, want)
		}
		if a.Is4In6() {
			return // inside ::/95 and shorter; reads back as IPv4
		}
		if got, err := cidr.Offset(p, a); err != nil || got != i {
			t.Fatalf("Offset(%v, %v) = %d, %v; want %d", p, a, got, err, i)
		}
	})
}

func TestOffsetAgreesWithBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := genPrefix().Draw(t, "p")
		a := genAddr(genFamily().Draw(t, "family")).Draw(t, "a")
		s, at := spanOf(p), spanOf(netip.PrefixFrom(a, a.BitLen()))
		got, err := cidr.Offset(p, a)
		if !s.contains(at) {
			if err == nil {
				t.Fatalf("Offset(%v, %v) = %d", p, a, got)
			}
			return
		}
		want := new(big.Int).Sub(at.first, s.first)
		if want.IsUint64() != (err == nil) || err == nil && got != want.Uint64() {
			t.Fatalf("Offset(%v, %v) = %d, %v; want %v", p, a, got, err, want)
		}
		if !want.IsUint64() && !errors.Is(err, cidr.ErrOverflow) {
			t.Fatalf("Offset(%v, %v): %v, want overflow", p, a, err)
		}
	})
}

func TestOffsetOfStrangeAddresses(t *testing.T) {
	p := netip.MustParsePrefix("10.0.0.0/8")
	if n, err := cidr.Offset(p, netip.MustParseAddr("::ffff:10.0.1.0")); n != 256 || err != nil {
		t.Errorf("an IPv4-mapped address is IPv4: got %d, %v", n, err)
	}
	for _, tt := range []struct {
		in   netip.Addr
		kind error
	}{
		{netip.Addr{}, cidr.ErrInvalid},
		{netip.MustParseAddr("fd00::1"), cidr.ErrFamily},
		{netip.MustParseAddr("11.0.0.0"), cidr.ErrOutOfRange},
		{netip.MustParseAddr("fe80::1%eth0"), cidr.ErrZone},
	} {
		if _, err := cidr.Offset(p, tt.in); !errors.Is(err, tt.kind) {
			t.Errorf("Offset(%v, %v): %v, want %v", p, tt.in, err, tt.kind)
		}
	}
	if _, err := cidr.Offset(netip.MustParsePrefix("fe80::/10"), netip.MustParseAddr("fe80::1%eth0")); !errors.Is(err, cidr.ErrZone) {
		t.Errorf("a zoned address lies in no network: %v", err)
	}
}

func TestBitsFor(t *testing.T) {
	for _, tt := range []struct {
		family cidr.Family
		addrs  uint64
		want   int
	}{
		{cidr.IPv4, 0, 32},
		{cidr.IPv4, 1, 32},
		{cidr.IPv4, 2, 31},
		{cidr.IPv4, 113, 25},
		{cidr.IPv4, 256, 24},
		{cidr.IPv4, 257, 23},
		{cidr.IPv4, 1 << 32, 0},
		{cidr.IPv6, 1, 128},
		{cidr.IPv6, 1<<32 + 1, 95},
		{cidr.IPv6, math.MaxUint64, 64},
	} {
		if got, err := cidr.BitsFor(tt.family, tt.addrs); err != nil || got != tt.want {
			t.Errorf("BitsFor(%v, %d) = %d, %v; want %d", tt.family, tt.addrs, got, err, tt.want)
		}
	}
	if _, err := cidr.BitsFor(cidr.IPv4, 1<<32+1); !errors.Is(err, cidr.ErrOutOfRange) {
		t.Errorf("more than the IPv4 addresses: %v", err)
	}
	if _, err := cidr.BitsFor(0, 1); !errors.Is(err, cidr.ErrFamily) {
		t.Errorf("no family: %v", err)
	}
}

func TestBitsForIsTheLongestThatHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := genFamily().Draw(t, "family")
		n := rapid.OneOf(rapid.Uint64(), rapid.Uint64Range(1, 1<<32)).Draw(t, "n")
		bits, err := cidr.BitsFor(f, n)
		if big64(n).Cmp(pow2Big(f.BitLen())) > 0 {
			if err == nil {
				t.Fatalf("BitsFor(%v, %d) = %d", f, n, bits)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		holds := func(bits int) bool { return big64(n).Cmp(pow2Big(f.BitLen()-bits)) <= 0 }
		if !holds(bits) || bits < f.BitLen() && holds(bits+1) {
			t.Fatalf("BitsFor(%v, %d) = %d", f, n, bits)
		}
	})
}
