package plan

import "slices"

// Step is one thing to do to a cluster that runs, or one way to give it more
// addresses.
type Step struct {
	Text   string `json:"text"`
	Source string `json:"source"`
}

// stepRow says what Kubernetes allows for a kind of change of a role's range.
type stepRow struct {
	roles []Role
	kinds []ChangeKind
	steps []Step
}

const (
	srcRangeAllocator = "kubernetes/kubernetes pkg/controller/nodeipam/ipam/range_allocator.go, occupyCIDRs"
	srcServiceCIDR    = "kubernetes/kubernetes pkg/apis/networking/validation/validation.go, ValidateServiceCIDRUpdate"
	srcServiceAlloc   = "kubernetes/kubernetes pkg/registry/core/service/storage/alloc.go"
	srcDualStack      = "kubernetes.io/docs/concepts/services-networking/dual-stack"
	srcCiliumPools    = "docs.cilium.io, network/concepts/ipam/cluster-pool: expanding the cluster pool"
	srcNode           = "kubernetes/kubernetes pkg/apis/core/validation/validation.go, ValidateNodeUpdate"
)

// stepRows is never written. The first row that fits a change counts.
var stepRows = []stepRow{
	{[]Role{Pod}, []ChangeKind{Grown}, []Step{
		{"tell the CNI and kube-proxy the larger range first (--cluster-cidr, native routing, masquerading)", "kubernetes/kubernetes cmd/kube-proxy/app/server_linux.go, detect local traffic"},
		{"restart kube-controller-manager with the larger --cluster-cidr; the node mask stays, and nodes keep their blocks, which lie inside", srcRangeAllocator},
	}},
	{[]Role{Pod}, []ChangeKind{Moved, Remasked, Shrunk, Reordered, FamilyRemoved}, []Step{
		{"a cluster CIDR and node masks cannot change under nodes that have blocks: build a new cluster, or drain and register every node anew", srcRangeAllocator + "; " + srcNode},
	}},
	{[]Role{Pod}, []ChangeKind{FamilyAdded}, []Step{
		{"make the nodes dual-stack first, then give kube-controller-manager and kube-proxy both ranges, the old one first, and both node masks", srcDualStack},
		{"register nodes anew to give them a block of the other family: podCIDRs of a node are immutable", srcNode},
	}},
	{[]Role{Service}, []ChangeKind{Grown}, []Step{
		{"from Kubernetes 1.33 leave --service-cluster-ip-range as it is, since its first entry never changes, and create a ServiceCIDR object with the larger range: ServiceCIDRs may overlap", srcServiceCIDR},
		{"before 1.33 restart every kube-apiserver, and kube-controller-manager where it has the range, with the larger one at once: Services keep their addresses", "kubernetes/kubernetes pkg/registry/core/service/ipallocator"},
	}},
	{[]Role{Service}, []ChangeKind{FamilyAdded}, []Step{
		{"append the new range to --service-cluster-ip-range of every kube-apiserver and kube-controller-manager; the first entry stays, and from 1.33 the ServiceCIDR object follows", srcServiceCIDR},
		{"Services stay single-stack until their ipFamilyPolicy is edited", srcServiceAlloc},
	}},
	{[]Role{Service}, []ChangeKind{FamilyRemoved}, []Step{
		{"set ipFamilyPolicy: SingleStack on every Service that has two addresses, then drop the second entry of --service-cluster-ip-range", srcServiceAlloc},
	}},
	{[]Role{Service}, []ChangeKind{Moved, Shrunk, Reordered}, []Step{
		{"the first service range cannot change: add a ServiceCIDR object (from 1.33), recreate every Service in it, and build a new cluster for the rest (DNS, kubernetes.default)", srcServiceCIDR},
	}},
	{[]Role{Node}, []ChangeKind{Grown}, []Step{
		{"widen the subnet, its gateway's and its machines' netmask; DHCP leases and firewall rules follow", "RFC 4632"},
	}},
	{[]Role{Node}, []ChangeKind{Moved, Shrunk}, []Step{
		{"add the new subnet and its routes, then replace the nodes one by one; control plane addresses and certificates last", "kubernetes.io/docs/tasks/administer-cluster/kubeadm/kubeadm-certs"},
	}},
	{[]Role{Node}, []ChangeKind{FamilyAdded, FamilyRemoved, Reordered}, []Step{
		{"change the addresses of the machines, then restart each kubelet with the new --node-ip", srcDualStack},
	}},
	{[]Role{External, Ingress}, []ChangeKind{Grown}, []Step{
		{"append the new addresses to the load balancer's pool; what was handed out stays", "metallb.io, IPAddressPool; docs.cilium.io, LB IPAM"},
	}},
	{[]Role{External, Ingress}, []ChangeKind{Moved, Shrunk, FamilyRemoved}, []Step{
		{"add the new pool beside the old one, move Services and DNS records over, then remove the old one", "metallb.io, IPAddressPool; docs.cilium.io, LB IPAM"},
	}},
	{[]Role{External, Ingress}, []ChangeKind{FamilyAdded, Reordered}, []Step{
		{"add the pool of the other family to the load balancer", "metallb.io, IPAddressPool; docs.cilium.io, LB IPAM"},
	}},
}

// extension is a way to give a cluster more addresses beside a range.
type extension struct {
	roles []Role
	Step
}

// extensions is never written.
var extensions = []extension{
	{[]Role{Pod}, Step{"add an extra pod range with a count of nodes, where the CNI takes several: Cilium's cluster pool (append only) and multi-pool, OVN-Kubernetes' cluster network, GKE's additional pod ranges", srcCiliumPools}},
	{[]Role{Service}, Step{"from Kubernetes 1.33 add an extra service range: a ServiceCIDR object", srcServiceCIDR}},
	{[]Role{Node}, Step{"add an extra node range with a count of nodes: a further subnet", "RFC 4632"}},
	{[]Role{External, Ingress}, Step{"add an extra range with a count of addresses: a further pool of the load balancer", "metallb.io, IPAddressPool"}},
}

// stepsFor returns what a kind of change of a role's range takes.
func stepsFor(r Role, k ChangeKind) []Step {
	for _, row := range stepRows {
		if slices.Contains(row.roles, r) && slices.Contains(row.kinds, k) {
			return row.steps
		}
	}
	return nil
}

// steps returns what changes of a cluster's ranges take: nodes first, since
// all else needs their addresses, then pods, services and the rest.
func steps(changes []RangeChange) []Step {
	var all []Step
	for _, c := range changes {
		if c.Name != "" && c.Kind == Added {
			for _, x := range extensions {
				if slices.Contains(x.roles, c.Role) {
					all = append(all, x.Step)
				}
			}
			continue
		}
		for _, k := range c.kinds() {
			for _, s := range stepsFor(c.Role, k) {
				if !slices.Contains(all, s) {
					all = append(all, s)
				}
			}
		}
	}
	return all
}
