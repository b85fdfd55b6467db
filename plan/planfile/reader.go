package planfile

import (
	"encoding"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// reader turns YAML nodes into values. It goes on after an error, remembers
// where every field stands, and leaves the value of a field it cannot read as
// it is.
type reader struct {
	file  string
	lines map[string]int // by path
	errs  Errors
}

func (r *reader) fail(n *yaml.Node, path, format string, args ...any) {
	r.errs = append(r.errs, &Error{r.file, n.Line, path, fmt.Sprintf(format, args...)})
}

// field reads the value of a key.
type field func(n *yaml.Node, path string)

// object reads a mapping by its fields.
func (r *reader) object(n *yaml.Node, path string, fields map[string]field) {
	r.lines[path] = n.Line
	r.keys(n, path, fields, map[string]int{}, nil)
}

// keys reads the keys of a mapping that are not in done, and then those that
// it merges. within are the mappings whose merge leads here.
func (r *reader) keys(n *yaml.Node, path string, fields map[string]field, done map[string]int, within []*yaml.Node) {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		r.fail(n, path, "want fields (%s), not %s", names(fields), describe(n))
		return
	}
	if slices.Contains(within, n) {
		r.fail(n, path, "it merges itself")
		return
	}
	own := map[string]int{}
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Tag == "!!merge" {
			merged = append(merged, value)
			continue
		}
		at := join(path, key.Value)
		if line, ok := own[key.Value]; ok {
			r.fail(key, at, "the key stands twice, first in line %d", line)
			continue
		}
		own[key.Value] = key.Line
		read, ok := fields[key.Value]
		switch {
		case !ok:
			r.fail(key, at, "unknown key %q: want one of %s", key.Value, names(fields))
		case done[key.Value] != 0: // given in a mapping that merges this one
		case isNull(value):
			r.fail(value, at, "it has no value")
		default:
			r.lines[at] = key.Line
			read(value, at)
		}
	}
	maps.Copy(done, own)
	for _, m := range merged {
		m = resolve(m)
		sources := []*yaml.Node{m}
		if m.Kind == yaml.SequenceNode {
			sources = m.Content
		}
		for _, s := range sources {
			r.keys(s, path, fields, done, append(within, n))
		}
	}
}

// list reads a sequence, element by element.
func (r *reader) list(n *yaml.Node, path string, read field) {
	n = resolve(n)
	if n.Kind != yaml.SequenceNode {
		r.fail(n, path, "want a list, not %s", describe(n))
		return
	}
	for i, e := range n.Content {
		at := fmt.Sprintf("%s[%d]", path, i)
		r.lines[at] = e.Line
		read(e, at)
	}
}

// each is the field of a list of which every element is a T.
func each[T any](r *reader, to *[]T, read func(n *yaml.Node, path string) T) field {
	return func(n *yaml.Node, path string) {
		r.list(n, path, func(n *yaml.Node, path string) { *to = append(*to, read(n, path)) })
	}
}

// scalar returns the text of a single value as it stands in the file, so that
// 1.30 stays 1.30.
func (r *reader) scalar(n *yaml.Node, path, want string) (string, bool) {
	n = resolve(n)
	if n.Kind != yaml.ScalarNode || isNull(n) {
		r.fail(n, path, "want %s, not %s", want, describe(n))
		return "", false
	}
	return n.Value, true
}

// text is a field of text, plain or of a type of its own.
func text[T ~string](r *reader, to *T) field {
	return func(n *yaml.Node, path string) {
		if s, ok := r.scalar(n, path, "text"); ok {
			*to = T(s)
		}
	}
}

// parsed is a value that reads itself from text.
func (r *reader) parsed(to encoding.TextUnmarshaler, want string) field {
	return func(n *yaml.Node, path string) {
		s, ok := r.scalar(n, path, want)
		if !ok {
			return
		}
		if s == "" {
			r.fail(n, path, "want %s, not empty text", want)
		} else if err := to.UnmarshalText([]byte(s)); err != nil {
			r.fail(n, path, "%s", reason(err))
		}
	}
}

func (r *reader) number(to *uint64) field {
	return func(n *yaml.Node, path string) {
		s, ok := r.scalar(n, path, "a number")
		if !ok {
			return
		}
		if *to, ok = number64(s); !ok {
			r.fail(n, path, "%q is not a number from 0 on", s)
		}
	}
}

// small is a number that is counted in bits.
func (r *reader) small(to *int) field {
	return func(n *yaml.Node, path string) {
		var v uint64
		r.number(&v)(n, path)
		if v > 128 {
			r.fail(n, path, "%d is more than the 128 bits of an address", v)
			return
		}
		*to = int(v)
	}
}

// boolean is true or false.
func (r *reader) boolean(to *bool) field {
	return func(n *yaml.Node, path string) {
		s, ok := r.scalar(n, path, "true or false")
		if !ok {
			return
		}
		if s != "true" && s != "false" {
			r.fail(n, path, "%q is neither true nor false", s)
			return
		}
		*to = s == "true"
	}
}

// decimal is a number that may have a fraction.
func (r *reader) decimal(to *float64) field {
	return func(n *yaml.Node, path string) {
		s, ok := r.scalar(n, path, "a number")
		if !ok {
			return
		}
		v, err := strconv.ParseFloat(s, 64)
		if err != nil {
			r.fail(n, path, "%q is not a number", s)
			return
		}
		*to = v
	}
}

func number64(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 64)
	return n, err == nil
}

// reason is an error's message without the package that it begins with.
func reason(err error) string {
	s := err.Error()
	for _, prefix := range []string{"dualstack: ", "k8sflags: ", "cidr: ", "plan: "} {
		s = strings.TrimPrefix(s, prefix)
	}
	return s
}

// resolve follows an alias.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool {
	n = resolve(n)
	return n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

// describe says what a node is where another kind is wanted.
func describe(n *yaml.Node) string {
	switch {
	case isNull(n):
		return "nothing"
	case n.Kind == yaml.MappingNode:
		return "fields"
	case n.Kind == yaml.SequenceNode:
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

func names(fields map[string]field) string {
	return strings.Join(slices.Sorted(maps.Keys(fields)), ", ")
}
