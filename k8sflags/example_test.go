package k8sflags_test

import (
	"errors"
	"fmt"
	"log"
	"net/netip"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// From addresses to flags, and back.
func Example() {
	a := k8sflags.Addressing{
		Version:  k8sflags.Version{Major: 1, Minor: 34},
		Pods:     dualstack.MustParse("10.244.0.0/16,fd00:10:244::/48"),
		Services: dualstack.MustParse("10.96.0.0/16,fd00:10:96::/112"),
	}
	set, err := k8sflags.Render(a)
	if err != nil {
		log.Fatal(err)
	}
	for p := range set.Of(k8sflags.ControllerManager) {
		fmt.Println(p.Flags)
	}
	back, err := k8sflags.Infer(set)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(back.Equal(a), len(k8sflags.Check(set)))
	// Output:
	// kube-controller-manager \
	//   --allocate-node-cidrs=true \
	//   --cluster-cidr=10.244.0.0/16,fd00:10:244::/48 \
	//   --service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112 \
	//   --node-cidr-mask-size-ipv4=24 \
	//   --node-cidr-mask-size-ipv6=64 \
	//   --cluster-name=kubernetes
	// true 0
}

func ExampleCheck() {
	set := k8sflags.Set{Version: k8sflags.Version{Major: 1, Minor: 34}}
	for _, line := range []string{
		"kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16 --node-cidr-mask-size=26",
		"kubelet --cluster-dns=10.96.0.10 --max-pods 100 --network-plugin=cni",
	} {
		argv, err := k8sflags.SplitCommand(line)
		if err != nil {
			log.Fatal(err)
		}
		process, err := k8sflags.ParseCommand(argv)
		if err != nil {
			log.Fatal(err)
		}
		set.Processes = append(set.Processes, process)
	}
	for _, finding := range k8sflags.Check(set) {
		fmt.Println(finding)
	}
	// Output:
	// error KC101: kubelet --network-plugin "cni": removed in Kubernetes 1.24; kubelet 1.34 refuses to start with an unknown flag (remove it; the container runtime's own configuration names the CNI directories)
	// error KC621: kubelet --max-pods "100": 100 pods, but an IPv4 block of /26 holds 61 under host-local (less network, gateway and IPv4 broadcast address) (use at most 61, or larger node blocks)
}

// What the flags do not say comes as options.
func ExampleOption() {
	argv, err := k8sflags.SplitCommand("kube-controller-manager --allocate-node-cidrs --cluster-cidr=172.16.0.0/14")
	if err != nil {
		log.Fatal(err)
	}
	p, err := k8sflags.ParseCommand(argv)
	if err != nil {
		log.Fatal(err)
	}
	set := k8sflags.Set{Version: k8sflags.MaxVersion(), Processes: []k8sflags.Process{p}}
	for _, f := range k8sflags.Check(set,
		k8sflags.WithNodes(2000),
		k8sflags.WithNetworks(k8sflags.Network{Name: "docker0", Prefix: netip.MustParsePrefix("172.17.0.0/16")}),
		k8sflags.WithIPAM(k8sflags.Cilium),
		k8sflags.WithEphemeralPorts(k8sflags.PortRange{Min: 40000, Max: 60999}),
		k8sflags.Ignore("KC103"),
	) {
		fmt.Println(f.Rule, f.Message)
	}
	// Output:
	// KC615 kube-controller-manager --cluster-cidr "172.16.0.0/14": 172.16.0.0/14 overlaps docker0 172.17.0.0/16
	// KC622 kube-controller-manager --cluster-cidr "172.16.0.0/14": 2000 nodes, but 172.16.0.0/14 has 1024 blocks of /24 to give (0 of 1024 lost to the service range)
}

func ExampleFinding() {
	flags, err := k8sflags.ParseArgs(k8sflags.APIServer, []string{"--service-cluster-ip-range", "10.96.0.0/8"})
	if err != nil {
		log.Fatal(err)
	}
	set := k8sflags.Set{
		Version:   k8sflags.Version{Major: 1, Minor: 30},
		Processes: []k8sflags.Process{{Component: k8sflags.APIServer, Name: "cp-1", Flags: flags}},
	}
	for _, f := range k8sflags.Check(set) {
		fmt.Printf("%s: %s, %s, --%s, argument %d\n%s\n%s\n", f.Rule, f.Severity, f.Process, f.Flag, f.Origin.Arg, f.Message, f.Fix)
		break
	}
	// Output:
	// KC202: error, cp-1, --service-cluster-ip-range, argument 1
	// kube-apiserver --service-cluster-ip-range "10.96.0.0/8": 10.0.0.0/8 is too large, at most 20 host bits at Kubernetes 1.30
	// use a /12 or longer
}

func ExampleRules() {
	for _, r := range k8sflags.Rules() {
		if !r.Since.IsZero() {
			fmt.Println(r.ID, r.Severity, r.Since, r.Title)
		}
	}
	// Output:
	// KC109 error 1.31 emulated version that the component cannot have
	// KC216 info 1.28 node port range without ports to choose by hand
	// KC309 error 1.31 allocator that needs a cloud provider in the tree
	// KC310 warning 1.31 cloud routes that nobody makes
	// KC405 warning 1.25 cluster DNS where another Service may get its address
	// KC510 info 1.37 proxy mode left to a default that is to change
}

func ExampleRule() {
	for _, r := range k8sflags.Rules() {
		if r.ID == "KC405" {
			fmt.Printf("%s, %s, from %s on: %s\n", r.Component, r.Severity, r.Since, r.Title)
		}
	}
	// Output: kubelet, warning, from 1.25 on: cluster DNS where another Service may get its address
}

func ExampleSeverity() {
	worst := k8sflags.Severity(0)
	for _, f := range []k8sflags.Finding{{Severity: k8sflags.Info}, {Severity: k8sflags.Warning}} {
		worst = max(worst, f.Severity)
	}
	fmt.Println(worst, worst < k8sflags.Error)
	// Output: warning true
}

func ExampleRender() {
	set, err := k8sflags.Render(k8sflags.Addressing{
		Version:  k8sflags.Version{Major: 1, Minor: 34},
		Pods:     dualstack.MustParse("10.244.0.0/16"),
		Services: dualstack.MustParse("10.96.0.0/16"),
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range set.Processes {
		fmt.Println(p.Flags)
	}
	// Output:
	// kube-apiserver \
	//   --bind-address=0.0.0.0 \
	//   --secure-port=6443 \
	//   --service-cluster-ip-range=10.96.0.0/16 \
	//   --service-node-port-range=30000-32767
	// kube-controller-manager \
	//   --allocate-node-cidrs=true \
	//   --cluster-cidr=10.244.0.0/16 \
	//   --service-cluster-ip-range=10.96.0.0/16 \
	//   --node-cidr-mask-size-ipv4=24 \
	//   --cluster-name=kubernetes
	// kubelet \
	//   --cluster-dns=10.96.0.10 \
	//   --cluster-domain=cluster.local \
	//   --max-pods=110
	// kube-proxy \
	//   --proxy-mode=iptables \
	//   --detect-local-mode=ClusterCIDR \
	//   --cluster-cidr=10.244.0.0/16 \
	//   --iptables-sync-period=30s \
	//   --iptables-min-sync-period=1s
}

func ExampleRenderKubelet() {
	a := k8sflags.Addressing{
		Version:  k8sflags.Version{Major: 1, Minor: 34},
		Pods:     dualstack.MustParse("10.244.0.0/16,fd00:10:244::/48"),
		Services: dualstack.MustParse("10.96.0.0/16"),
	}
	for _, node := range []string{"192.168.1.10,fd00:192::10", "192.168.1.11,fd00:192::11"} {
		flags, err := k8sflags.RenderKubelet(a, dualstack.MustParseAddrs(node))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(flags.Args()[0])
	}
	// Output:
	// --node-ip=192.168.1.10,fd00:192::10
	// --node-ip=192.168.1.11,fd00:192::11
}

// Render gives no flags with which a component would not start.
func ExampleRefusedError() {
	_, err := k8sflags.Render(k8sflags.Addressing{
		Version:  k8sflags.Version{Major: 1, Minor: 33},
		Pods:     dualstack.MustParse("10.244.0.0/16"),
		Services: dualstack.MustParse("172.0.0.0/11"),
		MaxPods:  300,
	})
	fmt.Println(errors.Is(err, k8sflags.ErrRefused))
	var refused *k8sflags.RefusedError
	if errors.As(err, &refused) {
		for _, f := range refused.Findings {
			fmt.Println(f.Message)
		}
	}
	// Output:
	// true
	// kube-apiserver --service-cluster-ip-range "172.0.0.0/11": 172.0.0.0/11 is too large, at most 20 host bits at Kubernetes 1.33
	// kubelet --max-pods "300": 300 pods, but an IPv4 block of /24 holds 253 under host-local (less network, gateway and IPv4 broadcast address)
}

func ExampleInfer() {
	set := k8sflags.Set{Version: k8sflags.Version{Major: 1, Minor: 34}}
	for c, args := range map[k8sflags.Component][]string{
		k8sflags.APIServer:         {"--service-cluster-ip-range=010.96.0.1/16"},
		k8sflags.ControllerManager: {"--allocate-node-cidrs", "--cluster-cidr", "10.244.0.0/14"},
	} {
		flags, err := k8sflags.ParseArgs(c, args)
		if err != nil {
			log.Fatal(err)
		}
		set.Processes = append(set.Processes, k8sflags.Process{Component: c, Flags: flags})
	}
	a, err := k8sflags.Infer(set)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(a.Services, a.Pods, a.NodeMasks, a.ClusterDNS)
	// Output: 10.96.0.0/16 10.244.0.0/14 /24 10.96.0.10
}

func ExampleAddressing() {
	a := k8sflags.Addressing{
		Version:         k8sflags.Version{Major: 1, Minor: 34},
		Pods:            dualstack.MustParse("10.244.0.0/16"),
		Services:        dualstack.MustParse("10.96.0.0/16"),
		ProxyMode:       k8sflags.ProxyNFTables,
		ProxySyncPeriod: time.Minute,
	}
	b := a
	b.ClusterDNS = dualstack.MustParseAddrs("10.96.0.10")
	fmt.Println(a == b, a.Equal(b))
	// Output: false true
}

func ExampleAddressing_Normalize() {
	a := k8sflags.Addressing{
		Version:  k8sflags.Version{Major: 1, Minor: 34},
		Pods:     dualstack.MustParse("10.244.0.0/16,fd00:10:244::/48"),
		Services: dualstack.MustParse("10.96.0.0/16"),
	}.Normalize()
	fmt.Println(a.ClusterDomain, a.ClusterDNS, a.NodeMasks, a.NodePorts, a.MaxPods, a.ProxyMode)
	// Output: cluster.local 10.96.0.10 /24,/64 30000-32767 110 iptables
}

func ExampleParseArgs() {
	flags, err := k8sflags.ParseArgs(k8sflags.ControllerManager,
		[]string{"--allocate-node-cidrs", "--cluster-cidr", "10.244.0.0/16", "-v4", "--new-flag=x"})
	if err != nil {
		log.Fatal(err)
	}
	for f := range flags.All() {
		fmt.Println(f.Name, f.Value, f.HasValue)
	}
	fmt.Printf("%q\n", flags.Args())
	// Output:
	// allocate-node-cidrs  false
	// cluster-cidr 10.244.0.0/16 true
	// v 4 true
	// new-flag x true
	// ["--allocate-node-cidrs" "--cluster-cidr" "10.244.0.0/16" "-v4" "--new-flag=x"]
}

func ExampleParseCommand() {
	argv, err := k8sflags.SplitCommand(`ExecStart=-/usr/bin/hyperkube kubelet --node-ip=10.0.0.7 \
		--cluster-dns=10.96.0.10`)
	if err != nil {
		log.Fatal(err)
	}
	p, err := k8sflags.ParseCommand(argv)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(p.Component, p.Flags.Args())
	// Output: kubelet [--node-ip=10.0.0.7 --cluster-dns=10.96.0.10]
}

func ExampleSplitCommand() {
	argv, err := k8sflags.SplitCommand(`GOMAXPROCS=2 kubelet --node-ip="$NODE_IP" \
		--node-labels='a=b,c=d'  # comments go`)
	fmt.Printf("%q %v\n", argv, err)
	_, err = k8sflags.SplitCommand("kubelet --x='a | tee log")
	fmt.Println(err)
	// Output:
	// ["kubelet" "--node-ip=$NODE_IP" "--node-labels=a=b,c=d"] <nil>
	// k8sflags: command, line 1 column 13: quote ' is never closed: syntax error
}

func ExampleFlags() {
	flags, err := k8sflags.ParseArgs(k8sflags.Kubelet, []string{"--max-pods=110", "--node-ip", "10.0.0.7"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(flags.With("max-pods", "60").With("cluster-domain", "cluster.local").Without("node-ip"))
	// Output:
	// kubelet \
	//   --max-pods=60 \
	//   --cluster-domain=cluster.local
}

func ExampleFlags_Get() {
	flags, err := k8sflags.ParseArgs(k8sflags.APIServer, []string{
		"--secure-port=443", "--feature-gates=A=true,B=true", "--secure-port=6443", "--feature-gates=B=false"})
	if err != nil {
		log.Fatal(err)
	}
	port, _ := flags.Get("secure-port")
	gates, _ := flags.Get("feature-gates")
	_, bound := flags.Get("bind-address")
	fmt.Println(port, gates, bound)
	// Output: 6443 A=true,B=false false
}

func ExampleFlag() {
	flags, err := k8sflags.ParseArgs(k8sflags.Kubelet, []string{"--max-pods", "60", "--max-pods=70"})
	if err != nil {
		log.Fatal(err)
	}
	for f := range flags.All() {
		fmt.Println(f.Name, f.Value, f.Origin)
	}
	// Output:
	// max-pods 60 argument 1
	// max-pods 70 argument 3
}

func ExampleOrigin() {
	fmt.Println(k8sflags.Origin{File: "kube-apiserver.yaml", Line: 14, Field: "spec.containers[0].command"})
	// Output: kube-apiserver.yaml:14: spec.containers[0].command
}

func ExampleSet() {
	set := k8sflags.Set{Version: k8sflags.Version{Major: 1, Minor: 34}}
	for i, name := range []string{"cp-1", "cp-2", "cp-3"} {
		flags, err := k8sflags.ParseArgs(k8sflags.APIServer, []string{"--service-cluster-ip-range=10.96.0.0/16"})
		if err != nil {
			log.Fatal(err)
		}
		if i == 2 {
			flags = flags.With("service-cluster-ip-range", "10.97.0.0/16")
		}
		set.Processes = append(set.Processes, k8sflags.Process{Component: k8sflags.APIServer, Name: name, Flags: flags})
	}
	for _, f := range k8sflags.Check(set) {
		fmt.Println(f)
	}
	// Output: error KC603: [cp-3] kube-apiserver --service-cluster-ip-range "10.97.0.0/16": another kube-apiserver has 10.96.0.0/16 (give every kube-apiserver the same ranges in the same order)
}

func ExampleProcess() {
	set := k8sflags.Set{Version: k8sflags.Version{Major: 1, Minor: 35}}
	for _, version := range []k8sflags.Version{{}, {Major: 1, Minor: 34}} { // a kubelet may lag behind
		flags, err := k8sflags.ParseArgs(k8sflags.Kubelet, []string{"--pod-infra-container-image=pause:3.10"})
		if err != nil {
			log.Fatal(err)
		}
		set.Processes = append(set.Processes, k8sflags.Process{Component: k8sflags.Kubelet, Version: version, Flags: flags})
	}
	for _, f := range k8sflags.Check(set) {
		fmt.Println(f.Severity, f.Process, f.Message)
	}
	// Output:
	// error  kubelet --pod-infra-container-image "pause:3.10": removed in Kubernetes 1.35; kubelet 1.35 refuses to start with an unknown flag
	// warning #2 kubelet --pod-infra-container-image "pause:3.10": deprecated since Kubernetes 1.24 or before, gone in 1.35
}

func ExampleComponents() {
	for c := range k8sflags.Components() {
		fmt.Println(c)
	}
	// Output:
	// kube-apiserver
	// kube-controller-manager
	// cloud-controller-manager
	// kubelet
	// kube-proxy
}

func ExampleComponent() {
	set := k8sflags.Set{Processes: []k8sflags.Process{{Component: k8sflags.Kubelet}, {Component: k8sflags.Kubelet}}}
	n := 0
	for range set.Of(k8sflags.Kubelet) {
		n++
	}
	fmt.Println(n, k8sflags.Kubelet, set.Has(k8sflags.Proxy))
	// Output: 2 kubelet false
}

func ExampleParseVersion() {
	for _, text := range []string{"v1.34.2-gke.100", "1.34+"} {
		v, err := k8sflags.ParseVersion(text)
		fmt.Println(v, err)
	}
	_, err := k8sflags.ParseVersion("stable")
	fmt.Println(err)
	// Output:
	// 1.34 <nil>
	// 1.34 <nil>
	// k8sflags: version "stable": want major.minor, like 1.34: unsupported Kubernetes version
}

func ExampleVersion() {
	v := k8sflags.Version{Major: 1, Minor: 9}
	fmt.Println(v.Compare(k8sflags.Version{Major: 1, Minor: 24}) < 0, v.IsSupported())
	// Output: true false
}

func ExampleVersions() {
	for v := range k8sflags.Versions() {
		if k8sflags.ShortestServiceBits(v, cidr.IPv4) < 12 {
			fmt.Println("service ranges beyond /12 since", v)
			break
		}
	}
	// Output: service ranges beyond /12 since 1.34
}

func ExampleServicesIn() {
	for _, r := range []string{"10.96.0.0/12", "fd00:10:96::/108"} {
		for _, minor := range []int{33, 34} {
			n, err := k8sflags.ServicesIn(k8sflags.Version{Major: 1, Minor: minor}, netip.MustParsePrefix(r))
			if err != nil {
				log.Fatal(err)
			}
			fmt.Printf("%s at 1.%d: %d\n", r, minor, n)
		}
	}
	// Output:
	// 10.96.0.0/12 at 1.33: 1048574
	// 10.96.0.0/12 at 1.34: 1048574
	// fd00:10:96::/108 at 1.33: 65535
	// fd00:10:96::/108 at 1.34: 1048575
}

func ExampleShortestServiceBits() {
	v := k8sflags.Version{Major: 1, Minor: 33}
	fmt.Println(k8sflags.ShortestServiceBits(v, cidr.IPv4), k8sflags.LongestServiceBits(cidr.IPv4))
	// Output: 12 29
}

func ExampleIPAM() {
	block := netip.MustParsePrefix("10.244.1.0/26")
	for m := range k8sflags.IPAMs() {
		n, err := m.PodsIn(block)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m, n)
	}
	// Output:
	// host-local 61
	// cilium 60
	// ovn-kubernetes 60
	// calico 64
	// calico-blocks 64
	// gke 32
	// aks-overlay 0
	// aks-node-subnet 63
	// aks-pod-subnet 56
	// aks-pod-subnet-static 63
	// aws-vpc-cni 63
	// aws-vpc-cni-prefix 32
}

// The calculation behind a node block of 110 pods on GKE.
func ExampleIPAM_Explain() {
	steps, err := k8sflags.GKE.Explain(110, cidr.IPv4)
	if err != nil {
		log.Fatal(err)
	}
	sum := uint64(0)
	for _, s := range steps {
		fmt.Printf("%4d  %s\n", s.Addrs, s.Rule)
		sum += s.Addrs
	}
	fmt.Println(sum, "addresses")
	// Output:
	//  110  an address for each pod
	//  110  as many addresses again, so that those of pods that are gone are not used at once
	//   36  up to a power of two
	// 256 addresses
}

// Pods of the Amazon VPC CNI have addresses of the nodes' subnets: there is no
// block to cut, and a subnet has to hold what all nodes take together.
func ExampleIPAM_NodeBlocks() {
	for _, m := range []k8sflags.IPAM{k8sflags.HostLocal, k8sflags.VPCCNIPrefix} {
		addrs, err := m.AddrsFor(110, cidr.IPv4)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(m, m.NodeBlocks(), addrs, m.Cooldown())
	}
	// Output:
	// host-local true 113 0s
	// aws-vpc-cni-prefix false 129 30s
}

func ExampleIPAM_BlockBits() {
	for _, m := range []k8sflags.IPAM{k8sflags.GKE, k8sflags.AKSOverlay} {
		shortest, longest := m.BlockBits(cidr.IPv4)
		fmt.Printf("%s: /%d to /%d\n", m, shortest, longest)
	}
	// Output:
	// gke: /23 to /28
	// aks-overlay: /24 to /24
}

func ExampleIPAM_AddrsFor() {
	addrs, err := k8sflags.HostLocal.AddrsFor(254, cidr.IPv4)
	if err != nil {
		log.Fatal(err)
	}
	bits, err := cidr.BitsFor(cidr.IPv4, addrs)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("254 pods need %d addresses, a /%d\n", addrs, bits)
	// Output: 254 pods need 257 addresses, a /23
}

func ExamplePortRange() {
	for _, text := range []string{"30000-32767", "30000+2767", "443"} {
		r, err := k8sflags.ParsePortRange(text)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r, r.Size(), r.Contains(30080))
	}
	// Output:
	// 30000-32767 2768 true
	// 30000-32767 2768 true
	// 443-443 1 false
}

func ExampleNetwork() {
	lan := k8sflags.Network{Name: "office", Prefix: netip.MustParsePrefix("10.96.8.0/24")}
	set, err := k8sflags.Render(k8sflags.Addressing{
		Version:  k8sflags.MaxVersion(),
		Pods:     dualstack.MustParse("10.244.0.0/16"),
		Services: dualstack.MustParse("10.96.0.0/16"),
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range k8sflags.Check(set, k8sflags.WithNetworks(lan)) {
		fmt.Println(f.Message)
	}
	// Output: kube-apiserver --service-cluster-ip-range "10.96.0.0/16": 10.96.0.0/16 overlaps office 10.96.8.0/24
}
