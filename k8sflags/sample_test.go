package k8sflags_test

import (
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// sample is the set of command lines that tutorials have handed on for years.
// It started up to Kubernetes 1.23.
var sample = []string{
	"kube-apiserver --service-cluster-ip-range=10.96.0.0/12 --service-node-port-range=30000-32767 --allow-privileged=true --apiserver-count=3 --bind-address=0.0.0.0 --secure-port=6443 --feature-gates=RemoveSelfLink=false",
	"kube-controller-manager --cluster-cidr=10.244.0.0/16 --service-cluster-ip-range=10.96.0.0/12 --node-cidr-mask-size=24 --allocate-node-cidrs=true --cluster-name=kubernetes --controllers=*,bootstrapsigner,tokencleaner",
	"kubelet --pod-cidr=10.244.1.0/24 --node-ip=192.168.1.10 --cluster-dns=10.96.0.10 --cluster-domain=cluster.local --network-plugin=cni --cni-conf-dir=/etc/cni/net.d --cni-bin-dir=/opt/cni/bin",
	"kube-proxy --cluster-cidr=10.244.0.0/16 --proxy-mode=ipvs --ipvs-min-sync-period=5s --ipvs-sync-period=30s",
}

func TestSampleByVersion(t *testing.T) {
	var (
		outside    = "info KC001"
		gateLocked = "error KC105 kube-apiserver feature-gates"
		gateGone   = "error KC104 kube-apiserver feature-gates"
		cni        = []string{
			"error KC101 kubelet network-plugin",
			"error KC101 kubelet cni-conf-dir",
			"error KC101 kubelet cni-bin-dir",
		}
		count   = "warning KC103 kube-apiserver apiserver-count"
		podCIDR = "warning KC403 kubelet pod-cidr"
		ipvs    = "warning KC503 kube-proxy proxy-mode"
	)
	judge := func(gate string, warnings ...string) []string {
		return slices.Concat([]string{gate}, cni, []string{count, podCIDR}, warnings)
	}
	locked, gone, goneIPVS := judge(gateLocked), judge(gateGone), judge(gateGone, ipvs)
	for version, want := range map[string][]string{
		"1.23": judge(gateLocked, outside), // judged as 1.24: nothing is known of 1.23
		"1.24": locked, "1.25": locked, "1.26": locked, "1.27": locked, "1.28": locked, "1.29": locked,
		"1.30": gone, "1.31": gone, "1.32": gone, "1.33": gone, "1.34": gone,
		"1.35": goneIPVS, "1.36": goneIPVS, "1.37": goneIPVS,
		"1.38": judge(gateGone, ipvs, outside),
	} {
		t.Run(version, func(t *testing.T) {
			got := verdicts(k8sflags.Check(commands(t, version, sample...)))
			if !slices.Equal(got, want) {
				t.Errorf("got\n%q\nwant\n%q", got, want)
			}
		})
	}
}

// What it says about addresses agrees, which shows once the rest is ignored.
func TestSampleAddressesAgree(t *testing.T) {
	for v := range k8sflags.Versions() {
		s := commands(t, v.String(), sample...)
		if got := k8sflags.Check(s, k8sflags.Ignore("KC101", "KC103", "KC104", "KC105", "KC403", "KC503")); len(got) != 0 {
			t.Errorf("%s: %v", v, got)
		}
		got := k8sflags.Check(s, k8sflags.Ignore("KC101", "KC103", "KC104", "KC105", "KC403", "KC503"), k8sflags.WithNodes(256))
		if len(got) != 0 {
			t.Errorf("%s with as many nodes as blocks: %v", v, got)
		}
	}
}

func TestSampleRenderedAnewStarts(t *testing.T) {
	for v := range k8sflags.Versions() {
		a, err := k8sflags.Infer(commands(t, v.String(), sample...))
		if err != nil {
			t.Fatal(err)
		}
		if a.Pods != dualstack.MustParse("10.244.0.0/16") || a.Services != dualstack.MustParse("10.96.0.0/12") ||
			a.NodeMasks != (dualstack.Masks{V4: 24}) || a.ProxyMode != k8sflags.ProxyIPVS ||
			a.NodeIPs != dualstack.MustParseAddrs("192.168.1.10") || a.Standalone || a.ExternalNodeCIDRs {
			t.Errorf("%s: inferred %+v", v, a)
		}
		s, err := k8sflags.Render(a)
		if err != nil {
			t.Fatal(err)
		}
		var want []string // ipvs stays what it is
		if v.AtLeast(k8sflags.Version{Major: 1, Minor: 35}) {
			want = []string{"warning KC503 kube-proxy proxy-mode"}
		}
		if got := verdicts(k8sflags.Check(s)); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", v, got, want)
		}
	}
}

func TestSampleFindingsPointAndExplain(t *testing.T) {
	findings := k8sflags.Check(commands(t, "1.34", sample...))
	first := findings[0]
	want := k8sflags.Finding{
		Rule: "KC104", Severity: k8sflags.Error, Component: k8sflags.APIServer, Flag: "feature-gates",
		Value: "RemoveSelfLink=false", Origin: k8sflags.Origin{Arg: 8},
		Message: `kube-apiserver --feature-gates "RemoveSelfLink=false": feature gate RemoveSelfLink was removed in Kubernetes 1.30; kube-apiserver 1.34 refuses to start with either value`,
		Fix:     "remove RemoveSelfLink",
	}
	if first != want {
		t.Errorf("got  %+v\nwant %+v", first, want)
	}
	for _, f := range findings {
		if f.Message == "" || f.Fix == "" {
			t.Errorf("%+v says too little", f)
		}
	}
}
