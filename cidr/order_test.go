package cidr

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// Enough prefixes for the radix sort, in every number of words that they may
// need, and in the orders that could upset it. Sorting by comparison says what
// is right.
func TestInOrderAgreesWithComparing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(base string, from, to int) func() netip.Prefix {
		p := blockOf(netip.MustParsePrefix(base))
		return func() netip.Prefix {
			b := p
			b.addr.Hi |= r.Uint64() &^ mask(int(p.bits)).Hi
			b.addr.Lo |= r.Uint64() &^ mask(int(p.bits)).Lo
			b.bits = uint8(from + r.IntN(to-from+1))
			return netip.PrefixFrom(addrOf(b.family, b.addr), int(b.bits))
		}
	}
	chain, few, equal := 0, 0, netip.MustParsePrefix("fd00::/64")
	for name, next := range map[string]func() netip.Prefix{
		"IPv4":                    draw("0.0.0.0/0", 0, 32),
		"IPv4 of one /16":         draw("10.1.0.0/16", 20, 32),
		"IPv6 in one word":        draw("fd00:1:2::/48", 56, 64),
		"IPv6 in two words":       draw("fd00::/8", 20, 64),
		"IPv6 of one /64":         draw("fd00:1:2:3::/64", 80, 128),
		"IPv6 in three words":     draw("::/0", 0, 128),
		"IPv6 hosts and networks": draw("fd00::/8", 40, 128),
		"a nested chain":          func() netip.Prefix { chain++; return netip.PrefixFrom(netip.IPv6Unspecified(), chain*7%129) },
		"IPv6 hosts of few networks": func() netip.Prefix {
			few = (few + 1) % 3
			return []func() netip.Prefix{draw("fd00::/64", 66, 128), draw("fd00:0:0:1::/64", 66, 128), draw("fdff::/112", 120, 128)}[few]()
		},
		"IPv4 hosts that differ in one bit": func() netip.Prefix { return netip.PrefixFrom(addrOf4(r.Uint32N(2)<<31), 32) },
		"IPv6 that differ in the last bit":  func() netip.Prefix { return netip.PrefixFrom(addrOf(IPv6, u128.From64(r.Uint64N(2))), 128) },
		"halves of everything":              draw("::/0", 1, 1),
		"everything and hosts":              func() netip.Prefix { return netip.PrefixFrom(addrOf4(r.Uint32()), int(r.Uint32N(2)*32)) },
		"all equal":                         func() netip.Prefix { return equal },
	} {
		for _, n := range []int{0, 1, 2, insertionMost, insertionMost + 1, 100, 5000} {
			ps := make([]netip.Prefix, n)
			for i := range ps {
				for ps[i] = next(); FamilyOf(ps[i]) == 0; ps[i] = next() {
				}
			}
			for _, arrange := range []func(){func() {}, func() { slices.SortFunc(ps, comparePrefixes) }, func() { slices.Reverse(ps) }} {
				arrange()
				checkOrder(t, name, ps)
			}
			mixed := slices.Concat(ps, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd12::/16")}, ps)
			checkOrder(t, name+", twice, with both families", mixed)
		}
	}
}

func comparePrefixes(p, q netip.Prefix) int { return compareBlocks(blockOf(p), blockOf(q)) }

func checkOrder(t *testing.T, name string, ps []netip.Prefix) {
	t.Helper()
	want := make([]int, len(ps))
	for i := range want {
		want[i] = i
	}
	slices.SortStableFunc(want, func(i, j int) int { return comparePrefixes(ps[i], ps[j]) })
	v4, v6, err := inOrder("test", ps, true)
	if err != nil {
		t.Fatal(err)
	}
	k := 0
	for _, r := range []*run{&v4, &v6} {
		for i := range r.len() {
			b, index := r.at(i)
			if index != want[k] || b != blockOf(ps[index]) {
				t.Fatalf("%s, %d prefixes: place %d has %v (%d), want %v (%d)", name, len(ps), k, b.prefix(), index, ps[want[k]], want[k])
			}
			k++
		}
	}
	if k != len(ps) {
		t.Fatalf("%s: %d of %d prefixes", name, k, len(ps))
	}
}

// aggregate sorts blocks and merges them in place.
func aggregate(blocks []block) []block {
	slices.SortFunc(blocks, compareBlocks)
	merged := blocks[:0]
	for _, b := range blocks {
		if n := len(merged); n > 0 && merged[n-1].covers(b) {
			continue
		}
		for n := len(merged); n > 0 && siblings(merged[n-1], b); n-- {
			b = b.supernet(int(b.bits) - 1)
			merged = merged[:n-1]
		}
		merged = append(merged, b)
	}
	return merged
}

// Merging writes over what was read, in words that were chosen for the input.
func TestAggregateAgreesWithBlocksWhateverTheWords(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for name, base := range map[string]string{
		"IPv4": "10.0.0.0/8", "one word": "fd00:1:2::/48", "two words": "fd00::/8", "three words": "fd00:1:2:3::/64", "the end of the space": "ffff::/16",
	} {
		for _, n := range []int{3, 600, 3000} {
			p := blockOf(netip.MustParsePrefix(base))
			blocks := make([]block, n)
			ps := make([]netip.Prefix, n)
			for i := range blocks {
				// Dense enough that much of it merges.
				length := min(int(p.bits)+8+r.IntN(5), p.family.BitLen())
				sub, err := Subnet(p.prefix(), length, r.Uint64N(1<<(length-int(p.bits))))
				if err != nil {
					t.Fatal(err)
				}
				blocks[i], ps[i] = blockOf(sub), sub
			}
			if name == "three words" {
				far := netip.MustParsePrefix("fd80::/32")
				blocks, ps = append(blocks, blockOf(far)), append(ps, far)
			}
			var want []netip.Prefix
			for _, b := range aggregate(blocks) {
				want = append(want, b.prefix())
			}
			for _, arrange := range []func(){func() {}, func() { slices.SortFunc(ps, comparePrefixes) }, func() { slices.Reverse(ps) }, func() { ps[0], ps[n/2] = ps[n/2], ps[0] }} {
				arrange()
				if got := Aggregate(ps); !slices.Equal(got, want) {
					t.Errorf("%s: %d prefixes to %d, want %d", name, n, len(got), len(want))
				}
			}
		}
	}
}

// A list that is dealt out first, once evenly, once nearly all to one part.
func TestSortOfWhatIsDealt(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, spread := range []int{64, 40} {
		ws := make([][2]uint64, dealtMost/2+1)
		for i := range ws {
			ws[i] = [2]uint64{r.Uint64() >> (64 - spread), r.Uint64N(4)}
		}
		ws[0][0], ws[1] = 1<<63, ws[2]
		want := slices.Clone(ws)
		slices.SortFunc(want, func(a, b [2]uint64) int { return slices.Compare(a[:], b[:]) })
		if sortWords(ws); !slices.Equal(ws, want) {
			t.Errorf("%d words of %d bits are not in order", 2*len(ws), spread)
		}
	}
}

// With indices of more than 24 bits an IPv4 prefix no longer fits one word.
func TestIPv4InTwoWords(t *testing.T) {
	r := run{family: IPv4, indexBits: 30}
	r.open(numberOf(netip.IPv4Unspecified()), mask(32), 3)
	ps := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/16")}
	for i, p := range ps {
		r.add4(p.Addr().As4(), p.Bits(), i)
	}
	r.sort()
	for k, want := range []int{1, 2, 0} {
		if b, i := r.at(k); r.two == nil || i != want || b.prefix() != ps[want] {
			t.Errorf("place %d: %v (%d), want %v", k, b.prefix(), i, ps[want])
		}
	}
}
