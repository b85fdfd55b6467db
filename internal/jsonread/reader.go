// Package jsonread reads JSON of a known form, token by token, without
// reflection and without copies of what is read.
//
// It is stricter than encoding/json in one thing: an object that has a key
// twice is an error. All that it reads itself is common and simple; for the
// rest there is [Reader.Raw], and encoding/json to read what that returns.
package jsonread

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// Reader reads one JSON value. The first error ends all that it does: then
// there is no more of anything, and every value is zero.
//
//	for r.Enter('{'); r.More('}'); {
//		switch string(r.Key()) {
//		case "name":
//			name = r.String()
//		case "ports":
//			for r.Enter('['); r.More(']'); {
//				ports = append(ports, r.Uint())
//			}
//		default:
//			r.Unknown()
//		}
//	}
//	err := r.End()
type Reader struct {
	b     []byte
	at    int
	first bool     // an object or array was entered, and nothing of it read
	keys  [][]byte // of the objects that are open, the innermost last
	open  []int    // where the keys of each begin
	err   error
}

// New returns a Reader of b, which must not change meanwhile.
func New(b []byte) *Reader { return &Reader{b: b} }

// Fail ends reading with an error, unless there was one before.
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err = fmt.Errorf("at byte %d: %w", r.at, err)
	}
}

// Err returns the first error.
func (r *Reader) Err() error { return r.err }

// Offset returns how many bytes have been read.
func (r *Reader) Offset() int { return r.at }

// Next returns the first byte of the next value or token, 0 at the end.
func (r *Reader) Next() byte {
	for r.err == nil && r.at < len(r.b) {
		switch c := r.b[r.at]; c {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return c
		}
	}
	return 0
}

func (r *Reader) unexpected(want string) {
	if r.at >= len(r.b) {
		r.Fail(fmt.Errorf("the text ends where %s should be", want))
	} else {
		r.Fail(fmt.Errorf("%q where %s should be", r.b[r.at], want))
	}
}

// expect reads one byte.
func (r *Reader) expect(c byte, want string) {
	if r.Next() != c {
		r.unexpected(want)
		return
	}
	r.at++
}

// Enter begins to read an object ('{') or an array ('[').
func (r *Reader) Enter(bracket byte) {
	want := "an array"
	if bracket == '{' {
		want = "an object"
		r.open = append(r.open, len(r.keys))
	}
	r.expect(bracket, want)
	r.first = true
}

// More reports whether there is another member or element before the closing
// bracket of the object or array, and reads that if there is not. It is to be
// called before each.
func (r *Reader) More(bracket byte) bool {
	first := r.first
	r.first = false
	switch c := r.Next(); {
	case r.err != nil:
		return false
	case c == bracket:
		r.at++
		if bracket == '}' {
			last := len(r.open) - 1
			r.keys, r.open = r.keys[:r.open[last]], r.open[:last]
		}
		return false
	case first:
		return true
	}
	r.expect(',', "a comma or a closing bracket")
	return r.err == nil
}

// Key reads the key of a member. It is valid as long as the text is.
func (r *Reader) Key() []byte {
	start := r.at
	key := r.String()
	if r.err != nil {
		return nil
	}
	of := r.open[len(r.open)-1]
	for _, k := range r.keys[of:] {
		if bytes.Equal(k, key) {
			r.at = start
			r.Fail(fmt.Errorf("key %q stands twice", key))
			return nil
		}
	}
	r.keys = append(r.keys, key)
	r.expect(':', "a colon")
	return key
}

// Unknown is the error for the key that was read last: it has no meaning.
func (r *Reader) Unknown() {
	if n := len(r.keys); r.err == nil && n > 0 {
		r.Fail(fmt.Errorf("unknown field %q", r.keys[n-1]))
	}
}

// String reads text, without a copy if there is nothing to decode. It is valid
// as long as the text is.
func (r *Reader) String() []byte {
	if r.Next() != '"' {
		r.unexpected("text")
		return nil
	}
	for end := r.at + 1; end < len(r.b); end++ {
		switch c := r.b[end]; {
		case c == '"':
			s := r.b[r.at+1 : end]
			r.at = end + 1
			return s
		case c < ' ', c == '\\', c > '~':
			return r.decoded()
		}
	}
	r.at = len(r.b)
	r.unexpected("the end of the text")
	return nil
}

// decoded reads text as encoding/json does.
func (r *Reader) decoded() []byte {
	start := r.at
	raw := r.Raw()
	if r.err != nil {
		return nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		r.at = start
		r.Fail(err)
		return nil
	}
	return []byte(s)
}

// Uint reads a number without sign, fraction and exponent.
func (r *Reader) Uint() uint64 {
	if c := r.Next(); c < '0' || c > '9' {
		r.unexpected("a number")
		return 0
	}
	start := r.at
	raw := r.Raw()
	n, err := strconv.ParseUint(string(raw), 10, 64)
	if err != nil || raw[0] == '0' && len(raw) > 1 {
		r.at = start
		r.Fail(fmt.Errorf("%s is not a whole number of at most 64 bits", raw))
		return 0
	}
	return n
}

// Raw reads a value without looking into it: whether it is JSON at all is for
// others to find out, but where it ends if it is.
func (r *Reader) Raw() []byte {
	c := r.Next()
	if r.err != nil {
		return nil
	}
	start := r.at
	switch c {
	case '"':
		r.at = r.endOfText(r.at)
	case '{', '[':
		depth := 0
		for r.at < len(r.b) {
			switch r.b[r.at] {
			case '"':
				r.at = r.endOfText(r.at)
				continue
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			r.at++
			if depth == 0 {
				return r.b[start:r.at]
			}
		}
		r.at++ // beyond the end
	default:
		for r.at < len(r.b) && !delimits(r.b[r.at]) {
			r.at++
		}
		if r.at == start {
			r.unexpected("a value")
			return nil
		}
	}
	if r.at > len(r.b) {
		r.at = len(r.b)
		r.unexpected("the end of the value")
		return nil
	}
	return r.b[start:r.at]
}

// endOfText returns where the text that begins at a quote ends, and more than
// the length of all if it does not.
func (r *Reader) endOfText(at int) int {
	for at++; at < len(r.b); at++ {
		switch r.b[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return len(r.b) + 1
}

// delimits reports whether c ends a number or a word.
func delimits(c byte) bool {
	switch c {
	case ',', ':', '{', '}', '[', ']', '"', ' ', '\t', '\n', '\r':
		return true
	}
	return false
}

// errBehind says that there is more than one value.
var errBehind = errors.New("text after the end of the value")

// End checks that nothing follows, and returns the first error.
func (r *Reader) End() error {
	if r.err == nil && (r.Next() != 0 || r.at < len(r.b)) {
		r.Fail(errBehind)
	}
	return r.err
}
