package plan

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

// zones checks that no block has addresses of a zone that is not its own.
func (a *auditor) zones() {
	var zoned []netip.Prefix
	var pools []*PoolSpec
	for _, p := range a.space {
		if p.pool.Zone != "" {
			zoned, pools = append(zoned, p.prefix), append(pools, p.pool)
		}
	}
	if len(zoned) == 0 {
		return
	}
	ps, of := a.rangesIn(zoned)
	pairs, err := cidr.OverlapsBetween(zoned, ps)
	if err != nil {
		return
	}
	zones := a.zonesOf(of)
	for i, j := range pairs {
		if b := a.blocks[of[j]]; zones[j] != pools[i].Zone {
			a.add(RuleZone, b, "move the range", "%v of %s overlaps %v, which is of zone %q", ps[j], zoneName(zones[j]), zoned[i], pools[i].Zone)
		}
	}
}

// zonesOf returns in which zone the spec has each block.
func (a *auditor) zonesOf(of []int32) []string {
	type key struct {
		cluster, name string
		role          Role
	}
	extra := map[key]string{}
	zones := map[string]string{}
	for i := range a.spec.Networks {
		extra[key{"", a.spec.Networks[i].Name, Node}] = a.spec.Networks[i].Zone
	}
	for i := range a.spec.Clusters {
		c := &a.spec.Clusters[i]
		zones[c.Name] = c.Zone
		for j := range c.Extra {
			if b := &c.Extra[j]; b.Zone != "" {
				extra[key{c.Name, b.Name, b.Role}] = b.Zone
			}
		}
	}
	list := make([]string, len(of))
	for k, i := range of {
		b := a.blocks[i]
		list[k] = zones[b.Cluster]
		if b.Name != "" {
			if z, ok := extra[key{b.Cluster, b.Name, b.Role}]; ok {
				list[k] = z
			}
		}
	}
	return list
}
