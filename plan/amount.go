package plan

import (
	"encoding/json"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Amount is a number of things, or a share of those that there are: 20, or
// "25%". In JSON and YAML the first is a number and the second is text. The
// zero Amount is none.
type Amount struct {
	N       uint64
	Percent bool // N is a percentage
}

// ParseAmount reads "20" or "25%".
func ParseAmount(s string) (Amount, error) {
	digits, percent := strings.CutSuffix(s, "%")
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil {
		return Amount{}, fmt.Errorf("plan: amount %q: want a number such as 20, or a share such as 25%%", s)
	}
	return Amount{n, percent}, nil
}

// Of returns how many that is where there are n, a share rounded up; the
// largest uint64 for more.
func (a Amount) Of(n uint64) uint64 {
	if !a.Percent {
		return a.N
	}
	hi, lo := bits.Mul64(n, a.N)
	if hi >= 100 {
		return math.MaxUint64
	}
	q, rest := bits.Div64(hi, lo, 100)
	if rest > 0 {
		q = addSaturating(q, 1)
	}
	return q
}

// IsZero reports whether a is none.
func (a Amount) IsZero() bool { return a.N == 0 }

// String returns "20" or "25%".
func (a Amount) String() string {
	s := strconv.FormatUint(a.N, 10)
	if a.Percent {
		s += "%"
	}
	return s
}

// UnmarshalText reads what [ParseAmount] reads.
func (a *Amount) UnmarshalText(text []byte) error {
	v, err := ParseAmount(string(text))
	if err != nil {
		return err
	}
	*a = v
	return nil
}

// MarshalJSON writes a number, or the text of a share.
func (a Amount) MarshalJSON() ([]byte, error) {
	if a.Percent {
		return json.Marshal(a.String())
	}
	return json.Marshal(a.N)
}

// UnmarshalJSON reads a number, or text as [ParseAmount] does.
func (a *Amount) UnmarshalJSON(b []byte) error {
	return a.read(func(v any) error { return json.Unmarshal(b, v) })
}

// MarshalYAML is like MarshalJSON.
func (a Amount) MarshalYAML() (any, error) {
	if a.Percent {
		return a.String(), nil
	}
	return a.N, nil
}

// UnmarshalYAML is like UnmarshalJSON.
func (a *Amount) UnmarshalYAML(unmarshal func(any) error) error { return a.read(unmarshal) }

func (a *Amount) read(unmarshal func(any) error) error {
	var n uint64
	if unmarshal(&n) == nil {
		*a = Amount{N: n}
		return nil
	}
	var s string
	if err := unmarshal(&s); err != nil {
		return fmt.Errorf("plan: amount: want a number such as 20, or a share such as \"25%%\": %w", err)
	}
	v, err := ParseAmount(s)
	if err != nil {
		return err
	}
	*a = v
	return nil
}
