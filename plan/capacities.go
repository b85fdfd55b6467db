package plan

import (
	"fmt"
	"math"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// Capacities is what a cluster's ranges hold, in each family and in all of
// them.
type Capacities struct {
	// Effective is each number in the family that holds less.
	Effective Capacity `json:"effective"`
	// EffectivePodsPerNode is how many pods a node runs: those that its block
	// holds, and not more than the kubelet takes (--max-pods).
	EffectivePodsPerNode uint64 `json:"effectivePodsPerNode"`
	// Families are the same by family, the primary first.
	Families []FamilyCapacity `json:"families"`
}

// FamilyCapacity is what ranges hold in one family. A number of which there is
// no range in the family is 0.
type FamilyCapacity struct {
	Family cidr.Family `json:"family"`
	Capacity
	// NodeMask is the length of a node's block in the first pod range; 0 where
	// nodes have none.
	NodeMask int `json:"nodeMask,omitempty"`
	// StaticServices and DynamicServices are the addresses of the two bands of
	// the service ranges, those of the Services kubernetes and DNS among them
	// (k8sflags.ServiceBands). Kubernetes 1.24 has no static band.
	StaticServices  uint64 `json:"staticServices"`
	DynamicServices uint64 `json:"dynamicServices"`
}

// Bottleneck is a number that is smaller in one family than in the other.
type Bottleneck struct {
	Of     string      `json:"of"`     // the JSON name of the number in [Capacity]
	Family cidr.Family `json:"family"` // which holds less
}

// capacityNumbers are the numbers of a Capacity by their JSON names, and whose
// ranges hold them. It is never written.
var capacityNumbers = [...]struct {
	name string
	role Role
	of   func(*Capacity) *uint64
}{
	{"nodeAddresses", Node, func(c *Capacity) *uint64 { return &c.NodeAddresses }},
	{"nodeBlocks", Pod, func(c *Capacity) *uint64 { return &c.NodeBlocks }},
	{"podsPerNode", Pod, func(c *Capacity) *uint64 { return &c.PodsPerNode }},
	{"services", Service, func(c *Capacity) *uint64 { return &c.Services }},
	{"externalIPs", External, func(c *Capacity) *uint64 { return &c.ExternalIPs }},
	{"ingressIPs", Ingress, func(c *Capacity) *uint64 { return &c.IngressIPs }},
}

// Bottlenecks returns the numbers that one family limits. A number that is 0 in a
// family, as where it has no range, is limited by none.
func (c Capacities) Bottlenecks() []Bottleneck {
	if len(c.Families) < 2 {
		return nil
	}
	var bs []Bottleneck
	for _, n := range capacityNumbers {
		a, b := *n.of(&c.Families[0].Capacity), *n.of(&c.Families[1].Capacity)
		if a == b || a == 0 || b == 0 {
			continue
		}
		f := c.Families[0].Family
		if b < a {
			f = c.Families[1].Family
		}
		bs = append(bs, Bottleneck{n.name, f})
	}
	return bs
}

// String is a table: a line for each number, with a column for each family, the
// effective number, and the family that limits it.
func (c Capacities) String() string {
	head := []string{"", "effective"}
	for i := range c.Families {
		head = append(head, c.Families[i].Family.String())
	}
	rows := [][]string{head}
	bottlenecks := c.Bottlenecks()
	for _, n := range capacityNumbers {
		row := []string{n.name, amountOrMore(*n.of(&c.Effective))}
		for i := range c.Families {
			row = append(row, amountOrMore(*n.of(&c.Families[i].Capacity)))
		}
		if i := slices.IndexFunc(bottlenecks, func(b Bottleneck) bool { return b.Of == n.name }); i >= 0 {
			row = append(row, bottlenecks[i].Family.String()+" is the bottleneck")
		}
		rows = append(rows, row)
	}
	return table(rows)
}

// amountOrMore writes a number that may stand for more.
func amountOrMore(n uint64) string {
	if n == math.MaxUint64 {
		return "2^64 or more"
	}
	return fmt.Sprint(n)
}

// Capacities returns what the cluster's ranges hold by family. Its Effective is
// [Cluster.Capacity].
func (c *Cluster) Capacities() Capacities {
	cs := Capacities{Effective: c.Capacity()}
	cs.EffectivePodsPerNode = min(cs.Effective.PodsPerNode, c.spec.podsPerNode())
	for _, f := range c.spec.families() {
		cs.Families = append(cs.Families, c.familyCapacity(f))
	}
	return cs
}

func (c *Cluster) familyCapacity(f cidr.Family) FamilyCapacity {
	fc := FamilyCapacity{Family: f, Capacity: c.capacityIn(f), NodeMask: c.masks.Of(f)}
	v := c.spec.version()
	for i := range c.blocks {
		b := &c.blocks[i]
		if b.Role != Service || b.Name != "" && c.countOf(b) == 0 || !b.Range.Of(f).IsValid() {
			continue
		}
		all, err := k8sflags.ServicesIn(v, b.Range.Of(f))
		if err != nil {
			continue // the version does not take it
		}
		static := min(c.spec.staticServices(b.Range.Of(f)), all)
		fc.StaticServices = addSaturating(fc.StaticServices, static)
		fc.DynamicServices = addSaturating(fc.DynamicServices, all-static)
	}
	return fc
}

// staticBands is the version from which service ranges have a static band by
// default (KEP-3070).
var staticBands = k8sflags.Version{Major: 1, Minor: 25}

// staticServices is how many addresses of a service range are in its static band.
func (c *ClusterSpec) staticServices(p netip.Prefix) uint64 {
	bands, err := k8sflags.ServiceBands(p)
	if err != nil || c.version().Compare(staticBands) < 0 {
		return 0
	}
	return bands.NumStatic
}

// Ranges are the ranges of a cluster that need not be of any plan, and what of
// the cluster decides how much they hold.
type Ranges struct {
	// Blocks are its ranges in any order, each in one family or both. Their
	// clusters, names and zones mean nothing; of several of a role the first in
	// each family is the main one, which holds the Services kubernetes and DNS
	// and has NodeMasks.
	Blocks []Block
	// NodeMasks are the lengths of a node's blocks. Where there are none, they
	// are as long as PodsPerNode lets them be, and equally many in both families.
	// For an IPAM that gives nodes no block they mean nothing.
	NodeMasks dualstack.Masks
	// The rest is as in [ClusterSpec], with its defaults.
	Kubernetes        k8sflags.Version
	IPAM              k8sflags.IPAM
	PodsPerNode       uint64
	Churn             Churn
	PodsFromNodeRange bool
}

// CapacityOf returns what ranges hold, wherever they come from. Nothing is asked
// of them: a role without a range holds 0. Ranges that overlap are counted twice;
// that they do not is for [Audit] to say.
//
// It is an error if a block has no range or no role of [Roles], if the IPAM is
// not known or not for the family, if node masks do not fit the pod range, if no
// node's block for PodsPerNode fits into a pod range without masks, and if the
// version takes no such service range.
func CapacityOf(r Ranges) (Capacities, error) {
	fail := func(err error) (Capacities, error) { return Capacities{}, fmt.Errorf("plan: capacity: %w", err) }
	c := Cluster{spec: ClusterSpec{
		Kubernetes: r.Kubernetes, IPAM: r.IPAM, PodsPerNode: r.PodsPerNode, Churn: r.Churn, PodsFromNodeRange: r.PodsFromNodeRange,
	}}
	if err := c.gather(r.Blocks); err != nil {
		return fail(err)
	}
	for _, f := range c.spec.Families {
		if _, err := c.spec.addrsPerNode(f); err != nil {
			return fail(err)
		}
	}
	if r.PodsFromNodeRange && !c.spec.flat() {
		return fail(fmt.Errorf("pods from the node range: %s gives every node a block: use an IPAM that does not, such as %s", c.spec.normalIPAM(), k8sflags.AKSNodeSubnet))
	}
	c.spec.normalize()
	if err := c.useMasks(r.NodeMasks); err != nil {
		return fail(err)
	}
	for i := range c.blocks {
		if c.blocks[i].Role != Service {
			continue
		}
		for q := range c.blocks[i].Range.All() {
			if _, err := k8sflags.ServicesIn(c.spec.version(), q); err != nil {
				return fail(err)
			}
		}
	}
	cs := c.Capacities()
	cs.Effective = c.leastOfFamilies(cs.Families)
	cs.EffectivePodsPerNode = min(cs.Effective.PodsPerNode, c.spec.podsPerNode())
	return cs, nil
}

// gather puts the ranges of each role together, the first of each family in one
// block, then the second.
func (c *Cluster) gather(blocks []Block) error {
	var ps [len(roles)][2][]dualstack.Pair
	for i, b := range blocks {
		switch {
		case !b.Role.Valid():
			return fmt.Errorf("block %d: role %q: want one of %v", i, b.Role, Roles())
		case b.Range.IsZero():
			return fmt.Errorf("block %d (%s) has no range", i, b.Role)
		}
		for q := range b.Range.All() {
			f := cidr.FamilyOf(q)
			if !slices.Contains(c.spec.Families, f) {
				c.spec.Families = append(c.spec.Families, f)
			}
			of := &ps[b.Role.order()][f>>1&1]
			*of = append(*of, appendRange(dualstack.Pair{}, q))
		}
	}
	for k, r := range roles {
		first, second := ps[k][0], ps[k][1]
		for i := range max(len(first), len(second)) {
			b := Block{Role: r}
			for _, of := range [][]dualstack.Pair{first, second} {
				if i < len(of) {
					b.Range = appendRange(b.Range, of[i].Primary())
				}
			}
			b.Range = inOrder(b.Range, c.spec.Families)
			if i > 0 { // further ones count since they have a count
				b.Name = fmt.Sprint(i)
				c.spec.Extra = append(c.spec.Extra, BlockSpec{Name: b.Name, Role: r, Count: Count{Now: 1}})
			}
			c.blocks = append(c.blocks, b)
		}
	}
	return nil
}

// useMasks takes the node masks that are given, or finds some. Further pod ranges
// have their own; see masksOf.
func (c *Cluster) useMasks(m dualstack.Masks) (err error) {
	pods := c.Block(Pod)
	switch {
	case pods.IsZero() || c.spec.flat():
		return nil
	case m == dualstack.Masks{}:
		m, err = c.spec.nodeMasks(pods, 1)
	default:
		_, err = dualstack.NodeCapacity(pods, m)
	}
	c.masks = m
	for b := range c.Blocks(Pod) {
		if b.Range != pods && err == nil {
			_, err = c.spec.nodeMasks(b.Range, 1)
		}
	}
	return err
}

// leastOfFamilies is the least of each number over the families that have a
// range for it.
func (c *Cluster) leastOfFamilies(families []FamilyCapacity) Capacity {
	var total Capacity
	for _, n := range capacityNumbers {
		r := n.role
		if r == Pod && c.spec.PodsFromNodeRange {
			r = Node
		}
		low, found := uint64(math.MaxUint64), false
		for k := range families {
			if c.hasRange(r, families[k].Family) {
				low, found = min(low, *n.of(&families[k].Capacity)), true
			}
		}
		if found {
			*n.of(&total) = low
		}
	}
	return total
}

func (c *Cluster) hasRange(r Role, f cidr.Family) bool {
	return slices.ContainsFunc(c.blocks, func(b Block) bool { return b.Role == r && b.Range.Of(f).IsValid() })
}
