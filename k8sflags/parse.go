package k8sflags

import (
	"fmt"
	"slices"
	"strings"
)

// ParseArgs reads the arguments of a component, without the program's name. It
// takes them as people write them: "--a=b" and "--a b", boolean flags alone,
// one dash or two, flags repeated, unknown flags, and arguments that are no
// flags. A token after a flag without "=" is read as the component reads it:
//
//   - a boolean flag takes none,
//   - a flag of the tables that needs a value takes the next token, whatever it is,
//   - a flag that this package does not know takes the next token unless it
//     begins with a dash.
//
// Origin.Arg of each flag is set. The errors wrap [ErrSyntax], with the
// argument's position, or [ErrComponent].
func ParseArgs(c Component, args []string) (Flags, error) {
	if !c.known() {
		return Flags{}, fmt.Errorf("k8sflags: %q: %w (want one of %s)", string(c), ErrComponent, list(components))
	}
	args = slices.Clone(args) // items keep parts of it
	f := Flags{component: c, items: make([]item, 0, len(args))}
	for i := 0; i < len(args); i++ {
		token := args[i]
		if token == "--" {
			for ; i < len(args); i++ {
				f.items = append(f.items, item{tokens: args[i : i+1 : i+1]})
			}
			break
		}
		if len(token) < 2 || token[0] != '-' {
			f.items = append(f.items, item{tokens: args[i : i+1 : i+1]})
			continue
		}
		body := strings.TrimPrefix(token[1:], "-")
		fl := Flag{Origin: Origin{Arg: i + 1}}
		fl.Name, fl.Value, fl.HasValue = strings.Cut(body, "=")
		if fl.Name == "" || fl.Name[0] == '-' {
			return Flags{}, fmt.Errorf("k8sflags: %s argument %d %q: %w: a dash or two, then a name", c, i+1, token, ErrSyntax)
		}
		if token[1] != '-' && !fl.HasValue {
			if level, ok := verbosity(fl.Name); ok {
				fl.Name, fl.Value, fl.HasValue = "v", level, true
			}
		}
		n := 1
		if !fl.HasValue && i+1 < len(args) && takesNext(c, normalName(fl.Name), args[i+1]) {
			fl.Value, fl.HasValue, n = args[i+1], true, 2
		}
		f.items = append(f.items, asItem(c, fl, args[i:i+n:i+n]))
		i += n - 1
	}
	return f, nil
}

// takesNext reports whether a flag without "=" has next as its value.
func takesNext(c Component, name, next string) bool {
	if isBool(c, name) {
		return false
	}
	if _, ok := flagIndex[flagKey{c, name}]; ok {
		return true
	}
	return !strings.HasPrefix(next, "-")
}

// verbosity reads -v4, the one shorthand with its value attached that the
// components have.
func verbosity(name string) (level string, ok bool) {
	if len(name) < 2 || name[0] != 'v' {
		return "", false
	}
	for i := 1; i < len(name); i++ {
		if !isDigit(name[i]) {
			return "", false
		}
	}
	return name[1:], true
}

// list writes names for a message.
func list[S ~string](names []S) string {
	var b strings.Builder
	for i, n := range names {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(string(n))
	}
	return b.String()
}
