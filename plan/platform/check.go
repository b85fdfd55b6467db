package platform

import (
	"cmp"
	"fmt"
	"net/netip"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// Violation is a fact that a range breaks.
type Violation struct {
	Fact Fact `json:"fact"`
	// Prefix of the fact that the range has addresses of, the first if several;
	// zero where the fact is about length, or about where the range is not.
	Prefix  netip.Prefix `json:"prefix,omitzero"`
	Message string       `json:"message"` // which range, what is wrong with it, and why
}

// Check returns the facts that a range p of kind r breaks on a platform, in the
// order of [Facts]: those about its length, about addresses that it must not
// have, and about where it has to lie. Facts that hold under one IPAM alone, and
// whatever needs more than the one range to be judged, are left out: [CheckUnder]
// has the former. The severity of a violation is that of its fact.
//
// Host bits of p are ignored. An invalid or IPv4-mapped prefix breaks nothing:
// that it is one is an error of whoever made it.
func Check(n Name, r Range, p netip.Prefix) []Violation {
	return check(n, r, p, func(m k8sflags.IPAM) bool { return m == "" })
}

// CheckUnder is [Check] with the facts that hold under IPAM m alone. The empty
// IPAM means k8sflags.HostLocal, as everywhere.
func CheckUnder(n Name, m k8sflags.IPAM, r Range, p netip.Prefix) []Violation {
	m = cmp.Or(m, k8sflags.HostLocal)
	return check(n, r, p, func(only k8sflags.IPAM) bool { return only == "" || only == m })
}

func check(n Name, r Range, p netip.Prefix, under func(k8sflags.IPAM) bool) []Violation {
	f := cidr.FamilyOf(p)
	if f == 0 {
		return nil
	}
	p = p.Masked()
	var found []Violation
	for x := range facts(n) {
		if !under(x.IPAM) || !x.about(r, f) {
			continue
		}
		if hit, what := x.judge(p); what != "" {
			found = append(found, violation(x, hit, fmt.Sprintf("%s range %v %s", r, p, what)))
		}
	}
	return found
}

// judge says what is wrong with p by the fact, and which of its prefixes p hits;
// "" for nothing.
func (x *Fact) judge(p netip.Prefix) (hit netip.Prefix, what string) {
	switch x.Kind {
	case KindShortest:
		if uint64(p.Bits()) < x.Number {
			return hit, fmt.Sprintf("is larger than a /%d", x.Number)
		}
	case KindLongest:
		if uint64(p.Bits()) > x.Number {
			return hit, fmt.Sprintf("is smaller than a /%d", x.Number)
		}
	case KindForbidden, KindInternal:
		if hits := overlapping(x.Prefixes, p); len(hits) > 0 {
			return hits[0], "overlaps " + list(hits)
		}
	case KindWithin:
		if !inside(x.Prefixes, p) && sameFamily(x.Prefixes, p) {
			return hit, "does not lie within " + list(x.Prefixes)
		}
	case KindGiven:
		if x.Severity == k8sflags.Error {
			return hit, "cannot be chosen"
		}
	}
	return hit, ""
}

func violation(x *Fact, hit netip.Prefix, what string) Violation {
	message := what + ": " + x.Text
	if !x.Evidence.Confirmed() {
		message += " (" + x.Evidence.String() + ")"
	}
	return Violation{Fact: x.clone(), Prefix: hit, Message: message}
}

// Associate returns the facts that a network which has the range has, and is
// given the range more as well, breaks: AWS lets a VPC have several ranges, but
// not any two of them. A network of several ranges is judged pair by pair, both
// ways. Host bits are ignored; invalid and IPv4-mapped prefixes break nothing,
// nor do two of different families.
func Associate(n Name, has, more netip.Prefix) []Violation {
	f := cidr.FamilyOf(has)
	if f == 0 || f != cidr.FamilyOf(more) {
		return nil
	}
	has, more = has.Masked(), more.Masked()
	classed := false // has lies in the class of some fact
	for x := range facts(n) {
		classed = classed || x.Kind == KindAssociation && inside(x.When, has)
	}
	var found []Violation
	for x := range facts(n) {
		if x.Kind != KindAssociation || x.Family != 0 && x.Family != f {
			continue
		}
		if len(x.When) == 0 && classed || len(x.When) > 0 && !inside(x.When, has) {
			continue
		}
		if hits := overlapping(x.Prefixes, more); len(hits) > 0 {
			found = append(found, violation(x, hits[0], fmt.Sprintf("range %v overlaps %s, beside %v", more, list(hits), has)))
		}
	}
	return found
}

func overlapping(ps []netip.Prefix, q netip.Prefix) []netip.Prefix {
	var hits []netip.Prefix
	for _, p := range ps {
		if p.Overlaps(q) {
			hits = append(hits, p)
		}
	}
	return hits
}

// inside reports whether q lies in one of ps.
func inside(ps []netip.Prefix, q netip.Prefix) bool {
	for _, p := range ps {
		if p.Bits() <= q.Bits() && p.Overlaps(q) {
			return true
		}
	}
	return false
}

func sameFamily(ps []netip.Prefix, q netip.Prefix) bool {
	for _, p := range ps {
		if cidr.FamilyOf(p) == cidr.FamilyOf(q) {
			return true
		}
	}
	return false
}

func list(ps []netip.Prefix) string {
	text := make([]string, len(ps))
	for i, p := range ps {
		text[i] = p.String()
	}
	return strings.Join(text, ", ")
}
