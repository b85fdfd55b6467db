package kubernetes

import (
	"net/netip"
	"time"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// The space out of which clusters are drawn, by family: IPv4 first.
var (
	podSpace     = []netip.Prefix{cidr.MustParse("10.0.0.0/8"), cidr.MustParse("fd00:1::/32")}
	serviceSpace = []netip.Prefix{cidr.MustParse("172.16.0.0/12"), cidr.MustParse("fd00:2::/32")}
	nodeSpace    = []netip.Prefix{cidr.MustParse("192.168.0.0/16"), cidr.MustParse("fd00:3::/64")}
)

// drawIn draws a prefix of the given length inside of space.
func drawIn(t *rapid.T, name string, space netip.Prefix, bits int) netip.Prefix {
	last := uint64(1)<<min(bits-space.Bits(), 32) - 1
	p, err := cidr.Subnet(space, bits, rapid.Uint64Range(0, last).Draw(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return p
}

// drawAddr draws a host address of space.
func drawAddr(t *rapid.T, name string, space netip.Prefix) netip.Addr {
	a, err := cidr.Nth(space, rapid.Uint64Range(1, 60000).Draw(t, name))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return a
}

// families are the families of a cluster in order, as indices: 0 is IPv4.
var families = [][]int{{0}, {1}, {0, 1}, {1, 0}}

// pairOf makes a pair of what is drawn for each family.
func pairOf(t *rapid.T, families []int, draw func(family int) netip.Prefix) dualstack.Pair {
	p, err := dualstack.Single(draw(families[0]))
	if len(families) == 2 {
		p, err = dualstack.Dual(p.Primary(), draw(families[1]))
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// addrsOf is pairOf for addresses.
func addrsOf(t *rapid.T, families []int, draw func(family int) netip.Addr) dualstack.Addrs {
	a, err := dualstack.SingleAddr(draw(families[0]))
	if len(families) == 2 {
		a, err = dualstack.DualAddrs(a.Primary(), draw(families[1]))
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// drawAddressing draws what a cluster of the version may be like: most can be
// rendered, some overlap, are too small or say what cannot be.
func drawAddressing(t *rapid.T) k8sflags.Addressing {
	if chance(t, "standalone", 12) {
		return drawStandalone(t)
	}
	a := k8sflags.Addressing{Version: version}
	podFamilies := rapid.SampledFrom(families).Draw(t, "families")
	a.Pods = pairOf(t, podFamilies, func(f int) netip.Prefix {
		return drawIn(t, "pods", podSpace[f], []*rapid.Generator[int]{rapid.IntRange(8, 26), rapid.IntRange(32, 112)}[f].Draw(t, "pods' length"))
	})
	serviceFamilies := podFamilies
	if len(podFamilies) == 2 && chance(t, "services of one family", 3) {
		serviceFamilies = podFamilies[:1]
	}
	services := serviceSpace
	if chance(t, "services among the pods", 8) {
		services = podSpace
	}
	a.Services = pairOf(t, serviceFamilies, func(f int) netip.Prefix {
		return drawIn(t, "services", services[f], []*rapid.Generator[int]{rapid.IntRange(12, 29), rapid.IntRange(64, 125)}[f].Draw(t, "services' length"))
	})
	a.NodeMasks = drawMasks(t, a.Pods)
	a.MaxPods = drawMaxPods(t, a.Pods, a.NodeMasks)
	drawEndpoint(t, &a, serviceFamilies[0])
	if chance(t, "node addresses", 2) {
		a.NodeIPs = addrsOf(t, podFamilies, func(f int) netip.Addr { return drawAddr(t, "node", nodeSpace[f]) })
	}
	if chance(t, "DNS", 4) {
		a.ClusterDNS = addrsOf(t, serviceFamilies, func(f int) netip.Addr {
			p := []netip.Prefix{a.Services.V4(), a.Services.V6()}[f]
			addr, err := cidr.Nth(p, rapid.Uint64Range(2, 6).Draw(t, "DNS address"))
			if err != nil {
				t.Fatal(err)
			}
			return addr
		})
	}
	drawProxy(t, &a)
	return a
}

// chance is true once in n.
func chance(t *rapid.T, name string, n int) bool { return rapid.IntRange(1, n).Draw(t, name) == n }

func drawStandalone(t *rapid.T) k8sflags.Addressing {
	podFamilies := rapid.SampledFrom(families).Draw(t, "families")
	pods := pairOf(t, podFamilies, func(f int) netip.Prefix { return drawIn(t, "pods", podSpace[f], []int{24, 64}[f]) })
	return k8sflags.Addressing{
		Version: version, Standalone: true, Pods: pods,
		NodeIPs: addrsOf(t, podFamilies, func(f int) netip.Addr { return drawAddr(t, "node", nodeSpace[f]) }),
	}
}

// drawMasks draws node masks up to the most that IPv6 may be longer than the
// range, and sometimes one more; 0 is the default.
func drawMasks(t *rapid.T, pods dualstack.Pair) dualstack.Masks {
	var m dualstack.Masks
	if p := pods.V4(); p.IsValid() && !chance(t, "default IPv4 mask", 5) {
		m.V4 = rapid.IntRange(p.Bits(), min(p.Bits()+16, 29)).Draw(t, "IPv4 mask")
	}
	if p := pods.V6(); p.IsValid() && !chance(t, "default IPv6 mask", 5) {
		m.V6 = rapid.IntRange(p.Bits(), min(p.Bits()+dualstack.MaxIPv6Difference+1, 125)).Draw(t, "IPv6 mask")
	}
	return m
}

// drawMaxPods draws up to as many pods as every block of a node holds, if it
// holds any.
func drawMaxPods(t *rapid.T, pods dualstack.Pair, m dualstack.Masks) int {
	most := uint64(1000)
	for p := range pods.All() {
		mask := m.Of(cidr.FamilyOf(p))
		if mask == 0 {
			mask = map[cidr.Family]int{cidr.IPv4: 24, cidr.IPv6: 64}[cidr.FamilyOf(p)]
		}
		if n, err := k8sflags.HostLocal.PodsIn(netip.PrefixFrom(p.Addr(), mask)); err == nil {
			most = min(most, n)
		}
	}
	return rapid.IntRange(1, int(max(most, 1))).Draw(t, "max pods")
}

func drawEndpoint(t *rapid.T, a *k8sflags.Addressing, family int) {
	if chance(t, "other endpoint family", 10) {
		family = 1 - family
	}
	if chance(t, "advertised", 2) {
		a.AdvertiseAddress = drawAddr(t, "advertised address", nodeSpace[family])
	}
	switch rapid.IntRange(0, 3).Draw(t, "bound") {
	case 0:
		a.BindAddress = drawAddr(t, "bound address", nodeSpace[family])
	case 1:
		a.BindAddress = netip.IPv6Unspecified()
	}
	if chance(t, "ports", 2) {
		a.SecurePort = rapid.IntRange(0, 65535).Draw(t, "port")
		a.NodePorts.Min = rapid.IntRange(0, 65535).Draw(t, "first node port")
		a.NodePorts.Max = rapid.IntRange(a.NodePorts.Min, 65535).Draw(t, "last node port")
	}
}

func drawProxy(t *rapid.T, a *k8sflags.Addressing) {
	a.ProxyMode = rapid.SampledFrom([]string{"", k8sflags.ProxyIPTables, k8sflags.ProxyIPVS, k8sflags.ProxyNFTables}).Draw(t, "proxy mode")
	a.DetectLocalMode = rapid.SampledFrom([]string{
		"", k8sflags.DetectClusterCIDR, k8sflags.DetectNodeCIDR, k8sflags.DetectBridgeInterface, k8sflags.DetectInterfaceNamePrefix,
	}).Draw(t, "detection")
	a.PodInterface = "cni0"
	if chance(t, "periods", 2) {
		a.ProxySyncPeriod = time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "period"))
		a.ProxyMinSyncPeriod = time.Duration(rapid.Int64Range(-1, int64(a.ProxySyncPeriod)).Draw(t, "least period"))
	}
	if a.ExternalNodeCIDRs = chance(t, "blocks of a network plugin", 5); a.ExternalNodeCIDRs && chance(t, "pods unknown", 2) {
		a.Pods = dualstack.Pair{}
	}
}
