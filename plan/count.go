package plan

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Count is a number that may grow: how many there are now, and how many there
// will be at most, or how fast they become more. Need is what is planned for.
// In JSON and YAML it is a number, 300, or an object, {"now": 120, "max": 300}
// or {"now": 120, "growthPerYear": "40%", "horizon": "3y"}.
type Count struct {
	Now uint64
	// Max 0 means that it stays as it is now, or grows as GrowthPerYear says.
	Max uint64
	// GrowthPerYear is how many come to it in a year: so many, or a share of
	// those at the year's beginning. The last part of a year counts in
	// proportion. It needs a Horizon.
	GrowthPerYear Amount
	// Horizon is for how long to plan.
	Horizon Duration
}

// Need is the number to plan for: the largest of Now, Max, and what growth
// makes of Now until the horizon; the largest uint64 for more.
func (c Count) Need() uint64 {
	if c.GrowthPerYear.IsZero() || c.Horizon <= 0 {
		return max(c.Now, c.Max)
	}
	return max(c.Now, c.Max, c.grown())
}

// grown is Now after growth. Each year's increase is rounded up.
func (c Count) grown() uint64 {
	n := c.Now
	left := c.Horizon
	for ; left >= Year; left -= Year {
		n = addSaturating(n, c.GrowthPerYear.Of(n))
	}
	if left > 0 {
		// Hours are as fine as a plan can be, and keep the product small.
		const hours = uint64(Year / Duration(3600e9))
		part := uint64((left + 3600e9 - 1) / 3600e9)
		year := c.GrowthPerYear.Of(n)
		n = addSaturating(n, addSaturating(year/hours*part, (year%hours*part+hours-1)/hours))
	}
	return n
}

// String returns "300", "120 to 300", or "120, growing 40% a year for 3y".
func (c Count) String() string {
	c = c.normal()
	s := strconv.FormatUint(c.Now, 10)
	if c.Max > 0 {
		s = fmt.Sprintf("%d to %d", c.Now, c.Max)
	}
	if !c.GrowthPerYear.IsZero() {
		s += fmt.Sprintf(", growing %v a year for %v", c.GrowthPerYear, c.Horizon)
	}
	return s
}

// normal has Max 0 where the count does not grow to one.
func (c Count) normal() Count {
	if c.Max == c.Now {
		c.Max = 0
	}
	if c.GrowthPerYear.IsZero() {
		c.GrowthPerYear = Amount{}
	}
	return c
}

// grown is a Count in the form of an object.
type grown struct {
	Now           uint64   `json:"now" yaml:"now"`
	Max           uint64   `json:"max,omitempty" yaml:"max,omitempty"`
	GrowthPerYear Amount   `json:"growthPerYear,omitzero" yaml:"growthPerYear,omitempty"`
	Horizon       Duration `json:"horizon,omitempty" yaml:"horizon,omitempty"`
}

// IsZero reports whether there are none, now or later.
func (c Count) IsZero() bool { return c == Count{} }

// plain reports whether a number says all.
func (c Count) plain() bool { return c == Count{Now: c.Now} }

// MarshalJSON writes a number where the count does not grow, else an object.
func (c Count) MarshalJSON() ([]byte, error) {
	if c = c.normal(); c.plain() {
		return strconv.AppendUint(nil, c.Now, 10), nil
	}
	return json.Marshal(grown(c))
}

// UnmarshalJSON reads a number or an object; see [Count].
func (c *Count) UnmarshalJSON(b []byte) error {
	if now, err := strconv.ParseUint(string(b), 10, 64); err == nil {
		*c = Count{Now: now}
		return nil
	}
	var g grown
	if err := strict(b, &g); err != nil {
		return fmt.Errorf("plan: count %s: want a number, or {\"now\": 120, \"max\": 300}: %w", b, err)
	}
	*c = Count(g).normal()
	return nil
}

// MarshalYAML is like MarshalJSON.
func (c Count) MarshalYAML() (any, error) {
	if c = c.normal(); c.plain() {
		return c.Now, nil
	}
	return grown(c), nil
}

// UnmarshalYAML reads a number or an object; see [Count]. Its signature is one
// that YAML libraries know without being known here.
func (c *Count) UnmarshalYAML(unmarshal func(any) error) error {
	var now uint64
	if err := unmarshal(&now); err == nil {
		*c = Count{Now: now}
		return nil
	}
	var g grown
	if err := unmarshal(&g); err != nil {
		return fmt.Errorf("plan: count: want a number, or {now: 120, max: 300}: %w", err)
	}
	*c = Count(g).normal()
	return nil
}
