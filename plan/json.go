package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// Format is the number of the JSON format that this package writes and reads.
const Format = 1

// document is a plan in JSON.
type document struct {
	Format   int               `json:"format"`
	Clusters []clusterDocument `json:"clusters"`
	Networks []networkDocument `json:"networks,omitempty"`
	Spec     Spec              `json:"spec"`
}

type clusterDocument struct {
	Name      string          `json:"name"`
	Blocks    blocksDocument  `json:"blocks"`
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

type networkDocument struct {
	Name string         `json:"name"`
	Node dualstack.Pair `json:"node"`
}

// MarshalJSON writes the plan with its spec, from which [Decode] restores an
// equal plan. The same plan gives the same bytes.
func (p *Plan) MarshalJSON() ([]byte, error) {
	d := document{Format: Format, Clusters: []clusterDocument{}, Spec: p.spec}
	for _, b := range p.blocks {
		if b.Cluster == "" {
			d.Networks = append(d.Networks, networkDocument{b.Name, b.Range})
		}
	}
	for _, c := range p.clusters {
		d.Clusters = append(d.Clusters, c.document())
	}
	return json.Marshal(d)
}

// MarshalJSON writes the cluster as it stands in the plan's clusters: name,
// ranges, node masks and capacity.
func (c *Cluster) MarshalJSON() ([]byte, error) { return json.Marshal(c.document()) }

func (c *Cluster) document() clusterDocument {
	capacity := c.Capacity()
	d := clusterDocument{Name: c.spec.Name, NodeMasks: c.masks, Capacity: &capacity}
	for _, r := range Roles() {
		*d.Blocks.of(r) = c.Block(r)
	}
	return d
}

// Decode reads a plan as [Plan.MarshalJSON] writes it. Nothing in it is taken
// on trust: unknown fields, another format number, an invalid spec, and
// anything that [Audit] finds wrong are errors.
func Decode(b []byte) (*Plan, error) {
	var d document
	if err := strict(b, &d); err != nil {
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
	if err := audited(s, blocks); err != nil {
		return nil, err
	}
	p, err := newPlan(s, blocks)
	if err != nil {
		return nil, err
	}
	if err := d.takeMasks(p); err != nil {
		return nil, err
	}
	return p, nil
}

// audited turns the errors among the findings of Audit into one.
func audited(s Spec, blocks []Block) error {
	var errs []error
	for _, f := range Audit(s, blocks) {
		if f.Severity == k8sflags.Error {
			errs = append(errs, fmt.Errorf("plan: decode: %v", f))
		}
	}
	return errors.Join(errs...)
}

// blocks lists the ranges of a document.
func (d *document) blocks(s *Spec) ([]Block, error) {
	var blocks []Block
	networks := map[string]dualstack.Pair{}
	for _, n := range d.Networks {
		networks[n.Name] = n.Node
		blocks = append(blocks, Block{Name: n.Name, Role: Node, Range: n.Node})
	}
	specs := map[string]*ClusterSpec{}
	for i := range s.Clusters {
		specs[s.Clusters[i].Name] = &s.Clusters[i]
	}
	seen := map[string]bool{}
	for i := range d.Clusters {
		c := &d.Clusters[i]
		switch {
		case seen[c.Name]:
			return nil, fmt.Errorf("plan: decode: cluster %q stands twice", c.Name)
		case specs[c.Name] == nil:
			return nil, fmt.Errorf("plan: decode: cluster %q: the spec has no such cluster", c.Name)
		}
		seen[c.Name] = true
		for _, r := range Roles() {
			b := Block{Cluster: c.Name, Role: r, Range: *c.Blocks.of(r)}
			spec := specs[c.Name]
			if r == Node && spec.NodeNetwork != "" {
				if want := inOrder(networks[spec.NodeNetwork], spec.Families); b.Range != want {
					return nil, fmt.Errorf("plan: decode: cluster %q: node range %q is not %q of network %q", c.Name, b.Range, want, spec.NodeNetwork)
				}
				continue
			}
			if !b.Range.IsZero() {
				blocks = append(blocks, b)
			}
		}
	}
	return blocks, nil
}

// takeMasks sets the node masks that the document has. Nodes keep the length
// of their blocks for life, so the document decides and not what would be
// chosen today; but they must do.
func (d *document) takeMasks(p *Plan) error {
	for i := range d.Clusters {
		c, ok := p.Cluster(d.Clusters[i].Name)
		if !ok {
			continue // its ranges were refused
		}
		m, pods := d.Clusters[i].NodeMasks, c.Block(Pod)
		blocks, err := dualstack.NodeCapacity(pods, m)
		if err != nil {
			return fmt.Errorf("plan: decode: cluster %q: %w", c.spec.Name, err)
		}
		if need := c.spec.Nodes.Need(); blocks < need {
			return fmt.Errorf("plan: decode: cluster %q: node masks %v of %v give %d node blocks, needs %d", c.spec.Name, m, pods, blocks, need)
		}
		if have := c.spec.podsIn(pods, m); have < c.spec.PodsPerNode {
			return fmt.Errorf("plan: decode: cluster %q: node masks %v hold %d pods, needs %d", c.spec.Name, m, have, c.spec.PodsPerNode)
		}
		c.masks = m
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
