package plan

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
)

// within reports whether all that a pool has of the scope's family lies where
// the scope's platform wants it. A pool of which only a part does is not used
// for such ranges: it has one free space for all.
func (sc scope) within(p *PoolSpec) bool {
	return sc.platform == "" || !slices.ContainsFunc(p.Prefixes, func(q netip.Prefix) bool {
		return cidr.FamilyOf(q) == sc.family && !termsOf(sc.platform, sc.role, sc.family).allows(q)
	})
}

// partly reports whether a pool that the scope may not use has space that it
// might.
func (sc scope) partly(p *PoolSpec) bool {
	if sc.platform == "" || p.Zone != sc.zone || !p.usableFor(sc.role) || sc.within(p) {
		return false
	}
	t := termsOf(sc.platform, sc.role, sc.family)
	return slices.ContainsFunc(p.Prefixes, func(q netip.Prefix) bool { return len(overlapping(t.within, q)) > 0 })
}

// strict reports whether rules were taken more strictly than they are in a
// family of which a range found no place, so that there may be a plan
// nevertheless.
func (p *placement) strict() bool {
	for _, i := range p.unplaced {
		f := p.wants[i].family
		if slices.ContainsFunc(p.pools, func(o openPool) bool { return o.ban.strict[f>>1&1] }) {
			return true
		}
		for _, sc := range p.scopes.all {
			if sc.platform == "" || sc.family != f {
				continue
			}
			if slices.Contains(p.spec.Share, sc.role) || slices.ContainsFunc(p.pools, func(o openPool) bool { return sc.partly(o.spec) }) {
				return true
			}
		}
	}
	return false
}

func prefixList(ps []netip.Prefix) string {
	text := make([]string, len(ps))
	for i, p := range ps {
		text[i] = p.String()
	}
	return strings.Join(text, ", ")
}
