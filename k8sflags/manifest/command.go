package manifest

import (
	"errors"
	"strconv"
	"strings"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// word is one argument of a command and where it stands.
type word struct {
	text  string
	at    k8sflags.Origin
	block bool // it stands line by line in the lines below (a YAML literal)
}

// command is a command line as a file has it, before variables are put in.
type command struct {
	words   []word
	dialect dialect
	version k8sflags.Version // of the container's image
}

func texts(words []word) []string {
	argv := make([]string, len(words))
	for i, w := range words {
		argv[i] = w.text
	}
	return argv
}

// isComponent reports whether the command runs one of the components.
func (c command) isComponent() bool {
	_, err := k8sflags.ParseCommand(texts(c.words))
	return !errors.Is(err, k8sflags.ErrComponent)
}

// process reads the command, and says which values have variables in them that
// nobody gave.
func (c command) process(errs *Errors) (k8sflags.Process, []Missing, bool) {
	words, missing := c.withoutReferences()
	p, err := k8sflags.ParseCommand(texts(words))
	if err != nil {
		at := k8sflags.Origin{}
		if len(c.words) > 0 {
			at = c.words[0].at
		}
		errs.add(at, ErrSyntax, "%s", reason(err))
		return p, nil, false
	}
	p.Version = c.version
	p.Flags = p.Flags.Located(func(fl k8sflags.Flag) k8sflags.Origin {
		at := words[fl.Origin.Arg-1].at
		at.Arg = fl.Origin.Arg
		return at
	})
	for fl := range p.Flags.All() {
		text := fl.Value
		if w := words[fl.Origin.Arg-1].text; strings.Contains(w, "=") {
			text = w // of which the value is a part, and no word of its own
		}
		if name := c.dialect.reference(text); name != "" {
			missing = append(missing, Missing{Name: name, Component: p.Component, Flag: fl.Name, Origin: fl.Origin})
		}
	}
	for i := range missing {
		missing[i].Component = p.Component
	}
	return p, missing, true
}

// withoutReferences leaves out the arguments that are nothing but a variable:
// they may stand for any number of arguments, or for none.
func (c command) withoutReferences() (words []word, missing []Missing) {
	values := c.values()
	for i, w := range c.words {
		if name := c.dialect.whole(w.text); i > 0 && name != "" && !values[i] {
			missing = append(missing, Missing{Name: name, Origin: w.at})
			continue
		}
		words = append(words, w)
	}
	return words, missing
}

// values tells which arguments are the value of the flag in front of them: a
// variable behind "--node-ip" is.
func (c command) values() map[int]bool {
	values := map[int]bool{}
	p, err := k8sflags.ParseCommand(texts(c.words))
	if err != nil { // which is reported where the process is made
		return values
	}
	for fl := range p.Flags.All() {
		if at := fl.Origin.Arg; fl.HasValue && at < len(c.words) && fl.Value == c.words[at].text && !strings.Contains(c.words[at-1].text, "=") {
			values[at] = true
		}
	}
	return values
}

// arguments splits one command that may run over several lines. first is the
// number of its first line; where key is not empty, the text begins with it and
// systemd's rules hold. A shell's redirections at the end are dropped.
func arguments(file, text string, first int, key string, errs *Errors) ([]word, bool) {
	argv, err := k8sflags.SplitCommand(text)
	if cut := withoutRedirection(text); err != nil && key == "" && cut != text {
		if short, cutErr := k8sflags.SplitCommand(cut); cutErr == nil {
			argv, err, text = short, nil, cut
		}
	}
	if err != nil {
		line, message := errorLine(reason(err))
		errs.add(k8sflags.Origin{File: file, Line: first + line}, ErrSyntax, "%s", message)
		return nil, false
	}
	lines := linesOf(text, key)
	words := make([]word, len(argv))
	for i, arg := range argv {
		words[i] = word{text: arg, at: k8sflags.Origin{File: file, Line: first}}
		if len(lines) == len(argv) {
			words[i].at.Line += lines[i]
		}
	}
	return words, true
}

// linesOf returns for each argument how many lines are before the one that it
// begins in. Lines are split one by one; one that has no end of its own, since a
// quote goes on behind it, is taken together with the next. The result has
// another length than there are arguments where a word runs over lines.
func linesOf(text, key string) []int {
	var lines []int
	open, start := "", 0
	for i, line := range strings.Split(text, "\n") {
		if open == "" {
			start = i
			if t := strings.TrimSpace(line); i > 0 && key != "" && t != "" && (t[0] == '#' || t[0] == ';') {
				continue
			}
			if i > 0 { // behind a word, so that nothing is taken for a key, a prefix or an assignment
				open = key + "x "
			}
		}
		open += line
		argv, err := k8sflags.SplitCommand(strings.TrimSuffix(strings.TrimSuffix(open, "\r"), `\`))
		if err != nil && len(open) < 1<<12 {
			open += "\n"
			continue
		}
		n := len(argv)
		if start > 0 {
			n--
		}
		for range n {
			lines = append(lines, start)
		}
		open = ""
	}
	return lines
}

// errorLine takes the line out of an error of [k8sflags.SplitCommand], counted
// from 0: "command, line 2 column 5: quote is never closed".
func errorLine(message string) (int, string) {
	rest, ok := strings.CutPrefix(message, "command, line ")
	if !ok {
		return 0, message
	}
	number, rest, ok := strings.Cut(rest, " ")
	if !ok {
		return 0, message
	}
	line, err := strconv.Atoi(number)
	if err != nil {
		return 0, message
	}
	return line - 1, rest
}

// reason is an error's message without the package that it begins with.
func reason(err error) string { return strings.TrimPrefix(err.Error(), "k8sflags: ") }
