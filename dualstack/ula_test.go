package dualstack_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/kubecidr/kubecidr/dualstack"
	"pgregory.net/rapid"
)

func TestULA(t *testing.T) {
	for _, tt := range []struct {
		name string
		from io.Reader
		want string
		err  error
	}{
		{"five bytes", strings.NewReader("\x12\x34\x56\x78\x9a"), "fd12:3456:789a::/48", nil},
		{"one byte at a time", iotest.OneByteReader(strings.NewReader("\x12\x34\x56\x78\x9a")), "fd12:3456:789a::/48", nil},
		{"the end with the last byte", iotest.DataErrReader(strings.NewReader("\x12\x34\x56\x78\x9a")), "fd12:3456:789a::/48", nil},
		{"a single one", strings.NewReader("\x00\x00\x00\x00\x01"), "fd00:0:1::/48", nil},
		{"the first bits", strings.NewReader("\x80\x00\x00\x00\x00"), "fd80::/48", nil},
		{"none", nil, "", dualstack.ErrRandom},
		{"empty", strings.NewReader(""), "", io.ErrUnexpectedEOF},
		{"four bytes", strings.NewReader("\x12\x34\x56\x78"), "", io.ErrUnexpectedEOF},
		{"an error of its own", io.MultiReader(strings.NewReader("\x12"), iotest.ErrReader(io.ErrClosedPipe)), "", io.ErrClosedPipe},
		{"zeros alone", bytes.NewReader(make([]byte, 99)), "", dualstack.ErrRandom},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := dualstack.ULA(tt.from)
			if tt.err != nil {
				if !errors.Is(err, tt.err) || !errors.Is(err, dualstack.ErrRandom) || p.IsValid() {
					t.Errorf("%v, %v; want %v", p, err, tt.err)
				}
				return
			}
			if err != nil || p.String() != tt.want {
				t.Errorf("%v, %v; want %v", p, err, tt.want)
			}
		})
	}
}

// The 40 bits are those of the source, all of them and in order.
func TestULAIsTheGlobalID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.SliceOfN(rapid.Byte(), 5, 5).Draw(t, "global ID")
		from := bytes.NewReader(append(bytes.Clone(id), 0xff))
		p, err := dualstack.ULA(from)
		if bytes.Count(id, []byte{0}) == 5 {
			if err == nil {
				t.Fatal("a global ID of zeros")
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		want := netip.MustParsePrefix(fmt.Sprintf("fd%02x:%02x%02x:%02x%02x::/48", id[0], id[1], id[2], id[3], id[4]))
		if p != want || p != p.Masked() || from.Len() != 1 {
			t.Fatalf("%v, want %v; %d bytes left", p, want, from.Len())
		}
	})
}

// Programs hand in crypto/rand.Reader; an example wants the same every time.
func ExampleULA() {
	p, err := dualstack.ULA(strings.NewReader("\x3a\x91\x07\xc2\x5e"))
	fmt.Println(p, err)
	// Output: fd3a:9107:c25e::/48 <nil>
}
