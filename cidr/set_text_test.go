package cidr_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
)

func TestParseSetTakesAnyOrder(t *testing.T) {
	for in, want := range map[string]string{
		"":           "",
		"10.0.0.0/8": "10.0.0.0/8",
		"fd00::/8,10.128.0.0/9,10.0.0.0/9,10.0.0.0/16": "10.0.0.0/8,fd00::/8",
	} {
		if s, err := cidr.ParseSet(in); err != nil || s.String() != want {
			t.Errorf("ParseSet(%q) = %v, %v", in, s, err)
		}
	}
}

func TestSetTextRefuses(t *testing.T) {
	for _, tt := range []struct {
		in   string
		kind error
		want string
	}{
		{"10.0.0.1/8", cidr.ErrHostBits, `cidr: set: element 1: "10.0.0.1/8" has host bits set (network is 10.0.0.0/8)`},
		{"10.0.0.0/8,", cidr.ErrInvalid, `cidr: set: element 2 is empty`},
		{",", cidr.ErrInvalid, `cidr: set: element 1 is empty`},
		{"10.0.0.0/8, fd00::/8", cidr.ErrInvalid, `cidr: set: element 2: " fd00::/8" has spaces around it (use "fd00::/8")`},
		{"fd00::/8,::ffff:10.0.0.0/104", cidr.ErrMapped, `cidr: set: element 2: "::ffff:10.0.0.0/104" is IPv4-mapped (use 10.0.0.0/8)`},
		{"fe80::%eth0/64", cidr.ErrZone, `cidr: set: element 1: "fe80::%eth0/64" has a zone, which a network cannot have`},
		{"010.0.0.0/8", cidr.ErrInvalid, `cidr: set: element 1: "010.0.0.0/8" has leading zeros (some programs read them as octal; in decimal it is 10.0.0.0/8)`},
	} {
		before := parseSet(t, "192.168.0.0/16")
		s := before
		if err := s.UnmarshalText([]byte(tt.in)); !errors.Is(err, tt.kind) || err.Error() != tt.want {
			t.Errorf("%q: error %v, want %s", tt.in, err, tt.want)
		}
		list, err := json.Marshal(strings.Split(tt.in, ","))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.UnmarshalJSON(list); !errors.Is(err, tt.kind) || err.Error() != tt.want {
			t.Errorf("%s: error %v, want %s", list, err, tt.want)
		}
		if !s.Equal(before) {
			t.Errorf("%q: the set changed to %v", tt.in, s)
		}
		if s, err := cidr.ParseSet(tt.in); err == nil || !s.IsEmpty() {
			t.Errorf("ParseSet(%q) = %v, %v", tt.in, s, err)
		}
	}
}

func TestSetJSON(t *testing.T) {
	type config struct {
		Reserved cidr.Set
		ByZone   map[string]cidr.Set `json:",omitempty"`
	}
	for in, want := range map[string]string{
		`{"Reserved":["fd00::/8","10.1.0.0/16","10.0.0.0/16"]}`: `{"Reserved":["10.0.0.0/15","fd00::/8"]}`,
		`{"Reserved":[]}`:   `{"Reserved":[]}`,
		`{"Reserved":null}`: `{"Reserved":[]}`,
		`{"Reserved":["10.0.0.0/8"],"ByZone":{"a":["10.0.0.0/9"]}}`: `{"Reserved":["10.0.0.0/8"],"ByZone":{"a":["10.0.0.0/9"]}}`,
	} {
		var c config
		if err := json.Unmarshal([]byte(in), &c); err != nil {
			t.Errorf("%s: %v", in, err)
		}
		if b, err := json.Marshal(c); err != nil || string(b) != want {
			t.Errorf("%s: %s, %v", in, b, err)
		}
	}
	for _, in := range []string{`"10.0.0.0/8"`, `{}`, `[1]`, `[null]`, `["10.0.0.0/8"`, `["10.0.0.0/8,11.0.0.0/8"]`, `[""]`, ``} {
		s := parseSet(t, "192.168.0.0/16")
		if err := s.UnmarshalJSON([]byte(in)); !errors.Is(err, cidr.ErrInvalid) || s.String() != "192.168.0.0/16" {
			t.Errorf("%s: %v, error %v", in, s, err)
		}
	}
}

func TestSetAppendTextKeepsWhatIsThere(t *testing.T) {
	b, err := parseSet(t, "10.0.0.0/8,fd00::/8").AppendText([]byte("--cluster-cidr="))
	if err != nil || string(b) != "--cluster-cidr=10.0.0.0/8,fd00::/8" {
		t.Errorf("%s, %v", b, err)
	}
}

func FuzzSetUnmarshalText(f *testing.F) {
	f.Fuzz(func(t *testing.T, text []byte) {
		var s, again cidr.Set
		if err := s.UnmarshalText(text); err != nil {
			if !s.IsEmpty() || !strings.HasPrefix(err.Error(), "cidr: set: element ") {
				t.Fatalf("%q: %v, error %v", text, s, err)
			}
			return
		}
		out, err := s.MarshalText()
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if err := again.UnmarshalText(out); err != nil || !again.Equal(s) {
			t.Fatalf("%q became %q and %v, %v", text, out, again, err)
		}
		// What a list has, the set has, and nothing else.
		if len(text) == 0 {
			return
		}
		ps, err := cidr.ParseList(string(text))
		if err != nil || !setOf(t, ps...).Equal(s) {
			t.Fatalf("%q is not the list %v, %v", text, ps, err)
		}
	})
}
