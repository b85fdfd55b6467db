package main

import (
	"net"
	"net/netip"

	gocidr "github.com/apparentlymart/go-cidr/cidr"
	"github.com/kubecidr/kubecidr/cidr"
	"go4.org/netipx"
)

// go-cidr: the functions behind Terraform's cidrsubnet, over net.IPNet and
// big.Int.

// ipNets converts prefixes for the libraries that are older than netip.
func ipNets(ps []netip.Prefix) []*net.IPNet {
	nets := make([]*net.IPNet, len(ps))
	for i, p := range ps {
		nets[i] = netipx.PrefixIPNet(p)
	}
	return nets
}

// prefixOf converts back.
func prefixOf(n *net.IPNet) netip.Prefix {
	p, ok := netipx.FromStdIPNet(n)
	if !ok {
		panic("no prefix: " + n.String())
	}
	return p
}

// goCidrAnyOverlap passes the whole address space as what all must lie in.
func goCidrAnyOverlap(in input) job {
	nets := ipNets(in.prefixes)
	all := &net.IPNet{IP: make(net.IP, in.family.BitLen()/8), Mask: make(net.IPMask, in.family.BitLen()/8)}
	var err error
	return job{
		run:    func() { err = gocidr.VerifyNoOverlap(nets, all) },
		answer: func() uint64 { return digestBool(err != nil) },
	}
}

func goCidrSubnets(in input) job {
	of, length := splitOf(in)
	base := netipx.PrefixIPNet(of)
	n, last := 0, base
	return job{
		run: func() {
			n = 0
			for i := range in.n {
				p, err := gocidr.Subnet(base, length-of.Bits(), i)
				if err != nil {
					panic(err)
				}
				n++
				last = p
			}
		},
		answer: func() uint64 { return tally{n, prefixOf(last)}.digest() },
	}
}

func goCidrNextSubnets(in input) job {
	of, length := splitOf(in)
	first := &net.IPNet{IP: of.Addr().AsSlice(), Mask: net.CIDRMask(length, in.family.BitLen())}
	if in.family == cidr.IPv4 {
		first.IP = first.IP.To4()
	}
	n, last := 0, first
	return job{
		run: func() {
			n, last = 1, first
			for range in.n - 1 {
				last, _ = gocidr.NextSubnet(last, length)
				n++
			}
		},
		answer: func() uint64 { return tally{n, prefixOf(last)}.digest() },
	}
}
