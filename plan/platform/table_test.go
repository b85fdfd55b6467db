package platform_test

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// allFacts is every row of every table, once.
func allFacts() []platform.Fact {
	all := slices.Collect(platform.Facts(""))
	for n := range platform.Names() {
		for x := range platform.Facts(n) {
			if x.Platform == n {
				all = append(all, x)
			}
		}
	}
	return all
}

// What nobody has confirmed must not stop anybody.
func TestGuessesAreAtMostWarnings(t *testing.T) {
	for _, x := range allFacts() {
		if !x.Evidence.Confirmed() && x.Severity > k8sflags.Warning {
			t.Errorf("%s is not confirmed, and an error", x.ID)
		}
	}
}

func TestTables(t *testing.T) {
	id := regexp.MustCompile(`^[A-Z0-9]+-\d\d$`)
	seen := map[string]bool{}
	for _, x := range allFacts() {
		if seen[x.ID] || !id.MatchString(x.ID) {
			t.Errorf("%s is double or no ID", x.ID)
		}
		seen[x.ID] = true
		if x.Platform != "" && !strings.HasPrefix(x.ID, strings.ToUpper(string(x.Platform))+"-") {
			t.Errorf("%s is of %s", x.ID, x.Platform)
		}
		if x.Kind == "" || x.Source == "" || x.Text == "" || strings.HasSuffix(x.Text, ".") || x.Severity == 0 {
			t.Errorf("%s is incomplete: %+v", x.ID, x)
		}
		if got, ok := platform.Lookup(x.ID); !ok || got.String() != x.String() {
			t.Errorf("%s is not to be found: %v", x.ID, got)
		}
		if x.IPAM != "" && !slices.Contains(slices.Collect(k8sflags.IPAMs()), x.IPAM) {
			t.Errorf("%s is about IPAM %q", x.ID, x.IPAM)
		}
		for _, p := range slices.Concat(x.Prefixes, x.When) {
			family := cidr.IPv4
			if p.Addr().Is6() {
				family = cidr.IPv6
			}
			if p != p.Masked() || x.Family != 0 && x.Family != family {
				t.Errorf("%s of %v: %v", x.ID, x.Family, p)
			}
		}
		number, places := false, false
		switch x.Kind {
		case platform.KindShortest, platform.KindLongest, platform.KindNodeMask, platform.KindDefaultNodeMask:
			number = true
			if x.Family == 0 || x.Number > uint64(x.Family.BitLen()) || len(x.Ranges) == 0 {
				t.Errorf("%s: /%d of %v %v", x.ID, x.Number, x.Family, x.Ranges)
			}
		case platform.KindLost, platform.KindMaxAddresses, platform.KindSubnets, platform.KindFree, platform.KindMaxNodes, platform.KindMaskDifference,
			platform.KindMinPods, platform.KindDefaultPods, platform.KindMaxPods, platform.KindMaxClusterPods:
			number = true
		case platform.KindForbidden, platform.KindInternal, platform.KindWithin, platform.KindGiven, platform.KindDefault, platform.KindAssociation:
			places = true
			if len(x.Ranges) == 0 {
				t.Errorf("%s is about no range", x.ID)
			}
		case platform.KindReusable:
			places = len(x.Prefixes) > 0
		case platform.KindManaged, platform.KindSingleStack:
		case platform.KindFirstFamily:
			if x.Family == 0 {
				t.Errorf("%s names no family", x.ID)
			}
		default:
			t.Errorf("%s is of kind %q", x.ID, x.Kind)
		}
		if number != (x.Number > 0) || places != (len(x.Prefixes) > 0) {
			t.Errorf("%s: %s with number %d and prefixes %v", x.ID, x.Kind, x.Number, x.Prefixes)
		}
	}
}

// Each entry of IANA's registries is judged, the four apart that private
// networks are for.
func TestEverySpecialPurposeIsJudged(t *testing.T) {
	private := []string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"}
	for _, all := range []string{"0.0.0.0/0", "::/0"} {
		for s := range cidr.SpecialPurpose(netip.MustParsePrefix(all)) {
			judged := false
			for x := range platform.Facts("") {
				judged = judged || x.Kind == platform.KindForbidden && len(x.Prefixes) == 1 &&
					x.Prefixes[0].Bits() <= s.Prefix.Bits() && x.Prefixes[0].Overlaps(s.Prefix) && len(x.Ranges) == 5
			}
			if judged == slices.Contains(private, s.Prefix.String()) {
				t.Errorf("%v, %s: judged is %t", s.Prefix, s.Name, judged)
			}
		}
	}
}

// The registry's own words stand in the facts, so that a row whose prefix is
// none of the registry would show.
func TestSpecialFactsQuoteTheRegistry(t *testing.T) {
	x, ok := platform.Lookup("IP-02")
	if !ok || x.Source != "IANA special-purpose address registries: Loopback, RFC 1122" {
		t.Errorf("%v", x)
	}
	for x := range platform.Facts("") {
		if strings.HasPrefix(x.ID, "IP-") && !strings.Contains(x.Source, "RFC ") {
			t.Errorf("%s has no RFC: %s", x.ID, x.Source)
		}
	}
}

// Whoever gets a fact may write it.
func TestFactsAreCopies(t *testing.T) {
	for x := range platform.Facts(platform.EKS) {
		for _, ps := range [][]netip.Prefix{x.Prefixes, x.When} {
			for i := range ps {
				ps[i] = netip.Prefix{}
			}
		}
		for i := range x.Ranges {
			x.Ranges[i] = ""
		}
	}
	for _, v := range platform.Check(platform.EKS, platform.Service, netip.MustParsePrefix("127.0.0.0/8")) {
		for i := range v.Fact.Prefixes {
			v.Fact.Prefixes[i] = netip.Prefix{}
		}
	}
	for _, x := range allFacts() {
		if slices.Contains(x.Prefixes, netip.Prefix{}) || slices.Contains(x.When, netip.Prefix{}) || slices.Contains(x.Ranges, "") {
			t.Fatalf("%s was changed from outside", x.ID)
		}
	}
}

func TestNames(t *testing.T) {
	want := []platform.Name{"kubeadm", "k3s", "eks", "gke", "aks", "openshift"}
	if got := slices.Collect(platform.Names()); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	for _, n := range want {
		if !n.Valid() {
			t.Errorf("%s is not valid", n)
		}
	}
	for _, n := range []platform.Name{"", "EKS", "ocp"} {
		if n.Valid() {
			t.Errorf("%q is valid", n)
		}
		// Nothing is known of it but what holds everywhere.
		if got, want := len(slices.Collect(platform.Facts(n))), len(slices.Collect(platform.Facts(""))); got != want {
			t.Errorf("%q has %d facts, want %d", n, got, want)
		}
	}
	if _, ok := platform.Lookup("EKS-00"); ok {
		t.Error("EKS-00 is found")
	}
}

func TestEvidence(t *testing.T) {
	want := map[platform.Evidence]string{
		platform.SourceRead: "read in source code", platform.Documented: "documented",
		platform.SecondHand: "second hand", platform.Unconfirmed: "not confirmed", 77: "not confirmed",
	}
	for e, text := range want {
		if got, err := e.MarshalText(); e.String() != text || string(got) != text || err != nil {
			t.Errorf("%d: %s, %s, %v", e, e, got, err)
		}
	}
}
