package plan_test

import (
	"errors"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

// Each case breaks one thing of a good spec, and that is all that is reported.
func TestValidateNamesThePlace(t *testing.T) {
	pin := func(c int, r plan.Role, p string) func(*plan.Spec) {
		return func(s *plan.Spec) { s.Clusters[c].Pins = map[plan.Role]dualstack.Pair{r: pair(p)} }
	}
	extra := func(bs ...plan.BlockSpec) func(*plan.Spec) {
		return func(s *plan.Spec) { s.Clusters[0].Extra = bs }
	}
	for _, tt := range []struct {
		name  string
		spoil func(s *plan.Spec)
		path  string
		says  string // a part of the message
	}{
		{"no pools", func(s *plan.Spec) { s.Pools = nil }, "pools", "no pool"},
		{"a pool without a name", func(s *plan.Spec) { s.Pools[1].Name = "" }, "pools[1].name", "no name"},
		{"two pools of one name", func(s *plan.Spec) { s.Pools[1].Name = "corp" }, "pools[1].name", `"corp" stands twice, first at pools[0]`},
		{"a space in a name", func(s *plan.Spec) { s.Pools[2].Name = "u la" }, "pools[2].name", "spaces"},
		{"a control character in a name", func(s *plan.Spec) { s.Clusters[3].Name = "a\x00" }, "clusters[3].name", "control characters"},
		{"a pool without prefixes", func(s *plan.Spec) { s.Pools[2].Prefixes = nil; s.Clusters = s.Clusters[2:3] }, "pools[2].prefixes", "no prefixes"},
		{"the zero prefix", func(s *plan.Spec) { s.Pools[0].Prefixes[1] = netip.Prefix{} }, "pools[0].prefixes[1]", "no prefix"},
		{"an invalid prefix", func(s *plan.Spec) { s.Pools[0].Prefixes[1] = netip.PrefixFrom(netip.IPv4Unspecified(), 33) }, "pools[0].prefixes[1]", "invalid prefix"},
		{"an IPv4-mapped prefix", func(s *plan.Spec) { s.Pools[0].Prefixes[1] = prefix("::ffff:10.200.0.0/112") }, "pools[0].prefixes[1]", "IPv4-mapped"},
		{"a role that is none", func(s *plan.Spec) { s.Pools[0].Roles[3] = "egress" }, "pools[0].roles[3]", `"egress": want one of [node pod service external ingress]`},
		{"pools that overlap", func(s *plan.Spec) { s.Pools[1].Prefixes[0] = prefix("10.64.0.0/10") }, "pools[1].prefixes[0]", `10.64.0.0/10 of pool "services" and 10.0.0.0/9 of pool "corp"`},
		{"a reservation of nothing", func(s *plan.Spec) { s.Reserved[1].Prefix = netip.Prefix{} }, "reserved[1].prefix", "no prefix"},
		{"a reservation that is IPv4-mapped", func(s *plan.Spec) { s.Reserved[1].Prefix = prefix("::ffff:10.0.0.0/112") }, "reserved[1].prefix", "IPv4-mapped"},

		{"a network without a name", func(s *plan.Spec) { s.Networks = append(s.Networks, plan.Network{Hosts: 1}) }, "networks[1].name", "no name"},
		{"two networks of one name", func(s *plan.Spec) { s.Networks = append(s.Networks, plan.Network{Name: "vlan-7", Hosts: 1}) }, "networks[1].name", "stands twice"},
		{"a network of a family thrice", func(s *plan.Spec) {
			s.Networks[0].Families = []cidr.Family{cidr.IPv4, cidr.IPv6, cidr.IPv4}
		}, "networks[0].families", "want one, or both"},
		{"a network that nobody needs", func(s *plan.Spec) { s.Networks = append(s.Networks, plan.Network{Name: "idle"}) }, "networks[1]", "no hosts, and no cluster"},
		{"a network's pin in a family that it lacks", func(s *plan.Spec) {
			s.Networks = append(s.Networks, plan.Network{Name: "dmz", Families: onlyIPv4, Hosts: 1, Pin: pair("172.16.0.0/24,fd99::/64")})
		}, "networks[1].pin", `network "dmz" has no IPv6`},
		{"a network's pin that is too small", func(s *plan.Spec) { s.Networks[0].Pin = pair("172.16.0.0/26,fd99::/64") }, "networks[0].pin", "61 addresses for nodes, needs 75"},
		{"a network of more machines than IPv4 has addresses", func(s *plan.Spec) { s.Networks[0].Hosts = 1 << 33 }, "networks[0].hosts", "more than IPv4 has addresses for"},
		{"a network of more machines than a /64 has addresses", func(s *plan.Spec) {
			s.Networks = append(s.Networks, plan.Network{Name: "all", Families: onlyIPv6, Hosts: math.MaxUint64})
		}, "networks[1].hosts", "more than a /64 has addresses for"},

		{"no clusters and no networks", func(s *plan.Spec) { s.Clusters, s.Networks = nil, nil }, "clusters", "no cluster"},
		{"two clusters of one name", func(s *plan.Spec) { s.Clusters[1].Name = "prod-eu-1" }, "clusters[1].name", "first at clusters[0]"},
		{"a cluster without a name", func(s *plan.Spec) { s.Clusters[1].Name = "" }, "clusters[1].name", "no name"},
		{"a family twice", func(s *plan.Spec) {
			s.Clusters[0].Families, s.Clusters[0].Pins = []cidr.Family{cidr.IPv4, cidr.IPv4}, nil
		}, "clusters[0].families", "want one, or both"},
		{"no family of addresses", func(s *plan.Spec) { s.Clusters[2].Families = []cidr.Family{cidr.IPv4, 7} }, "clusters[2].families", "families [4 7]: want IPv4 (4) or IPv6 (6)"},
		{"a version from before the tables", func(s *plan.Spec) { s.Clusters[1].Kubernetes = version(23) }, "clusters[1].kubernetes", "want 1.24 to 1.37"},
		{"no nodes", func(s *plan.Spec) { s.Clusters[1].Nodes = now(0) }, "clusters[1].nodes", "0 nodes"},
		{"more pods a node than the kubelet takes", func(s *plan.Spec) { s.Clusters[1].PodsPerNode = 1 << 31 }, "clusters[1].podsPerNode", "--max-pods"},
		{"fewer nodes to come than there are", func(s *plan.Spec) { s.Clusters[1].Nodes = plan.Count{Now: 5, Max: 3} }, "clusters[1].nodes", "max 3 is below the 5 of now"},
		{"fewer services to come", func(s *plan.Spec) { s.Clusters[1].Services = plan.Count{Now: 5, Max: 3} }, "clusters[1].services", "max 3"},
		{"fewer external addresses to come", func(s *plan.Spec) { s.Clusters[1].ExternalIPs = plan.Count{Now: 5, Max: 3} }, "clusters[1].externalIPs", "max 3"},
		{"fewer ingress addresses to come", func(s *plan.Spec) { s.Clusters[1].IngressIPs = plan.Count{Now: 5, Max: 3} }, "clusters[1].ingressIPs", "max 3"},
		{"an IPAM that nobody knows", func(s *plan.Spec) { s.Clusters[0].IPAM = "dhcp" }, "clusters[0].ipam", `"dhcp"`},
		{"a network that is not there", func(s *plan.Spec) { s.Clusters[1].NodeNetwork = "vlan-8" }, "clusters[1].nodeNetwork", `no network "vlan-8"`},
		{"a network that lacks a family", func(s *plan.Spec) {
			s.Networks = append(s.Networks, plan.Network{Name: "v4", Families: onlyIPv4})
			s.Clusters[1].NodeNetwork = "v4"
		}, "clusters[1].nodeNetwork", `has IPv6, network "v4" has not`},

		{"more nodes than an IPv6 range has blocks", func(s *plan.Spec) { s.Clusters[1].Nodes = now(65_537) }, "clusters[1].nodes", "at most 65536 node blocks, needs 65537"},
		{"more nodes than IPv4 has addresses", func(s *plan.Spec) { s.Clusters[2].Nodes, s.Clusters[2].NodeNetwork = now(1<<32), "" }, "clusters[2].nodes", "more than IPv4 has addresses for"},
		{"more pods than IPv4 has addresses", func(s *plan.Spec) { s.Clusters[1].Nodes, s.Clusters[1].PodsPerNode = now(60_000), 70_000 }, "clusters[1].podsPerNode", "60000 nodes of 70000 pods are more than IPv4"},
		{"more services than 1.33 has", func(s *plan.Spec) { s.Clusters[1].Services = now(65_534) }, "clusters[1].services", "IPv6 service range of Kubernetes 1.33, a /108, has 65533"},
		{"more addresses than IPv4 has", func(s *plan.Spec) { s.Clusters[1].IngressIPs = now(1<<32 + 1) }, "clusters[1].ingressIPs", "more than IPv4 has"},

		{"a part of the count in one family of two", extra(plan.BlockSpec{Name: "dmz", Role: plan.External, Families: onlyIPv4, Count: now(8)}), "clusters[0].extra[0].families", `range "dmz" has a count and lacks IPv6, which the cluster has`},
		{"bits of a family that the range lacks", extra(plan.BlockSpec{Name: "dmz", Role: plan.External, Families: onlyIPv4, Bits: dualstack.Masks{V4: 28, V6: 64}}), "clusters[0].extra[0].bits", `range "dmz" has bits of IPv6, but not the family`},

		{"a zone without a name", func(s *plan.Spec) { s.Zones = []plan.Zone{{}} }, "zones[0].name", "the zone has no name"},
		{"two zones of one name", func(s *plan.Spec) { s.Zones = []plan.Zone{{Name: "dmz"}, {Name: "dmz"}} }, "zones[1].name", `zone "dmz" stands twice`},
		{"a pool of a zone that is not there", func(s *plan.Spec) { s.Pools[1].Zone = "dmz" }, "pools[1].zone", `there is no zone "dmz": add it to zones`},
		{"a cluster of a zone that is not there", func(s *plan.Spec) { s.Clusters[1].Zone = "dmz" }, "clusters[1].zone", `no zone "dmz"`},
		{"a network of a zone that is not there", func(s *plan.Spec) { s.Networks[0].Zone = "dmz" }, "networks[0].zone", `no zone "dmz"`},
		{"a pin in a pool of another zone", func(s *plan.Spec) {
			s.Zones, s.Pools[1].Zone = []plan.Zone{{Name: "dmz"}}, "dmz"
			pin(1, plan.Service, "10.129.0.0/22")(s)
		}, "clusters[1].pins.service", `lies in pool "services" of zone "dmz", and not of no zone`},
		{"a fit that is none", func(s *plan.Spec) { s.Pools[0].Fit = "worst" }, "pools[0].fit", `fit "worst": want one of [best first last sparse]`},
		{"less headroom than none", func(s *plan.Spec) { s.Pools[0].Headroom = -1 }, "pools[0].headroom", "headroom of -1 doublings: want 0 to 24"},
		{"more headroom than anybody can use", func(s *plan.Spec) { s.Pools[0].Headroom = 25 }, "pools[0].headroom", "want 0 to 24"},
		{"a negative cooldown of a pool", func(s *plan.Spec) { s.Pools[0].Cooldown = -plan.Day }, "pools[0].cooldown", "negative"},
		{"a peer without a name", func(s *plan.Spec) { s.Peers = []plan.Peer{{Prefixes: prefixes("192.0.2.0/24")}} }, "peers[0].name", "the peer has no name"},
		{"a peer without prefixes", func(s *plan.Spec) { s.Peers = []plan.Peer{{Name: "office"}} }, "peers[0].prefixes", `peer "office" has no prefixes`},
		{"a peer of nothing", func(s *plan.Spec) { s.Peers = []plan.Peer{{Name: "office", Prefixes: make([]netip.Prefix, 1)}} }, "peers[0].prefixes[0]", "no prefix"},
		{"a pin on a peer", func(s *plan.Spec) {
			s.Peers = []plan.Peer{{Name: "office", Prefixes: prefixes("10.245.255.0/24")}}
		}, "clusters[0].pins.pod", `10.244.0.0/15 overlaps 10.245.255.0/24, of peer "office"`},
		{"nodes that are shared", func(s *plan.Spec) { s.Share = []plan.Role{plan.Pod, plan.Node} }, "share[1]", `role "node": want pod or service, whose addresses do not leave a cluster`},
		{"a mesh without a name", func(s *plan.Spec) { s.Meshes = []plan.Mesh{{Kind: plan.Submariner}} }, "meshes[0].name", "the mesh has no name"},
		{"a kind of mesh that nobody knows", func(s *plan.Spec) { s.Meshes = []plan.Mesh{{Name: "m", Kind: "vpn"}} }, "meshes[0].kind", `kind "vpn": want one of [submariner `},
		{"a mesh of a cluster that is not there", func(s *plan.Spec) {
			s.Meshes = []plan.Mesh{{Name: "m", Kind: plan.Submariner, Clusters: []string{"plant-1", "plant-9"}}}
		}, "meshes[0].clusters[1]", `there is no cluster "plant-9"`},
		{"a mesh of a cluster twice", func(s *plan.Spec) {
			s.Meshes = []plan.Mesh{{Name: "m", Kind: plan.Submariner, Clusters: []string{"plant-1", "plant-1"}}}
		}, "meshes[0].clusters[1]", `cluster "plant-1" stands twice`},
		{"growth without an end", func(s *plan.Spec) { s.Clusters[1].Nodes = plan.Count{Now: 5, GrowthPerYear: plan.Amount{N: 5}} }, "clusters[1].nodes", "it grows 5 a year, but until when? give a horizon such as 3y"},
		{"a horizon without growth", func(s *plan.Spec) { s.Clusters[1].Services = plan.Count{Now: 5, Horizon: plan.Year} }, "clusters[1].services", "it has a horizon of 1y, but does not grow"},
		{"a horizon in the past", func(s *plan.Spec) {
			s.Clusters[1].IngressIPs = plan.Count{Now: 5, GrowthPerYear: plan.Amount{N: 5}, Horizon: -plan.Year}
		}, "clusters[1].ingressIPs", "is negative"},
		{"a churn that is no number", func(s *plan.Spec) { s.Clusters[1].Churn.PodsPerNodePerMinute = math.NaN() }, "clusters[1].churn.podsPerNodePerMinute", "want a number from 0 on"},
		{"a negative churn", func(s *plan.Spec) { s.Clusters[1].Churn.PodsPerNodePerMinute = -1 }, "clusters[1].churn.podsPerNodePerMinute", "-1 pods a minute"},
		{"a negative cooldown", func(s *plan.Spec) { s.Clusters[1].Churn.Cooldown = -plan.Day }, "clusters[1].churn.cooldown", "negative"},

		{"an extra range without a name", extra(plan.BlockSpec{Role: plan.Node, Count: now(3)}), "clusters[0].extra[0].name", "the extra range has no name"},
		{"an extra range with a space in its name", extra(plan.BlockSpec{Name: "a z", Role: plan.Node, Count: now(3)}), "clusters[0].extra[0].name", "no spaces"},
		{"an extra range with a name that JSON cannot hold", extra(plan.BlockSpec{Name: "a\xff", Role: plan.Node, Count: now(3)}), "clusters[0].extra[0].name", "not UTF-8"},
		{"two extra ranges of one name", extra(plan.BlockSpec{Name: "az", Role: plan.Node, Count: now(3)}, plan.BlockSpec{Name: "az", Role: plan.Node, Count: now(3)}), "clusters[0].extra[1].name", `two extra node ranges "az"`},
		{"an extra range for a role that is none", extra(plan.BlockSpec{Name: "az", Role: "egress", Count: now(3)}), "clusters[0].extra[0].role", `role "egress": want one of`},
		{"an extra range of a zone that is not there", extra(plan.BlockSpec{Name: "az", Role: plan.Node, Zone: "dmz", Count: now(3)}), "clusters[0].extra[0].zone", `no zone "dmz"`},
		{"an extra range of a family twice", extra(plan.BlockSpec{Name: "az", Role: plan.Node, Families: []cidr.Family{cidr.IPv4, cidr.IPv4}, Bits: dualstack.Masks{V4: 28}}), "clusters[0].extra[0].families", "want one, or both"},
		{"an extra range without a size", extra(plan.BlockSpec{Name: "az", Role: plan.Node, Families: onlyIPv4}), "clusters[0].extra[0].count", `range "az" has no size in IPv4: give a count, bits or a pin`},
		{"an extra range of two sizes", extra(plan.BlockSpec{Name: "az", Role: plan.External, Count: now(8), Bits: dualstack.Masks{V4: 28}}), "clusters[0].extra[0].bits", `range "az" has both a count and bits`},
		{"an extra range longer than an address", extra(plan.BlockSpec{Name: "az", Role: plan.External, Bits: dualstack.Masks{V4: 33, V6: 64}}), "clusters[0].extra[0].bits", "length 33: want 1 to 32"},
		{"an extra range that is too large", extra(plan.BlockSpec{Name: "az", Role: plan.External, Count: now(1<<32 + 1)}), "clusters[0].extra[0].count", "more than IPv4 has"},
		{"too small a pin of an extra range", extra(plan.BlockSpec{Name: "az", Role: plan.External, Count: now(8), Pin: pair("172.16.0.0/30,fd99::/112")}), "clusters[0].extra[0].pin", "4 addresses, needs 8"},
		{"a pin of an extra range on another", extra(plan.BlockSpec{Name: "az", Role: plan.Node, Families: onlyIPv4, Pin: pair("10.245.0.0/24")}), "clusters[0].extra[0].pin", `10.245.0.0/24 overlaps 10.244.0.0/15, pinned for cluster "prod-eu-1" pod`},
		{"a ServiceCIDR before there were any", func(s *plan.Spec) {
			s.Clusters[3].Extra = []plan.BlockSpec{{Name: "more", Role: plan.Service, Count: now(100)}}
		}, "clusters[3].extra[0].role", "ServiceCIDR objects are stable from Kubernetes 1.33 on, it has 1.32"},

		{"a pin for a role that is none", pin(1, "egress", "10.1.0.0/24"), "clusters[1].pins.egress", "want one of"},
		{"a pin of a family that the cluster lacks", pin(2, plan.Pod, "172.20.0.0/16,fd99::/48"), "clusters[2].pins.pod", "has no IPv6"},
		{"a pin of nodes that are in a network", pin(2, plan.Node, "172.20.0.0/16"), "clusters[2].pins.node", "pin the network"},
		{"a pin on a reservation", pin(1, plan.Pod, "10.0.128.0/17"), "clusters[1].pins.pod", "10.0.128.0/17 overlaps 10.0.0.0/16, reserved (head office LAN)"},
		{"a pin in a pool that is for others", pin(1, plan.Pod, "10.128.0.0/16"), "clusters[1].pins.pod", `lies in pool "services", which is for [service] and not for pod ranges`},
		{"a pin of services in a pool for others", pin(1, plan.Service, "10.192.0.0/14"), "clusters[1].pins.service", `lies in pool "corp", which is for [node pod external ingress]`},
		{"a pin on another", pin(1, plan.Pod, "10.245.0.0/18"), "clusters[1].pins.pod", `overlaps 10.244.0.0/15, pinned for cluster "prod-eu-1" pod`},
		{"too small a pin of nodes", pin(1, plan.Node, "10.1.0.0/27"), "clusters[1].pins.node", "10.1.0.0/27 has addresses for 29 nodes, needs 40"},
		{"too small a pin of pods", pin(1, plan.Pod, "10.1.0.0/20"), "clusters[1].pins.pod", "too small for 40 nodes of 110 pods"},
		{"too small a pin of pods, IPv6", pin(1, plan.Pod, "fd99::/122"), "clusters[1].pins.pod", "IPv6 is the bottleneck"},
		{"too small a pin of services", pin(1, plan.Service, "10.129.0.0/24"), "clusters[1].pins.service", "252 services beside kubernetes and DNS, needs 500"},
		{"too large a pin of services", pin(1, plan.Service, "10.128.0.0/11"), "clusters[1].pins.service", "too large at Kubernetes 1.33, use a /12"},
		{"a pin of services without room for DNS", pin(2, plan.Service, "172.20.0.0/31"), "clusters[2].pins.service", "172.20.0.0/31"},
		{"a primary pin of services that kube-apiserver refuses", pin(2, plan.Service, "172.20.0.0/30"), "clusters[2].pins.service", "at least a /29"},
		{"too small a pin of external addresses", pin(1, plan.External, "10.1.0.0/30"), "clusters[1].pins.external", "4 addresses, needs 8"},
		{"too small a pin of ingress addresses", func(s *plan.Spec) {
			s.Clusters[1].IngressIPs = now(5)
			pin(1, plan.Ingress, "fd99::/126")(s)
		}, "clusters[1].pins.ingress", "4 addresses, needs 5"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := corp()
			if err := s.Validate(); err != nil {
				t.Fatal(err)
			}
			tt.spoil(&s)
			err := s.Validate()
			var all plan.SpecErrors
			if !errors.As(err, &all) {
				t.Fatalf("Validate: %v", err)
			}
			if len(all) != 1 || all[0].Path != tt.path || !strings.Contains(all[0].Message, tt.says) {
				t.Errorf("got\n%v\nwant only %s: … %s …", err, tt.path, tt.says)
			}
			if all[0].Error() != "plan: "+all[0].Path+": "+all[0].Message {
				t.Errorf("text %q of %+v", all[0], all[0])
			}
			p, solveErr := plan.Solve(s)
			if p != nil || !errors.As(solveErr, &all) || solveErr.Error() != err.Error() {
				t.Errorf("Solve = %v, %v", p, solveErr)
			}
		})
	}
}

// Whoever fixes a file wants to see everything at once.
func TestValidateReportsEverything(t *testing.T) {
	s := plan.Spec{
		Pools:    []plan.PoolSpec{{Name: "a", Prefixes: prefixes("10.0.0.0/8"), Roles: []plan.Role{"egress"}}, {Name: "a", Prefixes: prefixes("10.1.0.0/16")}},
		Reserved: []plan.Reservation{{}},
		Networks: []plan.Network{{Name: "lan"}},
		Clusters: []plan.ClusterSpec{
			{Name: "b", IPAM: "dhcp", NodeNetwork: "vlan"},
			{Name: "b", Nodes: now(1), Kubernetes: k8sflags.Version{Major: 2}},
		},
	}
	err := s.Validate()
	var all plan.SpecErrors
	if !errors.As(err, &all) {
		t.Fatal(err)
	}
	var paths []string
	for _, e := range all {
		paths = append(paths, e.Path)
		var one *plan.SpecError
		if !errors.As(err, &one) || !slices.Contains(strings.Split(err.Error(), "\n"), e.Error()) {
			t.Errorf("%v is no line of its own", e)
		}
	}
	want := []string{
		"pools[0].roles[0]", "pools[1].name", "pools[1].prefixes[0]", "reserved[0].prefix", "networks[0]",
		"clusters[0].nodes", "clusters[0].ipam", "clusters[0].nodeNetwork", "clusters[1].name", "clusters[1].kubernetes",
	}
	if !slices.Equal(paths, want) {
		t.Errorf("paths %q, want %q", paths, want)
	}
}

// A pin may lie outside of every pool, and be larger than the need.
func TestValidateAcceptsPinsAnywhere(t *testing.T) {
	s := corp()
	s.Clusters[1].Pins = map[plan.Role]dualstack.Pair{
		plan.Node:    pair("fd99::/64"),
		plan.Pod:     pair("100.64.0.0/10"),
		plan.Service: pair("172.20.0.0/16,fd99:0:0:1::/112"),
		plan.Ingress: pair("192.168.7.0/28,fd99:0:0:2::/125"), // none is asked for
	}
	s.Networks[0].Pin = pair("172.16.0.0/12")
	s.Networks[0].Families = dualIPv4
	s.Clusters[1].Pins[plan.Service] = pair("192.168.0.0/22,fd99:0:0:1::/112")
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := p.Cluster("prod-us-1")
	if got := c.Block(plan.Ingress); got != pair("fd99:0:0:2::/125,192.168.7.0/28") {
		t.Errorf("ingress range %v: the cluster's families are IPv6 and IPv4", got)
	}
}

// Prefixes that a program built may have host bits.
func TestHostBitsAreMasked(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Nodes: now(1)})
	s.Pools[0].Prefixes = prefixes("10.1.2.3/8")
	s.Reserved = []plan.Reservation{{Prefix: prefix("10.0.0.77/9")}}
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	for b := range p.Blocks() {
		if !prefix("10.128.0.0/9").Contains(b.Range.V4().Addr()) {
			t.Errorf("%v is not in the free half", b)
		}
	}
	if got := p.Spec(); got.Pools[0].Prefixes[0] != prefix("10.0.0.0/8") || got.Reserved[0].Prefix != prefix("10.0.0.0/9") {
		t.Errorf("spec of the plan: %+v", got)
	}
}

// An IPv4-mapped range is IPv4 to one program and IPv6 to another, so that no
// cluster can have one.
func TestPoolsWithMappedAddressesAreRefused(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Nodes: now(1), Families: onlyIPv6})
	s.Pools[0].Prefixes = prefixes("::/64")
	err := s.Validate()
	var all plan.SpecErrors
	if !errors.As(err, &all) || len(all) != 1 || all[0].Path != "pools[0].prefixes[0]" || !strings.Contains(err.Error(), "IPv4-mapped") {
		t.Fatal(err)
	}
}

// What JSON would not restore is no text of a spec.
func TestValidateText(t *testing.T) {
	for path, edit := range map[string]func(s *plan.Spec){
		"pools[0].name":        func(s *plan.Spec) { s.Pools[0].Name = "\xff" },
		"pools[0].region":      func(s *plan.Spec) { s.Pools[0].Region = "\xff" },
		"reserved[0].reason":   func(s *plan.Spec) { s.Reserved[0].Reason = "\xff" },
		"zones[0].description": func(s *plan.Spec) { s.Zones[0].Description = "\xff" },
		"networks[0].region":   func(s *plan.Spec) { s.Networks[0].Region = "\xff" },
		"clusters[0].name":     func(s *plan.Spec) { s.Clusters[0].Name = "\xff" },
		"clusters[0].region":   func(s *plan.Spec) { s.Clusters[0].Region = "\xff" },
	} {
		s := oneCluster(plan.ClusterSpec{Name: "c", Nodes: now(2)})
		s.Reserved = []plan.Reservation{{Prefix: prefixes("192.0.2.0/24")[0]}}
		s.Zones = []plan.Zone{{Name: "z"}}
		s.Networks = []plan.Network{{Name: "n", Hosts: 3}}
		edit(&s)
		if err := s.Validate(); err == nil || err.Error() != "plan: "+path+`: "\xff" is not UTF-8` {
			t.Errorf("%s: %v", path, err)
		}
	}
}
