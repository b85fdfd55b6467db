package plan

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Count is a number that may grow: how many there are now, and how many there
// will be at most. Max 0 means that it stays as it is now. In JSON and YAML it
// is a number, 300, or an object, {"now": 120, "max": 300}.
type Count struct {
	Now uint64
	Max uint64
}

// Need is the number to plan for: the larger of Now and Max.
func (c Count) Need() uint64 { return max(c.Now, c.Max) }

// String returns "300", or "120 to 300".
func (c Count) String() string {
	if c = c.normal(); c.Max == 0 {
		return strconv.FormatUint(c.Now, 10)
	}
	return fmt.Sprintf("%d to %d", c.Now, c.Max)
}

// normal has Max 0 where the count does not grow.
func (c Count) normal() Count {
	if c.Max == c.Now {
		c.Max = 0
	}
	return c
}

// grown is a Count in the form of an object.
type grown struct {
	Now uint64 `json:"now" yaml:"now"`
	Max uint64 `json:"max" yaml:"max"`
}

// IsZero reports whether there are none, now or later.
func (c Count) IsZero() bool { return c == Count{} }

// MarshalJSON writes a number where the count does not grow, else an object.
func (c Count) MarshalJSON() ([]byte, error) {
	if c = c.normal(); c.Max == 0 {
		return json.Marshal(c.Now)
	}
	return json.Marshal(grown(c))
}

// UnmarshalJSON reads a number or an object; see [Count].
func (c *Count) UnmarshalJSON(b []byte) error {
	var now uint64
	if err := json.Unmarshal(b, &now); err == nil {
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
	if c = c.normal(); c.Max == 0 {
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
