package manifest

import (
	"strings"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// scripts returns the commands that a shell is told to run, as in
// sh -c "exec kubelet …", with the components alone; a command that is not a
// shell's comes back as it is.
func scripts(c command, errs *Errors) []command {
	text, ok := shellScript(texts(c.words))
	if !ok {
		return []command{c}
	}
	from := c.words[len(c.words)-1]
	var out []command
	for _, l := range shellLines(text) {
		var lineErrs Errors
		words, ok := arguments(from.at.File, l.text, l.number, "", &lineErrs)
		if !ok && startsComponent(l.text) {
			at := from.at
			if from.block {
				at.Line += lineErrs[0].Origin.Line
			}
			errs.add(at, ErrSyntax, "script: %s", lineErrs[0].Message)
		}
		for i := range words {
			line := words[i].at.Line
			words[i].at = from.at
			if from.block {
				words[i].at.Line += line
			}
		}
		if s := (command{words: words, dialect: shellWords, version: c.version}); ok && s.isComponent() {
			out = append(out, s)
		}
	}
	return out
}

// startsComponent reports whether one of the commands of a line that cannot be
// read as one command runs a component.
func startsComponent(line string) bool {
	for part := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(";|&()\n", r) }) {
		var c command
		for field := range strings.FieldsSeq(part) {
			c.words = append(c.words, word{text: field})
		}
		if c.isComponent() {
			return true
		}
	}
	return false
}

// namesComponent reports whether a component's name is somewhere in a text.
func namesComponent(text string) bool {
	for c := range k8sflags.Components() {
		if strings.Contains(text, string(c)) {
			return true
		}
	}
	return false
}

// shellScript returns what a shell is told to run.
func shellScript(argv []string) (string, bool) {
	if len(argv) < 3 {
		return "", false
	}
	switch argv[0][strings.LastIndexByte(argv[0], '/')+1:] {
	case "sh", "bash", "dash", "ash":
	default:
		return "", false
	}
	flags := argv[len(argv)-2]
	return argv[len(argv)-1], strings.HasPrefix(flags, "-") && strings.HasSuffix(flags, "c")
}

// shellLine is a command of a script, with the number of its first line.
type shellLine struct {
	text   string
	number int // from 1
}

// shellLines splits a script into its commands: lines that a backslash joins
// are one. Blank lines and comments are left out.
func shellLines(text string) []shellLine {
	var out []shellLine
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		first, line := i, strings.TrimSpace(lines[i])
		if line == "" || line[0] == '#' {
			continue
		}
		for i+1 < len(lines) && strings.HasSuffix(strings.TrimSuffix(lines[i], "\r"), `\`) {
			i++
		}
		out = append(out, shellLine{strings.Join(lines[first:i+1], "\n"), first + 1})
	}
	return out
}

// withoutRedirection cuts off the redirections at the end of a shell command,
// as in kubelet --v=2 >>kubelet.log 2>&1. With a flag behind them it leaves the
// command as it is.
func withoutRedirection(text string) string {
	i := strings.IndexAny(text, "<>")
	if i < 0 {
		return text
	}
	start := len(strings.TrimRight(text[:i], "0123456789&"))
	if start == 0 || (text[start-1] != ' ' && text[start-1] != '\t') || strings.ContainsAny(text[i:], "|;(") ||
		strings.Contains(text[i:], " -") || strings.Contains(text[i:], "&&") {
		return text
	}
	return text[:start]
}
