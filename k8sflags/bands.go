package k8sflags

import (
	"fmt"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

// AddrRange is a range of addresses of one family, both ends included. It is a
// plain value, comparable with ==. The zero AddrRange is none.
type AddrRange struct{ First, Last netip.Addr }

// IsZero reports whether r is no range.
func (r AddrRange) IsZero() bool { return r == AddrRange{} }

// Contains reports whether a lies in r. An IPv4-mapped address counts as IPv4;
// a zoned one lies nowhere, and nothing lies in the zero AddrRange.
func (r AddrRange) Contains(a netip.Addr) bool {
	a = a.Unmap()
	return !r.IsZero() && a.Zone() == "" && a.BitLen() == r.First.BitLen() && r.First.Compare(a) <= 0 && a.Compare(r.Last) <= 0
}

// String returns "10.96.0.1-10.96.1.0", and "" for the zero AddrRange.
func (r AddrRange) String() string {
	if r.IsZero() {
		return ""
	}
	return r.First.String() + "-" + r.Last.String()
}

// Bands is how a service range is handed out. A Service that names an address
// may have any that is free; one that does not gets a random one of the dynamic
// band, and of the static band only when the dynamic one is used up (KEP-3070).
// Addresses chosen by hand are therefore safest in the static band.
//
// It is a plain value, comparable with ==. The zero Bands are those of no range.
type Bands struct {
	// Static and Dynamic are the addresses of the bands, both ends included. A
	// range of 16 addresses or fewer has no static band: Static is the zero
	// AddrRange.
	Static, Dynamic AddrRange
	// NumStatic and NumDynamic count them. Their sum is what the range can give
	// and fits a uint64: an IPv6 /64, the largest, has 2^64 − 1.
	NumStatic, NumDynamic uint64
	// Kubernetes is the first address. Of the primary range the Service
	// kubernetes has it; of a secondary one it is like any other.
	Kubernetes netip.Addr
	// DNS is the tenth address, at which kubeadm puts the cluster's DNS, or the
	// zero Addr where the range does not give it.
	DNS netip.Addr
}

// ServiceBands returns the bands of a service range. They are the same in every
// version from 1.25 on; 1.24 has no static band by default. Older versions give
// no more than the first 65,535 addresses of an IPv6 range, see [ServicesIn].
//
// The error wraps [ErrServiceRange] for a range that no version hands out
// (IPv4 /0 and /1, IPv6 shorter than /64) or that gives no address at all (IPv4
// /31 and /32, IPv6 /128), and cidr's errors for an invalid or IPv4-mapped one.
// Whether kube-apiserver takes the range as the primary one is another matter,
// see [LongestServiceBits].
func ServiceBands(r netip.Prefix) (Bands, error) {
	f, err := familyOf(r)
	if err != nil {
		return Bands{}, err
	}
	r = r.Masked()
	if shortest := shortestServiceBits(f, true); r.Bits() < shortest {
		return Bands{}, fmt.Errorf("k8sflags: service range %s: too large to be handed out, use a /%d or longer: %w", r, shortest, ErrServiceRange)
	}
	last := cidr.Last(r)
	longest := f.BitLen() - 1
	if f == cidr.IPv4 { // the broadcast address is not given
		last, longest = last.Prev(), longest-1
	}
	if r.Bits() > longest {
		return Bands{}, fmt.Errorf("k8sflags: service range %s: no address to hand out, use a /%d or shorter: %w", r, longest, ErrServiceRange)
	}
	first := r.Addr().Next()
	b := Bands{Kubernetes: first, NumStatic: staticServices(r), Dynamic: AddrRange{first, last}}
	total := serviceAddrs(f, f.BitLen()-r.Bits())
	b.NumDynamic = total - b.NumStatic
	if b.NumStatic > 0 {
		// Both lie inside of the range, which has more than that.
		end, _ := cidr.Nth(r, b.NumStatic)
		b.Static = AddrRange{first, end}
		b.Dynamic = AddrRange{end.Next(), last}
	}
	if total >= conventionalDNSIndex {
		b.DNS, _ = cidr.Nth(r, conventionalDNSIndex)
	}
	return b, nil
}

// conventionalDNSIndex is which address of the service range kubeadm gives to
// the cluster's DNS (cmd/kubeadm/app/constants, GetDNSIP).
const conventionalDNSIndex = 10

// serviceAddrs returns how many addresses of a range with at most 64 host bits
// can be given: all but the network address and, in IPv4, the broadcast address.
func serviceAddrs(f cidr.Family, hostBits int) uint64 {
	if f == cidr.IPv4 {
		return lessThanPower(hostBits, 2)
	}
	return lessThanPower(hostBits, 1)
}
