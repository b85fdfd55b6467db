package main

import (
	"net/netip"

	"github.com/c-robinson/iplib"
	"github.com/kubecidr/kubecidr/cidr"
)

// iplib: networks over net.IPNet. It compares two at a time and knows no sets.

func iplibNets(ps []netip.Prefix) []iplib.Net {
	nets := make([]iplib.Net, len(ps))
	for i, p := range ps {
		nets[i] = iplib.NewNet(p.Addr().AsSlice(), p.Bits())
	}
	return nets
}

func iplibOverlap(a, b iplib.Net) bool { return a.ContainsNet(b) || b.ContainsNet(a) }

func iplibAnyOverlap(in input) job {
	nets := iplibNets(in.prefixes)
	var found bool
	return job{
		run: func() {
			found = false
			for i, a := range nets {
				for _, b := range nets[:i] {
					if iplibOverlap(a, b) {
						found = true
						return
					}
				}
			}
		},
		answer: func() uint64 { return digestBool(found) },
	}
}

func iplibPairs(in input) job {
	nets := iplibNets(in.prefixes)
	var sum pairs
	return job{
		run: func() {
			sum = 0
			for j, a := range nets {
				for i, b := range nets[:j] {
					if iplibOverlap(a, b) {
						sum.add(i, j)
					}
				}
			}
		},
		answer: func() uint64 { return uint64(sum) },
	}
}

func iplibSplit(in input) job {
	of, length := splitOf(in)
	var t tally
	run := func() {
		nets, err := iplib.NewNet4(of.Addr().AsSlice(), of.Bits()).Subnet(length)
		if err != nil {
			panic(err)
		}
		t = tally{len(nets), prefixOf(&nets[len(nets)-1].IPNet)}
	}
	if in.family == cidr.IPv6 {
		run = func() {
			nets, err := iplib.NewNet6(of.Addr().AsSlice(), of.Bits(), 0).Subnet(length, 0)
			if err != nil {
				panic(err)
			}
			t = tally{len(nets), prefixOf(&nets[len(nets)-1].IPNet)}
		}
	}
	return job{run: run, answer: func() uint64 { return t.digest() }}
}
