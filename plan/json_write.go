package plan

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// writer appends JSON exactly as encoding/json does. It writes what there is a
// hundred thousand times in the plan of a large fleet; all else encoding/json
// writes itself.
type writer struct {
	b   []byte
	err error // the first
}

// write puts the clusters of p, and those of its spec, into the frame that
// encoding/json writes for a plan without clusters.
func (p *Plan) write() ([]byte, error) {
	s := p.spec
	s.Clusters = []ClusterSpec{}
	d := document{Format: Format, Clusters: []clusterDocument{}, Quarantine: p.resting, Flaws: p.flaws, Spec: s}
	for _, b := range p.networks {
		d.Networks = append(d.Networks, networkDocument{b.Name, b.Range, b.Room})
	}
	frame, err := json.Marshal(&d)
	if err != nil {
		return nil, err
	}
	// The one comes first, behind a number; the other last.
	first, last := bytes.Index(frame, []byte("[]")), bytes.LastIndex(frame, []byte("[]"))
	w := writer{b: make([]byte, 0, len(frame)+perCluster*len(p.clusters))}
	w.b = append(w.b, frame[:first]...)
	w.clusters(p, func(c *Cluster) { d := c.document(); w.document(&d) })
	w.b = append(w.b, frame[first+2:last]...)
	w.clusters(p, func(c *Cluster) { w.spec(&c.spec) })
	w.b = append(w.b, frame[last+2:]...)
	return w.b, w.err
}

// perCluster is how many bytes a dual-stack cluster has in the JSON of a plan,
// about.
const perCluster = 750

func (w *writer) clusters(p *Plan, write func(*Cluster)) {
	w.b = append(w.b, '[')
	for i, c := range p.clusters {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		write(c)
	}
	w.b = append(w.b, ']')
}

func (w *writer) document(d *clusterDocument) {
	w.begin()
	w.text("name", d.Name)
	w.key("blocks")
	w.blocks(&d.Blocks)
	if d.Rooms != (blocksDocument{}) {
		w.key("rooms")
		w.blocks(&d.Rooms)
	}
	if len(d.Extra) > 0 {
		w.any("extra", d.Extra)
	}
	w.key("nodeMasks")
	w.masks(d.NodeMasks)
	if c := d.Capacity; c != nil {
		w.key("capacity")
		w.begin()
		w.number("nodeAddresses", c.NodeAddresses)
		w.number("nodeBlocks", c.NodeBlocks)
		w.number("podsPerNode", c.PodsPerNode)
		w.number("services", c.Services)
		w.number("externalIPs", c.ExternalIPs)
		w.number("ingressIPs", c.IngressIPs)
		w.end()
	}
	w.end()
}

func (w *writer) blocks(d *blocksDocument) {
	w.begin()
	for _, r := range roles {
		if p := d.of(r); !p.IsZero() {
			w.key(string(r))
			w.pair(p)
		}
	}
	w.end()
}

func (w *writer) spec(c *ClusterSpec) {
	w.begin()
	w.text("name", c.Name)
	if !c.Kubernetes.IsZero() {
		w.text("kubernetes", c.Kubernetes.String())
	}
	w.textIfAny("platform", string(c.Platform))
	if len(c.Families) > 0 {
		w.key("families")
		w.families(c.Families)
	}
	w.textIfAny("zone", c.Zone)
	w.textIfAny("region", c.Region)
	w.key("nodes")
	w.count(&c.Nodes)
	if !c.Surge.IsZero() {
		w.any("surge", c.Surge)
	}
	if c.PodsPerNode != 0 {
		w.number("podsPerNode", c.PodsPerNode)
	}
	if !c.Churn.IsZero() {
		w.any("churn", c.Churn)
	}
	w.countIfAny("services", &c.Services)
	w.countIfAny("externalIPs", &c.ExternalIPs)
	w.countIfAny("ingressIPs", &c.IngressIPs)
	w.textIfAny("ipam", string(c.IPAM))
	if c.PodsFromNodeRange {
		w.any("podsFromNodeRange", true)
	}
	w.textIfAny("nodeNetwork", c.NodeNetwork)
	if len(c.Pins) > 0 {
		w.any("pins", c.Pins)
	}
	if len(c.Extra) > 0 {
		w.any("extra", c.Extra)
	}
	w.end()
}

func (w *writer) begin() { w.b = append(w.b, '{') }
func (w *writer) end()   { w.b = append(w.b, '}') }

// key begins a member of an object. Keys need no escapes.
func (w *writer) key(key string) {
	if w.b[len(w.b)-1] != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, key...)
	w.b = append(w.b, '"', ':')
}

// any leaves what is rare to encoding/json.
func (w *writer) any(key string, v any) {
	w.key(key)
	w.value(v)
}

func (w *writer) value(v any) {
	b, err := json.Marshal(v)
	if err != nil && w.err == nil {
		w.err = err
	}
	w.b = append(w.b, b...)
}

func (w *writer) number(key string, n uint64) {
	w.key(key)
	w.b = strconv.AppendUint(w.b, n, 10)
}

func (w *writer) text(key, s string) {
	w.key(key)
	if !plain(s) {
		w.value(s)
		return
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, s...)
	w.b = append(w.b, '"')
}

func (w *writer) textIfAny(key, s string) {
	if s != "" {
		w.text(key, s)
	}
}

// plain reports whether encoding/json escapes nothing of s.
func plain(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ', c > '~', c == '"', c == '\\', c == '<', c == '>', c == '&':
			return false
		}
	}
	return true
}

func (w *writer) families(fs []cidr.Family) {
	w.b = append(w.b, '[')
	for i, f := range fs {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.b = append(w.b, '"')
		w.b = append(w.b, f.String()...)
		w.b = append(w.b, '"')
	}
	w.b = append(w.b, ']')
}

func (w *writer) count(count *Count) {
	switch c := count.normal(); {
	case c.plain():
		w.b = strconv.AppendUint(w.b, c.Now, 10)
	case c == Count{Now: c.Now, Max: c.Max}:
		w.begin()
		w.number("now", c.Now)
		w.number("max", c.Max)
		w.end()
	default:
		w.value(c)
	}
}

func (w *writer) countIfAny(key string, c *Count) {
	if !c.IsZero() {
		w.key(key)
		w.count(c)
	}
}

func (w *writer) masks(m dualstack.Masks) {
	w.begin()
	if m.V4 != 0 {
		w.key("v4")
		w.b = strconv.AppendInt(w.b, int64(m.V4), 10)
	}
	if m.V6 != 0 {
		w.key("v6")
		w.b = strconv.AppendInt(w.b, int64(m.V6), 10)
	}
	w.end()
}

func (w *writer) pair(p *dualstack.Pair) {
	w.b = append(w.b, '"')
	w.b, _ = p.AppendText(w.b) // there is no error
	w.b = append(w.b, '"')
}
