package cidr

import (
	"cmp"
	"encoding/binary"
	"net/netip"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// block is a prefix as numbers: 24 bytes without a pointer, where netip.Prefix
// has 32 with one that the garbage collector follows. The address stands at
// the high end of 128 bits for both families, so that the arithmetic of
// prefixes, which counts bits from the top, is the same for both.
type block struct {
	addr   u128.Uint
	bits   uint8
	family Family
}

// blockOf is for prefixes that passed check. Host bits are masked off.
func blockOf(p netip.Prefix) block {
	a, n := p.Addr(), p.Bits()
	if a.Is4() {
		b := a.As4()
		return block{u128.Uint{Hi: uint64(binary.BigEndian.Uint32(b[:])) << 32 & mask(n).Hi}, uint8(n), IPv4}
	}
	return block{numberOf(a).And(mask(n)), uint8(n), IPv6}
}

// numberOf returns a valid address as a number, at the high end of 128 bits.
func numberOf(a netip.Addr) u128.Uint {
	if a.Is4() {
		b := a.As4()
		return u128.Uint{Hi: uint64(binary.BigEndian.Uint32(b[:])) << 32}
	}
	return u128.From16(a.As16())
}

// addrOf is the inverse of numberOf.
func addrOf(f Family, n u128.Uint) netip.Addr {
	if f == IPv4 {
		return addrOf4(uint32(n.Hi >> 32))
	}
	return netip.AddrFrom16(n.As16())
}

func addrOf4(n uint32) netip.Addr {
	return netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
}

// mask has ones in its n highest bits.
func mask(n int) u128.Uint {
	if n <= 64 {
		return u128.Uint{Hi: ^uint64(0) << uint(64-n)}
	}
	return u128.Uint{Hi: ^uint64(0), Lo: ^uint64(0) << uint(128-n)}
}

// unit is the distance between two neighbouring networks of n bits: the
// lowest bit of the mask, and 0, which is 2^128 wrapped, for n = 0.
func unit(n int) u128.Uint {
	if n <= 64 {
		return u128.Uint{Hi: 1 << uint(64-n)}
	}
	return u128.Uint{Lo: 1 << uint(128-n)}
}

func (b block) prefix() netip.Prefix {
	if b.family == IPv4 {
		return netip.PrefixFrom(addrOf4(uint32(b.addr.Hi>>32)), int(b.bits))
	}
	return netip.PrefixFrom(netip.AddrFrom16(b.addr.As16()), int(b.bits))
}

// end is the number of the last address, with the 128−BitLen bits below it
// set as well.
func (b block) end() u128.Uint { return b.addr.Or(mask(int(b.bits)).Not()) }

// last is the number of the last address.
func (b block) last() u128.Uint { return b.end().And(mask(b.family.BitLen())) }

// hostBits is the base-2 logarithm of the number of addresses.
func (b block) hostBits() int { return b.family.BitLen() - int(b.bits) }

// covers reports whether c lies inside b, or is b.
func (b block) covers(c block) bool {
	return b.family == c.family && b.bits <= c.bits && c.addr.And(mask(int(b.bits))) == b.addr
}

// supernet is the network of n ≤ b.bits bits around b.
func (b block) supernet(n int) block {
	return block{b.addr.And(mask(n)), uint8(n), b.family}
}

// compareBlocks is address order: IPv4 before IPv6, then by network address,
// a supernet before its subnets.
func compareBlocks(a, b block) int {
	return cmp.Or(cmp.Compare(a.family, b.family), a.addr.Cmp(b.addr), cmp.Compare(a.bits, b.bits))
}
