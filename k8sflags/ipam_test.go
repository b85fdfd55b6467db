package k8sflags_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"

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
	} {
		if got, err := c.ipam.AddrsFor(c.pods, c.f); err != nil || got != c.want {
			t.Errorf("%s, %d pods, %s: %d, %v, want %d", c.ipam, c.pods, c.f, got, err, c.want)
		}
	}
}

// A block of the size that AddrsFor asks for holds the pods, and none with half
// the addresses does.
func TestAddrsForIsTheInverseOfPodsIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.SampledFrom(slices.Collect(k8sflags.IPAMs())).Draw(t, "ipam")
		f := rapid.SampledFrom([]cidr.Family{cidr.IPv4, cidr.IPv6}).Draw(t, "family")
		pods := rapid.Uint64Range(1, 5000).Draw(t, "pods")
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
