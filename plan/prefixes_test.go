package plan

import (
	"net/netip"
	"slices"
	"testing"

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
