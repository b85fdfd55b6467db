package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// platforms says what the facts of platforms have against ranges. Facts are
// asked only of the few ranges that there can be something to say of.
func (a *auditor) platforms() {
	users, of := a.spec.users(), a.of
	watched := a.watched(users)
	one := make([]clusterKind, 1)
	for i, b := range a.blocks {
		ks := one
		switch k := int(of[i]) - len(a.spec.Networks); {
		case !b.Role.Valid():
			continue // which is said already
		case k < 0:
			ks = users.kinds(&a.spec.Networks[of[i]])
		case k < len(a.spec.Clusters):
			one[0] = a.spec.Clusters[k].kind()
		default:
			one[0] = clusterKind{}
		}
		for p := range b.Range.All() {
			for j, k := range ks {
				if touches(watched, p) || k.platform != "" && termsOf(k.platform, b.Role, cidr.FamilyOf(p)).worded(p) {
					a.violations(b, k, p, j > 0)
				}
			}
		}
	}
	a.clouds(of)
}

// watched returns the space that there is something to say of, and says what
// holds for all of a pool once and for all.
func (a *auditor) watched(users users) []netip.Prefix {
	var all []netip.Prefix
	seen := map[platform.Name]bool{}
	watch := func(n platform.Name) {
		if !seen[n] {
			seen[n] = true
			all = append(all, platformOf(n).watched...)
		}
	}
	watch("")
	for i := range a.spec.Clusters {
		watch(a.spec.Clusters[i].Platform)
	}
	all = cidr.Aggregate(all)
	var space, pools []netip.Prefix
	for _, q := range a.space {
		pools = append(pools, q.prefix)
		if len(overlapping(all, q.prefix)) == 0 {
			continue
		}
		a.pool(q)
		for n := range seen {
			spaces := platformOf(n).spaces
			for i := range spaces {
				x := &spaces[i]
				for _, p := range x.Prefixes {
					if p.Overlaps(q.prefix) && !(x.Platform == "" && covers(p, q.prefix)) {
						space = append(space, clip(p, q.prefix))
					}
				}
			}
		}
	}
	// Ranges outside of all pools are pins, or wrong.
	pools = cidr.Aggregate(pools)
	for _, p := range all {
		space = slices.AppendSeq(space, without(p, overlapping(pools, p)))
	}
	return cidr.Aggregate(space)
}

// pool says what holds for all of a pool's prefix, of those facts that hold
// everywhere.
func (a *auditor) pool(q poolPrefix) {
	var said []string
	for _, r := range roles {
		if !q.pool.usableFor(r) {
			continue
		}
		for _, x := range platform.Check("", platform.Range(r), q.prefix) {
			if !covers(x.Prefix, q.prefix) || slices.Contains(said, x.Fact.ID) {
				continue
			}
			said = append(said, x.Fact.ID)
			a.findings = append(a.findings, Finding{
				Rule: RuleSpecial, Severity: x.Fact.Severity, Pool: q.pool.Name,
				Message: fmt.Sprintf("%v lies in %v: %s", q.prefix, x.Prefix, x.Fact.Text), Fix: fixOf(&x.Fact, "take other space"),
			})
		}
	}
}

// violations adds the facts that a range breaks. Those that hold everywhere are
// left out where they are said already.
func (a *auditor) violations(b *Block, k clusterKind, p netip.Prefix, said bool) {
	pool := prefixOf(a.space, p)
	for _, x := range platform.CheckUnder(k.platform, k.ipam, platform.Range(b.Role), p) {
		rule := RulePlatform
		if x.Fact.Platform == "" {
			if said || pool != nil && covers(x.Prefix, pool.prefix) {
				continue
			}
			rule = RuleSpecial
		}
		way := "move the range"
		if x.Fact.Kind == platform.KindShortest || x.Fact.Kind == platform.KindLongest {
			way = "take a range of another length"
		}
		a.add(rule, b, fixOf(&x.Fact, way), "%s", x.Message)
		a.findings[len(a.findings)-1].Severity = x.Fact.Severity
	}
}

// fixOf is what to do, and by which fact.
func fixOf(x *platform.Fact, way string) string {
	if x.Severity != k8sflags.Error {
		way += ", or leave it and know why"
	}
	return fmt.Sprintf("%s; %s: %s", way, x.ID, x.Source)
}
