package plantest

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/platform"
	"pgregory.net/rapid"
)

// homes are the IPAMs that clusters have on each platform.
var homes = []struct {
	platform platform.Name
	ipams    []k8sflags.IPAM
}{
	{"", []k8sflags.IPAM{"", k8sflags.HostLocal, k8sflags.Cilium, k8sflags.OVNKubernetes, k8sflags.Calico, k8sflags.CalicoBlocks}},
	{platform.Kubeadm, []k8sflags.IPAM{"", k8sflags.Cilium, k8sflags.Calico}},
	{platform.K3s, []k8sflags.IPAM{""}},
	{platform.EKS, []k8sflags.IPAM{k8sflags.VPCCNI, k8sflags.VPCCNIPrefix, k8sflags.Cilium}},
	{platform.GKE, []k8sflags.IPAM{k8sflags.GKE}},
	{platform.AKS, []k8sflags.IPAM{k8sflags.AKSOverlay, k8sflags.AKSNodeSubnet, k8sflags.AKSPodSubnet, k8sflags.AKSPodSubnetStatic}},
	{platform.OpenShift, []k8sflags.IPAM{k8sflags.OVNKubernetes}},
}

// cluster draws a cluster that the spec takes beside those that it has. What a
// platform does not take is a plain cluster instead.
func (g *generator) cluster(s *plan.Spec, i int) plan.ClusterSpec {
	c := plan.ClusterSpec{
		Name:        fmt.Sprintf("cluster-%d", i),
		Families:    rapid.SampledFrom([][]cidr.Family{nil, {cidr.IPv4}, {cidr.IPv4, cidr.IPv6}, {cidr.IPv6, cidr.IPv4}, {cidr.IPv6}}).Draw(g.T, "families"),
		Zone:        g.zone(s),
		Region:      g.region(),
		Nodes:       g.count("nodes", 1, 70),
		PodsPerNode: rapid.SampledFrom([]uint64{0, 12, 29, 30, 60, 61, 110, 125, 126, 250}).Draw(g.T, "pods a node"),
		Services:    g.count("services", 0, 600),
		ExternalIPs: g.count("external", 0, 40),
		IngressIPs:  g.count("ingress", 0, 9),
	}
	plain := c
	plain.Families = plain.Families[:min(len(plain.Families), 1)]
	if home := rapid.SampledFrom(homes).Draw(g.T, "platform"); rapid.Bool().Draw(g.T, "at home") {
		c.Platform = home.platform
		c.IPAM = rapid.SampledFrom(home.ipams).Draw(g.T, "ipam")
		c.PodsFromNodeRange = c.IPAM == k8sflags.AKSNodeSubnet || c.IPAM == k8sflags.VPCCNI
	}
	if rapid.IntRange(0, 3).Draw(g.T, "versioned") > 0 {
		c.Kubernetes = k8sflags.Version{Major: 1, Minor: rapid.IntRange(24, 37).Draw(g.T, "minor")}
	}
	if rapid.IntRange(0, 4).Draw(g.T, "surge") == 0 {
		c.Surge = rapid.SampledFrom([]plan.Amount{{N: 1}, {N: 10, Percent: true}}).Draw(g.T, "amount")
	}
	if rapid.IntRange(0, 4).Draw(g.T, "churn") == 0 {
		c.Churn = plan.Churn{PodsPerNodePerMinute: 0.5, Cooldown: plan.Duration(rapid.IntRange(0, 20).Draw(g.T, "minutes")) * plan.Day / 1440}
	}
	if len(s.Networks) > 0 && rapid.IntRange(0, 2).Draw(g.T, "shared") == 0 {
		c.NodeNetwork = rapid.SampledFrom(s.Networks).Draw(g.T, "network").Name
	}
	if !taken(s, c) {
		return plain
	}
	for j := range sometimes(g.T, 2, "extra") {
		more := c
		more.Extra = append(slices.Clone(c.Extra), g.extra(&c, j))
		if taken(s, more) {
			c = more
		}
	}
	if rapid.IntRange(0, 4).Draw(g.T, "pinned") == 0 {
		more := c
		more.Pins = g.pins(&c, i)
		if taken(s, more) {
			c = more
		}
	}
	return c
}

// taken reports whether a spec with one more cluster is valid.
func taken(s *plan.Spec, c plan.ClusterSpec) bool {
	probe := *s
	probe.Clusters = append(slices.Clone(s.Clusters), c)
	return probe.Validate() == nil
}

func (g *generator) count(label string, least, most uint64) plan.Count {
	c := plan.Count{Now: rapid.Uint64Range(least, most).Draw(g.T, label)}
	switch rapid.IntRange(0, 7).Draw(g.T, label+" grow") {
	case 0, 1:
		c.Max = c.Now + rapid.Uint64Range(0, most).Draw(g.T, label+" come")
	case 2:
		c.GrowthPerYear, c.Horizon = plan.Amount{N: 30, Percent: true}, 2*plan.Year
	}
	return c
}

// extra draws a further range of a cluster: one that carries a part of what is
// counted, or one of a length.
func (g *generator) extra(c *plan.ClusterSpec, j int) plan.BlockSpec {
	b := plan.BlockSpec{
		Name: fmt.Sprintf("extra-%d", j),
		Role: rapid.SampledFrom(plan.Roles()).Draw(g.T, "role"),
	}
	// A pod range beside what is counted gives nodes their masks where no main
	// range is left, and may be too small for that.
	if rapid.Bool().Draw(g.T, "counted") || b.Role == plan.Pod {
		b.Count = plan.Count{Now: rapid.Uint64Range(1, 20).Draw(g.T, "count")}
		return b
	}
	families := c.Families
	if len(families) == 0 {
		families = []cidr.Family{cidr.IPv4}
	}
	for _, f := range families {
		if f == cidr.IPv4 {
			b.Bits.V4 = rapid.IntRange(22, 28).Draw(g.T, "length")
		} else {
			b.Bits.V6 = rapid.SampledFrom([]int{64, 112}).Draw(g.T, "length")
		}
	}
	return b
}

// pins draws a range that cluster i has already, outside of every pool and
// larger than any need.
func (g *generator) pins(c *plan.ClusterSpec, i int) map[plan.Role]dualstack.Pair {
	r := rapid.SampledFrom([]plan.Role{plan.Pod, plan.Service, plan.External}).Draw(g.T, "pinned role")
	v4 := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(128 + i), byte(16 * len(r))}), map[plan.Role]int{plan.Pod: 16, plan.Service: 22, plan.External: 25}[r]).Masked()
	v6 := netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfd, 0xee, 5: byte(i), 7: byte(len(r))}), map[plan.Role]int{plan.Pod: 56, plan.Service: 112, plan.External: 112}[r]).Masked()
	var pin dualstack.Pair
	var err error
	switch {
	case len(c.Families) == 2:
		pin, err = dualstack.Dual(v4, v6)
	case len(c.Families) == 1 && c.Families[0] == cidr.IPv6:
		pin, err = dualstack.Single(v6)
	default:
		pin, err = dualstack.Single(v4)
	}
	if err != nil {
		g.Fatalf("plantest: pin: %v", err)
	}
	return map[plan.Role]dualstack.Pair{r: pin}
}
