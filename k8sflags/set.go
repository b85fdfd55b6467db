package k8sflags

import (
	"iter"
	"slices"
)

// Process is one running component. Component is that of the flags, as
// [ParseCommand] and [Render] set it. Name tells several of one component apart,
// a host's name for example; it may be empty.
type Process struct {
	Component Component
	Name      string
	Version   Version // zero: the version of the set
	Flags     Flags
}

// Set is what runs a cluster, or the part of it that is known: three
// kube-apiservers, many kubelets, some of them older than the rest. A component
// without a process in the set is unknown, which is not the same as absent.
// The zero Set knows nothing.
type Set struct {
	Version   Version
	Processes []Process
}

// Of yields the processes of a component in order.
func (s Set) Of(c Component) iter.Seq[Process] {
	return func(yield func(Process) bool) {
		for _, p := range s.Processes {
			if p.Component == c && !yield(p) {
				return
			}
		}
	}
}

// Has reports whether a process of the component is in the set.
func (s Set) Has(c Component) bool {
	return slices.ContainsFunc(s.Processes, func(p Process) bool { return p.Component == c })
}
