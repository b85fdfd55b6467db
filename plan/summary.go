package plan

import (
	"cmp"
	"math/bits"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// regional is a range, and by number the region whose routes lead to it.
type regional struct {
	prefix netip.Prefix
	held   netip.Prefix // with its headroom, which no other region's route may cover
	region int32        // nobody for what is reserved, of a peer, or of no region
}

const nobody = int32(-1)

// largestCovers sorts rs and returns for each the largest prefix in space
// around it in which no other region has an address; the range itself where it
// shares addresses with another. They are the fewest prefixes that cover all
// ranges of a region: every prefix that covers some of them and nothing of
// others lies in one of these, and each of these has a range to be covered.
//
// A prefix around a range has the nearest address of others on one side if it
// has any on that side, so that only these two count.
func largestCovers(rs []regional, space []poolPrefix) []netip.Prefix {
	slices.SortFunc(rs, func(a, b regional) int {
		return cmp.Or(comparePrefixes(a.held, b.held), cmp.Compare(a.region, b.region))
	})
	apart := make([]int, len(rs)) // the shortest length without others
	var last, other netip.Addr    // the last address so far, and the last of other regions than that one's
	of := nobody
	for i := range rs {
		r := &rs[i]
		left, end := last, cidr.Last(r.held)
		if r.region == of && of != nobody {
			left = other
		}
		if apart[i] = lengthApart(r.prefix, left); !left.Less(r.prefix.Addr()) {
			apart[i] = r.prefix.Bits() // it lies in another's
		}
		switch {
		case r.region == of && of != nobody:
			last = later(last, end)
		case later(last, end) == end:
			last, other, of = end, last, r.region
		default:
			other = later(other, end)
		}
	}
	var next netip.Addr // the first address behind that is of another region
	all := make([]netip.Prefix, len(rs))
	for i := len(rs) - 1; i >= 0; i-- {
		r := &rs[i]
		if i+1 < len(rs) && (rs[i+1].region != r.region || r.region == nobody) {
			next = rs[i+1].held.Addr()
		}
		length := r.prefix.Bits()
		if k := prefixOf(space, r.prefix); k != nil {
			length = min(length, max(apart[i], lengthApart(r.prefix, next), k.prefix.Bits()))
		}
		all[i] = netip.PrefixFrom(r.prefix.Addr(), length).Masked()
	}
	return all
}

// later returns the greater of two addresses; the zero Addr is before all.
func later(a, b netip.Addr) netip.Addr {
	if a.Less(b) {
		return b
	}
	return a
}

// lengthApart is the shortest length of a prefix that begins like p and does
// not have a; 0 for no address, or one of the other family.
func lengthApart(p netip.Prefix, a netip.Addr) int {
	if !a.IsValid() || a.BitLen() != p.Addr().BitLen() {
		return 0
	}
	x, y := p.Addr().As16(), a.As16()
	for i := range x {
		if d := x[i] ^ y[i]; d != 0 {
			return 8*i + bits.LeadingZeros8(d) + 1 - (128 - a.BitLen())
		}
	}
	return a.BitLen() + 1
}

// routes is how many routes all regions need together: how many different
// covers they have.
func routes(rs []regional, space []poolPrefix) int {
	n := 0
	last := map[int32]netip.Prefix{}
	for i, c := range largestCovers(rs, space) {
		if r := rs[i].region; r != nobody && !(last[r].IsValid() && last[r].Overlaps(c)) {
			last[r] = c
			n++
		}
	}
	return n
}
