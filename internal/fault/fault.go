// Package fault makes errors that say what went wrong with which operands, and
// wrap a sentinel for errors.Is without repeating its text.
package fault

import (
	"errors"
	"fmt"
)

type fault struct {
	kind error
	msg  string
}

// New returns an error with a message as fmt.Sprintf makes it, that wraps kind.
func New(kind error, format string, args ...any) error {
	return &fault{kind, fmt.Sprintf(format, args...)}
}

// Kind returns the sentinel of the first error in err's chain that New made,
// nil if there is none.
func Kind(err error) error {
	var f *fault
	if errors.As(err, &f) {
		return f.kind
	}
	return nil
}

// Error returns the message alone: it says the same as the text of what is
// wrapped, with the operands.
func (f *fault) Error() string { return f.msg }

// Unwrap returns the sentinel that was given.
func (f *fault) Unwrap() error { return f.kind }
