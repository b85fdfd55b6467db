package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// Quarantined is a range that was given up and rests: nobody gets any of it
// before Until, since caches, firewalls and logs still mean who had it.
type Quarantined struct {
	Prefix netip.Prefix `json:"prefix"`
	Until  time.Time    `json:"until"`
	// Of says whose it was: `cluster "prod-eu" pod`.
	Of string `json:"of,omitempty"`
}

func compareQuarantined(a, b Quarantined) int {
	return cmp.Or(comparePrefixes(a.Prefix, b.Prefix), a.Until.Compare(b.Until), cmp.Compare(a.Of, b.Of))
}

// Quarantine returns the ranges that rest, by address.
func (p *Plan) Quarantine() []Quarantined { return slices.Clone(p.resting) }

// rest takes the ranges that rest out of the free space of pools.
func (p *Plan) rest(pools []openPool) error {
	for _, q := range p.resting {
		for i := range pools {
			if err := pools[i].rest(q); err != nil {
				return fmt.Errorf("plan: %v rests until %v: %w", q.Prefix, q.Until.Format(time.RFC3339), err)
			}
		}
	}
	return nil
}

// rest puts q into quarantine as far as the pool has it, which may have lost a
// part since. What is banned there nobody gets anyway.
func (o *openPool) rest(q Quarantined) error {
	for _, space := range o.spec.Prefixes {
		if !space.Overlaps(q.Prefix) {
			continue
		}
		part := clip(q.Prefix, space)
		for p := range without(part, overlapping(o.ban.space, part)) {
			if err := o.free.Claim(p); err != nil {
				return err
			}
			if err := o.free.Quarantine(p, q.Until); err != nil {
				return err
			}
		}
	}
	return nil
}
