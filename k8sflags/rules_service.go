package k8sflags

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

const (
	srcServiceRange = "cmd/kube-apiserver/app/options/validation.go, validateClusterIPFlags"
	srcRangeParsing = "cmd/kube-apiserver/app/options/completion.go, getServiceIPAndRanges"
	srcSloppy       = "k8s.io/utils/net, ParseCIDRSloppy"
)

const serviceRange = "service-cluster-ip-range"

// serviceRules judge the service range of kube-apiserver, and the form of every
// range.
var serviceRules = []ruleRow{
	{Rule: Rule{ID: "KC201", Title: "service range is not one range or one of each family", Severity: Error,
		Component: APIServer, Source: srcServiceRange + "; " + srcRangeParsing}, each: checkServiceShape},
	{Rule: Rule{ID: "KC202", Title: "service range is too large", Severity: Error,
		Component: APIServer, Source: srcServiceRange + "; KEP-1880"}, each: checkServiceTooLarge},
	{Rule: Rule{ID: "KC203", Title: "IPv6 service range from which no address is ever given", Severity: Error,
		Component: APIServer, Source: "pkg/registry/core/service/ipallocator/ipallocator.go"}, each: checkServiceUnusable},
	{Rule: Rule{ID: "KC204", Title: "primary service range is too small", Severity: Error,
		Component: APIServer, Source: srcServiceRange}, each: checkServiceTooSmall},
	{Rule: Rule{ID: "KC205", Title: "service range left to a default that is to go", Severity: Warning,
		Component: APIServer, Source: srcRangeParsing}, each: checkServiceUnset},
	{Rule: Rule{ID: "KC206", Title: "range is read as another than it looks", Severity: Warning,
		Source: srcSloppy}, each: checkSloppyRange},
	{Rule: Rule{ID: "KC207", Title: "range of addresses that are not for pods or services", Severity: Warning,
		Source: "RFC 6890; pkg/apis/core/validation/validation.go, ValidateNonSpecialIP"}, each: checkSpecialRange},
	{Rule: Rule{ID: "KC208", Title: "service range that kubeadm refuses", Severity: Info, Component: APIServer,
		Source: "cmd/kubeadm/app/apis/kubeadm/validation/validation.go, ValidateIPNetFromString and ValidateServiceSubnetSize"}, each: checkKubeadmServices},
	{Rule: Rule{ID: "KC209", Title: "range that is set aside for something else", Severity: Info,
		Source: "https://www.iana.org/assignments/iana-ipv4-special-registry, https://www.iana.org/assignments/iana-ipv6-special-registry"}, each: checkSetAside},
}

func checkServiceShape(_ *cluster, m *member, r report) {
	if wrong := m.services.shape(); wrong != "" {
		r.flag(m, serviceRange, "give one range, or one of each family with a comma and no space between them", "%s", wrong)
	}
}

// objectsOnly reports whether Services get their addresses from IPAddress
// objects alone, so that the bitmap's limit of 20 host bits is gone. Before 1.31
// there is no second gate.
func objectsOnly(m *member) bool {
	return m.gateOn("MultiCIDRServiceAllocator") &&
		(m.gatesAt.Compare(v1(31)) < 0 || m.gateOn("DisableAllocatorDualWrite"))
}

func checkServiceTooLarge(_ *cluster, m *member, r report) {
	if m.services.shape() != "" {
		return
	}
	for _, it := range m.services.items {
		f := cidr.FamilyOf(it.prefix)
		shortest := f.BitLen() - serviceHostBits
		if objectsOnly(m) {
			if shortest = shortestServiceBits(f, true); f == cidr.IPv6 {
				shortest = 0 // the next rule's
			}
		}
		if it.prefix.Bits() >= shortest {
			continue
		}
		if shortest == 2 {
			// The check of the minimum size, of the primary alone, counts the host
			// bits that the text has: those of ::ffff:0:0/96 it can.
			if it.prefix == m.services.items[0].prefix && it.form&mappedIPv4 == 0 {
				r.flag(m, serviceRange, "use a /2 or longer", "%s is too large for its addresses to be counted", it.prefix)
			}
			continue
		}
		r.flag(m, serviceRange, fixBits(shortest), "%s is too large, at most %d host bits at Kubernetes %s", it.prefix, serviceHostBits, m.gatesAt)
	}
}

func fixBits(bits int) string { return "use a /" + itoa(bits) + " or longer" }

func checkServiceUnusable(_ *cluster, m *member, r report) {
	if m.services.shape() != "" || !objectsOnly(m) {
		return
	}
	if p, ok := m.services.of(cidr.IPv6); ok && p.Bits() < 64 {
		r.flag(m, serviceRange, fixBits(64), "%s is shorter than /64: kube-apiserver starts, its log complains, and no Service gets an address", p)
	}
}

func checkServiceTooSmall(_ *cluster, m *member, r report) {
	if m.services.shape() != "" {
		return
	}
	p := m.services.items[0].prefix
	if longest := LongestServiceBits(cidr.FamilyOf(p)); p.Bits() > longest {
		r.flag(m, serviceRange, "use a /"+itoa(longest)+" or shorter", "%s is too small, at least 8 addresses", p)
	}
}

func checkServiceUnset(_ *cluster, m *member, r report) {
	if m.text(serviceRange) == "" {
		r.flag(m, serviceRange, "set it", "the default 10.0.0.0/24 is deprecated")
	}
}

// rangesOf yields the lists of ranges that a process reads, with their flags.
func rangesOf(m *member, yield func(flag string, l *cidrList)) {
	if m.Component == Proxy && m.configFile {
		return
	}
	if len(m.services.items) > 0 {
		yield(serviceRange, &m.services)
	}
	if len(m.pods.items) > 0 {
		if m.Component == Kubelet {
			yield("pod-cidr", &m.pods)
		} else {
			yield("cluster-cidr", &m.pods)
		}
	}
}

func checkSloppyRange(_ *cluster, m *member, r report) {
	rangesOf(m, func(flag string, l *cidrList) {
		for _, it := range l.items {
			if it.form&mappedIPv4 != 0 {
				r.flag(m, flag, "write "+it.prefix.String(), "%s is an IPv4-mapped form that Kubernetes takes for IPv4 in some places and for IPv6 in others", it.text)
				continue
			}
			if it.form&hostBitsSet != 0 {
				r.flag(m, flag, "write "+it.prefix.String(), "%s has host bits set and is read as %s", it.text, it.prefix)
			}
			if it.form&leadingZeros != 0 {
				r.flag(m, flag, "write "+it.prefix.String(), "%s has leading zeros, which are skipped: it is read as %s", it.text, it.prefix)
			}
		}
	})
}

// specialRanges are ranges that no component refuses and in which no pod or
// service can be reached. It is never written.
var specialRanges = []struct {
	prefix netip.Prefix
	what   string
}{
	{netip.MustParsePrefix("0.0.0.0/8"), "\"this network\""},
	{netip.MustParsePrefix("127.0.0.0/8"), "loopback"},
	{netip.MustParsePrefix("169.254.0.0/16"), "link-local"},
	{netip.MustParsePrefix("224.0.0.0/4"), "multicast"},
	{netip.MustParsePrefix("192.0.0.0/24"), "IETF protocol"},
	{netip.MustParsePrefix("::/127"), "unspecified and loopback"},
	{netip.MustParsePrefix("64:ff9b::/96"), "NAT64"},
	{netip.MustParsePrefix("100::/64"), "discard"},
	{netip.MustParsePrefix("100:0:0:1::/64"), "dummy"},
	{netip.MustParsePrefix("fe80::/10"), "link-local"},
	{netip.MustParsePrefix("ff00::/8"), "multicast"},
}

func checkSpecialRange(_ *cluster, m *member, r report) {
	rangesOf(m, func(flag string, l *cidrList) {
		for _, it := range l.items {
			for _, s := range specialRanges {
				if it.prefix.IsValid() && it.prefix.Overlaps(s.prefix) {
					r.flag(m, flag, "use private or own addresses", "%s has %s addresses (%s), and nobody checks that", it.prefix, s.what, s.prefix)
				}
			}
		}
	})
}

// setAside are ranges that work as far as Kubernetes goes, and that somebody
// else may take for something else; one that lies in another comes before it. It
// is never written.
var setAside = []struct {
	prefix netip.Prefix
	what   string
}{
	{netip.MustParsePrefix("192.0.2.0/24"), "for documentation (RFC 5737)"},
	{netip.MustParsePrefix("198.51.100.0/24"), "for documentation (RFC 5737)"},
	{netip.MustParsePrefix("203.0.113.0/24"), "for documentation (RFC 5737)"},
	{netip.MustParsePrefix("192.31.196.0/24"), "for AS112 (RFC 7535)"},
	{netip.MustParsePrefix("192.52.193.0/24"), "for AMT (RFC 7450)"},
	{netip.MustParsePrefix("192.175.48.0/24"), "for AS112 (RFC 7534)"},
	{netip.MustParsePrefix("192.88.99.0/24"), "for relays of 6to4, which is over (RFC 7526)"},
	{netip.MustParsePrefix("198.18.0.0/15"), "for benchmarks (RFC 2544)"},
	{netip.MustParsePrefix("240.0.0.0/4"), "reserved, and dropped by many (RFC 1112)"},
	{netip.MustParsePrefix("64:ff9b:1::/48"), "for NAT64 (RFC 8215)"},
	{netip.MustParsePrefix("2001::/32"), "for Teredo (RFC 4380)"},
	{netip.MustParsePrefix("2001:2::/48"), "for benchmarks (RFC 5180)"},
	{netip.MustParsePrefix("2001::/23"), "for protocols of the IETF (RFC 2928)"},
	{netip.MustParsePrefix("2001:db8::/32"), "for documentation (RFC 3849)"},
	{netip.MustParsePrefix("3fff::/20"), "for documentation (RFC 9637)"},
	{netip.MustParsePrefix("2002::/16"), "for 6to4 (RFC 3056)"},
	{netip.MustParsePrefix("2620:4f:8000::/48"), "for AS112 (RFC 7534)"},
	{netip.MustParsePrefix("5f00::/16"), "for segment routing (RFC 9602)"},
	{netip.MustParsePrefix("fc00::/8"), "not defined; private addresses are in fd00::/8 (RFC 4193)"},
	{netip.MustParsePrefix("fd00::/48"), "private without a random global ID, so that others may have it too (RFC 4193)"},
	{netip.MustParsePrefix("fec0::/10"), "site-local, which is over (RFC 3879)"},
}

func checkSetAside(_ *cluster, m *member, r report) {
	rangesOf(m, func(flag string, l *cidrList) {
		pair, ok := l.pair()
		if !ok {
			return // another rule's
		}
		for p := range pair.All() {
			for _, s := range setAside {
				if covers(s.prefix, p) {
					r.flag(m, flag, "use private or own addresses", "%s lies in %s, which is %s", p, s.prefix, s.what)
					break
				}
			}
		}
	})
}

// kubeadmServices is the fewest addresses of a service range that kubeadm takes
// (MinimumAddressesInServiceSubnet): the DNS Service gets the tenth.
const kubeadmServices = 10

// checkKubeadmServices: kubeadm kept the limits that kube-apiserver dropped, and
// asks more of small ranges. What kube-apiserver refuses itself is not said again.
func checkKubeadmServices(_ *cluster, m *member, r report) {
	pair, ok := m.services.pair()
	if !ok {
		return
	}
	for p := range pair.All() {
		f := cidr.FamilyOf(p)
		hostBits := f.BitLen() - p.Bits()
		switch {
		case hostBits < 4 && (p != pair.Primary() || hostBits >= 3):
			r.flag(m, serviceRange, "use a /"+itoa(f.BitLen()-4)+" or shorter", "kubeadm refuses %s: fewer than %d addresses", p, kubeadmServices)
		case hostBits > serviceHostBits && objectsOnly(m) && p.Bits() >= shortestServiceBits(f, true):
			r.flag(m, serviceRange, fixBits(f.BitLen()-serviceHostBits), "kubeadm refuses %s: more than %d host bits", p, serviceHostBits)
		}
	}
}
