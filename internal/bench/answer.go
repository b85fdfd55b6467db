package main

import (
	"net/netip"
	"slices"
)

// An answer is compared as a number. It is computed after the timed run, except
// for what a run yields one by one and does not keep, such as pairs.

const golden = 0x9e3779b97f4a7c15 // 2^64 divided by the golden ratio

// digest is a number that depends on the bits of x.
func digest(x uint64) uint64 {
	x ^= x >> 32
	x *= golden
	x ^= x >> 29
	x *= golden
	return x ^ x>>32
}

// pairs digests indices of pairs in whatever order they come: it is the sum of
// something that is not linear and takes a nanosecond.
type pairs uint64

func (s *pairs) add(i, j int) {
	x := uint64(i)<<32 | uint64(j)
	*s += pairs(x * (x ^ golden))
}

func digestBool(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// digestPrefixes depends on the prefixes and their order.
func digestPrefixes(ps []netip.Prefix) uint64 {
	h := uint64(len(ps))
	for _, p := range ps {
		h = digest(h ^ digestPrefix(p))
	}
	return h
}

func digestPrefix(p netip.Prefix) uint64 {
	b := p.Addr().As16()
	h := uint64(p.Bits())
	for i := 0; i < 16; i += 8 {
		x := uint64(0)
		for _, c := range b[i : i+8] {
			x = x<<8 | uint64(c)
		}
		h = digest(h ^ x)
	}
	return h
}

// digestCover depends on the addresses that prefixes cover, not on how many
// prefixes cover them nor on the order: sorted, without those that lie in
// others, siblings merged.
func digestCover(ps []netip.Prefix) uint64 {
	ps = slices.Clone(ps)
	slices.SortFunc(ps, netip.Prefix.Compare)
	return digestPrefixes(mergeSorted(ps))
}
