package plan

import (
	"cmp"
	"math"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// ask is one range that a spec asks for, before it has a place.
type ask struct {
	role     Role
	name     string // "" for a cluster's main range of the role
	zone     string
	families []cidr.Family
	count    uint64          // what it has to hold
	bits     dualstack.Masks // or its lengths
	pin      dualstack.Pair
}

// asks appends to as the ranges of a cluster, in the order of its blocks: by
// role, the main range first, then by name.
func (c *ClusterSpec) asks(as []ask) []ask {
	first := len(as)
	for _, r := range roles {
		if r == Node && c.NodeNetwork != "" || !c.wants(r) {
			continue
		}
		families := c.families()
		if c.Platform != "" {
			families = c.chosen(r)
		}
		if len(families) > 0 {
			as = append(as, ask{role: r, zone: c.Zone, families: families, count: c.need(r), pin: c.pin(r)})
		}
	}
	if len(c.Extra) == 0 {
		return as
	}
	for i := range c.Extra {
		b := &c.Extra[i]
		as = append(as, ask{
			role: b.Role, name: b.Name, zone: cmp.Or(b.Zone, c.Zone), families: b.families(c),
			count: b.Count.Need(), bits: b.Bits, pin: b.Pin,
		})
	}
	slices.SortFunc(as[first:], func(a, b ask) int { return cmp.Or(compareRoles(a.role, b.role), cmp.Compare(a.name, b.name)) })
	return as
}

func (c *ClusterSpec) pin(r Role) dualstack.Pair {
	if len(c.Pins) == 0 {
		return dualstack.Pair{}
	}
	return c.Pins[r]
}

// carries reports whether the range is counted to what the cluster holds.
func (a *ask) carries() bool { return a.name == "" || a.count > 0 }

// ask is what n asks for, with the nodes of its clusters.
func (us users) ask(n *Network) ask {
	return ask{role: Node, name: n.Name, zone: n.Zone, families: us.families(n), count: us.need(n), pin: n.Pin}
}

// addrsPerNode is how many addresses of family f a node's block must have: for
// its pods, those in cooldown and those that the IPAM takes.
func (c *ClusterSpec) addrsPerNode(f cidr.Family) (uint64, error) {
	return c.IPAM.AddrsFor(c.podsWithCooldown(), f)
}

func (c *ClusterSpec) podsWithCooldown() uint64 {
	if c.Churn.IsZero() {
		return c.podsPerNode()
	}
	// So that what an IPAM adds does not wrap.
	return min(addSaturating(c.podsPerNode(), c.held()), math.MaxUint64>>1)
}

// held is how many addresses of a node are in cooldown at once. Where the spec
// says how fast pods are replaced, but not for how long an address rests, it
// rests for as long as the IPAM keeps it by itself.
func (c *ClusterSpec) held() uint64 { return c.churn().Held() }

func (c *ClusterSpec) churn() Churn {
	h := c.Churn
	if h.Cooldown == 0 && h.PodsPerNodePerMinute > 0 {
		h.Cooldown = Duration(c.IPAM.Cooldown())
	}
	return h
}

// chosen are the families of the main range of a role that are ours to choose:
// all but those that the platform gives, such as the IPv6 services of EKS, unless
// they are pinned, which is an error.
func (c *ClusterSpec) chosen(r Role) []cidr.Family {
	families := c.families()
	given := func(f cidr.Family) bool { return termsOf(c.Platform, r, f).given && !c.pin(r).Of(f).IsValid() }
	if slices.ContainsFunc(families, given) {
		families = slices.DeleteFunc(slices.Clone(families), given)
	}
	return families
}
