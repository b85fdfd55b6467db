package cidr

import (
	"math"
	"math/big"
	"net/netip"

	"github.com/kubecidr/kubecidr/internal/fault"
	"github.com/kubecidr/kubecidr/internal/u128"
)

// Last returns the last address of p, the broadcast address of an IPv4
// network. It is the zero Addr for an invalid or IPv4-mapped prefix.
func Last(p netip.Prefix) netip.Addr {
	if FamilyOf(p) == 0 {
		return netip.Addr{}
	}
	b := blockOf(p)
	return addrOf(b.family, b.last())
}

// NumAddrs returns the number of addresses of p, network and broadcast
// addresses included. ok is false only where a uint64 cannot hold it, which is
// for IPv6 prefixes of /64 and shorter; n is then the largest uint64. An
// invalid or IPv4-mapped prefix has 0 addresses.
func NumAddrs(p netip.Prefix) (n uint64, ok bool) {
	f := FamilyOf(p)
	if f == 0 {
		return 0, true
	}
	return pow2(f.BitLen() - p.Bits())
}

// pow2 returns 2^n, or the largest uint64 and false.
func pow2(n int) (uint64, bool) {
	if n >= 64 {
		return math.MaxUint64, false
	}
	return 1 << n, true
}

// NumAddrsBig is [NumAddrs] for every size.
func NumAddrsBig(p netip.Prefix) *big.Int {
	f := FamilyOf(p)
	if f == 0 {
		return new(big.Int)
	}
	return new(big.Int).Lsh(big.NewInt(1), uint(f.BitLen()-p.Bits()))
}

// Nth returns the address n places after the network address of p: Nth(p, 0)
// is the network address. It is [ErrOutOfRange] where p has no more than n
// addresses.
func Nth(p netip.Prefix, n uint64) (netip.Addr, error) {
	if err := check("nth address", p); err != nil {
		return netip.Addr{}, err
	}
	b := blockOf(p)
	if err := b.checkIndex(n); err != nil {
		return netip.Addr{}, err
	}
	return addrOf(b.family, b.addr.Add(b.place(n))), nil
}

// NthLast counts from the end: NthLast(p, 0) is [Last](p). It is
// [ErrOutOfRange] where p has no more than n addresses.
func NthLast(p netip.Prefix, n uint64) (netip.Addr, error) {
	if err := check("nth last address", p); err != nil {
		return netip.Addr{}, err
	}
	b := blockOf(p)
	if err := b.checkIndex(n); err != nil {
		return netip.Addr{}, err
	}
	return addrOf(b.family, b.last().Sub(b.place(n))), nil
}

// place is n addresses in the scale of a block's numbers.
func (b block) place(n uint64) u128.Uint {
	return u128.From64(n).Lsh(uint(128 - b.family.BitLen()))
}

func (b block) checkIndex(n uint64) error {
	if size, ok := pow2(b.hostBits()); ok && n >= size {
		return fault.New(ErrOutOfRange, "cidr: address %d of %v: it has %d, counted from 0", n, b.prefix(), size)
	}
	return nil
}

// Offset returns how many places a stands after the network address of p, the
// inverse of [Nth]. An IPv4-mapped address is read as IPv4. It is [ErrFamily],
// [ErrZone] or [ErrOutOfRange] where a is not in p, and [ErrOverflow] where
// the distance exceeds a uint64.
func Offset(p netip.Prefix, a netip.Addr) (n uint64, err error) {
	if err := check("offset", p); err != nil {
		return 0, err
	}
	b := blockOf(p)
	switch {
	case !a.IsValid():
		return 0, fault.New(ErrInvalid, "cidr: offset in %v: invalid address (%v)", b.prefix(), a)
	case a.Zone() != "":
		return 0, fault.New(ErrZone, "cidr: offset in %v: %v has a zone and lies in no network", b.prefix(), a)
	case FamilyOfAddr(a) != b.family:
		return 0, fault.New(ErrFamily, "cidr: offset in %v: %v is of the other address family", b.prefix(), a)
	}
	at := numberOf(a.Unmap())
	if at.And(mask(int(b.bits))) != b.addr {
		return 0, fault.New(ErrOutOfRange, "cidr: offset in %v: %v is not in it", b.prefix(), a)
	}
	d := at.Sub(b.addr).Rsh(uint(128 - b.family.BitLen()))
	if !d.Fits64() {
		return 0, fault.New(ErrOverflow, "cidr: offset of %v in %v exceeds 64 bits", a, b.prefix())
	}
	return d.Lo, nil
}

// BitsFor returns the length of the longest prefix of family f that holds
// addrs addresses: 24 for 254 IPv4 addresses, 24 for 256, 23 for 257. Zero
// addresses fit in a single one. It is [ErrOutOfRange] for more than 2^32 IPv4
// addresses, and [ErrFamily] for no family.
func BitsFor(f Family, addrs uint64) (int, error) {
	if f.BitLen() == 0 {
		return 0, fault.New(ErrFamily, "cidr: prefix length for %d addresses: no address family", addrs)
	}
	if f == IPv4 && addrs > 1<<32 {
		return 0, fault.New(ErrOutOfRange, "cidr: prefix length for %d addresses: IPv4 has 4294967296", addrs)
	}
	return f.BitLen() - log2ceil(addrs), nil
}

// log2ceil returns the least k with 2^k ≥ n; 0 for n = 0.
func log2ceil(n uint64) int {
	if n <= 1 {
		return 0
	}
	return u128.From64(n - 1).BitLen()
}
