package plan

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// Audit proves blocks against a spec: every range that the spec asks for is
// there, in the right families, where it is pinned and otherwise inside a pool
// for its role and zone, large enough, apart from all others that it may not
// share addresses with, and from what is reserved, of peers or of other zones.
// It returns what is wrong, that of single blocks in their order first, and
// nothing if nothing is.
//
// All that is about the spec are errors, but for what a mesh asks of clusters
// beside ranges that are apart ([RuleMesh]), which is a warning. What the facts of package platform say
// of ranges, at the end, has the severity of the fact: what is special about
// addresses everywhere ([RuleSpecial]) is said once of a pool where it holds for
// all of it, else of each range, as is what the cluster's platform says
// ([RulePlatform]). And there is an Info for each of [Thresholds] that a cluster
// asks for more than.
//
// It trusts nothing that [Solve] does: blocks may come from anywhere, from a
// file, a cloud's API or a spreadsheet. It takes O(n log n).
func Audit(s Spec, blocks []Block) []Finding {
	var invalid SpecErrors
	if errors.As(s.Validate(), &invalid) {
		a := &auditor{}
		for _, e := range invalid {
			a.add(RuleSpec, &Block{}, "mend the spec", "%s: %s", e.Path, e.Message)
		}
		return a.findings
	}
	pointers := make([]*Block, len(blocks))
	for i := range blocks {
		pointers[i] = &blocks[i]
	}
	return audit(s.normal(), pointers)
}

// audit is Audit of a valid and normal spec.
func audit(s Spec, blocks []*Block) []Finding {
	a := &auditor{spec: s, blocks: blocks, space: s.space()}
	a.of = a.owners()
	a.single()
	a.overlaps()
	a.rooms()
	a.taken()
	a.zones()
	a.meshes()
	a.platforms()
	a.scale()
	return a.findings
}

type auditor struct {
	spec     Spec
	blocks   []*Block
	space    []poolPrefix
	of       []int32 // whose each block is; see owners
	findings []Finding
}

func (a *auditor) add(rule string, b *Block, fix, format string, args ...any) {
	f := Finding{Rule: rule, Severity: k8sflags.Error, Cluster: b.Cluster, Role: b.Role, Name: b.Name, Message: fmt.Sprintf(format, args...), Fix: fix}
	if b.Cluster == "" {
		f.Network, f.Name = b.Name, ""
	}
	a.findings = append(a.findings, f)
}

// single checks each block for itself, and that none is missing.
func (a *auditor) single() {
	// The blocks of each network and cluster together, to ask the spec once
	// for each.
	n := len(a.spec.Networks) + len(a.spec.Clusters)
	of := a.of
	byOwner := upTo(len(a.blocks))
	sortByKey(byOwner, n+1, func(i int32) int { return int(of[i]) })
	found := make([][]Finding, 0, 8)
	var missing []Finding
	var at []int32 // the blocks that found is about
	collect := func(i int32) {
		if len(a.findings) > 0 {
			found, at = append(found, a.findings), append(at, i)
			a.findings = nil
		}
	}
	users := a.spec.users()
	var as []ask
	var have []bool // used again for each owner
	for k := range n {
		var c *ClusterSpec
		var l lost // of a network
		var region string
		if k < len(a.spec.Networks) {
			n := &a.spec.Networks[k]
			as, l, region = append(as[:0], users.ask(n)), users.lost(n), n.Region
		} else {
			c = &a.spec.Clusters[k-len(a.spec.Networks)]
			as, region = c.asks(as[:0]), c.Region
		}
		have = append(have[:0], make([]bool, len(as))...)
		for len(byOwner) > 0 && int(of[byOwner[0]]) == k {
			i := byOwner[0]
			byOwner = byOwner[1:]
			a.block(a.blocks[i], c, as, have, l, region)
			collect(i)
		}
		for j, ok := range have {
			if !ok {
				a.missing(c, &as[j])
				missing = append(missing, a.findings...)
				a.findings = nil
			}
		}
	}
	for _, i := range byOwner {
		b := a.blocks[i]
		if b.Cluster == "" {
			a.add(RuleUnknown, b, "give up the range", "%v: the spec asks for no such range", b.Range)
		} else {
			a.add(RuleUnknown, b, "add the cluster to the spec or give up the range", "%v: the spec has no such cluster", b.Range)
		}
		collect(i)
	}
	order := upTo(len(at))
	slices.SortFunc(order, func(i, j int32) int { return int(at[i]) - int(at[j]) })
	for _, i := range order {
		a.findings = append(a.findings, found[i]...)
	}
	a.findings = append(a.findings, missing...)
}

// owners returns whose each block is: a number of a network, then of a cluster,
// and one more for nobody of the spec.
func (a *auditor) owners() []int32 {
	networks := func(i int) string { return a.spec.Networks[i].Name }
	clusters := func(i int) string { return a.spec.Clusters[i].Name }
	nobody := len(a.spec.Networks) + len(a.spec.Clusters)
	of := make([]int32, len(a.blocks))
	last := 0 // the cluster of the block before; blocks most often come in the order of clusters
	for i, b := range a.blocks {
		owner := nobody
		if b.Cluster == "" {
			if k, ok := find(len(a.spec.Networks), networks, b.Name); ok {
				owner = k
			}
		} else if k, ok := findNear(len(a.spec.Clusters), clusters, b.Cluster, last); ok {
			owner, last = len(a.spec.Networks)+k, k
		}
		of[i] = int32(owner)
	}
	return of
}

// block checks a block of a cluster, or of a network where c is nil, against
// what is asked for.
func (a *auditor) block(b *Block, c *ClusterSpec, as []ask, have []bool, l lost, region string) {
	k := slices.IndexFunc(as, func(x ask) bool { return x.role == b.Role && x.name == b.Name })
	switch {
	case !b.Role.Valid():
		a.add(RuleUnknown, b, fmt.Sprintf("use one of %v", Roles()), "%v has role %q", b.Range, b.Role)
		return
	case k < 0 && c != nil && b.Role == Node && b.Name == "" && c.NodeNetwork != "":
		a.add(RuleUnknown, b, "give up the range", "%v: the nodes are in network %q", b.Range, c.NodeNetwork)
		return
	case k < 0:
		a.add(RuleUnknown, b, "give up the range", "%v: the spec asks for no such range", b.Range)
		return
	case have[k]:
		a.add(RuleUnknown, b, "keep one", "%v is its second range for %s", b.Range, b.Role)
	}
	have[k] = true
	want := &as[k]
	if !sameFamilies(b.Range, want.families) {
		a.add(RuleFamily, b, fmt.Sprintf("want %v", want.families), "%q has families %v", b.Range, b.Range.Families())
	}
	if b.Zone != "" && b.Zone != want.zone {
		a.add(RuleZone, b, "say which zone it is in", "%v is said to be in %s, and the spec has it in %s", b.Range, zoneName(b.Zone), zoneName(want.zone))
	}
	a.place(b, want, region)
	switch {
	case c == nil:
		if have := usableNodes(b.Range, l); have < want.count {
			a.add(RuleCapacity, b, "take a larger range", "%v has addresses for %d machines, needs %d", b.Range, have, want.count)
		}
	default:
		if why := c.tooSmall(want, b.Range); why != "" {
			a.add(RuleCapacity, b, "take a larger range", "%s", why)
		}
	}
}

func sameFamilies(p dualstack.Pair, want []cidr.Family) bool {
	n := 0
	for q := range p.All() {
		if n >= len(want) || cidr.FamilyOf(q) != want[n] {
			return false
		}
		n++
	}
	return n == len(want)
}

// place checks that each family of b is where it is pinned, or else in a pool
// of its zone and role, and not in one of another region; and that its room is.
func (a *auditor) place(b *Block, want *ask, region string) {
	for p := range b.Range.All() {
		f := cidr.FamilyOf(p)
		if q := want.pin.Of(f); q.IsValid() {
			if p != q {
				a.add(RulePin, b, "use the pin or drop it", "%v is not %v, where it is pinned", p, q)
			}
		} else if why := outside(poolOf(a.space, p), b.Role, want.zone, region); why != "" {
			a.add(RulePool, b, "take it from a pool, or pin it", "%v lies in %s", p, why)
			continue
		}
		if room := b.room(f); room != p {
			if why := outside(poolOf(a.space, room), b.Role, want.zone, region); why != "" {
				a.add(RuleRoom, b, "drop the room", "the room %v lies in %s", room, why)
			}
		}
	}
}

// outside says why a range may not lie in a pool, nil for none; "" if it may.
func outside(pool *PoolSpec, r Role, zone, region string) string {
	switch {
	case pool == nil || !pool.usableFor(r):
		return fmt.Sprintf("no pool for %s ranges", r)
	case pool.Zone != zone:
		return fmt.Sprintf("pool %q of %s, and not of %s", pool.Name, zoneName(pool.Zone), zoneName(zone))
	case pool.Region != "" && pool.Region != region:
		return fmt.Sprintf("pool %q of region %q, and not of %q", pool.Name, pool.Region, region)
	}
	return ""
}

func (a *auditor) missing(c *ClusterSpec, want *ask) {
	b := Block{Role: want.role, Name: want.name}
	if c != nil {
		b.Cluster = c.Name
	}
	a.add(RuleMissing, &b, "give it one", "it has no %s range", want.role)
}
