package main

import (
	"math/rand/v2"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// Sparse pool: /64 blocks in a /16, which has 2^48 of them. Nothing can be laid
// out for all: what is kept has to grow with the blocks in use.

var sparseSpace = netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfd}), 16)

// scattered are random /64s of that space.
var scattered = kind{"given blocks", func(f cidr.Family, n int) []netip.Prefix {
	r := source(f, n)
	return distinct(n, func() netip.Prefix { return prefix6(0xfd<<56|r.Uint64()>>16, 0, 64) })
}}

func sparsePoolWorkloads() []workload {
	v6 := []cidr.Family{cidr.IPv6}
	one := []kind{nothing}
	inSpace := func(name string, open opener[netip.Prefix], timed phase) contender {
		return contender{name: name, prepare: func(in input) (job, string) {
			return fillJob(in, sparseSpace, 64, open, timed)
		}}
	}
	slow := func(c contender) contender { c.quadratic = true; return c }
	return []workload{
		{name: "sparse pool: allocate, first fit", per: "block", families: v6, kinds: one, contenders: []contender{
			inSpace(ours, openOurs(cidr.FirstFit), allocate),
			inSpace("netipx", openNetipx, allocate),
			slow(inSpace("netip, map and scan", openScan, allocate)),
		}},
		{name: "sparse pool: free, in random order", per: "block", families: v6, kinds: one, contenders: []contender{
			inSpace(ours, openOurs(cidr.FirstFit), freeShuffled),
			slow(inSpace("netipx", openNetipx, freeShuffled)),
			slow(inSpace("netip, map and scan", openScan, freeShuffled)),
		}},
		{name: "sparse pool: allocate, far apart", per: "block", families: v6, kinds: one, contenders: []contender{
			inSpace(ours, openOurs(cidr.Sparse), allocate),
		}},
		{name: "sparse pool: free what is far apart", per: "block", families: v6, kinds: one, contenders: []contender{
			inSpace(ours, openOurs(cidr.Sparse), freeShuffled),
		}},
		{name: "sparse pool: claim", per: "block", families: v6, kinds: []kind{scattered}, contenders: []contender{
			{name: ours, prepare: able(ourClaims)},
			{name: "bart.Lite", prepare: able(bartLiteClaims)},
			{name: "netipx, all at once", prepare: able(netipxClaims)},
		}},
		{name: "sparse pool: free what was claimed", per: "block", families: v6, kinds: []kind{scattered}, contenders: []contender{
			{name: ours, prepare: able(ourUnclaims)},
			{name: "bart.Lite", prepare: able(bartLiteUnclaims)},
			{name: "netipx, all at once", prepare: able(netipxUnclaims)},
		}},
	}
}

func newSparsePool() *cidr.Pool {
	p, err := cidr.NewPool(sparseSpace)
	if err != nil {
		panic(err)
	}
	return p
}

func claimAll(p *cidr.Pool, ps []netip.Prefix) {
	for _, q := range ps {
		if err := p.Claim(q); err != nil {
			panic(err)
		}
	}
}

func ourClaims(in input) job {
	var p *cidr.Pool
	return job{
		reset: func() { p = newSparsePool() },
		run:   func() { claimAll(p, in.prefixes) },
		answer: func() uint64 {
			used := cidr.Aggregate(slices.Collect(p.Used()))
			if !slices.Equal(used, cidr.Aggregate(in.prefixes)) {
				return 0
			}
			return uint64(in.n)
		},
	}
}

func ourUnclaims(in input) job {
	var p *cidr.Pool
	given := slices.Clone(in.prefixes)
	rand.New(rand.NewPCG(1, 1)).Shuffle(len(given), func(i, j int) { given[i], given[j] = given[j], given[i] })
	return job{
		reset: func() { p = newSparsePool(); claimAll(p, given) },
		run: func() {
			for _, q := range in.prefixes {
				if err := p.Release(q); err != nil {
					panic(err)
				}
			}
		},
		answer: func() uint64 { return digestBool(slices.Equal(slices.Collect(p.Free()), []netip.Prefix{sparseSpace})) },
	}
}
