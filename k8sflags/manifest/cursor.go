package manifest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// cursor is a place in a YAML document: a field, present or not. Going on from
// an absent field leads to absent fields. A value of the wrong type is an error,
// reported once, and counts as absent.
type cursor struct {
	doc  *document
	node *yaml.Node // nil: absent
	path string
	line int // of the key, or of the value where there is none
}

// document is one YAML document under a walk.
type document struct {
	source
	errs   *Errors
	failed map[*yaml.Node]bool // what was reported
}

// source is where the text of a document stands: the whole file, or a field of
// another document.
type source struct {
	file  string
	path  string // of the field
	above int    // lines of the file above the first one of the text
	flat  bool   // the text is all in the line behind those above
}

// line returns the line of the file for a line of the text, both from 1.
func (s source) line(n int) int {
	if s.flat {
		n = 1
	}
	return s.above + n
}

func (c cursor) origin() k8sflags.Origin {
	return k8sflags.Origin{File: c.doc.file, Line: c.doc.line(c.line), Field: c.path}
}

func (c cursor) fail(kind error, format string, args ...any) {
	if c.node != nil && c.doc.failed[c.node] {
		return
	}
	c.doc.failed[c.node] = c.node != nil
	c.doc.errs.add(c.origin(), kind, format, args...)
}

// exists reports whether the field is there with a value other than null.
func (c cursor) exists() bool { return c.node != nil }

// to returns the cursor at a node, or at nothing for null.
func (c cursor) to(n *yaml.Node, path string, line int) cursor {
	n = resolve(n)
	if n != nil && n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		n = nil
	}
	return cursor{c.doc, n, path, line}
}

// at returns the field of a mapping.
func (c cursor) at(key string) cursor {
	path := join(c.path, key)
	if c.node == nil {
		return cursor{c.doc, nil, path, c.line}
	}
	if c.node.Kind != yaml.MappingNode {
		c.fail(ErrType, "want fields, not %s", describe(c.node))
		return cursor{c.doc, nil, path, c.line}
	}
	k, v := c.find(c.node, key, nil)
	if v == nil {
		return cursor{c.doc, nil, path, c.line}
	}
	return c.to(v, path, k.Line)
}

// find returns the key and the value of a field, the mapping's own or one that
// it merges. seen are the mappings in which it is not.
func (c cursor) find(n *yaml.Node, key string, seen map[*yaml.Node]bool) (k, v *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i]
		switch {
		case name.Kind != yaml.ScalarNode || name.Value != key || isMerge(name):
		case v != nil:
			at := cursor{c.doc, name, join(c.path, key), name.Line}
			at.fail(ErrSyntax, "the key stands twice, first in line %d: remove one", c.doc.line(k.Line))
		default:
			k, v = name, n.Content[i+1]
		}
	}
	if v != nil {
		return k, v
	}
	for _, m := range merged(n) {
		if seen == nil {
			seen = map[*yaml.Node]bool{n: true}
		}
		if m.Kind != yaml.MappingNode || seen[m] {
			continue
		}
		seen[m] = true
		if k, v := c.find(m, key, seen); v != nil {
			return k, v
		}
	}
	return nil, nil
}

func isMerge(key *yaml.Node) bool { return key.Tag == "!!merge" }

// merged returns the mappings that a mapping merges with <<.
func merged(n *yaml.Node) []*yaml.Node {
	var from []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		if !isMerge(n.Content[i]) {
			continue
		}
		v := resolve(n.Content[i+1])
		if v.Kind != yaml.SequenceNode {
			from = append(from, v)
			continue
		}
		for _, e := range v.Content {
			from = append(from, resolve(e))
		}
	}
	return from
}

// entry is one field of a mapping.
type entry struct {
	name  string
	value cursor
}

// entries returns the fields of a mapping in order: its own, then those that it
// merges and does not have.
func (c cursor) entries() []entry {
	if c.node == nil {
		return nil
	}
	if c.node.Kind != yaml.MappingNode {
		c.fail(ErrType, "want fields, not %s", describe(c.node))
		return nil
	}
	return c.gather(c.node, nil, map[string]bool{}, map[*yaml.Node]bool{})
}

// gather adds the fields of a mapping to es. names are those that it has, seen
// the mappings that it has them of.
func (c cursor) gather(n *yaml.Node, es []entry, names map[string]bool, seen map[*yaml.Node]bool) []entry {
	if n.Kind != yaml.MappingNode || seen[n] {
		return es
	}
	seen[n] = true
	had := len(es)
	for i := 0; i+1 < len(n.Content); i += 2 {
		if name := n.Content[i]; name.Kind == yaml.ScalarNode && !isMerge(name) && !names[name.Value] {
			es = append(es, entry{name.Value, c.to(n.Content[i+1], join(c.path, name.Value), name.Line)})
		}
	}
	for _, e := range es[had:] { // only now, so that what stands twice is twice
		names[e.name] = true
	}
	for _, m := range merged(n) {
		es = c.gather(m, es, names, seen)
	}
	return es
}

// list returns the elements of a sequence.
func (c cursor) list() []cursor {
	if c.node == nil {
		return nil
	}
	if c.node.Kind != yaml.SequenceNode {
		c.fail(ErrType, "want a list, not %s", describe(c.node))
		return nil
	}
	elements := make([]cursor, 0, len(c.node.Content))
	for i, e := range c.node.Content {
		elements = append(elements, c.to(e, fmt.Sprintf("%s[%d]", c.path, i), e.Line))
	}
	return elements
}

// text returns a field of text. A number or a boolean without quotes is an
// error, as the components have it; ok is false for it and for an absent field.
func (c cursor) text() (s string, ok bool) {
	return c.scalar("text", "!!str", "!!timestamp", "!!binary")
}

func (c cursor) scalar(want string, tags ...string) (string, bool) {
	switch {
	case c.node == nil:
		return "", false
	case c.node.Kind == yaml.ScalarNode && slices.Contains(tags, c.node.ShortTag()):
		return c.node.Value, true
	case c.node.Kind == yaml.ScalarNode && want == "text":
		c.fail(ErrType, "want text, not %s: put it in quotes", c.node.Value)
	case c.node.Kind == yaml.ScalarNode && c.node.ShortTag() == "!!str":
		c.fail(ErrType, "want %s, not the text %q", want, c.node.Value)
	default:
		c.fail(ErrType, "want %s, not %s", want, describe(c.node))
	}
	return "", false
}

// isBlock reports whether a text stands as it is in the lines below.
func (c cursor) isBlock() bool {
	return c.node != nil && c.node.Style&yaml.LiteralStyle != 0 && !c.doc.flat
}

// number returns a field that is a whole number of 32 bits.
func (c cursor) number() (int, bool) {
	s, ok := c.scalar("a whole number", "!!int")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 0, 32)
	if err != nil {
		c.fail(ErrType, "%s is not a whole number of 32 bits", s)
		return 0, false
	}
	return int(n), true
}

// boolean returns a field that is true or false, as text. So are yes and no, on
// and off without quotes: Kubernetes reads YAML 1.1 (sigs.k8s.io/yaml).
func (c cursor) boolean() (string, bool) {
	if c.node != nil && c.node.Kind == yaml.ScalarNode && c.node.Style == 0 {
		switch strings.ToLower(c.node.Value) {
		case "y", "yes", "on":
			return "true", true
		case "n", "no", "off":
			return "false", true
		}
	}
	return c.scalar("true or false", "!!bool")
}

// duration returns a field of text like "30s".
func (c cursor) duration() (time.Duration, bool) {
	s, ok := c.scalar(`a duration like "30s"`, "!!str")
	if !ok || s == "" {
		return 0, false
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		c.fail(ErrType, `want a duration like "30s", not %q`, s)
	}
	return d, err == nil
}

// resolve follows an alias.
func resolve(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// describe says what a node is where another kind is wanted.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "fields"
	case yaml.SequenceNode:
		return "a list"
	}
	return strconv.Quote(n.Value)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
