package plan

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// Existing is a cluster as it is: what its components are told, plain ranges,
// or both.
type Existing struct {
	Name string
	// Flags give the pod and service range, node masks and version; see
	// k8sflags.Infer. The zero Set gives nothing.
	Flags k8sflags.Set
	// Ranges are those that flags do not have, or that count instead, the main one
	// of each role. A cluster in a network of the spec has no node range.
	Ranges map[Role]dualstack.Pair
	// Extra are further ranges, each with a name of its own among those of its role;
	// their Cluster and Room are ignored.
	Extra []Block
	// NodeMasks count instead of those of flags. Without any they are derived
	// from the pod range.
	NodeMasks dualstack.Masks
}

// Adopt makes a plan of clusters that exist, for [Evolve] to go on from. It
// places nothing and corrects nothing: the plan has exactly the ranges given.
// What is wrong with them are the findings: those of [Audit], and those of
// k8sflags.Check about their flags, under the IPAM that s gives the cluster, with
// its rules' names. Errors of the first kind stay with the plan as [Plan.Flaws],
// so that [Decode] reads it again, and Evolve leaves the ranges where they are
// until the spec lets them move. Ranges that are missing Evolve adds, even where
// the spec is that of the plan, unless the cluster has some that its spec does
// not ask for.
//
// A cluster that s has is held against what s asks for it. One that s has not
// gets a spec that asks for what its ranges hold. Clusters of s that do not
// exist are left out: evolve the plan to s to add them.
func Adopt(s Spec, existing []Existing) (*Plan, []Finding, error) {
	a := adoption{spec: s}
	a.spec.Clusters = nil
	asked := map[string]*ClusterSpec{}
	for i := range s.Clusters {
		c := &s.Clusters[i]
		if asked[c.Name] != nil {
			return nil, nil, fmt.Errorf("plan: adopt: cluster %q stands twice in the spec", c.Name)
		}
		asked[c.Name] = c
	}
	seen := map[string]bool{}
	for i := range existing {
		x := &existing[i]
		if seen[x.Name] {
			return nil, nil, fmt.Errorf("plan: adopt: cluster %q stands twice among those that exist", x.Name)
		}
		seen[x.Name] = true
		if err := a.add(x, asked[x.Name]); err != nil {
			return nil, nil, fmt.Errorf("plan: adopt: cluster %q: %w", x.Name, err)
		}
	}
	for i := range a.spec.Meshes {
		// A mesh with clusters of s that do not exist yet is no mistake here.
		if i == 0 {
			a.spec.Meshes = slices.Clone(a.spec.Meshes)
		}
		a.spec.Meshes[i].Clusters = slices.DeleteFunc(slices.Clone(a.spec.Meshes[i].Clusters), func(c string) bool { return !seen[c] && asked[c] != nil })
	}
	if err := a.spec.Validate(); err != nil {
		return nil, nil, err
	}
	return a.plan()
}

// Flaws returns the errors that the plan was adopted with, in the order in
// which [Audit] finds them, as long as they are there.
func (p *Plan) Flaws() []Finding { return slices.Clone(p.flaws) }

type adoption struct {
	spec     Spec
	clusters []adopted
	findings []Finding
}

type adopted struct {
	name   string
	blocks []Block
	masks  dualstack.Masks
}

func (a *adoption) add(x *Existing, asked *ClusterSpec) error {
	if m := x.NodeMasks; m.V4 < 0 || m.V4 > cidr.IPv4.BitLen() || m.V6 < 0 || m.V6 > cidr.IPv6.BitLen() {
		return fmt.Errorf("node masks /%d and /%d: want 1 to 32 for IPv4, 1 to 128 for IPv6, or 0 for none", m.V4, m.V6)
	}
	ranges := map[Role]dualstack.Pair{}
	c := adopted{name: x.Name, masks: x.NodeMasks}
	spec := ClusterSpec{Name: x.Name}
	if len(x.Flags.Processes) > 0 {
		told, err := k8sflags.Infer(x.Flags)
		if err != nil {
			return err
		}
		ranges[Pod], ranges[Service] = told.Pods, told.Services
		c.masks = orMasks(c.masks, told.NodeMasks)
		spec.Kubernetes = told.Version
		if told.MaxPods > 0 {
			spec.PodsPerNode = uint64(told.MaxPods)
		}
		var ipam k8sflags.IPAM
		if asked != nil {
			ipam = asked.IPAM
		}
		for _, f := range k8sflags.Check(x.Flags, k8sflags.WithIPAM(ipam)) {
			a.findings = append(a.findings, Finding{Rule: f.Rule, Severity: f.Severity, Cluster: x.Name, Message: f.Message, Fix: f.Fix})
		}
	}
	for r, p := range x.Ranges {
		if !r.Valid() {
			return fmt.Errorf("role %q: want one of %v", r, Roles())
		}
		ranges[r] = p
	}
	for _, r := range roles {
		if p := ranges[r]; !p.IsZero() {
			c.blocks = append(c.blocks, Block{Cluster: x.Name, Role: r, Range: p})
		}
	}
	if asked != nil && asked.NodeNetwork != "" && !ranges[Node].IsZero() {
		return fmt.Errorf("its nodes are in network %q by the spec, and it has node range %v: pin the network there, or drop nodeNetwork", asked.NodeNetwork, ranges[Node])
	}
	for i, b := range x.Extra {
		switch {
		case !b.Role.Valid():
			return fmt.Errorf("extra range %q: role %q: want one of %v", b.Name, b.Role, Roles())
		case b.Name == "":
			return fmt.Errorf("extra %s range %v has no name: name it, or give it in Ranges as the main one", b.Role, b.Range)
		case slices.ContainsFunc(x.Extra[:i], func(a Block) bool { return a.Role == b.Role && a.Name == b.Name }):
			return fmt.Errorf("extra %s range %q stands twice", b.Role, b.Name)
		case b.Range.IsZero():
			return fmt.Errorf("extra %s range %q: it has no range", b.Role, b.Name)
		}
		b.Cluster, b.Room = x.Name, dualstack.Pair{} // nobody keeps room that is not planned
		c.blocks = append(c.blocks, b)
	}
	slices.SortStableFunc(c.blocks, func(a, b Block) int { return cmp.Or(compareRoles(a.Role, b.Role), cmp.Compare(a.Name, b.Name)) })
	if asked != nil {
		spec = asked.clone()
	} else {
		spec.asFound(&c)
	}
	a.spec.Clusters = append(a.spec.Clusters, spec)
	a.clusters = append(a.clusters, c)
	return nil
}

func orMasks(a, b dualstack.Masks) dualstack.Masks {
	return dualstack.Masks{V4: cmp.Or(a.V4, b.V4), V6: cmp.Or(a.V6, b.V6)}
}

// asFound fills in a spec that asks for what the ranges hold.
func (c *ClusterSpec) asFound(x *adopted) {
	// The first family of the service range is the cluster's primary one.
	for _, r := range [...]Role{Service, Pod, Node, External, Ingress} {
		for _, b := range x.blocks {
			for _, f := range b.Range.Families() {
				if b.Role == r && !slices.Contains(c.Families, f) {
					c.Families = append(c.Families, f)
				}
			}
		}
	}
	has := Cluster{spec: c.normal(), blocks: x.blocks, masks: x.masks}
	for _, b := range x.blocks {
		if b.Name != "" {
			c.Extra = append(c.Extra, BlockSpec{Name: b.Name, Role: b.Role, Zone: b.Zone, Families: b.Range.Families(), Bits: lengths(b.Range)})
		}
	}
	pods := has.Block(Pod)
	if has.masks == (dualstack.Masks{}) {
		for _, f := range pods.Families() {
			if mask, err := c.addedMask(pods.Of(f), 1); err == nil {
				has.masks = withMask(has.masks, f, mask)
			}
		}
	}
	x.masks = has.masks
	holds := has.Capacity()
	nodes := holds.NodeAddresses
	if !pods.IsZero() && (nodes == 0 || holds.NodeBlocks < nodes) {
		nodes = holds.NodeBlocks
	}
	c.Nodes = Count{Now: max(nodes, 1)}
	c.Services, c.ExternalIPs, c.IngressIPs = Count{Now: holds.Services}, Count{Now: holds.ExternalIPs}, Count{Now: holds.IngressIPs}
	c.PodsPerNode = min(holds.PodsPerNode, c.podsPerNode())
	for _, v := range []*Count{&c.Services, &c.ExternalIPs, &c.IngressIPs} {
		v.Now = min(v.Now, 1<<16) // what IPv6 holds beyond is nobody's need
	}
	c.Nodes.Now = min(c.Nodes.Now, 1<<dualstack.MaxIPv6Difference)
}

// lengths are the prefix lengths of a range.
func lengths(p dualstack.Pair) dualstack.Masks {
	var m dualstack.Masks
	for q := range p.All() {
		m = withMask(m, cidr.FamilyOf(q), q.Bits())
	}
	return m
}

// plan puts the clusters together as they are.
func (a *adoption) plan() (*Plan, []Finding, error) {
	s := a.spec.normal()
	slices.SortFunc(a.clusters, func(x, y adopted) int { return cmp.Compare(x.name, y.name) })
	clusters := make([]*Cluster, len(s.Clusters))
	for i := range s.Clusters {
		x := &a.clusters[i]
		c := &Cluster{spec: s.Clusters[i], blocks: x.blocks, masks: x.masks}
		for j := range c.blocks {
			b := &c.blocks[j]
			b.Zone = cmp.Or(b.Zone, c.spec.Zone)
			if b.Role == Service || b.Role == Pod {
				continue // components are told their order, which Audit judges
			}
			if r := inOrder(b.Range, c.spec.Families); len(r.Families()) == len(b.Range.Families()) {
				b.Range = r // else Audit says that there is a family too many
			}
		}
		if c.spec.flat() {
			c.masks = dualstack.Masks{} // those of flags mean nothing
		} else if c.masks == (dualstack.Masks{}) {
			_ = c.setMasks() // where the range is too small, Audit says so
		}
		clusters[i] = c
	}
	networks, err := a.networks(&s)
	if err != nil {
		return nil, nil, err
	}
	s.Clusters = nil
	p, err := assemble(s, networks, clusters, nil)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range p.Audit() {
		a.findings = append(a.findings, f)
		if f.Severity == k8sflags.Error {
			p.flaws = append(p.flaws, f)
		}
	}
	masks := p.maskFlaws()
	p.flaws = append(p.flaws, masks...)
	return p, append(a.findings, masks...), nil
}

// maskFlaws says where nodes have blocks that are too small or too few, though
// the pod range is large enough for others. Audit knows of no node masks.
func (p *Plan) maskFlaws() []Finding {
	var flaws []Finding
	for _, c := range p.clusters {
		said := func(f Finding) bool {
			return f.Cluster == c.spec.Name && f.Role == Pod && (f.Rule == RuleCapacity || f.Rule == RuleFamily || f.Rule == RuleMissing)
		}
		if err := c.checkMasks(); err != nil && !slices.ContainsFunc(p.flaws, said) {
			why := strings.TrimPrefix(err.Error(), fmt.Sprintf("cluster %q: ", c.spec.Name))
			flaws = append(flaws, Finding{RuleCapacity, k8sflags.Error, c.spec.Name, "", "", Pod, "", why, "ask for no more than they hold: nodes keep their blocks"})
		}
	}
	return flaws
}

// networks are the shared networks that have a place already: the pinned ones.
func (a *adoption) networks(s *Spec) ([]Block, error) {
	var networks []Block
	for i := range s.Networks {
		n := &s.Networks[i]
		if !slices.Equal(n.Pin.Families(), n.Families) {
			return nil, fmt.Errorf("plan: adopt: network %q: pin it where it is", n.Name)
		}
		networks = append(networks, Block{Role: Node, Name: n.Name, Zone: n.Zone, Range: n.Pin})
	}
	return networks, nil
}
