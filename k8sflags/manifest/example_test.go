package manifest_test

import (
	"bytes"
	"errors"
	"fmt"
	"log"
	"slices"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/k8sflags/manifest"
)

// The files of a node say together what one alone does not.
func Example() {
	var fragments []manifest.Fragment
	for name, text := range map[string]string{
		"/etc/kubernetes/manifests/kube-apiserver.yaml": `
apiVersion: v1
kind: Pod
spec:
  containers:
  - image: registry.k8s.io/kube-apiserver:v1.34.2
    command:
    - kube-apiserver
    - --service-cluster-ip-range=10.96.0.0/16
`,
		"/etc/systemd/system/kubelet.service": `
[Service]
EnvironmentFile=/etc/default/kubelet
ExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml $KUBELET_EXTRA_ARGS
`,
		"/etc/default/kubelet": `KUBELET_EXTRA_ARGS="--node-ip=192.168.1.10"`,
		"/var/lib/kubelet/config.yaml": `
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
clusterDNS:
- 10.97.0.10
`,
	} {
		f, err := manifest.Read(name, []byte(text))
		if err != nil {
			log.Fatal(err)
		}
		fragments = append(fragments, f)
	}
	set, _, err := manifest.Join(fragments...)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("Kubernetes", set.Version)
	for _, f := range k8sflags.Check(set) {
		fmt.Println(f.Origin, f.Rule)
	}
	// Output:
	// Kubernetes 1.34
	// /var/lib/kubelet/config.yaml:5: clusterDNS[0] KC404
}

func ExampleRead() {
	f, err := manifest.Read("kubeadm.yaml", []byte(`
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.34.0
networking:
  podSubnet: 10.244.0.0/16
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
`))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(f.File(), slices.Collect(f.Kinds()))
	set, _, err := manifest.Join(f)
	if err != nil {
		log.Fatal(err)
	}
	a, err := k8sflags.Infer(set)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Version, a.Pods, a.Services, a.ClusterDNS, a.ProxyMode)
	// Output:
	// kubeadm.yaml [ClusterConfiguration KubeProxyConfiguration]
	// 1.34 10.244.0.0/16 10.96.0.0/12 10.96.0.10 nftables
}

// Everything that is wrong with a file is said at once.
func ExampleErrors() {
	_, err := manifest.Read("kubelet.yaml", []byte(`apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
clusterDNS: 10.96.0.10
maxPods: "110"
`))
	fmt.Println(err)
	fmt.Println(errors.Is(err, manifest.ErrType))
	var errs manifest.Errors
	if errors.As(err, &errs) {
		fmt.Println(errs[0].Origin.Line)
	}
	// Output:
	// kubelet.yaml:3: clusterDNS: want a list, not "10.96.0.10"
	// kubelet.yaml:4: maxPods: want a whole number, not the text "110"
	// true
	// 3
}

// What only the node knows is told apart from what is wrong.
func ExampleJoin() {
	f, err := manifest.Read("cloud-init.sh", []byte(`
kube-apiserver --advertise-address=$(hostname -i) --service-cluster-ip-range=10.96.0.0/16 $EXTRA
`))
	if err != nil {
		log.Fatal(err)
	}
	set, missing, err := manifest.Join(f)
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range missing {
		fmt.Printf("%s: %s %q\n", m.Origin, m.Name, m.Flag)
	}
	set.Version = k8sflags.MaxVersion()
	for _, f := range k8sflags.Check(set) {
		fmt.Println(f.Rule, missing[1].Explains(f))
	}
	// Output:
	// cloud-init.sh:2: $EXTRA ""
	// cloud-init.sh:2: argument 2: $(hostname -i) "advertise-address"
	// KC012 true
}

// addressing is what the examples below render.
func addressing() k8sflags.Addressing {
	return k8sflags.Addressing{
		Version:  k8sflags.Version{Major: 1, Minor: 34},
		Pods:     dualstack.MustParse("10.244.0.0/16,fd00:10:244::/48"),
		Services: dualstack.MustParse("10.96.0.0/16,fd00:10:96::/112"),
		NodeIPs:  dualstack.MustParseAddrs("192.168.1.10,fd01::10"),
	}
}

func ExampleRenderKubeadm() {
	text, err := manifest.RenderKubeadm(addressing())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(text))
	// Output:
	// apiVersion: kubeadm.k8s.io/v1beta4
	// kind: ClusterConfiguration
	// kubernetesVersion: v1.34.0
	// clusterName: kubernetes
	// networking:
	//   podSubnet: 10.244.0.0/16,fd00:10:244::/48
	//   serviceSubnet: 10.96.0.0/16,fd00:10:96::/112
	//   dnsDomain: cluster.local
	// apiServer:
	//   extraArgs:
	//     - name: service-node-port-range
	//       value: 30000-32767
	// controllerManager:
	//   extraArgs:
	//     - name: node-cidr-mask-size-ipv4
	//       value: "24"
	//     - name: node-cidr-mask-size-ipv6
	//       value: "64"
	// ---
	// apiVersion: kubeadm.k8s.io/v1beta4
	// kind: InitConfiguration
	// localAPIEndpoint:
	//   bindPort: 6443
	// nodeRegistration:
	//   kubeletExtraArgs:
	//     - name: node-ip
	//       value: 192.168.1.10,fd01::10
	// ---
	// apiVersion: kubelet.config.k8s.io/v1beta1
	// kind: KubeletConfiguration
	// clusterDNS:
	//   - 10.96.0.10
	// clusterDomain: cluster.local
	// maxPods: 110
	// ---
	// apiVersion: kubeproxy.config.k8s.io/v1alpha1
	// kind: KubeProxyConfiguration
	// mode: iptables
	// detectLocalMode: ClusterCIDR
	// clusterCIDR: 10.244.0.0/16,fd00:10:244::/48
	// iptables:
	//   syncPeriod: 30s
	//   minSyncPeriod: 1s
}

// What kube-apiserver takes and kubeadm refuses is refused here.
func ExampleRenderKubeadm_refused() {
	a := addressing()
	a.Services = dualstack.MustParse("11.0.0.0/8")
	_, err := manifest.RenderKubeadm(a)
	fmt.Println(errors.Is(err, manifest.ErrRefused))
	fmt.Println(err)
	// Output:
	// true
	// manifest: kube-apiserver --service-cluster-ip-range "11.0.0.0/8": kubeadm refuses 11.0.0.0/8: more than 20 host bits (use a /12 or longer)
}

func ExampleRenderKubelet() {
	text, err := manifest.RenderKubelet(addressing())
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(text))
	// Output:
	// apiVersion: kubelet.config.k8s.io/v1beta1
	// kind: KubeletConfiguration
	// clusterDNS:
	//   - 10.96.0.10
	// clusterDomain: cluster.local
	// maxPods: 110
}

func ExampleRenderProxy() {
	a := addressing()
	a.ProxyMode = k8sflags.ProxyNFTables
	text, err := manifest.RenderProxy(a)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(text))
	// Output:
	// apiVersion: kubeproxy.config.k8s.io/v1alpha1
	// kind: KubeProxyConfiguration
	// mode: nftables
	// detectLocalMode: ClusterCIDR
	// clusterCIDR: 10.244.0.0/16,fd00:10:244::/48
	// nftables:
	//   syncPeriod: 30s
	//   minSyncPeriod: 1s
}

func ExampleRenderStaticPods() {
	text, err := manifest.RenderStaticPods(addressing())
	if err != nil {
		log.Fatal(err)
	}
	first, _, _ := bytes.Cut(text, []byte("---\n"))
	fmt.Print(string(first))
	// Output:
	// apiVersion: v1
	// kind: Pod
	// metadata:
	//   name: kube-apiserver
	//   namespace: kube-system
	// spec:
	//   containers:
	//     - name: kube-apiserver
	//       command:
	//         - kube-apiserver
	//         - --bind-address=0.0.0.0
	//         - --secure-port=6443
	//         - --service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112
	//         - --service-node-port-range=30000-32767
}

// A further range of services for a cluster that runs out of them.
func ExampleRenderServiceCIDR() {
	a := addressing()
	a.Services = dualstack.MustParse("10.97.0.0/16")
	text, err := manifest.RenderServiceCIDR(a, "more-services")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(text))
	// Output:
	// apiVersion: networking.k8s.io/v1
	// kind: ServiceCIDR
	// metadata:
	//   name: more-services
	// spec:
	//   cidrs:
	//     - 10.97.0.0/16
}
