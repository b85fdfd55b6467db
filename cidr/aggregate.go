package cidr

import (
	"net/netip"
	"slices"
)

// Aggregate returns the fewest prefixes that cover exactly the addresses of
// ps, in address order, IPv4 first: duplicates and subnets go, siblings merge.
// The argument is not changed. If any of ps is invalid or IPv4-mapped the
// result is nil: a range is never dropped quietly. It takes O(n log n).
func Aggregate(ps []netip.Prefix) []netip.Prefix {
	blocks := make([]block, len(ps))
	for i, p := range ps {
		if FamilyOf(p) == 0 {
			return nil
		}
		blocks[i] = blockOf(p)
	}
	blocks = aggregate(blocks)
	out := make([]netip.Prefix, len(blocks))
	for i, b := range blocks {
		out[i] = b.prefix()
	}
	return out
}

// aggregate sorts blocks and merges them in place.
func aggregate(blocks []block) []block {
	slices.SortFunc(blocks, compareBlocks)
	merged := blocks[:0]
	for _, b := range blocks {
		if n := len(merged); n > 0 && merged[n-1].covers(b) {
			continue
		}
		// The last one and b may be halves of one network, which in turn may
		// be the second half of another.
		for n := len(merged); n > 0 && siblings(merged[n-1], b); n-- {
			b = b.supernet(int(b.bits) - 1)
			merged = merged[:n-1]
		}
		merged = append(merged, b)
	}
	return merged
}

// siblings reports whether a and b are the halves of one network.
func siblings(a, b block) bool {
	return a.family == b.family && a.bits == b.bits && a.bits > 0 &&
		a.addr.Xor(b.addr) == unit(int(a.bits))
}
