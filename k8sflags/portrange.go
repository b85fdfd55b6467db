package k8sflags

import (
	"fmt"
	"strconv"
	"strings"
)

// PortRange is a range of ports, both ends included. The zero PortRange is
// none, which the components read as their default.
type PortRange struct{ Min, Max int }

// ParsePortRange reads a port range as kube-apiserver does (apimachinery
// pkg/util/net/port_range.go): "30000-32767", "30000+2767" for a base and what
// is added to it, or one port. Empty text is the zero PortRange. The error
// wraps [ErrSyntax].
func ParsePortRange(s string) (PortRange, error) {
	text := strings.TrimSpace(s)
	if text == "" {
		return PortRange{}, nil
	}
	low, high, hyphen := strings.Cut(text, "-")
	base, offset, plus := strings.Cut(text, "+")
	var r PortRange
	var ok, ok2 bool
	switch {
	case hyphen:
		r.Min, ok = portNumber(low)
		r.Max, ok2 = portNumber(high)
	case plus:
		r.Min, ok = portNumber(base)
		r.Max, ok2 = portNumber(offset)
		r.Max += r.Min
	default:
		r.Min, ok = portNumber(text)
		r.Max, ok2 = r.Min, true
	}
	switch {
	case !ok || !ok2:
		return PortRange{}, portError(s, "want a port, min-max or base+offset")
	case r.Max > 65535:
		return PortRange{}, portError(s, "no port is greater than 65535")
	case r.Max < r.Min:
		return PortRange{}, portError(s, "ends before it begins")
	}
	return r, nil
}

func portError(s, why string) error {
	return fmt.Errorf("k8sflags: port range %q: %s: %w", s, why, ErrSyntax)
}

// portNumber reads a port; numbers too large for one are cut to a value that is
// still too large.
func portNumber(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil {
		return 0, false
	}
	return int(min(n, 1<<16)), true
}

// IsZero reports whether r is no range.
func (r PortRange) IsZero() bool { return r == PortRange{} }

// Size returns how many ports r has, 0 for the zero PortRange.
func (r PortRange) Size() int {
	if r.IsZero() || r.Max < r.Min {
		return 0
	}
	return r.Max - r.Min + 1
}

// Contains reports whether port is in r. The zero PortRange contains none.
func (r PortRange) Contains(port int) bool { return !r.IsZero() && r.Min <= port && port <= r.Max }

// Overlaps reports whether a port is in both.
func (r PortRange) Overlaps(o PortRange) bool {
	return r.Size() > 0 && o.Size() > 0 && r.Min <= o.Max && o.Min <= r.Max
}

// Static returns the ports at the beginning of r that are given to Services that
// ask for none only when the others are used up, so that ports can be chosen
// there by hand: a 32nd of r, at least 16 and at most 128 (KEP-3668;
// pkg/registry/core/service/portallocator, calculateRangeOffset; the KEP's own
// example is off by one). It is zero where r has 16 ports or fewer. Kubernetes
// has the band since 1.28 by default.
func (r PortRange) Static() PortRange {
	size := r.Size()
	if size <= 16 {
		return PortRange{}
	}
	return PortRange{r.Min, r.Min + min(max(16, size/32), 128) - 1}
}

// Dynamic returns the ports of r behind [PortRange.Static], from which a Service
// that asks for none gets a random one: all of r where there is no static band.
func (r PortRange) Dynamic() PortRange {
	if s := r.Static(); !s.IsZero() {
		return PortRange{s.Max + 1, r.Max}
	}
	if r.Size() == 0 {
		return PortRange{}
	}
	return r
}

// String returns "30000-32767", and "" for the zero PortRange.
func (r PortRange) String() string {
	if r.IsZero() {
		return ""
	}
	return strconv.Itoa(r.Min) + "-" + strconv.Itoa(r.Max)
}

// MarshalText writes [PortRange.String].
func (r PortRange) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads like [ParsePortRange]. On an error r is unchanged.
func (r *PortRange) UnmarshalText(text []byte) error {
	parsed, err := ParsePortRange(string(text))
	if err != nil {
		return err
	}
	*r = parsed
	return nil
}
