package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// place keeps every range that can stay, grows those that became too small,
// and finds places for the rest.
func (e *evolution) place(matches []match) (*placement, error) {
	k := &keeper{evolution: e, layout: newLayout(&e.spec), taken: e.spec.taken(), space: e.spec.space(), direct: e.same && len(e.spec.Share) == 0 && len(e.prev.flaws) == 0}
	if err := k.allow(); err != nil {
		return nil, err
	}
	e.unsettle(matches)
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
	k.apart()
	k.makeWay()
	if err := k.open(); err != nil {
		return nil, err
	}
	k.growAll()
	if len(e.outgrew) > 0 {
		return nil, &OutgrownError{Ranges: e.outgrew}
	}
	p := &placement{layout: k.layout, pools: e.pools, serving: k.serving}
	return p, p.place()
}

// serving yields the ranges of clusters that stay as they are.
func (k *keeper) serving(yield func(*Block, string) bool) {
	for i := range k.matches {
		if m := &k.matches[i]; m.spec == nil {
			for j := range m.prev.blocks {
				if !yield(&m.prev.blocks[j], m.prev.spec.Region) {
					return
				}
			}
		}
	}
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
	before  *keeper // with the earlier plan's; see misplacedBefore
	mayMove map[string]bool
	gone    []gone
	growing []growing
	left    []leftShared
	// inTheWay is what has addresses; see obstacles.
	inTheWay *cidr.Index[string]
	// direct: the free space is that of the earlier plan but for what is given
	// up, and need not be put together from all ranges. Where ranges may overlap
	// it must be, since what one gives up another may still have.
	direct bool
}

// gone is a range that was given up, with the headroom that it had.
type gone struct {
	got, held netip.Prefix
	of        string
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
		name := k.names.oldNetwork(n.Name)
		first := len(k.wants)
		if err := k.layout.network(n, us); err != nil {
			return err
		}
		j, ok := k.prev.findNetwork(name)
		if !ok || name == n.Name && k.names.networksLeft[name] {
			k.direct = k.direct && n.Pin.IsZero()
			continue
		}
		kept[name] = true
		before := k.prev.spec.Networks[j]
		k.direct = k.direct && n.Pin == before.Pin
		k.keep(first, nil, n.Region, us.kinds(n), func(*Block) *Block { return &k.prev.networks[j] })
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
	k.keep(first, m, m.spec.Region, []clusterKind{m.spec.kind()}, func(b *Block) *Block {
		j := slices.IndexFunc(m.prev.blocks, func(old Block) bool { return old.Role == b.Role && old.Name == b.Name })
		if j < 0 {
			return nil
		}
		used[j] = true
		return &m.prev.blocks[j]
	})
	for j := range m.prev.blocks {
		if !used[j] {
			k.dropped(m, &m.prev.blocks[j])
		}
	}
	return nil
}

// dropped gives up a range that the spec does not ask for any more. A main
// range that extra ones or a network make unnecessary was not taken out by
// name, and serves: it needs leave.
func (k *keeper) dropped(m *match, b *Block) {
	var reason, undo string
	switch total := m.spec.total(b.Role); {
	case b.Name != "":
	case b.Role == Node && m.spec.NodeNetwork != "":
		reason = fmt.Sprintf("the nodes are in network %q now, which gives every one of them another address", m.spec.NodeNetwork)
		undo = "leave nodeNetwork as it was"
	case total > 0 && m.spec.carried(b.Role) >= total:
		reason = "extra ranges carry all that it is there for, so that the spec asks for none"
		undo = "lower the counts of the extra ranges, so that they leave something for it"
	}
	if reason != "" && !k.mayMove[m.spec.Name] {
		k.outgrew = append(k.outgrew, Outgrown{
			Cluster: m.spec.Name, Role: b.Role, Range: b.Range.Primary(), Bits: b.Range.Primary().Bits(),
			Reason: reason, WaysOut: []string{undo, wayToMove(b)},
		})
	}
	k.giveUp(b)
}

// pins reports whether the spec gives any range of the cluster.
func (c *ClusterSpec) pins() bool {
	return len(c.Pins) > 0 || slices.ContainsFunc(c.Extra, func(b BlockSpec) bool { return !b.Pin.IsZero() })
}

// keep gives the wants from first on the places that they had. m is nil for a
// network.
func (k *keeper) keep(first int, m *match, region string, by []clusterKind, old func(*Block) *Block) {
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
				k.gone = append(k.gone, gone{before.Range.Of(f), before.room(f), before.label()})
			}
		}
		for ; i < end; i++ {
			if was := before.Range.Of(k.wants[i].family); was.IsValid() {
				k.keepOne(i, m, b, before, was, region, remask, by)
			}
		}
	}
}

// keepOne decides about one range: it stays, grows, or has to go.
func (k *keeper) keepOne(i int, m *match, b, before *Block, was netip.Prefix, region, remask string, by []clusterKind) {
	w := &k.wants[i]
	f := w.family
	refuse := func(reason, undo string) {
		if !k.mayMove[ownerName(b)] {
			k.outgrew = append(k.outgrew, Outgrown{
				Cluster: b.Cluster, Network: networkName(b), Role: b.Role, Name: rangeName(b),
				Range: was, Bits: was.Bits(), Reason: reason, WaysOut: waysToStay(b, undo),
			})
		}
	}
	leave := func(reason, undo string) {
		k.gone = append(k.gone, gone{was, before.room(f), before.label()})
		refuse(reason, undo)
	}
	const otherMasks = "ask for no more pods and nodes than the node masks hold, or for a second cluster"
	if w.pinned {
		switch {
		case w.got != was && !covers(w.got, was):
			leave(fmt.Sprintf("it is pinned to %v now", w.got), fmt.Sprintf("pin it to %v or to a range around it, or drop the pin", was))
		case remask != "":
			refuse(remask, otherMasks)
		}
		return
	}
	if remask != "" {
		leave(remask, otherMasks)
		return
	}
	held := before.room(f)
	if why := k.misplaced(b, was, region); why != "" && why != k.misplacedBefore(before, was) {
		leave(why, "leave pools, zones, regions, reservations and peers as they were around it")
		return
	}
	if why := k.refused(before, was, by); why != "" {
		leave(why, "leave the platform as it was")
		return
	}
	if why := m.tooLarge(before, was); why != "" {
		leave(why, "leave the version of Kubernetes and what the range carries as they were")
		return
	}
	need := int(w.bits)
	w.got, w.kept, w.bits = was, true, int16(was.Bits())
	if held != was && len(overlapping(k.taken, held)) == 0 && poolOf(k.space, held) != nil {
		w.headroom = headroomOf(was, held)
	}
	w.pool = k.poolNumber(w.held())
	if need < was.Bits() {
		k.growing = append(k.growing, growing{int32(i), need, before})
	}
}

// tooLarge says why a service range is more than the cluster may have, and was
// not before; "" if it is not.
func (m *match) tooLarge(before *Block, was netip.Prefix) string {
	if m == nil || before.Role != Service {
		return ""
	}
	why := func(s *ClusterSpec) string {
		c := Cluster{spec: *s}
		if before.Name != "" && c.countOf(before) == 0 {
			return "" // it stands beside what is counted
		}
		if _, err := k8sflags.ServicesIn(s.version(), was); err != nil {
			return strings.TrimPrefix(err.Error(), "k8sflags: ")
		}
		return ""
	}
	if now := why(m.spec); why(&m.prev.spec) == "" {
		return now
	}
	return ""
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
// been adopted with faults. What was pinned was not misplaced wherever it was.
func (k *keeper) misplacedBefore(b *Block, was netip.Prefix) string {
	region, pin := "", dualstack.Pair{}
	if j, ok := k.prev.find(b.Cluster); ok {
		c := k.prev.clusters[j]
		region, pin = c.spec.Region, c.pinOf(b)
	} else if j, ok := k.prev.findNetwork(b.Name); ok {
		region, pin = k.prev.spec.Networks[j].Region, k.prev.spec.Networks[j].Pin
	}
	if pin.Of(cidr.FamilyOf(was)) == was {
		return ""
	}
	if k.before == nil {
		k.before = &keeper{taken: k.prev.spec.taken(), space: k.prev.spec.space()}
	}
	return k.before.misplaced(b, was, region)
}

// poolNumber is the index of the pool that all of p lies in, −1 for none.
func (k *keeper) poolNumber(p netip.Prefix) int32 {
	pool := poolOf(k.space, p)
	return int32(slices.IndexFunc(k.evolution.spec.Pools, func(q PoolSpec) bool { return pool != nil && pool.Name == q.Name }))
}

// giveUp notes that all of a block is free again.
func (k *keeper) giveUp(b *Block) {
	for p := range b.Range.All() {
		k.gone = append(k.gone, gone{p, b.room(cidr.FamilyOf(p)), b.label()})
	}
}
