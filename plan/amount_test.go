package plan_test

import (
	"encoding/json"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

func TestAmount(t *testing.T) {
	for _, tt := range []struct {
		text, json string
		of, want   uint64
	}{
		{"0", `0`, 100, 0},
		{"20", `20`, 100, 20},
		{"20", `20`, 0, 20},
		{"25%", `"25%"`, 100, 25},
		{"25%", `"25%"`, 10, 3}, // a part of one is one
		{"25%", `"25%"`, 0, 0},
		{"150%", `"150%"`, 10, 15},
		{"100%", `"100%"`, math.MaxUint64, math.MaxUint64},
		{"101%", `"101%"`, math.MaxUint64, math.MaxUint64},
		{"18446744073709551615", `18446744073709551615`, 1, math.MaxUint64},
	} {
		a, err := plan.ParseAmount(tt.text)
		if err != nil || a.String() != tt.text || a.Of(tt.of) != tt.want {
			t.Errorf("%q: %v, %v; of %d it is %d, want %d", tt.text, a, err, tt.of, a.Of(tt.of), tt.want)
		}
		if got := text(t, a); got != tt.json {
			t.Errorf("%q: JSON %s, want %s", tt.text, got, tt.json)
		}
		var back plan.Amount
		if err := json.Unmarshal([]byte(tt.json), &back); err != nil || back != a {
			t.Errorf("%s reads as %v, %v", tt.json, back, err)
		}
	}
	for _, in := range []string{"", "%", "-1", "+1", "1.5", "25 %", "25%%", "0x10", "1e3", "18446744073709551616"} {
		if a, err := plan.ParseAmount(in); err == nil || !strings.Contains(err.Error(), `want a number such as 20, or a share such as 25%`) {
			t.Errorf("%q: %v, %v", in, a, err)
		}
	}
	for _, in := range []string{`-1`, `1.5`, `"x"`, `[]`, `true`} {
		a := plan.Amount{N: 7}
		if err := json.Unmarshal([]byte(in), &a); err == nil || a != (plan.Amount{N: 7}) {
			t.Errorf("%s reads as %v, %v", in, a, err)
		}
	}
}

// A share is rounded up, and never wraps.
func TestAmountIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, n := plan.Amount{N: rapid.Uint64().Draw(t, "percent"), Percent: true}, rapid.Uint64().Draw(t, "n")
		if rapid.Bool().Draw(t, "usual") {
			a.N %= 300
		}
		want := ceilDiv(new(big.Int).Mul(big64(n), big64(a.N)), big.NewInt(100))
		if !want.IsUint64() {
			want = big64(math.MaxUint64)
		}
		if a.Of(n) != want.Uint64() {
			t.Fatalf("%v of %d is %d, want %v", a, n, a.Of(n), want)
		}
	})
}

func FuzzParseAmount(f *testing.F) {
	for _, s := range []string{"20", "25%", "", "%", "007", "1e3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := plan.ParseAmount(s)
		if err != nil {
			if a != (plan.Amount{}) || !strings.Contains(err.Error(), "plan: amount ") {
				t.Errorf("%v beside %v", a, err)
			}
			return
		}
		if again, err := plan.ParseAmount(a.String()); err != nil || again != a {
			t.Errorf("%q reads as %v, and that as %v, %v", s, a, again, err)
		}
	})
}
