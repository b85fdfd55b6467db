package main

import (
	"net"
	"net/netip"

	"github.com/yl2chen/cidranger"
)

// cidranger: a trie over net.IPNet. A prefix that is inserted twice is there
// once.

// cidrangerEntry knows where its prefix stood.
type cidrangerEntry struct {
	net.IPNet
	i int
}

func (e *cidrangerEntry) Network() net.IPNet { return e.IPNet }

func cidrangerEntries(in input) []cidrangerEntry {
	es := make([]cidrangerEntry, len(in.prefixes))
	for i, n := range ipNets(in.prefixes) {
		es[i] = cidrangerEntry{*n, i}
	}
	return es
}

func cidrangerInsert(r cidranger.Ranger, e *cidrangerEntry) {
	if err := r.Insert(e); err != nil {
		panic(err)
	}
}

// cidrangerAnyOverlap asks for the networks around the first address and for
// those inside before each insertion.
func cidrangerAnyOverlap(in input) job {
	es := cidrangerEntries(in)
	var found bool
	return job{
		run: func() {
			found = false
			r := cidranger.NewPCTrieRanger()
			for i := range es {
				around, err := r.Contains(es[i].IP)
				if err != nil {
					panic(err)
				}
				inside, err := r.CoveredNetworks(es[i].IPNet)
				if err != nil {
					panic(err)
				}
				if around || len(inside) > 0 {
					found = true
					return
				}
				cidrangerInsert(r, &es[i])
			}
		},
		answer: func() uint64 { return digestBool(found) },
	}
}

func cidrangerPairs(in input) job {
	es := cidrangerEntries(in)
	var sum pairs
	return job{
		run: func() {
			sum = 0
			r := cidrangerOf(es)
			for i := range es {
				inside, err := r.CoveredNetworks(es[i].IPNet)
				if err != nil {
					panic(err)
				}
				for _, e := range inside {
					if j := e.(*cidrangerEntry).i; j != i {
						sum.add(min(i, j), max(i, j))
					}
				}
			}
		},
		answer: func() uint64 { return uint64(sum) },
	}
}

func cidrangerOf(es []cidrangerEntry) cidranger.Ranger {
	r := cidranger.NewPCTrieRanger()
	for i := range es {
		cidrangerInsert(r, &es[i])
	}
	return r
}

// cidrangerLookUp takes the last of the networks around an address, which come
// from the shortest to the longest.
func cidrangerLookUp(r cidranger.Ranger, ip net.IP) int {
	around, err := r.ContainingNetworks(ip)
	if err != nil {
		panic(err)
	}
	if len(around) == 0 {
		return -1
	}
	return around[len(around)-1].(*cidrangerEntry).i
}

func cidrangerNumber(r cidranger.Ranger) func(netip.Addr) int {
	return func(a netip.Addr) int { return cidrangerLookUp(r, a.AsSlice()) }
}

func cidrangerIndexBuild(in input) job {
	es := cidrangerEntries(in)
	var r cidranger.Ranger
	return job{
		run:    func() { r = cidrangerOf(es) },
		answer: func() uint64 { return digestLookups(in, cidrangerNumber(r)) },
	}
}

func cidrangerLookup(in input) job {
	r := cidrangerOf(cidrangerEntries(in))
	ips := make([]net.IP, len(in.addrs))
	for i, a := range in.addrs {
		ips[i] = a.AsSlice()
	}
	sum := 0
	return job{
		run: func() {
			sum = 0
			for _, ip := range ips {
				sum += cidrangerLookUp(r, ip)
			}
		},
		answer: func() uint64 { return digestLookups(in, cidrangerNumber(r)) },
	}
}
