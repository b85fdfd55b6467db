package manifest_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/k8sflags/manifest"
)

var (
	pair  = dualstack.MustParse
	addrs = dualstack.MustParseAddrs
)

func base(minor int) k8sflags.Addressing {
	return k8sflags.Addressing{
		Version: k8sflags.Version{Major: 1, Minor: minor},
		Pods:    pair("10.244.0.0/16"), Services: pair("10.96.0.0/16"),
	}
}

// everything says all that can be said.
func everything(minor int) k8sflags.Addressing {
	return k8sflags.Addressing{
		Version: k8sflags.Version{Major: 1, Minor: minor}, ClusterName: "it's: prod", ClusterDomain: "prod.example",
		Pods: pair("fd00:10:244::/56,10.128.0.0/11"), Services: pair("fd00:10:96::/112,10.96.0.0/16"),
		NodeMasks: dualstack.Masks{V4: 23, V6: 68}, AdvertiseAddress: netip.MustParseAddr("fd01::1"),
		BindAddress: netip.IPv6Unspecified(), SecurePort: 7443, NodePorts: k8sflags.PortRange{Min: 31000, Max: 31999},
		NodeIPs: addrs("fd01::1,192.168.0.1"), ClusterDNS: addrs("fd00:10:96::53,10.96.0.53"), MaxPods: 250,
		ProxyMode: k8sflags.ProxyIPVS, ProxySyncPeriod: time.Minute, ProxyMinSyncPeriod: 2 * time.Second,
		DetectLocalMode: k8sflags.DetectBridgeInterface, PodInterface: "cni0",
	}
}

func TestRender(t *testing.T) {
	external := base(34)
	external.ExternalNodeCIDRs, external.ProxyMode = true, k8sflags.ProxyNFTables
	kubelet := k8sflags.Addressing{Version: k8sflags.MaxVersion(), Standalone: true, Pods: pair("10.0.0.0/24")}
	serviceCIDR := func(name string) func(k8sflags.Addressing) ([]byte, error) {
		return func(a k8sflags.Addressing) ([]byte, error) { return manifest.RenderServiceCIDR(a, name) }
	}
	for _, c := range []struct {
		name   string
		render func(k8sflags.Addressing) ([]byte, error)
		a      k8sflags.Addressing
	}{
		{"kubeadm-1.24", manifest.RenderKubeadm, everything(24)},
		{"kubeadm-1.30", manifest.RenderKubeadm, base(30)},
		{"kubeadm-1.31", manifest.RenderKubeadm, everything(31)},
		{"kubeadm-1.37", manifest.RenderKubeadm, base(37)},
		{"kubeadm-external", manifest.RenderKubeadm, external},
		{"kubelet", manifest.RenderKubelet, everything(34)},
		{"kubelet-standalone", manifest.RenderKubelet, kubelet},
		{"proxy", manifest.RenderProxy, base(34)},
		{"proxy-nftables", manifest.RenderProxy, external},
		{"static-pods", manifest.RenderStaticPods, everything(34)},
		{"servicecidr-1.29", serviceCIDR(""), base(29)},
		{"servicecidr-1.31", serviceCIDR("more"), base(31)},
		{"servicecidr-1.33", serviceCIDR("kubernetes"), everything(33)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.render(c.a)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, "render-"+c.name+".yaml", string(got))
			again, err := c.render(c.a)
			if err != nil || !bytes.Equal(got, again) {
				t.Errorf("the second time %s, %v", again, err)
			}
		})
	}
}

func TestRenderRefuses(t *testing.T) {
	with := func(minor int, change func(*k8sflags.Addressing)) k8sflags.Addressing {
		a := base(minor)
		change(&a)
		return a
	}
	standalone := k8sflags.Addressing{Version: k8sflags.MaxVersion(), Standalone: true, Pods: pair("10.0.0.0/24")}
	serviceCIDR := func(a k8sflags.Addressing) ([]byte, error) { return manifest.RenderServiceCIDR(a, "") }
	for _, c := range []struct {
		name   string
		render func(k8sflags.Addressing) ([]byte, error)
		a      k8sflags.Addressing
		err    error
		says   []string
	}{
		{"what Render refuses", manifest.RenderKubelet, with(34, func(a *k8sflags.Addressing) { a.MaxPods = 300 }), k8sflags.ErrRefused, []string{"manifest: k8sflags: kubelet --max-pods", "use at most 253"}},
		{"no version", manifest.RenderProxy, k8sflags.Addressing{}, k8sflags.ErrVersion, []string{"1.24 to 1.37"}},
		{"no services", manifest.RenderStaticPods, k8sflags.Addressing{Version: k8sflags.MaxVersion()}, k8sflags.ErrIncomplete, []string{"Services"}},
		{"services too small for kubeadm", manifest.RenderKubeadm, with(34, func(a *k8sflags.Addressing) { a.Services = pair("10.96.0.0/29") }), manifest.ErrRefused,
			[]string{"10.96.0.0/29", "kubeadm refuses", "fewer than 10 addresses", "use a /28 or shorter"}},
		{"IPv6 services too small for kubeadm", manifest.RenderKubeadm, with(34, func(a *k8sflags.Addressing) { a.Pods, a.Services = pair("fd00:1::/56"), pair("fd00:2::/125") }), manifest.ErrRefused,
			[]string{"kubeadm refuses", "use a /124 or shorter"}},
		{"services too large for kubeadm", manifest.RenderKubeadm, with(34, func(a *k8sflags.Addressing) { a.Services = pair("11.0.0.0/8") }), manifest.ErrRefused,
			[]string{"kubeadm refuses 11.0.0.0/8", "more than 20 host bits"}},
		{"IPv6 services too large for kubeadm", manifest.RenderKubeadm, with(37, func(a *k8sflags.Addressing) { a.Pods, a.Services = pair("fd00:1::/56"), pair("fd00:2::/64") }), manifest.ErrRefused,
			[]string{"kubeadm refuses fd00:2::/64"}},
		{"pods too few for kubeadm", manifest.RenderKubeadm, with(34, func(a *k8sflags.Addressing) { a.Pods, a.NodeMasks.V4, a.MaxPods = pair("10.244.0.0/29"), 29, 5 }), manifest.ErrRefused,
			[]string{"kubeadm refuses 10.244.0.0/29", "fewer than 14 addresses", "use a /28 or shorter"}},
		{"IPv4 node blocks too many for kubeadm", manifest.RenderKubeadm, with(34, func(a *k8sflags.Addressing) {
			a.Pods, a.Services, a.NodeMasks.V4, a.MaxPods = pair("10.0.0.0/8"), pair("172.20.0.0/16"), 26, 61
		}), manifest.ErrRefused, []string{"kubeadm reckons with node blocks of /26", "more than 16 bits"}},
		{"domain", manifest.RenderKubeadm, with(34, func(a *k8sflags.Addressing) { a.ClusterDomain = "Cluster.local" }), manifest.ErrRefused, []string{`ClusterDomain "Cluster.local"`, "lower case"}},
		{"all at once", manifest.RenderKubeadm, with(34, func(a *k8sflags.Addressing) { a.ClusterDomain, a.Services = "a..b", pair("11.0.0.0/8") }), manifest.ErrRefused, []string{"a..b", "11.0.0.0/8"}},
		{"kubeadm for one kubelet", manifest.RenderKubeadm, standalone, manifest.ErrRefused, []string{"Standalone"}},
		{"kube-proxy for one kubelet", manifest.RenderProxy, standalone, manifest.ErrRefused, []string{"Standalone"}},
		{"Pods for one kubelet", manifest.RenderStaticPods, standalone, manifest.ErrRefused, []string{"Standalone"}},
		{"Services for one kubelet", serviceCIDR, standalone, manifest.ErrRefused, []string{"Standalone"}},
		{"no least time in a file", manifest.RenderProxy, with(34, func(a *k8sflags.Addressing) { a.ProxyMinSyncPeriod = -1 }), manifest.ErrRefused, []string{"ProxyMinSyncPeriod", "1ms"}},
		{"no least time in kubeadm's", manifest.RenderKubeadm, with(34, func(a *k8sflags.Addressing) { a.ProxyMinSyncPeriod, a.ProxyMode = -1, k8sflags.ProxyNFTables }), manifest.ErrRefused, []string{"ProxyMinSyncPeriod"}},
		{"ServiceCIDR before its time", serviceCIDR, base(28), manifest.ErrRefused, []string{"Kubernetes 1.28 has no ServiceCIDR", "new in 1.29", "--service-cluster-ip-range"}},
		{"name of a ServiceCIDR", func(a k8sflags.Addressing) ([]byte, error) { return manifest.RenderServiceCIDR(a, "My range") }, base(33), manifest.ErrRefused, []string{`"My range"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := c.render(c.a)
			if !errors.Is(err, c.err) || len(got) != 0 {
				t.Fatalf("%q, %v; want %v", got, err, c.err)
			}
			for _, want := range c.says {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %q", err, want)
				}
			}
		})
	}
}

// readBack reads what was rendered.
func readBack(t *rapid.T, text []byte) k8sflags.Set {
	f, err := manifest.Read("rendered.yaml", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	s, missing, err := manifest.Join(f)
	if err != nil || len(missing) > 0 {
		t.Fatalf("%v %v\n%s", missing, err, text)
	}
	return s
}

// drawAddressing draws addressings of which most can be rendered.
func drawAddressing(t *rapid.T) k8sflags.Addressing {
	one := func(name string, of ...string) string { return rapid.SampledFrom(of).Draw(t, name) }
	some := func(name string) bool { return rapid.Bool().Draw(t, name) }
	a := k8sflags.Addressing{Version: rapid.SampledFrom(slices.Collect(k8sflags.Versions())).Draw(t, "version")}
	families := rapid.IntRange(0, 3).Draw(t, "families")
	from := func(v4, v6 string) dualstack.Pair {
		return pair([]string{v4, v6, v4 + "," + v6, v6 + "," + v4}[families])
	}
	a.Pods = from(one("pods", "10.244.0.0/16", "10.0.0.0/8", "10.244.0.0/20"), one("IPv6 pods", "fd00:10:244::/48", "fd00:10:244::/56", "fd00:10:244::/60"))
	a.Services = from(one("services", "11.96.0.0/12", "11.96.0.0/16", "11.96.0.0/28", "11.96.0.0/29"), one("IPv6 services", "fd00:10:96::/112", "fd00:10:96::/108", "fd00:10:96::/64"))
	if a.ExternalNodeCIDRs = rapid.IntRange(0, 3).Draw(t, "external") == 0; a.ExternalNodeCIDRs && some("pods unknown") {
		a.Pods = dualstack.Pair{}
	}
	if some("masks") {
		a.NodeMasks = dualstack.Masks{V4: rapid.IntRange(22, 26).Draw(t, "mask"), V6: rapid.IntRange(62, 72).Draw(t, "IPv6 mask")}
	}
	if some("names") {
		a.ClusterName = one("cluster name", "prod", "it's", "a: b", "1.30", "true", "- x", "#", "null", "&a", "ü", "$$", "$HOME")
		a.ClusterDomain = one("domain", "cluster.local", "k8s.example", "1.2", "0x10")
	}
	if node := []string{"192.168.3.4", "fd01::2", "192.168.3.4,fd01::2", "fd01::2,192.168.3.4"}[families]; some("node") {
		a.NodeIPs = addrs(node)
		a.AdvertiseAddress = a.NodeIPs.Primary()
	}
	if some("bind") {
		a.BindAddress = netip.MustParseAddr(one("bind address", "0.0.0.0", "::", "192.168.0.1"))
	}
	if some("ports") {
		a.SecurePort = rapid.IntRange(1, 65535).Draw(t, "secure port")
		a.NodePorts.Min = rapid.IntRange(20000, 40000).Draw(t, "first node port")
		a.NodePorts.Max = a.NodePorts.Min + rapid.IntRange(0, 3000).Draw(t, "node ports")
	}
	a.MaxPods = rapid.SampledFrom([]int{0, 0, 29, 61, 250}).Draw(t, "max pods")
	a.ProxyMode = one("proxy mode", "", k8sflags.ProxyIPTables, k8sflags.ProxyIPVS, k8sflags.ProxyNFTables)
	if some("periods") {
		a.ProxySyncPeriod = time.Duration(rapid.Int64Range(int64(time.Second), int64(time.Hour)).Draw(t, "period"))
		a.ProxyMinSyncPeriod = time.Duration(rapid.Int64Range(-1, int64(time.Second)).Draw(t, "minimum"))
	}
	a.DetectLocalMode = one("detect", "", k8sflags.DetectClusterCIDR, k8sflags.DetectNodeCIDR, k8sflags.DetectBridgeInterface, k8sflags.DetectInterfaceNamePrefix)
	a.PodInterface = one("interface", "cni0", "veth", "0")
	return a
}

func TestWhatIsRenderedIsReadBack(t *testing.T) {
	rendered, refusals := map[string]int{}, 0
	rapid.Check(t, func(t *rapid.T) {
		a := drawAddressing(t)
		text, err := manifest.RenderKubeadm(a)
		if err != nil {
			refusals++
			if !errors.Is(err, manifest.ErrRefused) && !errors.Is(err, k8sflags.ErrRefused) && !errors.Is(err, k8sflags.ErrContradiction) {
				t.Fatal(err)
			}
			return
		}
		rendered[a.Version.String()]++
		s := readBack(t, text)
		back, err := k8sflags.Infer(s)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if !back.Equal(a) {
			t.Fatalf("got  %+v\nwant %+v\n%s", back, a.Normalize(), text)
		}
		for _, f := range k8sflags.Check(s) {
			if f.Severity == k8sflags.Error {
				t.Fatalf("%v\n%s", f, text)
			}
		}
	})
	t.Logf("%d refused, rendered by version: %v", refusals, rendered)
	if len(rendered) < 7 || refusals == 0 {
		t.Error("the draw is one-sided")
	}
}

// The flags of the other files are those of Render.
func TestWhatIsRenderedAsPartsHasTheSameFlags(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawAddressing(t)
		want, err := k8sflags.Render(a)
		if err != nil {
			return
		}
		pods, err := manifest.RenderStaticPods(a)
		if err != nil {
			t.Fatal(err)
		}
		compare := func(text []byte, of ...k8sflags.Component) {
			got := readBack(t, text)
			for _, c := range of {
				if g, w := settingsOf(got, c), settingsOf(want, c); !slices.Equal(g, w) {
					t.Fatalf("%s: got %q, want %q", c, g, w)
				}
			}
		}
		compare(pods, k8sflags.APIServer, k8sflags.ControllerManager, k8sflags.Proxy)
		a.NodeIPs = dualstack.Addrs{} // has no field
		if want, err = k8sflags.Render(a); err != nil {
			return
		}
		kubelet, err := manifest.RenderKubelet(a)
		if err != nil {
			t.Fatal(err)
		}
		compare(kubelet, k8sflags.Kubelet)
		proxy, err := manifest.RenderProxy(a)
		if errors.Is(err, manifest.ErrRefused) || a.Normalize().ProxyMinSyncPeriod == 0 {
			return // 0 is the default of a field, and is not written back
		}
		if err != nil {
			t.Fatal(err)
		}
		compare(proxy, k8sflags.Proxy)
	})
}

// settingsOf returns the values of all flags of the only process of a component.
func settingsOf(s k8sflags.Set, c k8sflags.Component) []string {
	var out []string
	for p := range s.Of(c) {
		for f := range p.Flags.All() {
			v, _ := p.Flags.Get(f.Name)
			if setting := fmt.Sprintf("%s=%s", f.Name, v); !slices.Contains(out, setting) {
				out = append(out, setting)
			}
		}
	}
	slices.Sort(out)
	return out
}

func TestServiceCIDRHasTheServiceRange(t *testing.T) {
	a := everything(34)
	text, err := manifest.RenderServiceCIDR(a, "")
	if err != nil {
		t.Fatal(err)
	}
	for p := range a.Services.All() {
		if !strings.Contains(string(text), "- "+p.String()+"\n") {
			t.Errorf("no %s in\n%s", p, text)
		}
	}
}
