package main

import (
	"os"
	"strings"
	"testing"
)

// The README shows this program to the letter, so what it shows compiles.
func TestREADMEShowsThisProgram(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile("main.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), "```go\n"+string(program)+"```\n") {
		t.Error("the quick start in README.md is not examples/quickstart/main.go")
	}
}

func Example() {
	main()
	// Output:
	// pods: 10.0.0.0/16,fd12:3456:789a::/55 for 509 nodes
	// kube-apiserver \
	//   --bind-address=0.0.0.0 \
	//   --secure-port=6443 \
	//   --service-cluster-ip-range=10.1.0.0/21,fd12:3456:789a:201::/112 \
	//   --service-node-port-range=30000-32767
	// kube-controller-manager \
	//   --allocate-node-cidrs=true \
	//   --cluster-cidr=10.0.0.0/16,fd12:3456:789a::/55 \
	//   --service-cluster-ip-range=10.1.0.0/21,fd12:3456:789a:201::/112 \
	//   --node-cidr-mask-size-ipv4=25 \
	//   --node-cidr-mask-size-ipv6=64 \
	//   --cluster-name=prod
	// kubelet \
	//   --cluster-dns=10.1.0.10 \
	//   --cluster-domain=cluster.local \
	//   --max-pods=110
	// kube-proxy \
	//   --proxy-mode=iptables \
	//   --detect-local-mode=ClusterCIDR \
	//   --cluster-cidr=10.0.0.0/16,fd12:3456:789a::/55 \
	//   --iptables-sync-period=30s \
	//   --iptables-min-sync-period=1s
}
