package manifest

import (
	"strings"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// readEnvironment reads an environment file such as kubeadm's
// /var/lib/kubelet/kubeadm-flags.env, as systemd does (systemd.exec(5),
// EnvironmentFile): a value reaches to the end of its line, quotes that it begins
// with may hold lines, a backslash at the end of a line joins it with the next.
func readEnvironment(file, text string, errs *Errors) []variable {
	var vars []variable
	p := envParser{text: text, line: 1}
	for {
		p.skipBlank()
		if p.rest() == "" {
			return vars
		}
		at := k8sflags.Origin{File: file, Line: p.line}
		name, ok := p.name()
		if !ok {
			errs.add(at, ErrSyntax, "%q is not NAME=value", name)
			p.skipLine()
			continue
		}
		at.Field = name
		value, ok := p.value()
		if !ok {
			errs.add(at, ErrSyntax, "a quote is never closed")
			return vars
		}
		vars = append(vars, variable{name, value, at})
	}
}

type envParser struct {
	text string
	pos  int
	line int
}

func (p *envParser) rest() string { return p.text[p.pos:] }

func (p *envParser) skip(n int) {
	p.line += strings.Count(p.text[p.pos:p.pos+n], "\n")
	p.pos += n
}

func (p *envParser) skipLine() {
	if i := strings.IndexByte(p.rest(), '\n'); i >= 0 {
		p.skip(i + 1)
	} else {
		p.skip(len(p.rest()))
	}
}

func (p *envParser) skipBlank() {
	for p.rest() != "" {
		switch p.rest()[0] {
		case ' ', '\t', '\r', '\n':
			p.skip(1)
		case '#', ';':
			p.skipLine()
		default:
			return
		}
	}
}

// name takes what is in front of "=" on the line.
func (p *envParser) name() (string, bool) {
	line, _, _ := strings.Cut(p.rest(), "\n")
	name, _, ok := strings.Cut(line, "=")
	bare := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(name), "export "))
	if !ok || !isName(bare) {
		return strings.TrimSpace(line), false
	}
	p.skip(len(name) + 1)
	return bare, true
}

// value takes what is behind "=". Quotes are quotes at its beginning and behind
// other quotes, and else part of it (systemd src/basic/env-file.c).
func (p *envParser) value() (string, bool) {
	var b strings.Builder
	bare := false // a character without quotes was there
	for p.rest() != "" {
		switch c := p.rest()[0]; {
		case c == '\n':
			p.skip(1)
			return trimmed(b.String(), bare), true
		case c == '\\':
			bare = true
			p.backslash(&b)
		case !bare && (c == '\'' || c == '"'):
			p.skip(1)
			if !p.quoted(&b, c) {
				return "", false
			}
		case !bare && (c == ' ' || c == '\t' || c == '\r'):
			p.skip(1)
		default:
			bare = true
			b.WriteByte(c)
			p.skip(1)
		}
	}
	return trimmed(b.String(), bare), true
}

// trimmed drops the blanks at the end of a value that no quotes hold.
func trimmed(value string, bare bool) string {
	if bare {
		return strings.TrimRight(value, " \t\r")
	}
	return value
}

// quoted takes what is between quotes.
func (p *envParser) quoted(b *strings.Builder, mark byte) bool {
	for p.rest() != "" {
		switch c := p.rest()[0]; {
		case c == mark:
			p.skip(1)
			return true
		case c == '\\' && mark == '"':
			if next := p.rest()[1:]; next != "" && lineBreak(next) == 0 && !strings.ContainsRune("\"\\`$", rune(next[0])) {
				b.WriteByte(c) // it escapes nothing
			}
			p.backslash(b)
		default:
			b.WriteByte(c)
			p.skip(1)
		}
	}
	return false
}

// backslash takes an escape; before a line break it joins the lines.
func (p *envParser) backslash(b *strings.Builder) {
	p.skip(1)
	switch n := lineBreak(p.rest()); {
	case n > 0:
		p.skip(n)
	case p.rest() != "":
		b.WriteByte(p.rest()[0])
		p.skip(1)
	}
}

// lineBreak returns the length of the line break that text begins with, or 0.
func lineBreak(text string) int {
	switch {
	case strings.HasPrefix(text, "\n"):
		return 1
	case strings.HasPrefix(text, "\r\n"):
		return 2
	}
	return 0
}
