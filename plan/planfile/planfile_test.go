package planfile_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/planfile"
	"github.com/kubecidr/kubecidr/plan/platform"
	"go.yaml.in/yaml/v3"
)

const whole = `
pools:
  - {name: corp, prefixes: [10.0.0.0/9, 10.192.0.0/10], roles: [node, pod, external, ingress]}
  - {name: services, prefixes: [10.128.0.0/12], roles: [service]}
  - {name: ula, prefixes: ["fd12:3456:789a::/48"]}
  - {name: dmz, prefixes: [172.16.0.0/16], zone: dmz, region: eu, fit: sparse, headroom: 2, cooldown: 30d}
reserved:
  - {prefix: 10.0.0.0/16, reason: head office LAN}
peers:
  - {name: partner, prefixes: [10.2.0.0/16, "fd99::/48"]}
zones:
  - {name: dmz, description: reached from the internet}
meshes:
  - {name: shops, kind: cilium-clustermesh, clusters: [prod-eu-1, factory]}
share: [pod, service]
networks:
  - {name: vlan-12, families: [IPv4], hosts: 20, pin: 10.1.0.0/22}
  - {name: edge, hosts: 5, zone: dmz, region: eu}
clusters:
  - name: prod-eu-1
    kubernetes: "1.34"
    platform: openshift
    families: [IPv4, IPv6]
    region: eu
    nodes: {now: 120, max: 300}
    surge: 25%
    churn: {podsPerNodePerMinute: 2.5, cooldown: 30s}
    podsPerNode: 110
    services: 2000
    externalIPs: 64
    ingressIPs: {now: 8, max: 16}
    ipam: host-local
    pins: {pod: "10.244.0.0/14,fd12:3456:789a:f400::/54"}
    extra:
      - {name: edge, role: node, zone: dmz, count: {now: 4, max: 8}}
      - {name: vip, role: external, families: [IPv4], bits: {v4: 28}}
      - {name: old, role: external, families: [IPv4], pin: 192.0.2.0/28}
  - name: factory
    kubernetes: 1.30 # without quotes it is still 1.30 and not 1.3
    zone: dmz
    nodes: {now: 40, growthPerYear: 10%, horizon: 2y}
    surge: 3
    nodeNetwork: vlan-12
`

func wholeSpec() plan.Spec {
	return plan.Spec{
		Pools: []plan.PoolSpec{
			{Name: "corp", Prefixes: prefixes("10.0.0.0/9,10.192.0.0/10"), Roles: []plan.Role{plan.Node, plan.Pod, plan.External, plan.Ingress}},
			{Name: "services", Prefixes: prefixes("10.128.0.0/12"), Roles: []plan.Role{plan.Service}},
			{Name: "ula", Prefixes: prefixes("fd12:3456:789a::/48")},
			{Name: "dmz", Prefixes: prefixes("172.16.0.0/16"), Zone: "dmz", Region: "eu", Fit: plan.Sparse, Headroom: 2, Cooldown: 30 * plan.Day},
		},
		Reserved: []plan.Reservation{{Prefix: cidr.MustParse("10.0.0.0/16"), Reason: "head office LAN"}},
		Peers:    []plan.Peer{{Name: "partner", Prefixes: prefixes("10.2.0.0/16,fd99::/48")}},
		Zones:    []plan.Zone{{Name: "dmz", Description: "reached from the internet"}},
		Meshes:   []plan.Mesh{{Name: "shops", Kind: plan.ClusterMesh, Clusters: []string{"prod-eu-1", "factory"}}},
		Share:    []plan.Role{plan.Pod, plan.Service},
		Networks: []plan.Network{
			{Name: "vlan-12", Families: []cidr.Family{cidr.IPv4}, Hosts: 20, Pin: dualstack.MustParse("10.1.0.0/22")},
			{Name: "edge", Hosts: 5, Zone: "dmz", Region: "eu"},
		},
		Clusters: []plan.ClusterSpec{
			{
				Name: "prod-eu-1", Kubernetes: k8sflags.Version{Major: 1, Minor: 34}, Platform: platform.OpenShift, Families: []cidr.Family{cidr.IPv4, cidr.IPv6},
				Region: "eu", Surge: plan.Amount{N: 25, Percent: true},
				Churn: plan.Churn{PodsPerNodePerMinute: 2.5, Cooldown: plan.Duration(30 * time.Second)},
				Nodes: plan.Count{Now: 120, Max: 300}, PodsPerNode: 110, Services: plan.Count{Now: 2000},
				ExternalIPs: plan.Count{Now: 64}, IngressIPs: plan.Count{Now: 8, Max: 16}, IPAM: k8sflags.HostLocal,
				Pins: map[plan.Role]dualstack.Pair{plan.Pod: dualstack.MustParse("10.244.0.0/14,fd12:3456:789a:f400::/54")},
				Extra: []plan.BlockSpec{
					{Name: "edge", Role: plan.Node, Zone: "dmz", Count: plan.Count{Now: 4, Max: 8}},
					{Name: "vip", Role: plan.External, Families: []cidr.Family{cidr.IPv4}, Bits: dualstack.Masks{V4: 28}},
					{Name: "old", Role: plan.External, Families: []cidr.Family{cidr.IPv4}, Pin: dualstack.MustParse("192.0.2.0/28")},
				},
			},
			{
				Name: "factory", Kubernetes: k8sflags.Version{Major: 1, Minor: 30}, Zone: "dmz", NodeNetwork: "vlan-12",
				Nodes: plan.Count{Now: 40, GrowthPerYear: plan.Amount{N: 10, Percent: true}, Horizon: 2 * plan.Year}, Surge: plan.Amount{N: 3},
			},
		},
	}
}

func TestParseReadsEveryField(t *testing.T) {
	got, err := planfile.Parse("fleet.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(wholeSpec(), got); d != "" {
		t.Error(d)
	}
}

func TestParseReadsTheJSONOfASpec(t *testing.T) {
	b, err := json.MarshalIndent(wholeSpec(), "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	got, err := planfile.Parse("fleet.json", b)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(wholeSpec(), got); d != "" {
		t.Error(d)
	}
}

// A program may have a Spec inside a configuration of its own, and read or
// write that with a YAML library.
func TestSpecHasTagsForYAML(t *testing.T) {
	var direct plan.Spec
	if err := yaml.Unmarshal([]byte(whole), &direct); err != nil {
		t.Fatal(err)
	}
	if d := diff(wholeSpec(), direct); d != "" {
		t.Error(d)
	}
	b, err := yaml.Marshal(wholeSpec())
	if err != nil {
		t.Fatal(err)
	}
	got, err := planfile.Parse("fleet.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(wholeSpec(), got); d != "" {
		t.Error(d)
	}
}

func TestMergedKeysAreDefaults(t *testing.T) {
	const text = `
pools: [{name: p, prefixes: [10.0.0.0/8]}]
clusters:
  - &small {name: a, nodes: 10, podsPerNode: 30}
  - &large {<<: *small, name: b, nodes: 100}
  - {<<: *large, name: c}
  - {name: d, <<: [*small, *large]}
`
	s, err := planfile.Parse("fleet.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	want := []plan.ClusterSpec{
		{Name: "a", Nodes: plan.Count{Now: 10}, PodsPerNode: 30},
		{Name: "b", Nodes: plan.Count{Now: 100}, PodsPerNode: 30},
		{Name: "c", Nodes: plan.Count{Now: 100}, PodsPerNode: 30},
		{Name: "d", Nodes: plan.Count{Now: 10}, PodsPerNode: 30}, // the first merged wins
	}
	if d := diff(want, s.Clusters); d != "" {
		t.Error(d)
	}
}

// A field may be wrong for several reasons, and so may fields inside of it.
func TestErrorsOfOneField(t *testing.T) {
	_, err := planfile.Parse("f.yaml", []byte(`
pools: [{name: p, prefixes: [10.0.0.0/8]}]
reserved: [{prefix: 10.0.0.0/24}, {prefix: 10.0.1.0/24}]
clusters:
  - {name: a, nodes: 10, pins: {pod: 10.0.0.0/16}}
`))
	const want = "f.yaml:5: clusters[0].pins.pod: cluster \"a\": 10.0.0.0/16 overlaps 10.0.0.0/24, reserved\n" +
		"f.yaml:5: clusters[0].pins.pod: cluster \"a\": 10.0.0.0/16 overlaps 10.0.1.0/24, reserved"
	if err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

func TestErrors(t *testing.T) {
	const pools = "pools: [{name: p, prefixes: [10.0.0.0/8]}]\n"
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"nothing", "", []string{"f.yaml: the file is empty: want pools and clusters"}},
		{"only a comment", "# later\n", []string{"f.yaml: the file is empty: want pools and clusters"}},
		{"not YAML", "pools: [\n", []string{"f.yaml:1: did not find expected node content"}},
		{"two documents", pools + "clusters: [{name: a, nodes: 1}]\n---\nfoo: 1\n", []string{"f.yaml:3: a second document: want one spec a file"}},
		{"a list", "- 1\n", []string{"f.yaml:1: want fields (clusters, meshes, networks, peers, pools, reserved, share, zones), not a list"}},
		{"text", "hello\n", []string{`f.yaml:1: want fields (clusters, meshes, networks, peers, pools, reserved, share, zones), not "hello"`}},
		{"an unknown key", pools + "clusters:\n  - {name: a, nodes: 1, pod: 3}\n", []string{
			`f.yaml:3: clusters[0].pod: unknown key "pod": want one of churn, externalIPs, extra, families, ingressIPs, ipam, kubernetes, name, nodeNetwork, nodes, pins, platform, podsFromNodeRange, podsPerNode, region, services, surge, zone`,
		}},
		{"a key twice", pools + "clusters:\n  - name: a\n    nodes: 1\n    nodes: 2\n", []string{
			"f.yaml:5: clusters[0].nodes: the key stands twice, first in line 4",
		}},
		{"a name twice", pools + "clusters:\n  - {name: a, nodes: 1}\n  - {name: a, nodes: 1}\n", []string{
			`f.yaml:4: clusters[1].name: cluster "a" stands twice, first at clusters[0]`,
		}},
		{"a key without a value", pools + "clusters:\n  - name: a\n    nodes:\n", []string{
			"f.yaml:4: clusters[0].nodes: it has no value",
		}},
		{"an element without a value", "pools:\n  - name: p\n    prefixes: [~]\nclusters: [{name: a, nodes: 1}]\n", []string{
			"f.yaml:3: pools[0].prefixes[0]: want a prefix such as 10.0.0.0/16, not nothing",
		}},
		{"bad values, all of them", pools + `clusters:
  - name: a
    kubernetes: latest
    families: [IPv5]
    nodes: many
    podsPerNode: -3
    services: {now: 1, most: 2}
    externalIPs: 1.5
    pins: {pod: 10.0.0.0/8/8, service: 10.0.0.1/24}
`, []string{
			`f.yaml:4: clusters[0].kubernetes: version "latest": want major.minor, like 1.34: unsupported Kubernetes version`,
			`f.yaml:5: clusters[0].families[0]: family "IPv5": want IPv4 or IPv6`,
			`f.yaml:6: clusters[0].nodes: "many" is not a number from 0 on`,
			`f.yaml:7: clusters[0].podsPerNode: "-3" is not a number from 0 on`,
			`f.yaml:8: clusters[0].services.most: unknown key "most": want one of growthPerYear, horizon, max, now`,
			`f.yaml:9: clusters[0].externalIPs: "1.5" is not a number from 0 on`,
			`f.yaml:10: clusters[0].pins.pod: "10.0.0.0/8/8": prefix length "8/8" is not a number from 0 to 32`,
			`f.yaml:10: clusters[0].pins.service: "10.0.0.1/24" has host bits set (network is 10.0.0.0/24)`,
		}},
		{"errors of reading and of meaning together, by line", `pools:
  - {name: p, prefixes: [10.0.0.0/8]}
  - {name: q, prefixes: [10.1.0.0/16]}
clusters:
  - {name: a, nodes: 0}
  - {name: b, nodes: x}
`, []string{
			`f.yaml:3: pools[1].prefixes[0]: pools must not overlap: 10.1.0.0/16 of pool "q" and 10.0.0.0/8 of pool "p"`,
			`f.yaml:5: clusters[0].nodes: cluster "a" has 0 nodes`,
			`f.yaml:6: clusters[1].nodes: "x" is not a number from 0 on`,
		}},
		{"what is missing is reported where it should stand", "pools:\n  - prefixes: [10.0.0.0/8]\n", []string{
			"f.yaml:1: clusters: there is no cluster to plan for",
			"f.yaml:2: pools[0].name: the pool has no name",
		}},
		{"a mapping that merges itself", pools + "clusters:\n  - &a {name: a, nodes: 1, <<: *a}\n", []string{
			"f.yaml:3: clusters[0]: it merges itself",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := planfile.Parse("f.yaml", []byte(tt.text))
			if d := diff(plan.Spec{}, s); d != "" {
				t.Errorf("a spec beside the error: %s", d)
			}
			var errs planfile.Errors
			if !errors.As(err, &errs) || len(errs) != len(tt.want) {
				t.Fatalf("got\n%v\nwant\n%s", err, strings.Join(tt.want, "\n"))
			}
			for i, e := range errs {
				if e.Error() != tt.want[i] {
					t.Errorf("got  %v\nwant %s", e, tt.want[i])
				}
			}
			var one *planfile.Error
			if !errors.As(err, &one) || one != errs[0] || err.Error() != strings.Join(tt.want, "\n") {
				t.Errorf("as one error: %v", err)
			}
		})
	}
}

func TestTheFleetOfTheExampleIsFeasible(t *testing.T) {
	b, err := os.ReadFile("../../examples/fleet/fleet.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := planfile.Parse("fleet.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	if fs := p.Audit(); len(fs) > 0 {
		t.Error(fs)
	}
}

// Whatever the text, Parse returns a valid spec or errors that name the file.
func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("clusters: [{<<: *a}]"))
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte(`{"pools": [], "clusters": null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := planfile.Parse("f.yaml", text)
		if err == nil {
			if err := s.Validate(); err != nil {
				t.Fatalf("an invalid spec without an error: %v", err)
			}
			return
		}
		var errs planfile.Errors
		if !errors.As(err, &errs) || len(errs) == 0 {
			t.Fatalf("%T is not Errors", err)
		}
		for _, e := range errs {
			if !strings.HasPrefix(e.Error(), "f.yaml:") || strings.Contains(e.Error(), "\n") {
				t.Fatalf("not one line with the file's name: %q", e)
			}
		}
	})
}

func prefixes(list string) []netip.Prefix {
	ps, err := cidr.ParseList(list)
	if err != nil {
		panic(err)
	}
	return ps
}

func diff(want, got any) string {
	return cmp.Diff(want, got,
		cmp.Comparer(func(a, b netip.Prefix) bool { return a == b }),
		cmp.Comparer(func(a, b dualstack.Pair) bool { return a == b }))
}
