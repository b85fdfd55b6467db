package k8sflags

import (
	"iter"
	"slices"
	"strings"
)

// Flags are the flags of one process, in order. Everything that was read is
// kept token by token: flags that this package does not know, arguments that
// are no flags, and the "--" that ends the flags.
//
// Flags are immutable: [Flags.With] and [Flags.Without] return others. The zero
// Flags are no flags of no component; make Flags with [ParseArgs],
// [ParseCommand] or [Render].
type Flags struct {
	component Component
	items     []item
}

// item is a flag with the one or two tokens that it was written with, or
// a token that is no flag, with an empty name.
type item struct {
	flag   Flag
	name   string   // in normal form
	row    *flagRow // nil for a flag that is not in the table
	tokens []string
}

// Component returns whose flags these are.
func (f Flags) Component() Component { return f.component }

// IsZero reports whether there is neither a component nor a flag.
func (f Flags) IsZero() bool { return f.component == "" && len(f.items) == 0 }

// All yields every occurrence of a flag in order, repeated ones too, and
// nothing for arguments that are no flags.
func (f Flags) All() iter.Seq[Flag] {
	return func(yield func(Flag) bool) {
		for i := range f.items {
			if f.items[i].name != "" && !yield(f.items[i].flag) {
				return
			}
		}
	}
}

// Args returns the arguments as a program would get them. What [ParseArgs]
// read comes back exactly, token by token. The caller owns the slice.
func (f Flags) Args() []string {
	args := make([]string, 0, len(f.items))
	for _, it := range f.items {
		args = append(args, it.tokens...)
	}
	return args
}

// Positional yields the arguments that are no flags, without a "--".
func (f Flags) Positional() iter.Seq[string] {
	return func(yield func(string) bool) {
		ended := false
		for _, it := range f.items {
			switch {
			case it.name != "":
			case !ended && it.tokens[0] == "--":
				ended = true
			case !yield(it.tokens[0]):
				return
			}
		}
	}
}

// Get returns the value with which the process runs, and whether the flag is
// there at all. Underscores in a name count as dashes, as Kubernetes has it.
//
// Of a repeated flag the last one wins. Two kinds add up instead, because the
// components add them up: feature-gates are merged gate by gate ("A=true,B=false",
// in the order in which the gates first appear), and list flags such as the
// kubelet's cluster-dns are appended. A flag that stands alone is "true", unless
// it is known to need a value.
func (f Flags) Get(name string) (string, bool) {
	name = normalName(name)
	if name == "" {
		return "", false
	}
	value, found := "", false
	var row *flagRow
	var all []string // of a flag whose occurrences add up
	for i := range f.items {
		it := &f.items[i]
		if it.name != name {
			continue
		}
		value, found, row = it.flag.Value, true, it.row
		if !it.flag.HasValue && (row == nil || row.kind == boolFlag) {
			value = "true"
		}
		if row != nil && (row.kind == listFlag || row.kind == gatesFlag) && value != "" { // an empty list adds nothing
			all = append(all, value)
		}
	}
	if len(all) > 0 {
		value = strings.Join(all, ",")
		if len(all) > 1 && row.kind == gatesFlag {
			value = mergeGates(value)
		}
	}
	return value, found
}

// With returns the flags with name set to value: in the place of its first
// occurrence, others dropped, or else after the last flag. Leading dashes of
// the name are ignored; an empty name changes nothing.
func (f Flags) With(name, value string) Flags {
	name = strings.TrimLeft(name, "-")
	if name == "" {
		return f
	}
	set := newItem(f.component, name, value)
	g := Flags{component: f.component, items: make([]item, 0, len(f.items)+1)}
	done, end := false, -1
	for _, it := range f.items {
		switch {
		case it.name == set.name:
			if !done {
				g.items = append(g.items, set)
			}
			done = true
			continue
		case end < 0 && it.name == "" && it.tokens[0] == "--":
			end = len(g.items)
		}
		g.items = append(g.items, it)
	}
	switch {
	case done:
	case end >= 0:
		g.items = slices.Insert(g.items, end, set)
	default:
		g.items = append(g.items, set)
	}
	return g
}

// Without returns the flags without any occurrence of name.
func (f Flags) Without(name string) Flags {
	name = normalName(strings.TrimLeft(name, "-"))
	g := Flags{component: f.component, items: make([]item, 0, len(f.items))}
	for _, it := range f.items {
		if it.name == "" || it.name != name {
			g.items = append(g.items, it)
		}
	}
	return g
}

// String returns a shell command, one flag a line, that [SplitCommand] and
// [ParseCommand] read back. It is empty for the zero Flags.
func (f Flags) String() string {
	var b strings.Builder
	b.WriteString(string(f.component))
	for _, it := range f.items {
		if b.Len() > 0 {
			b.WriteString(" \\\n  ")
		}
		for i, token := range it.tokens {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(quote(token))
		}
	}
	return b.String()
}

// asItem is a flag of component c with its tokens.
func asItem(c Component, fl Flag, tokens []string) item {
	name := normalName(fl.Name)
	return item{fl, name, flagIndex[flagKey{c, name}], tokens}
}

// newItem is a flag as this package writes it.
func newItem(c Component, name, value string) item {
	return asItem(c, Flag{Name: name, Value: value, HasValue: true}, []string{"--" + name + "=" + value})
}

// normalName is the name that the components look up: their flag sets read
// underscores as dashes (component-base/cli/flag, WordSepNormalizeFunc).
func normalName(name string) string { return strings.ReplaceAll(name, "_", "-") }

// mergeGates keeps the last value of each gate, in the order of first sight.
func mergeGates(list string) string {
	var texts []string
	place := map[string]int{}
	for text := range strings.SplitSeq(list, ",") {
		name, _, _ := strings.Cut(text, "=")
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		if i, ok := place[name]; ok {
			texts[i] = text
			continue
		}
		place[name] = len(texts)
		texts = append(texts, text)
	}
	return strings.Join(texts, ",")
}
