package cidr

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/netip"
	"strings"
	"time"

	"github.com/kubecidr/kubecidr/internal/fault"
)

// snapshot is all that a pool knows, in JSON.
type snapshot struct {
	Space       []text `json:"space"`
	Excluded    []text `json:"excluded,omitempty"`
	Used        []text `json:"used,omitempty"`
	Quarantined []held `json:"quarantined,omitempty"`
}

type held struct {
	Prefix text      `json:"prefix"`
	Until  time.Time `json:"until"`
}

// text is a prefix as a snapshot has it: read as strictly as by [Parse], but
// that it may be IPv4-mapped, as blocks of ::/0 are.
type text netip.Prefix

// MarshalText returns the prefix as it is.
func (t text) MarshalText() ([]byte, error) { return netip.Prefix(t).AppendTo(nil), nil }

// UnmarshalText reads what MarshalText writes; the errors are those of [Parse].
func (t *text) UnmarshalText(b []byte) error {
	q, err := Parse(string(b))
	if errors.Is(err, ErrMapped) {
		mapped, parseErr := netip.ParsePrefix(string(b))
		if parseErr == nil && mapped.Masked() == mapped && mapped.String() == string(b) {
			q, err = mapped, nil
		}
	}
	*t = text(q)
	return err
}

// with calls f for the block, if it is one: JSON has null and missing values.
func (t text) with(f func(block) error) error {
	if q := netip.Prefix(t); !q.IsValid() {
		return check("pool", q)
	}
	return f(blockOf(netip.Prefix(t)))
}

func (p *Pool) snapshot() snapshot {
	s := snapshot{Space: []text{}}
	for q := range p.Space() {
		s.Space = append(s.Space, text(q))
	}
	for q := range p.Excluded() {
		s.Excluded = append(s.Excluded, text(q))
	}
	for q := range p.Used() {
		s.Used = append(s.Used, text(q))
	}
	for q, until := range p.Quarantined() {
		s.Quarantined = append(s.Quarantined, held{text(q), until})
	}
	return s
}

// restore makes the pool of a snapshot.
func (s snapshot) restore() (*Pool, error) {
	space := make([]netip.Prefix, len(s.Space))
	for i, q := range s.Space {
		space[i] = netip.Prefix(q)
	}
	p, err := NewPool(space...)
	if err != nil {
		return nil, err
	}
	for _, q := range s.Excluded {
		if err := q.with(p.exclude); err != nil {
			return nil, err
		}
	}
	for _, q := range s.Used {
		if err := q.with(p.claim); err != nil {
			return nil, err
		}
	}
	for _, h := range s.Quarantined {
		if err := h.Prefix.with(p.claim); err != nil {
			return nil, err
		}
		if err := p.Quarantine(netip.Prefix(h.Prefix), h.Until); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// Equal reports whether two pools have the same space, with the same blocks in
// the same states until the same times.
func (p *Pool) Equal(q *Pool) bool {
	a, _ := p.MarshalText() // which has no errors
	b, _ := q.MarshalText()
	return bytes.Equal(a, b)
}

// MarshalText writes all of the pool, one block a line: what it is, in the
// order space, excluded, used and quarantined, and each in address order, so
// that equal pools give equal text.
//
//	space 10.244.0.0/16
//	excluded 10.244.0.0/20
//	used 10.244.16.0/24
//	quarantined 10.244.17.0/24 2026-01-02T15:04:05Z
func (p *Pool) MarshalText() ([]byte, error) {
	var out []byte
	line := func(what string, q netip.Prefix) {
		out = append(out, what...)
		out = q.AppendTo(append(out, ' '))
	}
	for q := range p.Space() {
		line("space", q)
		out = append(out, '\n')
	}
	for q := range p.Excluded() {
		line("excluded", q)
		out = append(out, '\n')
	}
	for q := range p.Used() {
		line("used", q)
		out = append(out, '\n')
	}
	for q, until := range p.Quarantined() {
		line("quarantined", q)
		out = append(until.AppendFormat(append(out, ' '), time.RFC3339Nano), '\n')
	}
	return out, nil
}

// UnmarshalText restores what [Pool.MarshalText] wrote, in place of all that
// the pool was. It takes the lines in any order, and skips empty ones. The
// error names the line that cannot be read, or the block that conflicts with
// another one; the pool is then as it was.
func (p *Pool) UnmarshalText(b []byte) error {
	var s snapshot
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		if err := s.read(strings.Fields(line)); err != nil {
			return fault.New(kindOf(err), "cidr: pool: line %d: %s", n, strings.TrimPrefix(err.Error(), "cidr: "))
		}
	}
	return p.become(s)
}

// read takes up the fields of one line.
func (s *snapshot) read(fields []string) error {
	if len(fields) == 0 {
		return nil
	}
	want := 2
	if fields[0] == "quarantined" {
		want = 3
	}
	if len(fields) != want {
		return fault.New(ErrInvalid, "%d fields: want %d", len(fields), want)
	}
	var q text
	if err := q.UnmarshalText([]byte(fields[1])); err != nil {
		return err
	}
	switch fields[0] {
	case "space":
		s.Space = append(s.Space, q)
	case "excluded":
		s.Excluded = append(s.Excluded, q)
	case "used":
		s.Used = append(s.Used, q)
	case "quarantined":
		until, err := time.Parse(time.RFC3339Nano, fields[2])
		if err != nil {
			return fault.New(ErrInvalid, "%q is no time (want one like 2006-01-02T15:04:05Z)", fields[2])
		}
		s.Quarantined = append(s.Quarantined, held{q, until})
	default:
		return fault.New(ErrInvalid, "%q: want space, excluded, used or quarantined", fields[0])
	}
	return nil
}

// MarshalJSON writes all of the pool, so that equal pools give equal bytes:
//
//	{"space":["10.244.0.0/16"],"excluded":["10.244.0.0/20"],"used":["10.244.16.0/24"],
//	 "quarantined":[{"prefix":"10.244.17.0/24","until":"2026-01-02T15:04:05Z"}]}
func (p *Pool) MarshalJSON() ([]byte, error) {
	return json.Marshal(p.snapshot())
}

// UnmarshalJSON restores what [Pool.MarshalJSON] wrote, in place of all that
// the pool was. An unknown key is an error, as is a block that conflicts with
// another; the pool is then as it was.
func (p *Pool) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		return nil // as is the custom
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var s snapshot
	err := d.Decode(&s)
	if _, end := d.Token(); err == nil && end != io.EOF {
		err = errors.New("text behind the JSON value")
	}
	if err != nil {
		return fault.New(kindOf(err), "cidr: pool: %s", strings.TrimPrefix(err.Error(), "cidr: "))
	}
	return p.become(s)
}

// kindOf is the sentinel that err wraps, or else ErrInvalid.
func kindOf(err error) error {
	return cmp.Or(fault.Kind(err), ErrInvalid)
}

func (p *Pool) become(s snapshot) error {
	restored, err := s.restore()
	if err != nil {
		return err
	}
	p.v4, p.v6, p.waiting = restored.v4, restored.v6, restored.waiting
	return nil
}
