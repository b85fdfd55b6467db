package cidr

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/internal/fault"
	"github.com/kubecidr/kubecidr/internal/u128"
)

// NumSubnets returns how many subnets of the given prefix length p has. It is
// [ErrBits] for a length shorter than p's or longer than its family's, and
// [ErrOverflow] beyond a uint64.
func NumSubnets(p netip.Prefix, bits int) (n uint64, err error) {
	b, err := divisible("number of subnets", p, bits)
	if err != nil {
		return 0, err
	}
	n, ok := pow2(bits - int(b.bits))
	if !ok {
		return 0, fault.New(ErrOverflow, "cidr: number of /%d in %v exceeds 64 bits", bits, b.prefix())
	}
	return n, nil
}

// Subnet returns the nth subnet of p with the given prefix length, counted
// from 0. It is [ErrBits] for a length shorter than p's or longer than its
// family's, and [ErrOutOfRange] where p has no more than n such subnets.
//
// kube-controller-manager's node blocks are these subnets of the cluster CIDR.
func Subnet(p netip.Prefix, bits int, n uint64) (netip.Prefix, error) {
	b, err := divisible("subnet", p, bits)
	if err != nil {
		return netip.Prefix{}, err
	}
	if count, ok := pow2(bits - int(b.bits)); ok && n >= count {
		return netip.Prefix{}, fault.New(ErrOutOfRange, "cidr: subnet %d of %v with /%d: it has %d, counted from 0", n, b.prefix(), bits, count)
	}
	at := b.addr.Add(u128.From64(n).Lsh(uint(128 - bits)))
	return block{at, uint8(bits), b.family}.prefix(), nil
}

// SubnetIndex returns which subnet of p with its prefix length sub is, counted
// from 0: the inverse of [Subnet]. It is [ErrFamily] or [ErrOutOfRange] where
// sub does not lie in p, and [ErrOverflow] beyond a uint64.
func SubnetIndex(p, sub netip.Prefix) (uint64, error) {
	if err := check("subnet index", p); err != nil {
		return 0, err
	}
	if err := check("subnet index", sub); err != nil {
		return 0, err
	}
	b, s := blockOf(p), blockOf(sub)
	if b.family != s.family {
		return 0, fault.New(ErrFamily, "cidr: subnet index: %v and %v are of different address families", b.prefix(), s.prefix())
	}
	if !b.covers(s) {
		return 0, fault.New(ErrOutOfRange, "cidr: subnet index: %v does not lie in %v", s.prefix(), b.prefix())
	}
	i := s.addr.Sub(b.addr).Rsh(uint(128 - int(s.bits)))
	if !i.Fits64() {
		return 0, fault.New(ErrOverflow, "cidr: subnet index of %v in %v exceeds 64 bits", s.prefix(), b.prefix())
	}
	return i.Lo, nil
}

// divisible returns p as a block if it can be divided into subnets of bits.
func divisible(op string, p netip.Prefix, bits int) (block, error) {
	if err := check(op, p); err != nil {
		return block{}, err
	}
	b := blockOf(p)
	if bits < int(b.bits) || bits > b.family.BitLen() {
		return block{}, fault.New(ErrBits, "cidr: %s: /%d in %v: want a length from %d to %d",
			op, bits, b.prefix(), b.bits, b.family.BitLen())
	}
	return b, nil
}
