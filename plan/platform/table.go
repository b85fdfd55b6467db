package platform

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// tables are never written, nor is what they are made of. Those that hold on
// every platform come first, so that a platform's own figure is the last word.
var tables = [...][]Fact{
	specialFacts, everywhereFacts, kubeadmFacts, k3sFacts, eksFacts, gkeFacts, aksFacts, openShiftFacts,
}

// Names of values that the tables have a lot of.
const (
	refused = k8sflags.Error
	warned  = k8sflags.Warning
	figure  = k8sflags.Info

	v4, v6 = cidr.IPv4, cidr.IPv6
)

// What facts are about.
var (
	every        = []Range{Node, Pod, Service, External, Ingress}
	ofCluster    = []Range{Node, Pod, Service}
	ofNodes      = []Range{Node}
	ofPods       = []Range{Pod}
	ofServices   = []Range{Service}
	nodesAndPods = []Range{Node, Pod}
)

func prefixes(text ...string) []netip.Prefix {
	ps := make([]netip.Prefix, len(text))
	for i, s := range text {
		ps[i] = netip.MustParsePrefix(s)
	}
	return ps
}

// private is the address space of RFC 1918.
var private = prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
