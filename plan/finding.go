package plan

import (
	"fmt"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// Finding is something that [Audit] found wrong.
type Finding struct {
	Rule     string            `json:"rule"` // one of the Rule constants
	Severity k8sflags.Severity `json:"severity"`
	Cluster  string            `json:"cluster,omitempty"`
	Network  string            `json:"network,omitempty"`
	Pool     string            `json:"pool,omitempty"` // where it is about all ranges of a pool
	Role     Role              `json:"role,omitempty"`
	Name     string            `json:"name,omitempty"` // of an extra range
	Message  string            `json:"message"`
	Fix      string            `json:"fix"`
}

// What a finding is about.
const (
	RuleSpec     = "spec"     // the spec itself is invalid
	RuleUnknown  = "unknown"  // a range that the spec does not ask for
	RuleMissing  = "missing"  // no range where the spec asks for one
	RuleFamily   = "family"   // the range has other families, or in another order
	RuleOverlap  = "overlap"  // two ranges share addresses
	RuleReserved = "reserved" // a range touches a reservation
	RulePeer     = "peer"     // a range touches a network that is not ours
	RuleZone     = "zone"     // a range has addresses of another security zone
	RuleRoom     = "room"     // what is kept for a range to grow is another's
	RulePool     = "pool"     // a range lies in no pool that its role may use
	RulePin      = "pin"      // a range is not where it is pinned
	RuleMesh     = "mesh"     // what a mesh asks of its clusters beside ranges
	RuleCapacity = "capacity" // a range holds less than the spec asks for
	RuleSpecial  = "special"  // addresses that are special everywhere
	RulePlatform = "platform" // what the cluster's platform does not take, or warns of
)

// String is one line: severity, whose range, message and fix.
func (f Finding) String() string {
	where := ""
	if f.Cluster != "" || f.Network != "" {
		where = owner(f.Cluster, f.Network)
		if f.Role != "" {
			where += " " + string(f.Role)
			if f.Name != "" {
				where += fmt.Sprintf(" %q", f.Name)
			}
		}
		where += ": "
	}
	if f.Pool != "" {
		where = fmt.Sprintf("pool %q: ", f.Pool)
	}
	s := fmt.Sprintf("%v %s: %s%s", f.Severity, f.Rule, where, f.Message)
	if f.Fix != "" {
		s += " (" + f.Fix + ")"
	}
	return s
}

// key is the finding without its words, to know it again in a later plan.
func (f Finding) key() Finding {
	f.Message, f.Fix = "", ""
	return f
}
