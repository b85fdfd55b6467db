package plan

import (
	"fmt"
	"math"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// place keeps every range that can stay, grows those that became too small,
// and finds places for the rest.
func (e *evolution) place(matches []match) (*placement, error) {
	k := &keeper{evolution: e, layout: newLayout(&e.spec), taken: e.spec.taken(), space: e.spec.space(), direct: e.same && len(e.spec.Share) == 0}
	if err := k.allow(); err != nil {
		return nil, err
	}
	us := e.given.users()
	if err := k.networks(us); err != nil {
		return nil, err
	}
	for i := range matches {
		if m := &matches[i]; m.spec != nil {
			if err := k.cluster(m); err != nil {
				return nil, err
			}
		}
	}
	for _, c := range e.removed {
		k.direct = k.direct && !c.spec.pins()
		for i := range c.blocks {
			k.giveUp(&c.blocks[i])
		}
	}
	if err := k.open(); err != nil {
		return nil, err
	}
	k.growAll()
	if len(e.outgrew) > 0 {
		return nil, &OutgrownError{Ranges: e.outgrew}
	}
	p := &placement{layout: k.layout, pools: e.pools}
	return p, p.place()
}

// placeAgain places another spec with the same ranges kept.
func (e *evolution) placeAgain(s *Spec) (*placement, error) {
	other := &evolution{prev: e.prev, given: s, options: e.options}
	if err := other.match(); err != nil {
		return nil, err
	}
	return other.place(other.matches)
}

// keeper lays the ranges of a spec out where an earlier plan has them.
type keeper struct {
	*evolution
	*layout
	taken   []netip.Prefix
	space   []poolPrefix
	mayMove map[string]bool
	gone    []gone
	growing []growing
	// direct: the free space is that of the earlier plan but for what is given
	// up, and need not be put together from all ranges.
	direct bool
}

// gone is a range that was given up, with the headroom that it had.
type gone struct {
	got, held netip.Prefix
	of        string
	pinned    bool
}

// growing is a want that is kept and needs a shorter length.
type growing struct {
	want int32
	bits int
	old  *Block
}

func (k *keeper) allow() error {
	k.mayMove = map[string]bool{}
	for _, name := range k.options.AllowMove {
		k.mayMove[name] = true
	}
	if len(k.mayMove) == 0 {
		return nil
	}
	missing := make(map[string]bool, len(k.mayMove))
	for name := range k.mayMove {
		missing[name] = true
	}
	for i := range k.given.Clusters {
		delete(missing, k.given.Clusters[i].Name)
	}
	for i := range k.given.Networks {
		delete(missing, k.given.Networks[i].Name)
	}
	for _, name := range k.options.AllowMove {
		if missing[name] {
			return fmt.Errorf("plan: allow %q to move: the spec has no such cluster or network", name)
		}
	}
	return nil
}

func (k *keeper) networks(us users) error {
	kept := map[string]bool{}
	for i := range k.evolution.spec.Networks {
		n := &k.evolution.spec.Networks[i]
		name := n.Name
		if old, ok := k.was[n.Name]; ok {
			name = old
		}
		first := len(k.wants)
		if err := k.layout.network(n, us); err != nil {
			return err
		}
		j := slices.IndexFunc(k.prev.networks, func(b Block) bool { return b.Name == name })
		if j < 0 || k.options.Renamed[name] != "" && k.options.Renamed[name] != n.Name {
			k.direct = k.direct && n.Pin.IsZero()
			continue
		}
		kept[name] = true
		before := k.prev.spec.Networks[j]
		k.direct = k.direct && n.Pin == before.Pin
		k.keep(first, nil, n.Region, us.platforms(n), func(*Block) *Block { return &k.prev.networks[j] })
	}
	for i := range k.prev.networks {
		if b := &k.prev.networks[i]; !kept[b.Name] {
			k.direct = k.direct && k.prev.spec.Networks[i].Pin.IsZero()
			k.giveUp(b)
		}
	}
	return nil
}

func (k *keeper) cluster(m *match) error {
	first := len(k.wants)
	if err := k.layout.cluster(m.spec); err != nil {
		return err
	}
	k.direct = k.direct && !m.spec.pins() && (m.prev == nil || !m.prev.spec.pins())
	if m.prev == nil {
		return nil
	}
	used := make([]bool, len(m.prev.blocks))
	k.keep(first, m, m.spec.Region, []platform.Name{m.spec.Platform}, func(b *Block) *Block {
		j := slices.IndexFunc(m.prev.blocks, func(old Block) bool { return old.Role == b.Role && old.Name == b.Name })
		if j < 0 {
			return nil
		}
		used[j] = true
		return &m.prev.blocks[j]
	})
	for j := range m.prev.blocks {
		if !used[j] {
			k.giveUp(&m.prev.blocks[j])
		}
	}
	return nil
}

// pins reports whether the spec gives any range of the cluster.
func (c *ClusterSpec) pins() bool {
	return len(c.Pins) > 0 || slices.ContainsFunc(c.Extra, func(b BlockSpec) bool { return !b.Pin.IsZero() })
}

// keep gives the wants from first on the places that they had. m is nil for a
// network.
func (k *keeper) keep(first int, m *match, region string, by []platform.Name, old func(*Block) *Block) {
	for i := first; i < len(k.wants); {
		end := i + 1
		for end < len(k.wants) && k.wants[end].block == k.wants[i].block {
			end++
		}
		b := &k.blocks[k.wants[i].block]
		before := old(b)
		if before == nil {
			i = end
			continue
		}
		remask := k.size(m, before, i, end)
		for _, f := range before.Range.Families() {
			if !slices.ContainsFunc(k.wants[i:end], func(w want) bool { return w.family == f }) {
				k.gone = append(k.gone, gone{before.Range.Of(f), before.room(f), before.label(), false})
			}
		}
		for ; i < end; i++ {
			if was := before.Range.Of(k.wants[i].family); was.IsValid() {
				k.keepOne(i, b, before, was, region, remask, by)
			}
		}
	}
}

// size sets the lengths that ranges need which are there already: those of a
// spec that did not change, and of pods by the node masks that nodes have. It
// says why the node masks cannot stay; "" if they can.
func (k *keeper) size(m *match, before *Block, first, end int) (remask string) {
	if m == nil || m.prev == nil {
		return ""
	}
	unchanged := m.spec.equal(&m.prev.spec)
	pods := before.Role == Pod && before.Range == m.prev.Block(Pod) && m.prev.masks != (dualstack.Masks{})
	if pods && !unchanged {
		if have := m.spec.podsIn(before.Range, m.prev.masks); have < m.spec.podsPerNode() {
			return fmt.Sprintf("its node masks %v hold %d pods, needs %d, and nodes keep their masks", m.prev.masks, have, m.spec.podsPerNode())
		}
	}
	for i := first; i < end; i++ {
		w := &k.wants[i]
		was := before.Range.Of(w.family)
		switch {
		case w.pinned:
		case unchanged && was.IsValid():
			w.bits = int16(was.Bits())
		case pods && was.IsValid():
			d := log2ceil(max(m.spec.need(Pod), 1))
			if w.family == cidr.IPv6 && d > dualstack.MaxIPv6Difference {
				return fmt.Sprintf("an IPv6 cluster CIDR has at most %d node blocks", 1<<dualstack.MaxIPv6Difference)
			}
			w.bits = int16(max(m.prev.masks.Of(w.family)-d, 0))
		case pods:
			// A family that is new has as many blocks as the other.
			for _, f := range before.Range.Families() {
				d := max(m.prev.masks.Of(f)-before.Range.Of(f).Bits(), log2ceil(max(m.spec.need(Pod), 1)))
				mask := int(w.bits) + log2ceil(max(m.spec.need(Pod), 1))
				if w.family == cidr.IPv6 {
					d = min(d, dualstack.MaxIPv6Difference)
				}
				w.bits = int16(max(mask-d, 0))
			}
		}
	}
	return ""
}

// addedMask is the node mask of a family that is added to a pod range: the
// length by which size sized the range.
func (c *ClusterSpec) addedMask(pods netip.Prefix) (int, error) {
	mask := dualstack.PreferredIPv6Mask
	if f := cidr.FamilyOf(pods); f == cidr.IPv4 {
		addrs, err := c.addrsPerNode(f)
		if err != nil {
			return 0, err
		}
		if mask, err = cidr.BitsFor(f, addrs); err != nil {
			return 0, err
		}
	}
	return max(mask, pods.Bits()), nil
}

func withMask(m dualstack.Masks, f cidr.Family, bits int) dualstack.Masks {
	if f == cidr.IPv4 {
		m.V4 = bits
	} else {
		m.V6 = bits
	}
	return m
}

// keepOne decides about one range: it stays, grows, or has to go.
func (k *keeper) keepOne(i int, b, before *Block, was netip.Prefix, region, remask string, by []platform.Name) {
	w := &k.wants[i]
	f := w.family
	leave := func(reason string) {
		k.gone = append(k.gone, gone{was, before.room(f), before.label(), false})
		if !k.mayMove[ownerName(b)] {
			k.outgrew = append(k.outgrew, Outgrown{
				Cluster: b.Cluster, Network: networkName(b), Role: b.Role, Name: rangeName(b),
				Range: was, Bits: int(w.bits), Reason: reason, WaysOut: waysToGrow(b, was),
			})
		}
	}
	if w.pinned {
		if w.got != was && !covers(w.got, was) {
			leave(fmt.Sprintf("it is pinned to %v now", w.got))
		}
		return
	}
	if remask != "" {
		leave(remask)
		return
	}
	held := before.room(f)
	if why := k.misplaced(b, was, region); why != "" && why != k.misplacedBefore(before, was) {
		leave(why)
		return
	}
	if why := k.refused(before, was, by); why != "" {
		leave(why)
		return
	}
	need := int(w.bits)
	w.got, w.kept, w.bits = was, true, int16(was.Bits())
	if held != was && len(overlapping(k.taken, held)) == 0 && poolOf(k.space, held) != nil {
		w.room = held
	}
	w.pool = k.poolNumber(w.held())
	if need < was.Bits() {
		k.growing = append(k.growing, growing{int32(i), need, before})
	}
}

func covers(p, q netip.Prefix) bool { return p.Bits() <= q.Bits() && p.Contains(q.Addr()) }

// coversAll reports whether p covers q in every family that both have, and
// there is one.
func coversAll(p, q dualstack.Pair) bool {
	some := false
	for _, f := range q.Families() {
		if r := p.Of(f); r.IsValid() {
			if !covers(r, q.Of(f)) {
				return false
			}
			some = true
		}
	}
	return some
}

// misplaced says why a range may not stay where it is; "" if it may.
func (k *keeper) misplaced(b *Block, was netip.Prefix, region string) string {
	if hit := overlapping(k.taken, was); len(hit) > 0 {
		return fmt.Sprintf("it overlaps %v, which is reserved or a peer's now", hit[0])
	}
	if why := outside(poolOf(k.space, was), b.Role, b.Zone, region); why != "" {
		return "it lies in " + why
	}
	return ""
}

// misplacedBefore is the same by the spec of the earlier plan, which may have
// been adopted with faults.
func (k *keeper) misplacedBefore(b *Block, was netip.Prefix) string {
	region := ""
	if j, ok := k.prev.find(b.Cluster); ok {
		region = k.prev.clusters[j].spec.Region
	} else if j := slices.IndexFunc(k.prev.spec.Networks, func(n Network) bool { return n.Name == b.Name }); j >= 0 {
		region = k.prev.spec.Networks[j].Region
	}
	old := keeper{taken: k.prev.spec.taken(), space: k.prev.spec.space()}
	return old.misplaced(b, was, region)
}

// poolNumber is the index of the pool that all of p lies in, −1 for none.
func (k *keeper) poolNumber(p netip.Prefix) int32 {
	pool := poolOf(k.space, p)
	return int32(slices.IndexFunc(k.evolution.spec.Pools, func(q PoolSpec) bool { return pool != nil && pool.Name == q.Name }))
}

// giveUp notes that all of a block is free again.
func (k *keeper) giveUp(b *Block) {
	for p := range b.Range.All() {
		k.gone = append(k.gone, gone{p, b.room(cidr.FamilyOf(p)), b.label(), false})
	}
}

// growAll grows what became too small, in place.
func (k *keeper) growAll() {
	for _, g := range k.growing {
		w := &k.wants[g.want]
		target, ok := k.grow(w, g.bits)
		if ok {
			w.got, w.bits = target, int16(g.bits)
			if w.room.IsValid() && w.room.Bits() >= g.bits {
				w.room = netip.Prefix{}
			}
			continue
		}
		b := &k.blocks[w.block]
		if k.mayMove[ownerName(b)] {
			k.leaveGrown(w, g)
			continue
		}
		k.outgrew = append(k.outgrew, Outgrown{
			Cluster: b.Cluster, Network: networkName(b), Role: b.Role, Name: rangeName(b), Range: w.got, Bits: g.bits,
			Reason: k.inTheWayOf(w, g.bits), WaysOut: waysToGrow(b, w.got),
		})
	}
}

// grow takes the space around a range, up to a length, and returns what the
// range is then. Where it is not all free nothing changes.
func (k *keeper) grow(w *want, bits int) (netip.Prefix, bool) {
	if bits < 0 || bits > math.MaxInt16 {
		return netip.Prefix{}, false
	}
	target := netip.PrefixFrom(w.got.Addr(), bits).Masked()
	held := w.held()
	if held.Bits() <= bits {
		return target, true
	}
	if w.pool < 0 || k.shared(w) {
		return netip.Prefix{}, false
	}
	free := k.pools[w.pool].change()
	grown := held
	for grown.Bits() > bits {
		next, err := free.Grow(grown)
		if err != nil {
			if free.Release(grown) == nil {
				_ = free.Claim(held) // it was its own just now
			}
			return netip.Prefix{}, false
		}
		grown = next
	}
	return target, true
}

// shared reports whether other clusters may have the same range, so that it is
// not this one's to grow or to free.
func (k *keeper) shared(w *want) bool {
	return slices.Contains(k.evolution.spec.Share, k.blocks[w.block].Role)
}

// othersHave reports whether a range that stays has addresses of p.
func (k *keeper) othersHave(p netip.Prefix) bool {
	for i := range k.matches {
		if m := &k.matches[i]; m.spec == nil {
			for j := range m.prev.blocks {
				if r := m.prev.blocks[j].Range.Of(cidr.FamilyOf(p)); r.IsValid() && r.Overlaps(p) {
					return true
				}
			}
		}
	}
	return slices.ContainsFunc(k.wants, func(w want) bool { return w.got.IsValid() && w.got.Overlaps(p) })
}

// leaveGrown makes a want that could not grow one that has no place yet.
func (k *keeper) leaveGrown(w *want, g growing) {
	left := gone{w.got, w.held(), g.old.label(), false}
	w.got, w.room, w.kept, w.bits = netip.Prefix{}, netip.Prefix{}, false, int16(g.bits)
	pool := w.pool
	w.pool = -1
	if k.shared(w) && k.othersHave(left.got) {
		return
	}
	k.rest(left)
	if pool >= 0 {
		_ = k.pools[pool].giveBack(left, k.until(left)) // it is in use there
	}
}
