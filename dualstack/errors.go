package dualstack

import (
	"errors"
	"fmt"
	"strings"
)

// What went wrong, for [errors.Is]. Errors of package cidr are wrapped besides.
var (
	// ErrSameFamily: two ranges or addresses of one family where a pair needs
	// one of each.
	ErrSameFamily = errors.New("both of one address family")
	// ErrCount: none, or more than two, where Kubernetes takes one or two.
	ErrCount = errors.New("want one, or one of each family")
	// ErrMasks: node masks that do not fit the ranges or Kubernetes' limits.
	ErrMasks = errors.New("node masks do not fit")
	// ErrCapacity: the ranges are too small for the nodes; see [CapacityError].
	ErrCapacity = errors.New("too small for the nodes")
	// ErrOutOfRange: a node block beyond the last one.
	ErrOutOfRange = errors.New("no such node block")
)

type failure struct {
	kind error
	msg  string
}

func (e *failure) Error() string { return e.msg }
func (e *failure) Unwrap() error { return e.kind }

func fault(kind error, format string, args ...any) error {
	return &failure{kind, fmt.Sprintf(format, args...)}
}

// ours puts this package's name on an error of package cidr, in place of that
// one's: the caller called us.
func ours(err error) error {
	if err == nil {
		return nil
	}
	return fault(err, "dualstack: %s", strings.TrimPrefix(err.Error(), "cidr: "))
}
