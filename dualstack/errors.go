package dualstack

import (
	"errors"
	"strings"

	"github.com/kubecidr/kubecidr/internal/fault"
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
	// ErrRandom: a random source without enough bytes, or with zeros alone.
	ErrRandom = errors.New("no randomness")
	// ErrEmbed: an IPv4 block without a readable IPv6 twin in the range.
	ErrEmbed = errors.New("no readable twin")
	// ErrUseless: Services of a family that pods or nodes lack.
	ErrUseless = errors.New("services without endpoints")
	// ErrTransition: what a cluster that lives cannot be made into.
	ErrTransition = errors.New("not possible while the cluster lives")
)

// ours puts this package's name on an error of package cidr, in place of that
// one's: the caller called us.
func ours(err error) error {
	if err == nil {
		return nil
	}
	return fault.New(err, "dualstack: %s", strings.TrimPrefix(err.Error(), "cidr: "))
}
