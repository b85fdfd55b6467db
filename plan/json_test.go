package plan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

func solved(t testing.TB, s plan.Spec) *plan.Plan {
	t.Helper()
	p, err := plan.Solve(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func text(t interface{ Fatal(...any) }, v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The same spec gives the same bytes, whatever the order of its lists, and so
// does the spec that the plan carries. What was written reads as it was.
func TestPlansAreDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genSpec().Draw(t, "spec")
		p := solveOrExplain(t, s)
		if p == nil {
			return
		}
		s = pinSome(t, s, p)
		if p = solveOrExplain(t, s); p == nil {
			return
		}
		want := text(t, p)
		seed := rapid.Uint64().Draw(t, "seed")
		before := text(t, s)
		for name, other := range map[string]plan.Spec{"again": s, "shuffled": shuffled(s, seed), "its own spec": p.Spec()} {
			q, err := plan.Solve(other)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := text(t, q); got != want {
				t.Fatalf("%s:\n%s\nwant\n%s", name, got, want)
			}
		}
		if text(t, s) != before {
			t.Fatal("Solve changed the spec")
		}
		back, err := plan.Decode([]byte(want))
		if err != nil {
			t.Fatalf("Decode: %v", err)
		}
		if got := text(t, back); got != want {
			t.Fatalf("read back:\n%s\nwant\n%s", got, want)
		}
		if !slices.Equal(slices.Collect(back.Blocks()), slices.Collect(p.Blocks())) {
			t.Fatal("read back, the blocks differ")
		}
	})
}

// shuffled is s with every list but the families of a cluster in another order.
func shuffled(s plan.Spec, seed uint64) plan.Spec {
	r := rand.New(rand.NewPCG(seed, 7))
	s.Pools, s.Reserved = slices.Clone(s.Pools), slices.Clone(s.Reserved)
	s.Networks, s.Clusters = slices.Clone(s.Networks), slices.Clone(s.Clusters)
	shuffle(r, s.Pools)
	shuffle(r, s.Reserved)
	shuffle(r, s.Networks)
	shuffle(r, s.Clusters)
	for i := range s.Pools {
		p := &s.Pools[i]
		p.Prefixes, p.Roles = slices.Clone(p.Prefixes), slices.Clone(p.Roles)
		shuffle(r, p.Prefixes)
		shuffle(r, p.Roles)
	}
	return s
}

func shuffle[T any](r *rand.Rand, s []T) {
	r.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
}

// The spec of a plan says what was left to defaults.
func TestSpecOfAPlanHasItsDefaults(t *testing.T) {
	s := corp()
	s.Clusters[3].NodeNetwork, s.Clusters[3].PodsPerNode, s.Clusters[3].IPAM = "vlan-7", 0, ""
	s.Clusters[1].Services = plan.Count{Now: 7, Max: 7}
	s.Pools[2].Roles = []plan.Role{plan.Ingress, plan.Node, plan.Pod, plan.Service, plan.External, plan.Node}
	got := solved(t, s).Spec()
	names := make([]string, len(got.Clusters))
	for i, c := range got.Clusters {
		names[i] = c.Name
	}
	if !slices.Equal(names, []string{"plant-1", "plant-2", "prod-eu-1", "prod-us-1"}) {
		t.Fatalf("clusters %q", names)
	}
	one, two, us := got.Clusters[0], got.Clusters[1], got.Clusters[3]
	if !slices.Equal(one.Families, onlyIPv4) || one.IPAM != "host-local" || two.PodsPerNode != 110 || two.IPAM != "host-local" {
		t.Errorf("defaults are not written out: %+v, %+v", one, two)
	}
	if !slices.Equal(us.Families, dualIPv6) || us.Services != now(7) {
		t.Errorf("families in another order, or a growth of nothing: %+v", us)
	}
	if !slices.Equal(got.Networks[0].Families, dualIPv4) {
		t.Errorf("the network has families %v, its clusters both", got.Networks[0].Families)
	}
	if got.Pools[2].Roles != nil || got.Pools[2].Name != "ula" {
		t.Errorf("all roles are as good as none: %+v", got.Pools[2])
	}
}

// Callers may do with a spec what they like.
func TestPlansShareNothingWithSpecs(t *testing.T) {
	s := corp()
	p := solved(t, s)
	want := text(t, p)
	for _, x := range []plan.Spec{s, p.Spec()} {
		x.Pools[0].Prefixes[0] = prefix("192.0.2.0/24")
		x.Pools[0].Roles[0] = plan.Service
		x.Reserved[0].Reason = "changed"
		x.Networks[0].Hosts = 9
		x.Clusters[0].Name = "changed"
		for i := range x.Clusters {
			if len(x.Clusters[i].Families) > 0 {
				x.Clusters[i].Families[0] = cidr.IPv6
			}
			for r := range x.Clusters[i].Pins {
				x.Clusters[i].Pins[r] = dualstack.Pair{}
			}
		}
	}
	c, _ := p.Cluster("prod-eu-1")
	cs := c.Spec()
	cs.Pins[plan.Pod], cs.Families[0] = dualstack.Pair{}, 0
	if got := text(t, p); got != want {
		t.Errorf("the plan changed to\n%s\nfrom\n%s", got, want)
	}
}

// A fleet of networks alone is a plan, written alike from either kind of none.
func TestPlanWithoutClusters(t *testing.T) {
	s := plan.Spec{Pools: []plan.PoolSpec{{Name: "a", Prefixes: prefixes("10.0.0.0/8")}}, Networks: []plan.Network{{Name: "lan", Hosts: 5}}}
	none := text(t, solved(t, s))
	s.Clusters, s.Reserved = []plan.ClusterSpec{}, []plan.Reservation{}
	if empty := text(t, solved(t, s)); empty != none || strings.Contains(none, "null") {
		t.Errorf("%s\n%s", none, empty)
	}
	if _, err := plan.Decode([]byte(none)); err != nil {
		t.Error(err)
	}
}

func TestJSONOfAPlan(t *testing.T) {
	s := corp()
	s.Clusters = s.Clusters[2:3]
	s.Pools, s.Reserved = s.Pools[:2], nil
	// The smallest of what is free is 10.192.0.0/10; the pods' range is the
	// largest, so that it comes first.
	const want = `{"format":1,` +
		`"clusters":[{"name":"plant-1","blocks":{"node":"10.192.8.0/26","pod":"10.192.0.0/21","service":"10.128.0.0/28"},"nodeMasks":{"v4":26},` +
		`"capacity":{"nodeAddresses":41,"nodeBlocks":32,"podsPerNode":61,"services":12,"externalIPs":0,"ingressIPs":0}}],` +
		`"networks":[{"name":"vlan-7","node":"10.192.8.0/26"}],` +
		`"spec":{"pools":[{"name":"corp","prefixes":["10.0.0.0/9","10.192.0.0/10"],"roles":["node","pod","external","ingress"]},` +
		`{"name":"services","prefixes":["10.128.0.0/12"],"roles":["service"]}],` +
		`"networks":[{"name":"vlan-7","families":["IPv4"],"hosts":20}],` +
		`"clusters":[{"name":"plant-1","kubernetes":"1.32","families":["IPv4"],"nodes":30,"podsPerNode":50,"ipam":"host-local","nodeNetwork":"vlan-7"}]}}`
	if got := text(t, solved(t, s)); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// Each case is one change of a good document.
func TestDecodeRefuses(t *testing.T) {
	good := text(t, solved(t, corp()))
	if _, err := plan.Decode([]byte(good)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, old, new, says string }{
		{"another format", `"format":1`, `"format":2`, "format 2: this version reads format 1"},
		{"no format", `"format":1,`, ``, "format 0"},
		{"an unknown field", `"format":1`, `"format":1,"colour":"red"`, `unknown field "colour"`},
		{"an unknown role", `"blocks":{`, `"blocks":{"egress":"10.9.0.0/16",`, `unknown field "egress"`},
		{"an unknown field of the spec", `"hosts":20`, `"hosts":20,"vlan":7`, `unknown field "vlan"`},
		{"an unknown field of a count", `{"now":120,"max":300}`, `{"now":120,"most":300}`, `unknown field "most"`},
		{"a field in other letters", `"format":1`, `"Format":1`, `unknown field "Format"`},
		{"a field of a cluster in other letters", `"blocks":{`, `"Blocks":{`, `unknown field "Blocks"`},
		{"a field of a count in other letters", `{"now":120,"max":300}`, `{"now":120,"Max":300}`, `unknown field "Max"`},
		{"a field of the spec in other letters", `"hosts":20`, `"HOSTS":20`, `unknown field "HOSTS"`},
		{"a field twice", `"format":1`, `"format":1,"format":1`, `"format" stands twice`},
		{"a field of a cluster twice", `"blocks":{`, `"blocks":{},"blocks":{`, `"blocks" stands twice`},
		{"a field of the spec twice", `"hosts":20`, `"hosts":20,"hosts":20`, `"hosts" stands twice`},
		{"a count that is text", `"nodes":30`, `"nodes":"30"`, "a number"},
		{"an invalid spec", `"nodes":30`, `"nodes":0`, "0 nodes"},
		{"host bits", `"node":"10.1.48.0/23`, `"node":"10.1.48.1/23`, "host bits"},

		{"a range moved onto another", `"node":"10.1.48.0/23`, `"node":"10.1.30.0/23`, "overlap"},
		{"a range moved out of its pool", `"node":"10.1.48.0/23`, `"node":"172.16.0.0/23`, "lies in no pool for node ranges"},
		{"a range moved into a pool for others", `"node":"10.1.48.0/23`, `"node":"10.129.0.0/23`, "lies in no pool for node ranges"},
		{"a range moved onto a reservation", `"node":"10.1.48.0/23`, `"node":"10.0.2.0/23`, "reserved (head office LAN)"},
		{"a range in another order of families", `"external":"fd12:3456:789a:163::4:0/112,10.1.51.16/29"`, `"external":"10.1.51.16/29,fd12:3456:789a:163::4:0/112"`, "want [IPv6 IPv4]"},
		{"a range that lacks a family", `"external":"fd12:3456:789a:163::4:0/112,10.1.51.16/29"`, `"external":"10.1.2.80/29"`, "want [IPv6 IPv4]"},
		{"a range that is too small", `"external":"fd12:3456:789a:163::4:0/112,10.1.51.16/29"`, `"external":"fd12:3456:789a:163::4:0/112,10.1.51.16/30"`, "4 addresses, needs 8"},
		{"a range that is missing", `,"external":"fd12:3456:789a:163::4:0/112,10.1.51.16/29"`, ``, "it has no external range"},
		{"a range that nobody asked for", `"external":"fd12:3456:789a:163::4:0/112,10.1.51.16/29"`, `"external":"fd12:3456:789a:163::4:0/112,10.1.51.16/29","ingress":"fd12:3456:789a:164::/112,10.9.0.0/24"`, "asks for no such range"},
		{"a pin that moved", `"pod":"10.244.0.0/15,`, `"pod":"10.246.0.0/15,`, "10.246.0.0/15 is not 10.244.0.0/15, where it is pinned"},
		{"a pin that changed", `"pins":{"pod":"10.244.0.0/15,`, `"pins":{"pod":"10.242.0.0/15,`, "where it is pinned"},
		{"a network that is not its clusters'", `"node":"10.1.50.0/25",`, `"node":"10.2.50.0/25",`, `of network "vlan-7"`},
		{"a network that lacks a range", `{"name":"vlan-7","node":"10.1.50.0/25,fd12:3456:789a:160::/64"}`, ``, `of network "vlan-7"`},
		{"a network twice", `{"name":"vlan-7","node":"10.1.50.0/25,fd12:3456:789a:160::/64"}`, `{"name":"vlan-7","node":"10.1.50.0/25,fd12:3456:789a:160::/64"},{"name":"vlan-7","node":"10.1.50.0/25,fd12:3456:789a:160::/64"}`, "second"},
		{"a network that is not in the spec", `{"name":"vlan-7","node":`, `{"name":"vlan-8","node":"10.9.0.0/24"},{"name":"vlan-7","node":`, "no such range"},
		{"a cluster that is not in the spec", `"clusters":[{"name":`, `"clusters":[{"name":"ghost","blocks":{"pod":"10.9.0.0/16"},"nodeMasks":{}},{"name":`, "no such cluster"},
		{"a cluster without ranges that is not in the spec", `"clusters":[{"name":`, `"clusters":[{"name":"ghost","blocks":{},"nodeMasks":{}},{"name":`, `"ghost"`},
		{"a cluster twice", `"clusters":[{"name":`, `"clusters":[{"name":"prod-eu-1","blocks":{},"nodeMasks":{"v4":25,"v6":64}},{"name":`, `"prod-eu-1"`},
		{"node masks that are not there", `"nodeMasks":{"v4":24,"v6":64}`, `"nodeMasks":{"v4":24}`, "IPv6 node mask 0"},
		{"node masks that Kubernetes refuses", `"nodeMasks":{"v4":24,"v6":64}`, `"nodeMasks":{"v4":24,"v6":72}`, "17 bits longer"},
		{"node masks that leave too few blocks", `"nodeMasks":{"v4":24,"v6":64}`, `"nodeMasks":{"v4":23,"v6":63}`, "256 node blocks, needs 300"},
		{"node masks that leave too few pods", `"nodeMasks":{"v4":24,"v6":64}`, `"nodeMasks":{"v4":26,"v6":64}`, "61 pods, needs 110"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(good, tt.old) {
				t.Fatalf("no %s", tt.old)
			}
			p, err := plan.Decode([]byte(strings.Replace(good, tt.old, tt.new, 1)))
			if err == nil || p != nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Decode = %v, %v; want … %s …", p, err, tt.says)
			}
			if err != nil && !strings.HasPrefix(err.Error(), "plan: decode: ") {
				t.Errorf("message %q", err)
			}
		})
	}
	for name, text := range map[string]string{
		"nothing": "", "null": "null", "a list": "[]", "half": good[:len(good)/2],
		"something behind": good + "{}", "a brace behind": good + "}", "text behind": good + "x",
	} {
		if p, err := plan.Decode([]byte(text)); err == nil || p != nil {
			t.Errorf("%s: Decode = %v, %v", name, p, err)
		}
	}
	if _, err := plan.Decode([]byte(good + " \n")); err != nil {
		t.Errorf("white space behind: %v", err)
	}
	var invalid plan.SpecErrors
	if _, err := plan.Decode([]byte(strings.Replace(good, `"nodes":30`, `"nodes":0`, 1))); !errors.As(err, &invalid) {
		t.Errorf("an invalid spec: %v", err)
	}
}

// Nodes keep the length of their blocks for life: masks that do are taken from
// the document, even where others would be chosen today.
func TestDecodeKeepsNodeMasks(t *testing.T) {
	s := oneCluster(plan.ClusterSpec{Nodes: now(300), Pins: map[plan.Role]dualstack.Pair{plan.Pod: pair("10.0.0.0/14")}})
	old := strings.Replace(text(t, solved(t, s)), `"nodeMasks":{"v4":25}`, `"nodeMasks":{"v4":23}`, 1)
	p, err := plan.Decode([]byte(old))
	if err != nil {
		t.Fatal(err)
	}
	c, _ := p.Cluster("c")
	if c.NodeMasks() != (dualstack.Masks{V4: 23}) || c.Capacity().NodeBlocks != 512 || c.Capacity().PodsPerNode != 509 {
		t.Errorf("masks %v, capacity %+v", c.NodeMasks(), c.Capacity())
	}
	again, err := plan.Decode([]byte(text(t, p)))
	if err != nil || text(t, again) != text(t, p) {
		t.Errorf("written and read again: %v", err)
	}
}

// What rests is a range, and rests until some time.
func TestDecodeRefusesWhatCannotRest(t *testing.T) {
	good := text(t, solved(t, corp()))
	for _, tt := range []struct{ rests, says string }{
		{`{"prefix":"10.9.0.0/16","until":"2026-03-01T00:00:00Z"}`, ""},
		{`{"prefix":"","until":"2026-03-01T00:00:00Z"}`, "quarantine"},
		{`{"prefix":"10.9.0.1/16","until":"2026-03-01T00:00:00Z"}`, "host bits"},
		{`{"prefix":"::ffff:10.9.0.0/112","until":"2026-03-01T00:00:00Z"}`, "IPv4-mapped"},
		{`{"prefix":"10.0.0.0/8","until":"2026-03-01T00:00:00Z"}`, "10.0.0.0/8 rests until"},
		{`{"prefix":"10.9.0.0/16"}`, "10.9.0.0/16 rests until no time"},
	} {
		_, err := plan.Decode([]byte(strings.Replace(good, `"spec":`, `"quarantine":[`+tt.rests+`],"spec":`, 1)))
		if tt.says == "" && err != nil || tt.says != "" && (err == nil || !strings.Contains(err.Error(), tt.says)) {
			t.Errorf("%s: %v", tt.rests, err)
		}
	}
}

// The zero Plan is empty.
func TestZeroPlan(t *testing.T) {
	var p plan.Plan
	for b := range p.Blocks() {
		t.Errorf("block %v", b)
	}
	for range p.Clusters() {
		t.Error("a cluster")
	}
	for range p.Pools() {
		t.Error("a pool")
	}
	for range p.Owners(prefix("10.0.0.0/8").Addr()) {
		t.Error("an owner")
	}
	if _, ok := p.Cluster(""); ok {
		t.Error("a cluster without a name")
	}
	if b, err := p.MarshalJSON(); err != nil || !bytes.HasPrefix(b, []byte(`{"format":1,"clusters":[],`)) {
		t.Errorf("JSON %s, %v", b, err)
	}
}

// What Decode accepts is a plan: it writes what it read again equally, and
// nothing is wrong with it.
func FuzzDecode(f *testing.F) {
	good, err := plan.Solve(corp())
	if err != nil {
		f.Fatal(err)
	}
	b, err := good.MarshalJSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := plan.Decode(b)
		if err != nil {
			if p != nil || err.Error() == "" {
				t.Errorf("%v beside %v", p, err)
			}
			return
		}
		if fs := wrong(p.Audit()); len(fs) > 0 {
			t.Errorf("accepted with %v", fs)
		}
		once := text(t, p)
		q, err := plan.Decode([]byte(once))
		if err != nil {
			t.Fatalf("does not read what it writes: %v\n%s", err, once)
		}
		if twice := text(t, q); twice != once {
			t.Errorf("%s\nreads as\n%s", once, twice)
		}
		for c := range p.Clusters() {
			if got := c.Capacity(); got.NodeBlocks < c.Spec().Nodes.Need() {
				t.Errorf("cluster %q: %+v", c.Name(), got)
			}
		}
	})
}

// The committed corpus has at least one document that is accepted.
func TestFuzzCorpusHasPlans(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "fuzz", "FuzzDecode", "plan_*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, quoted, _ := strings.Cut(string(b), "[]byte(")
		var doc string
		if err := json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimSpace(quoted), ")")), &doc); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if _, err := plan.Decode([]byte(doc)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}
