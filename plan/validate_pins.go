package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// pin is one range that is given.
type pin struct {
	path, owner   string
	cluster, zone string
	role          Role
}

// pins checks that what is pinned is free, and allowed there.
func (v *validator) pins() {
	var given []netip.Prefix
	var of []pin
	add := func(p pin, ranges dualstack.Pair) {
		for q := range ranges.All() {
			given, of = append(given, q), append(of, p)
		}
	}
	for i := range v.spec.Networks {
		n := &v.spec.Networks[i]
		add(pin{fmt.Sprintf("networks[%d].pin", i), fmt.Sprintf("network %q", n.Name), "", n.Zone, Node}, n.Pin)
	}
	for i := range v.spec.Clusters {
		c := &v.spec.Clusters[i]
		if len(c.Pins) == 0 && len(c.Extra) == 0 {
			continue
		}
		families := c.families()
		for r, ranges := range sortedPins(c.Pins) {
			add(pin{inCluster(i, "pins."+string(r)), fmt.Sprintf("cluster %q", c.Name), c.Name, c.Zone, r}, inOrder(ranges, families))
		}
		for j := range c.Extra {
			b := &c.Extra[j]
			p := pin{inCluster(i, fmt.Sprintf("extra[%d].pin", j)), fmt.Sprintf("cluster %q", c.Name), c.Name, cmp.Or(b.Zone, c.Zone), b.Role}
			add(p, inOrder(b.Pin, families))
		}
	}
	if len(given) == 0 {
		return
	}
	v.pinsAllowed(given, of)
	overlaps, err := cidr.Overlaps(given)
	if err != nil {
		return // pairs hold valid prefixes only
	}
	sharing := v.spec.sharing()
	for i, j := range overlaps {
		a, b := of[j], of[i]
		if a.role != b.role || !sharing.allows(a.role, a.cluster, b.cluster) {
			v.add(a.path, "%s %s: %v overlaps %v, pinned for %s %s", a.owner, a.role, given[j], given[i], b.owner, b.role)
		}
	}
}

// pinsAllowed checks that pins are clear of what is taken and of pools that are
// for others.
func (v *validator) pinsAllowed(given []netip.Prefix, of []pin) {
	reserved, err := cidr.OverlapsBetween(given, v.taken)
	if err != nil {
		return // all were checked
	}
	for i, j := range reserved {
		v.add(of[i].path, "%s: %v overlaps %v, %s", of[i].owner, given[i], v.taken[j], v.reasons[j])
	}
	space := make([]netip.Prefix, len(v.space))
	for i, p := range v.space {
		space[i] = p.prefix
	}
	pools, err := cidr.OverlapsBetween(given, space)
	if err != nil {
		return
	}
	for i, j := range pools {
		pool := v.space[j].pool
		switch {
		case of[i].role.Valid() && !pool.usableFor(of[i].role):
			v.add(of[i].path, "%s: %v lies in pool %q, which is for %v and not for %s ranges", of[i].owner, given[i], pool.Name, pool.Roles, of[i].role)
		case pool.Zone != of[i].zone:
			v.add(of[i].path, "%s: %v lies in pool %q of %s, and not of %s", of[i].owner, given[i], pool.Name, zoneName(pool.Zone), zoneName(of[i].zone))
		}
	}
}

func zoneName(zone string) string {
	if zone == "" {
		return "no zone"
	}
	return fmt.Sprintf("zone %q", zone)
}

// sortedPins yields the pins in role order, unknown roles first.
func sortedPins(pins map[Role]dualstack.Pair) func(yield func(Role, dualstack.Pair) bool) {
	return func(yield func(Role, dualstack.Pair) bool) {
		if len(pins) == 0 {
			return
		}
		roles := make([]Role, 0, len(pins))
		for r := range pins {
			roles = append(roles, r)
		}
		slices.SortFunc(roles, func(a, b Role) int {
			return cmp.Or(compareRoles(a, b), strings.Compare(string(a), string(b)))
		})
		for _, r := range roles {
			if !yield(r, pins[r]) {
				return
			}
		}
	}
}
