package main

import (
	"github.com/kubecidr/kubecidr/cidr"
)

// Any overlap: do any two of n prefixes share an address? All overlapping
// pairs: which two do?

func overlapWorkloads() []workload {
	return []workload{
		{
			name: "any overlap", per: "prefix", families: both,
			kinds:      []kind{disjoint, disjointSorted, disjointReversed},
			contenders: overlapContenders(),
		},
		{
			// Whoever takes one prefix after the other stops at the second or
			// a few hundred later. Ours sorts all, to say which pair is the
			// first in address order.
			name: "any overlap of many", per: "prefix", families: both,
			kinds:      []kind{routes, equal},
			contenders: overlapContenders(),
		},
		{
			name: "all overlapping pairs", per: "prefix", families: both,
			kinds:      []kind{random, randomSorted, randomReversed, routes, nested},
			contenders: pairContenders(),
		},
		{
			name: "all overlapping pairs", per: "pair", families: both,
			kinds:      []kind{equal},
			contenders: perPair(pairContenders()),
		},
	}
}

func overlapContenders() []contender {
	return []contender{
		{name: ours, prepare: able(ourAnyOverlap)},
		{name: "netip, sorted by hand", prepare: able(netipAnyOverlap)},
		{name: "netip, each with each", prepare: able(netipEachAnyOverlap), quadratic: true},
		{name: "bart.Table", prepare: able(bartAnyOverlap(newBartTable))},
		{name: "bart.Fast", prepare: able(bartAnyOverlap(newBartFast))},
		{name: "bart.Lite", prepare: able(bartLiteAnyOverlap)},
		{name: "cidranger", prepare: able(cidrangerAnyOverlap)},
		{name: "go-cidr", prepare: able(goCidrAnyOverlap), quadratic: true},
		{name: "iplib", prepare: able(iplibAnyOverlap), quadratic: true},
	}
}

func pairContenders() []contender {
	return []contender{
		{name: ours, prepare: able(ourPairs)},
		{name: "netip, sorted by hand", prepare: able(netipPairs)},
		{name: "netip, each with each", prepare: able(netipEachPairs), quadratic: true},
		{name: "bart.Table", prepare: able(bartPairs(newBartTable)), differs: losesEqual},
		{name: "bart.Fast", prepare: able(bartPairs(newBartFast)), differs: losesEqual},
		{name: "cidranger", prepare: able(cidrangerPairs), differs: losesEqual},
		{name: "iplib", prepare: able(iplibPairs), quadratic: true},
	}
}

// perPair measures contenders where every two prefixes are a pair: for each
// pair, and not for more prefixes than there is time for.
func perPair(cs []contender) []contender {
	for i, c := range cs {
		cs[i].quadratic = true
		cs[i].prepare = func(in input) (job, string) {
			j, why := c.prepare(in)
			j.elements = in.n * (in.n - 1) / 2
			return j, why
		}
	}
	return cs
}

// losesEqual: a table of bart and a ranger have one place for each prefix.
func losesEqual(in input) string {
	if in.kind == equal.name {
		return "wrong: a second owner of a prefix replaces the first"
	}
	return ""
}

const ours = "kubecidr"

func ourAnyOverlap(in input) job {
	var err error
	return job{
		run:    func() { err = cidr.Disjoint(in.prefixes...) },
		answer: func() uint64 { return digestBool(err != nil) },
	}
}

func ourPairs(in input) job {
	var sum pairs
	return job{
		run: func() {
			sum = 0
			seq, err := cidr.Overlaps(in.prefixes)
			if err != nil {
				panic(err)
			}
			for i, j := range seq {
				sum.add(i, j)
			}
		},
		answer: func() uint64 { return uint64(sum) },
	}
}
