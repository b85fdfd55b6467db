package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// maxHeadroom is more doublings than anybody can use: a /32 becomes a /8.
const maxHeadroom = 24

// unmapped checks that no range of a pool can be IPv4-mapped.
func (v *validator) unmapped(path string, p netip.Prefix) bool {
	mapped := netip.PrefixFrom(netip.AddrFrom16([16]byte{10: 0xff, 11: 0xff}), 96)
	if p.Overlaps(mapped) {
		v.add(path, "%v has the IPv4-mapped addresses (%v), which are no cluster's: leave them out", p.Masked(), mapped)
		return false
	}
	return true
}

func (v *validator) pools() {
	if len(v.spec.Pools) == 0 {
		v.add("pools", "there is no pool to take addresses from")
	}
	seen := map[string]int{}
	var prefixes []netip.Prefix
	var paths []string
	for i := range v.spec.Pools {
		p := &v.spec.Pools[i]
		path := fmt.Sprintf("pools[%d]", i)
		v.name("pool", "pools", i, p.Name, seen)
		if len(p.Prefixes) == 0 {
			v.add(path+".prefixes", "pool %q has no prefixes", p.Name)
		}
		for j, q := range p.Prefixes {
			at := fmt.Sprintf("%s.prefixes[%d]", path, j)
			if v.prefix(at, q) && v.unmapped(at, q) {
				v.useless(at, p, q)
				prefixes, paths = append(prefixes, q.Masked()), append(paths, at)
				v.space = append(v.space, poolPrefix{q.Masked(), p})
			}
		}
		for j, r := range p.Roles {
			if !r.Valid() {
				v.add(fmt.Sprintf("%s.roles[%d]", path, j), "role %q: want one of %v", r, Roles())
			}
		}
		v.zone(func() string { return path + ".zone" }, p.Zone)
		v.text(path+".region", p.Region)
		if !p.Fit.Valid() {
			v.add(path+".fit", "pool %q: fit %q: want one of %v", p.Name, p.Fit, Fits())
		}
		if p.Headroom < 0 || p.Headroom > maxHeadroom {
			v.add(path+".headroom", "pool %q: headroom of %d doublings: want 0 to %d", p.Name, p.Headroom, maxHeadroom)
		}
		if p.Cooldown < 0 {
			v.add(path+".cooldown", "pool %q: cooldown %v is negative", p.Name, p.Cooldown)
		}
	}
	overlaps, err := cidr.Overlaps(prefixes)
	if err != nil {
		return // every prefix was checked
	}
	for i, j := range overlaps {
		if a, b := v.space[j].pool, v.space[i].pool; a != b {
			v.add(paths[j], "pools must not overlap: %v of pool %q and %v of pool %q", prefixes[j], a.Name, prefixes[i], b.Name)
		}
	}
}

func (v *validator) reserved() {
	for i, r := range v.spec.Reserved {
		v.text(fmt.Sprintf("reserved[%d].reason", i), r.Reason)
		if v.prefix(fmt.Sprintf("reserved[%d].prefix", i), r.Prefix) {
			v.taken, v.reasons = append(v.taken, r.Prefix.Masked()), append(v.reasons, "reserved"+forReason(r.Reason))
		}
	}
}

func (v *validator) peers() {
	seen := map[string]int{}
	for i, p := range v.spec.Peers {
		v.name("peer", "peers", i, p.Name, seen)
		if len(p.Prefixes) == 0 {
			v.add(fmt.Sprintf("peers[%d].prefixes", i), "peer %q has no prefixes", p.Name)
		}
		for j, q := range p.Prefixes {
			if v.prefix(fmt.Sprintf("peers[%d].prefixes[%d]", i, j), q) {
				v.taken, v.reasons = append(v.taken, q.Masked()), append(v.reasons, fmt.Sprintf("of peer %q", p.Name))
			}
		}
	}
}

func forReason(reason string) string {
	if reason == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", reason)
}

func (v *validator) sharedNetworks() {
	v.networks = map[string]*Network{}
	seen := map[string]int{}
	for i := range v.spec.Networks {
		n := &v.spec.Networks[i]
		path := fmt.Sprintf("networks[%d]", i)
		v.name("network", "networks", i, n.Name, seen)
		v.zone(func() string { return path + ".zone" }, n.Zone)
		v.text(path+".region", n.Region)
		sized := v.families(func() string { return path + ".families" }, n.Families)
		if v.networks[n.Name] == nil {
			v.networks[n.Name] = n
		}
		if v.users.need(n) == 0 && n.Pin.IsZero() {
			v.add(path, "network %q has no hosts, and no cluster has it as nodeNetwork", n.Name)
		}
		for _, f := range n.Pin.Families() {
			if len(n.Families) > 0 && !slices.Contains(n.Families, f) {
				v.add(path+".pin", "network %q has no %v", n.Name, f)
				sized = false
			}
		}
		if sized {
			v.networkSize(path, n)
		}
	}
}

// networkSize checks that there can be a range for all machines of a network.
func (v *validator) networkSize(path string, n *Network) {
	need := v.users.need(n)
	for _, f := range v.users.families(n) {
		if f.BitLen() == 0 || n.Pin.Of(f).IsValid() {
			continue // a cluster has said so; or it is given
		}
		if _, err := v.users.bits(n, f); err != nil {
			v.add(path+".hosts", "network %q: %v", n.Name, err)
		}
	}
	if !n.Pin.IsZero() {
		v.refused(path+".pin", owner("", n.Name), Node, n.Pin, v.users.kinds(n)...)
	}
	if have := usableNodes(n.Pin, v.users.lost(n)); !n.Pin.IsZero() && have < need {
		v.add(path+".pin", "network %q: %v has %d addresses for nodes, needs %d", n.Name, n.Pin, have, need)
	}
}
