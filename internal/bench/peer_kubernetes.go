package main

import (
	"net"
	"net/netip"

	"go4.org/netipx"
	"k8s.io/kubernetes/pkg/controller/nodeipam/ipam/cidrset"
)

// Kubernetes' cidrset, the allocator of node ranges in kube-controller-manager:
// the same bitmap as Cilium's, over net.IPNet, with a metric for each operation.

func openKubernetes(space netip.Prefix, bits int) (pool[*net.IPNet], string) {
	s, err := cidrset.NewCIDRSet(netipx.PrefixIPNet(space), bits)
	if err != nil {
		return pool[*net.IPNet]{}, "no more than 2^16 blocks in IPv6"
	}
	return pool[*net.IPNet]{
		alloc: func() (*net.IPNet, bool) {
			n, err := s.AllocateNext()
			return n, err == nil
		},
		release: func(n *net.IPNet) {
			if err := s.Release(n); err != nil {
				panic(err)
			}
		},
		prefix: prefixOf,
	}, ""
}
