package manifest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// What went wrong, for [errors.Is].
var (
	// ErrUnknown: a file in which nothing is that this package reads.
	ErrUnknown = errors.New("unknown file")
	// ErrSyntax: text that is not well-formed YAML, not a unit file, or not a
	// command line.
	ErrSyntax = errors.New("syntax error")
	// ErrType: a field with a value of another type than the component takes.
	ErrType = errors.New("wrong type")
	// ErrAPIVersion: an apiVersion or a kind of Kubernetes' configuration files
	// that does not exist, or that the version in question refuses.
	ErrAPIVersion = errors.New("unknown apiVersion")
	// ErrRefused: an addressing that kubeadm or the API refuses, although the
	// components would run with it; or that the file has no way to say.
	ErrRefused = errors.New("refused")
)

// Error is one thing wrong with a file. It wraps one of the errors above.
type Error struct {
	Origin  k8sflags.Origin // file, line and field, as far as they are known
	Message string          // what is wrong, and the way out
	Err     error           // what kind of error it is
}

// Error is "kubelet.yaml:12: clusterDNS[0]: …".
func (e *Error) Error() string {
	if e.Origin.IsZero() {
		return "manifest: " + e.Message
	}
	return e.Origin.String() + ": " + e.Message
}

// Unwrap returns the kind of the error.
func (e *Error) Unwrap() error { return e.Err }

// Errors is everything wrong with what was read, by line, one error a line.
type Errors []*Error

// Error has a line for each error.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the single errors.
func (es Errors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}

// orNil returns the errors in the order of their lines, each once, or nil.
func (es Errors) orNil() error {
	if len(es) == 0 {
		return nil
	}
	slices.SortStableFunc(es, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Origin.File, b.Origin.File), cmp.Compare(a.Origin.Line, b.Origin.Line))
	})
	return slices.CompactFunc(es, func(a, b *Error) bool { return a.Error() == b.Error() })
}

func (es *Errors) add(at k8sflags.Origin, kind error, format string, args ...any) {
	*es = append(*es, &Error{at, oneLine(fmt.Sprintf(format, args...)), kind})
}

// oneLine keeps what a file's text may bring along from breaking the line.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}
