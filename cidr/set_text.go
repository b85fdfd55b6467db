package cidr

import (
	"encoding/json"
	"errors"
	"net/netip"
	"strings"

	"github.com/kubecidr/kubecidr/internal/fault"
)

// ParseSet reads prefixes separated by commas, such as
// "10.0.0.0/8,fd00:10::/32". Each is read as strictly as by [Parse], and there
// are no spaces and no empty elements. As members of a set they may repeat,
// nest and stand in any order. The empty text is the empty set.
func ParseSet(s string) (Set, error) {
	if s == "" {
		return Set{}, nil
	}
	return parseSet(strings.Split(s, ","))
}

func parseSet(elements []string) (Set, error) {
	ps := make([]netip.Prefix, len(elements))
	for i, e := range elements {
		if e == "" {
			return Set{}, fault.New(ErrInvalid, "cidr: set: element %d is empty", i+1)
		}
		p, err := Parse(e)
		if err != nil {
			return Set{}, fault.New(errors.Unwrap(err), "cidr: set: element %d: %s", i+1, strings.TrimPrefix(err.Error(), "cidr: "))
		}
		ps[i] = p
	}
	return SetOf(ps...)
}

// String returns the prefixes of s, as [Set.Prefixes] has them, separated by
// commas; "" for the empty set.
func (s Set) String() string {
	b, _ := s.appendPrefixes(nil, ",")
	return string(b)
}

// AppendText appends what [Set.MarshalText] returns.
func (s Set) AppendText(b []byte) ([]byte, error) {
	text, err := s.appendPrefixes(b, ",")
	if err != nil {
		return b, err
	}
	return text, nil
}

// MarshalText writes the set as [Set.String] does. Equal sets have equal text.
//
// It is [ErrMapped] for a set that takes an IPv4-mapped prefix to write down,
// because none is read back. Such a set has a part of ::ffff:0:0/96 and not
// what surrounds it; it comes from [FromIPSet] or from the subtraction of one
// that does, never from IPv4 prefixes.
func (s Set) MarshalText() ([]byte, error) { return s.AppendText(nil) }

// appendPrefixes appends all prefixes whatever they are; the error is about
// the first one that no parser takes.
func (s Set) appendPrefixes(b []byte, separator string) (text []byte, err error) {
	start := len(b)
	for p := range s.Prefixes() {
		if len(b) > start {
			b = append(b, separator...)
		}
		b = p.AppendTo(b)
		if err == nil && p.Addr().Is4In6() {
			err = check("set", p)
		}
	}
	return b, err
}

// UnmarshalText reads what [ParseSet] does. After an error the set is as it
// was.
func (s *Set) UnmarshalText(text []byte) error {
	t, err := ParseSet(string(text))
	if err == nil {
		*s = t
	}
	return err
}

// MarshalJSON writes the set as an array of prefixes, which may be empty:
// ["10.0.0.0/8","fd00:10::/32"]. It fails where [Set.MarshalText] does.
func (s Set) MarshalJSON() ([]byte, error) {
	if s.IsEmpty() {
		return []byte("[]"), nil
	}
	b, err := s.appendPrefixes([]byte(`["`), `","`)
	if err != nil {
		return nil, err
	}
	return append(b, `"]`...), nil
}

// UnmarshalJSON reads an array of prefixes, each as strictly as [ParseSet]
// does. Like elsewhere, null changes nothing. After an error the set is as it
// was.
func (s *Set) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil
	}
	var elements []string
	if err := json.Unmarshal(b, &elements); err != nil {
		return fault.New(ErrInvalid, "cidr: set: want an array of prefixes: %v", err)
	}
	t, err := parseSet(elements)
	if err == nil {
		*s = t
	}
	return err
}
