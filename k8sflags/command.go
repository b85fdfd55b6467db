package k8sflags

import (
	"fmt"
	"slices"
	"strings"
)

// ParseCommand reads a whole command. argv[0] names the component: its binary
// with or without a path, a Windows .exe, a provider's cloud-controller-manager
// (aws-cloud-controller-manager), or "hyperkube" followed by the component.
// Wrappers in front of it are skipped with their options: exec, sudo, env,
// nohup, nice, go-runner, and assignments of environment variables.
//
// Origin.Arg of each flag is its place in argv, argv[0] being the first. The
// errors wrap [ErrComponent] or [ErrSyntax].
func ParseCommand(argv []string) (Process, error) {
	at := skipWrappers(argv)
	if at >= len(argv) {
		return Process{}, fmt.Errorf("k8sflags: no program in command %q: %w", argv, ErrComponent)
	}
	c, ok := componentOf(argv[at])
	if !ok && strings.TrimSuffix(baseName(argv[at]), ".exe") == "hyperkube" {
		if at++; at >= len(argv) {
			return Process{}, fmt.Errorf("k8sflags: hyperkube without a component: %w", ErrComponent)
		}
		if c, ok = componentOf(argv[at]); !ok {
			c, ok = hyperkubeName(argv[at])
		}
	}
	if !ok {
		return Process{}, fmt.Errorf("k8sflags: command %q: %w (want one of %s)", argv[at], ErrComponent, list(components))
	}
	f, err := ParseArgs(c, argv[at+1:])
	if err != nil {
		return Process{}, err
	}
	for i := range f.items { // fresh from ParseArgs: nobody else holds them
		if f.items[i].name != "" {
			f.items[i].flag.Origin.Arg += at + 1
		}
	}
	return Process{Component: c, Flags: f}, nil
}

// hyperkubeName reads the short names that hyperkube once took.
func hyperkubeName(name string) (Component, bool) {
	switch name {
	case "apiserver":
		return APIServer, true
	case "controller-manager":
		return ControllerManager, true
	case "proxy":
		return Proxy, true
	}
	return "", false
}

// wrapper is a program that runs another, with its options that take the next
// argument as value.
type wrapper struct {
	name      string
	withValue []string
}

// logRunner are the options of the program that writes a component's log to a
// file (staging/src/k8s.io/component-base/logs/kube-log-runner).
var logRunner = []string{"-log-file", "--log-file", "-log-file-age", "--log-file-age", "-log-file-size", "--log-file-size", "-flush-interval", "--flush-interval"}

// wrappers is never written.
var wrappers = []wrapper{
	{name: "env", withValue: []string{"-u", "-C"}},
	{name: "exec", withValue: []string{"-a"}},
	{name: "go-runner", withValue: logRunner}, // in the images of the components
	{name: "kube-log-runner", withValue: logRunner},
	{name: "nice", withValue: []string{"-n"}},
	{name: "nohup"},
	{name: "sudo", withValue: []string{"-u", "-g", "-h", "-p", "-C", "-T", "-r", "-t", "-D", "-R", "-U"}},
}

// skipWrappers returns the index of the first argument that is not a wrapper,
// one of its options, or an assignment.
func skipWrappers(argv []string) int {
	i := 0
	var inside *wrapper
	for i < len(argv) {
		arg := argv[i]
		name := baseName(arg)
		w := slices.IndexFunc(wrappers, func(w wrapper) bool { return w.name == name })
		switch {
		case isAssignment(arg):
		case w >= 0:
			inside = &wrappers[w]
		case inside != nil && len(arg) > 1 && arg[0] == '-':
			if slices.Contains(inside.withValue, arg) {
				i++
			}
		default:
			return i
		}
		i++
	}
	return i
}

// isAssignment reports whether a word sets an environment variable: FOO=bar.
func isAssignment(word string) bool {
	name, _, ok := strings.Cut(word, "=")
	if !ok || name == "" || isDigit(name[0]) {
		return false
	}
	for i := range len(name) {
		if c := name[i]; c != '_' && !isDigit(c) && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return true
}
