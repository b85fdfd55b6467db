package platform

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write PLATFORMS.md anew")

// PLATFORMS.md is the tables of this package for people to read, and nothing
// else.
func TestPlatformsDocument(t *testing.T) {
	want := document()
	if *update {
		if err := os.WriteFile("PLATFORMS.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("PLATFORMS.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("PLATFORMS.md is not what the tables say: run go generate ./plan/platform")
	}
}

func document() string {
	var b strings.Builder
	fmt.Fprint(&b, `<!-- Written by go generate ./plan/platform from the tables of the package. Do not edit. -->

# Facts about platforms

What clouds and distributions say about address ranges. An ID is never given to another fact.

- **error**: the platform refuses a range that breaks the fact, or it cannot work there.
- **warning**: it works, and costs something, or is one way of several. What is not confirmed is at most a warning.
- **info**: a figure to plan with, or something to know.

`)
	for _, n := range append([]Name{""}, names[:]...) {
		title := string(n)
		if n == "" {
			title = "everywhere"
		}
		fmt.Fprintf(&b, "## %s\n\n| ID | kind | ranges | value | under | severity | fact | evidence | source |\n|---|---|---|---|---|---|---|---|---|\n", title)
		for x := range Facts(n) {
			if x.Platform == n {
				cells := []string{x.ID, string(x.Kind), ranges(x), value(x), string(x.IPAM), x.Severity.String(), x.Text, x.Evidence.String(), x.Source}
				for _, cell := range cells {
					b.WriteString("| " + strings.ReplaceAll(cell, "|", `\|`) + " ")
				}
				b.WriteString("|\n")
			}
		}
		b.WriteString("\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func ranges(x Fact) string {
	text := make([]string, len(x.Ranges))
	for i, r := range x.Ranges {
		text[i] = string(r)
	}
	return strings.TrimSpace(strings.Join(text, ", ") + " " + x.Family.String())
}

func value(x Fact) string {
	switch x.Kind {
	case KindShortest, KindLongest, KindNodeMask, KindDefaultNodeMask:
		return fmt.Sprintf("/%d", x.Number)
	case KindAssociation:
		if len(x.When) > 0 {
			return "in " + list(x.When) + ": not " + list(x.Prefixes)
		}
		return "else: not " + list(x.Prefixes)
	}
	if len(x.Prefixes) > 0 {
		return list(x.Prefixes)
	}
	if x.Number > 0 {
		return fmt.Sprint(x.Number)
	}
	return ""
}
