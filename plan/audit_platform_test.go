package plan_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/platform"
	"pgregory.net/rapid"
)

// said has severity, whose range it is, and the fact of each finding.
func said(fs []plan.Finding) []string {
	var lines []string
	for _, f := range fs {
		_, fact, _ := strings.Cut(f.Fix, "; ")
		fact, source, _ := strings.Cut(fact, ": ")
		if source == "" {
			fact = "without a source"
		}
		lines = append(lines, strings.Join(strings.Fields(f.Severity.String()+" "+f.Rule+" "+f.Pool+f.Network+f.Cluster+" "+string(f.Role)+" "+f.Name+" "+fact), " "))
	}
	return lines
}

// What is known of a range stands beside it with severity, fact and source.
func TestAuditByFacts(t *testing.T) {
	pins := func(node, pod, service string) map[plan.Role]dualstack.Pair {
		return map[plan.Role]dualstack.Pair{plan.Node: pair(node), plan.Pod: pair(pod), plan.Service: pair(service)}
	}
	subnets := func(a, b string) []plan.BlockSpec {
		return []plan.BlockSpec{{Name: "a", Role: plan.Node, Pin: pair(a)}, {Name: "b", Role: plan.Node, Pin: pair(b)}}
	}
	for _, tt := range []struct {
		name string
		n    platform.Name
		c    plan.ClusterSpec
		want []string
	}{
		{"nothing", "", plan.ClusterSpec{Pins: pins("10.1.0.0/24", "10.2.0.0/16", "10.3.0.0/20")}, nil},
		{"Docker's networks", "", plan.ClusterSpec{Pins: pins("172.17.0.0/24", "172.20.0.0/16", "192.168.0.0/20")},
			[]string{"warning special -1 node ANY-10", "warning special -1 pod ANY-11", "warning special -1 service ANY-11"}},
		{"documentation, shared space, reserved space", "", plan.ClusterSpec{Pins: pins("192.0.2.0/24", "100.96.0.0/16", "240.0.0.0/20")},
			[]string{"warning special -1 node IP-05", "info special -1 pod IP-34", "warning special -1 service IP-14"}},
		{"metadata services", "", plan.ClusterSpec{Pins: pins("168.63.129.0/24", "100.100.0.0/16", "10.3.0.0/20")},
			[]string{"warning special -1 node ANY-22", "info special -1 pod IP-34", "warning special -1 pod ANY-23"}},
		{"unique local addresses without an ID", "", plan.ClusterSpec{Families: onlyIPv6, Pins: pins("fd00:0:0:1::/64", "fc00::/56", "fd00:ec2::/112")},
			[]string{"warning special -1 node IP-33", "warning special -1 pod IP-32", "warning special -1 service ANY-21"}},
		{"OpenShift with IPv6 first", platform.OpenShift, plan.ClusterSpec{Families: dualIPv6, Nodes: now(3)}, []string{"warning platform openshift-1 OPENSHIFT-06"}},
		{"a GKE pod range that it does not create", platform.GKE, plan.ClusterSpec{Pins: pins("10.1.0.0/24", "10.2.0.0/22", "10.3.0.0/20"), Nodes: now(3)},
			[]string{"warning platform gke-1 pod GKE-04"}},
		{"pods of an AKS overlay in public addresses", platform.AKS, plan.ClusterSpec{Pins: pins("10.1.0.0/24", "11.0.0.0/16", "10.3.0.0/20"), IPAM: k8sflags.AKSOverlay},
			[]string{"info platform aks-1 pod AKS-52"}},
		{"the same under kubenet", platform.AKS, plan.ClusterSpec{Pins: pins("10.1.0.0/24", "11.0.0.0/16", "10.3.0.0/20")}, nil},
		{"one EKS subnet", platform.EKS, plan.ClusterSpec{Nodes: now(200)}, []string{"warning platform eks-1 node EKS-10"}},
		{"a full EKS subnet", platform.EKS, plan.ClusterSpec{Nodes: now(10), Extra: subnets("10.1.0.0/24", "10.1.1.0/24")}, []string{"warning platform eks-1 node EKS-11"}},
		{"EKS subnets in one VPC", platform.EKS, plan.ClusterSpec{Nodes: now(200), Extra: subnets("10.1.0.0/24", "100.64.1.0/24")}, []string{"info special eks-1 node b IP-34"}},
		{"EKS subnets that no VPC has", platform.EKS, plan.ClusterSpec{Nodes: now(200), Extra: subnets("10.1.0.0/24", "172.16.1.0/24")},
			[]string{"warning platform eks-1 EKS-50", "warning platform eks-1 EKS-52"}},
		{"EKS pods in another range of the VPC", platform.EKS, plan.ClusterSpec{Nodes: now(100), IPAM: k8sflags.VPCCNI, PodsPerNode: 20, Extra: subnets("10.1.0.0/24", "10.1.1.0/24"),
			Pins: map[plan.Role]dualstack.Pair{plan.Pod: pair("198.19.0.0/16")}},
			[]string{"warning special eks-1 pod IP-10", "warning platform eks-1 EKS-50", "warning platform eks-1 EKS-54"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := plan.Solve(on(tt.n, tt.c))
			if err != nil {
				t.Fatal(err)
			}
			if got := said(p.Audit()); !slices.Equal(got, tt.want) {
				t.Errorf("%q\nwant %q", got, tt.want)
			}
		})
	}
}

// Of ranges that nobody has planned, what the platform refuses is an error.
func TestAuditOfWhatIsRefused(t *testing.T) {
	s := on(platform.AKS, plan.ClusterSpec{Nodes: now(3)})
	s.Pools[0].Prefixes = append(s.Pools[0].Prefixes, prefixes("172.16.0.0/12", "168.0.0.0/8", "126.0.0.0/7")...)
	fs := plan.Audit(s, []plan.Block{
		{Cluster: "aks-1", Role: plan.Node, Range: pair("168.63.129.0/24")},
		{Cluster: "aks-1", Role: plan.Pod, Range: pair("172.30.0.0/16")},
		{Cluster: "aks-1", Role: plan.Service, Range: pair("172.16.0.0/12")},
		{Cluster: "other", Role: plan.External, Range: pair("127.1.0.0/24")},
	})
	want := []string{
		"warning special aks-1 node ANY-22", "error platform aks-1 node AKS-21",
		"warning special aks-1 pod ANY-11", "error platform aks-1 pod AKS-20",
		"error platform aks-1 service AKS-07", "error special other external IP-02",
	}
	got := said(slices.DeleteFunc(fs, func(f plan.Finding) bool { return f.Rule != plan.RuleSpecial && f.Rule != plan.RulePlatform }))
	for _, w := range want {
		if !slices.Contains(got, w) {
			t.Errorf("no %q in %q", w, got)
		}
	}
}

// What holds under one IPAM alone is found under that one.
func TestAuditByIPAM(t *testing.T) {
	for m, want := range map[k8sflags.IPAM][]string{
		k8sflags.AKSPodSubnetStatic: {"error platform aks-1 pod AKS-08"},
		k8sflags.AKSPodSubnet:       nil,
	} {
		fs := plan.Audit(on(platform.AKS, plan.ClusterSpec{IPAM: m}), []plan.Block{
			{Cluster: "aks-1", Role: plan.Node, Range: pair("10.128.0.0/24")},
			{Cluster: "aks-1", Role: plan.Pod, Range: pair("10.0.0.0/11")},
			{Cluster: "aks-1", Role: plan.Service, Range: pair("10.129.0.0/16")},
		})
		if got := said(fs); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", m, got, want)
		}
	}
}

// What holds for all of a pool is said once, and not of every range.
func TestAuditOfPools(t *testing.T) {
	s := plan.Spec{Pools: []plan.PoolSpec{
		{Name: "pods", Prefixes: prefixes("100.64.0.0/10"), Roles: []plan.Role{plan.Pod}},
		{Name: "rest", Prefixes: prefixes("172.16.0.0/14"), Fit: plan.FirstFit},
		{Name: "ula", Prefixes: prefixes("fd00::/48")},
	}}
	for _, name := range []string{"a", "b", "c"} {
		s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: name, Families: dualIPv4, Nodes: now(50)})
	}
	s.Clusters[2].Pins = map[plan.Role]dualstack.Pair{plan.Service: pair("172.17.0.0/20")}
	fs := solved(t, s).Audit()
	if got, want := said(fs), []string{"info special pods IP-34", "warning special ula IP-33", "warning special c service ANY-10"}; !slices.Equal(got, want) {
		t.Errorf("%q", fs)
	}
	if got, want := fs[1].String(), `warning special: pool "ula": fd00::/48 lies in fd00::/48: the global ID is zero, as many others have it: `+
		`a random one keeps networks apart that are joined one day (take other space, or leave it and know why; IP-33: RFC 4193 section 3.2.2)`; got != want {
		t.Errorf("%s", got)
	}
}

// A network is judged by the platforms of all who are in it, once by each fact.
func TestAuditOfNetworks(t *testing.T) {
	s := on(platform.GKE, plan.ClusterSpec{NodeNetwork: "lan", IPAM: k8sflags.GKE})
	for _, n := range []platform.Name{platform.OpenShift, ""} {
		s.Clusters = append(s.Clusters, plan.ClusterSpec{Name: string(n) + "-2", Platform: n, Nodes: now(3), NodeNetwork: "lan"})
	}
	s.Networks = []plan.Network{{Name: "lan", Pin: pair("172.17.0.0/24")}}
	want := []string{"warning special lan node ANY-10", "warning platform lan node GKE-13", "warning platform lan node OPENSHIFT-16"}
	if got := said(solved(t, s).Audit()); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// A plan for any platforms breaks no fact that is an error, and can be read
// back.
func TestPlansOfPlatformsAreTaken(t *testing.T) {
	names := append(slices.Collect(platform.Names()), "")
	ipams := append(slices.Collect(k8sflags.IPAMs()), "")
	rapid.Check(t, func(t *rapid.T) {
		s := genSpec().Draw(t, "spec")
		for i := range s.Clusters {
			c := &s.Clusters[i]
			c.Platform = rapid.SampledFrom(names).Draw(t, "platform")
			c.IPAM = rapid.SampledFrom(ipams).Draw(t, "ipam")
			if c.Platform == platform.EKS && len(c.Families) > 1 {
				c.Families = c.Families[:1]
			}
		}
		if s.Validate() != nil {
			return
		}
		p := solveOrExplain(t, s)
		if p == nil {
			return
		}
		if fs := wrong(p.Audit()); len(fs) > 0 {
			t.Fatalf("%v", fs)
		}
		for b := range p.Blocks() {
			for q := range b.Range.All() {
				c, ok := p.Cluster(b.Cluster)
				if !ok {
					continue
				}
				for _, x := range platform.Check(c.Spec().Platform, platform.Range(b.Role), q) {
					if x.Fact.Severity == k8sflags.Error {
						t.Fatalf("%s: %s", c.Name(), x.Message)
					}
				}
				if lost := platform.Lost(c.Spec().Platform, platform.Node, cidr.FamilyOf(q)); b.Role == plan.Node && b.Name == "" {
					if n, ok := cidr.NumAddrs(q); ok && n < lost+c.Spec().Nodes.Need() && len(c.Spec().Extra) == 0 {
						t.Fatalf("%s: %v for %d nodes", c.Name(), q, c.Spec().Nodes.Need())
					}
				}
			}
		}
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		q, err := plan.Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := json.Marshal(q); err != nil || !bytes.Equal(again, text) {
			t.Fatalf("%s\n%s\n%v", text, again, err)
		}
		again, _, err := plan.Evolve(p, p.Spec(), plan.EvolveOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if again, err := json.Marshal(again); err != nil || !bytes.Equal(again, text) {
			t.Fatalf("%s\n%s\n%v", text, again, err)
		}
	})
}
