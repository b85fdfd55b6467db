package plan

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Duration is a span of time in a spec. Its text is that of time.Duration, or
// whole days, weeks or years: "30s", "72h", "30d", "2w", "3y". A day has 24
// hours and a year 365 days. The zero Duration is "0s".
type Duration time.Duration

// The spans that a plan has and time.Duration has not.
const (
	Day  = Duration(24 * time.Hour)
	Week = 7 * Day
	Year = 365 * Day
)

var durationUnits = []struct {
	suffix string
	unit   Duration
}{{"y", Year}, {"w", Week}, {"d", Day}}

// ParseDuration reads the text of a Duration.
func ParseDuration(s string) (Duration, error) {
	for _, u := range durationUnits {
		digits, ok := strings.CutSuffix(s, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 32)
		if err != nil || n > math.MaxInt64/uint64(u.unit) {
			return 0, fmt.Errorf("plan: duration %q: want a whole number before the %s, of at most 292 years", s, u.suffix)
		}
		return Duration(n) * u.unit, nil
	}
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("plan: duration %q: want text such as 30s, 72h, 30d, 2w or 3y", s)
	}
	return Duration(d), nil
}

// String returns the shortest text: whole years, weeks or days, else that of
// time.Duration.
func (d Duration) String() string {
	for _, u := range durationUnits {
		if d > 0 && d%u.unit == 0 {
			return strconv.FormatInt(int64(d/u.unit), 10) + u.suffix
		}
	}
	return time.Duration(d).String()
}

// MarshalText returns the text of [Duration.String].
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [ParseDuration] reads.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := ParseDuration(string(text))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
