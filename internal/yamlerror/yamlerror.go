// Package yamlerror finds the line of a syntax error in YAML. The library that
// reads YAML names it only in the text of its errors, counts it in two ways, and
// leaves it out where it is the first.
package yamlerror

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// parserProblems are what the library's parser complains of. It counts their
// lines from 0, those of its scanner from 1.
var parserProblems = []string{
	"did not find expected <", "did not find expected node content", "did not find expected ','",
	"did not find expected '-'", "did not find expected key", "found undefined tag handle",
}

// Locate returns the line of text that an error of the YAML library is about,
// counted from 1, and its message without the line.
func Locate(text string, err error) (line int, message string) {
	line, message = named(err)
	if line == 0 {
		line = lineless(text, message)
	}
	// What is missing at the end belongs to the last line.
	return min(line, 1+strings.Count(strings.TrimRight(text, "\n"), "\n")), message
}

// named takes apart an error of the YAML library, which names the line in its
// text: "yaml: line 3: mapping values are not allowed in this context". Line 0
// is none.
func named(err error) (line int, message string) {
	message = strings.TrimPrefix(err.Error(), "yaml: ")
	rest, ok := strings.CutPrefix(message, "line ")
	if !ok {
		return 0, message
	}
	number, text, ok := strings.Cut(rest, ": ")
	if !ok {
		return 0, message
	}
	line, err = strconv.Atoi(number)
	if err != nil {
		return 0, message
	}
	if slices.ContainsFunc(parserProblems, func(p string) bool { return strings.HasPrefix(text, p) }) {
		line++
	}
	return line, text
}

// lineless finds the line of an error for which the library names none: an alias
// without its anchor, bytes that are no text, and anything in the first line.
func lineless(text, message string) int {
	name, isAlias := strings.CutPrefix(message, "unknown anchor '")
	name, _, _ = strings.Cut(name, "'")
	n := 0
	for line := range strings.Lines(text) {
		n++
		if isAlias {
			if strings.Contains(line, "*"+name) {
				return n
			}
			continue
		}
		for _, r := range line {
			if r == utf8.RuneError || (r < ' ' && r != '\t' && r != '\r' && r != '\n') || r == 0x7f {
				return n
			}
		}
	}
	return 1
}
