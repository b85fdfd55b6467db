package plan

import "github.com/kubecidr/kubecidr/cidr"

// Fit says where in a pool a range goes. The zero value is [BestFit]. Whether
// all ranges find a place does not depend on it in [Solve], which places the
// largest first; later, when ranges come one by one, it does.
type Fit string

// The ways to choose a place.
const (
	// BestFit takes the smallest free block, and leaves the large ones whole.
	BestFit Fit = "best"
	// FirstFit takes the lowest address, so that the end stays free.
	FirstFit Fit = "first"
	// LastFit takes the highest address, so that the beginning stays free.
	LastFit Fit = "last"
	// Sparse takes the start of the largest free block, so that every range
	// keeps room to grow (RFC 3531).
	Sparse Fit = "sparse"
)

// Fits returns every Fit.
func Fits() []Fit { return []Fit{BestFit, FirstFit, LastFit, Sparse} }

// Valid reports whether f is one of [Fits] or the zero value.
func (f Fit) Valid() bool {
	_, ok := f.fit()
	return ok
}

func (f Fit) fit() (cidr.Fit, bool) {
	switch f {
	case "", BestFit:
		return cidr.BestFit, true
	case FirstFit:
		return cidr.FirstFit, true
	case LastFit:
		return cidr.LastFit, true
	case Sparse:
		return cidr.Sparse, true
	}
	return 0, false
}
