package plan

import (
	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// lost is how many addresses of a subnet no machine can have: the gateway's,
// the network's (in IPv6 the subnet-router anycast address, RFC 4291 §2.6.1),
// the IPv4 broadcast address, and what the cloud keeps of its own.
type lost struct{ v4, v6 uint64 }

func lostOn(n platform.Name) lost {
	return lost{termsOf(n, Node, cidr.IPv4).lost, termsOf(n, Node, cidr.IPv6).lost}
}

func (l lost) of(f cidr.Family) uint64 {
	if f == cidr.IPv4 {
		return l.v4
	}
	return l.v6
}

// lost is what is lost of the subnet of a network, which clusters of several
// platforms may share.
func (us users) lost(n *Network) lost {
	l := lostOn("")
	for _, k := range us.kinds(n) {
		m := lostOn(k.platform)
		l.v4, l.v6 = max(l.v4, m.v4), max(l.v6, m.v6)
	}
	return l
}

// bits sizes the range of a network, as all of its platforms take it.
func (us users) bits(n *Network, f cidr.Family) (int, error) {
	bits, err := nodeBits(f, us.need(n), us.lost(n))
	for _, k := range us.kinds(n) {
		if err == nil {
			bits, err = k.legal(Node, f, bits)
		}
	}
	return bits, err
}

// kinds are the platforms of the clusters in a network, none in particular if
// they name none.
func (us users) kinds(n *Network) []clusterKind {
	if u := us[n.Name]; u != nil && len(u.kinds) > 0 {
		return u.kinds
	}
	return nowhere
}

// nowhere is never written.
var nowhere = []clusterKind{{}}
