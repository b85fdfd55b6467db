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

// obstacles are all that there is. Many ranges may ask what is around them, so
// it is put together once.
func (k *keeper) obstacles() *cidr.Index[string] {
	if k.inTheWay == nil {
		x, err := cidr.NewIndex(k.eachObstacle)
		if err != nil {
			x = &cidr.Index[string]{} // ranges are valid prefixes
		}
		k.inTheWay = x
	}
	return k.inTheWay
}

func (k *keeper) eachObstacle(yield func(netip.Prefix, string) bool) {
	for _, r := range k.evolution.spec.Reserved {
		if !yield(r.Prefix, "reserved"+forReason(r.Reason)) {
			return
		}
	}
	for _, peer := range k.evolution.spec.Peers {
		for _, p := range peer.Prefixes {
			if !yield(p, fmt.Sprintf("of peer %q", peer.Name)) {
				return
			}
		}
	}
	for _, q := range k.resting {
		if !yield(q.Prefix, "resting until "+q.Until.Format(time.DateOnly)) {
			return
		}
	}
	left := make(map[gone]bool, len(k.gone))
	for _, g := range k.gone {
		left[gone{got: g.got, of: g.of}] = true
	}
	for _, b := range k.prev.blocks() {
		of := b.label()
		for p := range b.Range.All() {
			if left[gone{got: p, of: of}] {
				continue // given up, and listed where it rests
			}
			room, what := b.room(cidr.FamilyOf(p)), "of "+of
			if room != p {
				what += " with its headroom"
			}
			if !yield(room, what) {
				return
			}
		}
	}
}

// inside says what else has addresses of target, by address, and not more of
// it than can be read.
func (k *keeper) inside(target, own netip.Prefix) string {
	var all []obstacle
	add := func(p netip.Prefix, what string) {
		if !p.Overlaps(own) {
			all = append(all, obstacle{p, what})
		}
	}
	for p, what := range k.obstacles().Subnets(target) {
		add(p, what)
	}
	for p, what := range k.obstacles().Supernets(target) {
		if p != target {
			add(p, what)
		}
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
