package k8sflags_test

import (
	"net/netip"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

func TestNormalizeFillsDefaults(t *testing.T) {
	want := k8sflags.Addressing{
		Version: k8sflags.MaxVersion(), ClusterName: "kubernetes", ClusterDomain: "cluster.local",
		Pods: pair("10.244.0.0/16"), Services: pair("10.96.0.0/16"), NodeMasks: dualstack.Masks{V4: 24},
		BindAddress: netip.MustParseAddr("0.0.0.0"), SecurePort: 6443, NodePorts: k8sflags.PortRange{Min: 30000, Max: 32767},
		ClusterDNS: addrs("10.96.0.10"), MaxPods: 110,
		ProxyMode: "iptables", ProxySyncPeriod: 30 * time.Second, ProxyMinSyncPeriod: time.Second, DetectLocalMode: "ClusterCIDR",
	}
	if got := base().Normalize(); got != want {
		t.Errorf("got %+v", got)
	}
}

func TestNormalize(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*k8sflags.Addressing)
		same   func(*k8sflags.Addressing)
	}{
		{"DNS of a small range", func(a *k8sflags.Addressing) { a.Services = pair("10.96.0.8/29") },
			func(a *k8sflags.Addressing) { a.Services, a.ClusterDNS = pair("10.96.0.8/29"), addrs("10.96.0.10") }},
		{"DNS of the primary range", func(a *k8sflags.Addressing) { a.Services = pair("fd00::/112,10.96.0.0/16") },
			func(a *k8sflags.Addressing) {
				a.Services, a.ClusterDNS = pair("fd00::/112,10.96.0.0/16"), addrs("fd00::a")
			}},
		{"mask of a family without pods", func(a *k8sflags.Addressing) { a.NodeMasks.V6 = 64 }, func(*k8sflags.Addressing) {}},
		{"masks that nobody uses", func(a *k8sflags.Addressing) { a.ExternalNodeCIDRs, a.NodeMasks.V4 = true, 26 },
			func(a *k8sflags.Addressing) { a.ExternalNodeCIDRs = true }},
		{"no minimum is ipvs' default", func(a *k8sflags.Addressing) { a.ProxyMode, a.ProxyMinSyncPeriod = "ipvs", -1 },
			func(a *k8sflags.Addressing) { a.ProxyMode = "ipvs" }},
		{"no minimum, said in two ways", func(a *k8sflags.Addressing) { a.ProxyMinSyncPeriod = -7 },
			func(a *k8sflags.Addressing) { a.ProxyMinSyncPeriod = -1 }},
		{"interface without a use", func(a *k8sflags.Addressing) { a.PodInterface = "cni0" }, func(*k8sflags.Addressing) {}},
		{"unspecified address", func(a *k8sflags.Addressing) { a.AdvertiseAddress = netip.IPv4Unspecified() }, func(*k8sflags.Addressing) {}},
		{"IPv4-mapped address", func(a *k8sflags.Addressing) { a.AdvertiseAddress = netip.MustParseAddr("::ffff:10.0.0.1") },
			func(a *k8sflags.Addressing) { a.AdvertiseAddress = netip.MustParseAddr("10.0.0.1") }},
		{"what a kubelet by itself has no use for", func(a *k8sflags.Addressing) { a.Standalone = true },
			func(a *k8sflags.Addressing) {
				*a = k8sflags.Addressing{Version: a.Version, Pods: a.Pods, Services: a.Services, Standalone: true, MaxPods: 110}
			}},
	} {
		a, b := base(), base()
		c.change(&a)
		c.same(&b)
		if !a.Equal(b) {
			t.Errorf("%s:\n%+v\n%+v", c.name, a.Normalize(), b.Normalize())
		}
	}
	a, b := base(), base()
	a.ProxyMinSyncPeriod = -1
	if a.Equal(b) {
		t.Error("no minimum is the same as the default minimum")
	}
}

func TestNormalizeTwiceIsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := drawAddressing(t).Normalize()
		if twice := once.Normalize(); twice != once {
			t.Fatalf("%+v\n%+v", once, twice)
		}
	})
}
