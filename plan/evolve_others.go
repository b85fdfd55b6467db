package plan

// others takes from the pools the ranges of clusters that stay as they are, which
// are no wants, and what rests.
func (e *evolution) others(pools []openPool) error {
	space := e.spec.space()
	var held []want
	for i := range e.matches {
		if m := &e.matches[i]; m.spec == nil {
			held = m.prev.appendHeld(held, space)
		}
	}
	for i := range held {
		for k := range pools {
			// What several share, or lies outside, is taken as far as it is there.
			_ = pools[k].free.Exclude(held[i].held())
		}
	}
	for _, q := range e.resting {
		for k := range pools {
			if err := pools[k].rest(q); err != nil {
				return err
			}
		}
	}
	return nil
}
