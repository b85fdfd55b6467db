package platform

import (
	"iter"
	"slices"
)

// Name names a cloud or a distribution. The zero value is none in particular,
// and has the facts that hold everywhere.
type Name string

// The platforms that there are facts about.
const (
	Kubeadm   Name = "kubeadm"
	K3s       Name = "k3s"
	EKS       Name = "eks"       // Amazon Elastic Kubernetes Service
	GKE       Name = "gke"       // Google Kubernetes Engine
	AKS       Name = "aks"       // Azure Kubernetes Service
	OpenShift Name = "openshift" // 4.14 and later, with OVN-Kubernetes
)

// names is never written.
var names = [...]Name{Kubeadm, K3s, EKS, GKE, AKS, OpenShift}

// Names yields the platforms that there are facts about, in the order in which
// PLATFORMS.md has them.
func Names() iter.Seq[Name] {
	return func(yield func(Name) bool) {
		for _, n := range names {
			if !yield(n) {
				return
			}
		}
	}
}

// Valid reports whether n is one of [Names]. The zero value is not.
func (n Name) Valid() bool { return slices.Contains(names[:], n) }
