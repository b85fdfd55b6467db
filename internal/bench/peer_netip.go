package main

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
)

// netip alone, as one would write it in an afternoon: either each with each, or
// sorted with the standard library and swept once. The second is what a careful
// program has today where a library is not worth it.

func netipEachAnyOverlap(in input) job {
	var found bool
	return job{
		run: func() {
			found = false
			for i, p := range in.prefixes {
				for _, q := range in.prefixes[:i] {
					if p.Overlaps(q) {
						found = true
						return
					}
				}
			}
		},
		answer: func() uint64 { return digestBool(found) },
	}
}

func netipAnyOverlap(in input) job {
	var found bool
	return job{
		run: func() {
			ps := slices.Clone(in.prefixes)
			slices.SortFunc(ps, netip.Prefix.Compare)
			found = false
			for i := 1; i < len(ps) && !found; i++ {
				found = ps[i-1].Overlaps(ps[i])
			}
		},
		answer: func() uint64 { return digestBool(found) },
	}
}

func netipEachPairs(in input) job {
	var sum pairs
	return job{
		run: func() {
			sum = 0
			for j, p := range in.prefixes {
				for i, q := range in.prefixes[:j] {
					if p.Overlaps(q) {
						sum.add(i, j)
					}
				}
			}
		},
		answer: func() uint64 { return uint64(sum) },
	}
}

func netipPairs(in input) job {
	type entry struct {
		netip.Prefix
		i int
	}
	var sum pairs
	return job{
		run: func() {
			sum = 0
			es := make([]entry, len(in.prefixes))
			for i, p := range in.prefixes {
				es[i] = entry{p, i}
			}
			slices.SortFunc(es, func(a, b entry) int {
				return cmp.Or(a.Prefix.Compare(b.Prefix), cmp.Compare(a.i, b.i))
			})
			var around []entry
			for _, e := range es {
				for len(around) > 0 && !around[len(around)-1].Contains(e.Addr()) {
					around = around[:len(around)-1]
				}
				for _, a := range around {
					sum.add(min(a.i, e.i), max(a.i, e.i))
				}
				around = append(around, e)
			}
		},
		answer: func() uint64 { return uint64(sum) },
	}
}

func netipAggregate(in input) job {
	var got []netip.Prefix
	return job{
		run: func() {
			ps := slices.Clone(in.prefixes)
			slices.SortFunc(ps, netip.Prefix.Compare)
			got = mergeSorted(ps)
		},
		answer: func() uint64 { return digestPrefixes(got) },
	}
}

// mergeSorted drops from sorted prefixes what lies in others and merges
// siblings, in place.
func mergeSorted(ps []netip.Prefix) []netip.Prefix {
	out := ps[:0]
	for _, p := range ps {
		if len(out) > 0 && out[len(out)-1].Contains(p.Addr()) {
			continue
		}
		out = append(out, p)
		for len(out) >= 2 {
			a, b := out[len(out)-2], out[len(out)-1]
			if a.Bits() != b.Bits() || a.Bits() == 0 {
				break
			}
			up := netip.PrefixFrom(a.Addr(), a.Bits()-1)
			if up.Masked() != up || !up.Contains(b.Addr()) {
				break
			}
			out = append(out[:len(out)-2], up)
		}
	}
	return out
}

func netipSplit(in input) job {
	of, length := splitOf(in)
	var t tally
	run := func() {
		t = tally{}
		b := of.Addr().As4()
		a, step := binary.BigEndian.Uint32(b[:]), uint32(1)<<(32-length)
		for range in.n {
			binary.BigEndian.PutUint32(b[:], a)
			t.n++
			t.last = netip.PrefixFrom(netip.AddrFrom4(b), length)
			a += step
		}
	}
	if of.Addr().Is6() {
		run = func() {
			t = tally{}
			b := of.Addr().As16()
			a, step := binary.BigEndian.Uint64(b[:]), uint64(1)<<(64-length)
			for range in.n {
				binary.BigEndian.PutUint64(b[:], a)
				t.n++
				t.last = netip.PrefixFrom(netip.AddrFrom16(b), length)
				a += step
			}
		}
	}
	return job{run: run, answer: func() uint64 { return t.digest() }}
}

// openScan keeps the blocks in use in a map and looks for the first that is not
// there, from the start of the space.
func openScan(space netip.Prefix, bits int) (pool[netip.Prefix], string) {
	used := make(map[netip.Prefix]bool)
	return pool[netip.Prefix]{
		alloc: func() (netip.Prefix, bool) {
			for p := netip.PrefixFrom(space.Addr(), bits); space.Contains(p.Addr()); p = after(p) {
				if !used[p] {
					used[p] = true
					return p, true
				}
			}
			return netip.Prefix{}, false
		},
		release: func(p netip.Prefix) { delete(used, p) },
		prefix:  same,
	}, ""
}

// after is the network after one that is a /28 or a /64.
func after(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4() {
		b := p.Addr().As4()
		binary.BigEndian.PutUint32(b[:], binary.BigEndian.Uint32(b[:])+16)
		return netip.PrefixFrom(netip.AddrFrom4(b), p.Bits())
	}
	b := p.Addr().As16()
	binary.BigEndian.PutUint64(b[:], binary.BigEndian.Uint64(b[:])+1)
	return netip.PrefixFrom(netip.AddrFrom16(b), p.Bits())
}
