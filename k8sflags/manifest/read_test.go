package manifest_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/k8sflags/manifest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// read reads files of testdata.
func read(t *testing.T, names ...string) []manifest.Fragment {
	t.Helper()
	var fragments []manifest.Fragment
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join("testdata", filepath.FromSlash(name)))
		if err != nil {
			t.Fatal(err)
		}
		f, err := manifest.Read(name, text)
		if err != nil {
			t.Fatal(err)
		}
		fragments = append(fragments, f)
	}
	return fragments
}

// show writes everything that Join says, and what Check finds in it.
func show(t *testing.T, fragments ...manifest.Fragment) string {
	t.Helper()
	var b strings.Builder
	for _, f := range fragments {
		fmt.Fprintln(&b, f.File(), slices.Collect(f.Kinds()))
	}
	s, missing, err := manifest.Join(fragments...)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(&b, "\nKubernetes", s.Version)
	for _, p := range s.Processes {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(fmt.Sprint(p.Component, " ", p.Name)))
		if !p.Version.IsZero() {
			fmt.Fprintf(&b, "  of %s\n", p.Version)
		}
		for f := range p.Flags.All() {
			fmt.Fprintf(&b, "  --%s=%s (%s)\n", f.Name, f.Value, f.Origin)
		}
	}
	if len(missing) > 0 {
		fmt.Fprintln(&b, "\nmissing")
	}
	for _, m := range missing {
		fmt.Fprintf(&b, "  %s %s --%s (%s)\n", m.Name, m.Component, m.Flag, m.Origin)
	}
	if findings := k8sflags.Check(s); len(findings) > 0 {
		fmt.Fprintln(&b, "\nfindings")
		for _, f := range findings {
			fmt.Fprintf(&b, "  %s\n", strings.TrimSpace(fmt.Sprint(f.Severity, " ", f.Rule, " ", f.Origin)))
		}
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
	}
}

func TestFiles(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []string
	}{
		{"static-pods", []string{
			"kubeadm/etcd.yaml", "kubeadm/kube-apiserver.yaml", "kubeadm/kube-controller-manager.yaml",
			"kubeadm/kube-proxy-config.yaml", "kubeadm/kubelet-config.yaml",
		}},
		{"kubeadm-v1beta3", []string{"kubeadm/config-v1beta3.yaml"}},
		{"kubeadm-v1beta4", []string{"kubeadm/config-v1beta4.yaml"}},
		{"kubelet-of-kubeadm", []string{
			"node/etc/systemd/system/kubelet.service.d/10-kubeadm.conf", "node/usr/lib/systemd/system/kubelet.service",
			"node/var/lib/kubelet/config.yaml", "node/var/lib/kubelet/kubeadm-flags.env",
		}},
		{"kubelet-of-kubespray", []string{"kubespray/kubelet.env", "kubespray/kubelet.service"}},
		{"daemonset", []string{"kubespray/kube-proxy-ds.yaml"}},
		{"unit-of-both", []string{"standalone/kube-apiserver.service"}},
		{"script-in-a-pod", []string{"standalone/kube-proxy-script.yaml"}},
		{"command-lines", []string{"lines/commands.sh"}},
		{"configmaps", []string{"kubeadm/configmaps.yaml", "kubespray/kube-proxy-ds.yaml"}},
	} {
		t.Run(c.name, func(t *testing.T) { golden(t, c.name+".txt", show(t, read(t, c.files...)...)) })
	}
}

func TestReadErrors(t *testing.T) {
	const (
		kubelet = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"
		proxy   = "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n"
		beta3   = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\n"
		beta4   = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n"
		pod     = "apiVersion: v1\nkind: Pod\n"
	)
	for _, c := range []struct {
		name, text string
		kind       error
		want       []string
	}{
		{"malformed YAML", kubelet + "clusterDNS: [10.96.0.10\n", manifest.ErrSyntax, []string{"f:3: did not find expected ',' or ']'"}},
		{"malformed second document", kubelet + "---\n\tx: 1\n", manifest.ErrSyntax, []string{"f:4: found character that cannot start any token"}},
		{"malformed JSON", `{"apiVersion": "v1", "kind": "Pod"`, manifest.ErrSyntax, []string{"f:1: did not find expected ',' or '}'"}},
		{"document without fields", "---\n- 1\n", manifest.ErrSyntax, []string{"f:2: want a document with apiVersion and kind, not a list"}},
		{"no kind", "apiVersion: v1\n", manifest.ErrAPIVersion, []string{"f:1: the document has no apiVersion or no kind"}},
		{"unknown version of the kubelet's", "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1\n", manifest.ErrAPIVersion,
			[]string{`f:2: apiVersion: kubelet.config.k8s.io has no version "v1" of KubeletConfiguration: want v1beta1`}},
		{"unknown version of a Pod", "apiVersion: v2\nkind: Pod\n", manifest.ErrAPIVersion, []string{`f:1: apiVersion: the core API has no version "v2" of Pod: want v1`}},
		{"kind of another group", "apiVersion: v1\nkind: KubeletConfiguration\n", manifest.ErrAPIVersion,
			[]string{`f:1: apiVersion: KubeletConfiguration is of kubelet.config.k8s.io/v1beta1, not of "v1"`}},
		{"unknown kind of kubeadm", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: Cluster\n", manifest.ErrAPIVersion,
			[]string{`f:2: kind: kubeadm.k8s.io has no kind "Cluster": want one of ClusterConfiguration, InitConfiguration, JoinConfiguration, ResetConfiguration, UpgradeConfiguration`}},
		{"kubeadm refuses v1beta3", beta3 + "kubernetesVersion: 1.37.0\n", manifest.ErrAPIVersion,
			[]string{"f:1: apiVersion: kubeadm for Kubernetes 1.37 refuses kubeadm.k8s.io/v1beta3: rewrite it with kubeadm config migrate"}},
		{"kubeadm refuses v1beta2", strings.Replace(beta3, "v1beta3", "v1beta2", 1) + "kubernetesVersion: v1.27.0\n", manifest.ErrAPIVersion,
			[]string{"f:1: apiVersion: kubeadm for Kubernetes 1.27 refuses kubeadm.k8s.io/v1beta2: rewrite it with kubeadm config migrate"}},
		{"no kubeadm for v1beta4", beta4 + "kubernetesVersion: stable-1.29\n", manifest.ErrAPIVersion,
			[]string{"f:1: apiVersion: kubeadm.k8s.io/v1beta4 is new in kubeadm 1.31, which does not install Kubernetes 1.29: use kubeadm.k8s.io/v1beta3"}},
		{"kubernetesVersion", beta4 + "kubernetesVersion: newest\n", manifest.ErrType,
			[]string{`f:3: kubernetesVersion: version "newest": want major.minor, like 1.34: unsupported Kubernetes version; want one like v1.34.0, or a label like stable-1.34`}},
		{"two clusters", beta4 + "---\n" + beta4, manifest.ErrSyntax, []string{"f:4: a second ClusterConfiguration, after that of line 1: give each cluster a file"}},
		{"nothing known", "apiVersion: cilium.io/v2\nkind: CiliumNode\n", manifest.ErrUnknown,
			[]string{"f: no document with flags in it: want a Pod, or a configuration of kubelet, kube-proxy or kubeadm"}},
		{"empty file", "\n# nothing\n", manifest.ErrUnknown, []string{"f: the file is empty: want a manifest, a configuration file, a unit file or command lines"}},
		{"empty documents", "---\n---\n", manifest.ErrUnknown, []string{"f: no document with flags in it: want a Pod, or a configuration of kubelet, kube-proxy or kubeadm"}},
		{"all at once", kubelet + "clusterDNS: 10.96.0.10\nmaxPods: \"110\"\nclusterDomain: 1\npodCIDR: [a]\nfeatureGates: {A: 1}\npodsPerCore: 1.5\nserializeImagePulls: 7\n", manifest.ErrType, []string{
			`f:3: clusterDNS: want a list, not "10.96.0.10"`,
			`f:4: maxPods: want a whole number, not the text "110"`,
			`f:5: clusterDomain: want text, not 1: put it in quotes`,
			`f:6: podCIDR: want text, not a list`,
			`f:7: featureGates.A: want true or false, not "1"`,
			`f:8: podsPerCore: want a whole number, not "1.5"`,
		}},
		{"number beyond 32 bits", kubelet + "maxPods: 4294967296\n", manifest.ErrType, []string{"f:3: maxPods: 4294967296 is not a whole number of 32 bits"}},
		{"key twice", kubelet + "clusterDomain: a\nclusterDomain: b\n", manifest.ErrSyntax, []string{"f:4: clusterDomain: the key stands twice, first in line 3: remove one"}},
		{"element of a list", kubelet + "clusterDNS:\n- 10.96.0.10\n- {}\n", manifest.ErrType, []string{"f:5: clusterDNS[1]: want text, not fields"}},
		{"period", proxy + "iptables:\n  syncPeriod: 30\n  minSyncPeriod: soon\n", manifest.ErrType, []string{
			`f:4: iptables.syncPeriod: want a duration like "30s", not "30"`,
			`f:5: iptables.minSyncPeriod: want a duration like "30s", not "soon"`,
		}},
		{"section", proxy + "mode: ipvs\nipvs: []\n", manifest.ErrType, []string{"f:4: ipvs: want fields, not a list"}},
		{"subnet", beta4 + "networking:\n  podSubnet: [10.244.0.0/16]\n", manifest.ErrType, []string{"f:4: networking.podSubnet: want text, not a list"}},
		{"number in extraArgs", beta3 + "controllerManager:\n  extraArgs:\n    node-cidr-mask-size-ipv4: 24\n", manifest.ErrType,
			[]string{"f:5: controllerManager.extraArgs.node-cidr-mask-size-ipv4: want text, not 24: put it in quotes"}},
		{"list of v1beta4 in v1beta3", beta3 + "apiServer:\n  extraArgs:\n  - {name: a, value: b}\n", manifest.ErrType, []string{"f:4: apiServer.extraArgs: want fields, not a list"}},
		{"mapping of v1beta3 in v1beta4", beta4 + "apiServer:\n  extraArgs:\n    a: b\n", manifest.ErrType, []string{"f:4: apiServer.extraArgs: want a list, not fields"}},
		{"argument without a name", beta4 + "apiServer:\n  extraArgs:\n  - value: b\n", manifest.ErrType, []string{"f:5: apiServer.extraArgs[0]: an argument without a name: kubeadm wants name and value"}},
		{"merge method", strings.Replace(beta4, "v1beta4", "v1", 1) + "apiServer: {extraArgs: [{name: a, value: b, mergeMethod: join}]}\n", manifest.ErrType,
			[]string{`f:3: apiServer.extraArgs[0].mergeMethod: want append or prepend, or nothing to replace kubeadm's own value, not "join"`}},
		{"field of a ConfigMap", "apiVersion: v1\nkind: ConfigMap\ndata:\n  kubelet: |\n    apiVersion: kubelet.config.k8s.io/v1beta1\n    kind: KubeletConfiguration\n    maxPods: many\n", manifest.ErrType,
			[]string{`f:7: data.kubelet.maxPods: want a whole number, not the text "many"`}},
		{"malformed YAML in a ConfigMap", "apiVersion: v1\nkind: ConfigMap\ndata:\n  kubelet: |\n    apiVersion: kubelet.config.k8s.io/v1beta1\n    kind: *x\n    maxPods: [\n", manifest.ErrSyntax,
			[]string{"f:6: data.kubelet: unknown anchor 'x' referenced"}},
		{"malformed first line", "kind: [Pod\n", manifest.ErrSyntax, []string{"f:1: did not find expected ',' or ']'"}},
		{"control character", "kind: Pod\n\napiVersion: \x01\n", manifest.ErrSyntax, []string{"f:3: control characters are not allowed"}},
		{"no text", "kind: Pod\n\xff\n", manifest.ErrSyntax, []string{"f:2: invalid leading UTF-8 octet"}},
		{"field of a ConfigMap in one line", "apiVersion: v1\nkind: ConfigMap\ndata:\n  kubelet: \"apiVersion: kubelet.config.k8s.io/v1beta1\\nkind: KubeletConfiguration\\nmaxPods: many\"\n", manifest.ErrType,
			[]string{`f:4: data.kubelet.maxPods: want a whole number, not the text "many"`}},
		{"command as text", pod + "spec:\n  containers:\n  - command: kubelet --max-pods=3\n", manifest.ErrType, []string{`f:5: spec.containers[0].command: want a list, not "kubelet --max-pods=3"`}},
		{"argument as mapping", pod + "spec:\n  containers:\n  - command:\n    - kubelet\n    - --max-pods: 3\n", manifest.ErrType, []string{"f:7: spec.containers[0].command[1]: want text, not fields"}},
		{"argument as number", pod + "spec:\n  containers:\n  - command: [kubelet]\n    args: [--max-pods, 3]\n", manifest.ErrType, []string{"f:6: spec.containers[0].args[1]: want text, not 3: put it in quotes"}},
		{"script that a shell would pipe", pod + "spec:\n  containers:\n  - command: [sh, -c, kubelet --v=2 | tee log]\n", manifest.ErrSyntax,
			[]string{`f:5: spec.containers[0].command: script: column 15: shell operator "|": give one command without pipes and redirections, or quote it: syntax error`}},
		{"line of a script", pod + "spec:\n  containers:\n  - command: [sh, -c]\n    args:\n    - |\n      sleep 1 | true\n      kubelet \\\n       --a; b\n", manifest.ErrSyntax,
			[]string{`f:10: spec.containers[0].args: script: column 5: shell operator ";": give one command without pipes and redirections, or quote it: syntax error`}},
		{"unit line", "[Service]\nExecStart\n", manifest.ErrSyntax, []string{`f:2: "ExecStart" is neither a section nor key=value`}},
		{"unit section", "[Service\n", manifest.ErrSyntax, []string{`f:1: "[Service" is no section: want [Service]`}},
		{"unit quote", "[Service]\n\nExecStart=/usr/bin/kubelet \\\n  --max-pods=1 \\\n  '--node-ip=1.2.3.4\n", manifest.ErrSyntax, []string{"f:5: column 3: quote ' is never closed: syntax error"}},
		{"unit environment", "[Service]\nEnvironment=A=1 2B=3\n", manifest.ErrSyntax, []string{`f:2: Environment: "2B=3" is not NAME=value: put what has spaces in quotes`}},
		{"unit environment quote", "[Service]\nEnvironment=\"A=1\n", manifest.ErrSyntax, []string{`f:2: column 13: quote " is never closed: syntax error`}},
		{"environment quote", "A=1\nB=\"2\n", manifest.ErrSyntax, []string{"f:2: B: a quote is never closed"}},
		{"environment line", "A=1\nB 2\n", manifest.ErrSyntax, []string{`f:2: "B 2" is not NAME=value`}},
		{"command of something else", "kubelet --max-pods=1\n\netcd --name x\n", manifest.ErrUnknown,
			[]string{`f:3: "etcd" runs none of Kubernetes' components: want a line like "kubelet --max-pods=110", a manifest, a configuration file or a unit file`}},
		{"command with a pipe", "kubelet \\\n  --v=2 | tee log\n", manifest.ErrSyntax,
			[]string{`f:2: column 9: shell operator "|": give one command without pipes and redirections, or quote it: syntax error`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := manifest.Read("f", []byte(c.text))
			if err == nil || !errors.Is(err, c.kind) || err.Error() != strings.Join(c.want, "\n") {
				t.Errorf("got\n%v\nwant %v\n%s", err, c.kind, strings.Join(c.want, "\n"))
			}
			if f.File() != "" {
				t.Error("a fragment in spite of the error")
			}
			var es manifest.Errors
			if errors.As(err, &es) {
				for _, e := range es {
					if e.Origin.File != "f" || !errors.Is(e, c.kind) {
						t.Errorf("%+v", e)
					}
				}
			}
		})
	}
}

// What does not concern addresses is nobody's business.
func TestReadIgnores(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"fields of other types", "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nauthentication: 3\nunknown: [x]\n"},
		{"null fields", "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nclusterDNS:\nmaxPods: null\nfeatureGates: ~\n"},
		{"sections of other modes", "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: nftables\nipvs: 3\niptables: x\n"},
		{"kinds beside", "apiVersion: v1\nkind: Pod\n---\napiVersion: example.com/v1\nkind: Pod\nspec: 3\n---\napiVersion: apps/v1\nkind: ReplicaSet\n"},
		{"kinds of kubeadm without flags", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ResetConfiguration\n"},
		{"pod without containers", "apiVersion: v1\nkind: Pod\nspec: {}\n"},
		{"unit of something else", "[Unit]\nDescription=x\n[Service]\nExecStart=/usr/bin/etcd 'oops\nEnvironment=\n[Install]\nnonsense=[\n"},
		{"release channels", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: ci/latest\n"},
		{"cycle of aliases", "apiVersion: v1\nkind: Pod\nspec: &a\n  <<: *a\n  containers: []\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := manifest.Read("f", []byte(c.text))
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := manifest.Join(f); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestReadTellsFilesApart(t *testing.T) {
	for text, want := range map[string][]manifest.Kind{
		"\ufeffkubelet --max-pods=1\n":                           {manifest.Commands},
		"FOO=bar kubelet --max-pods=1\n":                         {manifest.Commands},
		"# x\nexport KUBELET_EXTRA_ARGS=--max-pods=1 --v=2\n":    {manifest.Environment},
		"A=1\nexport B=$A\n\nkubelet --max-pods=1\n":             {manifest.Commands},
		"A=1\nB=\"--x \\\n kubelet\"\n":                          {manifest.Environment},
		"KUBELET_BIN=/usr/bin/kubelet\n":                         {manifest.Environment},
		"set -eu\nexec kubelet --max-pods=1\n":                   {manifest.Commands},
		"; x\n[Service]\nExecStart=/usr/bin/kubelet --v=2\n":     {manifest.Unit},
		`{"kind": "Pod", "apiVersion": "v1"}`:                    {manifest.StaticPod},
		"kind: Pod\napiVersion: v1\n---\nkind: X\napiVersion: y": {manifest.StaticPod},
	} {
		f, err := manifest.Read(path.Join("a", "b"), []byte(text))
		if err != nil || !slices.Equal(slices.Collect(f.Kinds()), want) || f.File() != "a/b" {
			t.Errorf("%q: %v, %v", text, slices.Collect(f.Kinds()), err)
		}
	}
}
