package plan

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// fillRegions takes ranges from a pool, the largest first, so that those of a
// region lie together and a router needs few routes for them. At best they lie
// in one block, the smallest power of two that holds them; else in blocks that
// they fill exactly, one for each binary digit of their size: blocks of powers
// of two, largest first, fill those without a gap. It reports whether there was
// room for that. Where there was not it has changed nothing, and regions have
// to be mixed: then everything fits that fits at all.
func (p *placement) fillRegions(pool *openPool, wants []int32) (bool, error) {
	byRegion := map[string][]int32{}
	for _, i := range wants {
		region := p.scopes.all[p.wants[i].scope].region
		byRegion[region] = append(byRegion[region], i)
	}
	if len(byRegion) < 2 {
		return false, nil
	}
	for _, divide := range []func(*big.Int) []int{wholeBlock, exactBlocks} {
		parts := p.regionParts(pool, byRegion, divide)
		free := holesOf(pool.free, p.wants[wants[0]].family)
		if !slices.ContainsFunc(parts, func(q regionPart) bool { return !free.take(q.bits) }) {
			return true, p.fillParts(pool, parts)
		}
	}
	return false, nil
}

// regionPart is a block for ranges of one region, or for one range.
type regionPart struct {
	region string
	bits   int
	place  netip.Prefix
	wants  []int32 // of the region's first block only
}

// regionParts returns the blocks for the ranges of all regions, the largest
// first. What has no region has a block for each range.
func (p *placement) regionParts(pool *openPool, byRegion map[string][]int32, divide func(*big.Int) []int) []regionPart {
	var parts []regionPart
	for _, region := range slices.Sorted(maps.Keys(byRegion)) {
		wants := byRegion[region]
		if region == "" {
			for _, i := range wants {
				parts = append(parts, regionPart{bits: p.placeBits(pool, i), wants: []int32{i}})
			}
			continue
		}
		smallest := p.placeBits(pool, wants[len(wants)-1])
		size := new(big.Int) // in blocks of the smallest
		for _, i := range wants {
			size.Add(size, new(big.Int).Lsh(big.NewInt(1), uint(smallest-p.placeBits(pool, i))))
		}
		for k, digits := range divide(size) {
			part := regionPart{region: region, bits: smallest - digits}
			if k == 0 {
				part.wants = wants
			}
			parts = append(parts, part)
		}
	}
	slices.SortStableFunc(parts, func(a, b regionPart) int { return a.bits - b.bits })
	return parts
}

// placeBits is the length of the place of a want in a pool, with its headroom.
func (p *placement) placeBits(pool *openPool, i int32) int {
	return int(p.wants[i].bits) - pool.spec.Headroom
}

// wholeBlock returns the number of binary digits of the one block that holds
// size.
func wholeBlock(size *big.Int) []int {
	return []int{new(big.Int).Sub(size, big.NewInt(1)).BitLen()}
}

// exactBlocks returns the same of blocks that together are size, the largest
// first.
func exactBlocks(size *big.Int) []int {
	var digits []int
	for i := size.BitLen() - 1; i >= 0; i-- {
		if size.Bit(i) == 1 {
			digits = append(digits, i)
		}
	}
	return digits
}

// fillParts takes the blocks from the pool, and then from each region's those
// for its ranges.
func (p *placement) fillParts(pool *openPool, parts []regionPart) error {
	fail := func(err error) error { return fmt.Errorf("plan: pool %q: region: %w", pool.spec.Name, err) }
	fit, _ := pool.spec.Fit.fit()
	blocks := map[string][]netip.Prefix{}
	for k := range parts {
		part := &parts[k]
		var f cidr.Family
		if len(part.wants) > 0 {
			f = p.wants[part.wants[0]].family
		} else {
			f = cidr.FamilyOf(blocks[part.region][0])
		}
		place, err := pool.free.Alloc(f, part.bits, fit)
		if err != nil {
			return fail(err)
		}
		part.place = place
		if part.region == "" {
			p.wants[part.wants[0]].take(place)
			continue
		}
		blocks[part.region] = append(blocks[part.region], place)
	}
	for _, part := range parts {
		if part.region != "" {
			if err := pool.free.Release(part.place); err != nil {
				return fail(err)
			}
		}
	}
	for _, part := range parts {
		if part.region == "" {
			continue
		}
		rest := blocks[part.region]
		for _, i := range part.wants {
			w := &p.wants[i]
			place, err := pool.free.AllocIn(rest[0], p.placeBits(pool, i), cidr.FirstFit)
			for errors.Is(err, cidr.ErrNoSpace) && len(rest) > 1 {
				rest = rest[1:]
				place, err = pool.free.AllocIn(rest[0], p.placeBits(pool, i), cidr.FirstFit)
			}
			if err != nil {
				return fail(err)
			}
			w.take(place)
		}
	}
	return nil
}
