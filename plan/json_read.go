package plan

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/internal/jsonread"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// reader reads a document strictly: names are spelled exactly so, and stand
// once. Like [writer] it does itself what there is a hundred thousand times, in
// the form that is common, and leaves all else to encoding/json.
type reader struct {
	*jsonread.Reader
	words map[string]string // that many clusters have in common, once each
	fs    []cidr.Family     // used again for each cluster
}

// read reads a document. What encoding/json is given is the frame of it, with
// empty lists of clusters.
func (d *document) read(b []byte) error {
	r := reader{Reader: jsonread.New(b), words: map[string]string{}}
	var frame []byte
	from := 0 // of b, what is not in the frame yet
	list := func(element func()) {
		if r.Next() != '[' {
			r.Raw()
			return
		}
		frame = append(append(frame, b[from:r.Offset()]...), "[]"...)
		for r.Enter('['); r.More(']'); {
			element()
		}
		from = r.Offset()
	}
	var docs []clusterDocument
	var specs []ClusterSpec
	for r.Enter('{'); r.More('}'); {
		switch string(r.Key()) {
		case "clusters":
			docs = make([]clusterDocument, 0, len(b)/perCluster)
			list(func() {
				docs = append(docs, clusterDocument{})
				r.document(&docs[len(docs)-1])
			})
		case "spec":
			specs = make([]ClusterSpec, 0, len(docs))
			if r.Next() != '{' {
				r.Raw()
				continue
			}
			for r.Enter('{'); r.More('}'); {
				if string(r.Key()) != "clusters" {
					r.Raw()
					continue
				}
				list(func() {
					specs = append(specs, ClusterSpec{})
					r.spec(&specs[len(specs)-1])
				})
			}
		default:
			r.Raw()
		}
	}
	if err := r.End(); err != nil {
		return err
	}
	frame = append(frame, b[from:]...)
	if err := strictly(frame, d); err != nil {
		return err
	}
	d.Clusters, d.Spec.Clusters = docs, specs
	return nil
}

func (r *reader) document(d *clusterDocument) {
	for r.Enter('{'); r.More('}'); {
		switch string(r.Key()) {
		case "name":
			d.Name = r.text()
		case "blocks":
			r.blocks(&d.Blocks)
		case "rooms":
			r.blocks(&d.Rooms)
		case "nodeMasks":
			r.masks(&d.NodeMasks)
		case "extra":
			r.rare(&d.Extra)
		case "capacity":
			r.capacity()
		default:
			r.Unknown()
		}
	}
}

func (r *reader) blocks(d *blocksDocument) {
	for r.Enter('{'); r.More('}'); {
		role := Role(r.Key())
		if !role.Valid() {
			r.Unknown()
			return
		}
		r.unmarshal(d.of(role))
	}
}

func (r *reader) masks(m *dualstack.Masks) {
	for r.Enter('{'); r.More('}'); {
		switch string(r.Key()) {
		case "v4":
			m.V4 = r.int()
		case "v6":
			m.V6 = r.int()
		default:
			r.Unknown()
		}
	}
}

// capacity reads what follows from the rest.
func (r *reader) capacity() {
	for r.Enter('{'); r.More('}'); {
		switch string(r.Key()) {
		case "nodeAddresses", "nodeBlocks", "podsPerNode", "services", "externalIPs", "ingressIPs":
			r.Uint()
		default:
			r.Unknown()
		}
	}
}

func (r *reader) spec(c *ClusterSpec) {
	for r.Enter('{'); r.More('}'); {
		switch string(r.Key()) {
		case "name":
			c.Name = r.text()
		case "kubernetes":
			r.unmarshal(&c.Kubernetes)
		case "platform":
			c.Platform = platform.Name(r.word())
		case "families":
			r.families(c)
		case "zone":
			c.Zone = r.word()
		case "region":
			c.Region = r.word()
		case "nodes":
			r.count(&c.Nodes)
		case "surge":
			r.rare(&c.Surge)
		case "podsPerNode":
			c.PodsPerNode = r.Uint()
		case "churn":
			r.rare(&c.Churn)
		case "services":
			r.count(&c.Services)
		case "externalIPs":
			r.count(&c.ExternalIPs)
		case "ingressIPs":
			r.count(&c.IngressIPs)
		case "ipam":
			c.IPAM = k8sflags.IPAM(r.word())
		case "podsFromNodeRange":
			r.rare(&c.PodsFromNodeRange)
		case "nodeNetwork":
			c.NodeNetwork = r.word()
		case "pins":
			r.pins(c)
		case "extra":
			r.rare(&c.Extra)
		default:
			r.Unknown()
		}
	}
}

func (r *reader) text() string { return string(r.String()) }

// word is text that many clusters have in common.
func (r *reader) word() string {
	b := r.String()
	if s, ok := r.words[string(b)]; ok {
		return s
	}
	s := string(b)
	r.words[s] = s
	return s
}

func (r *reader) unmarshal(v encoding.TextUnmarshaler) {
	if text := r.String(); r.Err() == nil {
		if err := v.UnmarshalText(text); err != nil {
			r.Fail(err)
		}
	}
}

// int reads a number that stands for few things, such as bits.
func (r *reader) int() int {
	n := r.Uint()
	if n > math.MaxInt32 {
		r.Fail(fmt.Errorf("%d is too large", n))
	}
	return int(n & math.MaxInt32)
}

func (r *reader) families(c *ClusterSpec) {
	c.Families = r.fs[:0]
	for r.Enter('['); r.More(']'); {
		var f cidr.Family
		r.unmarshal(&f)
		c.Families = append(c.Families, f)
	}
	r.fs, c.Families = c.Families, c.families() // which is not r.fs
}

// count reads a number or an object, as [Count] does.
func (r *reader) count(c *Count) {
	if r.Next() != '{' {
		c.Now = r.Uint()
		return
	}
	for r.Enter('{'); r.More('}'); {
		switch string(r.Key()) {
		case "now":
			c.Now = r.Uint()
		case "max":
			c.Max = r.Uint()
		case "growthPerYear":
			r.rare(&c.GrowthPerYear)
		case "horizon":
			r.unmarshal(&c.Horizon)
		default:
			r.Unknown()
		}
	}
	*c = c.normal()
}

func (r *reader) pins(c *ClusterSpec) {
	if r.Next() != '{' {
		r.rare(&c.Pins)
		return
	}
	c.Pins = map[Role]dualstack.Pair{}
	for r.Enter('{'); r.More('}'); {
		role := Role(r.Key())
		var p dualstack.Pair
		r.unmarshal(&p)
		c.Pins[role] = p
	}
}

// rare has encoding/json read a value.
func (r *reader) rare(v any) {
	if raw := r.Raw(); r.Err() == nil {
		if err := strictly(raw, v); err != nil {
			r.Fail(err)
		}
	}
}

// strictly is strict, and refuses names in objects that are spelled with other
// letters in upper case, and those that stand twice, which encoding/json does
// not.
func strictly(b []byte, v any) error {
	if err := strict(b, v); err != nil {
		return err
	}
	r := jsonread.New(b)
	exact(r, fieldNames())
	return r.End()
}

// exact reads a value and fails where an object has a name that is not one of
// names. It goes as deep as encoding/json has gone before.
func exact(r *jsonread.Reader, names []string) {
	switch r.Next() {
	case '{':
		for r.Enter('{'); r.More('}'); {
			if _, ok := slices.BinarySearch(names, string(r.Key())); !ok {
				r.Unknown()
			}
			exact(r, names)
		}
	case '[':
		for r.Enter('['); r.More(']'); {
			exact(r, names)
		}
	default:
		r.Raw()
	}
}

// fieldNames are all names of the format, in order. Whatever case letters are
// in, no two are the same, so that a name which is one of them, and which
// encoding/json knows at its place, is that of the field.
var fieldNames = sync.OnceValue(func() []string {
	names := addNames(nil, reflect.TypeFor[document]())
	names = addNames(names, reflect.TypeFor[grown]())
	slices.Sort(names)
	return slices.Compact(names)
})

func addNames(names []string, t reflect.Type) []string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()) ||
		reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return names
	}
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = addNames(append(names, name), t.Field(i).Type)
	}
	return names
}
