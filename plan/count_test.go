package plan_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/plan"
)

func TestCount(t *testing.T) {
	for _, tt := range []struct {
		name       string
		c          plan.Count
		need       uint64
		text, json string
	}{
		{"stays as it is", plan.Count{Now: 300}, 300, "300", `300`},
		{"grows", plan.Count{Now: 120, Max: 300}, 300, "120 to 300", `{"now":120,"max":300}`},
		{"is at its most", plan.Count{Now: 300, Max: 300}, 300, "300", `300`},
		{"starts with nothing", plan.Count{Max: 5}, 5, "0 to 5", `{"now":0,"max":5}`},
		{"nothing", plan.Count{}, 0, "0", `0`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.c.Need() != tt.need || tt.c.String() != tt.text {
				t.Errorf("need %d, text %q; want %d, %q", tt.c.Need(), tt.c, tt.need, tt.text)
			}
			b, err := json.Marshal(tt.c)
			if err != nil || string(b) != tt.json {
				t.Fatalf("JSON %s, %v; want %s", b, err, tt.json)
			}
			var back plan.Count
			if err := json.Unmarshal(b, &back); err != nil || back.String() != tt.text {
				t.Errorf("JSON %s reads as %v, %v", b, back, err)
			}
		})
	}
}

func TestCountRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"a negative number": `-1`,
		"a fraction":        `1.5`,
		"text":              `"300"`,
		"a list":            `[1,2]`,
		"an unknown key":    `{"now":1,"most":2}`,
		"a negative most":   `{"now":1,"max":-2}`,
		"more than 64 bits": `18446744073709551616`,
	} {
		t.Run(name, func(t *testing.T) {
			c := plan.Count{Now: 7}
			err := json.Unmarshal([]byte(in), &c)
			if err == nil || !strings.Contains(err.Error(), `want a number, or {"now": 120, "max": 300}`) {
				t.Errorf("%s: %v", in, err)
			}
			if c != (plan.Count{Now: 7}) {
				t.Errorf("%s changed the count to %v", in, c)
			}
		})
	}
}
