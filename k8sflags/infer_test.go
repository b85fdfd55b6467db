package k8sflags_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

func TestInfer(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  k8sflags.Addressing // before it is normalized
	}{
		{"nothing", nil, k8sflags.Addressing{}},
		{"sloppy text", []string{
			"kube-apiserver --service-cluster-ip-range=010.96.0.5/016",
			"kube-controller-manager --allocate-node-cidrs --cluster-cidr=␣10.244.3.0/16␣",
			"kubelet --node-ip=192.168.001.010,␣FD00:192::10",
		}, k8sflags.Addressing{Services: pair("10.96.0.0/16"), Pods: pair("10.244.0.0/16"), NodeIPs: addrs("192.168.1.10,fd00:192::10")}},
		{"defaults of what is not said", []string{"kube-apiserver", "kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16", "kubelet", "kube-proxy"},
			k8sflags.Addressing{Services: pair("10.0.0.0/24"), Pods: pair("10.244.0.0/16")}},
		{"plain mask", []string{"kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16 --node-cidr-mask-size=25"},
			k8sflags.Addressing{Pods: pair("10.244.0.0/16"), NodeMasks: dualstack.Masks{V4: 25}}},
		{"masks of two families", []string{"kube-controller-manager --allocate-node-cidrs --cluster-cidr=fd00::/48,10.244.0.0/16 --node-cidr-mask-size-ipv6=60"},
			k8sflags.Addressing{Pods: pair("fd00::/48,10.244.0.0/16"), NodeMasks: dualstack.Masks{V4: 24, V6: 60}}},
		{"blocks by a plugin, pods by kube-proxy", []string{"kube-controller-manager", "kube-proxy --cluster-cidr=10.244.0.0/16"},
			k8sflags.Addressing{ExternalNodeCIDRs: true, Pods: pair("10.244.0.0/16")}},
		{"pods by the cloud", []string{"cloud-controller-manager --cluster-cidr=10.244.0.0/16", "kube-proxy --cluster-cidr=10.0.0.0/8"},
			k8sflags.Addressing{Pods: pair("10.244.0.0/16")}},
		{"services by the manager", []string{"kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16 --service-cluster-ip-range=10.96.0.0/16"},
			k8sflags.Addressing{Services: pair("10.96.0.0/16"), Pods: pair("10.244.0.0/16")}},
		{"several of each", []string{
			"kube-apiserver --advertise-address=192.168.1.1 --service-cluster-ip-range=10.96.0.0/16",
			"kube-apiserver --advertise-address=192.168.1.2 --service-cluster-ip-range=10.96.0.0/16",
			"kubelet --node-ip=192.168.1.1 --cluster-dns=10.96.0.53", "kubelet --node-ip=192.168.1.2 --cluster-dns=10.96.0.53",
		}, k8sflags.Addressing{Services: pair("10.96.0.0/16"), ClusterDNS: addrs("10.96.0.53")}},
		{"kubelet by itself", []string{"kubelet --pod-cidr=10.244.1.0/24 --max-pods=20"},
			k8sflags.Addressing{Standalone: true, Pods: pair("10.244.1.0/24"), MaxPods: 20}},
		{"kubelet in a cluster", []string{"kubelet --pod-cidr=10.244.1.0/24 --kubeconfig=/etc/k.conf"}, k8sflags.Addressing{}},
		{"no minimum", []string{"kube-proxy --iptables-min-sync-period=0s --iptables-sync-period=1m"},
			k8sflags.Addressing{ProxyMinSyncPeriod: -1, ProxySyncPeriod: time.Minute}},
		{"periods of another mode", []string{"kube-proxy --ipvs-sync-period=1m"}, k8sflags.Addressing{}},
		{"kube-proxy with a file", []string{"kube-proxy --config=x --proxy-mode=ipvs --cluster-cidr=10.0.0.0/8"}, k8sflags.Addressing{}},
		{"kubelet with a file", []string{"kubelet --config=x", "kubelet --max-pods=20 --cluster-domain=x"}, k8sflags.Addressing{MaxPods: 20, ClusterDomain: "x"}},
		{"ports", []string{"kube-apiserver --service-cluster-ip-range=10.96.0.0/16 --secure-port=443 --service-node-port-range=20000+99 --bind-address=10.0.0.1"},
			k8sflags.Addressing{Services: pair("10.96.0.0/16"), SecurePort: 443, NodePorts: k8sflags.PortRange{Min: 20000, Max: 20099}, BindAddress: netip.MustParseAddr("10.0.0.1")}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := k8sflags.Infer(fields(t, c.lines))
			if err != nil {
				t.Fatal(err)
			}
			if want := c.want.Normalize(); got != want {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

// fields reads command lines where ␣ is a space inside of a value.
func fields(t *testing.T, lines []string) k8sflags.Set {
	t.Helper()
	var s k8sflags.Set
	for _, line := range lines {
		argv := strings.Fields(line)
		for i := range argv {
			argv[i] = strings.ReplaceAll(argv[i], "␣", " ")
		}
		p, err := k8sflags.ParseCommand(argv)
		if err != nil {
			t.Fatal(err)
		}
		s.Processes = append(s.Processes, p)
	}
	return s
}

func TestInferErrors(t *testing.T) {
	for _, c := range []struct {
		line, other string
		err         error
		says        string
	}{
		{"kube-apiserver --service-cluster-ip-range=10.96.0.0/16,␣fd00::/112", "", k8sflags.ErrSyntax, `k8sflags: kube-apiserver --service-cluster-ip-range "10.96.0.0/16, fd00::/112": element 2 " fd00::/112" has a space`},
		{"kube-apiserver --service-node-port-range=2-1", "", k8sflags.ErrSyntax, "service-node-port-range"},
		{"kube-apiserver --secure-port=0", "", k8sflags.ErrSyntax, "no port"},
		{"kube-apiserver --secure-port=x", "", k8sflags.ErrSyntax, "want a whole number"},
		{"kube-apiserver --service-cluster-ip-range=10.96.0.0/16", "kube-apiserver --service-cluster-ip-range=10.97.0.0/16", k8sflags.ErrContradiction, "another kube-apiserver has 10.96.0.0/16"},
		{"kube-controller-manager --cluster-cidr=x", "", k8sflags.ErrSyntax, "not a range"},
		{"kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.0.0.0/8", "kube-controller-manager", k8sflags.ErrContradiction, "allocate-node-cidrs"},
		{"kubelet --node-ip=x", "", k8sflags.ErrSyntax, "not an address"},
		{"kubelet --cluster-dns=10.0.0.1,10.0.0.2", "", k8sflags.ErrSyntax, "one of each family"},
		{"kubelet --max-pods=20", "kubelet", k8sflags.ErrContradiction, "another kubelet has 20"},
		{"kubelet --pod-cidr=10.0.0.0/24", "kubelet --pod-cidr=10.0.1.0/24", k8sflags.ErrContradiction, "pod-cidr"},
		{"kube-proxy --iptables-sync-period=0s", "", k8sflags.ErrSyntax, "greater than 0"},
		{"kube-proxy --iptables-min-sync-period=-1s", "", k8sflags.ErrSyntax, "not be negative"},
		{"kube-proxy --proxy-mode=ipvs", "kube-proxy", k8sflags.ErrContradiction, "proxy-mode"},
	} {
		lines := []string{c.line}
		if c.other != "" {
			lines = append(lines, c.other)
		}
		if got, err := k8sflags.Infer(fields(t, lines)); !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.says) || got != (k8sflags.Addressing{}) {
			t.Errorf("%s: %v, want %v that says %s", lines, err, c.err, c.says)
		}
	}
}

func TestInferVersion(t *testing.T) {
	old, now := versionOf(t, "1.33"), versionOf(t, "1.34")
	kubelet := func(v k8sflags.Version) k8sflags.Process {
		return k8sflags.Process{Component: k8sflags.Kubelet, Version: v}
	}
	for _, c := range []struct {
		name string
		set  k8sflags.Set
		want k8sflags.Version
	}{
		{"the set's", k8sflags.Set{Version: now, Processes: []k8sflags.Process{kubelet(old)}}, now},
		{"every process'", k8sflags.Set{Processes: []k8sflags.Process{kubelet(old), kubelet(old)}}, old},
		{"none, since they differ", k8sflags.Set{Processes: []k8sflags.Process{kubelet(old), kubelet(now)}}, k8sflags.Version{}},
	} {
		if a, err := k8sflags.Infer(c.set); err != nil || a.Version != c.want {
			t.Errorf("%s: %v, %v", c.name, a.Version, err)
		}
	}
}
