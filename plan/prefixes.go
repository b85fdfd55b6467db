package plan

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
)

func comparePrefixes(a, b netip.Prefix) int {
	return cmp.Or(a.Addr().Compare(b.Addr()), cmp.Compare(a.Bits(), b.Bits()))
}

// sortPrefixes sorts valid prefixes as comparePrefixes compares them. It does
// so with numbers, which takes a third of the time.
func sortPrefixes(ps []netip.Prefix) {
	if slices.IsSortedFunc(ps, comparePrefixes) {
		return
	}
	n := 0
	for _, p := range ps {
		if p.Addr().Is4() {
			n++
		}
	}
	v4, v6 := make([]uint64, 0, n), make([][3]uint64, 0, len(ps)-n) // address and length
	for _, p := range ps {
		if bits := uint64(p.Bits()); p.Addr().Is4() {
			a := p.Addr().As4()
			v4 = append(v4, uint64(binary.BigEndian.Uint32(a[:]))<<8|bits)
		} else {
			a := p.Addr().As16()
			v6 = append(v6, [3]uint64{binary.BigEndian.Uint64(a[:8]), binary.BigEndian.Uint64(a[8:]), bits})
		}
	}
	slices.Sort(v4)
	slices.SortFunc(v6, func(a, b [3]uint64) int {
		for i := range a {
			if a[i] != b[i] {
				return cmp.Compare(a[i], b[i])
			}
		}
		return 0
	})
	for i, k := range v4 {
		var a [4]byte
		binary.BigEndian.PutUint32(a[:], uint32(k>>8))
		ps[i] = netip.PrefixFrom(netip.AddrFrom4(a), int(k&0xff))
	}
	for i, k := range v6 {
		var a [16]byte
		binary.BigEndian.PutUint64(a[:8], k[0])
		binary.BigEndian.PutUint64(a[8:], k[1])
		ps[len(v4)+i] = netip.PrefixFrom(netip.AddrFrom16(a), int(k[2]))
	}
}
