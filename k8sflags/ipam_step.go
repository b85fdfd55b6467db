package k8sflags

import (
	"math"
	"math/bits"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/internal/u128"
)

// ipamStep is one rule on the way from the pods of a node to the addresses that
// it takes. A number of 0 means that the rule does not hold in the family.
type ipamStep struct {
	op     ipamOp
	v4, v6 uint64
	rule   string
}

// ipamOp is what a step does with a number of addresses. Each op is monotone and
// never makes the number smaller, so that it has a greatest inverse, undo: do(x)
// ≤ n exactly where x ≤ undo(n). The inverse of several steps is then their
// inverses backwards.
type ipamOp uint8

const (
	opPods     ipamOp = iota + 1 // refuses more than n pods
	opPlus                       // n more
	opDouble                     // twice as many
	opMultiple                   // up to a multiple of n, a power of two
	opPower                      // up to a power of two
	opLeast                      // at least n
	opFixed                      // always n
	opMost                       // no more than n of a block are used
)

func (s *ipamStep) number(f cidr.Family) uint64 {
	if f == cidr.IPv4 {
		return s.v4
	}
	return s.v6
}

func (s *ipamStep) do(x uint64, f cidr.Family) (uint64, error) {
	n := s.number(f)
	if n == 0 {
		return x, nil
	}
	switch s.op {
	case opPods:
		if x > n {
			return 0, cidr.ErrOutOfRange
		}
		return x, nil
	case opPlus:
		if x > math.MaxUint64-n {
			return 0, cidr.ErrOverflow
		}
		return x + n, nil
	case opDouble:
		if x > math.MaxUint64/2 {
			return 0, cidr.ErrOverflow
		}
		return 2 * x, nil
	case opMultiple:
		if x > math.MaxUint64-(n-1) {
			return 0, cidr.ErrOverflow
		}
		return (x + n - 1) &^ (n - 1), nil
	case opPower:
		if x > 1<<63 {
			return 0, cidr.ErrOverflow
		}
		if x == 0 {
			return 0, nil
		}
		return 1 << bits.Len64(x-1), nil
	case opLeast:
		return max(x, n), nil
	default: // opFixed, opMost
		if x > n {
			return 0, cidr.ErrOverflow
		}
		if s.op == opFixed {
			return n, nil
		}
		return x, nil
	}
}

// undo returns the greatest x with do(x) ≤ addrs; ok is false for none.
func (s *ipamStep) undo(addrs u128.Uint, f cidr.Family) (x u128.Uint, ok bool) {
	if s.number(f) == 0 {
		return addrs, true
	}
	n := u128.From64(s.number(f))
	switch s.op {
	case opPlus:
		return addrs.Sub(n), !addrs.Less(n)
	case opDouble:
		return addrs.Rsh(1), true
	case opMultiple:
		return addrs.And(n.Sub(u128.From64(1)).Not()), true
	case opPower:
		if addrs.IsZero() {
			return addrs, true
		}
		return u128.From64(1).Lsh(uint(addrs.BitLen() - 1)), true
	case opLeast:
		return addrs, !addrs.Less(n)
	case opFixed:
		return n, !addrs.Less(n)
	default: // opPods, opMost
		if n.Less(addrs) {
			return n, true
		}
		return addrs, true
	}
}
