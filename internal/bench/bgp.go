package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/kubecidr/kubecidr/cidr"
)

// A routing table like that of the Internet, a fifth of its size. It is made
// up: no line of it is anybody's route. What it has from the real one is how
// many prefixes there are of each length, how many of them lie in others, how
// many stand in rows, and how unevenly they are spread.
//
// These figures were counted in the full table, 901,899 IPv4 and 160,147 IPv6
// prefixes, that github.com/gaissmai/bart v0.30.0 has for its own tests
// (internal/tests/testdata/prefixes.txt.gz). There, 50.7 % of the IPv4 prefixes
// and 56.9 % of the IPv6 prefixes lie in another one, and 54.4 % and 50.3 %
// follow a neighbour of their own length without a gap. Geoff Huston's reports,
// https://bgp.potaroo.net/v6/as2.0/, agree: 56 to 58 % more specifics and an
// average length of 42.9 in IPv6, where this table has 56.9 % and 42.6.
const (
	routes4 = 180_000
	routes6 = 32_000
)

// lengths4 and lengths6 say how many prefixes of each length the table has.
var lengths4 = map[int]int{
	8: 16, 9: 13, 10: 38, 11: 103, 12: 299, 13: 581, 14: 1203, 15: 2100,
	16: 13490, 17: 8235, 18: 13798, 19: 24870, 20: 42611, 21: 50750, 22: 108623,
	23: 96510, 24: 537698, 25: 20, 26: 3, 27: 11, 28: 18, 29: 17, 30: 3, 31: 3,
	32: 886,
}

var lengths6 = map[int]int{
	16: 1, 19: 1, 20: 16, 21: 3, 22: 7, 23: 8, 24: 30, 25: 8, 26: 15, 27: 20,
	28: 193, 29: 4371, 30: 650, 31: 284, 32: 22548, 33: 2926, 34: 2603, 35: 1043,
	36: 5996, 37: 880, 38: 1617, 39: 1377, 40: 13418, 41: 903, 42: 2301, 43: 1001,
	44: 14365, 45: 1553, 46: 3039, 47: 3153, 48: 75488, 49: 11, 50: 3, 52: 1,
	55: 1, 56: 24, 58: 20, 60: 2, 64: 184, 112: 2, 122: 1, 124: 4, 125: 9, 126: 19,
	127: 42, 128: 6,
}

// A crowd is the first 8 or 16 bits that many prefixes start with, and how many.
type crowd struct {
	lead  uint64
	count int
}

// crowded4 and crowded6 have the twelve largest crowds. The rest is spread evenly: over the unicast /8s, or
// the first /16s of each registry's /12.
var crowded4 = []crowd{
	{103, 38520}, {185, 32643}, {45, 25609}, {192, 14143}, {202, 13867}, {203, 13837},
	{190, 13576}, {193, 12257}, {200, 11724}, {91, 11139}, {177, 10444}, {194, 10308},
}

var crowded6 = []crowd{
	{0x2001, 20151}, {0x2804, 18064}, {0x2409, 10038}, {0x2a02, 7663}, {0x2402, 7519},
	{0x2408, 7256}, {0x2600, 5894}, {0x2401, 5270}, {0x240a, 4494}, {0x2400, 3646},
	{0x2806, 3301}, {0x2a00, 3247},
}

// routeTable makes the table up, in address order, IPv4 first. It is the same
// every time.
func routeTable() []netip.Prefix {
	evenly4, evenly6 := make([]uint64, 0, 220), make([]uint64, 0, 48)
	for octet := uint64(1); octet < 224; octet++ {
		if octet != 10 && octet != 127 {
			evenly4 = append(evenly4, octet)
		}
	}
	for _, registry := range []uint64{0x2400, 0x2600, 0x2800, 0x2a00, 0x2c00, 0x2001} {
		for i := range uint64(8) {
			evenly6 = append(evenly6, registry+i)
		}
	}
	t4 := table{
		r: rand.New(rand.NewPCG(4, 4)), family: cidr.IPv4, lead: 8,
		lengths: lengths4, crowded: crowded4, evenly: evenly4,
		inside: 0.49, row: 0.715,
	}
	t6 := table{
		r: rand.New(rand.NewPCG(6, 6)), family: cidr.IPv6, lead: 16,
		lengths: lengths6, crowded: crowded6, evenly: evenly6,
		inside: 0.605, row: 0.635,
	}
	ps := slices.Concat(t4.grow(routes4), t6.grow(routes6))
	slices.SortFunc(ps, netip.Prefix.Compare)
	return ps
}

// A table grows from its short prefixes to the long ones, so that what a prefix
// may lie in is there before it.
type table struct {
	r       *rand.Rand
	family  cidr.Family
	lead    int // bits of crowded and evenly
	lengths map[int]int
	crowded []crowd
	evenly  []uint64
	inside  float64 // the part that is put into another prefix
	row     float64 // how often the next one stands right after the last

	total int // of lengths
	seen  map[netip.Prefix]bool
	all   []netip.Prefix
}

func (t *table) grow(n int) []netip.Prefix {
	t.seen = make(map[netip.Prefix]bool, n)
	for _, count := range t.lengths {
		t.total += count
	}
	for bits := range t.family.BitLen() + 1 {
		t.add(bits, (t.lengths[bits]*n+t.total/2)/t.total)
	}
	return t.all
}

// add adds prefixes of one length, in rows of neighbours.
func (t *table) add(bits, count int) {
	shorter := t.all // those of the same length do not count
	for count > 0 {
		in := t.anywhere()
		if len(shorter) > 0 && t.r.Float64() < t.inside {
			in = shorter[t.r.IntN(len(shorter))]
			// A hundred networks in a row below a /8 are one operator's habit,
			// not the rule: most lie not much deeper than what they lie in.
			if bits-in.Bits() > 20 {
				continue
			}
		}
		if in.Bits() > bits {
			in = netip.PrefixFrom(in.Addr(), bits).Masked()
		}
		p := t.random(in, bits)
		for count > 0 && in.Overlaps(p) && !t.seen[p] {
			t.seen[p] = true
			t.all = append(t.all, p)
			count--
			next, ok := cidr.Next(p)
			if !ok || t.r.Float64() >= t.row {
				break
			}
			p = next
		}
	}
}

// anywhere is the /8 or /16 for a prefix that lies in no other by intent.
func (t *table) anywhere() netip.Prefix {
	x := t.r.IntN(t.total)
	for _, c := range t.crowded {
		if x -= c.count; x < 0 {
			return t.leading(c.lead)
		}
	}
	return t.leading(t.evenly[t.r.IntN(len(t.evenly))])
}

func (t *table) leading(lead uint64) netip.Prefix {
	if t.family == cidr.IPv4 {
		return prefix4(uint32(lead)<<24, 8)
	}
	return prefix6(lead<<48, 0, 16)
}

// random is a random network of a length in another. Of the long IPv6 networks
// only the first 64 bits are random.
func (t *table) random(in netip.Prefix, bits int) netip.Prefix {
	if t.family == cidr.IPv4 {
		b := in.Addr().As4()
		return prefix4(binary.BigEndian.Uint32(b[:])|uint32(t.r.Uint64()>>32>>in.Bits()), bits)
	}
	b := in.Addr().As16()
	return prefix6(binary.BigEndian.Uint64(b[:8])|t.r.Uint64()>>in.Bits(), binary.BigEndian.Uint64(b[8:]), bits)
}

// The table as it is kept: one prefix a line, in address order.
//
//go:embed testdata/bgp.txt.gz
var routesGzip []byte

// readRoutes unpacks the table.
var readRoutes = sync.OnceValue(func() []netip.Prefix {
	z, err := gzip.NewReader(bytes.NewReader(routesGzip))
	if err != nil {
		panic(err) // it is part of the program
	}
	var ps []netip.Prefix
	lines := bufio.NewScanner(z)
	for lines.Scan() {
		ps = append(ps, netip.MustParsePrefix(lines.Text()))
	}
	if err := lines.Err(); err != nil {
		panic(err)
	}
	return ps
})

// routeText is the table as text.
func routeText(ps []netip.Prefix) []byte {
	var b strings.Builder
	for _, p := range ps {
		fmt.Fprintln(&b, p)
	}
	return []byte(b.String())
}

// routeList returns n random routes of a family, in random order: all, if there
// are no more.
func routeList(f cidr.Family, n int) []netip.Prefix {
	var ps []netip.Prefix
	for _, p := range readRoutes() {
		if cidr.FamilyOf(p) == f {
			ps = append(ps, p)
		}
	}
	source(f, n).Shuffle(len(ps), func(i, j int) { ps[i], ps[j] = ps[j], ps[i] })
	return ps[:min(n, len(ps)):min(n, len(ps))]
}
