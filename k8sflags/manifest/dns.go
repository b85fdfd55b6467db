package manifest

import (
	"net/netip"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
)

// dnsAddr returns the tenth address of the first range of a list, where kubeadm
// puts the cluster's DNS (cmd/kubeadm/app/constants/constants.go, GetDNSIP).
func dnsAddr(services string) (netip.Addr, bool) {
	first, _, _ := strings.Cut(services, ",")
	p, err := netip.ParsePrefix(first)
	if err != nil {
		return netip.Addr{}, false
	}
	a, err := cidr.Nth(p.Masked(), 10)
	return a, err == nil
}
