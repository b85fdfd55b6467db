package plan

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// ErrOutgrown is wrapped by [OutgrownError].
var ErrOutgrown = errors.New("a range cannot stay where it is")

// OutgrownError says which ranges of an earlier plan cannot stay as they are,
// and have no leave to move; see [Evolve].
type OutgrownError struct {
	Ranges []Outgrown
}

// Outgrown is one range that cannot stay as it is.
type Outgrown struct {
	Cluster string
	Network string // where it is a shared network's
	Role    Role
	Name    string // of an extra range
	Range   netip.Prefix
	Bits    int    // the length that it needs
	Reason  string // why it cannot stay, or grow in place
	WaysOut []string
}

// String is one line: whose range, what it needs, and why it has not got it.
func (o Outgrown) String() string {
	s := fmt.Sprintf("%s: %s range", owner(o.Cluster, o.Network), o.Role)
	if o.Name != "" {
		s += fmt.Sprintf(" %q", o.Name)
	}
	s += fmt.Sprintf(" %v", o.Range)
	if o.Bits < o.Range.Bits() {
		s += fmt.Sprintf(" needs a /%d", o.Bits)
	} else {
		s += " cannot stay"
	}
	return s + ", but " + o.Reason
}

// Error lists the ranges and what can be done, one a line.
func (e *OutgrownError) Error() string {
	var lines []string
	for _, o := range e.Ranges {
		lines = append(lines, "plan: "+o.String())
		for _, w := range o.WaysOut {
			lines = append(lines, "plan: way out: "+w)
		}
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns [ErrOutgrown].
func (e *OutgrownError) Unwrap() error { return ErrOutgrown }

// waysToGrow says what can be done for a range that cannot stay as it is.
func waysToGrow(b *Block, was netip.Prefix) []string {
	ways := []string{fmt.Sprintf("let it move: name %q in AllowMove; %s", ownerName(b), stepsFor(b.Role, Moved)[0].Text)}
	if b.Cluster != "" {
		for _, s := range extensions {
			if slices.Contains(s.roles, b.Role) {
				ways = append(ways, s.Text)
			}
		}
	}
	return append(ways, fmt.Sprintf("free the space beside %v", was))
}

func ownerName(b *Block) string {
	if b.Cluster == "" {
		return b.Name
	}
	return b.Cluster
}

func networkName(b *Block) string {
	if b.Cluster == "" {
		return b.Name
	}
	return ""
}

func rangeName(b *Block) string {
	if b.Cluster == "" {
		return ""
	}
	return b.Name
}
