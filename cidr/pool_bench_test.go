package cidr_test

import (
	"math/rand/v2"
	"net/netip"
	"runtime"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
)

// The benchmarks give the time of one operation in a pool of a million blocks.
const million = 1_000_000

func newPool(tb testing.TB, space ...string) *cidr.Pool {
	tb.Helper()
	p, err := cidr.NewPool(prefixes(space...)...)
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

func allocN(tb testing.TB, p *cidr.Pool, f cidr.Family, bits, n int) []netip.Prefix {
	tb.Helper()
	blocks := make([]netip.Prefix, n)
	for i := range blocks {
		q, err := p.Alloc(f, bits, cidr.FirstFit)
		if err != nil {
			tb.Fatal(err)
		}
		blocks[i] = q
	}
	return blocks
}

func releaseAll(tb testing.TB, p *cidr.Pool, blocks []netip.Prefix) {
	tb.Helper()
	for _, q := range blocks {
		if err := p.Release(q); err != nil {
			tb.Fatal(err)
		}
	}
}

func shuffled(blocks []netip.Prefix) []netip.Prefix {
	r := rand.New(rand.NewPCG(1, 2))
	r.Shuffle(len(blocks), func(i, j int) { blocks[i], blocks[j] = blocks[j], blocks[i] })
	return blocks
}

// perOp runs n operations per iteration and reports the time of one.
func perOp(b *testing.B, n int, prepare, run func()) {
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		prepare()
		runtime.GC()
		b.StartTimer()
		run()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/block")
}

func BenchmarkPool(b *testing.B) {
	for _, c := range []struct {
		name, space string
		f           cidr.Family
		bits        int
	}{
		{"v4", "10.0.0.0/8", cidr.IPv4, 28},
		{"v6", "fd00::/16", cidr.IPv6, 64},
	} {
		var p *cidr.Pool
		var blocks []netip.Prefix
		b.Run(c.name+"/alloc", func(b *testing.B) {
			perOp(b, million, func() { p = newPool(b, c.space) }, func() { blocks = allocN(b, p, c.f, c.bits, million) })
		})
		b.Run(c.name+"/free", func(b *testing.B) {
			perOp(b, million, func() { p = newPool(b, c.space); blocks = allocN(b, p, c.f, c.bits, million) },
				func() { releaseAll(b, p, blocks) })
		})
		b.Run(c.name+"/free shuffled", func(b *testing.B) {
			perOp(b, million, func() { p = newPool(b, c.space); blocks = shuffled(allocN(b, p, c.f, c.bits, million)) },
				func() { releaseAll(b, p, blocks) })
		})
		b.Run(c.name+"/realloc", func(b *testing.B) {
			perOp(b, million, func() { p = newPool(b, c.space); releaseAll(b, p, allocN(b, p, c.f, c.bits, million)) },
				func() { allocN(b, p, c.f, c.bits, million) })
		})
	}
	for _, full := range []int{90, 100} {
		b.Run(map[int]string{90: "churn at 90%", 100: "churn at 100%"}[full], func(b *testing.B) {
			p := newPool(b, "10.0.0.0/8")
			blocks := shuffled(allocN(b, p, cidr.IPv4, 28, million))
			releaseAll(b, p, blocks[million/100*full:])
			blocks = blocks[:million/100*full]
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				if err := p.Release(blocks[i]); err != nil {
					b.Fatal(err)
				}
				q, err := p.Alloc(cidr.IPv4, 28, cidr.FirstFit)
				if err != nil {
					b.Fatal(err)
				}
				blocks[i] = q
				if i++; i == len(blocks) {
					i = 0
				}
			}
		})
	}
	b.Run("mixed sizes", func(b *testing.B) {
		r := rand.New(rand.NewPCG(1, 2))
		sizes := make([]int, 15000)
		for i := range sizes {
			sizes[i] = 20 + r.IntN(9)
		}
		for _, fit := range []cidr.Fit{cidr.FirstFit, cidr.BestFit} {
			b.Run(fit.String(), func(b *testing.B) {
				var p *cidr.Pool
				perOp(b, len(sizes), func() { p = newPool(b, "10.0.0.0/8") }, func() {
					for _, n := range sizes {
						if _, err := p.Alloc(cidr.IPv4, n, fit); err != nil {
							b.Fatal(err)
						}
					}
				})
			})
		}
	})
	for _, n := range []int{10_000, million} {
		b.Run(map[int]string{10_000: "claim anywhere 10k", million: "claim anywhere 1M"}[n], func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			blocks := make([]netip.Prefix, n)
			for i := range blocks {
				a := netip.MustParseAddr("fd00::").As16()
				for j := 2; j < 8; j++ {
					a[j] = byte(r.Uint32())
				}
				blocks[i] = netip.PrefixFrom(netip.AddrFrom16(a), 64)
			}
			var p *cidr.Pool
			var before, after runtime.MemStats
			perOp(b, n, func() { p = newPool(b, "fd00::/16"); runtime.GC(); runtime.ReadMemStats(&before) }, func() {
				for _, q := range blocks {
					_ = p.Claim(q)
				}
			})
			runtime.GC()
			runtime.ReadMemStats(&after)
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n), "B/block")
			runtime.KeepAlive(p)
		})
	}
	ordered := allocN(b, newPool(b, "10.0.0.0/8"), cidr.IPv4, 28, million)
	every2nd := make([]netip.Prefix, 0, million/2)
	for i := 0; i < len(ordered); i += 2 {
		every2nd = append(every2nd, ordered[i])
	}
	var p *cidr.Pool
	b.Run("claim in order", func(b *testing.B) {
		perOp(b, million, func() { p = newPool(b, "10.0.0.0/8") }, func() {
			for _, q := range ordered {
				if err := p.Claim(q); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("exclude in order", func(b *testing.B) {
		perOp(b, len(every2nd), func() { p = newPool(b, "10.0.0.0/8") }, func() {
			for _, q := range every2nd {
				if err := p.Exclude(q); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	p = newPool(b, "10.0.0.0/8")
	for _, q := range every2nd {
		if err := p.Claim(q); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("all that is free", func(b *testing.B) {
		perOp(b, len(every2nd), func() {}, func() {
			for range p.Free() {
				continue
			}
		})
	})
	b.Run("clone", func(b *testing.B) {
		perOp(b, len(every2nd), func() {}, func() { p.Clone() })
	})
}
