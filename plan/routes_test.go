package plan_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// placed is a range of a plan, of one family, with its room and its region.
type placed struct {
	prefix, room netip.Prefix
	region       string
}

func placedOf(s plan.Spec, p *plan.Plan) []placed {
	var all []placed
	for b := range p.Blocks() {
		region := ""
		for _, c := range s.Clusters {
			if c.Name == b.Cluster {
				region = c.Region
			}
		}
		for _, n := range s.Networks {
			if b.Cluster == "" && n.Name == b.Name {
				region = n.Region
			}
		}
		for q := range b.Range.All() {
			room := q
			if r := b.Room.Of(cidr.FamilyOf(q)); r.IsValid() {
				room = r
			}
			all = append(all, placed{q, room, region})
		}
	}
	return all
}

// fewestRoutes counts the routes of a region inside of one prefix by trying
// one, and then those of its halves.
func fewestRoutes(in netip.Prefix, all []placed, taken []netip.Prefix, region string) int {
	pure, some, alone := true, false, false
	for _, q := range all {
		switch {
		case q.region == region && in.Overlaps(q.prefix):
			some = true
			alone = alone || q.prefix.Bits() >= in.Bits() && in.Contains(q.prefix.Addr()) && q.prefix == in || q.prefix.Bits() < in.Bits()
		case q.region != region && in.Overlaps(q.room):
			pure = false
		}
	}
	switch {
	case !some:
		return 0
	case pure && !slices.ContainsFunc(taken, in.Overlaps) || alone:
		return 1
	}
	a, b := halves(in)
	return fewestRoutes(a, all, taken, region) + fewestRoutes(b, all, taken, region)
}

func halves(p netip.Prefix) (a, b netip.Prefix) {
	a = netip.PrefixFrom(p.Addr(), p.Bits()+1)
	bytes := p.Addr().AsSlice()
	bytes[p.Bits()/8] |= 1 << (7 - p.Bits()%8)
	addr, _ := netip.AddrFromSlice(bytes)
	return a, netip.PrefixFrom(addr, p.Bits()+1)
}

func takenOf(s plan.Spec) []netip.Prefix {
	var taken []netip.Prefix
	for _, r := range s.Reserved {
		taken = append(taken, r.Prefix.Masked())
	}
	for _, p := range s.Peers {
		taken = append(taken, p.Prefixes...)
	}
	return taken
}

// Routes cover all ranges of their region and nobody else's addresses, stay in
// their pool, and are as few as can be.
func TestRoutesAreTheFewest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawEverything(t)
		s.Share = nil
		p, err := plan.Solve(s)
		if err != nil {
			return
		}
		all, taken := placedOf(s, p), takenOf(s)
		covered := map[placed]bool{}
		for r := range p.Routes() {
			k := slices.IndexFunc(p.Spec().Pools, func(q plan.PoolSpec) bool { return q.Name == r.Pool })
			for _, route := range r.Prefixes {
				for _, q := range all {
					if q.region == r.Region && route.Overlaps(q.prefix) {
						covered[q] = true
					}
					if q.region != r.Region && route.Overlaps(q.room) {
						t.Fatalf("route %v of %q covers %+v", route, r.Region, q)
					}
				}
				if k >= 0 && slices.ContainsFunc(taken, route.Overlaps) {
					t.Fatalf("route %v covers what is taken", route)
				}
			}
			if k < 0 {
				continue
			}
			want := 0
			for _, in := range p.Spec().Pools[k].Prefixes {
				if cidr.FamilyOf(in) == r.Family {
					want += fewestRoutes(in, all, taken, r.Region)
				}
			}
			if len(r.Prefixes) != want {
				t.Fatalf("%+v: %d routes, want %d", r, len(r.Prefixes), want)
			}
		}
		for _, q := range all {
			if q.region != "" && !covered[q] {
				t.Fatalf("no route to %+v", q)
			}
		}
	})
}

// Where regions share addresses, a route has those of another region only if it
// is a range of its own.
func TestRoutesOfSharedRanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := plan.Spec{
			Pools: []plan.PoolSpec{
				{Name: "pods", Prefixes: prefixes("10.0.0.0/24"), Roles: []plan.Role{plan.Pod}},
				{Name: "rest", Prefixes: prefixes("11.0.0.0/16")},
			},
			Share: []plan.Role{plan.Pod},
		}
		for _, name := range []string{"a", "b", "c", "d"} {
			p := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, byte(rapid.IntRange(0, 255).Draw(t, "at"))}), rapid.IntRange(25, 28).Draw(t, "bits"))
			s.Clusters = append(s.Clusters, plan.ClusterSpec{
				Name: name, Nodes: now(1), PodsPerNode: 1, Region: rapid.SampledFrom([]string{"", "eu", "us"}).Draw(t, "region"),
				Pins: pinned(plan.Pod, p.Masked().String()),
			})
		}
		p, err := plan.Solve(s)
		if err != nil {
			t.Fatal(err)
		}
		all := placedOf(s, p)
		for r := range p.Routes() {
			for _, route := range r.Prefixes {
				own := slices.ContainsFunc(all, func(q placed) bool { return q.region == r.Region && q.prefix == route })
				if !own && slices.ContainsFunc(all, func(q placed) bool { return q.region != r.Region && q.prefix.Overlaps(route) }) {
					t.Fatalf("route %v of %q has addresses of others: %v", route, r.Region, all)
				}
			}
		}
		for _, q := range all {
			covered := func(r plan.Routes) bool {
				return r.Region == q.region && slices.ContainsFunc(r.Prefixes, func(p netip.Prefix) bool { return p.Bits() <= q.prefix.Bits() && p.Overlaps(q.prefix) })
			}
			if q.region != "" && !slices.ContainsFunc(slices.Collect(p.Routes()), covered) {
				t.Fatalf("no route to %+v", q)
			}
		}
	})
}

// countRoutes is how many routes the regions of s need for what p has in pools.
func countRoutes(s plan.Spec, p *plan.Plan) int {
	n := 0
	all, taken := placedOf(s, p), takenOf(s)
	regions := map[string]bool{}
	for _, q := range all {
		regions[q.region] = q.region != ""
	}
	for region, is := range regions {
		for _, pool := range p.Spec().Pools {
			for _, in := range pool.Prefixes {
				if is {
					n += fewestRoutes(in, all, taken, region)
				}
			}
		}
	}
	return n
}

// A fleet with regions needs no more routes than the same fleet placed without
// a thought of them.
func TestRegionsNeedNoMoreRoutes(t *testing.T) {
	saved, fleets := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := drawEverything(t)
		s.Share = nil
		for i := range s.Pools {
			s.Pools[i].Region = ""
		}
		p, err := plan.Solve(s)
		if err != nil {
			return
		}
		plain := s
		plain.Clusters = slices.Clone(s.Clusters)
		for i := range plain.Clusters {
			plain.Clusters[i].Region = ""
		}
		q, err := plan.Solve(plain)
		if err != nil {
			t.Fatalf("without regions: %v", err)
		}
		if with, without := countRoutes(s, p), countRoutes(s, q); with > without {
			t.Fatalf("%d routes, without a thought of regions %d", with, without)
		} else {
			saved, fleets = saved+without-with, fleets+1
		}
	})
	t.Logf("%d routes saved in %d fleets", saved, fleets)
}

// Where a block for each region has no room, they lie in blocks that they fill,
// and where that has none either, as they fit. Pins, reservations and peers are
// no part of a route that is not theirs.
func TestRoutes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*plan.Spec)
		want  string
	}{
		{"a block each", nil, "pods eu 2 [10.0.0.0/26]; pods us 2 [10.0.0.64/26]"},
		{"blocks that they fill", func(s *plan.Spec) { s.Pools[0].Prefixes = prefixes("10.0.0.0/26", "10.0.1.0/27") },
			"pods eu 2 [10.0.0.32/28 10.0.1.0/27]; pods us 2 [10.0.0.0/27 10.0.0.48/28]"},
		{"one in a block, one in what it fills", func(s *plan.Spec) {
			s.Pools[0].Prefixes = prefixes("10.0.0.0/26", "10.0.1.0/27", "10.0.2.0/28")
		}, "pods eu 2 [10.0.0.0/26]; pods us 2 [10.0.1.0/27 10.0.2.0/28]"},
		{"as they fit", func(s *plan.Spec) {
			s.Pools[0].Prefixes = prefixes("10.0.0.0/26", "10.0.1.0/28", "10.0.2.0/28")
		}, "pods eu 2 [10.0.0.0/27 10.0.1.0/28]; pods us 2 [10.0.0.32/27 10.0.2.0/28]"},
		{"a pin outside of all pools", func(s *plan.Spec) { s.Clusters[0].Pins = pinned(plan.Pod, "192.168.0.0/27") },
			" eu 1 [192.168.0.0/27]; pods eu 1 [10.0.0.64/28]; pods us 2 [10.0.0.0/26]"},
		{"a pin in the middle", func(s *plan.Spec) { s.Clusters[3].Pins = pinned(plan.Pod, "10.0.0.80/28") },
			"pods eu 2 [10.0.0.0/26]; pods us 2 [10.0.0.64/26]"},
		{"a reservation in the middle", func(s *plan.Spec) {
			s.Clusters[0].Pins, s.Clusters[1].Pins = pinned(plan.Pod, "10.0.0.0/27"), pinned(plan.Pod, "10.0.0.48/28")
			s.Reserved = []plan.Reservation{{Prefix: prefix("10.0.0.32/32")}}
		}, "pods eu 2 [10.0.0.0/27 10.0.0.48/28]; pods us 2 [10.0.0.64/26]"},
		{"a cluster without a region in the middle", func(s *plan.Spec) {
			s.Clusters[0].Pins, s.Clusters[1].Pins = pinned(plan.Pod, "10.0.0.0/27"), pinned(plan.Pod, "10.0.0.48/28")
			s.Clusters[2].Pins, s.Clusters[2].Region = pinned(plan.Pod, "10.0.0.32/28"), ""
			s.Clusters[2].Nodes = now(1)
		}, "pods eu 2 [10.0.0.0/27 10.0.0.48/28]; pods us 1 [10.0.0.64/28]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := podFleet(24, 2, 1, 2, 1)
			s.Share = nil
			for i, region := range []string{"eu", "eu", "us", "us"} {
				s.Clusters[i].Region = region
			}
			if tt.spoil != nil {
				tt.spoil(&s)
			}
			var got []string
			for r := range solved(t, s).Routes() {
				if r.Pool != "rest" {
					got = append(got, fmt.Sprintf("%s %s %d %v", r.Pool, r.Region, r.Ranges, r.Prefixes))
				}
			}
			if got := strings.Join(got, "; "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
