package plan_test

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

// growing is a spec of clusters in a pool that keeps room beside each range, and
// lets what is given up rest for a month.
func growing(clusters ...plan.ClusterSpec) plan.Spec {
	return plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "corp", Prefixes: []netip.Prefix{cidr.MustParse("10.0.0.0/14")}, Headroom: 1, Cooldown: 30 * plan.Day}},
		Clusters: clusters,
	}
}

var (
	shopOf60  = plan.ClusterSpec{Name: "shop", Nodes: plan.Count{Now: 60}}
	shopOf120 = plan.ClusterSpec{Name: "shop", Nodes: plan.Count{Now: 120}}
	till      = plan.ClusterSpec{Name: "till", Nodes: plan.Count{Now: 10}, PodsPerNode: 30}
	today     = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
)

// A cluster gets twice as many nodes, into the headroom beside its ranges, and
// another joins. Nothing that serves moves.
func ExampleEvolve() {
	p, err := plan.Solve(growing(shopOf60))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, d, err := plan.Evolve(p, growing(shopOf120, till), plan.EvolveOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(d)
	// Output:
	// ~ cluster "shop": nodes 61 → 125
	//   ~ node 10.0.64.0/26 → 10.0.64.0/25 (grown)
	//   ~ pod 10.0.0.0/19 → 10.0.0.0/18 (grown)
	//     1. widen the subnet, its gateway's and its machines' netmask; DHCP leases and firewall rules follow
	//     2. tell the CNI and kube-proxy the larger range first (--cluster-cidr, native routing, masquerading)
	//     3. restart kube-controller-manager with the larger --cluster-cidr; the node mask stays, and nodes keep their blocks, which lie inside
	// + cluster "till": holds 13 nodes of 61 pods, 12 services
	//   + node 10.0.64.160/28
	//   + pod 10.0.72.0/22
	//   + service 10.0.64.192/28
}

// Another name is no reason to move, as long as it is said.
func ExampleEvolve_rename() {
	p, err := plan.Solve(growing(shopOf60))
	if err != nil {
		fmt.Println(err)
		return
	}
	store := shopOf60
	store.Name = "store"
	_, d, err := plan.Evolve(p, growing(store), plan.EvolveOptions{Renamed: map[string]string{"shop": "store"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(d)
	// Output:
	// ~ cluster "store", which was "shop"
}

// What a cluster leaves behind rests, and then is free again.
func ExampleEvolve_quarantine() {
	p, err := plan.Solve(growing(shopOf60, till))
	if err != nil {
		fmt.Println(err)
		return
	}
	p, _, err = plan.Evolve(p, growing(shopOf60), plan.EvolveOptions{Now: today})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, z := range p.Quarantine() {
		fmt.Println(z.Prefix, "of", z.Of, "until", z.Until.Format(time.DateOnly))
	}
	_, d, err := plan.Evolve(p, p.Spec(), plan.EvolveOptions{Now: today.AddDate(0, 0, 30)})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(d)
	// Output:
	// 10.0.64.0/22 of cluster "till" pod until 2026-04-01
	// 10.0.72.128/28 of cluster "till" node until 2026-04-01
	// 10.0.72.192/28 of cluster "till" service until 2026-04-01
	// has rested: 10.0.64.0/22 of cluster "till" pod
	// has rested: 10.0.72.128/28 of cluster "till" node
	// has rested: 10.0.72.192/28 of cluster "till" service
}

// A monitor asks when addresses come back.
func ExamplePlan_Quarantine() {
	p, err := plan.Solve(growing(shopOf60, till))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(p.Quarantine()), "ranges rest")
	p, _, err = plan.Evolve(p, growing(till), plan.EvolveOptions{Now: today})
	if err != nil {
		fmt.Println(err)
		return
	}
	for u := range p.Pools() {
		fmt.Println(len(p.Quarantine()), "ranges rest, with", u.Resting, "addresses")
	}
	// Output:
	// 0 ranges rest
	// 3 ranges rest, with 8272 addresses
}

// A range that cannot grow where it is: what is in the way, and what can be
// done.
func ExampleOutgrownError() {
	p, err := plan.Solve(growing(shopOf60, till))
	if err != nil {
		fmt.Println(err)
		return
	}
	more := till
	more.Services = plan.Count{Now: 200}
	_, _, err = plan.Evolve(p, growing(shopOf60, more), plan.EvolveOptions{Now: today})
	var e *plan.OutgrownError
	if errors.As(err, &e) {
		for _, o := range e.Ranges {
			fmt.Println(o)
			for _, w := range o.WaysOut {
				fmt.Println("  -", w)
			}
		}
	}
	// Output:
	// cluster "till": service range 10.0.72.192/28 needs a /24, but 10.0.72.0/24 around it has 10.0.72.0/25 of cluster "shop" node with its headroom, 10.0.72.128/27 of cluster "till" node with its headroom, 10.0.72.160/27 of cluster "shop" service with its headroom
	//   - from Kubernetes 1.33 add an extra service range: a ServiceCIDR object
	//   - free all of 10.0.72.0/24
	//   - give up the range for another: name "till" in AllowMove; the first service range cannot change: add a ServiceCIDR object (from 1.33), recreate every Service in it, and build a new cluster for the rest (DNS, kubernetes.default)
}

// A diff as data, for those who carry it out.
func ExampleDiff() {
	p, err := plan.Solve(growing(shopOf60))
	if err != nil {
		fmt.Println(err)
		return
	}
	_, d, err := plan.Evolve(p, growing(shopOf120), plan.EvolveOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range d.Changes {
		for _, r := range c.Ranges {
			fmt.Println(c.Cluster, r.Role, r.Kind, r.Before, r.After)
		}
		fmt.Println(len(c.Steps), "steps, the first by", c.Steps[0].Source)
	}
	// Output:
	// shop node grown 10.0.64.0/26 10.0.64.0/25
	// shop pod grown 10.0.0.0/19 10.0.0.0/18
	// 3 steps, the first by RFC 4632
}

// Two plans that others made.
func ExampleDiffOf() {
	before, err := plan.Solve(growing(till))
	if err != nil {
		fmt.Println(err)
		return
	}
	after, err := plan.Solve(growing(shopOf60, till))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(plan.DiffOf(before, after))
	// Output:
	// + cluster "shop": holds 61 nodes of 125 pods, 12 services
	//   + node 10.0.72.0/26
	//   + pod 10.0.0.0/19
	//   + service 10.0.72.160/28
	// ~ cluster "till"
	//   ~ node 10.0.8.0/28 → 10.0.72.128/28 (moved)
	//   ~ pod 10.0.0.0/22 → 10.0.64.0/22 (moved)
	//   ~ service 10.0.8.32/28 → 10.0.72.192/28 (moved)
	//     1. add the new subnet and its routes, then replace the nodes one by one; control plane addresses and certificates last
	//     2. a cluster CIDR and node masks cannot change under nodes that have blocks: build a new cluster, or drain and register every node anew
	//     3. the first service range cannot change: add a ServiceCIDR object (from 1.33), recreate every Service in it, and build a new cluster for the rest (DNS, kubernetes.default)
}

// A fleet that grew by hand: one cluster by its flags, one by what people know
// of it. What is wrong is found, and the plan goes on from there.
func ExampleAdopt() {
	flags, err := k8sflags.ParseCommand([]string{"kube-controller-manager", "--cluster-cidr=10.0.0.0/16", "--service-cluster-ip-range=10.1.0.0/20", "--allocate-node-cidrs"})
	if err != nil {
		fmt.Println(err)
		return
	}
	s := plan.Spec{Pools: []plan.PoolSpec{{Name: "corp", Prefixes: []netip.Prefix{cidr.MustParse("10.0.0.0/14")}}}}
	p, findings, err := plan.Adopt(s, []plan.Existing{
		{
			Name:   "old",
			Flags:  k8sflags.Set{Version: k8sflags.Version{Major: 1, Minor: 34}, Processes: []k8sflags.Process{flags}},
			Ranges: map[plan.Role]dualstack.Pair{plan.Node: dualstack.MustParse("10.1.16.0/24")},
		},
		{Name: "older", Ranges: map[plan.Role]dualstack.Pair{
			plan.Node: dualstack.MustParse("10.1.17.0/24"), plan.Pod: dualstack.MustParse("10.0.128.0/17"), plan.Service: dualstack.MustParse("10.1.32.0/20"),
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range findings {
		if f.Severity == k8sflags.Error {
			fmt.Println(f)
		}
	}
	next := p.Spec()
	next.Clusters = append(next.Clusters, plan.ClusterSpec{Name: "new", Nodes: plan.Count{Now: 60}})
	_, d, err := plan.Evolve(p, next, plan.EvolveOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(d)
	// Output:
	// error overlap: cluster "older" pod: 10.0.128.0/17 overlaps 10.0.0.0/16 of cluster "old" pod (move one of them)
	// + cluster "new": holds 61 nodes of 125 pods, 12 services
	//   + node 10.1.18.0/26
	//   + pod 10.1.64.0/19
	//   + service 10.1.18.64/28
}

// What was wrong from the beginning stays with the plan, so that it can be
// kept, and is not mistaken for news.
func ExamplePlan_Flaws() {
	ranges := func(node, pod, service string) map[plan.Role]dualstack.Pair {
		return map[plan.Role]dualstack.Pair{plan.Node: dualstack.MustParse(node), plan.Pod: dualstack.MustParse(pod), plan.Service: dualstack.MustParse(service)}
	}
	p, _, err := plan.Adopt(growing(), []plan.Existing{
		{Name: "a", Ranges: ranges("10.1.16.0/24", "10.0.0.0/16", "10.1.0.0/20")},
		{Name: "b", Ranges: ranges("10.1.17.0/24", "10.0.0.0/16", "10.1.32.0/20")},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range p.Flaws() {
		fmt.Println(f)
	}
	s := p.Spec()
	s.Clusters = s.Clusters[:1]
	p, _, err = plan.Evolve(p, s, plan.EvolveOptions{Now: today})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(p.Flaws()), "flaws without b")
	// Output:
	// error overlap: cluster "b" pod: 10.0.0.0/16 overlaps 10.0.0.0/16 of cluster "a" pod (move one of them)
	// 0 flaws without b
}
