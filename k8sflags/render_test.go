package k8sflags_test

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

var (
	pair  = dualstack.MustParse
	addrs = dualstack.MustParseAddrs
)

// base is an addressing with as little said as can be.
func base() k8sflags.Addressing {
	return k8sflags.Addressing{Version: k8sflags.MaxVersion(), Pods: pair("10.244.0.0/16"), Services: pair("10.96.0.0/16")}
}

// lines returns each process' command on one line.
func lines(s k8sflags.Set) []string {
	var out []string
	for _, p := range s.Processes {
		out = append(out, strings.Join(append([]string{string(p.Component)}, p.Flags.Args()...), " "))
	}
	return out
}

func TestRender(t *testing.T) {
	for _, c := range []struct {
		name string
		a    k8sflags.Addressing
		want []string
	}{
		{"defaults", base(), []string{
			"kube-apiserver --bind-address=0.0.0.0 --secure-port=6443 --service-cluster-ip-range=10.96.0.0/16 --service-node-port-range=30000-32767",
			"kube-controller-manager --allocate-node-cidrs=true --cluster-cidr=10.244.0.0/16 --service-cluster-ip-range=10.96.0.0/16 --node-cidr-mask-size-ipv4=24 --cluster-name=kubernetes",
			"kubelet --cluster-dns=10.96.0.10 --cluster-domain=cluster.local --max-pods=110",
			"kube-proxy --proxy-mode=iptables --detect-local-mode=ClusterCIDR --cluster-cidr=10.244.0.0/16 --iptables-sync-period=30s --iptables-min-sync-period=1s",
		}},
		{"IPv6 alone", k8sflags.Addressing{Version: k8sflags.MinVersion(), Pods: pair("fd00:10:244::/48"), Services: pair("fd00:10:96::/112"), BindAddress: netip.IPv6Unspecified()}, []string{
			"kube-apiserver --bind-address=:: --secure-port=6443 --service-cluster-ip-range=fd00:10:96::/112 --service-node-port-range=30000-32767",
			"kube-controller-manager --allocate-node-cidrs=true --cluster-cidr=fd00:10:244::/48 --service-cluster-ip-range=fd00:10:96::/112 --node-cidr-mask-size-ipv6=64 --cluster-name=kubernetes",
			"kubelet --cluster-dns=fd00:10:96::a --cluster-domain=cluster.local --max-pods=110",
			"kube-proxy --proxy-mode=iptables --detect-local-mode=ClusterCIDR --cluster-cidr=fd00:10:244::/48 --iptables-sync-period=30s --iptables-min-sync-period=1s",
		}},
		{"everything said", k8sflags.Addressing{
			Version: k8sflags.MinVersion(), ClusterName: "prod", ClusterDomain: "prod.example",
			Pods: pair("fd00:10:244::/56,10.0.0.0/9"), Services: pair("fd00:10:96::/112,10.128.0.0/16"),
			NodeMasks: dualstack.Masks{V4: 22, V6: 68}, AdvertiseAddress: netip.MustParseAddr("fd00:1::1"),
			BindAddress: netip.MustParseAddr("fd00:1::2"), SecurePort: 443, NodePorts: k8sflags.PortRange{Min: 20000, Max: 20100},
			NodeIPs: addrs("fd00:1::3,192.168.0.3"), ClusterDNS: addrs("fd00:10:96::20,10.128.0.20"), MaxPods: 500,
			ProxyMode: k8sflags.ProxyIPVS, ProxySyncPeriod: time.Minute, ProxyMinSyncPeriod: 2 * time.Second, DetectLocalMode: k8sflags.DetectNodeCIDR,
		}, []string{
			"kube-apiserver --advertise-address=fd00:1::1 --bind-address=fd00:1::2 --secure-port=443 --service-cluster-ip-range=fd00:10:96::/112,10.128.0.0/16 --service-node-port-range=20000-20100",
			"kube-controller-manager --allocate-node-cidrs=true --cluster-cidr=fd00:10:244::/56,10.0.0.0/9 --service-cluster-ip-range=fd00:10:96::/112,10.128.0.0/16 --node-cidr-mask-size-ipv4=22 --node-cidr-mask-size-ipv6=68 --cluster-name=prod",
			"kubelet --node-ip=fd00:1::3,192.168.0.3 --cluster-dns=fd00:10:96::20,10.128.0.20 --cluster-domain=prod.example --max-pods=500",
			"kube-proxy --proxy-mode=ipvs --detect-local-mode=NodeCIDR --ipvs-sync-period=1m0s --ipvs-min-sync-period=2s",
		}},
		{"a network plugin's own blocks", k8sflags.Addressing{
			Version: k8sflags.MaxVersion(), Pods: pair("10.244.0.0/16"), Services: pair("10.96.0.0/16"), ExternalNodeCIDRs: true,
			NodeMasks: dualstack.Masks{V4: 26}, MaxPods: 250, ProxyMode: k8sflags.ProxyNFTables, ProxyMinSyncPeriod: -5,
			DetectLocalMode: k8sflags.DetectInterfaceNamePrefix, PodInterface: "cali",
		}, []string{
			"kube-apiserver --bind-address=0.0.0.0 --secure-port=6443 --service-cluster-ip-range=10.96.0.0/16 --service-node-port-range=30000-32767",
			"kube-controller-manager --allocate-node-cidrs=false --cluster-name=kubernetes",
			"kubelet --cluster-dns=10.96.0.10 --cluster-domain=cluster.local --max-pods=250",
			"kube-proxy --proxy-mode=nftables --detect-local-mode=InterfaceNamePrefix --cluster-cidr=10.244.0.0/16 --pod-interface-name-prefix=cali --iptables-sync-period=30s --iptables-min-sync-period=0s",
		}},
		{"a kubelet by itself", k8sflags.Addressing{
			Version: k8sflags.MaxVersion(), Standalone: true, Pods: pair("10.244.1.0/24"), NodeIPs: addrs("192.168.0.3"), SecurePort: 443,
		}, []string{"kubelet --node-ip=192.168.0.3 --pod-cidr=10.244.1.0/24 --max-pods=110"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := k8sflags.Render(c.a)
			if err != nil {
				t.Fatal(err)
			}
			if got := lines(s); !slices.Equal(got, c.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
			if s.Version != c.a.Version {
				t.Errorf("the set is of %s", s.Version)
			}
		})
	}
}

func TestRenderRefuses(t *testing.T) {
	with := func(change func(*k8sflags.Addressing)) k8sflags.Addressing {
		a := base()
		change(&a)
		return a
	}
	for _, c := range []struct {
		name string
		a    k8sflags.Addressing
		err  error
		says string
	}{
		{"no version", with(func(a *k8sflags.Addressing) { a.Version = k8sflags.Version{} }), k8sflags.ErrVersion, "have 1.24 to 1.37"},
		{"old version", with(func(a *k8sflags.Addressing) { a.Version.Minor = 23 }), k8sflags.ErrVersion, "1.23"},
		{"new version", with(func(a *k8sflags.Addressing) { a.Version.Minor = 38 }), k8sflags.ErrVersion, "1.38"},
		{"no services", with(func(a *k8sflags.Addressing) { a.Services = dualstack.Pair{} }), k8sflags.ErrIncomplete, "Services"},
		{"no pods", with(func(a *k8sflags.Addressing) { a.Pods = dualstack.Pair{} }), k8sflags.ErrIncomplete, "Pods"},
		{"a kubelet by itself without a block", k8sflags.Addressing{Version: k8sflags.MaxVersion(), Standalone: true}, k8sflags.ErrIncomplete, "pod block"},
		{"a kubelet by itself with services", with(func(a *k8sflags.Addressing) { a.Standalone = true }), k8sflags.ErrContradiction, "Services"},
		{"services without pods of the family", with(func(a *k8sflags.Addressing) { a.Services = pair("10.96.0.0/16,fd00::/112") }), k8sflags.ErrContradiction, "no pods of IPv6"},
		{"blocks that nobody gives", with(func(a *k8sflags.Addressing) { a.ExternalNodeCIDRs, a.DetectLocalMode = true, k8sflags.DetectNodeCIDR }), k8sflags.ErrContradiction, "NodeCIDR"},
		{"services among the pods of a plugin", with(func(a *k8sflags.Addressing) { a.ExternalNodeCIDRs, a.Services = true, pair("10.244.0.0/20") }), k8sflags.ErrContradiction, "overlap"},
		{"zone", with(func(a *k8sflags.Addressing) { a.AdvertiseAddress = netip.MustParseAddr("fd00::1%eth0") }), k8sflags.ErrSyntax, "zone"},
		{"ports backwards", with(func(a *k8sflags.Addressing) { a.NodePorts = k8sflags.PortRange{Min: 2, Max: 1} }), k8sflags.ErrSyntax, "NodePorts"},
		{"ports beyond the last", with(func(a *k8sflags.Addressing) { a.NodePorts = k8sflags.PortRange{Min: 2, Max: 70000} }), k8sflags.ErrRefused, "service-node-port-range"},
		{"services too large", with(func(a *k8sflags.Addressing) { a.Services, a.Version.Minor = pair("172.0.0.0/8"), 33 }), k8sflags.ErrRefused,
			`k8sflags: kube-apiserver --service-cluster-ip-range "172.0.0.0/8": 172.0.0.0/8 is too large, at most 20 host bits at Kubernetes 1.33 (use a /12 or longer)`},
		{"IPv6 services too large", with(func(a *k8sflags.Addressing) { a.Services, a.Pods = pair("fd00::/60"), pair("fd01::/48") }), k8sflags.ErrRefused, "shorter than /64"},
		{"services too small", with(func(a *k8sflags.Addressing) { a.Services = pair("10.96.0.0/30") }), k8sflags.ErrRefused, "at least 8 addresses"},
		{"advertised address of the other family", with(func(a *k8sflags.Addressing) { a.AdvertiseAddress = netip.MustParseAddr("fd00::1") }), k8sflags.ErrRefused, "IPv6, but the primary service range"},
		{"node block larger than the pods", with(func(a *k8sflags.Addressing) { a.NodeMasks.V4 = 15 }), k8sflags.ErrRefused, "does not fit"},
		{"node mask beyond an address", with(func(a *k8sflags.Addressing) { a.NodeMasks.V4 = 33 }), k8sflags.ErrRefused, "32 bits"},
		{"IPv6 blocks too many", with(func(a *k8sflags.Addressing) { a.Pods, a.Services = pair("fd00:1::/40"), pair("fd00:2::/112") }), k8sflags.ErrRefused, "24 bits longer"},
		{"more pods than addresses", with(func(a *k8sflags.Addressing) { a.MaxPods = 254 }), k8sflags.ErrRefused, "use at most 253"},
		{"services are the pods", with(func(a *k8sflags.Addressing) { a.Services = a.Pods }), k8sflags.ErrRefused, "no node block"},
		{"node in the services", with(func(a *k8sflags.Addressing) { a.NodeIPs = addrs("10.96.0.7") }), k8sflags.ErrRefused, "service range"},
		{"DNS outside", with(func(a *k8sflags.Addressing) { a.ClusterDNS = addrs("10.97.0.10") }), k8sflags.ErrRefused, "not in the service range"},
		{"nftables before its time", with(func(a *k8sflags.Addressing) { a.ProxyMode, a.Version.Minor = k8sflags.ProxyNFTables, 30 }), k8sflags.ErrRefused, "NFTablesProxyMode"},
		{"userspace after its time", with(func(a *k8sflags.Addressing) { a.ProxyMode = "userspace" }), k8sflags.ErrRefused, "1.26"},
		{"bridge without a name", with(func(a *k8sflags.Addressing) { a.DetectLocalMode = k8sflags.DetectBridgeInterface }), k8sflags.ErrRefused, "pod-bridge-interface"},
		{"period below zero", with(func(a *k8sflags.Addressing) { a.ProxySyncPeriod = -1 }), k8sflags.ErrRefused, "greater than 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := k8sflags.Render(c.a)
			if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %v that says %s", err, c.err, c.says)
			}
			if len(s.Processes) != 0 {
				t.Error("flags in spite of the error")
			}
			if _, err2 := k8sflags.RenderKubelet(c.a, dualstack.Addrs{}); err2 == nil || err2.Error() != err.Error() {
				t.Errorf("RenderKubelet says %v", err2)
			}
		})
	}
}

func TestRefusedErrorCarriesFindings(t *testing.T) {
	a := base()
	a.MaxPods, a.SecurePort = 254, -1
	_, err := k8sflags.Render(a)
	var refused *k8sflags.RefusedError
	if !errors.As(err, &refused) || len(refused.Findings) != 2 || refused.Findings[0].Rule != "KC212" || !strings.HasSuffix(err.Error(), "; 1 more") {
		t.Errorf("%v", err)
	}
}

func TestRenderKubelet(t *testing.T) {
	a := base()
	a.NodeIPs = addrs("192.168.0.1")
	for node, want := range map[string]string{
		"192.168.0.7": "192.168.0.7",
		"":            "192.168.0.1",
	} {
		var ips dualstack.Addrs
		if node != "" {
			ips = addrs(node)
		}
		f, err := k8sflags.RenderKubelet(a, ips)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := f.Get("node-ip"); got != want || f.Component() != k8sflags.Kubelet {
			t.Errorf("%q: node-ip %s", node, got)
		}
	}
	if _, err := k8sflags.RenderKubelet(a, addrs("10.244.0.1")); !errors.Is(err, k8sflags.ErrRefused) {
		t.Errorf("a node among the pods: %v", err)
	}
}

// drawAddressing draws addressings of which most can be rendered.
func drawAddressing(t *rapid.T) k8sflags.Addressing {
	some := func(name string) bool { return rapid.Bool().Draw(t, name) }
	a := k8sflags.Addressing{Version: rapid.SampledFrom(slices.Collect(k8sflags.Versions())).Draw(t, "version")}
	families := rapid.IntRange(0, 3).Draw(t, "families")
	odd := rapid.IntRange(0, 4).Draw(t, "families that differ") == 0
	from := func(name string, v4, v6 []string) dualstack.Pair {
		p4, p6 := rapid.SampledFrom(v4).Draw(t, name+" v4"), rapid.SampledFrom(v6).Draw(t, name+" v6")
		if odd {
			families = rapid.IntRange(0, 3).Draw(t, name+" families")
		}
		switch families {
		case 0:
			return pair(p4)
		case 1:
			return pair(p6)
		case 2:
			return pair(p4 + "," + p6)
		}
		return pair(p6 + "," + p4)
	}
	a.Pods = from("pods", []string{"10.244.0.0/16", "10.0.0.0/8", "10.244.0.0/20", "172.16.0.0/12"}, []string{"fd00:10:244::/48", "fd00:10:244::/56", "fd00:10:244::/60"})
	a.Services = from("services", []string{"10.96.0.0/12", "10.96.0.0/16", "172.20.0.0/16", "10.96.0.0/28", "10.96.0.0/29", "192.168.192.0/18"}, []string{"fd00:10:96::/112", "fd00:10:96::/108", "fd00:10:96::/64", "fd00:10:244::/112"})
	a.ExternalNodeCIDRs = rapid.IntRange(0, 3).Draw(t, "external") == 0
	if a.ExternalNodeCIDRs && some("pods unknown") {
		a.Pods = dualstack.Pair{}
	}
	if rapid.IntRange(0, 9).Draw(t, "standalone") == 0 {
		a.Standalone, a.Services = true, dualstack.Pair{}
	}
	if some("masks") {
		a.NodeMasks = dualstack.Masks{V4: rapid.IntRange(20, 27).Draw(t, "mask v4"), V6: rapid.IntRange(60, 72).Draw(t, "mask v6")}
	}
	if some("names") {
		a.ClusterName = rapid.SampledFrom([]string{"prod", "it's", "a b", "x=y", "--"}).Draw(t, "cluster name")
		a.ClusterDomain = rapid.SampledFrom([]string{"cluster.local", "k8s.example"}).Draw(t, "domain")
	}
	addr := rapid.Custom(func(t *rapid.T) netip.Addr {
		return netip.MustParseAddr(rapid.SampledFrom([]string{"192.168.0.1", "192.168.3.4", "fd01::1", "fd01::2", "0.0.0.0", "::", "127.0.0.1", "::ffff:192.168.0.1"}).Draw(t, "address"))
	})
	if rapid.IntRange(0, 3).Draw(t, "advertised") == 0 {
		a.AdvertiseAddress = addr.Draw(t, "advertise")
	}
	if rapid.IntRange(0, 3).Draw(t, "bound") == 0 {
		a.BindAddress = addr.Draw(t, "bind")
	}
	if some("ports") {
		a.SecurePort = rapid.IntRange(0, 65535).Draw(t, "secure port")
		a.NodePorts.Min = rapid.IntRange(1, 40000).Draw(t, "first node port")
		a.NodePorts.Max = a.NodePorts.Min + rapid.IntRange(0, 3000).Draw(t, "node ports")
	}
	if rapid.IntRange(0, 3).Draw(t, "node addresses") == 0 {
		a.NodeIPs = addrs(rapid.SampledFrom([]string{"192.168.3.4", "fd01::2", "192.168.3.4,fd01::2", "fd01::2,192.168.3.4", "0.0.0.0", "10.97.0.1"}).Draw(t, "node"))
	}
	if rapid.IntRange(0, 3).Draw(t, "DNS") == 0 {
		a.ClusterDNS = addrs(rapid.SampledFrom([]string{"10.96.0.10", "fd00:10:96::a", "10.96.0.10,fd00:10:96::a", "10.96.0.2", "169.254.20.10"}).Draw(t, "DNS address"))
	}
	a.MaxPods = rapid.SampledFrom([]int{0, 0, 1, 29, 61, 110, 250, 1000}).Draw(t, "max pods")
	a.ProxyMode = rapid.SampledFrom([]string{"", "", k8sflags.ProxyIPTables, k8sflags.ProxyIPVS, k8sflags.ProxyNFTables, "userspace"}).Draw(t, "proxy mode")
	if some("sync") {
		a.ProxySyncPeriod = time.Duration(rapid.Int64Range(1, int64(time.Hour)).Draw(t, "period"))
		a.ProxyMinSyncPeriod = time.Duration(rapid.Int64Range(-2, int64(time.Minute)).Draw(t, "minimum"))
	}
	a.DetectLocalMode = rapid.SampledFrom([]string{"", "", k8sflags.DetectClusterCIDR, k8sflags.DetectNodeCIDR, k8sflags.DetectBridgeInterface, k8sflags.DetectInterfaceNamePrefix}).Draw(t, "detect")
	if rapid.IntRange(0, 5).Draw(t, "no interface") != 0 {
		a.PodInterface = rapid.SampledFrom([]string{"cni0", "veth"}).Draw(t, "interface name")
	}
	return a
}

func TestWhatIsRenderedIsReadBack(t *testing.T) {
	rendered, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		a := drawAddressing(t)
		s, err := k8sflags.Render(a)
		if err != nil {
			refused++
			return
		}
		rendered++
		back, err := k8sflags.Infer(s)
		if err != nil {
			t.Fatal(err)
		}
		if back != a.Normalize() || !back.Equal(a) {
			t.Fatalf("got  %+v\nwant %+v", back, a.Normalize())
		}
	})
	t.Logf("%d rendered, %d refused", rendered, refused)
	if rendered == 0 || refused == 0 {
		t.Error("the draw is one-sided")
	}
}

func TestWhatIsRenderedHasNoErrors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, err := k8sflags.Render(drawAddressing(t))
		if err != nil {
			return
		}
		for _, f := range k8sflags.Check(s) {
			if f.Severity == k8sflags.Error {
				t.Fatal(f)
			}
		}
		// The flags say the same as text, which is how they get to a cluster.
		for i, p := range s.Processes {
			argv, err := k8sflags.SplitCommand(p.Flags.String())
			if err != nil {
				t.Fatal(err)
			}
			if s.Processes[i], err = k8sflags.ParseCommand(argv); err != nil {
				t.Fatal(err)
			}
		}
		for _, f := range k8sflags.Check(s) {
			if f.Severity == k8sflags.Error {
				t.Fatal(f)
			}
		}
	})
}

func TestRecommendedValuesHaveNoFindings(t *testing.T) {
	for v := range k8sflags.Versions() {
		for _, families := range []struct{ pods, services, node string }{
			{"10.244.0.0/16", "10.96.0.0/12", "192.168.0.1"},
			{"fd00:10:244::/48", "fd00:10:96::/112", "fd01::1"},
			{"10.244.0.0/16,fd00:10:244::/48", "10.96.0.0/12,fd00:10:96::/112", "192.168.0.1,fd01::1"},
			{"fd00:10:244::/48,10.244.0.0/16", "fd00:10:96::/112,10.96.0.0/12", "fd01::1,192.168.0.1"},
			{"10.244.0.0/16,fd00:10:244::/48", "10.96.0.0/12", "192.168.0.1"},
		} {
			a := k8sflags.Addressing{Version: v, Pods: pair(families.pods), Services: pair(families.services)}
			node := addrs(families.node)
			for _, said := range []dualstack.Addrs{{}, node} {
				a.NodeIPs, a.AdvertiseAddress = said, said.Primary()
				s, err := k8sflags.Render(a)
				if err != nil {
					t.Fatal(err)
				}
				if got := k8sflags.Check(s, k8sflags.WithNodes(256)); len(got) != 0 {
					t.Errorf("%s %s: %v", v, families.pods, got)
				}
			}
		}
	}
}
