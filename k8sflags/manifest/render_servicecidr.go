package manifest

import (
	"github.com/kubecidr/kubecidr/k8sflags"
)

// RenderServiceCIDR returns a ServiceCIDR with the service range of a: of
// networking.k8s.io/v1 from Kubernetes 1.33 on, v1beta1 from 1.31, v1alpha1 from
// 1.29. name is the object's name; an empty one is "kubernetes", the object that
// kube-apiserver makes of its own flag. To add a range to a cluster, set
// a.Services to it and give another name.
//
// The errors are those of [k8sflags.Render], for a as a whole, and [ErrRefused]
// for a version without ServiceCIDR, for a name that is no DNS name, and for a
// standalone kubelet.
func RenderServiceCIDR(a k8sflags.Addressing, name string) ([]byte, error) {
	a, _, err := rendered(a)
	if err != nil {
		return nil, err
	}
	if name == "" {
		name = "kubernetes"
	}
	api := ""
	for _, row := range serviceCIDRVersions {
		if a.Version.AtLeast(row.since) {
			api = row.api
		}
	}
	switch {
	case a.Standalone:
		return nil, refused("Standalone: a kubelet by itself has no Services")
	case api == "":
		return nil, refused("Kubernetes %s has no ServiceCIDR: it is new in %s; before, --service-cluster-ip-range is all there is", a.Version, serviceCIDRVersions[0].since)
	case !isSubdomain(name):
		return nil, refused("name %q: want a DNS name of lower case letters, digits, dots and hyphens", name)
	}
	o := newDocument("networking.k8s.io/"+api, "ServiceCIDR")
	metadata := newObject()
	metadata.text("name", name)
	o.object("metadata", metadata)
	var ranges []string
	for p := range a.Services.All() {
		ranges = append(ranges, p.String())
	}
	spec := newObject()
	spec.list("cidrs", ranges...)
	o.object("spec", spec)
	return encode(o)
}

// serviceCIDRVersions are the versions of the API, oldest first: in
// k8s.io/api v0.28 networking/v1alpha1 has IPAddress and no ServiceCIDR yet.
var serviceCIDRVersions = []struct {
	since k8sflags.Version
	api   string
}{{minor(29), "v1alpha1"}, {minor(31), "v1beta1"}, {minor(33), "v1"}}
