package manifest

import (
	"iter"
	"slices"
	"strings"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// Kind is what a file, or one document of it, was taken for. The zero Kind is
// none.
type Kind string

// The kinds that [Read] tells apart.
const (
	StaticPod              Kind = "Pod"                    // or the Pods of a DaemonSet, a Deployment or a StatefulSet
	KubeletConfiguration   Kind = "KubeletConfiguration"   // kubelet.config.k8s.io
	KubeProxyConfiguration Kind = "KubeProxyConfiguration" // kubeproxy.config.k8s.io
	ClusterConfiguration   Kind = "ClusterConfiguration"   // kubeadm.k8s.io
	InitConfiguration      Kind = "InitConfiguration"      // kubeadm.k8s.io
	JoinConfiguration      Kind = "JoinConfiguration"      // kubeadm.k8s.io
	Unit                   Kind = "unit"                   // a systemd unit or a drop-in of one
	Environment            Kind = "environment"            // NAME=value lines that a unit reads
	Commands               Kind = "commands"               // command lines
)

// Fragment is what one file says. [Join] makes a set of flags of one or many:
// a unit needs the environment file that it names, a kubelet's command line the
// configuration file. Fragments are immutable and safe for concurrent use; the
// zero Fragment says nothing.
type Fragment struct {
	file     string
	kinds    []Kind
	commands []command
	configs  []config
	unit     *unit
	vars     []variable
	cluster  *clusterConfig
	nodes    []*nodeConfig
}

// config is a component's configuration file.
type config struct {
	component k8sflags.Component
	file      string
	line      int
	settings  settings
}

// File returns the name under which the file was read.
func (f Fragment) File() string { return f.file }

// Kinds yields what the file was taken for, document by document. Documents
// that have nothing to do with flags are not among them.
func (f Fragment) Kinds() iter.Seq[Kind] { return slices.Values(f.kinds) }

// Read reads the text of one file; file is its name, for messages and for
// [Join] to find what refers to it. What it is shows from the text:
//
//   - YAML or JSON documents with apiVersion and kind: Pods and what makes Pods,
//     the kubelet's, kube-proxy's and kubeadm's configuration, also in a ConfigMap
//     or a List. Documents of other kinds are skipped, and so are containers that
//     run something else.
//   - a unit file, or a drop-in of one: its first line is a section, "[Service]".
//   - an environment file: its first line is NAME=value, with nothing to run.
//   - otherwise command lines, as a shell has them.
//
// Fields that have no say in flags are ignored whatever they are, since these
// are other people's files. The error is [Errors] with everything that is wrong
// with the rest, by line: text that cannot be parsed, values of the wrong type,
// versions of an API that do not exist, and a file in which nothing is known.
func Read(file string, text []byte) (Fragment, error) {
	f := Fragment{file: file}
	var errs Errors
	s := strings.TrimPrefix(string(text), "\ufeff")
	switch detect(s) {
	case Unit:
		f.kinds, f.unit = []Kind{Unit}, readUnit(file, s, &errs)
	case Environment:
		f.kinds, f.vars = []Kind{Environment}, readEnvironment(file, s, &errs)
	case Commands:
		f.kinds, f.commands = []Kind{Commands}, readCommands(file, s, &errs)
		if len(f.commands) == 0 && len(errs) == 0 {
			errs.add(k8sflags.Origin{File: file}, ErrUnknown, "the file is empty: want a manifest, a configuration file, a unit file or command lines")
		}
	default:
		f.documents(s, &errs)
	}
	if err := errs.orNil(); err != nil {
		return Fragment{}, err
	}
	return f, nil
}

// detect tells the kinds of files apart, "" for YAML, by the first line that is
// neither blank nor a comment. Assignments may also begin a script.
func detect(text string) Kind {
	assignments := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' {
			continue
		}
		name, _, assigned := strings.Cut(line, "=")
		assigned = assigned && isName(strings.TrimSpace(strings.TrimPrefix(name, "export ")))
		switch {
		case (assignments || assigned) && runs(line):
			return Commands
		case assignments || assigned:
			assignments = true
		case line[0] == '[':
			return Unit
		case line[0] == '{' || strings.HasPrefix(line, "---") || line[0] == '%' || isKey(line):
			return ""
		default:
			return Commands
		}
	}
	if assignments {
		return Environment
	}
	return Commands
}

// runs reports whether a line, or the first one of a command of several, runs a
// component: FOO=bar kubelet.
func runs(line string) bool {
	argv, err := k8sflags.SplitCommand(strings.TrimSuffix(line, `\`))
	if err != nil {
		return false
	}
	words := make([]word, len(argv))
	for i, arg := range argv {
		words[i].text = arg
	}
	return command{words: words}.isComponent()
}

// isKey reports whether a line begins a YAML mapping.
func isKey(line string) bool {
	key, rest, ok := strings.Cut(line, ":")
	if !ok || (rest != "" && rest[0] != ' ' && rest[0] != '\t') {
		return false
	}
	return !strings.ContainsAny(key, " \t=")
}
