package plan_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/kubecidr/kubecidr/plan"
)

func TestDuration(t *testing.T) {
	for _, tt := range []struct {
		in, text string
		want     time.Duration
	}{
		{"0s", "0s", 0},
		{"30s", "30s", 30 * time.Second},
		{"90m", "1h30m0s", 90 * time.Minute},
		{"72h", "3d", 72 * time.Hour},
		{"30d", "30d", 30 * 24 * time.Hour},
		{"14d", "2w", 14 * 24 * time.Hour},
		{"2w", "2w", 14 * 24 * time.Hour},
		{"365d", "1y", 365 * 24 * time.Hour},
		{"3y", "3y", 3 * 365 * 24 * time.Hour},
		{"292y", "292y", 292 * 365 * 24 * time.Hour},
	} {
		d, err := plan.ParseDuration(tt.in)
		if err != nil || time.Duration(d) != tt.want || d.String() != tt.text {
			t.Errorf("%q reads as %v, %v; want %s", tt.in, d, err, tt.text)
		}
	}
	for in, says := range map[string]string{
		"": "want text such as 30s", "5": "want text such as 30s", "-1h": "want text such as 30s", "1.5d": "a whole number before the d",
		"-3y": "a whole number before the y", "293y": "at most 292 years", "y": "a whole number", "1w2d": "a whole number before the d", "3 y": "a whole number",
	} {
		if d, err := plan.ParseDuration(in); err == nil || d != 0 || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, %v; want … %s …", in, d, err, says)
		}
	}
}

func FuzzParseDuration(f *testing.F) {
	for _, s := range []string{"30s", "72h", "30d", "2w", "3y", "1.5h", "293y", "-1d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := plan.ParseDuration(s)
		if err != nil {
			if d != 0 || !strings.Contains(err.Error(), "plan: duration ") {
				t.Errorf("%v beside %v", d, err)
			}
			return
		}
		if again, err := plan.ParseDuration(d.String()); err != nil || again != d || d < 0 {
			t.Errorf("%q reads as %v, and that as %v, %v", s, d, again, err)
		}
	})
}

// A count grows by its share of each year's beginning, and by the hours of the
// last year in proportion.
func TestCountGrows(t *testing.T) {
	percent := func(n uint64) plan.Amount { return plan.Amount{N: n, Percent: true} }
	for _, tt := range []struct {
		name string
		c    plan.Count
		want uint64
	}{
		{"a year", plan.Count{Now: 120, GrowthPerYear: percent(40), Horizon: plan.Year}, 168},
		{"two years", plan.Count{Now: 120, GrowthPerYear: percent(40), Horizon: 2 * plan.Year}, 236}, // 168 and 67.2
		{"half a year", plan.Count{Now: 100, GrowthPerYear: percent(40), Horizon: plan.Year / 2}, 120},
		{"a day of 365", plan.Count{Now: 100, GrowthPerYear: plan.Amount{N: 365}, Horizon: plan.Day}, 101},
		{"a number a year", plan.Count{Now: 10, GrowthPerYear: plan.Amount{N: 5}, Horizon: 3 * plan.Year}, 25},
		{"from nothing", plan.Count{GrowthPerYear: percent(40), Horizon: 3 * plan.Year}, 0},
		{"a larger max", plan.Count{Now: 10, Max: 99, GrowthPerYear: percent(10), Horizon: plan.Year}, 99},
		{"a smaller max", plan.Count{Now: 100, Max: 105, GrowthPerYear: percent(10), Horizon: plan.Year}, 110},
		{"without a horizon", plan.Count{Now: 10, GrowthPerYear: percent(10)}, 10},
		{"beyond all numbers", plan.Count{Now: 1 << 63, GrowthPerYear: percent(400), Horizon: 200 * plan.Year}, math.MaxUint64},
	} {
		if got := tt.c.Need(); got != tt.want || tt.c.Need() != need(tt.c) {
			t.Errorf("%s: %d, want %d (%d by the oracle)", tt.name, got, tt.want, need(tt.c))
		}
	}
}

// Rate times time are in cooldown at once.
func TestChurnHolds(t *testing.T) {
	for _, tt := range []struct {
		rate float64
		rest time.Duration
		want uint64
	}{
		{0, time.Hour, 0},
		{10, 0, 0},
		{10, time.Minute, 10},
		{10, 30 * time.Second, 5},
		{0.1, time.Minute, 1},
		{2.5, 3 * time.Minute, 8},
		{math.NaN(), time.Minute, 0},
		{math.Inf(1), time.Minute, math.MaxUint64},
		{-1, time.Minute, 0},
	} {
		if got := (plan.Churn{PodsPerNodePerMinute: tt.rate, Cooldown: plan.Duration(tt.rest)}).Held(); got != tt.want {
			t.Errorf("%v a minute for %v: %d, want %d", tt.rate, tt.rest, got, tt.want)
		}
	}
}
