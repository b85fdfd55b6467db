package platform

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// Range is what a range of addresses is for. The values are those of
// plan.Role.
type Range string

// The kinds of ranges.
const (
	Node     Range = "node"     // the subnet of the machines
	Pod      Range = "pod"      // the pods of the cluster
	Service  Range = "service"  // cluster IPs
	External Range = "external" // load balancer addresses
	Ingress  Range = "ingress"  // addresses of ingress controllers and gateways
)

// Kind is what a fact says.
type Kind string

// The kinds of facts. Number is what the comment says; 0 in the others.
const (
	// Of a range's length.
	KindShortest Kind = "shortest" // Number: the shortest prefix length
	KindLongest  Kind = "longest"  // Number: the longest prefix length

	// Of a range's place.
	KindForbidden   Kind = "forbidden"   // the range must have no address of Prefixes
	KindInternal    Kind = "internal"    // the same, since the platform uses Prefixes itself
	KindWithin      Kind = "within"      // the range must lie in one of Prefixes
	KindGiven       Kind = "given"       // the platform chooses the range, out of Prefixes: always (Error), or unless asked (Info)
	KindDefault     Kind = "default"     // what the range is, one of Prefixes, where none is asked for
	KindReusable    Kind = "reusable"    // several clusters of one network may have the same range
	KindAssociation Kind = "association" // a network with a range in When takes no further one in Prefixes

	// Of addresses and machines.
	KindLost         Kind = "lost"          // Number: addresses of each subnet that no machine gets
	KindMaxAddresses Kind = "max-addresses" // Number: addresses in use in the network that the range is in
	KindSubnets      Kind = "subnets"       // Number: subnets, each in a zone of its own, that a cluster needs at least
	KindFree         Kind = "free"          // Number: addresses that must be free in each of these subnets
	KindMaxNodes     Kind = "max-nodes"     // Number: nodes of a cluster

	// Of the pods of a node.
	KindNodeMask        Kind = "node-mask"         // Number: the prefix length of every node's block
	KindDefaultNodeMask Kind = "default-node-mask" // Number: the same, where none is asked for
	KindMaskDifference  Kind = "mask-difference"   // Number: bits of node numbers, at most
	KindMinPods         Kind = "min-pods"          // Number: the least value of a node's maximum of pods
	KindDefaultPods     Kind = "default-pods"      // Number: a node's maximum of pods where none is asked for
	KindMaxPods         Kind = "max-pods"          // Number: the greatest value of a node's maximum of pods
	KindMaxClusterPods  Kind = "max-cluster-pods"  // Number: pods of a cluster

	// Of the cluster.
	KindManaged     Kind = "managed"      // the platform runs the control plane: its flags are not the user's
	KindSingleStack Kind = "single-stack" // a cluster has one family alone
	KindFirstFamily Kind = "first-family" // with two families, Family has to be the first
)

// Evidence is how well a fact is confirmed. The zero value is not at all.
type Evidence uint8

const (
	// Unconfirmed is what is known from hearsay.
	Unconfirmed Evidence = iota
	// SecondHand is what others repeat of the platform's documentation.
	SecondHand
	// Documented is what the platform's documentation says.
	Documented
	// SourceRead is what the platform's source code does.
	SourceRead
)

// Confirmed reports whether the fact rests on more than hearsay.
func (e Evidence) Confirmed() bool { return e != Unconfirmed }

// String returns "read in source code", "documented", "second hand" or "not
// confirmed".
func (e Evidence) String() string {
	switch e {
	case SourceRead:
		return "read in source code"
	case Documented:
		return "documented"
	case SecondHand:
		return "second hand"
	}
	return "not confirmed"
}

// MarshalText writes [Evidence.String].
func (e Evidence) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// Fact is one thing that is known of a platform. Which fields count depends on
// its kind.
type Fact struct {
	ID       string `json:"id"`                // stable: an ID is never given to another fact
	Platform Name   `json:"platform,omitzero"` // empty: every one
	Kind     Kind   `json:"kind"`
	// Ranges that it is about; none: the cluster as a whole.
	Ranges []Range     `json:"ranges,omitempty"`
	Family cidr.Family `json:"family,omitzero"` // zero: both
	Number uint64      `json:"number,omitempty"`
	// Prefixes that it is about, none of them IPv4-mapped but ::ffff:0:0/96.
	Prefixes []netip.Prefix `json:"prefixes,omitempty"`
	// When is where a network's range has to lie for a fact of
	// KindAssociation; none: in that of no other fact of the kind.
	When []netip.Prefix `json:"when,omitempty"`
	// IPAM under which alone it holds; empty: any.
	IPAM     k8sflags.IPAM     `json:"ipam,omitzero"`
	Severity k8sflags.Severity `json:"severity"`
	Evidence Evidence          `json:"evidence"`
	Source   string            `json:"source"` // where it is written
	Text     string            `json:"text"`   // what a user reads: what holds, and why
}

// about reports whether the fact is about ranges of r and f. No family is every
// family.
func (x *Fact) about(r Range, f cidr.Family) bool {
	return slices.Contains(x.Ranges, r) && (x.Family == 0 || f == 0 || x.Family == f)
}

// binding reports whether a range that breaks the fact is refused, and this is
// certain and holds under every IPAM.
func (x *Fact) binding() bool {
	return x.Severity == k8sflags.Error && x.Evidence.Confirmed() && x.IPAM == ""
}

// String returns the fact on one line: ID, text, evidence and source.
func (x Fact) String() string {
	return fmt.Sprintf("%s: %s (%v: %s)", x.ID, x.Text, x.Evidence, x.Source)
}

// Facts yields what is known of a platform: first what holds on every one, which
// is all for the empty Name and for an unknown one. The caller owns what it gets.
//
//go:generate go test -run ^TestPlatformsDocument$ . -update
func Facts(n Name) iter.Seq[Fact] {
	return func(yield func(Fact) bool) {
		for x := range facts(n) {
			if !yield(x.clone()) {
				return
			}
		}
	}
}

// Lookup returns the fact with an ID.
func Lookup(id string) (Fact, bool) {
	for _, rows := range tables {
		for i := range rows {
			if rows[i].ID == id {
				return rows[i].clone(), true
			}
		}
	}
	return Fact{}, false
}

func (x *Fact) clone() Fact {
	c := *x
	c.Ranges, c.Prefixes, c.When = slices.Clone(x.Ranges), slices.Clone(x.Prefixes), slices.Clone(x.When)
	return c
}

// facts is Facts of the tables themselves, which nobody may write.
func facts(n Name) iter.Seq[*Fact] {
	return func(yield func(*Fact) bool) {
		for _, rows := range tables {
			for i := range rows {
				if x := &rows[i]; (x.Platform == "" || x.Platform == n) && !yield(x) {
					return
				}
			}
		}
	}
}
