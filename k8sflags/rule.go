package k8sflags

import (
	"slices"
	"strings"
)

// Rule is one thing that [Check] looks at, or [CheckChange].
type Rule struct {
	ID        string    `json:"id"` // stable: an ID is never given to another rule
	Title     string    `json:"title"`
	Severity  Severity  `json:"severity"`
	Component Component `json:"component,omitzero"` // whose flags are judged; empty where several are
	Since     Version   `json:"since,omitzero"`     // first and last version to which the rule
	Until     Version   `json:"until,omitzero"`     // applies; zero: all on that side
	Change    bool      `json:"change,omitzero"`    // of CheckChange: judges two sets, not one
	Source    string    `json:"source"`             // where it comes from
}

// Rules returns the table of rules by ID, which RULES.md is written from. The
// caller owns the slice.
//
//go:generate go test -run ^TestRulesDocument$ . -update
func Rules() []Rule {
	rules := make([]Rule, len(ruleTable))
	for i := range ruleTable {
		rules[i] = ruleTable[i].Rule
	}
	slices.SortFunc(rules, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}

// ruleRow is a rule with its check: each judges a process of the rule's
// component (every process, where it names none), all judges the whole set, and
// change two of them.
type ruleRow struct {
	Rule
	each func(c *cluster, m *member, r report)
	all  func(c *cluster, r report)

	change func(ch *change, r report)
}

// ruleTable is never written.
var ruleTable = slices.Concat(
	setRules, commandRules, lifecycleRules, gateRules, serviceRules, nodePortRules, endpointRules,
	nodeCIDRRules, cloudRules, kubeletRules, proxyRules, agreementRules, overlapRules, capacityRules, changeRules,
)

// applies reports whether the rule is in force at v.
func (r Rule) applies(v Version) bool {
	return (r.Since.IsZero() || v.AtLeast(r.Since)) && (r.Until.IsZero() || r.Until.AtLeast(v))
}
