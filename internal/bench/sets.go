package main

import (
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// Sets: the union, intersection and difference of two sets that are there. Each
// is made of n/2 prefixes; in IPv4 of a million, most of one overlap one of the
// other.

func setWorkloads() []workload {
	operation := func(name string, contenders ...contender) workload {
		return workload{
			name: "sets: " + name, per: "prefix", families: both,
			kinds: []kind{halves, halfRoutes}, setup: halve, contenders: contenders,
		}
	}
	build := workload{
		name: "sets: build", per: "prefix", families: both, kinds: []kind{disjoint, disjointSorted, routes},
		contenders: []contender{
			{name: ours, prepare: able(ourSetBuild)},
			{name: "netipx", prepare: able(netipxSetBuild)},
			{name: "bart.Lite", prepare: able(bartLiteSetBuild)},
		},
	}
	return []workload{
		build,
		operation("union",
			contender{name: ours, prepare: able(ourSets(cidr.Set.Union))},
			contender{name: "netipx", prepare: able(netipxUnion)},
			contender{name: "bart.Lite", prepare: able(bartLiteUnion)}),
		operation("intersect",
			contender{name: ours, prepare: able(ourSets(cidr.Set.Intersect))},
			contender{name: "netipx", prepare: able(netipxIntersect)}),
		operation("subtract",
			contender{name: ours, prepare: able(ourSets(cidr.Set.Subtract))},
			contender{name: "netipx", prepare: able(netipxSubtract)}),
	}
}

// halves are two sets of n/2 prefixes, each in random cells. Where there are
// more cells than prefixes, half of the cells of one are the other's too.
var halves = kind{"random cells", func(f cidr.Family, n int) []netip.Prefix {
	a := disjointList(f, n/2)
	b := inCells(source(f, n+1), f, n/2)
	r := source(f, n+2)
	for i := range b {
		if r.IntN(2) == 0 {
			// Around a prefix of the first set, or inside it.
			bits := max(a[i].Bits()-r.IntN(3), cellBits(f))
			b[i] = netip.PrefixFrom(a[i].Addr(), bits).Masked()
		}
	}
	return slices.Concat(a, b)
}}

func cellBits(f cidr.Family) int {
	if f == cidr.IPv4 {
		return 20
	}
	return 48
}

// halfRoutes are two random halves of the routing table.
var halfRoutes = kind{routes.name, routeList}

func halve(in *input) {
	k := len(in.prefixes) / 2
	in.prefixes, in.more = in.prefixes[:k], in.prefixes[k:]
}

func ourSet(ps []netip.Prefix) cidr.Set {
	s, err := cidr.SetOf(ps...)
	if err != nil {
		panic(err)
	}
	return s
}

func ourSetBuild(in input) job {
	var s cidr.Set
	return job{
		run:    func() { s = ourSet(in.prefixes) },
		answer: func() uint64 { return digestPrefixes(slices.Collect(s.Prefixes())) },
	}
}

func ourSets(operation func(s, t cidr.Set) cidr.Set) func(input) job {
	return func(in input) job {
		a, b := ourSet(in.prefixes), ourSet(in.more)
		var s cidr.Set
		return job{
			run:    func() { s = operation(a, b) },
			answer: func() uint64 { return digestPrefixes(slices.Collect(s.Prefixes())) },
		}
	}
}
