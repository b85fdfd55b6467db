package cidr_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
)

const poolText = `space 10.244.0.0/16
space fd00:10:244::/48
excluded 10.244.0.0/20
used 10.244.16.0/24
used fd00:10:244::/64
quarantined 10.244.17.0/24 2026-01-02T15:04:05.000000001Z
`

const poolJSON = `{"space":["10.244.0.0/16","fd00:10:244::/48"],"excluded":["10.244.0.0/20"],` +
	`"used":["10.244.16.0/24","fd00:10:244::/64"],` +
	`"quarantined":[{"prefix":"10.244.17.0/24","until":"2026-01-02T15:04:05.000000001Z"}]}`

func TestPoolSnapshot(t *testing.T) {
	var fromText, fromJSON cidr.Pool
	if err := fromText.UnmarshalText([]byte(poolText)); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(poolJSON), &fromJSON); err != nil {
		t.Fatal(err)
	}
	if !fromText.Equal(&fromJSON) {
		t.Error("text and JSON give different pools")
	}
	if text, err := fromJSON.MarshalText(); err != nil || string(text) != poolText {
		t.Errorf("text %v:\n%s", err, text)
	}
	if text, err := json.Marshal(&fromText); err != nil || string(text) != poolJSON {
		t.Errorf("JSON %v:\n%s", err, text)
	}
	if q, err := fromText.Alloc(cidr.IPv4, 24, cidr.FirstFit); err != nil || q.String() != "10.244.18.0/24" {
		t.Errorf("Alloc = %v, %v", q, err)
	}
	if fromText.Equal(&fromJSON) {
		t.Error("different pools are equal")
	}
}

func TestEmptyPoolSnapshot(t *testing.T) {
	var p, q cidr.Pool
	if b, err := json.Marshal(&p); err != nil || string(b) != `{"space":[]}` {
		t.Errorf("%s, %v", b, err)
	}
	if err := q.UnmarshalJSON([]byte(`{"space":[]}`)); err != nil || !p.Equal(&q) {
		t.Error(err)
	}
	if err := json.Unmarshal([]byte("null"), &q); err != nil {
		t.Error(err)
	}
}

// A pool of all of IPv6 has blocks that are IPv4-mapped.
func TestPoolSnapshotOfMappedBlocks(t *testing.T) {
	p := newPool(t, "::/0")
	if err := p.Exclude(netip.MustParsePrefix("::/81")); err != nil {
		t.Fatal(err)
	}
	for range 1 << 14 {
		if _, err := p.AllocIn(netip.MustParsePrefix("::8000:0:0/81"), 95, cidr.FirstFit); err != nil {
			t.Fatal(err)
		}
	}
	var fromText, fromJSON cidr.Pool
	if b, err := p.MarshalText(); err != nil || !strings.Contains(string(b), "used ::fffe:0:0/95\n") {
		t.Fatal(err)
	}
	q := netip.MustParsePrefix("::fffe:0:0/95")
	if err := p.Release(q); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := p.AllocIn(q, 96, cidr.FirstFit); err != nil {
			t.Fatal(err)
		}
	}
	text, _ := p.MarshalText()
	if !strings.Contains(string(text), "used ::ffff:0.0.0.0/96\n") {
		t.Fatal("no IPv4-mapped block")
	}
	if err := fromText.UnmarshalText(text); err != nil || !fromText.Equal(p) {
		t.Error(err)
	}
	b, _ := p.MarshalJSON()
	if err := fromJSON.UnmarshalJSON(b); err != nil || !fromJSON.Equal(p) {
		t.Error(err)
	}
}

func TestPoolSnapshotErrors(t *testing.T) {
	for _, tt := range []struct {
		in   string
		kind error
		want string
	}{
		{"space 10.0.0.0/8\n\nused 10.0.0.1/24\n", cidr.ErrHostBits, `cidr: pool: line 3: "10.0.0.1/24" has host bits set (network is 10.0.0.0/24)`},
		{"space ::ffff:10.0.0.0/104", cidr.ErrMapped, "cidr: new pool: ::ffff:10.0.0.0/104 is IPv4-mapped (use 10.0.0.0/8)"},
		{"used", cidr.ErrInvalid, "cidr: pool: line 1: 1 fields: want 2"},
		{"quarantined 10.0.0.0/24", cidr.ErrInvalid, "cidr: pool: line 1: 2 fields: want 3"},
		{"quarantined 10.0.0.0/24 tomorrow", cidr.ErrInvalid, `cidr: pool: line 1: "tomorrow" is no time (want one like 2006-01-02T15:04:05Z)`},
		{"free 10.0.0.0/24", cidr.ErrInvalid, `cidr: pool: line 1: "free": want space, excluded, used or quarantined`},
		{"used 10.0.0.0/24", cidr.ErrConflict, "cidr: claim 10.0.0.0/24: it is outside of the pool"},
		{"space 10.0.0.0/8\nused 10.0.0.0/24\nused 10.0.0.0/25", cidr.ErrConflict, "cidr: claim 10.0.0.0/25: it lies in 10.0.0.0/24, which is used"},
		{`{"space":["10.0.0.0/8"],"use":[]}`, cidr.ErrInvalid, `cidr: pool: json: unknown field "use"`},
		{`{"space":["10.0.0.1/8"]}`, cidr.ErrHostBits, `cidr: pool: "10.0.0.1/8" has host bits set (network is 10.0.0.0/8)`},
		{`{"space":[]} {}`, cidr.ErrInvalid, "cidr: pool: text behind the JSON value"},
		{`{"space":[null]}`, cidr.ErrInvalid, "cidr: new pool: invalid prefix (invalid Prefix)"},
		{`{"used":[null]}`, cidr.ErrInvalid, "cidr: pool: invalid prefix (invalid Prefix)"},
		{`{"excluded":[null]}`, cidr.ErrInvalid, "cidr: pool: invalid prefix (invalid Prefix)"},
		{`{"space":["10.0.0.0/8"],"quarantined":[{"until":"2026-01-02T15:04:05Z"}]}`, cidr.ErrInvalid, "cidr: pool: invalid prefix (invalid Prefix)"},
	} {
		p := newPoolForSnapshot()
		unmarshal := p.UnmarshalText
		if tt.in[0] == '{' {
			unmarshal = p.UnmarshalJSON
		}
		if err := unmarshal([]byte(tt.in)); !errors.Is(err, tt.kind) || err.Error() != tt.want {
			t.Errorf("%s\ngot  %v\nwant %s", tt.in, err, tt.want)
		}
		if !p.Equal(newPoolForSnapshot()) {
			t.Errorf("%s: the error has changed the pool", tt.in)
		}
	}
}

// FuzzPoolSnapshot holds what is read to the tiling of its space, and to being
// written and read again.
func FuzzPoolSnapshot(f *testing.F) {
	f.Add([]byte(poolText))
	f.Add([]byte(poolJSON))
	f.Fuzz(func(t *testing.T, in []byte) {
		var p cidr.Pool
		if p.UnmarshalText(in) != nil && p.UnmarshalJSON(in) != nil {
			return
		}
		var parts, space []netip.Prefix
		for _, seq := range []func(func(netip.Prefix) bool){p.Free(), p.Used(), p.Excluded()} {
			parts = append(parts, collect(seq)...)
		}
		for q := range p.Quarantined() {
			parts = append(parts, q)
		}
		space = collect(p.Space())
		if !tilesSpace(parts, space) {
			t.Errorf("%v do not tile %v", parts, space)
		}
		text, err := p.MarshalText()
		if err != nil {
			t.Fatal(err)
		}
		var q, r cidr.Pool
		if err := q.UnmarshalText(text); err != nil || !q.Equal(&p) {
			t.Errorf("%v: %s", err, text)
		}
		js, err := p.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if err := r.UnmarshalJSON(js); err != nil || !r.Equal(&p) {
			t.Errorf("%v: %s", err, js)
		}
	})
}
