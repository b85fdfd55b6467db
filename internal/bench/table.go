package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// write writes a section as a table that is Markdown and can be read as it is:
// nanoseconds for an element and, behind them, how many times ours that is; then
// allocations and bytes for an element at the largest size that was measured.
func (s section) write(w io.Writer) {
	head := []string{"ns per " + s.per + ", × ours"}
	for _, n := range s.sizes {
		head = append(head, "n = "+thousands(n))
	}
	table := [][]string{append(head, "allocs", "bytes", "")}
	for _, r := range s.rows {
		line := []string{r.name}
		allocs, bytes := "", ""
		for i, c := range r.cells {
			if !c.measured {
				line = append(line, "-")
				continue
			}
			text := nanoseconds(c.ns)
			if r.name != ours && s.rows[0].cells[i].measured {
				text += " ×" + ratio(c.ns/s.rows[0].cells[i].ns)
			}
			line = append(line, text)
			allocs, bytes = fmt.Sprintf("%.2f", c.allocs), fmt.Sprintf("%.0f", c.bytes)
		}
		table = append(table, append(line, allocs, bytes, strings.Join(r.notes, "; ")))
	}
	fmt.Fprintf(w, "### %s\n\n", s.heading)
	writeTable(w, table)
}

// writeSummary writes a line for each section: ours and the fastest other that
// is right, at the largest size that ours was measured at.
func writeSummary(w io.Writer, sections []section) {
	table := [][]string{{"at the largest n", "n", "ours, ns", "next best, ns", "", "×"}}
	for _, s := range sections {
		last := len(s.sizes) - 1
		for last >= 0 && !s.rows[0].cells[last].measured {
			last--
		}
		line := []string{s.heading, "", "-", "-", "", ""}
		if last >= 0 {
			own := s.rows[0].cells[last].ns
			line[1], line[2] = thousands(s.sizes[last]), nanoseconds(own)
			best := 0.0
			for _, r := range s.rows[1:] {
				if c := r.cells[last]; c.measured && !c.wrong && (best == 0 || c.ns < best) {
					best = c.ns
					line[3], line[4], line[5] = nanoseconds(best), r.name, ratio(best/own)
				}
			}
		}
		table = append(table, line)
	}
	writeTable(w, table)
}

// writeTable writes lines of which the first is the head. The first column is
// aligned left, the others right, but for the ones with words.
func writeTable(w io.Writer, table [][]string) {
	widths := make([]int, len(table[0]))
	words := make([]bool, len(table[0]))
	for _, line := range table {
		for i, text := range line {
			widths[i] = max(widths[i], len([]rune(text)))
		}
	}
	for i, head := range table[0] {
		words[i] = i == 0 || head == ""
		widths[i] = max(widths[i], 2)
	}
	pad := func(i int, text string) string {
		space := strings.Repeat(" ", widths[i]-len([]rune(text)))
		if words[i] {
			return text + space
		}
		return space + text
	}
	for n, line := range table {
		cells := make([]string, len(line))
		for i, text := range line {
			cells[i] = pad(i, text)
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
		if n == 0 {
			rules := make([]string, len(line))
			for i := range line {
				if rules[i] = strings.Repeat("-", widths[i]); !words[i] {
					rules[i] = rules[i][1:] + ":"
				}
			}
			fmt.Fprintf(w, "| %s |\n", strings.Join(rules, " | "))
		}
	}
	fmt.Fprintln(w)
}

// nanoseconds has three figures.
func nanoseconds(ns float64) string {
	switch {
	case ns < 10:
		return fmt.Sprintf("%.2f", ns)
	case ns < 100:
		return fmt.Sprintf("%.1f", ns)
	}
	return thousands(int(ns + 0.5))
}

// ratio has two or three figures.
func ratio(x float64) string {
	if x < 10 {
		return fmt.Sprintf("%.1f", x)
	}
	return thousands(int(x + 0.5))
}

// thousands writes 1000000 as 1,000,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
