package plan

import (
	"errors"
	"fmt"

	"github.com/kubecidr/kubecidr/dualstack"
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
	pods := c.Block(Pod)
	if c.spec.flat() && c.several(Pod) {
		pods = dualstack.Pair{} // a flag names one range a family
	}
	return k8sflags.Addressing{
		Version:     c.spec.Kubernetes,
		ClusterName: c.spec.Name,
		Pods:        pods,
		Services:    c.Block(Service),
		NodeMasks:   c.masks,
		MaxPods:     int(c.spec.PodsPerNode),
		// Such as these cut blocks for nodes themselves, or give them none, and do
		// not look at Node.spec.podCIDRs (docs.tigera.io, ipam; ovn-kubernetes,
		// cluster-subnets).
		ExternalNodeCIDRs: !c.spec.IPAM.PodCIDRs(),
	}.Normalize(), nil
}

// several reports whether the cluster has more than one range of a role.
func (c *Cluster) several(r Role) bool {
	n := 0
	for range c.Blocks(r) {
		n++
	}
	return n > 1
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
