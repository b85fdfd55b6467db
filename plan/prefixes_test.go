package plan

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

func TestSortPrefixes(t *testing.T) {
	v4 := rapid.Custom(func(t *rapid.T) netip.Prefix {
		a := [4]byte{rapid.Byte().Draw(t, "first"), 3: rapid.Byte().Draw(t, "last")}
		return netip.PrefixFrom(netip.AddrFrom4(a), rapid.IntRange(0, 32).Draw(t, "bits"))
	})
	v6 := rapid.Custom(func(t *rapid.T) netip.Prefix {
		a := [16]byte{rapid.Byte().Draw(t, "first"), 7: rapid.Byte().Draw(t, "middle"), 15: rapid.Byte().Draw(t, "last")}
		return netip.PrefixFrom(netip.AddrFrom16(a), rapid.IntRange(0, 128).Draw(t, "bits"))
	})
	rapid.Check(t, func(t *rapid.T) {
		ps := rapid.SliceOf(rapid.OneOf(v4, v6)).Draw(t, "prefixes")
		want := slices.SortedFunc(slices.Values(ps), comparePrefixes)
		if sortPrefixes(ps); !slices.Equal(ps, want) {
			t.Errorf("%v, want %v", ps, want)
		}
	})
}

func TestTouches(t *testing.T) {
	v4 := rapid.Custom(func(t *rapid.T) netip.Prefix {
		a := [4]byte{10, rapid.Byte().Draw(t, "address")}
		return netip.PrefixFrom(netip.AddrFrom4(a), rapid.IntRange(6, 18).Draw(t, "bits")).Masked()
	})
	rapid.Check(t, func(t *rapid.T) {
		ps, p := cidr.Aggregate(rapid.SliceOfN(v4, 0, 8).Draw(t, "prefixes")), v4.Draw(t, "prefix")
		want := slices.ContainsFunc(ps, p.Overlaps)
		if got := touches(ps, p); got != want {
			t.Errorf("touches(%v, %v) = %v", ps, p, got)
		}
	})
}
