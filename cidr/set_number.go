package cidr

import (
	"math"
	"math/big"

	"github.com/kubecidr/kubecidr/internal/u128"
)

// NumAddrs returns the number of addresses of family f in s. ok is false only
// where a uint64 cannot hold it; n is then the largest uint64. Of no family
// there are 0. It takes O(n).
func (s Set) NumAddrs(f Family) (n uint64, ok bool) {
	size, whole := s.size(f)
	switch {
	case whole:
		return pow2(f.BitLen())
	case !size.Fits64():
		return math.MaxUint64, false
	}
	return size.Lo, true
}

// NumAddrsBig is [Set.NumAddrs] for every size.
func (s Set) NumAddrsBig(f Family) *big.Int {
	size, whole := s.size(f)
	if whole {
		return new(big.Int).Lsh(big.NewInt(1), uint(f.BitLen()))
	}
	b := size.As16()
	return new(big.Int).SetBytes(b[:])
}

// size counts the addresses of a family. whole says that s has them all, which
// is the one number that does not fit: in the scale of spans it is 2^128.
func (s Set) size(f Family) (n u128.Uint, whole bool) {
	for r := range s.spans {
		if r.family == f {
			n = n.Add(r.end.Sub(r.first)).Add(u128.From64(1))
			whole = n.IsZero()
		}
	}
	return n.Rsh(uint(128 - f.BitLen())), whole
}
