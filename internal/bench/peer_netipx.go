package main

import (
	"net/netip"

	"go4.org/netipx"
)

// netipx: its sets are built in one go; there is no test for overlaps inside a
// list, no pairs, no split.

func netipxSet(ps []netip.Prefix) *netipx.IPSet {
	var b netipx.IPSetBuilder
	for _, p := range ps {
		b.AddPrefix(p)
	}
	return netipxBuild(&b)
}

func netipxBuild(b *netipx.IPSetBuilder) *netipx.IPSet {
	s, err := b.IPSet()
	if err != nil {
		panic(err)
	}
	return s
}

func netipxAggregate(in input) job {
	var got []netip.Prefix
	return job{
		run:    func() { got = netipxSet(in.prefixes).Prefixes() },
		answer: func() uint64 { return digestPrefixes(got) },
	}
}

func netipxSetBuild(in input) job {
	var s *netipx.IPSet
	return job{
		run:    func() { s = netipxSet(in.prefixes) },
		answer: func() uint64 { return digestPrefixes(s.Prefixes()) },
	}
}

func netipxSets(operation func(b *netipx.IPSetBuilder, s *netipx.IPSet)) func(input) job {
	return func(in input) job {
		s, t := netipxSet(in.prefixes), netipxSet(in.more)
		var got *netipx.IPSet
		return job{
			run: func() {
				var b netipx.IPSetBuilder
				b.AddSet(s)
				operation(&b, t)
				got = netipxBuild(&b)
			},
			answer: func() uint64 { return digestPrefixes(got.Prefixes()) },
		}
	}
}

var (
	netipxUnion     = netipxSets((*netipx.IPSetBuilder).AddSet)
	netipxIntersect = netipxSets((*netipx.IPSetBuilder).Intersect)
	netipxSubtract  = netipxSets((*netipx.IPSetBuilder).RemoveSet)
)

// netipxSplit goes on to the address after the last one of a block.
func netipxSplit(in input) job {
	of, length := splitOf(in)
	var t tally
	return job{
		run: func() {
			t = tally{}
			p := netip.PrefixFrom(of.Addr(), length)
			for range in.n {
				t.n++
				t.last = p
				p = netip.PrefixFrom(netipx.PrefixLastIP(p).Next(), length)
			}
		},
		answer: func() uint64 { return t.digest() },
	}
}

// openNetipx allocates from a set: each allocation and each release makes a new
// set. It takes the best fit, whatever the family: the sets here have one.
func openNetipx(space netip.Prefix, bits int) (pool[netip.Prefix], string) {
	free := netipxSet([]netip.Prefix{space})
	return pool[netip.Prefix]{
		alloc: func() (netip.Prefix, bool) {
			p, rest, ok := free.RemoveFreePrefix(uint8(bits))
			free = rest
			return p, ok
		},
		release: func(p netip.Prefix) {
			var b netipx.IPSetBuilder
			b.AddSet(free)
			b.AddPrefix(p)
			free = netipxBuild(&b)
		},
		prefix: same,
	}, ""
}

func netipxMixedSizes(in input) job {
	space, lengths := mixedSizes(in)
	blocks := make([]netip.Prefix, in.n)
	var free *netipx.IPSet
	return job{
		reset: func() { free = netipxSet([]netip.Prefix{space}) },
		run: func() {
			for i, bits := range lengths {
				var ok bool
				if blocks[i], free, ok = free.RemoveFreePrefix(uint8(bits)); !ok {
					panic("no space")
				}
			}
		},
		answer: func() uint64 { return digestDisjoint(blocks, space) },
	}
}

// netipxClaims takes all the given blocks out of the space at once: one by one
// each would be a new set.
func netipxClaims(in input) job {
	free := netipxSet([]netip.Prefix{sparseSpace})
	var left *netipx.IPSet
	return job{
		run: func() {
			var b netipx.IPSetBuilder
			b.AddSet(free)
			for _, p := range in.prefixes {
				b.RemovePrefix(p)
			}
			left = netipxBuild(&b)
		},
		answer: func() uint64 {
			for _, p := range in.prefixes {
				// Not OverlapsPrefix, which looks at all ranges.
				if left.Contains(p.Addr()) || left.Contains(netipx.PrefixLastIP(p)) {
					return 0
				}
			}
			return uint64(in.n)
		},
	}
}

// netipxUnclaims puts them back.
func netipxUnclaims(in input) job {
	var b netipx.IPSetBuilder
	b.AddPrefix(sparseSpace)
	for _, p := range in.prefixes {
		b.RemovePrefix(p)
	}
	left := netipxBuild(&b)
	var free *netipx.IPSet
	return job{
		run: func() {
			var b netipx.IPSetBuilder
			b.AddSet(left)
			for _, p := range in.prefixes {
				b.AddPrefix(p)
			}
			free = netipxBuild(&b)
		},
		answer: func() uint64 { return digestBool(free.ContainsPrefix(sparseSpace)) },
	}
}
