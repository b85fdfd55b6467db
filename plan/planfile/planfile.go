package planfile

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/kubecidr/kubecidr/internal/yamlerror"
	"github.com/kubecidr/kubecidr/plan"
	"go.yaml.in/yaml/v3"
)

// Parse reads a spec from the text of a file; file is its name, for messages.
// The spec is valid (plan.Spec.Validate), though it may be infeasible. The
// error is [Errors], with everything that is wrong.
func Parse(file string, text []byte) (plan.Spec, error) {
	r := &reader{file: file, lines: map[string]int{}}
	root, ok := r.document(text)
	if !ok {
		return plan.Spec{}, r.errs
	}
	s := r.spec(root)
	r.validate(s)
	if len(r.errs) > 0 {
		r.errs.sort()
		return plan.Spec{}, r.errs
	}
	return s, nil
}

// document parses the one YAML document of a file.
func (r *reader) document(text []byte) (*yaml.Node, bool) {
	d := yaml.NewDecoder(bytes.NewReader(text))
	var doc, more yaml.Node
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		r.errs = append(r.errs, &Error{File: r.file, Message: "the file is empty: want pools and clusters"})
		return nil, false
	case err != nil:
		r.syntax(text, err)
		return nil, false
	}
	switch err := d.Decode(&more); {
	case err == nil:
		r.errs = append(r.errs, &Error{File: r.file, Line: more.Line, Message: "a second document: want one spec a file"})
	case !errors.Is(err, io.EOF):
		r.syntax(text, err)
	}
	return doc.Content[0], len(r.errs) == 0
}

// syntax reports an error of the YAML library.
func (r *reader) syntax(text []byte, err error) {
	line, message := yamlerror.Locate(string(text), err)
	r.errs = append(r.errs, &Error{File: r.file, Line: line, Message: message})
}

// validate adds what is wrong with the values taken together. Fields that
// could not be read are not reported a second time.
func (r *reader) validate(s plan.Spec) {
	var invalid plan.SpecErrors
	if !errors.As(s.Validate(), &invalid) {
		return
	}
	unread := slices.Clone(r.errs)
	for _, e := range invalid {
		if !unread.at(e.Path) {
			r.errs = append(r.errs, &Error{r.file, r.line(e.Path), e.Path, e.Message})
		}
	}
}

// at reports whether some error is of the field at path, of one inside it or of
// one around it.
func (es Errors) at(path string) bool {
	return slices.ContainsFunc(es, func(e *Error) bool { return within(e.Path, path) || within(path, e.Path) })
}

// within reports whether path is outer or a field inside of it. Everything is
// inside the file as a whole, "".
func within(outer, path string) bool {
	if outer == "" {
		return true
	}
	rest, ok := strings.CutPrefix(path, outer)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// line returns where the field at path stands, or the nearest around it.
func (r *reader) line(path string) int {
	for {
		if line, ok := r.lines[path]; ok {
			return line
		}
		i := strings.LastIndexAny(path, ".[")
		if i < 0 {
			return r.lines[""]
		}
		path = path[:i]
	}
}
