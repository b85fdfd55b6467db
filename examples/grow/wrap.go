package main

import (
	"strings"
	"unicode/utf8"
)

// width is how many columns the text has at most, but for words that are longer.
const width = 120

// wrap breaks lines that are too long at spaces. What is broken off stands four
// columns deeper than its line.
func wrap(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		indent := len(line) - len(strings.TrimLeft(line, " "))
		column := 0
		for i, word := range strings.Split(line, " ") {
			n := utf8.RuneCountInString(word)
			switch {
			case i == 0:
			case column+1+n > width && column > indent+4:
				b.WriteString("\n" + strings.Repeat(" ", indent+4))
				column = indent + 4
			default:
				b.WriteByte(' ')
				column++
			}
			b.WriteString(word)
			column += n
		}
		b.WriteByte('\n')
	}
	return b.String()
}
