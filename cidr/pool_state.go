package cidr

import (
	"fmt"
	"net/netip"
)

// State says what a [Pool] knows of a block.
type State uint8

// The states of a block. Outside, the zero value, is what every block is that
// the pool's space does not have.
const (
	Outside     State = iota // not in the pool's space
	Free                     // can be allocated
	Used                     // allocated or claimed
	Excluded                 // never handed out
	Quarantined              // released, but not handed out before its time
)

// states is a set of states, of which s is 1<<s.
type states uint8

func (s states) has(state State) bool { return s&(1<<state) != 0 }

// String returns "outside", "free", "used", "excluded" or "quarantined".
func (s State) String() string {
	switch s {
	case Outside:
		return "outside"
	case Free:
		return "free"
	case Used:
		return "used"
	case Excluded:
		return "excluded"
	case Quarantined:
		return "quarantined"
	}
	return fmt.Sprintf("State(%d)", uint8(s))
}

// ConflictError says why a [Pool] cannot do with Prefix what was asked for:
// With, which is Prefix itself, a block around it or one inside of it, is in
// the given state. It wraps [ErrNotUsed] where an allocated block was needed
// and [ErrConflict] where a free one was.
type ConflictError struct {
	Prefix netip.Prefix
	With   netip.Prefix
	State  State

	op   string
	kind error
}

// Error names the block that was asked for, what is there instead, and its
// state.
func (e *ConflictError) Error() string {
	msg := "cidr: "
	if e.op != "" {
		msg += e.op + " "
	}
	msg += e.Prefix.String() + ": "
	if e.kind == ErrNotUsed {
		msg += "not an allocated block: "
	}
	what := e.State.String()
	if e.State == Outside {
		what = "outside of the pool"
	}
	switch {
	case e.Prefix == e.With:
		return msg + "it is " + what
	case e.Prefix.Bits() > e.With.Bits():
		return fmt.Sprintf("%sit lies in %v, which is %s", msg, e.With, what)
	}
	return fmt.Sprintf("%s%v in it is %s", msg, e.With, what)
}

// Unwrap returns [ErrNotUsed] or [ErrConflict].
func (e *ConflictError) Unwrap() error {
	if e.kind == nil {
		return ErrConflict
	}
	return e.kind
}
