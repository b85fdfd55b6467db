package jsonread_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/internal/jsonread"
)

// value reads anything, as encoding/json does into an any.
func value(r *jsonread.Reader) any {
	switch c := r.Next(); c {
	case '{':
		m := map[string]any{}
		for r.Enter('{'); r.More('}'); {
			key := string(r.Key())
			m[key] = value(r)
		}
		return m
	case '[':
		list := []any{}
		for r.Enter('['); r.More(']'); {
			list = append(list, value(r))
		}
		return list
	case '"':
		return string(r.String())
	default:
		var v any
		if raw := r.Raw(); r.Err() == nil {
			if err := json.Unmarshal(raw, &v); err != nil {
				r.Fail(err)
			}
		}
		return v
	}
}

func read(b []byte) (any, error) {
	r := jsonread.New(b)
	v := value(r)
	return v, r.End()
}

// twice reports whether an object somewhere in JSON has a key twice.
func twice(t *testing.T, b []byte) bool {
	d := json.NewDecoder(bytes.NewReader(b))
	var walk func() bool
	token := func() json.Token {
		tok, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		return tok
	}
	walk = func() bool {
		found := false
		switch token() {
		case json.Delim('{'):
			seen := map[string]bool{}
			for d.More() {
				key := token().(string)
				found = found || seen[key]
				seen[key] = true
				found = walk() || found
			}
			token()
		case json.Delim('['):
			for d.More() {
				found = walk() || found
			}
			token()
		}
		return found
	}
	return walk()
}

var documents = []string{
	``, ` `, `{}`, `[]`, ` { } `, `null`, `true`, `false`, `0`, `-1.5e+7`, `""`, `"a"`, "\"\x7f\"", `"é"`, `"\u00e9\n\"\\"`, "\"\xff\"", "\"a\nb\"",
	`{"a":1,"b":[1,2,{"c":null}],"d":{"a":"x"}}`, `{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `[{"a":1},{"a":2}]`, `{"a":{"a":{"a":1}}}`, `{"":0}`,
	`{"a":1,}`, `[1,]`, `[,1]`, `{,}`, `{"a"}`, `{"a":}`, `{a:1}`, `[1 2]`, `[1}`, `{"a":1]`, `{]`, `[`, `{`, `{"a"`, `{"a":`, `"a`, `"\`, `"\"`, `"\x"`, `01`, `1.`, `+1`, `.5`, `nul`, `nulll`, `1 2`, `{}{}`, `{} x`, `[1]]`, "\x00", "[\x00]", "{}\x00",
	"\ufeff{}", `[[[[[[]]]]]]`, `"\ud800"`, `{"a":"b"   , "c" : "d" }`,
}

// same holds the Reader to encoding/json: it accepts the same but for keys
// that stand twice, and yields the same.
func same(t *testing.T, b []byte) {
	t.Helper()
	got, err := read(b)
	var want any
	wantErr := json.Unmarshal(b, &want)
	switch {
	case wantErr != nil:
		if err == nil {
			t.Errorf("%q: reads as %v, encoding/json says %v", b, got, wantErr)
		}
	case twice(t, b):
		if err == nil || !strings.Contains(err.Error(), "stands twice") {
			t.Errorf("%q: %v, want an error about a key that stands twice", b, err)
		}
	case err != nil || !reflect.DeepEqual(got, want):
		t.Errorf("%q: %v, %v; want %v", b, got, err, want)
	}
}

func TestReadsLikeEncodingJSON(t *testing.T) {
	for _, s := range documents {
		same(t, []byte(s))
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range documents {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if bytes.Count(b, []byte("["))+bytes.Count(b, []byte("{")) > 1_000 {
			return // encoding/json stops at a depth of 10,000; it is the callers who go deep
		}
		same(t, b)
	})
}

func TestUint(t *testing.T) {
	for s, want := range map[string]uint64{"0": 0, "7 ": 7, " 18446744073709551615": 1<<64 - 1} {
		r := jsonread.New([]byte(s))
		if got := r.Uint(); got != want || r.End() != nil {
			t.Errorf("%q: %d, %v", s, got, r.Err())
		}
	}
	for _, s := range []string{"", "01", "-1", "1.0", "1e3", "18446744073709551616", "1_0", "x", `"1"`, "1 1"} {
		r := jsonread.New([]byte(s))
		if got := r.Uint(); r.End() == nil {
			t.Errorf("%q: %d", s, got)
		}
	}
}

// The first error stays, and ends every loop.
func TestErrors(t *testing.T) {
	r := jsonread.New([]byte(`{"a":[1,2,3],"b":4}`))
	n := 0
	for r.Enter('{'); r.More('}'); n++ {
		if string(r.Key()) == "b" {
			r.Unknown()
			r.Fail(errors.New("another"))
		}
		r.Raw()
	}
	if err := r.End(); n != 2 || err == nil || !strings.Contains(err.Error(), `unknown field "b"`) {
		t.Errorf("%d members, %v", n, err)
	}
	if r.Next() != 0 || r.String() != nil || r.Uint() != 0 || r.More('}') {
		t.Error("it goes on behind an error")
	}
	if r.Enter('['); r.Offset() != len(`{"a":[1,2,3],"b":`) {
		t.Errorf("stopped at %d", r.Offset())
	}
}

// What is read is not copied.
func TestReaderAllocatesLittle(t *testing.T) {
	b := []byte(`{"list":[` + strings.Repeat(`{"name":"a","n":12},`, 1000) + `{}]}`)
	sum := uint64(0)
	n := testing.AllocsPerRun(10, func() {
		r := jsonread.New(b)
		for r.Enter('{'); r.More('}'); {
			r.Key()
			for r.Enter('['); r.More(']'); {
				for r.Enter('{'); r.More('}'); {
					switch string(r.Key()) {
					case "name":
						r.String()
					case "n":
						sum += r.Uint()
					}
				}
			}
		}
		if err := r.End(); err != nil {
			t.Fatal(err)
		}
	})
	if n > 10 || sum == 0 {
		t.Errorf("%v allocations", n)
	}
}
