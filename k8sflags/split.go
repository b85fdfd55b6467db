package k8sflags

import (
	"fmt"
	"strings"
)

// SplitCommand splits one command into its arguments, as a shell does or, where
// the text begins with an Exec line's key such as "ExecStart=", as systemd does.
//
// Both know single and double quotes, backslashes, lines continued by a
// backslash at their end, and comments. Nothing is expanded: $VAR, ${VAR},
// $(command) and `command` stay in the argument as they are.
//
// In a shell command, assignments before it (FOO=bar kubelet …) are dropped,
// since they are no arguments, and so are lines before it that are blank or a
// comment. Pipes, redirections, lists of commands and a second command are an
// error: what they do to the arguments is not for this package to guess.
//
// In a unit line the prefixes - : + ! @ of the program are dropped, with the
// extra argument that @ announces; shell operators have no meaning, \s, \t, \n,
// \x20 and \040 are escapes, and %% is a percent sign.
//
// The error wraps [ErrSyntax] and names line and column, in bytes from 1.
func SplitCommand(line string) ([]string, error) {
	s := splitter{text: line}
	s.unit = s.unitKey()
	var err error
	for err == nil && !s.done() {
		err = s.next()
	}
	if err != nil {
		return nil, err
	}
	s.endWord()
	return s.command(), nil
}

// splitter walks a command once, from pos on.
type splitter struct {
	text   string
	pos    int
	unit   bool // systemd's rules
	argv0  bool // the unit line's prefix @: the second word is argv[0]
	words  []string
	plain  []bool // whether a word has no quoting before its "=", so that it may be an assignment
	word   strings.Builder
	inWord bool // an empty quoted word is a word
	quoted bool // before any "="
}

// execKeys are the keys of a unit file whose value is a command.
var execKeys = []string{"ExecStart", "ExecStartPre", "ExecStartPost", "ExecCondition", "ExecReload", "ExecStop", "ExecStopPost"}

// unitKey skips an Exec key with its "=" and the program's prefixes, and
// reports whether there is one.
func (s *splitter) unitKey() bool {
	key, value, ok := strings.Cut(s.text, "=")
	if !ok {
		return false
	}
	key = strings.TrimSpace(key)
	for _, k := range execKeys {
		if key != k {
			continue
		}
		s.pos = len(s.text) - len(strings.TrimLeft(value, " \t"))
		for !s.done() && strings.IndexByte("-:+!@", s.text[s.pos]) >= 0 {
			s.argv0 = s.argv0 || s.text[s.pos] == '@'
			s.pos++
		}
		return true
	}
	return false
}

func (s *splitter) done() bool { return s.pos >= len(s.text) }

// fail is an error at a position.
func (s *splitter) fail(pos int, format string, args ...any) error {
	before := s.text[:pos]
	line := strings.Count(before, "\n") + 1
	column := pos - strings.LastIndexByte(before, '\n')
	return fmt.Errorf("k8sflags: command, line %d column %d: %s: %w", line, column, fmt.Sprintf(format, args...), ErrSyntax)
}

// next takes what stands at pos.
func (s *splitter) next() error {
	switch c := s.text[s.pos]; {
	case c == '\\':
		return s.backslash()
	case c == '\'' || c == '"':
		return s.quote(c)
	case c == '\n':
		return s.newline()
	case c == ' ' || c == '\t' || c == '\r':
		s.endWord()
		s.pos++
	case c == '#' && !s.inWord && !s.unit:
		s.skipLine()
	case (c == '`' || c == '$') && !s.unit:
		return s.substitution()
	case c == '%' && s.unit && strings.HasPrefix(s.text[s.pos:], "%%"):
		s.add("%")
		s.pos += 2
	case strings.IndexByte(";|&<>()", c) >= 0 && !s.unit:
		return s.fail(s.pos, "shell operator %q: give one command without pipes and redirections, or quote it", string(c))
	default:
		s.add(s.text[s.pos : s.pos+1])
		s.pos++
	}
	return nil
}

func (s *splitter) add(text string) {
	s.word.WriteString(text)
	s.inWord = true
}

// quotes notes that the word has quoting from here on.
func (s *splitter) quotes() {
	s.quoted = s.quoted || !strings.Contains(s.word.String(), "=")
	s.inWord = true
}

func (s *splitter) endWord() {
	if !s.inWord {
		return
	}
	s.words = append(s.words, s.word.String())
	s.plain = append(s.plain, !s.quoted)
	s.word.Reset()
	s.inWord, s.quoted = false, false
}

func (s *splitter) skipLine() {
	for !s.done() && s.text[s.pos] != '\n' {
		s.pos++
	}
}

// newline ends the command, unless nothing has been said yet. Blank lines and
// comments may follow.
func (s *splitter) newline() error {
	s.endWord()
	if len(s.words) == 0 {
		s.pos++
		return nil
	}
	for !s.done() {
		switch c := s.text[s.pos]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			s.pos++
		case c == '#' || (c == ';' && s.unit):
			s.skipLine()
		default:
			return s.fail(s.pos, "more after the end of the command: end its lines with a backslash, or split one command at a time")
		}
	}
	return nil
}

// backslash takes an escape outside of quotes.
func (s *splitter) backslash() error {
	rest := s.text[s.pos+1:]
	if eol := lineEnd(rest); eol > 0 {
		s.pos += 1 + eol
		if s.unit { // systemd joins lines with a space, and skips comments between them
			s.endWord()
			s.skipComments()
		}
		return nil
	}
	switch {
	case rest != "":
	case s.unit: // which joins the last line with nothing
		s.pos++
		s.endWord()
		return nil
	default:
		return s.fail(s.pos, "backslash at the end")
	}
	s.quotes()
	if s.unit {
		return s.unitEscape()
	}
	s.add(rest[:1])
	s.pos += 2
	return nil
}

// lineEnd returns the length of the line break that text begins with, or 0.
func lineEnd(text string) int {
	switch {
	case strings.HasPrefix(text, "\n"):
		return 1
	case strings.HasPrefix(text, "\r\n"):
		return 2
	}
	return 0
}

// skipComments skips the comment lines of a unit file that stand inside a
// continued line.
func (s *splitter) skipComments() {
	for {
		rest := strings.TrimLeft(s.text[s.pos:], " \t")
		if rest == "" || (rest[0] != '#' && rest[0] != ';') {
			return
		}
		s.skipLine()
		if !s.done() {
			s.pos++
		}
	}
}

// unitEscapes are systemd's escapes of one letter, and what they mean.
const unitEscapes = "a\ab\bf\fn\nr\rt\tv\vs "

// unitEscape takes an escape of a unit line, in quotes or out of them.
func (s *splitter) unitEscape() error {
	rest := s.text[s.pos+1:]
	c := rest[0]
	for i := 0; i < len(unitEscapes); i += 2 {
		if c == unitEscapes[i] {
			s.add(unitEscapes[i+1 : i+2])
			s.pos += 2
			return nil
		}
	}
	switch {
	case c == 'x':
		return s.number(rest[1:], 2, 16, 2)
	case '0' <= c && c <= '7':
		return s.number(rest, 3, 8, 1)
	case c == '\\' || c == '"' || c == '\'':
		s.add(rest[:1])
	default: // systemd keeps what it does not know
		s.add(s.text[s.pos : s.pos+2])
	}
	s.pos += 2
	return nil
}

// number takes the digits of a numeric escape, skip bytes behind pos.
func (s *splitter) number(rest string, digits, base, skip int) error {
	n := 0
	for i := range digits {
		d := base
		if i < len(rest) {
			d = strings.IndexByte("0123456789abcdef", rest[i]|0x20)
			if isDigit(rest[i]) {
				d = int(rest[i] - '0')
			}
		}
		if d < 0 || d >= base {
			return s.fail(s.pos, "escape wants %d digits of base %d", digits, base)
		}
		n = n*base + d
	}
	if n == 0 || n > 255 {
		return s.fail(s.pos, "escape of no byte that an argument may have")
	}
	s.add(string([]byte{byte(n)}))
	s.pos += skip + digits
	return nil
}

// quote takes what stands between quotes.
func (s *splitter) quote(mark byte) error {
	start := s.pos
	s.quotes()
	for s.pos++; !s.done(); {
		switch c := s.text[s.pos]; {
		case c == mark:
			s.pos++
			return nil
		case c == '\\' && (s.unit || mark == '"') && s.pos+1 < len(s.text):
			if err := s.quotedBackslash(); err != nil {
				return err
			}
		case (c == '`' || c == '$') && mark == '"' && !s.unit:
			if err := s.substitution(); err != nil {
				return err
			}
		case c == '%' && s.unit && strings.HasPrefix(s.text[s.pos:], "%%"):
			s.add("%")
			s.pos += 2
		default:
			s.add(s.text[s.pos : s.pos+1])
			s.pos++
		}
	}
	return s.fail(start, "quote %s is never closed", string(mark))
}

// quotedBackslash takes a backslash inside double quotes, or inside any of a
// unit line's. A shell leaves it where it escapes nothing.
func (s *splitter) quotedBackslash() error {
	rest := s.text[s.pos+1:]
	if eol := lineEnd(rest); eol > 0 {
		if s.unit {
			s.add(" ")
		}
		s.pos += 1 + eol
		return nil
	}
	if s.unit {
		return s.unitEscape()
	}
	if strings.IndexByte("\\\"$`", rest[0]) >= 0 {
		s.add(rest[:1])
	} else {
		s.add(s.text[s.pos : s.pos+2])
	}
	s.pos += 2
	return nil
}

// substitution keeps $(command) and `command` as they are, spaces included.
func (s *splitter) substitution() error {
	rest := s.text[s.pos:]
	switch {
	case rest[0] == '`':
		end := strings.IndexByte(rest[1:], '`')
		if end < 0 {
			return s.fail(s.pos, "backquote is never closed")
		}
		s.add(rest[:end+2])
		s.pos += end + 2
		return nil
	case strings.HasPrefix(rest, "$("):
		depth := 0
		for i := range len(rest) {
			switch rest[i] {
			case '(':
				depth++
			case ')':
				if depth--; depth == 0 {
					s.add(rest[:i+1])
					s.pos += i + 1
					return nil
				}
			}
		}
		return s.fail(s.pos, "$( is never closed")
	}
	s.add("$")
	s.pos++
	return nil
}

// command drops what is no argument in front of the program.
func (s *splitter) command() []string {
	if s.unit {
		if s.argv0 && len(s.words) > 1 {
			return s.words[1:]
		}
		return s.words
	}
	i := 0
	for i < len(s.words) && s.plain[i] && isAssignment(s.words[i]) {
		i++
	}
	return s.words[i:]
}

// quote writes a token so that a shell, and [SplitCommand], read it back.
func quote(token string) string {
	plain := token != ""
	for i := 0; plain && i < len(token); i++ {
		plain = strings.IndexByte(plainBytes, token[i]) >= 0
	}
	if plain {
		return token
	}
	return "'" + strings.ReplaceAll(token, "'", `'\''`) + "'"
}

// plainBytes mean themselves in every shell.
const plainBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_=+./:,@%"
