package k8sflags

import (
	"iter"
	"slices"
	"strings"
)

// Component is one of Kubernetes' programs, by the name of its binary. The zero
// value is no component.
type Component string

// The components whose flags carry addresses.
const (
	APIServer              Component = "kube-apiserver"
	ControllerManager      Component = "kube-controller-manager"
	CloudControllerManager Component = "cloud-controller-manager"
	Kubelet                Component = "kubelet"
	Proxy                  Component = "kube-proxy"
)

// Components yields the components in the order in which a cluster comes up.
func Components() iter.Seq[Component] { return slices.Values(components) }

// componentOrder is never written, nor is components, the same as a slice.
var componentOrder = [...]Component{APIServer, ControllerManager, CloudControllerManager, Kubelet, Proxy}

var components = componentOrder[:]

// place returns where c stands among the components, their number for none.
func (c Component) place() int {
	for i := range componentOrder {
		if componentOrder[i] == c {
			return i
		}
	}
	return len(componentOrder)
}

// known reports whether c is one of [Components].
func (c Component) known() bool { return c.place() < len(componentOrder) }

// componentOf returns the component that a program's path or name means: the
// binary itself, its Windows form, a name that hyperkube took, or a provider's
// cloud-controller-manager.
func componentOf(program string) (Component, bool) {
	name := strings.TrimSuffix(baseName(program), ".exe")
	if c := Component(name); c.known() {
		return c, true
	}
	if strings.HasSuffix(name, "-"+string(CloudControllerManager)) {
		return CloudControllerManager, true
	}
	return "", false
}

// baseName cuts a Unix or Windows path down to its last element.
func baseName(path string) string { return path[strings.LastIndexAny(path, `/\`)+1:] }
