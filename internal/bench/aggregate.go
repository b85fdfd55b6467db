package main

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

// Aggregate: the fewest prefixes that cover exactly the addresses of n
// prefixes, in address order.

func aggregateWorkloads() []workload {
	return []workload{{
		name: "aggregate", per: "prefix", families: both,
		kinds: []kind{random, randomSorted, randomReversed, routes, nested, equal},
		contenders: []contender{
			{name: ours, prepare: able(ourAggregate)},
			{name: "netip, sorted by hand", prepare: able(netipAggregate)},
			{name: "netipx", prepare: able(netipxAggregate)},
			{name: "bart.Lite", prepare: able(bartLiteAggregate)},
		},
	}}
}

func ourAggregate(in input) job {
	var got []netip.Prefix
	return job{
		run:    func() { got = cidr.Aggregate(in.prefixes) },
		answer: func() uint64 { return digestPrefixes(got) },
	}
}
