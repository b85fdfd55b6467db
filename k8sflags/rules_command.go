package k8sflags

import (
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// commandRules judge what github.com/spf13/pflag and the components' commands
// make of a command line, whatever the flags mean.
var commandRules = []ruleRow{
	{Rule: Rule{ID: "KC011", Title: "argument that is no flag", Severity: Error,
		Source: "cmd/*/app/server.go: the commands take no arguments"}, each: checkPositional},
	{Rule: Rule{ID: "KC012", Title: "value of the wrong type, or none", Severity: Error,
		Source: "github.com/spf13/pflag: bool.go, int32.go, ip.go, duration.go"}, each: checkTypes},
	{Rule: Rule{ID: "KC013", Title: "long flag with one dash", Severity: Error,
		Source: "github.com/spf13/pflag: flag.go, parseShortArg; the components have -h and -v alone"}, each: checkDashes},
}

func checkPositional(_ *cluster, m *member, r report) {
	for arg := range m.Flags.Positional() {
		if arg == "" && m.Component != Kubelet {
			continue // none to the other commands
		}
		r.process(m, "remove it, or write it as --flag=value; after a boolean flag only =true and =false are its value",
			"takes no arguments, got %q", arg)
	}
}

// checkTypes judges every occurrence: a later one that is right does not help,
// since reading ends at the first mistake.
func checkTypes(_ *cluster, m *member, r report) {
	for _, it := range m.Flags.items {
		fl, row := it.flag, it.row
		if row == nil {
			continue
		}
		switch want := typeError(row.kind, fl); {
		case want == "":
		case fl.HasValue:
			r.flag(m, row.name, "give it "+want, "%q is not %s", fl.Value, want)
		default:
			r.flag(m, row.name, "give it "+want, "stands without a value")
		}
	}
}

// typeError returns what the value should have been, or "".
func typeError(kind flagKind, fl Flag) string {
	if !fl.HasValue {
		if kind == boolFlag {
			return ""
		}
		return "a value"
	}
	var err error
	switch kind {
	case boolFlag:
		if _, err = strconv.ParseBool(fl.Value); err != nil {
			return "true or false"
		}
	case intFlag:
		if _, err = strconv.ParseInt(fl.Value, 0, 32); err != nil {
			return "a whole number"
		}
	case longFlag:
		if _, err = strconv.ParseInt(fl.Value, 0, 64); err != nil {
			return "a whole number"
		}
	case ipFlag: // an empty one is passed over
		if a, err := netip.ParseAddr(strings.TrimSpace(fl.Value)); fl.Value != "" && (err != nil || a.Zone() != "") {
			return "an address without leading zeros"
		}
	case sloppyIPFlag: // of which nothing is trimmed
		if _, ok := sloppyAddr(fl.Value); fl.Value != "" && !ok {
			return "an address"
		}
	case durationFlag:
		if _, err = time.ParseDuration(fl.Value); err != nil {
			return "a duration like 30s"
		}
	}
	return ""
}

// checkDashes: after one dash every letter is a flag of its own, so that
// "-cluster-cidr=…" ends with "unknown shorthand flag: 'c'". ParseArgs reads
// such flags all the same, to judge what was meant.
func checkDashes(_ *cluster, m *member, r report) {
	for i := range m.Flags.items {
		it := &m.Flags.items[i]
		if it.name == "" || strings.HasPrefix(it.tokens[0], "--") {
			continue
		}
		switch it.name {
		case "h", "v": // also -v4
		default:
			r.process(m, "write --"+it.name, "%q has one dash, after which each letter is a flag of its own: the component refuses to start", it.tokens[0])
		}
	}
}

// lifecycleRules judge flags by the version: the table is flagRows.
var lifecycleRules = []ruleRow{
	{Rule: Rule{ID: "KC101", Title: "flag was removed", Severity: Error,
		Source: "the components' options by version"}, each: checkRemoved},
	{Rule: Rule{ID: "KC102", Title: "flag does not exist yet", Severity: Error,
		Source: "the components' options by version"}, each: checkAdded},
	{Rule: Rule{ID: "KC103", Title: "flag is deprecated", Severity: Warning,
		Source: "the components' options by version"}, each: checkDeprecated},
}

func checkRemoved(_ *cluster, m *member, r report) {
	for _, row := range m.changing {
		if !row.removed.IsZero() && m.at.AtLeast(row.removed) {
			r.flag(m, row.name, row.instead, "removed in Kubernetes %s; %s %s refuses to start with an unknown flag",
				row.removed, m.Component, m.at)
		}
	}
}

func checkAdded(_ *cluster, m *member, r report) {
	for _, row := range m.changing {
		if !row.added.IsZero() && m.at.Compare(row.added) < 0 {
			r.flag(m, row.name, "remove it, or go to Kubernetes "+row.added.String(),
				"new in Kubernetes %s; %s %s refuses to start with an unknown flag", row.added, m.Component, m.at)
		}
	}
}

func checkDeprecated(_ *cluster, m *member, r report) {
	for _, row := range m.changing {
		gone := !row.removed.IsZero() && m.at.AtLeast(row.removed)
		if row.deprecated.IsZero() || m.at.Compare(row.deprecated) < 0 || gone {
			continue
		}
		if row.name == "apiserver-count" && m.text("endpoint-reconciler-type") != masterCount {
			r.flag(m, row.name, row.instead, "%s, and without effect unless --endpoint-reconciler-type=master-count", row.deprecation())
			continue
		}
		r.flag(m, row.name, row.instead, "%s", row.deprecation())
	}
}
