package manifest

import (
	"strings"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// unit is what a systemd unit file, or a drop-in of one, says about commands:
// the lines of [Service] that matter, in order. A line without a value takes
// back what came before it.
type unit struct {
	file  string
	lines []unitLine
}

type unitLine struct {
	key      string     // ExecStart, Environment or EnvironmentFile
	commands []command  // of an ExecStart line, several where it runs a script
	values   []variable // of an Environment line
	path     word       // of an EnvironmentFile line
	empty    bool
}

// variable is one that a unit or an environment file sets.
type variable struct {
	name, value string
	at          k8sflags.Origin
}

// readUnit reads a unit file. Lines that are none, and commands that cannot be
// split, are errors; sections and keys that have nothing to do with commands
// are ignored, whatever they say.
func readUnit(file, text string, errs *Errors) *unit {
	u := &unit{file: file}
	section := ""
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		first, line := i, strings.TrimSpace(lines[i])
		at := k8sflags.Origin{File: file, Line: first + 1}
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
			continue
		case line[0] == '[':
			if !strings.HasSuffix(line, "]") {
				errs.add(at, ErrSyntax, "%q is no section: want [Service]", line)
			}
			section = strings.Trim(line, "[]")
			continue
		}
		for i+1 < len(lines) && continues(lines[i]) {
			i++
		}
		raw := strings.Join(lines[first:i+1], "\n")
		key, value, ok := strings.Cut(raw, "=")
		if !ok {
			errs.add(at, ErrSyntax, "%q is neither a section nor key=value", line)
			continue
		}
		if section == "Service" {
			u.line(strings.TrimSpace(key), strings.TrimSpace(value), raw, first+1, errs)
		}
	}
	return u
}

// continues reports whether the next line belongs to this one. Comments between
// the lines of a continued one do not end it (systemd.syntax(7)).
func continues(line string) bool {
	t := strings.TrimSpace(line)
	if t != "" && (t[0] == '#' || t[0] == ';') {
		return true // inside of a continued line, which alone gets here
	}
	return strings.HasSuffix(strings.TrimSuffix(line, "\r"), `\`)
}

// line takes one line of [Service]; raw is all of it, value what is behind "=".
func (u *unit) line(key, value, raw string, number int, errs *Errors) {
	at := k8sflags.Origin{File: u.file, Line: number}
	l := unitLine{key: key, empty: value == ""}
	switch key {
	case "ExecStart":
		if !l.empty && !u.exec(&l, raw, number, errs) {
			return
		}
	case "Environment":
		words, ok := arguments(u.file, "ExecStart=x "+value, number, "ExecStart=", errs)
		if !ok {
			return
		}
		for _, w := range words[min(1, len(words)):] {
			name, v, ok := strings.Cut(w.text, "=")
			if !ok || !isName(name) {
				errs.add(w.at, ErrSyntax, "Environment: %q is not NAME=value: put what has spaces in quotes", w.text)
				continue
			}
			l.values = append(l.values, variable{name, v, w.at})
		}
	case "EnvironmentFile":
		l.path = word{text: strings.TrimPrefix(value, "-"), at: at}
	default:
		return
	}
	u.lines = append(u.lines, l)
}

// exec reads an ExecStart line. A line that cannot be split matters only where
// it runs a component.
func (u *unit) exec(l *unitLine, raw string, number int, errs *Errors) bool {
	var lineErrs Errors
	words, ok := arguments(u.file, strings.TrimSpace(raw), number, "ExecStart=", &lineErrs)
	if !ok {
		if namesComponent(raw) {
			*errs = append(*errs, lineErrs...)
		}
		return false
	}
	l.commands = scripts(command{words: words, dialect: unitWords}, errs)
	return true
}

// isName reports whether s may name an environment variable.
func isName(s string) bool {
	if s == "" || ('0' <= s[0] && s[0] <= '9') {
		return false
	}
	for i := range len(s) {
		if !isNameByte(s[i]) {
			return false
		}
	}
	return true
}

// effective is what runs once all drop-ins have had their say.
type effective struct {
	commands []command
	vars     []variable
	files    []word // environment files, in order
}

// apply adds the lines of a unit or a drop-in to what came before.
func (e *effective) apply(u *unit) {
	for _, l := range u.lines {
		switch {
		case l.key == "ExecStart" && l.empty:
			e.commands = nil
		case l.key == "ExecStart":
			e.commands = append(e.commands, l.commands...)
		case l.key == "Environment" && l.empty:
			e.vars = nil
		case l.key == "Environment":
			e.vars = append(e.vars, l.values...)
		case l.empty:
			e.files = nil
		default:
			e.files = append(e.files, l.path)
		}
	}
}

// expand puts the variables into a command: $NAME as a word of its own is split
// at its spaces, ${NAME} is not. The program is not expanded.
func (e *effective) expand(c command, errs *Errors) command {
	if c.dialect != unitWords {
		return c
	}
	last := map[string]variable{}
	for _, v := range e.vars {
		last[v.name] = v
	}
	lookup := func(name string) (string, bool) { v, ok := last[name]; return v.value, ok }
	out := command{dialect: c.dialect, version: c.version}
	for i, w := range c.words {
		name := strings.TrimPrefix(c.dialect.whole(w.text), "$")
		v, known := last[name]
		if i == 0 || !known {
			if i > 0 {
				w.text = c.dialect.expand(w.text, lookup)
			}
			out.words = append(out.words, w)
			continue
		}
		parts, mark := splitValue(v.value)
		if mark != 0 {
			errs.add(v.at, ErrSyntax, "the value of %s does not split into arguments: quote %c is never closed", name, mark)
			continue
		}
		for _, p := range parts {
			out.words = append(out.words, word{text: p, at: v.at})
		}
	}
	return out
}

// splitValue splits a variable's value at its blanks, line breaks too. Quotes
// and backslashes are taken away, and nothing else is read (systemd
// src/basic/env-util.c, replace_env_argv). unclosed is a quote without an end.
func splitValue(value string) (words []string, unclosed byte) {
	var b strings.Builder
	inWord := false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\':
			inWord = true
			if i++; i < len(value) {
				b.WriteByte(value[i])
			}
		case c == unclosed:
			unclosed = 0
		case unclosed == 0 && (c == '\'' || c == '"'):
			unclosed, inWord = c, true
		case unclosed == 0 && strings.IndexByte(" \t\r\n", c) >= 0:
			if inWord {
				words = append(words, b.String())
			}
			b.Reset()
			inWord = false
		default:
			b.WriteByte(c)
			inWord = true
		}
	}
	if inWord {
		words = append(words, b.String())
	}
	return words, unclosed
}
