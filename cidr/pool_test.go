package cidr_test

import (
	"errors"
	"net/netip"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
)

// The pools of a netipx.IPSet: what its RemoveFreePrefix gets wrong.

func TestNetipxGivesAnInvalidPrefixOnSuccess(t *testing.T) {
	p := newPool(t, "10.0.0.0/16")
	if q, err := p.Alloc(cidr.IPv4, 40, cidr.FirstFit); !errors.Is(err, cidr.ErrBits) || q.IsValid() {
		t.Errorf("Alloc = %v, %v", q, err)
	}
}

func TestNetipxIsBlindToTheFamily(t *testing.T) {
	p := newPool(t, "10.0.0.0/16", "2001::/20")
	if q, err := p.Alloc(cidr.IPv4, 24, cidr.BestFit); err != nil || q.String() != "10.0.0.0/24" {
		t.Errorf("Alloc = %v, %v", q, err)
	}
	if q, err := p.Alloc(cidr.IPv6, 24, cidr.BestFit); err != nil || q.String() != "2001::/24" {
		t.Errorf("Alloc = %v, %v", q, err)
	}
}

func TestNetipxHasBestFitOnly(t *testing.T) {
	for fit, want := range map[cidr.Fit]string{
		cidr.FirstFit: "10.0.0.0/24",
		cidr.BestFit:  "10.200.0.0/24",
		cidr.LastFit:  "10.200.0.0/24",
	} {
		p := newPool(t, "10.0.0.0/16", "10.200.0.0/24")
		if q, err := p.Alloc(cidr.IPv4, 24, fit); err != nil || q.String() != want {
			t.Errorf("%v: %v, %v; want %s", fit, q, err, want)
		}
	}
}

// A thousand allocations between two thousand ranges took netipx 0.7 s, four
// times what half of them took. The bound is generous: it is about the growth.
func TestNetipxIsQuadratic(t *testing.T) {
	start := time.Now()
	var space []netip.Prefix
	for i := range 50_000 {
		space = append(space, netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 8), byte(i), 0}), 25))
	}
	p, err := cidr.NewPool(space...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range space {
		if _, err := p.Alloc(cidr.IPv4, 26, cidr.Fit(i%3)); err != nil {
			t.Fatal(err)
		}
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("50,000 allocations between as many ranges took %v", took)
	}
}

func TestPoolErrors(t *testing.T) {
	full := newPool(t, "10.0.0.0/29", "fd00::/64")
	for _, q := range prefixes("10.0.0.0/30", "10.0.0.6/31", "fd00::1:0/112", "fd00::2:0/112") {
		if err := full.Claim(q); err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range prefixes("fd00::3:0/112", "fd01::/16", "10.0.0.7/32") {
		err := full.Exclude(q)
		if used := q.Addr().Is4(); used != errors.Is(err, cidr.ErrConflict) {
			t.Fatalf("Exclude(%v): %v", q, err)
		}
	}
	prefix := netip.MustParsePrefix
	alloc := func(f cidr.Family, bits int, fit cidr.Fit) error { _, err := full.Alloc(f, bits, fit); return err }
	allocIn := func(s string, bits int) error { _, err := full.AllocIn(prefix(s), bits, cidr.FirstFit); return err }
	for _, tt := range []struct {
		err  error
		kind error
		want string
	}{
		{alloc(cidr.IPv4, 30, cidr.FirstFit), cidr.ErrNoSpace, "cidr: alloc IPv4 /30: no space left, largest free block is /31 (10.0.0.4/31)"},
		{allocIn("10.0.0.0/30", 32), cidr.ErrNoSpace, "cidr: alloc IPv4 /32 in 10.0.0.0/30: no space left, nothing free"},
		{allocIn("10.0.0.4/32", 31), cidr.ErrNoSpace, "cidr: alloc IPv4 /31 in 10.0.0.4/32: no space left, largest free block is /32 (10.0.0.4/32)"},
		{allocIn("192.168.0.0/16", 24), cidr.ErrNoSpace, "cidr: alloc IPv4 /24 in 192.168.0.0/16: no space left, nothing free"},
		{alloc(0, 24, cidr.FirstFit), cidr.ErrFamily, "cidr: alloc /24: no address family (0)"},
		{alloc(cidr.IPv4, 33, cidr.FirstFit), cidr.ErrBits, "cidr: alloc IPv4 /33: want a length from 0 to 32"},
		{alloc(cidr.IPv6, -1, cidr.FirstFit), cidr.ErrBits, "cidr: alloc IPv6 /-1: want a length from 0 to 128"},
		{alloc(cidr.IPv4, 24, 99), cidr.ErrOutOfRange, "cidr: alloc IPv4 /24: Fit(99) is no fit"},
		{full.Claim(prefix("10.0.0.0/29")), cidr.ErrConflict, "cidr: claim 10.0.0.0/29: 10.0.0.0/30 in it is used"},
		{full.Claim(prefix("10.0.0.1/32")), cidr.ErrConflict, "cidr: claim 10.0.0.1/32: it lies in 10.0.0.0/30, which is used"},
		{full.Claim(prefix("10.0.0.0/30")), cidr.ErrConflict, "cidr: claim 10.0.0.0/30: it is used"},
		{full.Claim(prefix("10.1.0.0/16")), cidr.ErrConflict, "cidr: claim 10.1.0.0/16: it is outside of the pool"},
		{full.Claim(prefix("fd00::3:ff00/120")), cidr.ErrConflict, "cidr: claim fd00::3:ff00/120: it lies in fd00::3:0/112, which is excluded"},
		{full.Exclude(prefix("fd00::/8")), cidr.ErrConflict, "cidr: exclude fd00::/8: fd00::1:0/112 in it is used"},
		{full.Release(prefix("10.0.0.4/31")), cidr.ErrNotUsed, "cidr: release 10.0.0.4/31: not an allocated block: it is free"},
		{full.Release(prefix("10.0.0.0/29")), cidr.ErrNotUsed, "cidr: release 10.0.0.0/29: not an allocated block: 10.0.0.0/30 in it is used"},
		{full.Release(prefix("10.0.0.7/32")), cidr.ErrNotUsed, "cidr: release 10.0.0.7/32: not an allocated block: it lies in 10.0.0.6/31, which is used"},
		{full.Release(prefix("fd00::3:0/112")), cidr.ErrNotUsed, "cidr: release fd00::3:0/112: not an allocated block: it is excluded"},
		{full.Release(prefix("172.16.0.0/12")), cidr.ErrNotUsed, "cidr: release 172.16.0.0/12: not an allocated block: it is outside of the pool"},
	} {
		if !errors.Is(tt.err, tt.kind) || tt.err.Error() != tt.want {
			t.Errorf("got  %v\nwant %s", tt.err, tt.want)
		}
	}
}

func TestGrowErrors(t *testing.T) {
	p := newPool(t, "10.0.0.0/23", "10.1.0.0/24", "::/0")
	for _, q := range prefixes("10.0.0.0/25", "10.0.1.0/24", "10.1.0.0/24", "::/0") {
		if err := p.Claim(q); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Exclude(netip.MustParsePrefix("10.0.0.192/26")); err != nil {
		t.Fatal(err)
	}
	for q, want := range map[string]string{
		"10.0.0.0/25": "cidr: grow 10.0.0.0/25 to 10.0.0.0/24: 10.0.0.192/26 in it is excluded",
		"10.0.1.0/24": "cidr: grow 10.0.1.0/24 to 10.0.0.0/23: 10.0.0.0/25 in it is used",
		"10.1.0.0/24": "cidr: grow 10.1.0.0/24 to 10.1.0.0/23: 10.1.1.0/24 in it is outside of the pool",
		"10.0.0.0/26": "cidr: grow 10.0.0.0/26: not an allocated block: it lies in 10.0.0.0/25, which is used",
		"::/0":        "cidr: grow ::/0: it is the whole address space",
	} {
		if got, err := p.Grow(netip.MustParsePrefix(q)); err == nil || err.Error() != want || got.IsValid() {
			t.Errorf("Grow(%s) = %v, %v\nwant %s", q, got, err, want)
		}
	}
}

func TestQuarantineTimes(t *testing.T) {
	p := newPool(t, "10.0.0.0/24")
	q := netip.MustParsePrefix("10.0.0.0/28")
	if err := p.Claim(q); err != nil {
		t.Fatal(err)
	}
	for _, year := range []int{-1, 10000} {
		if err := p.Quarantine(q, time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)); !errors.Is(err, cidr.ErrOutOfRange) {
			t.Errorf("Quarantine until %d: %v", year, err)
		}
	}
	// The monotonic clock reading and the location are dropped.
	until := time.Now()
	if err := p.Quarantine(q, until); err != nil {
		t.Fatal(err)
	}
	if next, ok := p.NextReclaim(); !ok || !next.Equal(until) || next != until.UTC().Round(0) {
		t.Errorf("NextReclaim() = %v, %v", next, ok)
	}
	if got := p.Reclaim(until.Add(-1)); len(got) > 0 {
		t.Errorf("Reclaim just before: %v", got)
	}
	if got := p.Reclaim(until); !slices.Equal(got, []netip.Prefix{q}) {
		t.Errorf("Reclaim = %v", got)
	}
}

func TestConflictErrorOfOthers(t *testing.T) {
	q := netip.MustParsePrefix("10.0.0.0/24")
	err := error(&cidr.ConflictError{Prefix: q, With: q, State: cidr.Used})
	if !errors.Is(err, cidr.ErrConflict) || err.Error() != "cidr: 10.0.0.0/24: it is used" {
		t.Error(err)
	}
}

func TestPoolInvalidInputs(t *testing.T) {
	for _, tt := range []struct {
		p    netip.Prefix
		kind error
	}{
		{netip.Prefix{}, cidr.ErrInvalid},
		{netip.PrefixFrom(netip.MustParseAddr("10.0.0.0"), 33), cidr.ErrInvalid},
		{netip.MustParsePrefix("::ffff:10.0.0.0/104"), cidr.ErrMapped},
	} {
		for name, p := range map[string]*cidr.Pool{"zero": {}, "both families": newPool(t, "10.0.0.0/8", "::/0")} {
			if _, err := cidr.NewPool(tt.p); !errors.Is(err, tt.kind) {
				t.Errorf("%s: NewPool(%v): %v", name, tt.p, err)
			}
			if _, err := p.AllocIn(tt.p, 120, cidr.FirstFit); !errors.Is(err, tt.kind) {
				t.Errorf("%s: AllocIn(%v): %v", name, tt.p, err)
			}
			for op, f := range map[string]func(netip.Prefix) error{
				"Claim": p.Claim, "Exclude": p.Exclude, "Release": p.Release,
				"Grow":       func(q netip.Prefix) error { _, err := p.Grow(q); return err },
				"Quarantine": func(q netip.Prefix) error { return p.Quarantine(q, epoch) },
			} {
				if err := f(tt.p); !errors.Is(err, tt.kind) {
					t.Errorf("%s: %s(%v): %v", name, op, tt.p, err)
				}
			}
		}
	}
}

func TestPoolMasksHostBits(t *testing.T) {
	p, err := cidr.NewPool(prefixes("10.1.2.3/16")...)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Claim(netip.MustParsePrefix("10.1.7.9/24")); err != nil {
		t.Error(err)
	}
	if got := slices.Collect(p.Used()); !slices.Equal(got, prefixes("10.1.7.0/24")) {
		t.Errorf("Used() = %v", got)
	}
	if q, err := p.AllocIn(netip.MustParsePrefix("10.1.7.9/20"), 24, cidr.LastFit); err != nil || q.String() != "10.1.15.0/24" {
		t.Errorf("AllocIn = %v, %v", q, err)
	}
	if err := p.Exclude(netip.MustParsePrefix("10.1.128.1/17")); err != nil {
		t.Error(err)
	}
	if got := slices.Collect(p.Excluded()); !slices.Equal(got, prefixes("10.1.128.0/17")) {
		t.Errorf("Excluded() = %v", got)
	}
	if err := p.Release(netip.MustParsePrefix("10.1.7.1/24")); err != nil {
		t.Error(err)
	}
}

func TestZeroPool(t *testing.T) {
	var p cidr.Pool
	if _, err := p.Alloc(cidr.IPv4, 24, cidr.FirstFit); !errors.Is(err, cidr.ErrNoSpace) || !strings.HasSuffix(err.Error(), "nothing free") {
		t.Errorf("Alloc: %v", err)
	}
	q := netip.MustParsePrefix("fd00::/64")
	if err := p.Claim(q); !errors.Is(err, cidr.ErrConflict) {
		t.Errorf("Claim: %v", err)
	}
	if err := p.Release(q); !errors.Is(err, cidr.ErrNotUsed) {
		t.Errorf("Release: %v", err)
	}
	if err := p.Exclude(q); err != nil {
		t.Errorf("Exclude: %v", err)
	}
	c := p.Clone()
	for name, seq := range map[string]func(func(netip.Prefix) bool){"Free": p.Free(), "Used": c.Used(), "Excluded": p.Excluded(), "Space": c.Space()} {
		for q := range seq {
			t.Errorf("%s: %v", name, q)
		}
	}
	for _, f := range []cidr.Family{0, cidr.IPv4, cidr.IPv6, 99} {
		if n, ok := p.NumFree(f, 24); n != 0 || !ok {
			t.Errorf("NumFree(%v) = %d, %v", f, n, ok)
		}
		if q, ok := p.Largest(f); ok || q.IsValid() {
			t.Errorf("Largest(%v) = %v", f, q)
		}
		for n, blocks := range p.FreeLengths(f) {
			t.Errorf("FreeLengths(%v): %d of /%d", f, blocks, n)
		}
		if got := p.Fragmentation(f, 24); got != 0 {
			t.Errorf("Fragmentation(%v) = %v", f, got)
		}
	}
}

// A pool over all of IPv6 hands out what is IPv4-mapped like the rest, and
// takes it back.
func TestPoolTakesBackWhatItHandedOut(t *testing.T) {
	p := newPool(t, "::/0")
	q, err := p.AllocIn(netip.MustParsePrefix("::ffff:0:0:0/80"), 96, cidr.FirstFit)
	if err != nil {
		t.Fatal(err)
	}
	blocks := []netip.Prefix{q}
	for range 1<<16 - 1 {
		q, err := p.AllocIn(netip.MustParsePrefix("::/80"), 96, cidr.FirstFit)
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, q)
	}
	if !slices.ContainsFunc(blocks, func(q netip.Prefix) bool { return q.Addr().Is4In6() }) {
		q, err := p.AllocIn(netip.MustParsePrefix("::/80"), 96, cidr.FirstFit)
		if err != nil || !q.Addr().Is4In6() {
			t.Fatalf("%v, %v", q, err)
		}
		blocks = append(blocks, q)
	}
	releaseAll(t, p, blocks)
	if q, ok := p.Largest(cidr.IPv6); !ok || q.String() != "::/0" {
		t.Errorf("Largest = %v", q)
	}
}

// Of a part of the space that lies far from the others, what is free ends where
// it ends, also when one block of it is left.
func TestPoolOfFarSpaces(t *testing.T) {
	p := newPool(t, "fd00::/64", "fd80::/20")
	within := netip.MustParsePrefix("fd00::/64")
	var blocks []netip.Prefix
	for range 3 {
		q, err := p.AllocIn(within, 70, cidr.FirstFit)
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, q)
	}
	for i, want := range [][]string{
		{"fd00::/70", "fd00:0:0:0:c00::/70", "fd00:0:0:0:1000::/68", "fd00:0:0:0:2000::/67", "fd00:0:0:0:4000::/66", "fd00:0:0:0:8000::/65", "fd80::/20"},
		{"fd00::/69", "fd00:0:0:0:c00::/70", "fd00:0:0:0:1000::/68", "fd00:0:0:0:2000::/67", "fd00:0:0:0:4000::/66", "fd00:0:0:0:8000::/65", "fd80::/20"},
		{"fd00::/64", "fd80::/20"},
	} {
		if err := p.Release(blocks[i]); err != nil {
			t.Fatal(err)
		}
		if got := slices.Collect(p.Free()); !slices.Equal(got, prefixes(want...)) {
			t.Errorf("%d freed: %v, want %v", i+1, got, want)
		}
	}
}

// What is outside of the space has slots in the tree's root like all else.
func TestPoolOutside(t *testing.T) {
	p := newPool(t, "10.0.0.0/8", "fd00::/16")
	allocN(t, p, cidr.IPv4, 28, 5000)
	allocN(t, p, cidr.IPv6, 64, 5000)
	want, _ := p.MarshalText()
	for _, q := range prefixes("11.0.0.0/28", "74.0.0.16/28", "11.15.0.0/28", "11.0.0.0/30", "fd01::/64", "fd01:0:0:8::/61", "3d00::/64", "fd01:8000::/64") {
		for op, f := range map[string]func(netip.Prefix) error{
			"Claim": p.Claim, "Release": p.Release,
			"Grow": func(q netip.Prefix) error { _, err := p.Grow(q); return err },
		} {
			var c *cidr.ConflictError
			if err := f(q); !errors.As(err, &c) || c.State != cidr.Outside || c.With != q {
				t.Errorf("%s(%v): %v", op, q, err)
			}
		}
		if err := p.Exclude(q); err != nil {
			t.Errorf("Exclude(%v): %v", q, err)
		}
		if got, err := p.AllocIn(q, q.Bits(), cidr.FirstFit); !errors.Is(err, cidr.ErrNoSpace) {
			t.Errorf("AllocIn(%v) = %v, %v", q, got, err)
		}
	}
	if got, _ := p.MarshalText(); string(got) != string(want) {
		t.Errorf("the pool has changed to\n%s", got)
	}
}

func TestPoolDoesNotAllocate(t *testing.T) {
	for _, tt := range []struct {
		space string
		f     cidr.Family
		bits  int
	}{{"10.0.0.0/8", cidr.IPv4, 28}, {"fd00::/16", cidr.IPv6, 64}, {"fd00::/64", cidr.IPv6, 112}} {
		p := newPool(t, tt.space)
		blocks := shuffled(allocN(t, p, tt.f, tt.bits, 20_000))
		releaseAll(t, p, blocks)
		for _, q := range blocks[:10_000] {
			if err := p.Claim(q); err != nil {
				t.Fatal(err)
			}
		}
		i := 0
		if n := testing.AllocsPerRun(5000, func() {
			q, err := p.Alloc(tt.f, tt.bits, cidr.Fit(i%4))
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Release(blocks[i]); err != nil {
				t.Fatal(err)
			}
			blocks[i] = q
			i++
		}); n != 0 {
			t.Errorf("%s: %v allocations", tt.space, n)
		}
	}
}

// A pool takes memory by its blocks, not by its space.
func TestPoolMemory(t *testing.T) {
	for _, tt := range []struct {
		space  string
		f      cidr.Family
		length int
		blocks int
		limit  uint64
	}{
		{"fd00::/8", cidr.IPv6, 64, 10, 64 << 10},
		{"10.0.0.0/8", cidr.IPv4, 28, 1 << 20, 8 << 20},
		{"fd00::/16", cidr.IPv6, 64, 1 << 20, 96 << 20},
		{"::/0", cidr.IPv6, 128, 1 << 17, 12 << 20},
	} {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		p := newPool(t, tt.space)
		for range tt.blocks {
			if _, err := p.Alloc(tt.f, tt.length, cidr.Sparse); err != nil {
				t.Fatal(err)
			}
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		if got := after.HeapAlloc - min(before.HeapAlloc, after.HeapAlloc); got > tt.limit {
			t.Errorf("%d blocks of %s take %d bytes, more than %d", tt.blocks, tt.space, got, tt.limit)
		}
		runtime.KeepAlive(p)
	}
}

// Several readers may share a pool that nobody changes.
func TestPoolReaders(t *testing.T) {
	p := newPoolForSnapshot()
	want, _ := p.MarshalText()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 20 {
				p.Largest(cidr.IPv4)
				p.NumFree(cidr.IPv4, 24)
				p.Fragmentation(cidr.IPv4, 24)
				p.NextReclaim()
				p.Reconcile(p.Used())
				for range p.Free() {
					continue
				}
				if got, _ := p.Clone().MarshalText(); string(got) != string(want) {
					t.Errorf("got %s", got)
				}
			}
		})
	}
	wg.Wait()
}
