package main

import (
	"math/bits"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

// Split: every /28 of a prefix, or every /64, one after the other. Nothing is
// kept, but for iplib, which has only a function that returns them all. For a
// million it is a /8, for fewer a longer one.

func splitWorkloads() []workload {
	return []workload{{
		name: "split", per: "subnet", families: both,
		kinds: []kind{nothing},
		size:  powerOfTwo,
		contenders: []contender{
			{name: ours, prepare: able(ourSplit)},
			{name: "netip, by hand", prepare: able(netipSplit)},
			{name: "netipx, next address", prepare: able(netipxSplit)},
			{name: "go-cidr, Subnet", prepare: able(goCidrSubnets)},
			{name: "go-cidr, NextSubnet", prepare: able(goCidrNextSubnets)},
			{name: "iplib, all at once", prepare: able(iplibSplit)},
		},
	}}
}

// powerOfTwo is the power of two next to n.
func powerOfTwo(n int) int {
	up := 1 << bits.Len(uint(n-1))
	if 3*up > 4*n { // n is nearer to the one below
		up /= 2
	}
	return max(up, 1)
}

// splitOf is what is split into the n blocks of an input, and their length.
func splitOf(in input) (netip.Prefix, int) {
	k := bits.Len(uint(in.n - 1))
	if in.family == cidr.IPv4 {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10}), 28-k), 28
	}
	return netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfd}), 64-k), 64
}

// A tally is what is left of the subnets, so that none can be optimised away.
type tally struct {
	n    int
	last netip.Prefix
}

func (t tally) digest() uint64 { return digest(uint64(t.n) ^ digestPrefix(t.last)) }

func ourSplit(in input) job {
	of, length := splitOf(in)
	var t tally
	return job{
		run: func() {
			t = tally{}
			subnets, err := cidr.Split(of, length)
			if err != nil {
				panic(err)
			}
			for p := range subnets {
				t.n++
				t.last = p
			}
		},
		answer: func() uint64 { return t.digest() },
	}
}
