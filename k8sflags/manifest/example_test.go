package manifest_test

import (
	"errors"
	"fmt"
	"log"
	"slices"

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
