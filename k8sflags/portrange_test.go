package k8sflags_test

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/k8sflags"
)

func TestParsePortRange(t *testing.T) {
	for text, want := range map[string]k8sflags.PortRange{
		"30000-32767": {Min: 30000, Max: 32767},
		"30000+2767":  {Min: 30000, Max: 32767},
		"443":         {Min: 443, Max: 443},
		"0-0":         {},
		"0":           {},
		"":            {},
		" 1-2 ":       {Min: 1, Max: 2},
		"65535+0":     {Min: 65535, Max: 65535},
		"010-020":     {Min: 10, Max: 20},
	} {
		if got, err := k8sflags.ParsePortRange(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"a", "-", "+", "1-", "-1", "1+", "+1", "1-2-3", "1+2+3", "1-2+3", "2-1", "65536", "1-65536", "65535+1", "1 - 2", "0x10", "99999999999999999999", "1+18446744073709551615"} {
		if got, err := k8sflags.ParsePortRange(text); !errors.Is(err, k8sflags.ErrSyntax) || got != (k8sflags.PortRange{}) {
			t.Errorf("%q: %+v, %v, want ErrSyntax", text, got, err)
		}
	}
}

func TestPortRange(t *testing.T) {
	r := k8sflags.PortRange{Min: 30000, Max: 32767}
	if r.Size() != 2768 || !r.Contains(30000) || !r.Contains(32767) || r.Contains(29999) || r.Contains(32768) {
		t.Errorf("%v has %d ports", r, r.Size())
	}
	var zero k8sflags.PortRange
	if zero.Size() != 0 || zero.Contains(0) || zero.Overlaps(zero) || r.Overlaps(zero) || zero.String() != "" {
		t.Error("the zero range is not empty")
	}
	if backwards := (k8sflags.PortRange{Min: 2, Max: 1}); backwards.Size() != 0 || backwards.Overlaps(r) {
		t.Error("a range backwards has ports")
	}
}

// Overlap is sharing a port.
func TestPortRangeOverlaps(t *testing.T) {
	small := rapid.Custom(func(t *rapid.T) k8sflags.PortRange {
		lo := rapid.IntRange(1, 12).Draw(t, "min")
		return k8sflags.PortRange{Min: lo, Max: rapid.IntRange(lo, 12).Draw(t, "max")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := small.Draw(t, "a"), small.Draw(t, "b")
		shared := false
		for p := 0; p < 20; p++ {
			shared = shared || (a.Contains(p) && b.Contains(p))
		}
		if a.Overlaps(b) != shared || b.Overlaps(a) != shared {
			t.Fatalf("%v and %v: %v", a, b, a.Overlaps(b))
		}
	})
}

func TestPortRangeText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.IntRange(1, 65535).Draw(t, "min")
		r := k8sflags.PortRange{Min: lo, Max: rapid.IntRange(lo, 65535).Draw(t, "max")}
		text, err := r.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var back k8sflags.PortRange
		if err := back.UnmarshalText(text); err != nil || back != r {
			t.Fatalf("%s became %v, %v", text, back, err)
		}
	})
}

// KEP-3668's bands, as the code has them: the KEP's text is off by one.
func TestPortRangeBands(t *testing.T) {
	for text, want := range map[string][2]string{
		"":            {"", ""},
		"30000":       {"", "30000-30000"},
		"30000-30015": {"", "30000-30015"},
		"30000-30016": {"30000-30015", "30016-30016"},
		"30000-30542": {"30000-30015", "30016-30542"},
		"30000-30543": {"30000-30016", "30017-30543"},
		"30000-32767": {"30000-30085", "30086-32767"},
		"20000-24095": {"20000-20127", "20128-24095"},
		"1-65535":     {"1-128", "129-65535"},
	} {
		r, err := k8sflags.ParsePortRange(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := [2]string{r.Static().String(), r.Dynamic().String()}; got != want || r.Static().Size()+r.Dynamic().Size() != r.Size() {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

// The ports to name in a Service that wants a certain one.
func ExamplePortRange_Static() {
	r := k8sflags.PortRange{Min: 30000, Max: 32767}
	fmt.Println(r.Static(), r.Dynamic())
	// Output: 30000-30085 30086-32767
}
