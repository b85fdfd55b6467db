package manifest

import (
	"slices"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// builtins are what else may stand in a script of command lines: they run
// nothing.
var builtins = []string{"cd", "export", "readonly", "set", "ulimit", "umask"}

// readCommands reads a file of command lines, as a shell has them: one command
// a line, lines joined by a backslash at their end, comments. Assignments are
// skipped, and so are shell builtins that run nothing.
func readCommands(file, text string, errs *Errors) []command {
	var commands []command
	for _, l := range shellLines(text) {
		words, ok := arguments(file, l.text, l.number, "", errs)
		if !ok || len(words) == 0 || slices.Contains(builtins, words[0].text) {
			continue
		}
		c := command{words: words, dialect: shellWords}
		if !c.isComponent() {
			errs.add(k8sflags.Origin{File: file, Line: l.number}, ErrUnknown,
				"%q runs none of Kubernetes' components: want a line like \"kubelet --max-pods=110\", a manifest, a configuration file or a unit file", words[0].text)
			continue
		}
		commands = append(commands, c)
	}
	return commands
}
