package manifest

import (
	"bytes"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// object is a YAML mapping under construction; fields stand in the order in
// which they are set.
type object struct{ node *yaml.Node }

func newObject() object { return object{&yaml.Node{Kind: yaml.MappingNode}} }

// newDocument is an object of an API.
func newDocument(apiVersion, kind string) object {
	o := newObject()
	o.text("apiVersion", apiVersion)
	o.text("kind", kind)
	return o
}

func (o object) set(key string, value *yaml.Node) {
	o.node.Content = append(o.node.Content, str(key), value)
}

// text sets a field of text, in quotes where it would be read as something else.
func (o object) text(key, value string) { o.set(key, str(value)) }

func (o object) number(key string, n int) {
	o.set(key, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(n)})
}

func (o object) list(key string, values ...string) {
	nodes := make([]*yaml.Node, len(values))
	for i, v := range values {
		nodes[i] = str(v)
	}
	o.set(key, seq(nodes...))
}

// object sets a field to an object, unless that is empty.
func (o object) object(key string, value object) {
	if len(value.node.Content) > 0 {
		o.set(key, value.node)
	}
}

func str(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

func seq(nodes ...*yaml.Node) *yaml.Node { return &yaml.Node{Kind: yaml.SequenceNode, Content: nodes} }

// encode writes documents, with --- between them.
func encode(documents ...object) ([]byte, error) {
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	for _, d := range documents {
		if err := e.Encode(d.node); err != nil {
			return nil, refused("%v", err)
		}
	}
	if err := e.Close(); err != nil {
		return nil, refused("%v", err)
	}
	return b.Bytes(), nil
}
