package manifest

import (
	"strings"
)

// dialect is how a file writes a variable in a command.
type dialect uint8

const (
	podWords   dialect = iota // $(NAME); $$(NAME) is $(NAME) (third_party/forked/golang/expansion)
	unitWords                 // ${NAME} anywhere, $NAME as a word of its own; $$ is $ (systemd.service(5), Command lines)
	shellWords                // $NAME, ${NAME}, $(command)
)

// whole returns the variable that a word is, or "".
func (d dialect) whole(word string) string {
	name := d.reference(word)
	if name == "" || !strings.HasPrefix(word, name) || len(word) != len(name) {
		return ""
	}
	return name
}

// reference returns the first variable in a word, as it is written, or "".
func (d dialect) reference(word string) string {
	for i := 0; i < len(word); i++ {
		if word[i] == '`' && d == shellWords {
			return word[i:]
		}
		if word[i] != '$' || i+1 == len(word) {
			continue
		}
		rest := word[i+1:]
		switch c := rest[0]; {
		case c == '$' && d != shellWords:
			i++
		case c == '(' && d != unitWords:
			if end := strings.LastIndexByte(rest, ')'); end > 1 && d == shellWords {
				return word[i : i+end+2]
			} else if end := strings.IndexByte(rest, ')'); end > 1 {
				return word[i : i+end+2]
			}
		case c == '{' && d != podWords:
			if end := strings.IndexByte(rest, '}'); end > 1 {
				return word[i : i+end+2]
			}
		case isNameByte(c) && (d == shellWords || (d == unitWords && i == 0)):
			end := 0
			for end < len(rest) && isNameByte(rest[end]) {
				end++
			}
			if d == shellWords || end == len(rest) {
				return word[i : i+end+1]
			}
		}
	}
	return ""
}

func isNameByte(c byte) bool {
	return c == '_' || ('0' <= c && c <= '9') || ('a' <= c|0x20 && c|0x20 <= 'z')
}

// expand puts the values of variables into a word. What lookup does not know
// stays as it is. Values are not expanded in turn.
func (d dialect) expand(text string, lookup func(name string) (string, bool)) string {
	open, end := "$(", ")"
	if d == unitWords {
		open, end = "${", "}"
	}
	var b strings.Builder
	for text != "" {
		i := strings.IndexByte(text, '$')
		if i < 0 {
			break
		}
		b.WriteString(text[:i])
		text = text[i:]
		if strings.HasPrefix(text, "$$") {
			b.WriteString("$")
			if d == podWords && strings.HasPrefix(text[2:], "(") { // what follows is no variable now
				b.WriteString("(")
				text = text[1:]
			}
			text = text[2:]
			continue
		}
		if strings.HasPrefix(text, open) {
			if n := strings.Index(text, end); n > 0 {
				if value, ok := lookup(text[2:n]); ok {
					b.WriteString(value)
					text = text[n+1:]
					continue
				}
				b.WriteString(text[:n+1])
				text = text[n+1:]
				continue
			}
		}
		b.WriteByte('$')
		text = text[1:]
	}
	return b.String() + text
}
