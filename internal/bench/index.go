package main

import (
	"iter"
	"math/rand/v2"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

// Index: which prefix is the most specific around an address, and what belongs
// to it? The table has n prefixes, each with a number; half of the addresses
// lie in one of them, the other half are random, most of them outside of all.

func indexWorkloads() []workload {
	return []workload{
		{
			name: "index: build", per: "prefix", families: both,
			kinds: []kind{random, randomSorted, routes},
			contenders: []contender{
				{name: ours, prepare: able(ourIndexBuild)},
				{name: "bart.Table", prepare: able(bartIndexBuild(newBartTable))},
				{name: "bart.Fast", prepare: able(bartIndexBuild(newBartFast))},
				{name: "bart.Lite", prepare: able(bartLiteIndexBuild)},
				{name: "cidranger", prepare: able(cidrangerIndexBuild)},
			},
		},
		{
			name: "index: look up", per: "address", families: both,
			kinds: []kind{random, routes}, setup: lookups,
			contenders: []contender{
				{name: ours, prepare: able(ourLookup)},
				{name: "bart.Table", prepare: able(bartLookupPrefix(newBartTable))},
				{name: "bart.Table, value only", prepare: able(bartLookup(newBartTable))},
				{name: "bart.Fast", prepare: able(bartLookupPrefix(newBartFast))},
				{name: "bart.Fast, value only", prepare: able(bartLookup(newBartFast))},
				{name: "bart.Lite, prefix only", prepare: able(bartLiteLookup)},
				{name: "cidranger", prepare: able(cidrangerLookup)},
			},
		},
	}
}

// lookups adds n addresses to look up.
func lookups(in *input) {
	r := rand.New(rand.NewPCG(uint64(in.family), 7))
	in.addrs = make([]netip.Addr, in.n)
	for i := range in.addrs {
		space := netip.PrefixFrom(netip.IPv4Unspecified(), 0)
		if in.family == cidr.IPv6 {
			space = netip.PrefixFrom(addr6(1<<61, 0), 3)
		}
		if r.IntN(2) == 0 {
			space = in.prefixes[r.IntN(len(in.prefixes))]
		}
		in.addrs[i] = randomAddr(r, space)
	}
}

// randomAddr is a random address of a prefix.
func randomAddr(r *rand.Rand, p netip.Prefix) netip.Addr {
	b := p.Addr().AsSlice()
	for i := range b {
		if fixed := p.Bits() - 8*i; fixed < 8 {
			b[i] |= byte(r.Uint32()) >> max(fixed, 0)
		}
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// numbered yields each prefix with its place in the list.
func numbered(ps []netip.Prefix) iter.Seq2[netip.Prefix, int] {
	return func(yield func(netip.Prefix, int) bool) {
		for i, p := range ps {
			if !yield(p, i) {
				return
			}
		}
	}
}

func ourIndex(in input) *cidr.Index[int] {
	x, err := cidr.NewIndex(numbered(in.prefixes))
	if err != nil {
		panic(err)
	}
	return x
}

func ourIndexBuild(in input) job {
	var x *cidr.Index[int]
	return job{
		run:    func() { x = ourIndex(in) },
		answer: func() uint64 { return digestLookups(in, numberIn(x)) },
	}
}

func ourLookup(in input) job {
	x := ourIndex(in)
	sum := 0
	return job{
		run: func() {
			sum = 0
			for _, a := range in.addrs {
				if p, i, ok := x.Lookup(a); ok {
					sum += i + p.Bits()
				}
			}
		},
		answer: func() uint64 { return digestLookups(in, numberIn(x)) },
	}
}

// numberIn looks the number of an address up, or -1.
func numberIn(x *cidr.Index[int]) func(netip.Addr) int {
	return func(a netip.Addr) int {
		if _, i, ok := x.Lookup(a); ok {
			return i
		}
		return -1
	}
}

// digestLookups depends on the numbers found for the first 100,000 addresses.
func digestLookups(in input, number func(netip.Addr) int) uint64 {
	if in.addrs == nil {
		lookups(&in)
	}
	h := uint64(in.n)
	for _, a := range in.addrs[:min(len(in.addrs), 100_000)] {
		h = digest(h ^ uint64(number(a)))
	}
	return h
}
