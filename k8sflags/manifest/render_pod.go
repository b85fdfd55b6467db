package manifest

import (
	"strings"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// RenderStaticPods returns a Pod for kube-apiserver, kube-controller-manager and
// kube-proxy each, with nothing but the names and the command: the flags that
// [k8sflags.Render] gives, to be put into manifests of your own.
//
// The errors are those of [k8sflags.Render], and [ErrRefused] for a standalone
// kubelet, which no Pod runs.
func RenderStaticPods(a k8sflags.Addressing) ([]byte, error) {
	a, s, err := rendered(a)
	if err != nil {
		return nil, err
	}
	if a.Standalone {
		return nil, refused("Standalone: a kubelet by itself runs in no Pod: render its KubeletConfiguration")
	}
	var pods []object
	for _, p := range s.Processes {
		if p.Component == k8sflags.Kubelet {
			continue
		}
		name := string(p.Component)
		pod := newDocument("v1", "Pod")
		metadata := newObject()
		metadata.text("name", name)
		metadata.text("namespace", "kube-system")
		pod.object("metadata", metadata)
		container := newObject()
		container.text("name", name)
		command := []string{name}
		for _, arg := range p.Flags.Args() {
			command = append(command, strings.ReplaceAll(arg, "$", "$$")) // or $(x) would be a variable
		}
		container.list("command", command...)
		spec := newObject()
		spec.set("containers", seq(container.node))
		pod.object("spec", spec)
		pods = append(pods, pod)
	}
	return encode(pods...)
}
