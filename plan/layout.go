package plan

import (
	"fmt"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// layout is every range that has to be in a plan, and which of them have to be
// placed.
type layout struct {
	spec   *Spec // normal; its pools are what counts
	scopes scopes
	blocks []Block // without what is in wants
	wants  []want
	as     []ask // used again for each cluster
}

// want is a range of one family.
type want struct {
	block  int32       // whose
	scope  int32       // which pools it may come from
	pool   int32       // the one that it comes from; −1 as long as it has none
	shares int32       // the want with whose place it has its own in common, by index; −1 for none
	part   uint64      // which part of that place, of those of its length
	family cidr.Family //
	role   uint8       // its block's, as Role.order has it
	bits   int16       // its length
	pinned bool        // its place is given by the spec
	kept   bool        // its place is that of an earlier plan
	// headroom is how many bits shorter than got is what is kept around it.
	headroom uint8
	got      netip.Prefix
}

// held is the range that w keeps others out of.
func (w *want) held() netip.Prefix {
	if w.headroom == 0 {
		return w.got
	}
	return netip.PrefixFrom(w.got.Addr(), w.got.Bits()-int(w.headroom)).Masked()
}

// headroomOf is the difference of a range's length to that of its room; 0 for
// no room.
func headroomOf(p, room netip.Prefix) uint8 {
	if !room.IsValid() || room.Bits() >= p.Bits() {
		return 0
	}
	return uint8(p.Bits() - room.Bits())
}

func newLayout(s *Spec) *layout {
	return &layout{spec: s, scopes: newScopes(s.Pools)}
}

// layout lists what a normal spec asks for: its networks, then its clusters.
func (s *Spec) layout() (*layout, error) {
	l := newLayout(s)
	l.blocks = make([]Block, 0, len(s.Networks)+len(roles)*len(s.Clusters))
	l.wants = make([]want, 0, 2*cap(l.blocks))
	users := s.users()
	for i := range s.Networks {
		if err := l.network(&s.Networks[i], users); err != nil {
			return nil, err
		}
	}
	for i := range s.Clusters {
		if err := l.cluster(&s.Clusters[i]); err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *layout) network(n *Network, users users) error {
	a := users.ask(n)
	err := l.add("", n.Region, "", &a, func(f cidr.Family) (int, error) { return users.bits(n, f) })
	if err != nil {
		return fmt.Errorf("plan: network %q: %w", n.Name, err)
	}
	return nil
}

func (l *layout) cluster(c *ClusterSpec) error {
	l.as = c.asks(l.as[:0])
	for i := range l.as {
		a := &l.as[i]
		if err := l.add(c.Name, c.Region, c.Platform, a, func(f cidr.Family) (int, error) { return c.bitsOf(a, f) }); err != nil {
			return fmt.Errorf("plan: cluster %q: %s range: %w", c.Name, a.role, err)
		}
	}
	return nil
}

func (l *layout) add(cluster, region string, n platform.Name, a *ask, bitsOf func(cidr.Family) (int, error)) error {
	l.blocks = append(l.blocks, Block{Cluster: cluster, Role: a.role, Name: a.name, Zone: a.zone})
	role := uint8(a.role.order())
	for _, f := range a.families {
		w := want{block: int32(len(l.blocks) - 1), pool: -1, shares: -1, family: f, role: role, scope: l.scopes.of(a.role, f, a.zone, region, n)}
		if pin := a.pin.Of(f); pin.IsValid() {
			w.bits, w.got, w.pinned = int16(pin.Bits()), pin, true
		} else {
			bits, err := bitsOf(f)
			if err != nil {
				return err
			}
			w.bits = int16(bits)
		}
		l.wants = append(l.wants, w)
	}
	return nil
}

// fill gives the blocks the ranges of their wants.
func (l *layout) fill() []Block {
	for i := 0; i < len(l.wants); i++ {
		w := &l.wants[i]
		b := &l.blocks[w.block]
		if i+1 < len(l.wants) && l.wants[i+1].block == w.block {
			// Both families at once, as there are at most two.
			if both, err := dualstack.Dual(w.got, l.wants[i+1].got); err == nil {
				b.Range = both
				i++
				continue
			}
		}
		b.Range = appendRange(b.Range, w.got)
	}
	for i := range l.wants {
		w := &l.wants[i]
		if w.headroom == 0 {
			continue
		}
		b := &l.blocks[w.block]
		if b.Room.IsZero() {
			b.Room = b.Range
		}
		b.Room = withRange(b.Room, w.held())
	}
	return l.blocks
}

// withRange returns p with the range of q's family replaced by q.
func withRange(p dualstack.Pair, q netip.Prefix) dualstack.Pair {
	var r dualstack.Pair
	for old := range p.All() {
		if cidr.FamilyOf(old) == cidr.FamilyOf(q) {
			old = q
		}
		r = appendRange(r, old)
	}
	return r
}
