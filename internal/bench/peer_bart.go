package main

import (
	"iter"
	"maps"
	"net/netip"
	"slices"

	"github.com/gaissmai/bart"
)

// bart: routing tables. A prefix that is inserted twice is there once.

// bartTable is what Table and Fast have in common: they keep a value for each
// prefix, Lite does not.
type bartTable interface {
	Insert(netip.Prefix, int)
	OverlapsPrefix(netip.Prefix) bool
	Supernets(netip.Prefix) iter.Seq2[netip.Prefix, int]
	Lookup(netip.Addr) (int, bool)
	LookupPrefixLPM(netip.Prefix) (netip.Prefix, int, bool)
}

func newBartTable() bartTable { return new(bart.Table[int]) }
func newBartFast() bartTable  { return new(bart.Fast[int]) }

func bartAnyOverlap(empty func() bartTable) func(input) job {
	return func(in input) job {
		var found bool
		return job{
			run: func() {
				found = false
				t := empty()
				for i, p := range in.prefixes {
					if t.OverlapsPrefix(p) {
						found = true
						return
					}
					t.Insert(p, i)
				}
			},
			answer: func() uint64 { return digestBool(found) },
		}
	}
}

func bartLiteAnyOverlap(in input) job {
	var found bool
	return job{
		run: func() {
			found = false
			t := new(bart.Lite)
			for _, p := range in.prefixes {
				if t.OverlapsPrefix(p) {
					found = true
					return
				}
				t.Insert(p)
			}
		},
		answer: func() uint64 { return digestBool(found) },
	}
}

func bartPairs(empty func() bartTable) func(input) job {
	return func(in input) job {
		var sum pairs
		return job{
			run: func() {
				sum = 0
				t := bartOf(empty, in.prefixes)
				for j, p := range in.prefixes {
					for _, i := range t.Supernets(p) {
						if i != j {
							sum.add(min(i, j), max(i, j))
						}
					}
				}
			},
			answer: func() uint64 { return uint64(sum) },
		}
	}
}

func bartLiteOf(ps []netip.Prefix) *bart.Lite {
	t := new(bart.Lite)
	for _, p := range ps {
		t.Insert(p)
	}
	return t
}

func bartLiteAggregate(in input) job {
	var got []netip.Prefix
	return job{
		run: func() {
			t := bartLiteOf(in.prefixes)
			t.Aggregate()
			got = make([]netip.Prefix, 0, t.Size())
			for p := range t.AllSorted() {
				got = append(got, p)
			}
		},
		answer: func() uint64 { return digestPrefixes(got) },
	}
}

func bartLiteSetBuild(in input) job {
	var t *bart.Lite
	return job{
		run: func() { t = bartLiteOf(in.prefixes); t.Aggregate() },
		answer: func() uint64 {
			return digestPrefixes(slices.Collect(t.AllSorted()))
		},
	}
}

// bartLiteUnion leaves the operands as they are, as sets do. The result has
// every prefix of both: what it covers is compared, not what it is made of.
func bartLiteUnion(in input) job {
	a, b := bartLiteOf(in.prefixes), bartLiteOf(in.more)
	var t *bart.Lite
	return job{
		run:    func() { t = a.UnionPersist(b) },
		answer: func() uint64 { return digestCover(slices.Collect(t.All())) },
	}
}

func bartOf(empty func() bartTable, ps []netip.Prefix) bartTable {
	t := empty()
	for i, p := range ps {
		t.Insert(p, i)
	}
	return t
}

func bartNumber(t bartTable) func(netip.Addr) int {
	return func(a netip.Addr) int {
		if i, ok := t.Lookup(a); ok {
			return i
		}
		return -1
	}
}

func bartIndexBuild(empty func() bartTable) func(input) job {
	return func(in input) job {
		var t bartTable
		return job{
			run:    func() { t = bartOf(empty, in.prefixes) },
			answer: func() uint64 { return digestLookups(in, bartNumber(t)) },
		}
	}
}

// bartLookupPrefix finds the prefix and its value, as our index does.
func bartLookupPrefix(empty func() bartTable) func(input) job {
	return func(in input) job {
		t := bartOf(empty, in.prefixes)
		bits := in.family.BitLen()
		sum := 0
		return job{
			run: func() {
				sum = 0
				for _, a := range in.addrs {
					if p, i, ok := t.LookupPrefixLPM(netip.PrefixFrom(a, bits)); ok {
						sum += i + p.Bits()
					}
				}
			},
			answer: func() uint64 { return digestLookups(in, bartNumber(t)) },
		}
	}
}

// bartLookup finds the value alone.
func bartLookup(empty func() bartTable) func(input) job {
	return func(in input) job {
		t := bartOf(empty, in.prefixes)
		sum := 0
		return job{
			run: func() {
				sum = 0
				for _, a := range in.addrs {
					if i, ok := t.Lookup(a); ok {
						sum += i
					}
				}
			},
			answer: func() uint64 { return digestLookups(in, bartNumber(t)) },
		}
	}
}

// bartLiteNumber looks the prefix up and then its number, which Lite has not.
func bartLiteNumber(in input, t *bart.Lite) func(netip.Addr) int {
	numbers := maps.Collect(numbered(in.prefixes))
	return func(a netip.Addr) int {
		if p, ok := t.LookupPrefixLPM(netip.PrefixFrom(a, in.family.BitLen())); ok {
			return numbers[p]
		}
		return -1
	}
}

func bartLiteIndexBuild(in input) job {
	var t *bart.Lite
	return job{
		run:    func() { t = bartLiteOf(in.prefixes) },
		answer: func() uint64 { return digestLookups(in, bartLiteNumber(in, t)) },
	}
}

func bartLiteLookup(in input) job {
	t := bartLiteOf(in.prefixes)
	bits := in.family.BitLen()
	sum := 0
	return job{
		run: func() {
			sum = 0
			for _, a := range in.addrs {
				if p, ok := t.LookupPrefixLPM(netip.PrefixFrom(a, bits)); ok {
					sum += p.Bits()
				}
			}
		},
		answer: func() uint64 { return digestLookups(in, bartLiteNumber(in, t)) },
	}
}

// bartLiteClaims keeps the blocks in use in a table.
func bartLiteClaims(in input) job {
	var t *bart.Lite
	return job{
		reset: func() { t = new(bart.Lite) },
		run: func() {
			for _, p := range in.prefixes {
				if t.OverlapsPrefix(p) {
					panic("in use")
				}
				t.Insert(p)
			}
		},
		answer: func() uint64 { return uint64(t.Size()) },
	}
}

func bartLiteUnclaims(in input) job {
	var t *bart.Lite
	return job{
		reset: func() { t = bartLiteOf(in.prefixes) },
		run: func() {
			for _, p := range in.prefixes {
				if !t.Get(p) {
					panic("not in use")
				}
				t.Delete(p)
			}
		},
		answer: func() uint64 { return digestBool(t.Size() == 0) },
	}
}
