package plan

import (
	"fmt"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// size sets the lengths that ranges need which are there already: those of a
// spec that did not change, and of pods by the node masks that nodes have. It
// says why the node masks cannot stay; "" if they can.
func (k *keeper) size(m *match, before *Block, first, end int) (remask string) {
	if m == nil || m.prev == nil {
		return ""
	}
	unchanged := m.spec.sameNeed(&m.prev.spec)
	pods := before.Role == Pod && before.Range == m.prev.Block(Pod) && m.prev.masks != (dualstack.Masks{}) && !m.spec.flat()
	if pods && !unchanged {
		if have := m.spec.podsIn(before.Range, m.prev.masks); have < m.spec.podsPerNode() {
			return fmt.Sprintf("its node masks %v hold %d pods, needs %d, and nodes keep their masks", m.prev.masks, have, m.spec.podsPerNode())
		}
		for i := first; i < end; i++ {
			now := before.Range.Of(k.wants[i].family)
			if k.wants[i].pinned {
				now = k.wants[i].got
			}
			if mask := m.prev.masks.Of(k.wants[i].family); m.prev.hasMask(now) && !m.spec.takesMask(now, mask) {
				return fmt.Sprintf("its nodes have blocks of a /%d, which %s does not give in %v, and nodes keep their masks", mask, m.spec.blocksBy(), now)
			}
		}
	}
	now := Cluster{spec: *m.spec}
	need, extra := now.countOf(before), now.extraOf(before)
	for i := first; i < end; i++ {
		w := &k.wants[i]
		was := before.Range.Of(w.family)
		switch {
		case w.pinned && pods && !unchanged && was.IsValid():
			if have := m.prev.masks.Of(w.family) - w.got.Bits(); have >= 0 && have < log2ceil(max(need, 1)) {
				return fmt.Sprintf("with its node masks %v the pin %v has %d node blocks, needs %d, and nodes keep their masks", m.prev.masks, w.got, uint64(1)<<have, need)
			}
		case w.pinned:
		case unchanged && was.IsValid():
			w.bits = int16(was.Bits())
		case extra != nil && extra.Bits.Of(w.family) > 0:
			// The spec gives the length.
		case pods && was.IsValid():
			if err := m.spec.tooManyBlocks(w.family, need); err != nil {
				return err.Error()
			}
			w.bits = m.spec.podBitsFor(w.family, m.prev.masks.Of(w.family)-log2ceil(max(need, 1)))
		case pods:
			// A family that is new has as many blocks as the other.
			for _, f := range before.Range.Families() {
				d := max(m.prev.masks.Of(f)-before.Range.Of(f).Bits(), log2ceil(max(need, 1)))
				mask := int(w.bits) + log2ceil(max(need, 1))
				most, _ := m.spec.maskDifference(w.family)
				w.bits = m.spec.podBitsFor(w.family, mask-min(d, most))
			}
		}
	}
	return ""
}

// podBitsFor is the length of a pod range for which bits would be long enough,
// as the platform takes it.
func (c *ClusterSpec) podBitsFor(f cidr.Family, bits int) int16 {
	return int16(max(min(bits, termsOf(c.Platform, Pod, f).advised), 0))
}

// sameNeed reports whether c asks for what d does, by whatever name.
func (c *ClusterSpec) sameNeed(d *ClusterSpec) bool {
	if c.Name == d.Name {
		return c.equal(d)
	}
	same := *c
	same.Name = d.Name
	return same.equal(d)
}

// takesMask reports whether nodes may have blocks of a length in a pod range.
func (c *ClusterSpec) takesMask(pods netip.Prefix, bits int) bool {
	f := cidr.FamilyOf(pods)
	need, err := c.blockNeed(f)
	most, _ := c.maskDifference(f)
	return err == nil && bits >= need.Shortest && (need.Longest == 0 || bits <= need.Longest) && bits-pods.Bits() <= most
}

// hasMask reports whether nodes have blocks of the family of pods, and such as
// they may have: what was wrong before, in a cluster that was adopted, may stay.
func (c *Cluster) hasMask(pods netip.Prefix) bool {
	f := cidr.FamilyOf(pods)
	was := c.Block(Pod).Of(f)
	return was.IsValid() && c.masks.Of(f) > 0 && c.spec.takesMask(was, c.masks.Of(f))
}

// blocksBy is who decides which blocks nodes have.
func (c *ClusterSpec) blocksBy() string {
	if c.Platform != "" {
		return fmt.Sprintf("ipam %s on %s", c.normalIPAM(), c.Platform)
	}
	return fmt.Sprintf("ipam %s", c.normalIPAM())
}

// addedMask is the node mask of a family that is added to a pod range, or of one
// that nobody told: such that there are blocks for so many nodes. Where there
// cannot be, it is the one that their pods want.
func (c *ClusterSpec) addedMask(pods netip.Prefix, nodes uint64) (int, error) {
	f := cidr.FamilyOf(pods)
	if m, err := c.nodeMasks(appendRange(dualstack.Pair{}, pods), nodes); err == nil {
		return m.Of(f), nil
	}
	mask, err := c.blockBits(f)
	return max(mask, pods.Bits()), err
}

func withMask(m dualstack.Masks, f cidr.Family, bits int) dualstack.Masks {
	if f == cidr.IPv4 {
		m.V4 = bits
	} else {
		m.V6 = bits
	}
	return m
}

// evolveMasks keeps the node masks that the cluster had, as nodes do for life,
// as long as its pod range gives enough blocks of them.
func (c *Cluster) evolveMasks(prev *Cluster) error {
	pods := c.Block(Pod)
	unchanged := prev != nil && coversAll(pods, prev.Block(Pod)) && c.spec.sameNeed(&prev.spec)
	if unchanged && prev.masks == (dualstack.Masks{}) {
		return nil // it was adopted with a pod range that has none
	}
	if prev == nil || pods.IsZero() || c.spec.flat() || prev.masks == (dualstack.Masks{}) {
		return c.setMasks()
	}
	c.masks = dualstack.Masks{}
	others := false // it has leave to have others than it had
	for p := range pods.All() {
		f := cidr.FamilyOf(p)
		mask := prev.masks.Of(f)
		if mask == 0 {
			var err error
			if mask, err = c.spec.addedMask(p, c.podNodes()); err != nil {
				return fmt.Errorf("plan: cluster %q: %w", c.spec.Name, err)
			}
		}
		others = others || prev.hasMask(p) && !c.spec.takesMask(p, mask)
		c.masks = withMask(c.masks, f, mask)
	}
	if !unchanged && (others || nodeBlocks(pods, c.masks) < c.podNodes() || c.spec.podsIn(pods, c.masks) < c.spec.PodsPerNode) {
		return c.setMasks()
	}
	return nil
}
