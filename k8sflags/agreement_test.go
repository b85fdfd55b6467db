package k8sflags_test

import (
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// What the components' own code says about command lines that are read in
// surprising ways. Each case names the errors of Check; those of version 1.37
// are held to Kubernetes itself in internal/conformance.
func TestCommandLinesAreReadAsTheComponentsDo(t *testing.T) {
	const newest = "1.37"
	for _, c := range []struct {
		name, version, line string
		want                []string
	}{
		{"an empty argument is none", newest, "kube-proxy --proxy-mode=iptables ''", nil},
		{"but not to a kubelet", newest, "kubelet ''", []string{"KC011"}},
		{"an address of a space", newest, "kube-apiserver --service-cluster-ip-range=10.96.0.0/16 --advertise-address=' '", []string{"KC012"}},
		{"an empty address leaves the one before", newest, "kube-apiserver --service-cluster-ip-range=fd00::/112 --advertise-address=192.168.0.1 --advertise-address=", []string{"KC221"}},
		{"kube-proxy skips leading zeros of an address", newest, "kube-proxy --bind-address=192.168.000.001", nil},
		{"and trims none", newest, "kube-proxy --bind-address=' 192.168.0.1'", []string{"KC012"}},
		{"a count of 64 bits", newest, "kube-apiserver --service-cluster-ip-range=10.96.0.0/16 --apiserver-count=2147483648", nil},
		{"a port of 64 bits", newest, "kube-apiserver --service-cluster-ip-range=10.96.0.0/16 --secure-port=2147483648", []string{"KC212"}},
		{"wrong node ports before right ones", newest, "kube-apiserver --service-cluster-ip-range=10.96.0.0/16 --service-node-port-range=2-1 --service-node-port-range=30000-32767", []string{"KC211"}},
		{"a locked gate that is set right at last", newest, "kubelet --feature-gates=NFTablesProxyMode=false,NFTablesProxyMode=true", nil},
		{"a gate that is gone", "1.28", "kubelet --feature-gates=ServiceIPStaticSubrange=true", []string{"KC104"}},
		{"and the version before", "1.27", "kubelet --feature-gates=ServiceIPStaticSubrange=true", nil},
		{"gates of spaces to the control plane", newest, "kube-controller-manager --feature-gates=' ,'", nil},
		{"gates of spaces to the others", newest, "kubelet --feature-gates=' ,'", []string{"KC107"}},
		{"three service ranges that are not used", newest, "kube-controller-manager --service-cluster-ip-range=a,b,c", []string{"KC308"}},
		{"a manager does not trim services, and leaves out what it cannot read", newest, "kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16 --service-cluster-ip-range=' 10.96.0.0/16,10.97.0.0/16'", nil},
		{"an allocator that is not used", "1.32", "kube-controller-manager --cidr-allocator-type=CloudAllocator", []string{"KC309"}},
		{"or does not exist", "1.32", "kube-controller-manager --cidr-allocator-type=Range", []string{"KC312"}},
		{"which nobody asked before", "1.31", "kube-controller-manager --cidr-allocator-type=Range", nil},
		{"no allocator where none is used", newest, "kube-controller-manager --cidr-allocator-type=", nil},
		{"a mapped range has the length that is written", newest, "kube-controller-manager --allocate-node-cidrs --cluster-cidr=::ffff:10.244.0.0/112", []string{"KC303"}},
		{"a mapped range that is not IPv4", newest, "kube-apiserver --service-cluster-ip-range=::ffff:10.0.0.0/64", nil},
		{"a mapped range of all IPv4", newest, "kube-apiserver --service-cluster-ip-range=::ffff:0:0/96", nil},
		{"an empty cluster CIDR", "1.31", "kube-proxy --cluster-cidr=", []string{"KC508"}},
		{"which was none before", "1.30", "kube-proxy --cluster-cidr=", nil},
		{"a period below the default minimum of all modes", "1.31", "kube-proxy --proxy-mode=ipvs --ipvs-sync-period=500ms", []string{"KC504"}},
		{"which ipvs did not have before", "1.30", "kube-proxy --proxy-mode=ipvs --ipvs-sync-period=500ms", nil},
		{"an empty list beside another", newest, "kube-proxy --nodeport-addresses= --nodeport-addresses=primary", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			argv, err := k8sflags.SplitCommand(c.line)
			if err != nil {
				t.Fatal(err)
			}
			p, err := k8sflags.ParseCommand(argv)
			if err != nil {
				t.Fatal(err)
			}
			v, err := k8sflags.ParseVersion(c.version)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range k8sflags.Check(k8sflags.Set{Version: v, Processes: []k8sflags.Process{p}}) {
				if f.Severity == k8sflags.Error {
					got = append(got, f.Rule)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s %s: errors %v, want %v", c.version, c.line, got, c.want)
			}
		})
	}
}
