package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/kubecidr/kubecidr/internal/fault"
)

func TestFault(t *testing.T) {
	kind := errors.New("no space left")
	err := fault.New(kind, "alloc /%d: nothing free", 24)
	if err.Error() != "alloc /24: nothing free" {
		t.Errorf("message %q", err)
	}
	if !errors.Is(err, kind) || errors.Is(err, errors.New("no space left")) {
		t.Error("it does not wrap what was given, or more than that")
	}
	if got := fault.Kind(fmt.Errorf("outside: %w", err)); got != kind {
		t.Errorf("kind %v", got)
	}
	if got := fault.Kind(kind); got != nil {
		t.Errorf("kind %v of an error that is none of ours", got)
	}
}
