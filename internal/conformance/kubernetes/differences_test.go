package kubernetes

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// difference is a rule of Check that calls an error what its component takes.
type difference struct {
	rule   string
	reason string
	// shown is a cluster in which the rule finds an error at the process that
	// comes first, and every process starts.
	shown []string
}

// differences are on purpose: the component starts, and then traffic or
// addresses are lost, of which it has no idea or says a word in its log.
var differences = []difference{
	{"KC203", "kube-apiserver starts with an IPv6 service range shorter than /64; its allocator gives no address out of it, and only the log says so",
		[]string{"kube-apiserver --service-cluster-ip-range=fd00::/63"}},
	{"KC222", "kube-apiserver starts, and the Service kubernetes stays without an endpoint, since none may have the address that it advertises",
		[]string{"kube-apiserver --service-cluster-ip-range=10.96.0.0/16 --advertise-address=127.0.0.1"}},
	{"KC224", "the name is no matter to the options of kube-apiserver, which ends when it builds its server",
		[]string{"kube-apiserver --service-cluster-ip-range=10.96.0.0/16 --endpoint-reconciler-type=leases"}},
	{"KC304", "kube-controller-manager does not look whether a node mask is longer than an address, and can cut no block",
		[]string{"kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16 --node-cidr-mask-size-ipv4=33"}},
	{"KC402", "the kubelet starts, and fails whenever it reports the status of its node",
		[]string{"kubelet --node-ip=127.0.0.1"}},
	{"KC404", "no kubelet looks at the service range; its pods ask a DNS server that is not there",
		[]string{"kubelet --cluster-dns=10.97.0.10", "kube-apiserver --service-cluster-ip-range=10.96.0.0/16"}},
	{"KC605", "kube-proxy does not know which addresses pods have, and takes their traffic for traffic from outside",
		[]string{"kube-proxy --cluster-cidr=10.245.0.0/16", "kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16"}},
	{"KC607", "no component knows the families of another, and Services of one that pods or nodes lack have no endpoints",
		[]string{"kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16", "kube-apiserver --service-cluster-ip-range=10.96.0.0/16,fd00::/112"}},
	{"KC612", "kube-controller-manager starts, and leaves out every node block for the services",
		[]string{"kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16 --service-cluster-ip-range=10.244.0.0/16"}},
	{"KC613", "kube-controller-manager keeps clear only of the service range that it was told of",
		[]string{"kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.96.0.0/12", "kube-apiserver --service-cluster-ip-range=10.96.0.0/16"}},
	{"KC614", "no component compares addresses of nodes with the ranges of pods and services",
		[]string{"kubelet --node-ip=10.96.0.7", "kube-apiserver --service-cluster-ip-range=10.96.0.0/16"}},
	{"KC621", "the kubelet never compares the number of its pods with the block of its node",
		[]string{"kubelet --max-pods=300", "kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16"}},
}

func stricterOnPurpose(rule string) bool {
	return slices.ContainsFunc(differences, func(d difference) bool { return d.rule == rule })
}

// Every difference is one: the flags start, and Check has that error.
func TestDifferencesAreReal(t *testing.T) {
	for _, d := range differences {
		t.Run(d.rule, func(t *testing.T) {
			set := k8sflags.Set{Version: version}
			for _, line := range d.shown {
				argv, err := k8sflags.SplitCommand(line)
				if err != nil {
					t.Fatal(err)
				}
				p, err := k8sflags.ParseCommand(argv)
				if err != nil {
					t.Fatal(err)
				}
				if err := judge(p.Component, argv[1:]); err != nil {
					t.Errorf("%s: is refused: %v", line, err)
				}
				set.Processes = append(set.Processes, p)
			}
			errs := errorsOf(set, set.Processes[0].Component)
			if !slices.ContainsFunc(errs, func(f k8sflags.Finding) bool { return f.Rule == d.rule }) {
				t.Errorf("Check finds no %s but %v", d.rule, errs)
			}
		})
	}
}

// README.md has the table as it is.
func TestDifferencesInREADME(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	titles := map[string]string{}
	for _, r := range k8sflags.Rules() {
		titles[r.ID] = r.Title
	}
	var want strings.Builder
	want.WriteString("| rule | error to Check | why the component starts all the same |\n|---|---|---|\n")
	for _, d := range differences {
		if titles[d.rule] == "" {
			t.Errorf("there is no rule %s", d.rule)
		}
		want.WriteString("| " + d.rule + " | " + titles[d.rule] + " | " + d.reason + " |\n")
	}
	_, rest, _ := strings.Cut(string(text), "<!-- differences -->\n")
	got, _, ok := strings.Cut(rest, "<!-- /differences -->")
	if !ok || got != want.String() {
		t.Errorf("README.md should have between its marks:\n%s", want.String())
	}
}
