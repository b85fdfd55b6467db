package plan_test

import (
	"fmt"
	"math/big"
	"net/netip"
	"runtime"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

// edgeFleet is n clusters with a range of every role: three of five are small
// dual-stack sites, whose IPv4 ranges fit into 10.0.0.0/8 a hundred thousand
// times, and the others large ones with IPv6 alone. Of 100,000 these are
// 500,000 blocks and 800,000 ranges.
func edgeFleet(n int) plan.Spec {
	s := plan.Spec{Pools: []plan.PoolSpec{
		{Name: "edge", Prefixes: prefixes("10.0.0.0/8")},
		{Name: "services", Prefixes: prefixes("172.16.0.0/12"), Roles: []plan.Role{plan.Service}},
		{Name: "ula", Prefixes: prefixes("fd00::/16")},
	}, Clusters: make([]plan.ClusterSpec, 0, n)}
	for i := range n {
		u := uint64(i)
		c := plan.ClusterSpec{Name: fmt.Sprintf("cluster-%06d", u*7919%uint64(n)), Kubernetes: version(30 + i%6)}
		if i%5 < 3 {
			c.Families = dualIPv4
			c.Nodes, c.PodsPerNode, c.Services = plan.Count{Now: 1 + u%3, Max: 4}, 8+u%6, now(8+u%5)
			c.ExternalIPs, c.IngressIPs = now(1+u%4), now(1+u%2)
		} else {
			c.Families, c.IPAM = onlyIPv6, k8sflags.Cilium
			c.Nodes, c.Services = plan.Count{Now: 100 + u%900, Max: 2000}, now(1000+u%9000)
			c.ExternalIPs, c.IngressIPs = now(100+u%100), now(10+u%10)
		}
		s.Clusters = append(s.Clusters, c)
	}
	return s
}

// What is done with a fleet costs as much for each cluster however many there
// are, but for the caches of the processor.
func BenchmarkScale(b *testing.B) {
	solved := func(b *testing.B, s plan.Spec) *plan.Plan {
		p, err := plan.Solve(s)
		if err != nil {
			b.Fatal(err)
		}
		return p
	}
	for _, op := range []struct {
		name  string
		setup func(*testing.B, plan.Spec) (run func() error)
	}{
		{"Validate", func(_ *testing.B, s plan.Spec) func() error { return s.Validate }},
		{"Solve", func(_ *testing.B, s plan.Spec) func() error {
			return func() error { _, err := plan.Solve(s); return err }
		}},
		{"Audit", func(b *testing.B, s plan.Spec) func() error {
			p := solved(b, s)
			return func() error { return errorOf(p.Audit()) }
		}},
		{"MarshalJSON", func(b *testing.B, s plan.Spec) func() error {
			p := solved(b, s)
			return func() error { _, err := p.MarshalJSON(); return err }
		}},
		{"Decode", func(b *testing.B, s plan.Spec) func() error {
			text, err := solved(b, s).MarshalJSON()
			if err != nil {
				b.Fatal(err)
			}
			return func() error { _, err := plan.Decode(text); return err }
		}},
		{"Evolve", func(b *testing.B, s plan.Spec) func() error {
			p := solved(b, s)
			one := s.Clusters[0]
			one.Name = "cluster-new"
			s = p.Spec()
			s.Clusters = append(s.Clusters, one)
			run := func() error {
				_, _, err := plan.Evolve(p, s, plan.EvolveOptions{})
				return err
			}
			if err := run(); err != nil { // it opens the space once, as Decode does
				b.Fatal(err)
			}
			return run
		}},
		{"Pools", func(b *testing.B, s plan.Spec) func() error {
			p := solved(b, s)
			for range p.Pools() { // it counts once
			}
			return func() error {
				for range p.Pools() {
				}
				return nil
			}
		}},
		{"Owners", func(b *testing.B, s plan.Spec) func() error {
			p := solved(b, s)
			return func() error {
				for range p.Owners(netip.MustParseAddr("10.1.2.3")) {
				}
				return nil
			}
		}},
	} {
		for _, n := range []int{100, 1_000, 10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/clusters=%d", op.name, n), func(b *testing.B) {
				run := op.setup(b, edgeFleet(n))
				runtime.GC() // what setup left is not the operation's
				b.ReportAllocs()
				report := usage(b)
				for b.Loop() {
					if err := run(); err != nil {
						b.Fatal(err)
					}
				}
				report(n)
			})
		}
	}
}

// errorOf is the first finding.
func errorOf(fs []plan.Finding) error {
	if fs = wrong(fs); len(fs) > 0 {
		return fmt.Errorf("%v", fs[0])
	}
	return nil
}

// Memory is taken for all clusters together, and not for each again; what is
// read has texts of its own.
func TestFleetsAllocateLittle(t *testing.T) {
	const n = 2_000
	s := edgeFleet(n)
	p := solved(t, s)
	text, err := p.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	for _, op := range []struct {
		name string
		most float64 // allocations for each cluster
		do   func() error
	}{
		{"Validate", 0.5, s.Validate},
		{"Solve", 0.5, func() error { _, err := plan.Solve(s); return err }},
		{"Audit", 1, func() error { return errorOf(p.Audit()) }},
		{"MarshalJSON", 3, func() error { _, err := p.MarshalJSON(); return err }},
		{"Decode", 12, func() error { _, err := plan.Decode(text); return err }},
	} {
		allocs := testing.AllocsPerRun(1, func() {
			if err := op.do(); err != nil {
				t.Fatal(err)
			}
		})
		if per := allocs / n; per > op.most {
			t.Errorf("%s: %.2f allocations a cluster, want at most %v", op.name, per, op.most)
		}
	}
}

// Who gets the usage of pools may change the numbers.
func TestPoolUsageIsTheCallers(t *testing.T) {
	p := solved(t, corp())
	want := fmt.Sprint(slices.Collect(p.Pools()))
	for u := range p.Pools() {
		for _, n := range []*big.Int{u.Total, u.Reserved, u.Used, u.Headroom, u.Resting, u.Free} {
			n.SetInt64(-1)
		}
	}
	if got := fmt.Sprint(slices.Collect(p.Pools())); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
