package plan_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"testing"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/plan"
)

// bigFleet is n dual-stack clusters of a few hundred nodes, each with a range
// of every role.
func bigFleet(n int) plan.Spec {
	s := plan.Spec{Pools: []plan.PoolSpec{
		{Name: "v4", Prefixes: prefixes("64.0.0.0/2")},
		{Name: "services", Prefixes: prefixes("208.0.0.0/4"), Roles: []plan.Role{plan.Service}},
		{Name: "v6", Prefixes: prefixes("fd00::/32")},
	}}
	for i := range n {
		s.Clusters = append(s.Clusters, plan.ClusterSpec{
			Name: fmt.Sprintf("cluster-%05d", i*7919%n), Kubernetes: version(34), Families: dualIPv4,
			Nodes: now(uint64(50 + i%200)), PodsPerNode: uint64(50 + i%60), Services: now(uint64(100 + i%2000)),
			ExternalIPs: now(uint64(1 + i%60)), IngressIPs: now(uint64(1 + i%9)),
		})
	}
	return s
}

// grownFleet is bigFleet as history leaves it: every cluster has its pods
// pinned and a reservation beside it, each two share a network, and the space
// is in a hundred pieces.
func grownFleet(n int) plan.Spec {
	s := bigFleet(n)
	s.Pools = s.Pools[1:]
	for i := range 100 {
		s.Pools = append(s.Pools, plan.PoolSpec{Name: fmt.Sprintf("v4-%02d", i), Prefixes: []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(i + 1)}), 8)}})
	}
	for i := range s.Clusters {
		c, hi, lo := &s.Clusters[i], byte(i>>8), byte(i)
		pods := pair(fmt.Sprintf("%v/16,fe00:%x::/48", netip.AddrFrom4([4]byte{128 + hi, lo}), i))
		c.Pins = map[plan.Role]dualstack.Pair{plan.Pod: pods}
		c.NodeNetwork = fmt.Sprintf("net-%d", i/2)
		if i%2 == 0 {
			s.Networks = append(s.Networks, plan.Network{Name: c.NodeNetwork})
		}
		s.Reserved = append(s.Reserved, plan.Reservation{Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{1 + hi, lo, 17, 0}), 24)})
	}
	return s
}

func perCluster(b *testing.B, n int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/cluster")
}

func BenchmarkSolve(b *testing.B) {
	for name, fleet := range map[string]func(int) plan.Spec{"new": bigFleet, "grown": grownFleet} {
		for _, n := range []int{100, 1_000, 10_000} {
			b.Run(fmt.Sprintf("%s/clusters=%d", name, n), func(b *testing.B) {
				s := fleet(n)
				for b.Loop() {
					if _, err := plan.Solve(s); err != nil {
						b.Fatal(err)
					}
				}
				perCluster(b, n)
			})
		}
	}
}

// What is done with a plan of a thousand clusters, new and grown.
func BenchmarkPlan(b *testing.B) {
	const n = 1_000
	for name, fleet := range map[string]func(int) plan.Spec{"new": bigFleet, "grown": grownFleet} {
		p, err := plan.Solve(fleet(n))
		if err != nil {
			b.Fatal(err)
		}
		text, err := json.Marshal(p)
		if err != nil {
			b.Fatal(err)
		}
		for op, f := range map[string]func() error{
			"Audit": func() error {
				if fs := wrong(p.Audit()); len(fs) > 0 {
					return fmt.Errorf("%v", fs[0])
				}
				return nil
			},
			"MarshalJSON": func() error { _, err := p.MarshalJSON(); return err },
			"Decode":      func() error { _, err := plan.Decode(text); return err },
			"Pools": func() error {
				for u := range p.Pools() {
					if u.Free.Sign() < 0 {
						return fmt.Errorf("%+v", u)
					}
				}
				return nil
			},
		} {
			b.Run(op+"/"+name, func(b *testing.B) {
				for b.Loop() {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
				perCluster(b, n)
			})
		}
	}
}

func BenchmarkOwners(b *testing.B) {
	p, err := plan.Solve(bigFleet(10_000))
	if err != nil {
		b.Fatal(err)
	}
	a := netip.MustParseAddr("64.1.56.78")
	b.ReportAllocs()
	for b.Loop() {
		for range p.Owners(a) {
		}
	}
}

// To say why there is no plan takes longer than to find one: changes are tried.
func BenchmarkInfeasible(b *testing.B) {
	s := bigFleet(1_000)
	s.Pools[0].Prefixes = prefixes("10.0.0.0/8")
	for b.Loop() {
		if _, err := plan.Solve(s); err == nil {
			b.Fatal("there is a plan")
		}
	}
}
