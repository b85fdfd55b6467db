package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"sync"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// terms is what a platform says of the ranges of one role and family: the facts
// that are confirmed and errors.
type terms struct {
	family            cidr.Family
	shortest, longest int            // the lengthKinds that it takes
	advised           int            // the longest that it does not warn of either
	lost              uint64         // addresses of a subnet that no machine gets
	given             bool           // it chooses the range itself
	forbidden         []netip.Prefix // which a range must not touch, by address
	within            []netip.Prefix // in which it must lie; none: anywhere

	// What there may be something to say of, under some IPAM at least: a warning or
	// a note, if not an error.
	least, most int  // the lengths that nobody says anything of
	placed      bool // it matters in which space a range lies
}

// platformTerms is what a platform says of all ranges.
type platformTerms struct {
	ranges [len(roles)][2]terms
	masks  map[k8sflags.IPAM]dualstack.Masks // of nodes' blocks, where it takes no other
	// spaces are the facts about addresses, and watched are those addresses.
	spaces  []platform.Fact
	watched []netip.Prefix
	// The facts of which there is one at most; the zero Fact where there is none.
	subnets, free, first platform.Fact
	difference           platform.Fact // of the lengths of a pod range and the blocks in it
	associates           bool          // networks do not take any two ranges
}

// termsOf returns what a platform says; what holds everywhere for one that is
// not known. The facts are data of the program, so they are looked at once.
func termsOf(n platform.Name, r Role, f cidr.Family) *terms {
	return &platformOf(n).ranges[max(r.order(), 0)][f>>1&1]
}

// blockMask returns the length of every node's block on a platform, 0 where it
// can be chosen.
func blockMask(n platform.Name, m k8sflags.IPAM, f cidr.Family) int {
	return platformOf(n).masks[cmp.Or(m, k8sflags.HostLocal)].Of(f)
}

func platformOf(n platform.Name) *platformTerms {
	if n == "" {
		return noTerms() // as most clusters have it
	}
	if t := allTerms()[n]; t != nil {
		return t
	}
	return noTerms()
}

var noTerms = sync.OnceValue(func() *platformTerms { return newTerms("") })

var allTerms = sync.OnceValue(func() map[platform.Name]*platformTerms {
	all := map[platform.Name]*platformTerms{}
	for n := range platform.Names() {
		all[n] = newTerms(n)
	}
	return all
})

func newTerms(n platform.Name) *platformTerms {
	all := &platformTerms{masks: map[k8sflags.IPAM]dualstack.Masks{}}
	for m := range k8sflags.IPAMs() {
		var masks dualstack.Masks
		if bits, fixed := n.NodeMask(m, cidr.IPv4); fixed {
			masks.V4 = bits
		}
		if bits, fixed := n.NodeMask(m, cidr.IPv6); fixed {
			masks.V6 = bits
		}
		if masks != (dualstack.Masks{}) {
			all.masks[m] = masks
		}
	}
	for k, r := range roles {
		for _, f := range [...]cidr.Family{cidr.IPv4, cidr.IPv6} {
			t, kind := &all.ranges[k][f>>1&1], platform.Range(r)
			t.family = f
			t.shortest, t.longest = platform.Limits(n, kind, f)
			t.lost = platform.Lost(n, kind, f)
			t.within = platform.Within(n, kind, f)
			for _, p := range platform.Forbidden(n, kind) {
				if cidr.FamilyOf(p) == f {
					t.forbidden = append(t.forbidden, p)
				}
			}
			t.advised = t.longest
			t.least, t.most = t.shortest, t.longest
			for x := range platform.Facts(n) {
				if slices.Contains(x.Ranges, kind) && (x.Family == 0 || x.Family == f) {
					t.note(&x)
				}
			}
		}
	}
	for x := range platform.Facts(n) {
		all.note(&x)
	}
	all.watched = cidr.Aggregate(all.watched)
	return all
}

// note takes down what a fact about such ranges says.
func (t *terms) note(x *platform.Fact) {
	switch x.Kind {
	case platform.KindShortest:
		t.least = max(t.least, int(x.Number))
	case platform.KindLongest:
		t.most = min(t.most, int(x.Number))
		if x.Severity >= k8sflags.Warning && x.Evidence.Confirmed() && x.IPAM == "" {
			t.advised = min(t.advised, int(x.Number))
		}
	case platform.KindWithin:
		t.placed = true
	case platform.KindGiven:
		if x.Severity == k8sflags.Error {
			t.given, t.placed = true, true
		}
	}
}

// note takes down what a fact says of all ranges.
func (t *platformTerms) note(x *platform.Fact) {
	switch x.Kind {
	case platform.KindForbidden, platform.KindInternal:
		x.Prefixes = slices.DeleteFunc(x.Prefixes, func(p netip.Prefix) bool { return cidr.FamilyOf(p) == 0 })
		t.spaces, t.watched = append(t.spaces, *x), append(t.watched, x.Prefixes...)
	case platform.KindSubnets:
		t.subnets = *x
	case platform.KindFree:
		if x.Severity == k8sflags.Error {
			t.free = *x
		}
	case platform.KindMaskDifference:
		if x.Severity == k8sflags.Error && x.Evidence.Confirmed() {
			t.difference = *x
		}
	case platform.KindFirstFamily:
		t.first = *x
	case platform.KindAssociation:
		t.associates = true
	}
}

// worded reports whether there may be something to say of a range beside what
// is said of space.
func (t *terms) worded(p netip.Prefix) bool {
	return t.placed || p.Bits() < t.least || p.Bits() > t.most
}

// mayRefuse reports whether a platform may take no such range.
func (t *terms) mayRefuse(p netip.Prefix) bool {
	return t.given || p.Bits() < t.least || p.Bits() > t.most || len(overlapping(t.forbidden, p)) > 0 || !t.allows(p)
}

// allows reports whether p lies where the platform wants it.
func (t *terms) allows(p netip.Prefix) bool { return len(t.within) == 0 || within(t.within, p) }

// within reports whether one of ps, which are sorted and disjoint, has all of q.
func within(ps []netip.Prefix, q netip.Prefix) bool {
	in := overlapping(ps, q)
	return len(in) == 1 && in[0].Bits() <= q.Bits()
}

// refusals says by which facts a platform takes no range p of role r; none if it
// takes it.
func (k clusterKind) refusals(r Role, p netip.Prefix) []platform.Violation {
	if !termsOf(k.platform, r, cidr.FamilyOf(p)).mayRefuse(p) {
		return nil
	}
	return slices.DeleteFunc(platform.CheckUnder(k.platform, k.ipam, platform.Range(r), p), func(x platform.Violation) bool {
		return x.Fact.Severity != k8sflags.Error || !x.Fact.Evidence.Confirmed()
	})
}

// sourced is what is wrong with a range, by which fact, and where it is written.
func sourced(x *platform.Violation) string {
	return fmt.Sprintf("%s (%s: %s)", x.Message, x.Fact.ID, x.Fact.Source)
}

// legal returns the length of a range where one of that length would do: the
// longest that the platform takes and does not warn of.
func (k clusterKind) legal(r Role, f cidr.Family, bits int) (int, error) {
	bits = min(bits, termsOf(k.platform, r, f).advised)
	return bits, k.takes(r, f, bits)
}

// takes says why a platform takes no range of a length, wherever it lies.
func (k clusterKind) takes(r Role, f cidr.Family, bits int) error {
	t := termsOf(k.platform, r, f)
	if !t.given && t.least <= bits && bits <= t.most {
		return nil
	}
	somewhere := netip.PrefixFrom(netip.IPv4Unspecified(), bits)
	if f == cidr.IPv6 {
		somewhere = netip.PrefixFrom(netip.IPv6Unspecified(), bits)
	}
	for _, x := range k.refusals(r, somewhere) {
		if slices.Contains(lengthKinds, x.Fact.Kind) {
			return fmt.Errorf("%s takes no %s range of /%d: %v", k.platform, r, bits, x.Fact)
		}
	}
	return nil
}

// lengthKinds are the kinds of facts that hold wherever a range lies.
var lengthKinds = []platform.Kind{platform.KindShortest, platform.KindLongest, platform.KindGiven}
