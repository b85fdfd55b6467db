package k8sflags_test

import (
	"fmt"
	"log"

	"github.com/kubecidr/kubecidr/k8sflags"
)

func ExampleFlags_Located() {
	f, err := k8sflags.ParseArgs(k8sflags.Kubelet, []string{"--max-pods=-1"})
	if err != nil {
		log.Fatal(err)
	}
	f = f.Located(func(k8sflags.Flag) k8sflags.Origin {
		return k8sflags.Origin{File: "kubelet.yaml", Line: 7, Field: "maxPods"}
	})
	set := k8sflags.Set{Processes: []k8sflags.Process{{Component: k8sflags.Kubelet, Flags: f}}}
	fmt.Println(k8sflags.Check(set)[0])
	// Output:
	// kubelet.yaml:7: maxPods: error KC407: kubelet --max-pods "-1": negative (use a positive number)
}
