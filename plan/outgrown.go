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
	Cluster string       `json:"cluster,omitempty"`
	Network string       `json:"network,omitempty"` // where it is a shared network's
	Role    Role         `json:"role"`
	Name    string       `json:"name,omitempty"` // of an extra range
	Range   netip.Prefix `json:"range"`
	Bits    int          `json:"bits"`   // the length that it needs
	Reason  string       `json:"reason"` // why it cannot stay, or grow in place
	WaysOut []string     `json:"waysOut,omitempty"`
}

// String is one line: whose range, what it needs, and why it has not got it.
func (o Outgrown) String() string {
	s := fmt.Sprintf("%s: %s range", owner(o.Cluster, o.Network), o.Role)
	if o.Name != "" {
		s += fmt.Sprintf(" %q", o.Name)
	}
	s += fmt.Sprintf(" %v", o.Range)
	if o.Bits < o.Range.Bits() {
		return s + fmt.Sprintf(" needs a /%d, but %s", o.Bits, o.Reason)
	}
	return s + " cannot stay: " + o.Reason
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

// waysToGrow says what can be done for a range that cannot grow to target, what
// takes the least first.
func waysToGrow(b *Block, target netip.Prefix) []string {
	var ways []string
	if b.Cluster != "" {
		for _, s := range extensions {
			if slices.Contains(s.roles, b.Role) {
				ways = append(ways, s.Text)
			}
		}
	}
	if target.IsValid() {
		ways = append(ways, fmt.Sprintf("free all of %v", target))
	}
	return append(ways, wayToMove(b))
}

// waysToStay says what can be done for a range that cannot stay where it is.
// undo is how it could.
func waysToStay(b *Block, undo string) []string { return []string{undo, wayToMove(b)} }

func wayToMove(b *Block) string {
	return fmt.Sprintf("give up the range for another: name %q in AllowMove; %s", ownerName(b), stepsFor(b.Role, Moved)[0].Text)
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
