package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
)

// around is the block of a length around a range, where freeing it helps; else
// the zero Prefix.
func (k *keeper) around(w *want, bits int) netip.Prefix {
	if bits < 0 || w.pool < 0 || k.shared(w) {
		return netip.Prefix{}
	}
	target := netip.PrefixFrom(w.got.Addr(), bits).Masked()
	if poolOf(k.space, target) == nil || len(overlapping(k.pools[w.pool].ban.space, target)) > 0 {
		return netip.Prefix{}
	}
	return target
}

// inTheWayOf says why a range cannot grow to a length.
func (k *keeper) inTheWayOf(w *want, bits int) string {
	switch {
	case bits < 0:
		return "no range is as large as that"
	case w.pool < 0:
		return "it lies in no pool, and nobody knows what is beside it"
	case k.shared(w):
		return fmt.Sprintf("clusters share %s ranges, and others may have this one", k.blocks[w.block].Role)
	}
	target := netip.PrefixFrom(w.got.Addr(), bits).Masked()
	if p := poolOf(k.space, target); p == nil {
		return fmt.Sprintf("%v around it is not all in pool %q", target, k.evolution.spec.Pools[w.pool].Name)
	}
	if hit := overlapping(k.pools[w.pool].ban.space, target); len(hit) > 0 {
		return fmt.Sprintf("%v around it has %v, which nobody is given there", target, hit[0])
	}
	return fmt.Sprintf("%v around it has %s", target, k.inside(target, w.held()))
}

// obstacle is something that has addresses in the way.
type obstacle struct {
	at   netip.Prefix
	what string
}

// inside says what else has addresses of target, by address, and not more of
// it than can be read.
func (k *keeper) inside(target, own netip.Prefix) string {
	var all []obstacle
	add := func(p netip.Prefix, what string) {
		if p.Overlaps(target) && !p.Overlaps(own) {
			all = append(all, obstacle{p, what})
		}
	}
	for _, r := range k.evolution.spec.Reserved {
		add(r.Prefix, "reserved"+forReason(r.Reason))
	}
	for _, peer := range k.evolution.spec.Peers {
		for _, p := range peer.Prefixes {
			add(p, fmt.Sprintf("of peer %q", peer.Name))
		}
	}
	for _, q := range k.resting {
		add(q.Prefix, "resting until "+q.Until.Format(time.DateOnly))
	}
	look := func(bs []Block) {
		for i := range bs {
			for p := range bs[i].Range.All() {
				if slices.ContainsFunc(k.gone, func(g gone) bool { return g.got == p && g.of == bs[i].label() }) {
					continue // given up, and listed where it rests
				}
				room, headroom := bs[i].room(cidr.FamilyOf(p)), ""
				if room != p {
					headroom = " with its headroom"
				}
				add(room, "of "+bs[i].label()+headroom)
			}
		}
	}
	look(k.prev.networks)
	for _, c := range k.prev.clusters {
		look(c.blocks)
	}
	if len(all) == 0 {
		return "ranges that this same step gives to others"
	}
	slices.SortStableFunc(all, func(a, b obstacle) int { return cmp.Or(comparePrefixes(a.at, b.at), cmp.Compare(a.what, b.what)) })
	const most = 3
	var some []string
	for _, o := range all[:min(len(all), most)] {
		some = append(some, fmt.Sprintf("%v %s", o.at, o.what))
	}
	if more := len(all) - most; more > 0 {
		some = append(some, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(some, ", ")
}
