package dualstack

import (
	"net/netip"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/internal/fault"
)

// Stack is what a cluster has of each family: the nodes' own networks, the pod
// range and the service range. The zero Pair of Nodes or Pods means that it is
// not known, and nothing is said about it. It is a plain value, comparable with
// ==.
type Stack struct {
	Nodes    Pair `json:"nodes,omitzero"`
	Pods     Pair `json:"pods,omitzero"`
	Services Pair `json:"services"`
}

// Check reports whether the parts go together. Services need pods and nodes of
// each of their families, or those of the family have no endpoints: that is
// [ErrUseless], although every component starts. The other way round is legal:
// nodes and pods of both families with Services of one. The order of the
// families may differ, too, although it is good custom that it does not. No
// service range is [ErrCount].
func (s Stack) Check() error {
	if s.Services.IsZero() {
		return fault.New(ErrCount, "dualstack: no service range")
	}
	for _, part := range []struct {
		name string
		pair Pair
	}{{"pods", s.Pods}, {"nodes", s.Nodes}} {
		if part.pair.IsZero() {
			continue
		}
		for services := range s.Services.All() {
			if f := cidr.FamilyOf(services); !part.pair.Of(f).IsValid() {
				return fault.New(ErrUseless, "dualstack: services %v, but %s %v have no %v: those Services have no endpoints (give the %s %v, or drop that service range)",
					services, part.name, part.pair, f, part.name, f)
			}
		}
	}
	return nil
}

// Step is one thing to do, to be finished before the next is begun.
type Step struct {
	Where  string `json:"where"`  // a component's binary, or what of the cluster is meant
	Do     string `json:"do"`     // in words, with the ranges of the cluster
	Source string `json:"source"` // where it comes from, in kubernetes/kubernetes or on kubernetes.io
}

// String returns the step on one line.
func (s Step) String() string { return s.Where + ": " + s.Do }

// Transition returns the steps, in order, from one family to two or back in a
// cluster that lives; none where from and to have the same families. What goes,
// goes from the top: Services, pods, nodes. What comes, comes from the bottom.
//
// [ErrTransition] is wrapped for what a cluster that lives cannot do: another
// primary family of pods or Services, or another range of a family that stays.
// The errors of [Stack.Check] are those of to; from may be in need of repair.
func Transition(from, to Stack) ([]Step, error) {
	if err := to.Check(); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		name     string
		was, now Pair
	}{{"services", from.Services, to.Services}, {"pods", from.Pods, to.Pods}} {
		if err := part.was.becomes(part.name, part.now); err != nil {
			return nil, err
		}
	}
	var steps []Step
	for _, t := range transitions {
		was, now := t.of(from), t.of(to)
		if was.IsZero() || now.IsZero() {
			continue
		}
		// The primary stays, so that at most the secondary comes or goes. Nodes
		// may have it otherwise, and lose or gain the one that is not in both.
		var changed netip.Prefix
		if t.comes {
			changed = now.without(was)
		} else {
			changed = was.without(now)
		}
		if !changed.IsValid() {
			continue
		}
		words := strings.NewReplacer("{family}", cidr.FamilyOf(changed).String(), "{pods}", to.Pods.String(), "{services}", to.Services.String())
		for _, s := range t.steps {
			steps = append(steps, Step{s.Where, words.Replace(s.Do), s.Source})
		}
	}
	return steps, nil
}

// without returns the range of p of whose family q has none; of two the
// secondary.
func (p Pair) without(q Pair) netip.Prefix {
	var found netip.Prefix
	for r := range p.All() {
		if !q.Of(cidr.FamilyOf(r)).IsValid() {
			found = r
		}
	}
	return found
}

// becomes reports why a range that is in use cannot become another. Unknown ones
// can.
func (p Pair) becomes(name string, now Pair) error {
	if p.IsZero() || now.IsZero() {
		return nil
	}
	if f := cidr.FamilyOf(p.primary); f != cidr.FamilyOf(now.primary) {
		return fault.New(ErrTransition, "dualstack: %s %v to %v: the primary family, %v, stays as long as the cluster lives (keep %v first)", name, p, now, f, p.primary)
	}
	for q := range p.All() {
		if r := now.Of(cidr.FamilyOf(q)); r.IsValid() && r != q {
			return fault.New(ErrTransition, "dualstack: %s %v to %v: %v is in use (keep it; another range is no matter of families)", name, p, now, q)
		}
	}
	return nil
}

// transition is what to do where a family comes or goes.
type transition struct {
	of    func(Stack) Pair
	comes bool
	steps []Step
}

const (
	srcDualStack   = "https://kubernetes.io/docs/concepts/services-networking/dual-stack/"
	srcServiceIPs  = "pkg/registry/core/service/storage/alloc.go"
	srcServiceCIDR = "pkg/controlplane/controller/defaultservicecidr"
	srcAllocator   = "pkg/controller/nodeipam/ipam/range_allocator.go"
	srcNodeIP      = "staging/src/k8s.io/component-helpers/node/util/ips.go"
	srcLocal       = "cmd/kube-proxy/app/server_linux.go"
	srcRoutes      = "staging/src/k8s.io/cloud-provider/controllers/route/route_controller.go"
)

func nodesOf(s Stack) Pair    { return s.Nodes }
func podsOf(s Stack) Pair     { return s.Pods }
func servicesOf(s Stack) Pair { return s.Services }

// transitions is never written. Its order is that of the steps.
var transitions = []transition{
	{of: servicesOf, steps: []Step{
		{"Services", "set ipFamilyPolicy SingleStack in each that has two addresses, which releases the second", srcServiceIPs},
		{"kube-apiserver", "restart every one with --service-cluster-ip-range={services}", srcServiceCIDR},
		{"kube-controller-manager", "restart every one with --service-cluster-ip-range={services}", srcAllocator},
	}},
	{of: podsOf, steps: []Step{
		{"nodes", "drain and delete all: kube-controller-manager ends when it finds one with blocks of both families", srcAllocator},
		{"kube-controller-manager", "restart every one with --cluster-cidr={pods} and without the mask of {family}", srcAllocator},
		{"cloud-controller-manager", "restart every one with --cluster-cidr={pods}", srcRoutes},
		{"kube-proxy", "restart every one with --cluster-cidr={pods}", srcLocal},
		{"nodes", "let the kubelets register them anew", srcAllocator},
	}},
	{of: nodesOf, steps: []Step{
		{"kubelet", "drop the {family} address from --node-ip, and restart it", srcNodeIP},
	}},
	{of: nodesOf, comes: true, steps: []Step{
		{"kubelet", "give every node an {family} address, name it in --node-ip behind the one that is there, and restart it", srcNodeIP},
	}},
	{of: podsOf, comes: true, steps: []Step{
		{"network plugin", "turn {family} on", srcDualStack},
		{"kube-proxy", "restart every one with --cluster-cidr={pods}", srcLocal},
		{"cloud-controller-manager", "restart every one with --cluster-cidr={pods}", srcRoutes},
		{"kube-controller-manager", "restart every one with --cluster-cidr={pods} and the mask of each family", srcAllocator},
		{"nodes", "drain, delete and register anew each: one that exists keeps its one block", srcAllocator},
	}},
	{of: servicesOf, comes: true, steps: []Step{
		{"kube-apiserver", "restart every one with --service-cluster-ip-range={services}", srcServiceCIDR},
		{"kube-controller-manager", "restart every one with --service-cluster-ip-range={services}", srcAllocator},
		{"Services", "set ipFamilyPolicy PreferDualStack or RequireDualStack in those that are to have both: none changes by itself", srcServiceIPs},
	}},
}
