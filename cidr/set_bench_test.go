package cidr_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
)

// randomBlocks draws n blocks of nodes and of single hosts, of all lengths
// alike, from all of IPv4 or from fd00::/8.
func randomBlocks(f cidr.Family, n int, seed uint64) []netip.Prefix {
	r := rand.New(rand.NewPCG(seed, uint64(f)))
	ps := make([]netip.Prefix, n)
	for i := range ps {
		var b [16]byte
		for k := range b[:9] {
			b[k] = byte(r.Uint32())
		}
		if f == cidr.IPv4 {
			ps[i] = netip.PrefixFrom(netip.AddrFrom4([4]byte(b[:4])), 20+r.IntN(13)).Masked()
			continue
		}
		b[0] = 0xfd
		ps[i] = netip.PrefixFrom(netip.AddrFrom16(b), 48+r.IntN(17)).Masked()
	}
	return ps
}

const benchmarkPrefixes = 1_000_000

// Time per prefix of both operands.
func BenchmarkSetOperations(b *testing.B) {
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		s, t := setOf(b, randomBlocks(f, benchmarkPrefixes, 1)...), setOf(b, randomBlocks(f, benchmarkPrefixes, 2)...)
		for _, op := range []struct {
			name string
			f    func(cidr.Set, cidr.Set) cidr.Set
		}{{"Union", cidr.Set.Union}, {"Intersect", cidr.Set.Intersect}, {"Subtract", cidr.Set.Subtract}} {
			b.Run(fmt.Sprintf("%v/%s", f, op.name), func(b *testing.B) {
				for b.Loop() {
					op.f(s, t)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(2*benchmarkPrefixes), "ns/prefix")
			})
		}
	}
}

func BenchmarkSetOf(b *testing.B) {
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		ps := randomBlocks(f, benchmarkPrefixes, 1)
		b.Run(f.String(), func(b *testing.B) {
			for b.Loop() {
				setOf(b, ps...)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchmarkPrefixes, "ns/prefix")
		})
	}
}

func BenchmarkSetPrefixes(b *testing.B) {
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		s := setOf(b, randomBlocks(f, benchmarkPrefixes, 1)...)
		b.Run(f.String(), func(b *testing.B) {
			n := 0
			for b.Loop() {
				for range s.Prefixes() {
					n++
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/prefix")
		})
	}
}

func BenchmarkSetLookups(b *testing.B) {
	for _, n := range []int{1000, benchmarkPrefixes} {
		for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
			s := setOf(b, randomBlocks(f, n, 1)...)
			ps := randomBlocks(f, 1<<12, 3)
			for name, look := range map[string]func(netip.Prefix) bool{
				"Contains":       func(p netip.Prefix) bool { return s.Contains(p.Addr()) },
				"ContainsPrefix": s.ContainsPrefix,
				"Overlaps":       s.Overlaps,
			} {
				b.Run(fmt.Sprintf("%d/%v/%s", n, f, name), func(b *testing.B) {
					for i := 0; b.Loop(); i++ {
						look(ps[i%len(ps)])
					}
				})
			}
		}
	}
}
