package k8sflags_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
)

func TestPodsIn(t *testing.T) {
	for _, c := range []struct {
		ipam  k8sflags.IPAM
		block string
		want  uint64
	}{
		{"", "10.244.1.0/24", 253},
		{k8sflags.HostLocal, "10.244.1.0/24", 253},
		{k8sflags.HostLocal, "10.244.1.7/24", 253},
		{k8sflags.HostLocal, "10.244.1.0/26", 61},
		{k8sflags.HostLocal, "10.244.1.0/30", 1},
		{k8sflags.HostLocal, "10.244.1.0/31", 0},
		{k8sflags.HostLocal, "10.244.1.0/32", 0},
		{k8sflags.HostLocal, "fd00::/64", 1<<64 - 2},
		{k8sflags.HostLocal, "fd00::/120", 254},
		{k8sflags.HostLocal, "fd00::/126", 2},
		{k8sflags.HostLocal, "fd00::/127", 0},
		{k8sflags.Cilium, "10.244.1.0/24", 252},
		{k8sflags.Cilium, "10.244.1.0/30", 0},
		{k8sflags.Cilium, "10.244.1.0/31", 0},
		{k8sflags.Cilium, "fd00::/120", 252},
		{k8sflags.Cilium, "fd00::/112", 65532},
		{k8sflags.Cilium, "fd00::/64", 65532},
		{k8sflags.Cilium, "fd00::/48", 65532},
		{k8sflags.OVNKubernetes, "10.128.0.0/23", 508},
		{k8sflags.OVNKubernetes, "10.128.0.0/24", 252},
		{k8sflags.Calico, "10.244.1.0/26", 64},
		{k8sflags.Calico, "fd00::/122", 64},
		{k8sflags.Calico, "10.244.1.0/32", 1},
		{k8sflags.CalicoBlocks, "10.244.0.0/25", 128},
		{k8sflags.CalicoBlocks, "10.244.0.0/16", 1280}, // 20 blocks
		{k8sflags.CalicoBlocks, "10.244.0.0/27", 0},
		{k8sflags.CalicoBlocks, "fd00::/64", 1280},
		{k8sflags.GKE, "10.0.0.0/29", 0},
		{k8sflags.GKE, "10.0.0.0/28", 8},
		{k8sflags.GKE, "10.0.0.0/24", 128},
		{k8sflags.GKE, "10.0.0.0/23", 256},
		{k8sflags.GKE, "10.0.0.0/20", 256},
		{k8sflags.GKE, "fd00::/112", 256},
		{k8sflags.GKE, "fd00::/113", 0},
		{k8sflags.AKSOverlay, "10.0.0.0/24", 250},
		{k8sflags.AKSOverlay, "10.0.0.0/23", 250},
		{k8sflags.AKSOverlay, "10.0.0.0/25", 0},
		{k8sflags.AKSNodeSubnet, "10.0.0.0/27", 31},
		{k8sflags.AKSPodSubnet, "10.0.0.0/28", 8},
		{k8sflags.AKSPodSubnet, "10.0.0.0/27", 24},
		{k8sflags.AKSPodSubnetStatic, "10.0.0.0/28", 15}, // 16N − 1
		{k8sflags.AKSPodSubnetStatic, "10.0.0.0/26", 63},
		{k8sflags.VPCCNI, "10.0.0.0/28", 15},
		{k8sflags.VPCCNIPrefix, "10.0.0.0/28", 0},
		{k8sflags.VPCCNIPrefix, "10.0.0.0/27", 0},
		{k8sflags.VPCCNIPrefix, "10.0.0.0/26", 32}, // 64 − 1 are 3 prefixes, one of them spare
		{k8sflags.VPCCNIPrefix, "fd00::/64", 1<<64 - 1<<48},
	} {
		got, err := c.ipam.PodsIn(netip.MustParsePrefix(c.block))
		if err != nil || got != c.want {
			t.Errorf("%s in %s: %d, %v, want %d", c.ipam, c.block, got, err, c.want)
		}
	}
}

func TestIPAMErrors(t *testing.T) {
	_, err := k8sflags.IPAM("magic").PodsIn(netip.MustParsePrefix("10.0.0.0/24"))
	if !errors.Is(err, k8sflags.ErrIPAM) || !strings.Contains(err.Error(), "host-local, cilium, ovn-kubernetes, calico") {
		t.Errorf("%v does not list the known ones", err)
	}
	if _, err := k8sflags.IPAM("magic").AddrsFor(1, cidr.IPv4); !errors.Is(err, k8sflags.ErrIPAM) {
		t.Error(err)
	}
	if _, err := k8sflags.HostLocal.PodsIn(netip.Prefix{}); !errors.Is(err, cidr.ErrInvalid) {
		t.Error(err)
	}
	if _, err := k8sflags.HostLocal.PodsIn(netip.MustParsePrefix("fd00::/63")); !errors.Is(err, cidr.ErrOverflow) {
		t.Error(err)
	}
	if _, err := k8sflags.Calico.PodsIn(netip.MustParsePrefix("fd00::/64")); !errors.Is(err, cidr.ErrOverflow) {
		t.Error(err)
	}
	if _, err := k8sflags.HostLocal.AddrsFor(1<<64-2, cidr.IPv4); !errors.Is(err, cidr.ErrOverflow) {
		t.Error(err)
	}
	if _, err := k8sflags.Cilium.AddrsFor(65533, cidr.IPv6); !errors.Is(err, cidr.ErrOverflow) {
		t.Error(err)
	}
	if _, err := k8sflags.HostLocal.AddrsFor(1, 0); !errors.Is(err, cidr.ErrFamily) {
		t.Error(err)
	}
	_, err = k8sflags.AKSOverlay.AddrsFor(251, cidr.IPv4)
	if !errors.Is(err, cidr.ErrOutOfRange) || !strings.Contains(err.Error(), "251 pods: aks-overlay: a node has at most 250 pods") {
		t.Errorf("%v does not say how many pods a node may have", err)
	}
	if _, err := k8sflags.AKSOverlay.AddrsFor(1, cidr.IPv6); !errors.Is(err, cidr.ErrFamily) || !strings.Contains(err.Error(), "aks-overlay") {
		t.Error(err)
	}
	if _, err := k8sflags.VPCCNI.PodsIn(netip.MustParsePrefix("fd00::/64")); !errors.Is(err, cidr.ErrFamily) {
		t.Error(err)
	}
	if _, err := k8sflags.IPAM("magic").Explain(1, cidr.IPv4); !errors.Is(err, k8sflags.ErrIPAM) {
		t.Error(err)
	}
	for _, m := range []k8sflags.IPAM{k8sflags.GKE, k8sflags.AKSPodSubnet, k8sflags.CalicoBlocks, k8sflags.VPCCNIPrefix} {
		if n, err := m.AddrsFor(1<<64-1, cidr.IPv4); err == nil {
			t.Errorf("%s: 2^64 − 1 pods in %d addresses", m, n)
		}
	}
}

func TestAddrsFor(t *testing.T) {
	for _, c := range []struct {
		ipam k8sflags.IPAM
		pods uint64
		f    cidr.Family
		want uint64
	}{
		{"", 110, cidr.IPv4, 113},
		{k8sflags.HostLocal, 110, cidr.IPv6, 112},
		{k8sflags.HostLocal, 0, cidr.IPv4, 4},
		{k8sflags.HostLocal, 1, cidr.IPv6, 4},
		{k8sflags.Cilium, 110, cidr.IPv4, 114},
		{k8sflags.OVNKubernetes, 250, cidr.IPv4, 254},
		{k8sflags.Calico, 64, cidr.IPv4, 64},
		{k8sflags.CalicoBlocks, 0, cidr.IPv4, 64},
		{k8sflags.CalicoBlocks, 110, cidr.IPv6, 128},
		// The table of GKE's documentation: maximum pods a node, and its range.
		{k8sflags.GKE, 8, cidr.IPv4, 16},
		{k8sflags.GKE, 9, cidr.IPv4, 32},
		{k8sflags.GKE, 16, cidr.IPv4, 32},
		{k8sflags.GKE, 17, cidr.IPv4, 64},
		{k8sflags.GKE, 32, cidr.IPv4, 64},
		{k8sflags.GKE, 64, cidr.IPv4, 128},
		{k8sflags.GKE, 65, cidr.IPv4, 256},
		{k8sflags.GKE, 110, cidr.IPv4, 256},
		{k8sflags.GKE, 256, cidr.IPv4, 512},
		{k8sflags.GKE, 110, cidr.IPv6, 65536},
		{k8sflags.AKSOverlay, 0, cidr.IPv4, 256},
		{k8sflags.AKSOverlay, 30, cidr.IPv4, 256},
		{k8sflags.AKSOverlay, 250, cidr.IPv4, 256},
		{k8sflags.AKSNodeSubnet, 30, cidr.IPv4, 31}, // 51 nodes: the 1581 of Azure's example
		{k8sflags.AKSPodSubnet, 0, cidr.IPv4, 16},
		{k8sflags.AKSPodSubnet, 8, cidr.IPv4, 16},
		{k8sflags.AKSPodSubnet, 9, cidr.IPv4, 32},
		{k8sflags.AKSPodSubnetStatic, 15, cidr.IPv4, 16},
		{k8sflags.AKSPodSubnetStatic, 16, cidr.IPv4, 32},
		{k8sflags.VPCCNI, 29, cidr.IPv4, 30},
		{k8sflags.VPCCNIPrefix, 110, cidr.IPv4, 1 + 7*16 + 16},
		{k8sflags.VPCCNIPrefix, 110, cidr.IPv6, 1<<48 + 1},
	} {
		if got, err := c.ipam.AddrsFor(c.pods, c.f); err != nil || got != c.want {
			t.Errorf("%s, %d pods, %s: %d, %v, want %d", c.ipam, c.pods, c.f, got, err, c.want)
		}
	}
}

// families are those that an IPAM is known to serve.
func families(m k8sflags.IPAM) []cidr.Family {
	switch m {
	case k8sflags.AKSOverlay, k8sflags.AKSNodeSubnet, k8sflags.AKSPodSubnet, k8sflags.AKSPodSubnetStatic, k8sflags.VPCCNI:
		return []cidr.Family{cidr.IPv4}
	}
	return []cidr.Family{cidr.IPv4, cidr.IPv6}
}

// drawNode draws an IPAM, a family that it serves and pods of a node.
func drawNode(t *rapid.T) (k8sflags.IPAM, cidr.Family, uint64) {
	m := rapid.SampledFrom(slices.Collect(k8sflags.IPAMs())).Draw(t, "ipam")
	most := uint64(5000)
	switch m {
	case k8sflags.AKSOverlay, k8sflags.AKSNodeSubnet, k8sflags.AKSPodSubnet, k8sflags.AKSPodSubnetStatic:
		most = 250
	case k8sflags.GKE:
		most = 256
	case k8sflags.CalicoBlocks:
		most = 1280
	}
	return m, rapid.SampledFrom(families(m)).Draw(t, "family"), rapid.Uint64Range(1, most).Draw(t, "pods")
}

// A block of the size that AddrsFor asks for holds the pods, and none with half
// the addresses does.
func TestAddrsForIsTheInverseOfPodsIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, f, pods := drawNode(t)
		addrs, err := m.AddrsFor(pods, f)
		if err != nil {
			t.Fatal(err)
		}
		bits := f.BitLen()
		for uint64(1)<<(f.BitLen()-bits) < addrs {
			bits--
		}
		base := netip.MustParseAddr("10.0.0.0")
		if f == cidr.IPv6 {
			base = netip.MustParseAddr("fd00::")
		}
		holds := func(bits int) bool {
			n, err := m.PodsIn(netip.PrefixFrom(base, bits))
			if err != nil {
				t.Fatal(err)
			}
			return n >= pods
		}
		if !holds(bits) || (bits < f.BitLen() && holds(bits+1)) {
			t.Fatalf("%s: %d pods of %s want %d addresses, /%d", m, pods, f, addrs, bits)
		}
	})
}

// As many pods as a block holds need no more addresses than it has, and one pod
// more needs more, or is refused.
func TestPodsInIsTheInverseOfAddrsFor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom(slices.Collect(k8sflags.IPAMs())).Draw(t, "ipam")
		f := rapid.SampledFrom(families(m)).Draw(t, "family")
		hostBits := rapid.IntRange(0, min(f.BitLen(), 63)).Draw(t, "host bits")
		base := netip.IPv4Unspecified()
		if f == cidr.IPv6 {
			base = netip.IPv6Unspecified()
		}
		pods, err := m.PodsIn(netip.PrefixFrom(base, f.BitLen()-hostBits))
		if err != nil {
			t.Fatal(err)
		}
		size := uint64(1) << hostBits
		if addrs, err := m.AddrsFor(pods, f); pods > 0 && (err != nil || addrs > size) {
			t.Fatalf("%s: %d pods in %d addresses, which need %d, %v", m, pods, size, addrs, err)
		}
		if addrs, err := m.AddrsFor(pods+1, f); err == nil && addrs <= size {
			t.Fatalf("%s: %d pods in %d addresses, which hold one more", m, pods, size)
		}
	})
}

// What Explain shows adds up to AddrsFor, starts with the pods, and every line
// has its reason.
func TestExplainAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, f, pods := drawNode(t)
		want, err := m.AddrsFor(pods, f)
		if err != nil {
			t.Fatal(err)
		}
		steps, err := m.Explain(pods, f)
		if err != nil || len(steps) == 0 || steps[0].Addrs != pods {
			t.Fatalf("%s: %v, %v", m, steps, err)
		}
		sum := uint64(0)
		for _, s := range steps {
			sum += s.Addrs
			if s.Rule == "" || s.Source == "" || s.Addrs == 0 {
				t.Errorf("%s: %+v", m, s)
			}
		}
		if sum != want {
			t.Fatalf("%s: the steps of %d pods add up to %d, not %d: %v", m, pods, sum, want, steps)
		}
	})
}

// What kind of addresses each IPAM gives, the lengths of its blocks, and how
// long an address rests.
func TestIPAMBlocks(t *testing.T) {
	type lengths [2]int
	any4, any6, none := lengths{0, 32}, lengths{0, 128}, lengths{}
	want := map[k8sflags.IPAM]struct {
		blocks, podCIDRs bool
		v4, v6           lengths
		cooldown         time.Duration
	}{
		"":                          {true, true, lengths{0, 30}, lengths{0, 126}, 0},
		k8sflags.HostLocal:          {true, true, lengths{0, 30}, lengths{0, 126}, 0},
		k8sflags.Cilium:             {true, true, any4, any6, 0},
		k8sflags.OVNKubernetes:      {true, false, any4, lengths{64, 64}, 0},
		k8sflags.Calico:             {true, false, any4, any6, 0},
		k8sflags.CalicoBlocks:       {false, false, none, none, 0},
		k8sflags.GKE:                {true, true, lengths{23, 28}, lengths{112, 112}, 0},
		k8sflags.AKSOverlay:         {true, false, lengths{24, 24}, none, 0},
		k8sflags.AKSNodeSubnet:      {false, false, none, none, 0},
		k8sflags.AKSPodSubnet:       {false, false, none, none, 0},
		k8sflags.AKSPodSubnetStatic: {false, false, none, none, 0},
		k8sflags.VPCCNI:             {false, false, none, none, 30 * time.Second},
		k8sflags.VPCCNIPrefix:       {false, false, none, none, 30 * time.Second},
		"magic":                     {},
	}
	for m := range k8sflags.IPAMs() {
		if _, ok := want[m]; !ok {
			t.Errorf("%s is not in this test", m)
		}
	}
	for m, w := range want {
		s4, l4 := m.BlockBits(cidr.IPv4)
		s6, l6 := m.BlockBits(cidr.IPv6)
		if m.NodeBlocks() != w.blocks || m.PodCIDRs() != w.podCIDRs || (lengths{s4, l4}) != w.v4 || (lengths{s6, l6}) != w.v6 || m.Cooldown() != w.cooldown {
			t.Errorf("%s: blocks %t, podCIDRs %t, /%d to /%d, /%d to /%d, %v", m, m.NodeBlocks(), m.PodCIDRs(), s4, l4, s6, l6, m.Cooldown())
		}
		if s, l := m.BlockBits(0); s != 0 || l != 0 {
			t.Errorf("%s: /%d to /%d of no family", m, s, l)
		}
	}
}

// A block of the longest length that an IPAM gives holds pods, and of one that
// is fixed, no other length does better.
func TestBlockBitsHoldPods(t *testing.T) {
	for m := range k8sflags.IPAMs() {
		for f, base := range map[cidr.Family]netip.Addr{cidr.IPv4: netip.IPv4Unspecified(), cidr.IPv6: netip.IPv6Unspecified()} {
			shortest, longest := m.BlockBits(f)
			if longest == 0 || longest == f.BitLen() {
				continue // no block, or nothing known
			}
			if n, err := m.PodsIn(netip.PrefixFrom(base, longest)); n == 0 && err == nil {
				t.Errorf("%s: no pods in a /%d", m, longest)
			}
			if shortest > longest {
				t.Errorf("%s: /%d to /%d", m, shortest, longest)
			}
		}
	}
}
