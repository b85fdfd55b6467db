package k8sflags

import "strconv"

// Flag is one occurrence of a flag on a command line. The zero value is no flag.
type Flag struct {
	Name     string // without dashes, as it was written
	Value    string // "" where HasValue is false
	HasValue bool   // false for a flag that stands alone, like --allocate-node-cidrs
	Origin   Origin
}

// Origin says where a flag was read: a line of a file, a place among the
// arguments, a field of a configuration file. Parts that are not known are
// zero; the zero Origin is a flag that a program made.
type Origin struct {
	File  string `json:"file,omitzero"`
	Line  int    `json:"line,omitzero"`  // counted from 1
	Arg   int    `json:"arg,omitzero"`   // position among the arguments, counted from 1
	Field string `json:"field,omitzero"` // "spec.containers[0].command"
}

// IsZero reports whether nothing is known.
func (o Origin) IsZero() bool { return o == Origin{} }

// String returns what is known of "file:line: field: argument 3", and "" for
// the zero Origin.
func (o Origin) String() string {
	s := o.File
	add := func(sep, part string) {
		if s != "" {
			s += sep
		}
		s += part
	}
	if o.Line > 0 {
		line := strconv.Itoa(o.Line)
		if o.File == "" {
			line = "line " + line
		}
		add(":", line)
	}
	if o.Field != "" {
		add(": ", o.Field)
	}
	if o.Arg > 0 {
		add(": ", "argument "+strconv.Itoa(o.Arg))
	}
	return s
}
