package manifest

import (
	"strings"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// readEnvironment reads an environment file such as kubeadm's
// /var/lib/kubelet/kubeadm-flags.env, as systemd does (systemd.exec(5),
// EnvironmentFile): a value reaches to the end of its line, quotes may hold
// lines, a backslash at the end of a line joins it with the next.
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

// value takes what is behind "=".
func (p *envParser) value() (string, bool) {
	var b strings.Builder
	for p.rest() != "" {
		switch c := p.rest()[0]; {
		case c == '\n':
			p.skip(1)
			return strings.TrimSpace(b.String()), true
		case c == '\\':
			p.backslash(&b)
		case c == '\'' || c == '"':
			p.skip(1)
			if !p.quoted(&b, c) {
				return "", false
			}
		default:
			b.WriteByte(c)
			p.skip(1)
		}
	}
	return strings.TrimSpace(b.String()), true
}

// quoted takes what is between quotes.
func (p *envParser) quoted(b *strings.Builder, mark byte) bool {
	for p.rest() != "" {
		switch c := p.rest()[0]; {
		case c == mark:
			p.skip(1)
			return true
		case c == '\\' && mark == '"':
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
	rest := p.rest()
	switch {
	case rest == "":
	case strings.HasPrefix(rest, "\r\n"):
		p.skip(2)
	case rest[0] == '\n':
		p.skip(1)
	default:
		b.WriteByte(rest[0])
		p.skip(1)
	}
}
