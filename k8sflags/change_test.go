package k8sflags_test

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// Each case edits the good command lines twice, and names everything that
// CheckChange then says.
func TestCheckChange(t *testing.T) {
	const (
		api      = "kube-apiserver "
		manager  = "kube-controller-manager "
		kubelet  = "kubelet "
		v4, v6   = "10.96.0.0/16", "fd00:10:96::/112"
		p4, p6   = "10.244.0.0/16", "fd00:10:244::/48"
		services = " kube-apiserver service-cluster-ip-range"
		pods     = " kube-controller-manager cluster-cidr"
		svc      = "--service-cluster-ip-range="
		cc       = "--cluster-cidr="
	)
	for _, c := range []struct {
		name          string
		version       string
		before, after []string
		want          []string
	}{
		{name: "nothing"},
		{name: "another form", after: []string{api + svc + "10.96.0.9/16", manager + cc + "010.244.0.0/16"}},

		{name: "services: primary family", before: []string{api + svc + v4 + "," + v6}, after: []string{api + svc + v6 + "," + v4}, want: []string{"error KC701" + services}},
		{name: "services: from one family to the other", after: []string{api + svc + v6}, want: []string{"error KC701" + services}},
		{name: "services: the primary is dropped", before: []string{api + svc + v4 + "," + v6}, after: []string{api + svc + v6}, want: []string{"error KC701" + services}},
		{name: "services: another range", after: []string{api + svc + "10.97.0.0/16"}, want: []string{"error KC702" + services}},
		{name: "services: a larger range", after: []string{api + svc + "10.96.0.0/12"}, want: []string{"error KC702" + services}},
		{name: "services: another secondary range", before: []string{api + svc + v4 + "," + v6}, after: []string{api + svc + v4 + ",fd00:10:97::/112"}, want: []string{"error KC702" + services}},
		{name: "services: the default is another", after: []string{api + "drop:service-cluster-ip-range"}, want: []string{"error KC702" + services}},
		{name: "services: one less", before: []string{api + svc + v4 + "," + v6}, after: []string{api + svc + v4}, want: []string{"warning KC703" + services}},
		{name: "services: one more", after: []string{api + svc + v4 + "," + v6}, want: []string{"info KC704" + services}},
		{name: "services: one more and another", after: []string{api + svc + "10.97.0.0/16," + v6}, want: []string{"error KC702" + services, "info KC704" + services}},
		{name: "services: nonsense is for Check", after: []string{api + svc + "nonsense"}},

		{name: "pods: elsewhere", after: []string{manager + cc + "10.245.0.0/16"}, want: []string{"error KC711" + pods}},
		{name: "pods: fewer", after: []string{manager + cc + "10.244.0.0/17"}, want: []string{"error KC711" + pods}},
		{name: "pods: more", after: []string{manager + cc + "10.244.0.0/14"}, want: []string{"info KC712" + pods}},
		{name: "pods: order", before: []string{manager + cc + p4 + "," + p6}, after: []string{manager + cc + p6 + "," + p4}, want: []string{"error KC713" + pods}},
		{name: "pods: one more, in front", after: []string{manager + cc + p6 + "," + p4}, want: []string{"error KC713" + pods}},
		{name: "pods: one less", before: []string{manager + cc + p4 + "," + p6}, after: []string{manager + cc + p4}, want: []string{"error KC714" + pods}},
		{name: "pods: one more", after: []string{manager + cc + p4 + "," + p6}, want: []string{"info KC715" + pods}},
		{name: "pods: larger blocks", after: []string{manager + "--node-cidr-mask-size=23"}, want: []string{"error KC716 kube-controller-manager node-cidr-mask-size"}},
		{name: "pods: larger blocks of one family", before: []string{manager + cc + p4 + "," + p6}, after: []string{manager + cc + p4 + "," + p6 + " --node-cidr-mask-size-ipv6=60"},
			want: []string{"error KC716 kube-controller-manager node-cidr-mask-size-ipv6"}},
		{name: "pods: smaller blocks", after: []string{manager + "--node-cidr-mask-size-ipv4=25"}, want: []string{"warning KC717 kube-controller-manager node-cidr-mask-size-ipv4"}},
		{name: "pods: the same blocks by another flag", before: []string{manager + "--node-cidr-mask-size=25"}, after: []string{manager + "--node-cidr-mask-size-ipv4=25"}},
		{name: "pods: blocks from now on", before: []string{manager + "--allocate-node-cidrs=false"}, want: []string{"warning KC718 kube-controller-manager allocate-node-cidrs"}},
		{name: "pods: no blocks any longer", after: []string{manager + "drop:allocate-node-cidrs"}, want: []string{"warning KC718 kube-controller-manager allocate-node-cidrs"}},
		{name: "pods: a range that nobody gives out", before: []string{manager + "--allocate-node-cidrs=false"}, after: []string{manager + "--allocate-node-cidrs=false " + cc + "10.245.0.0/16"}},

		{name: "node ports: fewer", after: []string{api + "--service-node-port-range=30000-31000"}, want: []string{"warning KC721 kube-apiserver service-node-port-range"}},
		{name: "node ports: more", after: []string{api + "--service-node-port-range=29000-32767"}},
		{name: "DNS", after: []string{kubelet + "--cluster-dns=10.96.0.53"}, want: []string{"warning KC722 kubelet cluster-dns"}},
		{name: "DNS in another form", after: []string{kubelet + "--cluster-dns=10.096.0.010"}},
		{name: "domain", after: []string{kubelet + "--cluster-domain=k8s.example"}, want: []string{"warning KC723 kubelet cluster-domain"}},
		{name: "domain left to a file", after: []string{kubelet + "drop:cluster-domain"}},
		{name: "node address", after: []string{kubelet + "--node-ip=192.168.1.11"}},
		{name: "node's second address", after: []string{kubelet + "--node-ip=192.168.1.10,fd00:192::10"}},
		{name: "node's first address", after: []string{kubelet + "--node-ip=fd00:192::10,192.168.1.10"}, want: []string{"warning KC724 kubelet node-ip"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			version := cmp.Or(c.version, "1.34")
			before := edit(t, commands(t, version, good...), c.before)
			after := edit(t, commands(t, version, good...), append(slices.Clone(c.before), c.after...))
			if c.name == "pods: blocks from now on" {
				after = commands(t, version, good...)
			}
			findings := k8sflags.CheckChange(before, after)
			if got := verdicts(findings); !slices.Equal(got, c.want) {
				t.Errorf("got\n%q\nwant\n%q", got, c.want)
			}
			for _, f := range findings {
				if !strings.HasPrefix(f.Fix, "1. ") || f.Message == "" {
					t.Errorf("%v has no steps", f)
				}
			}
			if got := k8sflags.CheckChange(after, after); len(got) != 0 {
				t.Errorf("against itself: %v", got)
			}
		})
	}
}

func TestCheckChangeNamesServiceCIDRsWhereThereAreAny(t *testing.T) {
	for version, want := range map[string]bool{"1.32": false, "1.33": true} {
		before := commands(t, version, "kube-apiserver --service-cluster-ip-range=10.96.0.0/24")
		after := commands(t, version, "kube-apiserver --service-cluster-ip-range=10.96.0.0/20")
		got := k8sflags.CheckChange(before, after)
		if len(got) != 1 || strings.Contains(got[0].Fix, "create a ServiceCIDR") != want {
			t.Errorf("%s: %v", version, got)
		}
	}
}

// Nodes are told apart by the names of their processes, wherever they stand.
func TestCheckChangeFindsTheSameNode(t *testing.T) {
	set := func(lines ...string) k8sflags.Set {
		s := commands(t, "1.34", lines...)
		for i, name := range []string{"one", "two"} {
			s.Processes[i].Name = name
		}
		return s
	}
	before := set("kubelet --node-ip=192.168.1.1", "kubelet --node-ip=fd00:192::2")
	after := set("kubelet --node-ip=192.168.1.1", "kubelet --node-ip=192.168.1.2")
	if got, want := verdicts(k8sflags.CheckChange(before, after)), []string{"warning KC724 kubelet two node-ip"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	after.Processes[0], after.Processes[1] = after.Processes[1], after.Processes[0]
	if got, want := verdicts(k8sflags.CheckChange(before, after)), []string{"warning KC724 kubelet two node-ip"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// What is not in both sets is not judged, except the service range, which a
// kube-controller-manager knows too.
func TestCheckChangeOfPartsIsSilent(t *testing.T) {
	for i := range good {
		only := commands(t, "1.34", good[i])
		rest := commands(t, "1.34", slices.Delete(slices.Clone(good), i, i+1)...)
		for _, c := range [][2]k8sflags.Set{{only, rest}, {rest, only}, {only, {}}, {{}, only}} {
			if got := k8sflags.CheckChange(c[0], c[1]); len(got) != 0 {
				t.Errorf("%s: %v", good[i], got)
			}
		}
	}
}

// legalChange says, from the addressings and not from flags, whether a cluster
// that lives goes from a to b without an error.
func legalChange(a, b k8sflags.Addressing) bool {
	a, b = a.Normalize(), b.Normalize()
	family := func(p dualstack.Pair) cidr.Family { return cidr.FamilyOf(p.Primary()) }
	if family(a.Services) != family(b.Services) {
		return false
	}
	for was := range a.Services.All() {
		if now := b.Services.Of(cidr.FamilyOf(was)); now.IsValid() && now != was {
			return false
		}
	}
	if a.ExternalNodeCIDRs || b.ExternalNodeCIDRs {
		return true
	}
	if family(a.Pods) != family(b.Pods) || (a.Pods.IsDual() && !b.Pods.IsDual()) {
		return false
	}
	for was := range a.Pods.All() {
		now := b.Pods.Of(cidr.FamilyOf(was))
		first, last := was.Addr(), cidr.Last(was)
		if !now.Contains(first) || !now.Contains(last) || b.NodeMasks.Of(cidr.FamilyOf(was)) < a.NodeMasks.Of(cidr.FamilyOf(was)) {
			return false
		}
	}
	return true
}

// drawLiving draws what a cluster that lives may have, or may be made into.
func drawLiving(t *rapid.T) k8sflags.Addressing {
	one := func(name string, of ...string) dualstack.Pair { return pair(rapid.SampledFrom(of).Draw(t, name)) }
	a := k8sflags.Addressing{
		Version: k8sflags.MaxVersion(),
		Pods: one("pods", "10.244.0.0/16", "10.244.0.0/15", "10.250.0.0/16", "fd00:10:244::/56", "10.244.0.0/16,fd00:10:244::/56",
			"10.244.0.0/16,fd00:10:244::/52", "fd00:10:244::/56,10.244.0.0/16"),
		NodeMasks:         dualstack.Masks{V4: rapid.IntRange(23, 24).Draw(t, "mask v4"), V6: rapid.IntRange(63, 64).Draw(t, "mask v6")},
		ExternalNodeCIDRs: rapid.IntRange(0, 5).Draw(t, "external") == 0,
	}
	services := map[cidr.Family][]string{
		cidr.IPv4: {"10.96.0.0/16", "10.96.0.0/12"},
		cidr.IPv6: {"fd00:10:96::/112", "fd00:10:97::/112"},
	}
	var ranges []string
	for _, f := range a.Pods.Families() { // or Render refuses it
		ranges = append(ranges, rapid.SampledFrom(services[f]).Draw(t, "services"))
	}
	if rapid.Bool().Draw(t, "services of one family") {
		ranges = ranges[:1]
	}
	a.Services = pair(strings.Join(ranges, ","))
	return a
}

func TestCheckChangeOfRenderedFlags(t *testing.T) {
	legal, illegal := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawLiving(t), drawLiving(t)
		if rapid.Bool().Draw(t, "near") { // or hardly any change would be legal
			if b.Services = a.Services; a.Services.IsDual() && !b.Pods.IsDual() || cidr.FamilyOf(a.Services.Primary()) != cidr.FamilyOf(b.Pods.Primary()) {
				b.Pods = a.Pods
			}
			b.NodeMasks = a.NodeMasks
		}
		before, err := k8sflags.Render(a)
		if err != nil {
			t.Fatal(err)
		}
		after, err := k8sflags.Render(b)
		if err != nil {
			t.Fatal(err)
		}
		if got := k8sflags.CheckChange(before, before); len(got) != 0 {
			t.Fatalf("against itself: %v", got)
		}
		got := k8sflags.CheckChange(before, after)
		errs := slices.ContainsFunc(got, func(f k8sflags.Finding) bool { return f.Severity == k8sflags.Error })
		if errs == legalChange(a, b) {
			t.Fatalf("from %+v\nto %+v\n%v", a, b, got)
		}
		if errs {
			illegal++
		} else {
			legal++
		}
	})
	t.Logf("%d legal, %d illegal", legal, illegal)
	if legal == 0 || illegal == 0 {
		t.Error("the draw is one-sided")
	}
}

// A second family for the pods of a cluster that lives, and how.
func ExampleCheckChange() {
	before := k8sflags.Addressing{Version: k8sflags.MaxVersion(), Pods: dualstack.MustParse("10.244.0.0/16"), Services: dualstack.MustParse("10.96.0.0/16")}
	after := before
	after.Pods, _ = dualstack.Dual(before.Pods.Primary(), netip.MustParsePrefix("fd00:10:244::/48"))
	old, err := k8sflags.Render(before)
	if err != nil {
		fmt.Println(err)
		return
	}
	now, err := k8sflags.Render(after)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range k8sflags.CheckChange(old, now) {
		fmt.Println(f.Severity, f.Rule, f.Flag)
		for step := range strings.SplitSeq(f.Fix, "; ") {
			fmt.Println(step)
		}
	}
	// Output:
	// info KC715 cluster-cidr
	// 1. give nodes addresses of both families
	// 2. give 10.244.0.0/16,fd00:10:244::/48 to kube-proxy, cloud-controller-manager and the network plugin
	// 3. give it to every kube-controller-manager, with the masks of each family
	// 4. drain, delete and register anew each node: those that exist keep one block
	// 5. then add the second service range
}
