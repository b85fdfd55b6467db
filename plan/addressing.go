package plan

import (
	"errors"
	"fmt"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// ErrNoVersion is wrapped where flags cannot be rendered without a Kubernetes
// version.
var ErrNoVersion = errors.New("no Kubernetes version")

// ErrManaged is wrapped where a cloud runs the control plane, so that nobody
// else can set its flags. Tell the cloud the cluster's ranges instead.
var ErrManaged = errors.New("the platform runs the control plane")

// Addressing returns what the cluster's components have to be told. Edit it
// where the fleet differs (domain, proxy mode, advertise address), then give it
// to k8sflags.Render. The error wraps [ErrManaged] where the cluster's platform
// is a cloud that runs its control plane, and [ErrNoVersion] where the spec names
// no version.
func (c *Cluster) Addressing() (k8sflags.Addressing, error) {
	if c.spec.Platform.Managed() {
		return k8sflags.Addressing{}, fmt.Errorf("plan: cluster %q: %w: give %s its ranges instead (Cluster.Block)", c.spec.Name, ErrManaged, c.spec.Platform)
	}
	if c.spec.Kubernetes.IsZero() {
		return k8sflags.Addressing{}, fmt.Errorf("plan: cluster %q: %w: set kubernetes to render flags", c.spec.Name, ErrNoVersion)
	}
	return k8sflags.Addressing{
		Version:     c.spec.Kubernetes,
		ClusterName: c.spec.Name,
		Pods:        c.Block(Pod),
		Services:    c.Block(Service),
		NodeMasks:   c.masks,
		MaxPods:     int(c.spec.PodsPerNode),
		// These two cut blocks for nodes themselves and do not look at
		// Node.spec.podCIDRs (docs.tigera.io, ipam; ovn-kubernetes, cluster-subnets).
		ExternalNodeCIDRs: c.spec.IPAM == k8sflags.Calico || c.spec.IPAM == k8sflags.OVNKubernetes,
	}.Normalize(), nil
}

// FlagSet returns the flags of the cluster's components: k8sflags.Render of
// [Cluster.Addressing].
func (c *Cluster) FlagSet() (k8sflags.Set, error) {
	a, err := c.Addressing()
	if err != nil {
		return k8sflags.Set{}, err
	}
	s, err := k8sflags.Render(a)
	if err != nil {
		return k8sflags.Set{}, fmt.Errorf("plan: cluster %q: %w", c.spec.Name, err)
	}
	return s, nil
}
