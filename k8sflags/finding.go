package k8sflags

import (
	"fmt"
	"strings"
)

// Severity is what a finding means for the cluster. Severities are ordered: a
// greater one is worse. The zero value is none.
type Severity uint8

const (
	// Info is a convention that is not kept, or how a judgement was made.
	Info Severity = iota + 1
	// Warning means that the component starts, and something is ignored,
	// deprecated, or addresses are burnt.
	Warning
	// Error means that the component refuses to start, or that traffic or
	// addresses are lost.
	Error
)

// String returns "info", "warning" or "error", and "none" for the zero value.
func (s Severity) String() string {
	switch s {
	case Info:
		return "info"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return "none"
}

// MarshalText writes [Severity.String].
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what [Severity.MarshalText] writes.
func (s *Severity) UnmarshalText(text []byte) error {
	for _, v := range []Severity{0, Info, Warning, Error} {
		if v.String() == string(text) {
			*s = v
			return nil
		}
	}
	return fmt.Errorf("k8sflags: severity %q: %w (want info, warning or error)", text, ErrSyntax)
}

// Finding is one thing that [Check] or [CheckChange] has to say.
type Finding struct {
	Rule      string    `json:"rule"` // the ID of one of [Rules]
	Severity  Severity  `json:"severity"`
	Component Component `json:"component,omitzero"`
	// Process tells which process of the component: its name, or "#2" for the
	// second without a name. It is empty for the first without a name.
	Process string `json:"process,omitzero"`
	Flag    string `json:"flag,omitzero"`  // without dashes
	Value   string `json:"value,omitzero"` // with which the process runs
	Origin  Origin `json:"origin,omitzero"`
	Message string `json:"message"` // what is wrong, with component, flag and value
	Fix     string `json:"fix"`     // the way out
}

// String returns the finding on one line.
func (f Finding) String() string {
	var b strings.Builder
	if !f.Origin.IsZero() && f.Origin.File != "" {
		b.WriteString(f.Origin.String())
		b.WriteString(": ")
	}
	fmt.Fprintf(&b, "%s %s: ", f.Severity, f.Rule)
	if f.Process != "" {
		fmt.Fprintf(&b, "[%s] ", f.Process)
	}
	b.WriteString(f.Message)
	if f.Fix != "" {
		fmt.Fprintf(&b, " (%s)", f.Fix)
	}
	return strings.Map(oneLine, b.String())
}

// oneLine keeps what a flag's value may bring along from breaking the line.
func oneLine(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}

// RefusedError is why [Render] gives no flags: what [Check] finds in them. It
// wraps [ErrRefused]. Findings has errors alone, at least one.
type RefusedError struct{ Findings []Finding }

// Error returns the first finding and how many there are besides.
func (e *RefusedError) Error() string {
	if len(e.Findings) == 0 {
		return "k8sflags: " + ErrRefused.Error()
	}
	s := "k8sflags: " + e.Findings[0].Message
	if fix := e.Findings[0].Fix; fix != "" {
		s += " (" + fix + ")"
	}
	if n := len(e.Findings) - 1; n > 0 {
		s += fmt.Sprintf("; %d more", n)
	}
	return s
}

// Unwrap returns [ErrRefused].
func (e *RefusedError) Unwrap() error { return ErrRefused }
