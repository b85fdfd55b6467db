package main

import (
	"net/netip"

	"github.com/cilium/cilium/pkg/ipam/cidrset"
)

// Cilium's cidrset: a bitmap with a place for every block of the space, all of
// one length. It looks for the next free one, bit by bit, where it stopped last.

func openCilium(space netip.Prefix, bits int) (pool[netip.Prefix], string) {
	s, err := cidrset.NewCIDRSet(space, bits)
	if err != nil {
		return pool[netip.Prefix]{}, "no more than 2^16 blocks in IPv6"
	}
	return pool[netip.Prefix]{
		alloc: func() (netip.Prefix, bool) {
			p, err := s.AllocateNext()
			return p, err == nil
		},
		release: func(p netip.Prefix) {
			if err := s.Release(p); err != nil {
				panic(err)
			}
		},
		prefix: same,
	}, ""
}
