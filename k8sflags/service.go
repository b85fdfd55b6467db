package k8sflags

import (
	"fmt"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

// serviceHostBits is the most host bits that kube-apiserver's flag check lets a
// service range have where it is in force: /12 and /108
// (cmd/kube-apiserver/app/options/validation.go).
const serviceHostBits = 20

// bitmapServices is how many addresses of an IPv6 range the older allocator can
// hand out, whatever the range's size (pkg/registry/core/service/ipallocator).
const bitmapServices = 65535

// ShortestServiceBits returns the shortest prefix length that a service range
// of family f may have at version v with default feature gates; a shorter one
// is too large. It is /12 and /108 up to 1.33, where kube-apiserver refuses
// more than 20 host bits. From 1.34 on (MultiCIDRServiceAllocator and
// DisableAllocatorDualWrite are both on by default, KEP-1880) it is /2 and /64:
// IPv4 /0 and /1 fail the check of the minimum size, and a longer IPv6 range is
// taken by the flag but refused by the allocator. A version outside of the
// tables counts as the nearest, the zero Version as the newest. No family gives 0.
func ShortestServiceBits(v Version, f cidr.Family) int {
	return shortestServiceBits(f, v.nearest().AtLeast(v1(34)))
}

// shortestServiceBits is [ShortestServiceBits] where it is known whether
// Services get their addresses from IPAddress objects alone.
func shortestServiceBits(f cidr.Family, objects bool) int {
	switch {
	case f != cidr.IPv4 && f != cidr.IPv6:
		return 0
	case !objects:
		return f.BitLen() - serviceHostBits
	case f == cidr.IPv4:
		return 2
	}
	return 64
}

// LongestServiceBits returns the longest prefix length that the primary service
// range of family f may have, in every version: /29 and /125, since
// kube-apiserver wants at least 8 addresses. It does not ask that of the
// secondary range. No family gives 0.
func LongestServiceBits(f cidr.Family) int {
	if f.BitLen() == 0 {
		return 0
	}
	return f.BitLen() - 3
}

// ServicesIn returns how many ClusterIPs a service range can give at version v:
// every address but the first and, in IPv4, the last. Up to 1.33 an IPv6 range
// gives at most 65,535, the size of the bitmap that counts them; at 1.33, which
// counts them in objects as well, that is not confirmed. It is 0 for a
// range of one or two IPv4 addresses. The error wraps [ErrServiceRange] for a
// range larger than [ShortestServiceBits], and cidr's errors for an invalid or
// IPv4-mapped range.
func ServicesIn(v Version, r netip.Prefix) (uint64, error) {
	f, err := familyOf(r)
	if err != nil {
		return 0, err
	}
	v = v.nearest()
	if shortest := ShortestServiceBits(v, f); r.Bits() < shortest {
		return 0, fmt.Errorf("k8sflags: service range %s: too large at Kubernetes %s, use a /%d or longer: %w",
			r.Masked(), v, shortest, ErrServiceRange)
	}
	n := serviceAddrs(f, f.BitLen()-r.Bits())
	if f == cidr.IPv6 && v.Compare(v1(33)) <= 0 {
		n = min(n, bitmapServices)
	}
	return n, nil
}

// lessThanPower returns 2^bits − lost, not below 0, for bits up to 64 where
// lost is not 0.
func lessThanPower(bits int, lost uint64) uint64 {
	if bits >= 64 {
		return -lost // 2^64 − lost, modulo 2^64
	}
	n := uint64(1) << bits
	return n - min(n, lost)
}

// staticServices returns how many addresses behind the network address of a
// service range are handed out to Services that ask for none only when the rest
// is used up: room to choose addresses by hand (KEP-3070; ipallocator
// calculateRangeOffset). The formula counts all addresses of the range, but at
// most the bitmap's.
func staticServices(r netip.Prefix) uint64 {
	hostBits := r.Addr().BitLen() - r.Bits()
	size := uint64(1) << min(hostBits, 16) // beyond 2^12 addresses the band no longer grows
	if size <= 16 {
		return 0
	}
	return min(max(16, size/16), 256)
}

// familyOf returns the family of a range that a caller handed in, or says what
// is wrong with it.
func familyOf(r netip.Prefix) (cidr.Family, error) {
	if _, err := cidr.Nth(r, 0); err != nil {
		return 0, fmt.Errorf("k8sflags: %w", err)
	}
	return cidr.FamilyOf(r), nil
}
