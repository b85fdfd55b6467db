package k8sflags

import "net/netip"

// Option tells [Check] what the flags do not say.
type Option func(*options)

type options struct {
	nodes     uint64
	ipam      IPAM
	networks  []Network
	ephemeral PortRange
	ignore    map[string]bool
}

// WithNodes says how many nodes the cluster is to have, so that the number of
// node blocks can be judged. 0, the default, judges nothing.
func WithNodes(n uint64) Option { return func(o *options) { o.nodes = n } }

// WithIPAM names who gives pods their addresses, which decides how many pods a
// node's block holds. The default is [HostLocal]. An unknown one is a finding.
func WithIPAM(m IPAM) Option { return func(o *options) { o.ipam = m } }

// Network is a range outside of the cluster's flags that pods and services must
// not overlap: the nodes' LAN, an office, a container runtime's bridge.
type Network struct {
	Name   string
	Prefix netip.Prefix
}

// WithNetworks adds networks that pods and services must stay clear of.
func WithNetworks(networks ...Network) Option {
	return func(o *options) { o.networks = append(o.networks, networks...) }
}

// WithEphemeralPorts names the ports from which the nodes' kernel takes the
// local ends of connections (net.ipv4.ip_local_port_range). The default is
// Linux' own, 32768-60999.
func WithEphemeralPorts(r PortRange) Option { return func(o *options) { o.ephemeral = r } }

// Ignore drops the findings of rules by their IDs. Unknown IDs are ignored.
func Ignore(rules ...string) Option {
	return func(o *options) {
		if o.ignore == nil {
			o.ignore = make(map[string]bool, len(rules))
		}
		for _, id := range rules {
			o.ignore[id] = true
		}
	}
}

func newOptions(opts []Option) options {
	o := options{ephemeral: PortRange{32768, 60999}}
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	return o
}
