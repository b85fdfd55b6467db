package kubernetes

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	proxyconfig "k8s.io/kube-proxy/config/v1alpha1"
	kubeletconfig "k8s.io/kubelet/config/v1beta1"
	kubeadm "k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm"
	"k8s.io/kubernetes/cmd/kubeadm/app/componentconfigs"
	"k8s.io/kubernetes/cmd/kubeadm/app/phases/controlplane"
	"k8s.io/kubernetes/cmd/kubeadm/app/util/config"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// kubeadm, told of the same cluster, writes the same flags, the same kubelet
// and the same kube-proxy configuration. What it refuses is beyond its own
// narrower limits.
func TestKubeadmWritesTheSameFlags(t *testing.T) {
	fewerChecks(t, 500)
	accepted, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		a := drawForKubeadm(t)
		set, err := k8sflags.Render(a)
		if err != nil {
			t.Skip("not rendered")
		}
		a = a.Normalize()
		text := kubeadmConfig(a)
		err = config.ValidateConfig([]byte(text), false, false)
		if beyond := beyondKubeadm(a); (beyond != "") != (err != nil) {
			t.Fatalf("%s\nkubeadm says %v; its limits: %q", text, err, beyond)
		}
		if err != nil {
			refused++
			return
		}
		accepted++
		cfg, err := config.BytesToInitConfiguration([]byte(text), true)
		if err != nil {
			t.Fatal(err)
		}
		pods := controlplane.GetStaticPodSpecs(&cfg.ClusterConfiguration, &cfg.LocalAPIEndpoint, []kubeadm.EnvVar{})
		for p := range set.Of(k8sflags.APIServer) {
			compareFlags(t, p.Flags, pods["kube-apiserver"].Spec.Containers[0].Command)
		}
		for p := range set.Of(k8sflags.ControllerManager) {
			compareFlags(t, p.Flags, pods["kube-controller-manager"].Spec.Containers[0].Command)
		}
		compareKubelet(t, a, cfg)
		compareProxy(t, a, cfg)
	})
	t.Logf("%d configurations written alike, %d beyond kubeadm's limits", accepted, refused)
	if accepted < refused/4 || refused < accepted/100 {
		t.Errorf("%d accepted, %d refused: that tests one side too little", accepted, refused)
	}
}

// drawForKubeadm draws clusters as kubeadm makes them: it leaves no address of
// the API server to chance, and its node blocks come from
// kube-controller-manager.
func drawForKubeadm(t *rapid.T) k8sflags.Addressing {
	a := drawAddressing(t)
	if a.Standalone || a.Pods.IsZero() {
		t.Skip("no cluster with known pods")
	}
	a.ExternalNodeCIDRs = false
	a.AdvertiseAddress = drawAddr(t, "advertised address", nodeSpace[map[bool]int{false: 0, true: 1}[a.Services.Primary().Addr().Is6()]])
	a.ClusterDNS = dualstack.Addrs{} // kubeadm has no other than its own
	if chance(t, "within the limits", 2) {
		// Large enough for everything, small enough for kubeadm.
		a.Services = pairOf(t, orderOf(a.Services), func(f int) netip.Prefix { return drawIn(t, "services", serviceSpace[f], []int{16, 112}[f]) })
	}
	return a
}

func orderOf(p dualstack.Pair) []int {
	var order []int
	for q := range p.All() {
		order = append(order, map[bool]int{false: 0, true: 1}[q.Addr().Is6()])
	}
	return order
}

// beyondKubeadm says which of kubeadm's own limits an addressing that can be
// rendered breaks (cmd/kubeadm/app/apis/kubeadm/validation).
func beyondKubeadm(a k8sflags.Addressing) string {
	for p := range a.Services.All() {
		switch hostBits := p.Addr().BitLen() - p.Bits(); {
		case hostBits > 20:
			return "services of at most 20 host bits, as kube-apiserver had it up to 1.33"
		case hostBits < 4:
			return "services of at least 10 addresses"
		}
	}
	for p := range a.Pods.All() {
		switch mask := a.NodeMasks.Of(cidr.FamilyOf(p)); {
		case p.Addr().BitLen()-p.Bits() < 4:
			return "pods of at least 14 addresses"
		case mask-p.Bits() > 16:
			return "node masks at most 16 bits longer than the pod range, in IPv4 too"
		}
	}
	return ""
}

func kubeadmConfig(a k8sflags.Addressing) string {
	var b strings.Builder
	fmt.Fprintf(&b, `apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: %q
  bindPort: %d
nodeRegistration:
  name: node
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v%s.0
clusterName: %q
networking:
  podSubnet: %q
  serviceSubnet: %q
  dnsDomain: %q
apiServer:
  extraArgs:
  - {name: bind-address, value: %q}
  - {name: service-node-port-range, value: %q}
controllerManager:
  extraArgs:
`, a.AdvertiseAddress, a.SecurePort, version, a.ClusterName, a.Pods, a.Services, a.ClusterDomain, a.BindAddress, a.NodePorts)
	if a.NodeMasks.V4 != 0 {
		fmt.Fprintf(&b, "  - {name: node-cidr-mask-size-ipv4, value: \"%d\"}\n", a.NodeMasks.V4)
	}
	if a.NodeMasks.V6 != 0 {
		fmt.Fprintf(&b, "  - {name: node-cidr-mask-size-ipv6, value: \"%d\"}\n", a.NodeMasks.V6)
	}
	return b.String()
}

// compareFlags holds our flags to those in kubeadm's command: each is there
// with the same value, and of those that say something about addresses there
// is none more.
func compareFlags(t *rapid.T, ours k8sflags.Flags, command []string) {
	process, err := k8sflags.ParseCommand(command)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for _, name := range addressFlags[ours.Component()] {
		if v, ok := process.Flags.Get(name); ok {
			want[name] = v
		}
	}
	got := map[string]string{}
	for f := range ours.All() {
		got[f.Name] = f.Value
	}
	if !maps.Equal(got, want) {
		t.Fatalf("%s: we render %v, kubeadm %v", ours.Component(), got, want)
	}
}

var addressFlags = map[k8sflags.Component][]string{
	k8sflags.APIServer: {"advertise-address", "bind-address", "secure-port", "service-cluster-ip-range", "service-node-port-range"},
	k8sflags.ControllerManager: {
		"allocate-node-cidrs", "cluster-cidr", "cluster-name", "service-cluster-ip-range",
		"node-cidr-mask-size", "node-cidr-mask-size-ipv4", "node-cidr-mask-size-ipv6", "cidr-allocator-type", "configure-cloud-routes",
	},
}

func compareKubelet(t *rapid.T, a k8sflags.Addressing, cfg *kubeadm.InitConfiguration) {
	kubelet := cfg.ComponentConfigs[componentconfigs.KubeletGroup].Get().(*kubeletconfig.KubeletConfiguration)
	if want := []string{a.ClusterDNS.String()}; !slices.Equal(kubelet.ClusterDNS, want) || kubelet.ClusterDomain != a.ClusterDomain {
		t.Fatalf("kubeadm's kubelet asks %v for %s, ours %v for %s", kubelet.ClusterDNS, kubelet.ClusterDomain, want, a.ClusterDomain)
	}
}

func compareProxy(t *rapid.T, a k8sflags.Addressing, cfg *kubeadm.InitConfiguration) {
	proxy := cfg.ComponentConfigs[componentconfigs.KubeProxyGroup].Get().(*proxyconfig.KubeProxyConfiguration)
	if proxy.ClusterCIDR != a.Pods.String() {
		t.Fatalf("kubeadm's kube-proxy has cluster CIDR %s, ours %s", proxy.ClusterCIDR, a.Pods)
	}
}
