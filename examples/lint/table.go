package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/k8sflags/manifest"
)

// The table stays within so many columns, and a cell that says where within so
// many of them.
const (
	columns   = 120
	mostWhere = 44
)

// writeTable writes a row for each finding, worst first, then what could not be
// judged, and how many there are of each kind.
func writeTable(to io.Writer, v verdict) error {
	t := table{{"where", "severity", "rule", "what"}}
	for _, f := range v.Findings {
		what := clean(f.Message)
		if f.Fix != "" {
			what += "\nfix: " + clean(f.Fix)
		}
		t = append(t, row{place(f), f.Severity.String(), f.Rule, what})
	}
	for _, m := range v.Missing {
		t = append(t, row{where(m.Origin), "unknown", "", clean(unknown(m))})
	}
	var b strings.Builder
	if len(t) > 1 {
		b.WriteString(t.String() + "\n")
	}
	fmt.Fprintf(&b, "%s, %s, %s; %s, judged by %s\n", count(v.count(k8sflags.Error), "error"), count(v.count(k8sflags.Warning), "warning"),
		count(v.count(k8sflags.Info), "note"), count(len(v.Files), "file"), judgedBy(v.Kubernetes))
	_, err := io.WriteString(to, b.String())
	return err
}

func judgedBy(v k8sflags.Version) string {
	if v.IsZero() {
		return fmt.Sprintf("Kubernetes %s, the newest known", k8sflags.MaxVersion())
	}
	return fmt.Sprintf("Kubernetes %s", v)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// place says where a finding is: its flag's place, or else its process.
func place(f k8sflags.Finding) string {
	switch {
	case f.Origin.File != "":
		return where(f.Origin)
	case f.Process != "":
		return clean(f.Process)
	}
	return string(f.Component)
}

// where is file and line, and the field below.
func where(o k8sflags.Origin) string {
	place := k8sflags.Origin{File: clean(o.File), Line: o.Line}.String()
	if o.Field != "" {
		place += "\n" + clean(o.Field)
	}
	return place
}

func unknown(m manifest.Missing) string {
	switch {
	case m.Flag != "":
		return fmt.Sprintf("%s --%s has %s in it, known only where it runs: not judged", m.Component, m.Flag, m.Name)
	case strings.ContainsAny(m.Name, "$`"):
		return fmt.Sprintf("%s may have more flags by %s, which no file sets: hand in the one that does", m.Component, m.Name)
	}
	return fmt.Sprintf("%s reads %s: hand it in to have it judged", m.Component, m.Name)
}

// clean keeps what a file's text may bring along from breaking a line.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// row is a line of cells; the first and the last may run over several lines.
type row [4]string

// table is rows under a first one of headings.
type table []row

// String aligns the first three columns and wraps the last.
func (t table) String() string {
	var widths [3]int
	for _, r := range t {
		for i := range widths {
			for line := range strings.SplitSeq(r[i], "\n") {
				widths[i] = max(widths[i], utf8.RuneCountInString(line))
			}
		}
	}
	widths[0] = min(widths[0], mostWhere)
	left := columns
	for _, w := range widths {
		left -= w + 2
	}
	var b strings.Builder
	for _, r := range t {
		where, what := wrap(r[0], widths[0]), wrap(r[3], left)
		for i := range max(len(where), len(what)) {
			cells := row{cell(where, i), "", "", cell(what, i)}
			if i == 0 {
				cells[1], cells[2] = r[1], r[2]
			}
			line := fmt.Sprintf("%-*s  %-*s  %-*s  %s", widths[0], cells[0], widths[1], cells[1], widths[2], cells[2], cells[3])
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
	}
	return b.String()
}

func cell(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}

// wrap breaks text into lines of at most width characters: at spaces, or else
// behind a slash, a comma or a dot, or else anywhere.
func wrap(text string, width int) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\n") {
		for {
			runes := []rune(line)
			if len(runes) <= width {
				lines = append(lines, line)
				break
			}
			cut := strings.LastIndexByte(string(runes[:width+1]), ' ')
			if cut <= 0 {
				cut = strings.LastIndexAny(string(runes[:width]), "/,.") + 1
			}
			if cut <= 0 {
				cut = len(string(runes[:width]))
			}
			lines = append(lines, strings.TrimRight(line[:cut], " "))
			line = strings.TrimLeft(line[cut:], " ")
		}
	}
	return lines
}
