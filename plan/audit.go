package plan

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// Audit proves blocks against a spec: every range that the spec asks for is
// there, in the right families, where it is pinned and otherwise inside a pool
// for its role, large enough, and apart from all others and from what is
// reserved. It returns what is wrong, in the order of the blocks, and nothing
// if nothing is.
//
// It trusts nothing that [Solve] does: blocks may come from anywhere, from a
// file, a cloud's API or a spreadsheet. It takes O(n log n).
func Audit(s Spec, blocks []Block) []Finding {
	a := &auditor{found: map[[3]string]int{}}
	var invalid SpecErrors
	if errors.As(s.Validate(), &invalid) {
		for _, e := range invalid {
			a.add(RuleSpec, Block{}, "mend the spec", "%s: %s", e.Path, e.Message)
		}
		return a.findings
	}
	a.spec = s.normal()
	a.blocks = blocks
	a.known()
	for i := range blocks {
		a.block(&blocks[i])
	}
	a.missing()
	a.overlaps()
	a.reserved()
	return a.findings
}

type auditor struct {
	spec     Spec
	blocks   []Block
	clusters map[string]*ClusterSpec
	networks map[string]*Network
	users    users
	space    []poolPrefix
	found    map[[3]string]int // how often cluster, network and role have a range
	findings []Finding
}

func (a *auditor) add(rule string, b Block, fix, format string, args ...any) {
	f := Finding{Rule: rule, Severity: k8sflags.Error, Cluster: b.Cluster, Role: b.Role, Message: fmt.Sprintf(format, args...), Fix: fix}
	if b.Cluster == "" {
		f.Network = b.Name
	}
	a.findings = append(a.findings, f)
}

func (a *auditor) known() {
	a.clusters = make(map[string]*ClusterSpec, len(a.spec.Clusters))
	for i := range a.spec.Clusters {
		a.clusters[a.spec.Clusters[i].Name] = &a.spec.Clusters[i]
	}
	a.networks = make(map[string]*Network, len(a.spec.Networks))
	for i := range a.spec.Networks {
		a.networks[a.spec.Networks[i].Name] = &a.spec.Networks[i]
	}
	a.users = a.spec.users()
	a.space = a.spec.space()
}

// block checks one range for itself.
func (a *auditor) block(b *Block) {
	key := [3]string{b.Cluster, b.Name, string(b.Role)}
	if a.found[key]++; a.found[key] > 1 {
		a.add(RuleUnknown, *b, "keep one", "%v is its second range for %s", b.Range, b.Role)
	}
	if b.Cluster == "" {
		a.networkBlock(b)
		return
	}
	c, ok := a.clusters[b.Cluster]
	switch {
	case !ok:
		a.add(RuleUnknown, *b, "add the cluster to the spec or give up the range", "%v: the spec has no such cluster", b.Range)
	case !b.Role.Valid():
		a.add(RuleUnknown, *b, fmt.Sprintf("use one of %v", Roles()), "%v has role %q", b.Range, b.Role)
	case b.Role == Node && c.NodeNetwork != "":
		a.add(RuleUnknown, *b, "give up the range", "%v: the nodes are in network %q", b.Range, c.NodeNetwork)
	case b.Name != "" || !c.wants(b.Role):
		a.add(RuleUnknown, *b, "give up the range", "%v: the spec asks for no such range", b.Range)
	default:
		a.families(b, c.Families)
		a.place(b, c.Pins[b.Role])
		if why := c.tooSmall(b.Role, b.Range); why != "" {
			a.add(RuleCapacity, *b, "take a larger range", "%s", why)
		}
	}
}

func (a *auditor) networkBlock(b *Block) {
	n, ok := a.networks[b.Name]
	if !ok || b.Role != Node {
		a.add(RuleUnknown, *b, "give up the range", "%v: the spec asks for no such range", b.Range)
		return
	}
	a.families(b, n.Families)
	a.place(b, n.Pin)
	if have, need := usableNodes(b.Range), a.users.need(n); have < need {
		a.add(RuleCapacity, *b, "take a larger range", "%v has addresses for %d machines, needs %d", b.Range, have, need)
	}
}

func (a *auditor) families(b *Block, want []cidr.Family) {
	if !slices.Equal(b.Range.Families(), want) {
		a.add(RuleFamily, *b, fmt.Sprintf("want %v", want), "%q has families %v", b.Range, b.Range.Families())
	}
}

// place checks that each family of b is where it is pinned, or else in a pool.
func (a *auditor) place(b *Block, pin dualstack.Pair) {
	for p := range b.Range.All() {
		if q := pin.Of(cidr.FamilyOf(p)); q.IsValid() {
			if p != q {
				a.add(RulePin, *b, "use the pin or drop it", "%v is not %v, where it is pinned", p, q)
			}
			continue
		}
		if pool := poolOf(a.space, p); pool == nil || !pool.usableFor(b.Role) {
			a.add(RulePool, *b, "take it from a pool, or pin it", "%v lies in no pool for %s ranges", p, b.Role)
		}
	}
}

// poolPrefix is one prefix of a pool.
type poolPrefix struct {
	prefix netip.Prefix
	pool   *PoolSpec
}

// space lists the prefixes of all pools of a normal spec by address. They are
// disjoint.
func (s *Spec) space() []poolPrefix {
	var space []poolPrefix
	for i := range s.Pools {
		for _, p := range s.Pools[i].Prefixes {
			space = append(space, poolPrefix{p, &s.Pools[i]})
		}
	}
	slices.SortFunc(space, func(a, b poolPrefix) int { return a.prefix.Addr().Compare(b.prefix.Addr()) })
	return space
}

// poolOf returns the pool that all of p lies in, nil for none.
func poolOf(space []poolPrefix, p netip.Prefix) *PoolSpec {
	i, found := slices.BinarySearchFunc(space, p.Addr(), func(q poolPrefix, a netip.Addr) int { return q.prefix.Addr().Compare(a) })
	if !found {
		i--
	}
	if i < 0 || space[i].prefix.Bits() > p.Bits() || !space[i].prefix.Contains(p.Addr()) {
		return nil
	}
	return space[i].pool
}

func (a *auditor) missing() {
	for _, n := range a.spec.Networks {
		a.want(Block{Name: n.Name, Role: Node})
	}
	for i := range a.spec.Clusters {
		c := &a.spec.Clusters[i]
		for _, r := range Roles() {
			if c.wants(r) && (r != Node || c.NodeNetwork == "") {
				a.want(Block{Cluster: c.Name, Role: r})
			}
		}
	}
}

func (a *auditor) want(b Block) {
	if a.found[[3]string{b.Cluster, b.Name, string(b.Role)}] == 0 {
		a.add(RuleMissing, b, "give it one", "it has no %s range", b.Role)
	}
}

func (a *auditor) overlaps() {
	ps, of := a.ranges()
	pairs, err := cidr.Overlaps(ps)
	if err != nil {
		return // pairs hold valid prefixes only
	}
	for i, j := range pairs {
		a.add(RuleOverlap, a.blocks[of[j]], "move one of them", "%v overlaps %v of %s %s", ps[j], ps[i], a.blocks[of[i]].owner(), a.blocks[of[i]].Role)
	}
}

func (a *auditor) reserved() {
	ps, of := a.ranges()
	taken := make([]netip.Prefix, len(a.spec.Reserved))
	for i, r := range a.spec.Reserved {
		taken[i] = r.Prefix
	}
	pairs, err := cidr.OverlapsBetween(taken, ps)
	if err != nil {
		return // the spec is valid
	}
	for i, j := range pairs {
		a.add(RuleReserved, a.blocks[of[j]], "move the range or drop the reservation", "%v overlaps %v, reserved%s",
			ps[j], taken[i], forReason(a.spec.Reserved[i].Reason))
	}
}

// ranges lists every prefix of the blocks, and the block that each is of.
func (a *auditor) ranges() (ps []netip.Prefix, of []int) {
	for i, b := range a.blocks {
		for p := range b.Range.All() {
			ps, of = append(ps, p), append(of, i)
		}
	}
	return ps, of
}
