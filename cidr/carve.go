package cidr

import (
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/internal/fault"
)

// Carve cuts one block of each given prefix length out of p and returns them
// in the order of the arguments. The largest are placed first, equal ones in
// the order of the arguments, each at the lowest free address: aligned powers
// of two then leave no gap, so that it fails, with [ErrNoSpace], only if
// nothing can fit. Without lengths the result is empty. It is [ErrBits] for a
// length that the family does not have.
func Carve(p netip.Prefix, bits ...int) ([]netip.Prefix, error) {
	if err := check("carve", p); err != nil {
		return nil, err
	}
	b := blockOf(p)
	order := make([]int, len(bits))
	for i, n := range bits {
		if n < 0 || n > b.family.BitLen() {
			return nil, fault.New(ErrBits, "cidr: carve %v: /%d: want a length from %d to %d", b.prefix(), n, b.bits, b.family.BitLen())
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return bits[i] - bits[j] })

	blocks := make([]netip.Prefix, len(bits))
	next, full := b.addr, false
	for placed, i := range order {
		if bits[i] < int(b.bits) || full {
			return nil, fault.New(ErrNoSpace, "cidr: carve %v: no space for a /%d after %d of %d blocks (largest first)",
				b.prefix(), bits[i], placed, len(bits))
		}
		c := block{next, uint8(bits[i]), b.family}
		blocks[i] = c.prefix()
		full = c.end() == b.end()
		next = next.Add(unit(bits[i]))
	}
	return blocks, nil
}
