package yamlerror_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/internal/yamlerror"
	"go.yaml.in/yaml/v3"
)

// The places are those where a person would look; the library's own text stays.
func TestLocate(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		line       int
		message    string
	}{
		{"the scanner counts from 1", "a: 1\nb: c: d\n", 2, "mapping values are not allowed in this context"},
		{"the parser counts from 0, to where the list begins", "a: 1\nb: 2\nc: [1,\n  2}\n", 3, "did not find expected"},
		{"in the first line, which is not named", "a: b: c\n", 1, "mapping values are not allowed in this context"},
		{"missing at the end", "a: 1\npools: [\n", 2, "did not find expected"},
		{"an alias without its anchor", "a: 1\nb: *c\n", 2, "unknown anchor 'c' referenced"},
		{"a control character", "a: 1\nb: \x01\n", 2, "control characters are not allowed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var n yaml.Node
			err := yaml.Unmarshal([]byte(tt.text), &n)
			if err == nil {
				t.Fatal("it is YAML")
			}
			line, message := yamlerror.Locate(tt.text, err)
			if line != tt.line || !strings.HasPrefix(message, tt.message) {
				t.Errorf("line %d, %q; want line %d, %q (the library: %v)", line, message, tt.line, tt.message, err)
			}
		})
	}
	if line, message := yamlerror.Locate("a: 1\n", errors.New("something else")); line != 1 || message != "something else" {
		t.Errorf("an error of another kind: line %d, %q", line, message)
	}
}
