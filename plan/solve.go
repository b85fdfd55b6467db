package plan

// Solve sizes every range that s asks for and places all of them.
//
// An invalid spec is a [SpecErrors]; one without a solution, or, where pools
// do not nest, without one that the search found, an [*InfeasibleError].
// Ranges are placed largest first, by the [Fit] of their pool; pins,
// reservations and peers come before. It takes O(n log n) for n ranges.
func Solve(s Spec) (*Plan, error) {
	v := newValidator(&s)
	v.layout = true
	if v.all() != nil {
		return nil, s.Validate() // with everything that is wrong
	}
	n := s.normal()
	placed, err := placeAll(&n)
	if err != nil {
		if invalid := s.Validate(); invalid != nil {
			return nil, invalid
		}
		return nil, err
	}
	if len(placed.unplaced) > 0 {
		return nil, infeasible(&n, placed)
	}
	return newPlan(n, placed.fill())
}
