package platform

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// special judges a block of IANA's registries, whose name and RFC come from
// there. Parts of a block that are judged as the whole have no row.
func special(id, prefix string, severity k8sflags.Severity, why string) Fact {
	p := netip.MustParsePrefix(prefix)
	x := Fact{
		ID: id, Kind: KindForbidden, Ranges: every, Family: v4, Prefixes: []netip.Prefix{p},
		Severity: severity, Evidence: Documented, Text: why,
	}
	all := netip.MustParsePrefix("0.0.0.0/0")
	if p.Addr().Is6() {
		x.Family, all = v6, netip.MustParsePrefix("::/0")
	}
	for s := range cidr.SpecialPurpose(all) {
		if s.Prefix == p {
			x.Source = "IANA special-purpose address registries: " + s.Name + ", " + s.RFC
			x.Text = s.Name + " (" + s.RFC + "): " + why
		}
	}
	return x
}

const (
	whyDocs    = "these addresses stand in examples, and filters drop them"
	whyService = "an Internet service has these addresses, and routers know them"
	whyDropped = "no router forwards these addresses"
)

// specialFacts judge the blocks of which not every one can be used: the private
// blocks and the unique local addresses have no row here.
var specialFacts = []Fact{
	special("IP-01", "0.0.0.0/8", refused, "no host can have such an address"),
	special("IP-02", "127.0.0.0/8", refused, "every machine has these addresses for itself"),
	special("IP-03", "169.254.0.0/16", refused, "these addresses are not routed, and clouds, DNS caches and network plugins use them on every node"),
	special("IP-04", "192.0.0.0/24", refused, "protocols use these addresses"),
	special("IP-05", "192.0.2.0/24", warned, whyDocs),
	special("IP-06", "192.31.196.0/24", warned, whyService),
	special("IP-07", "192.52.193.0/24", warned, whyService),
	special("IP-08", "192.88.99.0/24", warned, "routers may still know this block as 6to4's"),
	special("IP-09", "192.175.48.0/24", warned, whyService),
	special("IP-10", "198.18.0.0/15", warned, "tests of network equipment use these addresses; AWS uses 198.19.0.0/16"),
	special("IP-11", "198.51.100.0/24", warned, whyDocs),
	special("IP-12", "203.0.113.0/24", warned, whyDocs),
	special("IP-13", "224.0.0.0/4", refused, "no host can have a multicast address"),
	special("IP-14", "240.0.0.0/4", warned, "many systems, AWS and Azure drop these addresses; Submariner's Globalnet uses 242.0.0.0/8"),
	special("IP-15", "255.255.255.255/32", refused, "no host can have the broadcast address"),
	special("IP-16", "::/128", refused, "no host can have the unspecified address"),
	special("IP-17", "::1/128", refused, "every machine has this address for itself"),
	special("IP-18", "::ffff:0:0/96", refused, "programs take these for IPv4 addresses"),
	special("IP-19", "64:ff9b::/96", refused, "NAT64 translates these addresses"),
	special("IP-20", "64:ff9b:1::/48", warned, "it is meant for NAT64"),
	special("IP-21", "100::/64", refused, "routers discard what goes there"),
	special("IP-22", "100:0:0:1::/64", refused, whyDropped),
	special("IP-23", "2001::/23", warned, "protocols use these addresses, Teredo, benchmarking and ORCHID among them"),
	special("IP-24", "2001:db8::/32", warned, whyDocs),
	special("IP-25", "2002::/16", warned, "routers may take these addresses for tunnels"),
	special("IP-26", "2620:4f:8000::/48", warned, whyService),
	special("IP-27", "3fff::/20", warned, whyDocs),
	special("IP-28", "5f00::/16", warned, "these are segments of routes, not addresses of hosts"),
	special("IP-29", "fe80::/10", refused, "these addresses are not routed, and need a zone"),
	special("IP-30", "fec0::/10", warned, "site-local addresses are deprecated, and kubeadm warns of them"),
	special("IP-31", "ff00::/8", refused, "no host can have a multicast address"),
	special("IP-34", "100.64.0.0/10", figure, "fit for clusters, but OVN-Kubernetes, Tailscale and services of clouds have networks here too"),
	{ID: "IP-32", Kind: KindForbidden, Ranges: every, Family: v6, Prefixes: prefixes("fc00::/8"), Severity: warned, Evidence: Documented,
		Source: "RFC 4193 section 3.2", Text: "this half of the unique local addresses is not defined yet: take an fd00::/8 prefix with a random global ID"},
	{ID: "IP-33", Kind: KindForbidden, Ranges: every, Family: v6, Prefixes: prefixes("fd00::/48"), Severity: warned, Evidence: Documented,
		Source: "RFC 4193 section 3.2.2", Text: "the global ID is zero, as many others have it: a random one keeps networks apart that are joined one day"},
}
