package plan_test

import (
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

func sizes(ps []netip.Prefix, f cidr.Family) *big.Int {
	n := new(big.Int)
	for _, p := range ps {
		if cidr.FamilyOf(p) == f {
			n.Add(n, pow2(familyLen(f)-p.Bits()))
		}
	}
	return n
}

// The prefixes of a zone have all that is in it and nothing that is not, and
// they are the same without any of its clusters.
func TestZonesAreWhatFirewallsName(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, p := drawSolved(t)
		blocks := slices.Collect(p.Blocks())
		for z := range p.Zones() {
			inside := map[string]bool{}
			for _, b := range blocks {
				for q := range b.Range.All() {
					var in bool
					for _, space := range z.Space {
						in = in || slices.ContainsFunc(space.Prefixes, func(x netip.Prefix) bool { return x.Bits() <= q.Bits() && x.Overlaps(q) })
						if b.Zone != z.Zone && slices.ContainsFunc(space.Prefixes, q.Overlaps) {
							t.Fatalf("zone %q has addresses of %v", z.Zone, b)
						}
					}
					if in != (b.Zone == z.Zone) {
						t.Fatalf("%v in zone %q: %v", b, z.Zone, in)
					}
				}
				if b.Zone == z.Zone && b.Cluster != "" {
					inside[b.Cluster] = true
				}
			}
			if len(inside) != len(z.Clusters) || !slices.IsSorted(z.Clusters) || slices.ContainsFunc(z.Clusters, func(c string) bool { return !inside[c] }) {
				t.Fatalf("clusters %q of %v", z.Clusters, inside)
			}
			want := slices.DeleteFunc(slices.Clone(blocks), func(b plan.Block) bool { return b.Zone != z.Zone })
			if !slices.Equal(z.Blocks, want) && len(want) > 0 {
				t.Fatalf("blocks %v, want %v", z.Blocks, want)
			}
			for _, space := range z.Space {
				if space.Total.Cmp(sizes(space.Prefixes, space.Family)) != 0 || space.Used.Cmp(space.Total) > 0 {
					t.Fatalf("%+v", space)
				}
			}
		}
		less := s
		less.Clusters = slices.DeleteFunc(slices.Clone(s.Clusters), func(c plan.ClusterSpec) bool {
			return slices.ContainsFunc(c.Extra, func(b plan.BlockSpec) bool { return !b.Pin.IsZero() })
		})
		if len(less.Clusters) < len(s.Clusters) {
			return // a pin outside of the pools is a part of its zone
		}
		less.Clusters, less.Meshes = nil, nil
		if got, want := fmt.Sprint(zonePrefixes(solved2(t, less))), fmt.Sprint(zonePrefixes(p)); got != want {
			t.Fatalf("without clusters %s, with them %s", got, want)
		}
	})
}

func solved2(t *rapid.T, s plan.Spec) *plan.Plan {
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func zonePrefixes(p *plan.Plan) []string {
	var all []string
	for z := range p.Zones() {
		for _, space := range z.Space {
			all = append(all, fmt.Sprint(z.Zone, space.Prefixes))
		}
	}
	return all
}

func TestZones(t *testing.T) {
	s := plan.Spec{
		Pools: []plan.PoolSpec{
			{Name: "corp", Prefixes: prefixes("10.0.0.0/9")},
			{Name: "dmz-a", Prefixes: prefixes("10.128.0.0/17", "fd00::/48"), Zone: "dmz"},
			{Name: "dmz-b", Prefixes: prefixes("10.128.128.0/17"), Zone: "dmz"},
		},
		Reserved: []plan.Reservation{{Prefix: prefix("10.128.0.0/24")}},
		Zones:    []plan.Zone{{Name: "dmz", Description: "faces the internet"}, {Name: "empty"}},
		Networks: []plan.Network{{Name: "edge", Zone: "dmz", Hosts: 5}},
		Clusters: []plan.ClusterSpec{
			{Name: "b", Zone: "dmz", Nodes: now(1), NodeNetwork: "edge", Pins: pinned(plan.Service, "192.168.0.0/24")},
			{Name: "a", Nodes: now(1), Extra: []plan.BlockSpec{{Name: "vip", Role: plan.External, Zone: "dmz", Bits: dualstack.Masks{V4: 28}}}},
		},
	}
	var lines []string
	for z := range solved(t, s).Zones() {
		line := fmt.Sprintf("%s (%s) %d ranges of %v %v", z.Zone, z.Description, len(z.Blocks), z.Clusters, z.Networks)
		for _, space := range z.Space {
			line += fmt.Sprintf(" %v %v %v/%v", space.Family, space.Prefixes, space.Used, space.Total)
		}
		lines = append(lines, line)
	}
	// Used: 256 services; a /29 of 5 machines and one node, and 3 that are lost;
	// 128 pod addresses; a /28. So that the network is a /28 as well.
	want := "dmz (faces the internet) 4 ranges of [a b] [edge] IPv4 [10.128.0.0/16 192.168.0.0/24] 416/65792 IPv6 [fd00::/48] 0/1208925819614629174706176\n" +
		"empty () 0 ranges of [] []"
	if got := strings.Join(lines, "\n"); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Native routing has exactly the pods and nodes of the clusters that a mesh
// without translation joins, and peers.
func TestNativeRoutingIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, p := drawSolved(t)
		c := rapid.SampledFrom(s.Clusters).Draw(t, "cluster")
		n, err := p.NativeRouting(c.Name)
		if err != nil {
			t.Fatal(err)
		}
		own := []string{c.Name}
		for _, d := range s.Clusters {
			for _, m := range s.Meshes {
				nat := m.Kind == plan.SubmarinerGlobalnet || m.Kind == plan.IstioMultiNetwork
				if !nat && d.Name != c.Name && slices.Contains(m.Clusters, c.Name) && slices.Contains(m.Clusters, d.Name) && !slices.Contains(own, d.Name) {
					own = append(own, d.Name)
				}
			}
		}
		slices.Sort(own[1:])
		if !slices.Equal(n.Joined, own[1:]) {
			t.Fatalf("joined %q, want %q", n.Joined, own[1:])
		}
		var want, pods []netip.Prefix
		add := func(q netip.Prefix, pod bool) {
			if slices.Contains(c.Families, cidr.FamilyOf(q)) {
				want = append(want, q)
				if pod {
					pods = append(pods, q)
				}
			}
		}
		for _, name := range own {
			d, _ := p.Cluster(name)
			for _, r := range []plan.Role{plan.Node, plan.Pod} {
				for b := range d.Blocks(r) {
					for q := range b.Range.All() {
						add(q, r == plan.Pod)
					}
				}
			}
		}
		for _, peer := range s.Peers {
			for _, q := range peer.Prefixes {
				add(q, false)
			}
		}
		exact, err := cidr.SetOf(want...)
		if err != nil {
			t.Fatal(err)
		}
		if got := slices.Collect(exact.Prefixes()); !slices.Equal(got, n.NonMasquerade) {
			t.Fatalf("not masqueraded %v, want %v", n.NonMasquerade, got)
		}
		for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
			whole := map[cidr.Family]netip.Prefix{cidr.IPv4: n.IPv4, cidr.IPv6: n.IPv6}[f]
			if whole.IsValid() != slices.Contains(c.Families, f) {
				t.Fatalf("%v: %v", f, whole)
			}
			halfHasAll := whole.IsValid() && whole.Bits() < familyLen(f)
			var a, b bool
			for _, q := range pods {
				if cidr.FamilyOf(q) != f {
					continue
				}
				if whole.Bits() > q.Bits() || !whole.Contains(q.Addr()) {
					t.Fatalf("%v does not have pods %v", whole, q)
				}
				if halfHasAll && q.Bits() > whole.Bits() {
					low, _ := halves(whole)
					a, b = a || low.Overlaps(q), b || !low.Overlaps(q)
				} else {
					a, b = true, true
				}
			}
			if halfHasAll && !(a && b) {
				t.Fatalf("half of %v has all pods %v", whole, pods)
			}
		}
		for b := range p.Blocks() {
			for q := range b.Range.All() {
				beside := (n.IPv4.Overlaps(q) || n.IPv6.Overlaps(q)) && !exact.ContainsPrefix(q)
				if said := slices.ContainsFunc(n.Warnings, func(w string) bool { return strings.Contains(w, " "+q.String()+", ") }); said != beside {
					t.Fatalf("%v beside: %v, warnings %q", b, beside, n.Warnings)
				}
			}
		}
	})
}

func TestNativeRoutingOfNobody(t *testing.T) {
	if _, err := solved(t, corp()).NativeRouting("ghost"); err == nil || !strings.Contains(err.Error(), `plan: native routing: the plan has no cluster "ghost"`) {
		t.Error(err)
	}
}

// Where pods are at both ends of IPv4, one prefix of all is everything.
func TestNativeRoutingOfEverything(t *testing.T) {
	s := podFleet(24, 1, 1)
	s.Clusters[0].Pins, s.Clusters[1].Pins = pinned(plan.Pod, "10.0.0.0/28"), pinned(plan.Pod, "172.31.0.0/24")
	s.Meshes = []plan.Mesh{{Name: "m", Kind: plan.Submariner, Clusters: []string{"a", "b"}}}
	s.Clusters[1].Pins[plan.Pod] = pair("192.168.0.0/24")
	n, err := solved(t, s).NativeRouting("a")
	if err != nil || n.IPv4 != prefix("0.0.0.0/0") || n.IPv6.IsValid() || len(n.Warnings) == 0 || !strings.Contains(n.Warnings[0], "not even on the way to the internet") {
		t.Errorf("%+v, %v", n, err)
	}
}

// Sharing saves what the same fleet takes more without it.
func TestSavingsAgainstAFleetThatSharesNothing(t *testing.T) {
	compared := 0
	rapid.Check(t, func(t *rapid.T) {
		s, p := drawSolved(t)
		apart := s
		apart.Share = nil
		q, err := plan.Solve(apart)
		if err != nil {
			return
		}
		used := func(p *plan.Plan, r plan.Role, f cidr.Family) *big.Int {
			var ps []netip.Prefix
			for b := range p.Blocks() {
				if b.Role == r && b.Cluster != "" && b.Range.Of(f).IsValid() {
					ps = append(ps, b.Range.Of(f))
				}
			}
			set, err := cidr.SetOf(ps...)
			if err != nil {
				t.Fatal(err)
			}
			return sizes(slices.Collect(set.Prefixes()), f)
		}
		for x := range p.Savings() {
			want := used(q, x.Role, x.Family)
			want.Sub(want, used(p, x.Role, x.Family))
			if x.Saved.Cmp(want) != 0 || x.Asked.Cmp(new(big.Int).Add(x.Used, x.Saved)) != 0 {
				t.Fatalf("%+v, want %v saved", x, want)
			}
			compared++
		}
		for range q.Savings() {
			t.Fatal("something is saved where nothing is shared")
		}
	})
	if compared == 0 {
		t.Log("nothing was compared this time")
	}
}

func TestApart(t *testing.T) {
	s := podFleet(24, 1, 1, 1)
	s.Share = []plan.Role{plan.Pod, plan.Service}
	s.Meshes = []plan.Mesh{
		{Name: "sub", Kind: plan.Submariner, Clusters: []string{"a", "b"}},
		{Name: "istio", Kind: plan.IstioSingleNetwork, Clusters: []string{"a", "b", "c"}},
		{Name: "global", Kind: plan.SubmarinerGlobalnet, Clusters: []string{"a", "c"}},
	}
	for _, tt := range []struct {
		role   plan.Role
		a, b   string
		apart  bool
		meshes string
	}{
		{plan.Pod, "a", "b", true, "[istio sub]"},
		{plan.Pod, "a", "c", true, "[istio]"},
		{plan.Service, "a", "b", true, "[sub]"},
		{plan.Service, "a", "c", false, "[]"},
		{plan.Service, "a", "a", true, "[]"},
		{plan.Service, "a", "ghost", false, "[]"},
		{plan.Node, "a", "ghost", true, "[]"},
	} {
		if apart, meshes := s.Apart(tt.role, tt.a, tt.b); apart != tt.apart || fmt.Sprint(meshes) != tt.meshes {
			t.Errorf("Apart(%s, %s, %s) = %v, %v; want %v, %s", tt.role, tt.a, tt.b, apart, meshes, tt.apart, tt.meshes)
		}
	}
	s.Share = nil
	if apart, _ := s.Apart(plan.Service, "a", "c"); !apart {
		t.Error("nothing is shared, and services may overlap")
	}
	rapid.Check(t, func(t *rapid.T) {
		s := drawEverything(t)
		a, b := rapid.SampledFrom(s.Clusters).Draw(t, "a"), rapid.SampledFrom(s.Clusters).Draw(t, "b")
		r := rapid.SampledFrom(allRoles).Draw(t, "role")
		if apart, _ := s.Apart(r, a.Name, b.Name); apart == mayOverlap(s, asked{cluster: a.Name, role: r}, asked{cluster: b.Name, role: r}) {
			t.Fatalf("Apart(%s, %s, %s) = %v of %s", r, a.Name, b.Name, apart, text(t, s))
		}
	})
}

// What a mesh asks of its clusters beside ranges is a warning.
func TestAuditWarnsOfMeshes(t *testing.T) {
	long := strings.Repeat("x", 33)
	s := plan.Spec{
		Pools: []plan.PoolSpec{{Name: "all", Prefixes: prefixes("10.0.0.0/8")}},
		Clusters: []plan.ClusterSpec{
			{Name: long, Nodes: now(1)},
			{Name: "bare", Nodes: now(1), ExternalIPs: now(4)},
			{Name: "global", Nodes: now(1), Extra: []plan.BlockSpec{{Name: plan.GlobalnetRange, Role: plan.External, Bits: dualstack.Masks{V4: 24}}}},
		},
	}
	big := plan.Mesh{Name: "big", Kind: plan.ClusterMesh, Clusters: []string{long}}
	for i := range 255 {
		c := plan.ClusterSpec{Name: fmt.Sprintf("c%d", i), Nodes: now(1), PodsPerNode: 5}
		s.Clusters = append(s.Clusters, c)
		big.Clusters = append(big.Clusters, c.Name)
	}
	s.Meshes = []plan.Mesh{big, {Name: "sub", Kind: plan.SubmarinerGlobalnet, Clusters: []string{"global", "bare"}}}
	var got []string
	for _, f := range solved(t, s).Audit() {
		if f.Severity != k8sflags.Warning || f.Rule != plan.RuleMesh {
			t.Errorf("finding %v", f)
		}
		got = append(got, f.String())
	}
	want := []string{
		`warning mesh: mesh "big" joins 256 clusters: Cilium has cluster IDs up to 255 (set maxConnectedClusters=511 in every cluster of the mesh, before they are joined)`,
		`warning mesh: cluster "` + long + `": mesh "big": the name has 33 characters, Cilium takes 32 (give Cilium a shorter cluster.name)`,
		`warning mesh: cluster "bare": mesh "sub" gives services global addresses, and the cluster has no range for them (add an extra range "globalnet" of role external; Submariner's own default is a /16)`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	s.Meshes[0].Clusters = big.Clusters[1:]
	s.Meshes = s.Meshes[:1]
	if fs := solved(t, s).Audit(); len(fs) > 0 {
		t.Errorf("255 clusters of short names: %v", fs)
	}
}
