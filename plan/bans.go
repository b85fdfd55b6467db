package plan

import (
	"cmp"
	"fmt"
	"iter"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// ban is what nothing new is taken of in a pool: addresses that no cluster can
// have, such as those of multicast, and those that the platform of somebody who
// may use the pool refuses. A pool has one free space for all, so nobody gets
// them there.
type ban struct {
	space []netip.Prefix // by address, disjoint
	// strict has, by family, whether some range would be allowed there. That it
	// finds no place then proves nothing.
	strict [2]bool
}

func (b *ban) equal(c *ban) bool { return slices.Equal(b.space, c.space) && b.strict == c.strict }

// guest is clusters or networks of which ranges may lie in the same pools.
type guest struct {
	platform     platform.Name
	zone, region string
}

// guests has the roles of each, as bits by their order.
type guests struct {
	roles map[guest]*uint8
	last  guest
	at    *uint8
}

const allRoles = 1<<len(roles) - 1

func (gs *guests) add(g guest, roles uint8) {
	if gs.at == nil || g != gs.last {
		at := gs.roles[g]
		if at == nil {
			at = new(uint8)
			gs.roles[g] = at
		}
		gs.last, gs.at = g, at
	}
	*gs.at |= roles
}

func bit(r Role) uint8 { return 1 << max(r.order(), 0) }

func (gs *guests) cluster(c *ClusterSpec) {
	asked := uint8(allRoles) // the same holds for all where there is no platform
	if c.Platform != "" {
		asked = 0
		for _, r := range roles {
			if c.wants(r) {
				asked |= bit(r)
			}
		}
	}
	gs.add(guest{c.Platform, c.Zone, c.Region}, asked)
	for i := range c.Extra {
		b := &c.Extra[i]
		gs.add(guest{c.Platform, cmp.Or(b.Zone, c.Zone), c.Region}, bit(b.Role))
	}
}

// bans returns what is banned in each pool of s for some clusters, which may be
// others than those of s, and for its networks.
func (s *Spec) bans(clusters iter.Seq[*ClusterSpec]) []ban {
	gs := guests{roles: map[guest]*uint8{}}
	platforms := map[string][]platform.Name{} // by network
	for c := range clusters {
		gs.cluster(c)
		if n := c.NodeNetwork; n != "" && !slices.Contains(platforms[n], c.Platform) {
			platforms[n] = append(platforms[n], c.Platform)
		}
	}
	for i := range s.Networks {
		n := &s.Networks[i]
		gs.add(guest{"", n.Zone, n.Region}, bit(Node))
		for _, p := range platforms[n.Name] {
			gs.add(guest{p, n.Zone, n.Region}, bit(Node))
		}
	}
	in := map[string][]guest{} // by zone, in any order: it decides nothing
	for g := range gs.roles {
		in[g.zone] = append(in[g.zone], g)
	}
	bans := make([]ban, len(s.Pools))
	for i := range s.Pools {
		bans[i] = s.Pools[i].ban(&gs, in[s.Pools[i].Zone])
	}
	return bans
}

// ban is what is banned in a pool for those in its zone.
func (p *PoolSpec) ban(gs *guests, in []guest) ban {
	var of []*terms // of those who may take a range of the pool
	for _, g := range in {
		if p.Region != "" && p.Region != g.region {
			continue
		}
		asked := *gs.roles[g]
		for _, r := range roles {
			if asked&bit(r) == 0 || !p.usableFor(r) {
				continue
			}
			for _, f := range [...]cidr.Family{cidr.IPv4, cidr.IPv6} {
				if t := termsOf(g.platform, r, f); !slices.Contains(of, t) {
					of = append(of, t)
				}
			}
		}
	}
	if len(of) == 0 { // nobody uses it yet
		of = append(of, termsOf("", Node, cidr.IPv4), termsOf("", Node, cidr.IPv6))
	}
	var b ban
	for _, q := range p.Prefixes {
		for _, t := range of {
			for _, x := range overlapping(t.forbidden, q) {
				b.space = append(b.space, clip(x, q))
			}
		}
	}
	if len(b.space) == 0 {
		return b
	}
	b.space = cidr.Aggregate(b.space)
	for _, t := range of {
		for _, x := range b.space {
			if f := cidr.FamilyOf(x); f == t.family && !within(t.forbidden, x) {
				b.strict[f>>1&1] = true
			}
		}
	}
	return b
}

// clip returns the part of p that is in q; they overlap.
func clip(p, q netip.Prefix) netip.Prefix {
	if p.Bits() < q.Bits() {
		return q
	}
	return p
}

// excludeBan takes what is banned out of a pool's free space, but for ranges that
// lie there already, which are sorted and disjoint.
func (o *openPool) excludeBan(held []netip.Prefix) error {
	for _, p := range o.ban.space {
		for q := range without(p, overlapping(held, p)) {
			if err := o.free.Exclude(q); err != nil {
				return fmt.Errorf("plan: pool %q: %w", o.spec.Name, err)
			}
		}
	}
	return nil
}

// without yields p without ps, as the fewest prefixes.
func without(p netip.Prefix, ps []netip.Prefix) iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		if len(ps) == 0 {
			yield(p)
			return
		}
		whole, err := cidr.SetOf(p)
		if err != nil {
			return // a pool's prefixes are valid
		}
		gone, err := cidr.SetOf(ps...)
		if err != nil {
			return
		}
		whole.Subtract(gone).Prefixes()(yield)
	}
}

// each yields the clusters of a spec.
func (s *Spec) each() iter.Seq[*ClusterSpec] {
	return func(yield func(*ClusterSpec) bool) {
		for i := range s.Clusters {
			if !yield(&s.Clusters[i]) {
				return
			}
		}
	}
}

// each yields what the clusters of a plan ask for.
func (p *Plan) each() iter.Seq[*ClusterSpec] {
	return func(yield func(*ClusterSpec) bool) {
		for _, c := range p.clusters {
			if !yield(&c.spec) {
				return
			}
		}
	}
}
