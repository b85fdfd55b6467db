package cidr

import (
	"iter"
	"net/netip"
	"slices"
)

// Reconcile compares the pool with the blocks that really exist: those that
// the nodes, the cloud or the routers report. leaked is what is in use in the
// pool and does not exist, as after a lost delete: release it. unknown is what
// exists and is not a block in use in the pool: claim it, or find out who took
// it. A block in quarantine that still exists is unknown, and so is one that
// exists with another size than in the pool, where the pool's one is leaked.
//
// Nothing is changed. Both results are in address order, IPv4 first, without
// duplicates. Host bits are masked; what is no valid prefix, or IPv4-mapped
// and not in use, comes last in unknown, as it is.
func (p *Pool) Reconcile(live iter.Seq[netip.Prefix]) (leaked, unknown []netip.Prefix) {
	var blocks []block
	var bad []netip.Prefix
	for q := range live {
		if _, b, err := p.inUse("reconcile", q); err == nil {
			blocks = append(blocks, b)
		} else if FamilyOf(q) != 0 {
			blocks = append(blocks, blockOf(q))
		} else if !slices.Contains(bad, q) {
			bad = append(bad, q)
		}
	}
	slices.SortFunc(blocks, compareBlocks)
	blocks = slices.Compact(blocks)

	next := 0
	unknownBefore := func(b *block) { // b is nil at the end
		for ; next < len(blocks) && (b == nil || compareBlocks(blocks[next], *b) < 0); next++ {
			unknown = append(unknown, blocks[next].prefix())
		}
	}
	for y := range p.families() {
		for b := range y.blocks(Used, y.all()) {
			unknownBefore(&b)
			if next < len(blocks) && blocks[next] == b {
				next++
			} else {
				leaked = append(leaked, b.prefix())
			}
		}
	}
	unknownBefore(nil)
	return leaked, append(unknown, bad...)
}
