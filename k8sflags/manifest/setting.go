package manifest

import (
	"strconv"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// setting is a flag, or a field of a configuration file as the flag that it
// stands for.
type setting struct {
	flag, value string
	at          k8sflags.Origin
	// merge is how kubeadm puts it together with its own value: in its place, or
	// with "append" and "prepend" behind and before it.
	merge string
}

// settings are those of one process, in order.
type settings []setting

func (s *settings) add(flag, value string, at k8sflags.Origin) {
	*s = append(*s, setting{flag: flag, value: value, at: at})
}

// text adds a field of text, unless it is absent or empty, which the components
// take for absent.
func (s *settings) text(flag string, c cursor) {
	if v, ok := c.text(); ok && v != "" {
		s.add(flag, v, c.origin())
	}
}

// number adds a number, unless it is absent or 0, which means the default.
func (s *settings) number(flag string, c cursor) {
	if n, ok := c.number(); ok && n != 0 {
		s.add(flag, strconv.Itoa(n), c.origin())
	}
}

// list adds every element of a list.
func (s *settings) list(flag string, c cursor) {
	for _, e := range c.list() {
		if v, ok := e.text(); ok {
			s.add(flag, v, e.origin())
		}
	}
}

// gates adds a mapping of feature gates.
func (s *settings) gates(c cursor) {
	for _, e := range c.entries() {
		if v, ok := e.value.boolean(); ok {
			s.add("feature-gates", e.name+"="+v, e.value.origin())
		}
	}
}

// has reports whether a flag is set.
func (s settings) has(flag string) bool {
	for _, v := range s {
		if v.flag == flag {
			return true
		}
	}
	return false
}

// value returns the last value of a flag.
func (s settings) value(flag string) string {
	value := ""
	for _, v := range s {
		if v.flag == flag {
			value = v.value
		}
	}
	return value
}

// override returns the settings with others in place of those of the same name,
// those first that stay. Of others that are to be merged the last of a name
// counts, and none without something to merge with (cmd/kubeadm/app/util/
// arguments.go, ArgumentsToCommand).
func (s settings) override(others settings) settings {
	last := map[string]setting{}
	for _, v := range others {
		last[v.flag] = v
	}
	var out settings
	for _, v := range s {
		switch o, ok := last[v.flag]; {
		case !ok:
			out = append(out, v)
		case o.merge == mergeAppend:
			out = append(out, setting{flag: v.flag, value: v.value + o.value, at: o.at})
		case o.merge == mergePrepend:
			out = append(out, setting{flag: v.flag, value: o.value + v.value, at: o.at})
		}
	}
	for _, v := range others {
		if v.merge == "" {
			out = append(out, v)
		}
	}
	return out
}

// The values of mergeMethod (cmd/kubeadm/app/apis/kubeadm/v1/types.go).
const (
	mergeAppend  = "append"
	mergePrepend = "prepend"
)

// flags returns the settings as a component's flags.
func (s settings) flags(c k8sflags.Component, errs *Errors) k8sflags.Flags {
	args := make([]string, len(s))
	for i, v := range s {
		args[i] = "--" + v.flag + "=" + v.value
	}
	f, err := k8sflags.ParseArgs(c, args)
	if err != nil { // a name that is none
		at := k8sflags.Origin{}
		for _, v := range s {
			if v.flag == "" || v.flag[0] == '-' || v.flag[0] == '=' {
				at = v.at
				break
			}
		}
		errs.add(at, ErrSyntax, "%s", reason(err))
		return k8sflags.Flags{}
	}
	return f.Located(func(fl k8sflags.Flag) k8sflags.Origin { return s[fl.Origin.Arg-1].at })
}
