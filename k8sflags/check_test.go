package k8sflags_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// good are command lines about which there is nothing to say at any version.
var good = []string{
	"kube-apiserver --service-cluster-ip-range=10.96.0.0/16 --service-node-port-range=30000-32767 --advertise-address=192.168.1.1",
	"kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16 --service-cluster-ip-range=10.96.0.0/16",
	"cloud-controller-manager --cluster-cidr=10.244.0.0/16",
	"kubelet --node-ip=192.168.1.10 --cluster-dns=10.96.0.10 --cluster-domain=cluster.local --kubeconfig=/etc/kubernetes/kubelet.conf",
	"kube-proxy --cluster-cidr=10.244.0.0/16 --proxy-mode=iptables",
}

// goodDual are the same for both families.
var goodDual = []string{
	"kube-apiserver --service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112 --advertise-address=192.168.1.1",
	"kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16,fd00:10:244::/48 --service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112 --node-cidr-mask-size-ipv4=24 --node-cidr-mask-size-ipv6=64",
	"cloud-controller-manager --cluster-cidr=10.244.0.0/16,fd00:10:244::/48",
	"kubelet --node-ip=192.168.1.10,fd00:192::10 --cluster-dns=10.96.0.10 --kubeconfig=/etc/kubernetes/kubelet.conf",
	"kube-proxy --cluster-cidr=10.244.0.0/16,fd00:10:244::/48 --proxy-mode=iptables",
}

// edit returns the command lines with flags set in those of the components
// named: "kubelet --max-pods=300", "kubelet -node-ip" to drop a flag.
func edit(t testing.TB, s k8sflags.Set, edits []string) k8sflags.Set {
	t.Helper()
	for _, e := range edits {
		component, flags, _ := strings.Cut(e, " ")
		for i, p := range s.Processes {
			if string(p.Component) != component {
				continue
			}
			for f := range strings.FieldsSeq(flags) {
				if name, ok := strings.CutPrefix(f, "drop:"); ok {
					s.Processes[i].Flags = s.Processes[i].Flags.Without(name)
					continue
				}
				name, value, _ := strings.Cut(f, "=")
				s.Processes[i].Flags = s.Processes[i].Flags.With(name, strings.ReplaceAll(value, "␣", " "))
			}
		}
	}
	return s
}

func TestCheckSaysNothingAboutGoodFlags(t *testing.T) {
	for v := range k8sflags.Versions() {
		for _, lines := range [][]string{good, goodDual} {
			if got := k8sflags.Check(commands(t, v.String(), lines...)); len(got) != 0 {
				t.Errorf("%s: %v", v, got)
			}
		}
	}
}

// Each case edits the good command lines, and names everything that Check then
// says. Without versions it holds at all of them.
func TestCheck(t *testing.T) {
	const (
		api     = "kube-apiserver "
		manager = "kube-controller-manager "
		cloud   = "cloud-controller-manager "
		kubelet = "kubelet "
		proxy   = "kube-proxy "
	)
	for _, c := range []struct {
		name         string
		dual         bool
		since, until string
		edits        []string
		opts         []k8sflags.Option
		want         []string
	}{
		// Command lines.
		{name: "flag that left with dockershim", edits: []string{kubelet + "--network-plugin-mtu=1400"}, want: []string{"error KC101 kubelet network-plugin-mtu"}},
		{name: "insecure port", edits: []string{api + "--insecure-port=0"}, want: []string{"error KC101 kube-apiserver insecure-port"}},
		{name: "sandbox image, still taken", until: "1.34", edits: []string{kubelet + "--pod-infra-container-image=pause"}, want: []string{"warning KC103 kubelet pod-infra-container-image"}},
		{name: "sandbox image, gone", since: "1.35", edits: []string{kubelet + "--pod-infra-container-image=pause"}, want: []string{"error KC101 kubelet pod-infra-container-image"}},
		{name: "proxy port range, still taken", until: "1.30", edits: []string{proxy + "--proxy-port-range=1-2"}},
		{name: "proxy port range, gone", since: "1.31", edits: []string{proxy + "--proxy-port-range=1-2"}, want: []string{"error KC101 kube-proxy proxy-port-range"}},
		{name: "node ports on localhost, not yet", until: "1.25", edits: []string{proxy + "--iptables-localhost-nodeports=false"}, want: []string{"error KC102 kube-proxy iptables-localhost-nodeports"}},
		{name: "node ports on localhost", since: "1.26", edits: []string{proxy + "--iptables-localhost-nodeports=false"}},
		{name: "gate locked to true, set to false", until: "1.29", edits: []string{manager + "--feature-gates=RemoveSelfLink=false"}, want: []string{"error KC105 kube-controller-manager feature-gates"}},
		{name: "count of API servers in use", edits: []string{api + "--apiserver-count=3 --endpoint-reconciler-type=master-count"}, want: []string{"warning KC103 kube-apiserver apiserver-count", "warning KC225 kube-apiserver endpoint-reconciler-type"}},
		{name: "count of API servers below one", edits: []string{api + "--apiserver-count=0"}, want: []string{"error KC223 kube-apiserver apiserver-count", "warning KC103 kube-apiserver apiserver-count"}},
		{name: "boolean that is neither", edits: []string{manager + "--allocate-node-cidrs=yes"}, want: []string{"error KC012 kube-controller-manager allocate-node-cidrs", "warning KC306 kube-controller-manager cluster-cidr"}},
		{name: "number with a unit", edits: []string{kubelet + "--max-pods=110pods"}, want: []string{"error KC012 kubelet max-pods"}},
		{name: "address with leading zeros, read strictly", edits: []string{api + "--advertise-address=192.168.001.001"}, want: []string{"error KC012 kube-apiserver advertise-address"}},
		{name: "address with leading zeros, read sloppily", dual: true, edits: []string{proxy + "--bind-address=192.168.001.001"}},
		{name: "address with a space, of which nothing is trimmed", edits: []string{proxy + "--bind-address=␣192.168.1.1"}, want: []string{"error KC012 kube-proxy bind-address"}},
		{name: "duration without a unit", edits: []string{proxy + "--iptables-sync-period=30"}, want: []string{"error KC012 kube-proxy iptables-sync-period"}},

		// Feature gates.
		{name: "all gates of alpha", since: "1.31", until: "1.32", edits: []string{api + "--feature-gates=AllAlpha=true"}, want: []string{"warning KC108 kube-apiserver feature-gates"}},
		{name: "all gates of alpha but those that are named", since: "1.31", until: "1.32", edits: []string{api + "--feature-gates=AllAlpha=true,DisableAllocatorDualWrite=false"}},
		{name: "all gates of alpha where none is about addresses", since: "1.36", until: "1.36", edits: []string{api + "--feature-gates=AllAlpha=true"}},
		{name: "no gates of beta", since: "1.36", edits: []string{api + "--feature-gates=AllBeta=false"}, want: []string{"warning KC108 kube-apiserver feature-gates"}},
		{name: "all gates of beta bring large services", since: "1.33", until: "1.33", edits: []string{
			api + "--feature-gates=AllBeta=true --service-cluster-ip-range=10.96.0.0/11", manager + "--service-cluster-ip-range=10.96.0.0/11"},
			want: []string{"warning KC108 kube-apiserver feature-gates", "info KC208 kube-apiserver service-cluster-ip-range"}},
		{name: "all gates of alpha bring nftables", since: "1.29", until: "1.30", edits: []string{proxy + "--proxy-mode=nftables --feature-gates=AllAlpha=true"}, want: []string{"warning KC108 kube-proxy feature-gates"}},
		{name: "gate locked to true, set to it", until: "1.29", edits: []string{api + "--feature-gates=RemoveSelfLink=true"}, want: []string{"warning KC106 kube-apiserver feature-gates"}},
		{name: "gate gone, even where it says what is", since: "1.30", edits: []string{api + "--feature-gates=RemoveSelfLink=true"}, want: []string{"error KC104 kube-apiserver feature-gates"}},
		{name: "gate that is not there yet", until: "1.26", edits: []string{api + "--feature-gates=MultiCIDRServiceAllocator=true"}, want: []string{"error KC104 kube-apiserver feature-gates"}},
		{name: "gate before it is stable", since: "1.27", until: "1.32", edits: []string{api + "--feature-gates=MultiCIDRServiceAllocator=true"}},
		{name: "withdrawn gate in its time", since: "1.25", until: "1.28", edits: []string{manager + "--feature-gates=MultiCIDRRangeAllocator=true"}},
		{name: "withdrawn gate after it", since: "1.29", edits: []string{manager + "--feature-gates=MultiCIDRRangeAllocator=true"}, want: []string{"error KC104 kube-controller-manager feature-gates"}},
		{name: "gate of node addresses, locked", since: "1.30", until: "1.31", edits: []string{kubelet + "--feature-gates=CloudDualStackNodeIPs=true"}, want: []string{"warning KC106 kubelet feature-gates"}},
		{name: "gate of node addresses, gone", since: "1.32", edits: []string{kubelet + "--feature-gates=CloudDualStackNodeIPs=true"}, want: []string{"error KC104 kubelet feature-gates"}},
		{name: "gate without a value", edits: []string{api + "--feature-gates=Other"}, want: []string{"error KC107 kube-apiserver feature-gates"}},
		{name: "gate that is not about addresses", edits: []string{api + "--feature-gates=Other=true"}},

		{name: "gate with its component", since: "1.30", edits: []string{api + "--feature-gates=kube:RemoveSelfLink=true"}, want: []string{"error KC104 kube-apiserver feature-gates"}},
		{name: "gate of another component", edits: []string{api + "--feature-gates=wardle:RemoveSelfLink=no"}},
		{name: "gate with a component where there is one only", edits: []string{kubelet + "--feature-gates=kube:RemoveSelfLink=true"}},
		{name: "gate that is locked since, but not where an older version is emulated", since: "1.35", edits: []string{
			api + "--feature-gates=DisableAllocatorDualWrite=false --emulated-version=1.34"}, want: []string{"warning KC106 kube-apiserver feature-gates"}},
		{name: "large services where an older version is emulated", since: "1.35", edits: []string{
			api + "--service-cluster-ip-range=10.96.0.0/11 --feature-gates=DisableAllocatorDualWrite=false --emulated-version=kube=1.34", manager + "--service-cluster-ip-range=10.96.0.0/11"},
			want: []string{"error KC202 kube-apiserver service-cluster-ip-range", "warning KC106 kube-apiserver feature-gates"}},
		{name: "an emulated version, not yet", until: "1.30", edits: []string{api + "--emulated-version=1.24", manager + "--emulated-version=1.34"},
			want: []string{"error KC102 kube-apiserver emulated-version", "error KC102 kube-controller-manager emulated-version"}},
		{name: "the oldest version that can be emulated", since: "1.35", edits: []string{manager + "--emulated-version=1.34"}},
		{name: "a version too old to be emulated", since: "1.37", edits: []string{manager + "--emulated-version=1.33"}, want: []string{"error KC109 kube-controller-manager emulated-version"}},
		{name: "a version that nothing emulates", since: "1.31", edits: []string{manager + "--emulated-version=1.30"}, want: []string{"error KC109 kube-controller-manager emulated-version"}},
		{name: "a newer version cannot be emulated", since: "1.31", until: "1.33", edits: []string{api + "--service-cluster-ip-range=10.96.0.0/11 --emulated-version=1.34", manager + "--service-cluster-ip-range=10.96.0.0/11"},
			want: []string{"error KC109 kube-apiserver emulated-version", "error KC202 kube-apiserver service-cluster-ip-range"}},

		// Service range.
		{name: "services: space after the comma", dual: true, edits: []string{api + "--service-cluster-ip-range=10.96.0.0/16,␣fd00:10:96::/112"}, want: []string{"error KC201 kube-apiserver service-cluster-ip-range"}},
		{name: "services: no range", edits: []string{api + "--service-cluster-ip-range=10.96.0.0"}, want: []string{"error KC201 kube-apiserver service-cluster-ip-range"}},
		{name: "services: trailing comma", edits: []string{api + "--service-cluster-ip-range=10.96.0.0/16,"}, want: []string{"error KC201 kube-apiserver service-cluster-ip-range"}},
		{name: "services: two of one family", edits: []string{api + "--service-cluster-ip-range=10.96.0.0/16,10.97.0.0/16"}, want: []string{"error KC201 kube-apiserver service-cluster-ip-range"}},
		{name: "services: three ranges", edits: []string{api + "--service-cluster-ip-range=10.96.0.0/16,fd00::/112,10.97.0.0/16"}, want: []string{"error KC201 kube-apiserver service-cluster-ip-range"}},
		{name: "services: 21 host bits, refused", until: "1.33", edits: []string{api + "--service-cluster-ip-range=10.96.0.0/11", manager + "--service-cluster-ip-range=10.96.0.0/11"}, want: []string{"error KC202 kube-apiserver service-cluster-ip-range"}},
		{name: "services: 21 host bits, taken", since: "1.34", edits: []string{api + "--service-cluster-ip-range=10.96.0.0/11", manager + "--service-cluster-ip-range=10.96.0.0/11"}, want: []string{"info KC208 kube-apiserver service-cluster-ip-range"}},
		{name: "services: 21 host bits and both gates on before they are", since: "1.31", until: "1.32", edits: []string{
			api + "--service-cluster-ip-range=10.96.0.0/11 --feature-gates=MultiCIDRServiceAllocator=true,DisableAllocatorDualWrite=true", manager + "--service-cluster-ip-range=10.96.0.0/11"}, want: []string{"info KC208 kube-apiserver service-cluster-ip-range"}},
		{name: "services: 21 host bits and the second gate off", since: "1.34", until: "1.34", edits: []string{
			api + "--service-cluster-ip-range=10.96.0.0/11 --feature-gates=DisableAllocatorDualWrite=false", manager + "--service-cluster-ip-range=10.96.0.0/11"},
			want: []string{"error KC202 kube-apiserver service-cluster-ip-range", "warning KC106 kube-apiserver feature-gates"}},
		{name: "services: IPv6 shorter than /64", dual: true, since: "1.34", edits: []string{api + "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/56", manager + "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/56"}, want: []string{"error KC203 kube-apiserver service-cluster-ip-range"}},
		{name: "services: IPv6 /107 before", dual: true, until: "1.33", edits: []string{api + "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/107", manager + "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/107"}, want: []string{"error KC202 kube-apiserver service-cluster-ip-range"}},
		{name: "services: four addresses", until: "1.24", edits: []string{api + "--service-cluster-ip-range=10.96.0.8/30", manager + "--service-cluster-ip-range=10.96.0.8/30", kubelet + "--cluster-dns=10.96.0.10"}, want: []string{"error KC204 kube-apiserver service-cluster-ip-range"}},
		{name: "services: small secondary range", dual: true, edits: []string{api + "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/126", manager + "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/126"}, want: []string{"info KC208 kube-apiserver service-cluster-ip-range"}},
		{name: "services: left out", edits: []string{api + "drop:service-cluster-ip-range", manager + "--service-cluster-ip-range=10.0.0.0/24", kubelet + "--cluster-dns=10.0.0.10"}, want: []string{"warning KC205 kube-apiserver service-cluster-ip-range"}},
		{name: "services: host bits set", edits: []string{api + "--service-cluster-ip-range=10.96.0.5/16"}, want: []string{"warning KC206 kube-apiserver service-cluster-ip-range"}},
		{name: "services: leading zeros", edits: []string{api + "--service-cluster-ip-range=010.096.000.000/016"}, want: []string{"warning KC206 kube-apiserver service-cluster-ip-range"}},
		{name: "services: IPv4-mapped", edits: []string{api + "--service-cluster-ip-range=::ffff:10.96.0.0/112"}, want: []string{"warning KC206 kube-apiserver service-cluster-ip-range"}},
		{name: "services: multicast", edits: []string{api + "--service-cluster-ip-range=239.0.0.0/16", manager + "--service-cluster-ip-range=239.0.0.0/16", kubelet + "--cluster-dns=239.0.0.10"},
			want: []string{"warning KC207 kube-apiserver service-cluster-ip-range", "warning KC207 kube-controller-manager service-cluster-ip-range"}},

		{name: "services: IPv6 without a range of its own", dual: true, edits: []string{api + "--service-cluster-ip-range=10.96.0.0/16,fd00::/112", manager + "--service-cluster-ip-range=10.96.0.0/16,fd00::/112"},
			want: []string{"info KC209 kube-apiserver service-cluster-ip-range", "info KC209 kube-controller-manager service-cluster-ip-range"}},
		{name: "services: eight addresses", until: "1.24", edits: []string{api + "--service-cluster-ip-range=10.96.0.8/29", manager + "--service-cluster-ip-range=10.96.0.8/29"}, want: []string{"info KC208 kube-apiserver service-cluster-ip-range"}},
		{name: "pods: for documentation", edits: []string{manager + "--cluster-cidr=198.18.0.0/16", cloud + "--cluster-cidr=198.18.0.0/16", proxy + "--cluster-cidr=198.18.0.0/16"},
			want: []string{"info KC209 kube-controller-manager cluster-cidr", "info KC209 cloud-controller-manager cluster-cidr", "info KC209 kube-proxy cluster-cidr"}},
		{name: "pods: link-local", edits: []string{manager + "--cluster-cidr=169.254.0.0/16", cloud + "--cluster-cidr=169.254.0.0/16", proxy + "--cluster-cidr=169.254.0.0/16"},
			want: []string{"warning KC207 kube-controller-manager cluster-cidr", "warning KC207 cloud-controller-manager cluster-cidr", "warning KC207 kube-proxy cluster-cidr"}},

		// Ports and endpoint of the API server.
		{name: "sixteen node ports", since: "1.28", edits: []string{api + "--service-node-port-range=30000-30015"}, want: []string{"info KC216 kube-apiserver service-node-port-range"}},
		{name: "sixteen node ports before there was a band", until: "1.27", edits: []string{api + "--service-node-port-range=30000-30015"}},
		{name: "node ports among the daemons'", edits: []string{api + "--service-node-port-range=10250-10300"}, want: []string{"warning KC217 kube-apiserver service-node-port-range"}},
		{name: "endpoints by nobody that exists", edits: []string{api + "--endpoint-reconciler-type=raft"}, want: []string{"error KC224 kube-apiserver endpoint-reconciler-type"}},
		{name: "node ports backwards", edits: []string{api + "--service-node-port-range=32767-30000"}, want: []string{"error KC211 kube-apiserver service-node-port-range"}},
		{name: "node ports as base and offset", edits: []string{api + "--service-node-port-range=30000+100"}},
		{name: "node ports empty", edits: []string{api + "--service-node-port-range="}},
		{name: "no secure port", edits: []string{api + "--secure-port=0"}, want: []string{"error KC212 kube-apiserver secure-port"}},
		{name: "node ports into the ephemeral ports", edits: []string{api + "--service-node-port-range=30000-33000"}, want: []string{"warning KC213 kube-apiserver service-node-port-range"}},
		{name: "node ports into the ephemeral ports as they are here", edits: []string{api + "drop:service-node-port-range"}, opts: []k8sflags.Option{k8sflags.WithEphemeralPorts(k8sflags.PortRange{Min: 15000, Max: 60999})}, want: []string{"warning KC213 kube-apiserver service-node-port-range"}},
		{name: "node port of kubernetes", edits: []string{api + "--kubernetes-service-node-port=30443"}},
		{name: "node port of kubernetes beside a range of port 0", since: "1.28", edits: []string{api + "--service-node-port-range=0-0 --kubernetes-service-node-port=30443"}, want: []string{"error KC215 kube-apiserver kubernetes-service-node-port", "info KC216 kube-apiserver service-node-port-range"}},
		{name: "node port of kubernetes that is none", edits: []string{api + "--kubernetes-service-node-port=443"}, want: []string{"error KC215 kube-apiserver kubernetes-service-node-port"}},
		{name: "secure port is a node port", edits: []string{api + "--secure-port=30443"}, want: []string{"warning KC214 kube-apiserver secure-port"}},
		{name: "advertised address of the other family", edits: []string{api + "--advertise-address=fd00::1"}, want: []string{"error KC221 kube-apiserver advertise-address"}},
		{name: "the same, and nobody reconciles", edits: []string{api + "--advertise-address=fd00::1 --endpoint-reconciler-type=none"}},
		{name: "bind address that is advertised", edits: []string{api + "drop:advertise-address --bind-address=fd00::1"}, want: []string{"error KC221 kube-apiserver bind-address"}},
		{name: "bind address for everyone", edits: []string{api + "drop:advertise-address --bind-address=::"}},
		{name: "advertised loopback", edits: []string{api + "--advertise-address=127.0.0.1"}, want: []string{"error KC222 kube-apiserver advertise-address"}},

		// Node blocks.
		{name: "pods: none", edits: []string{manager + "drop:cluster-cidr"}, want: []string{"error KC301 kube-controller-manager cluster-cidr"}},
		{name: "pods: two of one family", edits: []string{manager + "--cluster-cidr=10.244.0.0/16,10.245.0.0/16"}, want: []string{"error KC301 kube-controller-manager cluster-cidr"}},
		{name: "pods: spaces around the whole are trimmed", edits: []string{manager + "--cluster-cidr=␣10.244.0.0/16␣"}},
		{name: "pods: spaces inside are not", dual: true, edits: []string{manager + "--cluster-cidr=10.244.0.0/16,␣fd00:10:244::/48"}, want: []string{"error KC301 kube-controller-manager cluster-cidr"}},
		{name: "plain mask, one family", edits: []string{manager + "--node-cidr-mask-size=25"}},
		{name: "IPv4 mask, one family", edits: []string{manager + "--node-cidr-mask-size-ipv4=25"}},
		{name: "IPv6 mask with IPv4 pods", edits: []string{manager + "--node-cidr-mask-size-ipv6=64"}, want: []string{"error KC302 kube-controller-manager node-cidr-mask-size-ipv6"}},
		{name: "plain mask beside another", edits: []string{manager + "--node-cidr-mask-size=24 --node-cidr-mask-size-ipv4=24"}, want: []string{"error KC302 kube-controller-manager node-cidr-mask-size"}},
		{name: "plain mask with two families", dual: true, edits: []string{manager + "drop:node-cidr-mask-size-ipv4 drop:node-cidr-mask-size-ipv6 --node-cidr-mask-size=24"}, want: []string{"error KC302 kube-controller-manager node-cidr-mask-size"}},
		{name: "mask 0 is no mask", dual: true, edits: []string{manager + "--node-cidr-mask-size=0"}},
		{name: "node block larger than the pods", edits: []string{manager + "--node-cidr-mask-size=15"}, want: []string{"error KC303 kube-controller-manager node-cidr-mask-size"}},
		{name: "node block as large as the pods", edits: []string{manager + "--node-cidr-mask-size=16"}},
		{name: "mask beyond 32", edits: []string{manager + "--node-cidr-mask-size=33"}, want: []string{"error KC304 kube-controller-manager node-cidr-mask-size"}},
		{name: "IPv6 mask 17 bits longer", dual: true, edits: []string{manager + "--node-cidr-mask-size-ipv6=65"}, want: []string{"error KC305 kube-controller-manager node-cidr-mask-size-ipv6"}},
		{name: "IPv4 mask 18 bits longer", edits: []string{manager + "--cluster-cidr=10.0.0.0/8 --node-cidr-mask-size=26 --service-cluster-ip-range=172.16.0.0/16",
			api + "--service-cluster-ip-range=172.16.0.0/16", kubelet + "--cluster-dns=172.16.0.10 --max-pods=60", proxy + "--cluster-cidr=10.0.0.0/8", cloud + "--cluster-cidr=10.0.0.0/8"}},
		{name: "node blocks not given out", edits: []string{manager + "--allocate-node-cidrs=false"}, want: []string{"warning KC306 kube-controller-manager cluster-cidr"}},
		{name: "node blocks not given out, since the controller is off", edits: []string{manager + "--controllers=*,-nodeipam --node-cidr-mask-size=24"},
			want: []string{"warning KC306 kube-controller-manager cluster-cidr", "warning KC306 kube-controller-manager node-cidr-mask-size"}},
		{name: "controller by the name of now, too early", until: "1.27", edits: []string{manager + "--controllers=*,-node-ipam-controller drop:cluster-cidr"}, want: []string{"error KC311 kube-controller-manager controllers"}},
		{name: "controller by the name of now", since: "1.28", edits: []string{manager + "--controllers=node-ipam-controller"}},
		{name: "controller by its old name", edits: []string{manager + "--controllers=nodeipam"}},
		{name: "services of the manager cannot be read", edits: []string{manager + "--service-cluster-ip-range=nonsense"}, want: []string{"warning KC307 kube-controller-manager service-cluster-ip-range"}},
		{name: "services of the manager are two of one family", edits: []string{manager + "--service-cluster-ip-range=10.96.0.0/16,10.97.0.0/16"}, want: []string{"error KC308 kube-controller-manager service-cluster-ip-range"}},
		{name: "cloud allocator after the clouds left", since: "1.31", edits: []string{manager + "--cidr-allocator-type=CloudAllocator"}, want: []string{"error KC309 kube-controller-manager cidr-allocator-type"}},
		{name: "cloud allocator before", until: "1.30", edits: []string{manager + "--cidr-allocator-type=CloudAllocator"}},

		{name: "routes after the clouds left", since: "1.31", edits: []string{manager + "--configure-cloud-routes=true"}, want: []string{"warning KC310 kube-controller-manager configure-cloud-routes"}},
		{name: "routes before", until: "1.30", edits: []string{manager + "--configure-cloud-routes=true"}},
		{name: "no routes", edits: []string{manager + "--configure-cloud-routes=false"}},
		{name: "allocator that is none", edits: []string{manager + "--cidr-allocator-type=Other"}, want: []string{"error KC312 kube-controller-manager cidr-allocator-type"}},
		{name: "allocator that is empty", edits: []string{manager + "--cidr-allocator-type="}, want: []string{"error KC312 kube-controller-manager cidr-allocator-type"}},
		{name: "a pod range too small for kubeadm", edits: []string{manager + "--cluster-cidr=10.244.0.0/29 --node-cidr-mask-size-ipv4=29", cloud + "--cluster-cidr=10.244.0.0/29", kubelet + "--max-pods=5"},
			want: []string{"info KC313 kube-controller-manager cluster-cidr"}},
		{name: "a mask too long for kubeadm", edits: []string{manager + "--cluster-cidr=10.0.0.0/9 --node-cidr-mask-size-ipv4=26 --service-cluster-ip-range=172.16.0.0/16",
			api + "--service-cluster-ip-range=172.16.0.0/16", kubelet + "--cluster-dns=172.16.0.10 --max-pods=60", proxy + "--cluster-cidr=10.0.0.0/9", cloud + "--cluster-cidr=10.0.0.0/9"},
			want: []string{"info KC313 kube-controller-manager node-cidr-mask-size-ipv4"}},
		{name: "a mask that kubeadm does not read", edits: []string{manager + "--cluster-cidr=10.244.0.0/25 --node-cidr-mask-size=26", cloud + "--cluster-cidr=10.244.0.0/25", kubelet + "--max-pods=60"},
			want: []string{"info KC313 kube-controller-manager node-cidr-mask-size"}},

		// Kubelets.
		{name: "four DNS servers", edits: []string{kubelet + "--cluster-dns=10.96.0.10,10.96.0.11,10.96.0.12,10.96.0.13"}, want: []string{"warning KC410 kubelet cluster-dns"}},
		{name: "no DNS server", edits: []string{kubelet + "drop:cluster-dns"}, want: []string{"warning KC411 kubelet cluster-dns"}},
		{name: "no DNS server beside a file", edits: []string{kubelet + "drop:cluster-dns --config=/etc/kubelet.yaml"}},
		{name: "negative number of pods a core", edits: []string{kubelet + "--pods-per-core=-1"}, want: []string{"error KC407 kubelet pods-per-core"}},
		{name: "pod CIDR that is none, where nobody gives blocks", edits: []string{kubelet + "--pod-cidr=nonsense", manager + "--allocate-node-cidrs=false drop:cluster-cidr"}, want: []string{"warning KC412 kubelet pod-cidr"}},
		{name: "pod CIDR outside of the cluster's", edits: []string{kubelet + "--pod-cidr=10.245.1.0/24", manager + "--allocate-node-cidrs=false drop:cluster-cidr"}, want: []string{"warning KC617 kubelet pod-cidr"}},
		{name: "two node addresses of one family", edits: []string{kubelet + "--node-ip=192.168.1.10,192.168.1.11"}, want: []string{"error KC401 kubelet node-ip"}},
		{name: "node addresses are trimmed", dual: true, edits: []string{kubelet + "--node-ip=192.168.1.10,␣fd00:192::10"}},
		{name: "any address in a pair", dual: true, edits: []string{kubelet + "--node-ip=192.168.1.10,::"}, want: []string{"error KC401 kubelet node-ip"}},
		{name: "any IPv4 address", edits: []string{kubelet + "--node-ip=0.0.0.0"}},
		{name: "node address that is none", edits: []string{kubelet + "--node-ip=worker"}, want: []string{"warning KC408 kubelet node-ip"}},
		{name: "second node address that is none", edits: []string{kubelet + "--node-ip=192.168.1.10,worker"}, want: []string{"warning KC408 kubelet node-ip"}},
		{name: "pair with an external cloud, not yet", dual: true, until: "1.28", edits: []string{kubelet + "--cloud-provider=external"}, want: []string{"error KC409 kubelet node-ip"}},
		{name: "pair with an external cloud, by its gate", dual: true, since: "1.27", until: "1.28", edits: []string{kubelet + "--cloud-provider=external --feature-gates=CloudDualStackNodeIPs=true"}},
		{name: "pair with an external cloud", dual: true, since: "1.29", edits: []string{kubelet + "--cloud-provider=external"}},
		{name: "pair with a cloud in the tree", dual: true, edits: []string{kubelet + "--cloud-provider=aws"}, want: []string{"error KC409 kubelet node-ip"}},
		{name: "loopback node", edits: []string{kubelet + "--node-ip=127.0.0.1"}, want: []string{"error KC402 kubelet node-ip"}},
		{name: "pod CIDR in a cluster", edits: []string{kubelet + "--pod-cidr=10.244.1.0/24"}, want: []string{"warning KC403 kubelet pod-cidr"}},
		{name: "pod CIDR where nobody gives blocks", edits: []string{kubelet + "--pod-cidr=10.244.1.0/24", manager + "--allocate-node-cidrs=false drop:cluster-cidr"}},
		{name: "DNS elsewhere", edits: []string{kubelet + "--cluster-dns=8.8.8.8"}, want: []string{"error KC404 kubelet cluster-dns"}},
		{name: "DNS at the network address", edits: []string{kubelet + "--cluster-dns=10.96.0.0"}, want: []string{"error KC404 kubelet cluster-dns"}},
		{name: "DNS at the address of kubernetes", edits: []string{kubelet + "--cluster-dns=10.96.0.1"}, want: []string{"error KC404 kubelet cluster-dns"}},
		{name: "DNS at the first address of the secondary range", dual: true, edits: []string{kubelet + "--cluster-dns=10.96.0.10,fd00:10:96::1"}},
		{name: "DNS on each node", edits: []string{kubelet + "--cluster-dns=169.254.20.10"}},
		{name: "DNS at the end of the static band", edits: []string{kubelet + "--cluster-dns=10.96.1.0"}},
		{name: "DNS behind the static band", since: "1.25", edits: []string{kubelet + "--cluster-dns=10.96.1.1"}, want: []string{"warning KC405 kubelet cluster-dns"}},
		{name: "DNS before there was a static band", until: "1.24", edits: []string{kubelet + "--cluster-dns=10.96.1.1"}},
		{name: "DNS in a range without a static band", since: "1.25", edits: []string{api + "--service-cluster-ip-range=10.96.0.0/28", manager + "--service-cluster-ip-range=10.96.0.0/28"}, want: []string{"warning KC405 kubelet cluster-dns"}},
		{name: "DNS that is none", edits: []string{kubelet + "--cluster-dns=10.96.0.10,dns"}, want: []string{"warning KC406 kubelet cluster-dns"}},
		{name: "negative number of pods", edits: []string{kubelet + "--max-pods=-1"}, want: []string{"error KC407 kubelet max-pods"}},

		// kube-proxy.
		{name: "flags beside a file", edits: []string{proxy + "--config=/etc/proxy.yaml --proxy-mode=ipvs --cluster-cidr=nonsense"},
			want: []string{"warning KC501 kube-proxy cluster-cidr", "warning KC501 kube-proxy proxy-mode"}},
		{name: "host bits beside a file", edits: []string{proxy + "--config=/etc/proxy.yaml --cluster-cidr=10.244.0.1/16"},
			want: []string{"warning KC501 kube-proxy cluster-cidr", "warning KC501 kube-proxy proxy-mode"}},
		{name: "userspace, deprecated", until: "1.25", edits: []string{proxy + "--proxy-mode=userspace"}, want: []string{"warning KC503 kube-proxy proxy-mode"}},
		{name: "userspace, gone", since: "1.26", edits: []string{proxy + "--proxy-mode=userspace"}, want: []string{"error KC502 kube-proxy proxy-mode"}},
		{name: "nftables too early", until: "1.30", edits: []string{proxy + "--proxy-mode=nftables"}, want: []string{"error KC502 kube-proxy proxy-mode"}},
		{name: "nftables by its gate", since: "1.29", until: "1.30", edits: []string{proxy + "--proxy-mode=nftables --feature-gates=NFTablesProxyMode=true"}},
		{name: "nftables and a gate that is on and then off", since: "1.29", until: "1.30", edits: []string{proxy + "--proxy-mode=nftables --feature-gates=NFTablesProxyMode=true,NFTablesProxyMode=false"}, want: []string{"error KC502 kube-proxy proxy-mode"}},
		{name: "nftables", since: "1.31", edits: []string{proxy + "--proxy-mode=nftables"}},
		{name: "no mode at all", edits: []string{proxy + "--proxy-mode=fast"}, want: []string{"error KC502 kube-proxy proxy-mode"}},
		{name: "ipvs", until: "1.34", edits: []string{proxy + "--proxy-mode=ipvs"}},
		{name: "ipvs, deprecated", since: "1.35", edits: []string{proxy + "--proxy-mode=ipvs"}, want: []string{"warning KC503 kube-proxy proxy-mode"}},
		{name: "ipvs, turned off", since: "1.37", edits: []string{proxy + "--proxy-mode=ipvs --feature-gates=KubeProxyIPVS=false"}, want: []string{"error KC502 kube-proxy proxy-mode", "warning KC503 kube-proxy proxy-mode"}},
		{name: "sync period 0", edits: []string{proxy + "--iptables-sync-period=0s"}, want: []string{"error KC504 kube-proxy iptables-sync-period"}},
		{name: "minimum longer than the period", edits: []string{proxy + "--iptables-sync-period=10s --iptables-min-sync-period=20s"}, want: []string{"error KC504 kube-proxy iptables-min-sync-period"}},
		{name: "period shorter than the default minimum", edits: []string{proxy + "--iptables-sync-period=500ms"}, want: []string{"error KC504 kube-proxy iptables-sync-period"}},
		{name: "ipvs flags in another mode", edits: []string{proxy + "--ipvs-sync-period=10s"}, want: []string{"warning KC505 kube-proxy ipvs-sync-period"}},
		{name: "iptables flags in ipvs mode", until: "1.34", edits: []string{proxy + "--proxy-mode=ipvs --iptables-sync-period=10s"}, want: []string{"warning KC505 kube-proxy iptables-sync-period"}},
		{name: "bridge without a name", edits: []string{proxy + "--detect-local-mode=BridgeInterface drop:cluster-cidr"}, want: []string{"error KC506 kube-proxy detect-local-mode"}},
		{name: "bridge", edits: []string{proxy + "--detect-local-mode=BridgeInterface --pod-bridge-interface=cni0 drop:cluster-cidr"}},
		{name: "range that is not used", edits: []string{proxy + "--detect-local-mode=NodeCIDR"}, want: []string{"warning KC507 kube-proxy cluster-cidr"}},
		{name: "range with three elements", edits: []string{proxy + "--cluster-cidr=10.244.0.0/16,fd00::/48,10.0.0.0/8"}, want: []string{"error KC508 kube-proxy cluster-cidr"}},
		{name: "no range", edits: []string{proxy + "drop:cluster-cidr"}, want: []string{"warning KC509 kube-proxy cluster-cidr"}},
		{name: "mode left to the default", since: "1.37", edits: []string{proxy + "drop:proxy-mode"}, want: []string{"info KC510 kube-proxy proxy-mode"}},

		{name: "node ports on the nodes' network", edits: []string{proxy + "--nodeport-addresses=192.168.0.0/16,fd00::/8"}},
		{name: "node ports on nothing", edits: []string{proxy + "--nodeport-addresses=192.168.0.0/16,␣fd00::/8"}, want: []string{"error KC511 kube-proxy nodeport-addresses"}},
		{name: "node ports on the primary address, not yet", until: "1.30", edits: []string{proxy + "--nodeport-addresses=primary"}, want: []string{"error KC511 kube-proxy nodeport-addresses"}},
		{name: "node ports on the primary address", since: "1.31", edits: []string{proxy + "--nodeport-addresses=primary"}},
		{name: "node ports on the primary address and others, not yet", since: "1.31", until: "1.36", edits: []string{proxy + "--nodeport-addresses=primary,10.0.0.0/8"}, want: []string{"error KC511 kube-proxy nodeport-addresses"}},
		{name: "node ports on all kinds of addresses", since: "1.37", edits: []string{proxy + "--nodeport-addresses=primary,localhost,10.0.0.0/8"}},
		{name: "node ports on one keyword twice", since: "1.37", edits: []string{proxy + "--nodeport-addresses=all,all"}, want: []string{"error KC511 kube-proxy nodeport-addresses"}},
		{name: "node ports on localhost by keyword, not yet", until: "1.36", edits: []string{proxy + "--nodeport-addresses=localhost"}, want: []string{"error KC511 kube-proxy nodeport-addresses"}},
		{name: "excluded range that is none", until: "1.34", edits: []string{proxy + "--proxy-mode=ipvs --ipvs-exclude-cidrs=10.0.0.1"}, want: []string{"error KC512 kube-proxy ipvs-exclude-cidrs"}},
		{name: "excluded range that is none, in another mode", edits: []string{proxy + "--ipvs-exclude-cidrs=10.0.0.1"}, want: []string{"warning KC505 kube-proxy ipvs-exclude-cidrs"}},
		{name: "bind address of the other family", edits: []string{proxy + "--bind-address=fd00:192::10"}, want: []string{"warning KC513 kube-proxy bind-address"}},
		{name: "bind address of either family", dual: true, edits: []string{proxy + "--bind-address=fd00:192::10"}},

		// Between components.
		{name: "local traffic by blocks that nobody gives", edits: []string{manager + "--allocate-node-cidrs=false drop:cluster-cidr", proxy + "--detect-local-mode=NodeCIDR drop:cluster-cidr"}, want: []string{"warning KC610 kube-proxy detect-local-mode"}},
		{name: "local traffic by blocks that the cloud gives", edits: []string{manager + "--allocate-node-cidrs=false drop:cluster-cidr", cloud + "--allocate-node-cidrs=true", proxy + "--detect-local-mode=NodeCIDR drop:cluster-cidr"}},
		{name: "local traffic by blocks that the plugin does not use", edits: []string{proxy + "--detect-local-mode=NodeCIDR drop:cluster-cidr"}, opts: []k8sflags.Option{k8sflags.WithIPAM(k8sflags.OVNKubernetes)},
			want: []string{"warning KC314 kube-controller-manager allocate-node-cidrs", "warning KC610 kube-proxy detect-local-mode"}},
		{name: "the manager has other services", edits: []string{manager + "--service-cluster-ip-range=10.97.0.0/16"}, want: []string{"warning KC601 kube-controller-manager service-cluster-ip-range"}},
		{name: "the manager has no services", edits: []string{manager + "drop:service-cluster-ip-range"}, want: []string{"warning KC601 kube-controller-manager service-cluster-ip-range"}},
		{name: "the manager has other services and no use for them", edits: []string{manager + "--service-cluster-ip-range=10.97.0.0/16 --allocate-node-cidrs=false drop:cluster-cidr"}, want: []string{"info KC602 kube-controller-manager service-cluster-ip-range"}},
		{name: "the same range in another form", edits: []string{manager + "--service-cluster-ip-range=10.96.0.9/16"}, want: []string{"warning KC206 kube-controller-manager service-cluster-ip-range"}},
		{name: "the cloud has other pods", edits: []string{cloud + "--cluster-cidr=10.245.0.0/16"}, want: []string{"error KC604 cloud-controller-manager cluster-cidr"}},
		{name: "the cloud has other pods and no routes", edits: []string{cloud + "--cluster-cidr=10.245.0.0/16 --configure-cloud-routes=false"}},
		{name: "the cloud has none", edits: []string{cloud + "drop:cluster-cidr"}, want: []string{"warning KC321 cloud-controller-manager cluster-cidr"}},
		{name: "the cloud has none and no routes", edits: []string{cloud + "drop:cluster-cidr --configure-cloud-routes=false"}},
		{name: "the cloud has none and its controller is off", edits: []string{cloud + "drop:cluster-cidr --controllers=*,-route"}},
		{name: "the cloud has two of one family", edits: []string{cloud + "--cluster-cidr=10.244.0.0/17,10.244.128.0/17"}, want: []string{"warning KC321 cloud-controller-manager cluster-cidr"}},
		{name: "the cloud has a node IPAM of its own", edits: []string{cloud + "--node-cidr-mask-size=24"}, want: []string{"info KC322 cloud-controller-manager node-cidr-mask-size"}},
		{name: "kube-proxy has other pods", edits: []string{proxy + "--cluster-cidr=10.245.0.0/16"}, want: []string{"error KC605 kube-proxy cluster-cidr"}},
		{name: "kube-proxy has half of the pods", edits: []string{proxy + "--cluster-cidr=10.244.0.0/17"}, want: []string{"error KC605 kube-proxy cluster-cidr"}},
		{name: "kube-proxy has more than the pods", edits: []string{proxy + "--cluster-cidr=10.244.0.0/15"}},
		{name: "kube-proxy has one family", dual: true, edits: []string{proxy + "--cluster-cidr=10.244.0.0/16"}, want: []string{"error KC605 kube-proxy cluster-cidr"}},
		{name: "pods in another order", dual: true, edits: []string{manager + "--cluster-cidr=fd00:10:244::/48,10.244.0.0/16", cloud + "--cluster-cidr=fd00:10:244::/48,10.244.0.0/16"},
			want: []string{"warning KC606 kube-controller-manager cluster-cidr", "warning KC606 cloud-controller-manager cluster-cidr"}},
		{name: "services of the manager in another order", dual: true, edits: []string{manager + "--service-cluster-ip-range=fd00:10:96::/112,10.96.0.0/16"}, want: []string{"warning KC606 kube-controller-manager service-cluster-ip-range"}},
		{name: "node in another order", dual: true, edits: []string{kubelet + "--node-ip=fd00:192::10,192.168.1.10"}, want: []string{"warning KC606 kubelet node-ip"}},
		{name: "services of two families, pods of one", dual: true, edits: []string{manager + "--cluster-cidr=10.244.0.0/16 drop:node-cidr-mask-size-ipv6", cloud + "--cluster-cidr=10.244.0.0/16"}, want: []string{"error KC607 kube-controller-manager cluster-cidr"}},
		{name: "services of one family, pods of two", dual: true, edits: []string{api + "--service-cluster-ip-range=10.96.0.0/16", manager + "--service-cluster-ip-range=10.96.0.0/16"}},
		{name: "services of two families, node of one", dual: true, edits: []string{kubelet + "--node-ip=192.168.1.10"}, want: []string{"error KC607 kubelet node-ip"}},
		{name: "services of two families, node looks for itself", dual: true, edits: []string{kubelet + "drop:node-ip"}},

		// Overlap.
		{name: "services among the pods, known", edits: []string{api + "--service-cluster-ip-range=10.244.0.0/20", manager + "--service-cluster-ip-range=10.244.0.0/20", kubelet + "--cluster-dns=10.244.0.10"},
			want: []string{"warning KC611 kube-controller-manager cluster-cidr"}},
		{name: "services are the pods", edits: []string{api + "--service-cluster-ip-range=10.244.0.0/16", manager + "--service-cluster-ip-range=10.244.0.0/16", kubelet + "--cluster-dns=10.244.0.10"},
			want: []string{"error KC612 kube-controller-manager cluster-cidr"}},
		{name: "services among the pods, unknown", edits: []string{api + "--service-cluster-ip-range=10.244.0.0/20", manager + "drop:service-cluster-ip-range", kubelet + "--cluster-dns=10.244.0.10"},
			want: []string{"error KC613 kube-controller-manager cluster-cidr", "warning KC601 kube-controller-manager service-cluster-ip-range"}},
		{name: "node among the services", edits: []string{kubelet + "--node-ip=10.96.3.4"}, want: []string{"error KC614 kubelet node-ip"}},
		{name: "node among the pods", edits: []string{kubelet + "--node-ip=10.244.3.4"}, want: []string{"error KC614 kubelet node-ip"}},
		{name: "node among the pods of a plugin", edits: []string{kubelet + "--node-ip=10.244.3.4", manager + "--allocate-node-cidrs=false drop:cluster-cidr"}},
		{name: "API server among the pods", edits: []string{api + "--advertise-address=10.244.3.4"}, want: []string{"error KC614 kube-apiserver advertise-address"}},
		{name: "office among the pods", opts: []k8sflags.Option{k8sflags.WithNetworks(
			k8sflags.Network{Name: "office", Prefix: netip.MustParsePrefix("10.244.8.0/24")},
			k8sflags.Network{Name: "LAN", Prefix: netip.MustParsePrefix("192.168.0.0/16")})}, want: []string{"error KC615 kube-controller-manager cluster-cidr"}},
		{name: "docker's bridge among the services", edits: []string{api + "--service-cluster-ip-range=172.16.0.0/12", manager + "--service-cluster-ip-range=172.16.0.0/12", kubelet + "--cluster-dns=172.16.0.10"},
			opts: []k8sflags.Option{k8sflags.WithNetworks(k8sflags.Network{Name: "docker0", Prefix: netip.MustParsePrefix("172.17.0.0/16")})}, want: []string{"error KC615 kube-apiserver service-cluster-ip-range"}},

		// Capacity.
		{name: "as many pods as fit", edits: []string{kubelet + "--max-pods=253"}},
		{name: "a pod too many", edits: []string{kubelet + "--max-pods=254"}, want: []string{"error KC621 kubelet max-pods"}},
		{name: "a pod too many for Cilium", edits: []string{kubelet + "--max-pods=253"}, opts: []k8sflags.Option{k8sflags.WithIPAM(k8sflags.Cilium)}, want: []string{"error KC621 kubelet max-pods"}},
		{name: "as many pods as Calico has addresses", edits: []string{kubelet + "--max-pods=256"}, opts: []k8sflags.Option{k8sflags.WithIPAM(k8sflags.Calico)}, want: []string{"warning KC314 kube-controller-manager allocate-node-cidrs"}},
		{name: "Calico where nobody else gives blocks", edits: []string{manager + "--allocate-node-cidrs=false drop:cluster-cidr"}, opts: []k8sflags.Option{k8sflags.WithIPAM(k8sflags.Calico)}},
		{name: "the default is too many", edits: []string{manager + "--node-cidr-mask-size=26"}, want: []string{"error KC621 kubelet max-pods"}},
		{name: "a file may say less", edits: []string{manager + "--node-cidr-mask-size=26", kubelet + "--config=/etc/kubelet.yaml"}},
		{name: "unknown IPAM", opts: []k8sflags.Option{k8sflags.WithIPAM("magic")}, want: []string{"warning KC002"}},
		{name: "as many nodes as blocks", opts: []k8sflags.Option{k8sflags.WithNodes(256)}},
		{name: "a node too many", opts: []k8sflags.Option{k8sflags.WithNodes(257)}, want: []string{"error KC622 kube-controller-manager cluster-cidr"}},
		{name: "as many nodes as the services leave", edits: []string{api + "--service-cluster-ip-range=10.244.0.0/20", manager + "--service-cluster-ip-range=10.244.0.0/20", kubelet + "--cluster-dns=10.244.0.10"},
			opts: []k8sflags.Option{k8sflags.WithNodes(240)}, want: []string{"warning KC611 kube-controller-manager cluster-cidr"}},
		{name: "a node more than the services leave", edits: []string{api + "--service-cluster-ip-range=10.244.0.0/20", manager + "--service-cluster-ip-range=10.244.0.0/20", kubelet + "--cluster-dns=10.244.0.10"},
			opts: []k8sflags.Option{k8sflags.WithNodes(241)}, want: []string{"error KC622 kube-controller-manager cluster-cidr", "warning KC611 kube-controller-manager cluster-cidr"}},
		{name: "more nodes than anybody tries", edits: []string{manager + "drop:cluster-cidr --allocate-node-cidrs=false"}, opts: []k8sflags.Option{k8sflags.WithNodes(5001)}, want: []string{"info KC623"}},
		{name: "the family with fewer blocks decides", dual: true, edits: []string{manager + "--node-cidr-mask-size-ipv6=55"}, opts: []k8sflags.Option{k8sflags.WithNodes(129)}, want: []string{"error KC622 kube-controller-manager cluster-cidr"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			since, until := versionOf(t, cmp.Or(c.since, "1.24")), versionOf(t, cmp.Or(c.until, "1.37"))
			lines := good
			if c.dual {
				lines = goodDual
			}
			for v := range k8sflags.Versions() {
				if !v.AtLeast(since) || !until.AtLeast(v) {
					continue
				}
				s := edit(t, commands(t, v.String(), lines...), c.edits)
				if got := verdicts(k8sflags.Check(s, c.opts...)); !slices.Equal(got, c.want) {
					t.Errorf("%s: got\n%q\nwant\n%q", v, got, c.want)
				}
			}
		})
	}
}

func TestCheckSaysByWhichVersionItJudges(t *testing.T) {
	newer, old := k8sflags.Process{Component: k8sflags.Kubelet}, k8sflags.Process{Component: k8sflags.Kubelet, Version: versionOf(t, "1.19")}
	for _, c := range []struct {
		name string
		set  k8sflags.Set
		want []string
	}{
		{"no version", k8sflags.Set{Processes: []k8sflags.Process{newer}}, []string{"no Kubernetes version is named: judged by 1.37"}},
		{"older than the tables", k8sflags.Set{Version: versionOf(t, "1.22")}, []string{"Kubernetes 1.22 is not in the tables: judged by 1.24, the nearest that is"}},
		{"newer than the tables", k8sflags.Set{Version: versionOf(t, "2.0"), Processes: []k8sflags.Process{newer}}, []string{"Kubernetes 2.0 is not in the tables: judged by 1.37, the nearest that is"}},
		{"one process", k8sflags.Set{Version: versionOf(t, "1.30"), Processes: []k8sflags.Process{newer, old}}, []string{"kubelet: Kubernetes 1.19 is not in the tables: judged by 1.24, the nearest that is"}},
		{"every process by itself", k8sflags.Set{Processes: []k8sflags.Process{{Component: k8sflags.Kubelet, Version: versionOf(t, "1.30")}}}, nil},
	} {
		var got []string
		for _, f := range k8sflags.Check(c.set) {
			if f.Rule != "KC001" || f.Severity != k8sflags.Info {
				t.Errorf("%s: %v", c.name, f)
			}
			got = append(got, f.Message)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// A kubelet may be older than its API server, and has the flags of its version.
func TestCheckJudgesEachProcessByItsVersion(t *testing.T) {
	s := commands(t, "1.35", "kubelet --pod-infra-container-image=pause", "kubelet --pod-infra-container-image=pause")
	s.Processes[1].Version = versionOf(t, "1.34")
	want := []string{"error KC101 kubelet pod-infra-container-image", "warning KC103 kubelet #2 pod-infra-container-image"}
	if got := verdicts(k8sflags.Check(s)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What is not in the set is unknown: no rule may need it.
func TestCheckOfPartsOfAClusterIsSilent(t *testing.T) {
	for i := range good {
		if got := k8sflags.Check(commands(t, "1.34", good[i])); len(got) != 0 {
			t.Errorf("%s alone: %v", good[i], got)
		}
		others := slices.Delete(slices.Clone(good), i, i+1)
		if got := k8sflags.Check(commands(t, "1.34", others...)); len(got) != 0 {
			t.Errorf("without %s: %v", good[i], got)
		}
	}
	if got := k8sflags.Check(k8sflags.Set{Version: k8sflags.MaxVersion()}); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestCheckAPIServersAgree(t *testing.T) {
	const dual = "10.96.0.0/16,fd00:10:96::/112"
	for _, c := range []struct {
		name   string
		ranges []string
		want   []string
	}{
		{"the same", []string{dual, dual, dual}, nil},
		{"the same in another form", []string{"10.96.0.0/16", "10.96.0.1/16"}, []string{"warning KC206 kube-apiserver #2 service-cluster-ip-range"}},
		{"another range", []string{dual, "10.96.0.0/16", dual}, []string{"error KC603 kube-apiserver #2 service-cluster-ip-range"}},
		{"another order", []string{dual, dual, "fd00:10:96::/112,10.96.0.0/16"}, []string{"error KC603 kube-apiserver #3 service-cluster-ip-range"}},
	} {
		var lines []string
		for _, r := range c.ranges {
			lines = append(lines, "kube-apiserver --service-cluster-ip-range="+r)
		}
		if got := verdicts(k8sflags.Check(commands(t, "1.34", lines...))); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// What several processes of a component must agree on, and where each needs
// something of its own.
func TestCheckSeveralOfOneComponent(t *testing.T) {
	const manager = "kube-controller-manager --allocate-node-cidrs --cluster-cidr="
	for _, c := range []struct {
		name  string
		lines []string
		want  []string
	}{
		{"managers alike", []string{manager + "10.244.0.0/16", manager + "10.244.0.9/16 --node-cidr-mask-size=24"}, []string{"warning KC206 kube-controller-manager #2 cluster-cidr"}},
		{"managers with other pods", []string{manager + "10.244.0.0/16", manager + "10.245.0.0/16"}, []string{"error KC608 kube-controller-manager #2 cluster-cidr"}},
		{"managers with another order", []string{manager + "10.244.0.0/16,fd00:10:244::/48", manager + "fd00:10:244::/48,10.244.0.0/16"}, []string{"error KC608 kube-controller-manager #2 cluster-cidr"}},
		{"managers with other masks", []string{manager + "10.244.0.0/16", manager + "10.244.0.0/16 --node-cidr-mask-size-ipv4=25"}, []string{"error KC608 kube-controller-manager #2"}},
		{"one manager gives no blocks", []string{manager + "10.244.0.0/16", "kube-controller-manager"}, []string{"error KC608 kube-controller-manager #2 allocate-node-cidrs"}},
		{"API servers with other node ports", []string{"kube-apiserver --service-cluster-ip-range=10.96.0.0/16", "kube-apiserver --service-cluster-ip-range=10.96.0.0/16 --service-node-port-range=30000-31000"},
			[]string{"warning KC609 kube-apiserver #2 service-node-port-range"}},
		{"kubelets with ranges of their own", []string{"kubelet --pod-cidr=10.244.1.0/24", "kubelet --pod-cidr=10.244.2.0/24"}, nil},
		{"kubelets with one range", []string{"kubelet --pod-cidr=10.244.1.0/24", "kubelet --pod-cidr=10.244.2.0/24", "kubelet --pod-cidr=10.244.1.0/24"}, []string{"error KC616 kubelet #3 pod-cidr"}},
		{"kubelets with a range in another's", []string{"kubelet --pod-cidr=10.244.1.128/25", "kubelet --pod-cidr=10.244.1.0/24", "kubelet --pod-cidr=10.244.1.0/25"},
			[]string{"error KC616 kubelet pod-cidr", "error KC616 kubelet #3 pod-cidr"}},
		{"kubelets outside of what kube-proxy takes for pods", []string{"kubelet --pod-cidr=10.245.1.0/24", "kube-proxy --cluster-cidr=10.244.0.0/16 --proxy-mode=iptables"}, []string{"warning KC617 kubelet pod-cidr"}},
		{"kubelets with one address", []string{"kubelet --node-ip=192.168.1.1", "kubelet --node-ip=192.168.1.2", "kubelet --node-ip=fd00::1,192.168.1.1"}, []string{"error KC618 kubelet #3 node-ip"}},
		{"kubelets that look for themselves", []string{"kubelet --node-ip=::", "kubelet --node-ip=::"}, nil},
		{"kubelets of two domains", []string{"kubelet --cluster-domain=cluster.local", "kubelet", "kubelet --cluster-domain=cluster.local.", "kubelet --cluster-domain=k8s.example"}, []string{"warning KC631 kubelet #4 cluster-domain"}},
	} {
		if got := verdicts(k8sflags.Check(commands(t, "1.34", c.lines...), k8sflags.Ignore("KC621"))); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// The sweep over kubelets' own ranges against every pair of them: of two that
// overlap the one inside is named, of two alike the later.
func TestCheckOwnRangesAgainstEveryPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s k8sflags.Set
		var ranges []netip.Prefix
		for range rapid.IntRange(0, 8).Draw(t, "kubelets") {
			p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, rapid.Byte().Draw(t, "address")}), rapid.IntRange(22, 30).Draw(t, "bits")).Masked()
			ranges = append(ranges, p)
			s.Processes = append(s.Processes, k8sflags.Process{Component: k8sflags.Kubelet, Name: fmt.Sprint(len(ranges)), Flags: parsed(t, k8sflags.Kubelet, "--pod-cidr="+p.String())})
		}
		var want []string
		for i, p := range ranges {
			for j, q := range ranges {
				if i != j && q.Overlaps(p) && (q.Bits() < p.Bits() || q.Bits() == p.Bits() && j < i) {
					want = append(want, fmt.Sprint(i+1))
					break
				}
			}
		}
		var got []string
		for _, f := range k8sflags.Check(s) {
			if f.Rule == "KC616" {
				got = append(got, f.Process)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%v: %v, want %v", ranges, got, want)
		}
	})
}

func parsed(t *rapid.T, c k8sflags.Component, args ...string) k8sflags.Flags {
	f, err := k8sflags.ParseArgs(c, args)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestCheckCommandsTakeNoArguments(t *testing.T) {
	for line, want := range map[string][]string{
		"kube-controller-manager --allocate-node-cidrs false": {"error KC011 kube-controller-manager", "error KC301 kube-controller-manager cluster-cidr"},
		"kubelet run --max-pods 50":                           {"error KC011 kubelet"},
		"kubelet --max-pods=50 --":                            nil,
		"kubelet --max-pods":                                  {"error KC012 kubelet max-pods"},
		"kubelet -max-pods=50":                                {"error KC013 kubelet"},
		"kubelet -max-pods 50 -v=4 -v4 -h":                    {"error KC013 kubelet"},
		"kubelet -version":                                    {"error KC013 kubelet"},
	} {
		if got := verdicts(k8sflags.Check(commands(t, "1.34", line))); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}

func TestCheckStandaloneKubelet(t *testing.T) {
	for line, want := range map[string][]string{
		"kubelet --pod-cidr=10.244.1.0/24 --max-pods=253":                                              nil,
		"kubelet --pod-cidr=10.244.1.0/26":                                                             {"error KC621 kubelet max-pods"},
		"kubelet --pod-cidr=10.244.1.0/24 --kubeconfig=/etc/kubelet.conf --cluster-dns=10.96.0.10":     {"warning KC403 kubelet pod-cidr"},
		"kubelet --pod-cidr=10.244.1.0/24 --bootstrap-kubeconfig=/etc/b.conf --cluster-dns=10.96.0.10": {"warning KC403 kubelet pod-cidr"},
		"kubelet --pod-cidr=10.244.1.7/24 --max-pods=10":                                               {"warning KC206 kubelet pod-cidr"},
		"kubelet --pod-cidr=10.244.1.0":                                                                {"warning KC412 kubelet pod-cidr"},
		"kubelet --pod-cidr=10.244.1.0/24 --node-ip=10.244.1.9":                                        {"error KC614 kubelet node-ip"},
	} {
		if got := verdicts(k8sflags.Check(commands(t, "1.34", line))); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", line, got, want)
		}
	}
}

// A set that a program put together wrongly is judged as far as it goes.
func TestCheckTakesAnySet(t *testing.T) {
	flags, err := k8sflags.ParseArgs(k8sflags.Proxy, []string{"--proxy-mode=ipvs", "--cluster-cidr=10.0.0.0/8"})
	if err != nil {
		t.Fatal(err)
	}
	s := k8sflags.Set{Version: k8sflags.Version{Major: -1, Minor: -1}, Processes: []k8sflags.Process{
		{}, {Component: "etcd", Flags: flags}, {Component: k8sflags.APIServer, Flags: flags}, {Component: k8sflags.ControllerManager}, {Flags: flags},
		{Component: k8sflags.Kubelet, Flags: k8sflags.Flags{}.With("node-ip", "192.168.0.1")},
	}}
	got := verdicts(k8sflags.Check(s, k8sflags.WithNetworks(k8sflags.Network{}), k8sflags.WithNodes(1)))
	if want := []string{"warning KC205 kube-apiserver service-cluster-ip-range", "warning KC411 kubelet cluster-dns", "info KC001"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCheckNamesProcesses(t *testing.T) {
	s := commands(t, "1.34", "kubelet --max-pods=-1", "kubelet --max-pods=-1", "kubelet --max-pods=-1")
	s.Processes[1].Name = "worker-7"
	want := []string{"error KC407 kubelet max-pods", "error KC407 kubelet worker-7 max-pods", "error KC407 kubelet #2 max-pods"}
	if got := verdicts(k8sflags.Check(s)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCheckIgnoresRulesByID(t *testing.T) {
	s := commands(t, "1.34", "kubelet --network-plugin=cni --max-pods=-1")
	if got := verdicts(k8sflags.Check(s, k8sflags.Ignore("KC101", "no such rule"), nil)); !slices.Equal(got, []string{"error KC407 kubelet max-pods"}) {
		t.Errorf("got %q", got)
	}
}

// Every element of a list may have a finding, so that a message must not grow
// with the list.
func TestMessagesAreShort(t *testing.T) {
	const n = 1000
	list := strings.TrimSuffix(strings.Repeat("nonsense,", n), ",")
	got := k8sflags.Check(commands(t, "1.37", "kube-proxy --proxy-mode=iptables --detect-local-mode=NodeCIDR --nodeport-addresses="+list))
	if len(got) != n {
		t.Fatalf("%d findings, want %d", len(got), n)
	}
	for _, f := range got {
		if f.Value != list || len(f.Message) > 2000 || !strings.Contains(f.Message, "…") {
			t.Fatalf("value of %d bytes, message of %d: %.200s", len(f.Value), len(f.Message), f.Message)
		}
	}
}
