package plan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// Format is the number of the JSON format that this package writes and reads.
const Format = 1

// document is a plan in JSON.
type document struct {
	Format     int               `json:"format"`
	Clusters   []clusterDocument `json:"clusters"`
	Networks   []networkDocument `json:"networks,omitempty"`
	Quarantine []Quarantined     `json:"quarantine,omitempty"`
	Flaws      []Finding         `json:"flaws,omitempty"`
	Spec       Spec              `json:"spec"`
}

type clusterDocument struct {
	Name      string          `json:"name"`
	Blocks    blocksDocument  `json:"blocks"`
	Rooms     blocksDocument  `json:"rooms,omitzero"` // where headroom is kept
	Extra     []extraDocument `json:"extra,omitempty"`
	NodeMasks dualstack.Masks `json:"nodeMasks"`
	// Capacity follows from the rest. It is written for readers of the file,
	// and not compared when it is read.
	Capacity *Capacity `json:"capacity,omitempty"`
}

// blocksDocument has the roles in listing order. The node range of a cluster
// in a shared network is the network's.
type blocksDocument struct {
	Node     dualstack.Pair `json:"node,omitzero"`
	Pod      dualstack.Pair `json:"pod,omitzero"`
	Service  dualstack.Pair `json:"service,omitzero"`
	External dualstack.Pair `json:"external,omitzero"`
	Ingress  dualstack.Pair `json:"ingress,omitzero"`
}

func (d *blocksDocument) of(r Role) *dualstack.Pair {
	switch r {
	case Node:
		return &d.Node
	case Pod:
		return &d.Pod
	case Service:
		return &d.Service
	case External:
		return &d.External
	}
	return &d.Ingress
}

// extraDocument is an extra range.
type extraDocument struct {
	Role  Role           `json:"role"`
	Name  string         `json:"name"`
	Range dualstack.Pair `json:"range"`
	Room  dualstack.Pair `json:"room,omitzero"`
}

type networkDocument struct {
	Name string         `json:"name"`
	Node dualstack.Pair `json:"node"`
	Room dualstack.Pair `json:"room,omitzero"`
}

// MarshalJSON writes the plan with its spec, from which [Decode] restores an
// equal plan. The same plan gives the same bytes.
func (p *Plan) MarshalJSON() ([]byte, error) { return p.write() }

// MarshalJSON writes the cluster as it stands in the plan's clusters: name,
// ranges, node masks and capacity.
func (c *Cluster) MarshalJSON() ([]byte, error) { return json.Marshal(c.document()) }

func (c *Cluster) document() clusterDocument {
	capacity := c.Capacity()
	d := clusterDocument{Name: c.spec.Name, NodeMasks: c.masks, Capacity: &capacity}
	if c.network != nil {
		d.Blocks.Node = c.network.Range
	}
	for i := range c.blocks {
		if b := &c.blocks[i]; b.Name == "" {
			*d.Blocks.of(b.Role), *d.Rooms.of(b.Role) = b.Range, b.Room
		} else {
			d.Extra = append(d.Extra, extraDocument{b.Role, b.Name, b.Range, b.Room})
		}
	}
	return d
}

// Decode reads a plan as [Plan.MarshalJSON] writes it. Nothing in it is taken
// on trust: fields that are unknown, spelled in other letters or there twice,
// another format number, an invalid spec, and errors that [Audit] finds are
// errors, but for those that the plan was adopted with and says so.
func Decode(b []byte) (*Plan, error) {
	var d document
	if err := d.read(b); err != nil {
		return nil, fmt.Errorf("plan: decode: %w", err)
	}
	if d.Format != Format {
		return nil, fmt.Errorf("plan: decode: format %d: this version reads format %d", d.Format, Format)
	}
	if err := d.Spec.Validate(); err != nil {
		return nil, fmt.Errorf("plan: decode: the spec in the plan is invalid:\n%w", err)
	}
	s := d.Spec.normal()
	blocks, err := d.blocks(&s)
	if err != nil {
		return nil, err
	}
	p, err := d.plan(s, blocks)
	if err != nil {
		return nil, err
	}
	if err := p.decoded(); err != nil {
		return nil, err
	}
	if _, err := p.space(); err != nil { // something rests that is in use
		return nil, fmt.Errorf("plan: decode: %w", err)
	}
	return p, nil
}

// decoded reports what is wrong with a plan that was read.
func (p *Plan) decoded() error {
	known := map[Finding]bool{}
	for _, f := range p.flaws {
		known[f.key()] = true
	}
	var errs []error
	for _, f := range p.Audit() {
		if f.Severity == k8sflags.Error && !known[f.key()] {
			errs = append(errs, fmt.Errorf("plan: decode: %v", f))
		}
	}
	return errors.Join(errs...)
}

// blocks lists the ranges of a document: those of networks, then those of the
// clusters of s, each in order.
func (d *document) blocks(s *Spec) ([]Block, error) {
	blocks := make([]Block, 0, len(d.Networks)+len(roles)*len(d.Clusters))
	networks := map[string]dualstack.Pair{}
	names := func(i int) string { return s.Networks[i].Name }
	for _, n := range sortedBy(d.Networks, func(n *networkDocument) string { return n.Name }) {
		if _, ok := networks[n.Name]; ok {
			return nil, fmt.Errorf("plan: decode: network %q: it has a second range", n.Name)
		}
		i, ok := find(len(s.Networks), names, n.Name)
		if !ok {
			return nil, fmt.Errorf("plan: decode: network %q: the spec asks for no such range", n.Name)
		}
		networks[n.Name] = n.Node
		blocks = append(blocks, Block{Role: Node, Name: n.Name, Zone: s.Networks[i].Zone, Range: n.Node, Room: n.Room})
	}
	names = func(i int) string { return s.Clusters[i].Name }
	if name := func(c *clusterDocument) string { return c.Name }; !isSortedBy(d.Clusters, name) {
		d.Clusters = sortedBy(d.Clusters, name)
	}
	for i := range d.Clusters {
		c := &d.Clusters[i]
		if i > 0 && d.Clusters[i-1].Name == c.Name {
			return nil, fmt.Errorf("plan: decode: cluster %q stands twice", c.Name)
		}
		k, ok := findNear(len(s.Clusters), names, c.Name, i)
		if !ok {
			return nil, fmt.Errorf("plan: decode: cluster %q: the spec has no such cluster", c.Name)
		}
		var err error
		if blocks, err = c.appendBlocks(blocks, &s.Clusters[k], networks); err != nil {
			return nil, err
		}
	}
	return blocks, nil
}

func (d *clusterDocument) appendBlocks(blocks []Block, c *ClusterSpec, networks map[string]dualstack.Pair) ([]Block, error) {
	first := len(blocks)
	for _, r := range roles {
		b := Block{Cluster: c.Name, Role: r, Zone: c.Zone, Range: *d.Blocks.of(r), Room: *d.Rooms.of(r)}
		if r == Node && c.NodeNetwork != "" {
			if want := inOrder(networks[c.NodeNetwork], c.Families); b.Range != want {
				return nil, fmt.Errorf("plan: decode: cluster %q: node range %q is not %q of network %q", c.Name, b.Range, want, c.NodeNetwork)
			}
			continue
		}
		if !b.Range.IsZero() {
			blocks = append(blocks, b)
		}
	}
	for _, e := range d.Extra {
		b := Block{Cluster: c.Name, Role: e.Role, Name: e.Name, Zone: c.Zone, Range: e.Range, Room: e.Room}
		for i := range c.Extra {
			if x := &c.Extra[i]; x.Role == e.Role && x.Name == e.Name {
				b.Zone = cmp.Or(x.Zone, c.Zone)
			}
		}
		blocks = append(blocks, b)
	}
	if len(d.Extra) > 0 {
		slices.SortStableFunc(blocks[first:], func(a, b Block) int { return cmp.Or(compareRoles(a.Role, b.Role), cmp.Compare(a.Name, b.Name)) })
	}
	return blocks, nil
}

// plan puts the document's ranges and masks together with its spec. Nodes keep
// the length of their blocks for life, so the document's masks count and not
// what would be chosen today; that they do is for Audit to say.
func (d *document) plan(s Spec, blocks []Block) (*Plan, error) {
	n := 0
	for n < len(blocks) && blocks[n].Cluster == "" {
		n++
	}
	networks, rest := blocks[:n:n], blocks[n:]
	all, clusters := make([]Cluster, len(s.Clusters)), make([]*Cluster, len(s.Clusters))
	docs := d.Clusters
	for i := range s.Clusters {
		c := &all[i]
		clusters[i], c.spec = c, s.Clusters[i]
		n := 0
		for n < len(rest) && rest[n].Cluster == c.spec.Name {
			n++
		}
		c.blocks, rest = rest[:n:n], rest[n:]
		if len(docs) > 0 && docs[0].Name == c.spec.Name {
			c.masks, docs = docs[0].NodeMasks, docs[1:]
			if err := c.checkMasks(); err != nil && !d.knows(c) {
				return nil, fmt.Errorf("plan: decode: %w", err)
			}
		}
	}
	s.Clusters = nil
	for _, q := range d.Quarantine {
		if _, err := cidr.Parse(q.Prefix.String()); err != nil {
			return nil, fmt.Errorf("plan: decode: quarantine: %w", err)
		}
		if q.Until.IsZero() {
			return nil, fmt.Errorf("plan: decode: quarantine: %v rests until no time", q.Prefix)
		}
	}
	slices.SortFunc(d.Quarantine, compareQuarantined)
	p, err := assemble(s, networks, clusters, d.Quarantine)
	if err != nil {
		return nil, fmt.Errorf("plan: decode: %w", err)
	}
	p.flaws = d.Flaws
	return p, nil
}

// knows reports whether the cluster was adopted with a flaw of its pod range.
func (d *document) knows(c *Cluster) bool {
	return slices.ContainsFunc(d.Flaws, func(f Finding) bool { return f.Cluster == c.spec.Name && f.Role == Pod })
}

// checkMasks reports why the node masks do not fit the pod range and its nodes.
func (c *Cluster) checkMasks() error {
	m, pods := c.masks, c.Block(Pod)
	if c.spec.flat() && m != (dualstack.Masks{}) {
		return fmt.Errorf("cluster %q: node masks %v, but with ipam %q %w", c.spec.Name, m, c.spec.IPAM, errNodeBlocks)
	}
	if pods.IsZero() || c.spec.flat() {
		return nil // which is for Audit to say
	}
	blocks, err := dualstack.NodeCapacity(pods, m)
	if err != nil {
		return fmt.Errorf("cluster %q: %w", c.spec.Name, err)
	}
	if need := c.podNodes(); blocks < need {
		return fmt.Errorf("cluster %q: node masks %v of %v give %d node blocks, needs %d", c.spec.Name, m, pods, blocks, need)
	}
	if have := c.spec.podsIn(pods, m); have < c.spec.PodsPerNode {
		return fmt.Errorf("cluster %q: node masks %v hold %d pods, needs %d", c.spec.Name, m, have, c.spec.PodsPerNode)
	}
	return nil
}

// strict decodes one JSON value and refuses unknown fields and what follows.
func strict(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("text after the end of the value")
	}
	return nil
}
