package k8sflags

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
)

var update = flag.Bool("update", false, "write RULES.md anew")

// RULES.md is the tables of this package for people to read, and nothing else.
func TestRulesDocument(t *testing.T) {
	want := document()
	if *update {
		if err := os.WriteFile("RULES.md", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("RULES.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("RULES.md is not what the tables say: run go generate ./k8sflags")
	}
}

// chapters are the hundreds of the rules' numbers.
var chapters = map[byte]string{
	'0': "Command lines, and the question itself",
	'1': "Flags and feature gates by version",
	'2': "Ranges, and kube-apiserver",
	'3': "kube-controller-manager and cloud-controller-manager",
	'4': "kubelet",
	'5': "kube-proxy",
	'6': "Between processes",
	'7': "Changes of a cluster that lives (CheckChange)",
}

func document() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<!-- Written by go generate ./k8sflags from the tables of the package. Do not edit. -->

# Rules of k8sflags

What Check and CheckChange look at, for Kubernetes %s to %s. An ID is never given to another rule; Ignore takes it.

- **error**: a component refuses to start, or traffic or addresses are lost.
- **warning**: it starts, and something is ignored, deprecated or burnt.
- **info**: a convention, a limit of one tool, or how a judgement was made.

Sources without an address are paths in kubernetes/kubernetes, or KEPs.
`, MinVersion(), MaxVersion())
	chapter := byte(0)
	for _, r := range Rules() {
		if r.ID[2] != chapter {
			chapter = r.ID[2]
			fmt.Fprintf(&b, "\n## %s\n\n| ID | severity | rule | component | versions | source |\n|---|---|---|---|---|---|\n", chapters[chapter])
		}
		component := string(r.Component)
		if component == "" {
			component = "any"
		}
		row(&b, r.ID, r.Severity.String(), r.Title, component, versions(r.Since, r.Until), r.Source)
	}

	fmt.Fprintf(&b, "\n## Flags that come and go\n\nBehind KC101, KC102 and KC103. An empty field is before %s, or not by %s.\n\n", MinVersion(), MaxVersion())
	fmt.Fprint(&b, "| component | flag | since | deprecated | removed | instead | source |\n|---|---|---|---|---|---|---|\n")
	for i := range flagRows {
		if r := &flagRows[i]; r.changes() {
			row(&b, string(r.component), "--"+r.name, version(r.added), version(r.deprecated), version(r.removed), r.instead, r.source)
		}
	}

	fmt.Fprint(&b, "\n## Feature gates about addresses\n\nBehind KC104, KC105, KC106 and KC108, with the same empty fields.\n\n")
	fmt.Fprint(&b, "| gate | since | beta | on by default | stable | locked | removed | source |\n|---|---|---|---|---|---|---|---|\n")
	for _, g := range gateRows {
		row(&b, g.name, version(g.added), version(g.beta), version(g.on), version(g.stable), version(g.locked), version(g.removed), g.source)
	}

	fmt.Fprint(&b, "\n## What an IPAM takes for the pods of a node\n\nBehind KC314, KC610 and KC621. The steps from pods to addresses, in order.\n\n")
	fmt.Fprint(&b, "| IPAM | IPv4 | IPv6 | pods get | blocks | source |\n|---|---|---|---|---|---|\n")
	for i := range ipamRows {
		r := &ipamRows[i]
		v6 := formula(r, cidr.IPv6)
		if r.guessV6 {
			v6 += " (not confirmed)"
		}
		if r.onlyIPv4 {
			v6 = "not known"
		}
		blocks := "Node.spec.podCIDRs"
		switch {
		case r.flat:
			blocks = "none: addresses of subnets"
		case r.ownBlocks:
			blocks = "its own"
		}
		row(&b, string(r.name), formula(r, cidr.IPv4), v6, r.takes, blocks, r.source)
	}
	return b.String()
}

// formula writes the steps of an IPAM in short.
func formula(r *ipamRow, f cidr.Family) string {
	var steps []string
	for i := 0; i < len(r.steps); i++ {
		s := r.steps[i]
		n := s.number(f)
		for s.op == opPlus && i+1 < len(r.steps) && r.steps[i+1].op == opPlus {
			i++
			n += r.steps[i].number(f)
		}
		if n == 0 {
			continue
		}
		steps = append(steps, map[ipamOp]string{
			opPods: "up to %d pods", opPlus: "+ %d", opDouble: "twice", opMultiple: "to a multiple of %d",
			opPower: "to a power of two", opLeast: "%d or more", opFixed: "always %d", opMost: "of the first %d",
		}[s.op])
		if last := &steps[len(steps)-1]; strings.Contains(*last, "%d") {
			*last = fmt.Sprintf(*last, n)
		}
	}
	return strings.Join(steps, ", ")
}

func row(b *strings.Builder, cells ...string) {
	for _, cell := range cells {
		b.WriteString("| ")
		b.WriteString(strings.ReplaceAll(cell, "|", `\|`))
		b.WriteByte(' ')
	}
	b.WriteString("|\n")
}

func version(v Version) string {
	if v.IsZero() || v.Compare(MinVersion()) < 0 {
		return ""
	}
	return v.String()
}

func versions(since, until Version) string {
	switch {
	case since.IsZero() && until.IsZero():
		return "all"
	case until.IsZero():
		return "from " + since.String()
	case since.IsZero():
		return "up to " + until.String()
	}
	return since.String() + " to " + until.String()
}
