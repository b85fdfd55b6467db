package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/k8sflags/manifest"
)

// lint runs the program, which is to end with a code and say nothing on
// standard error.
func lint(t *testing.T, code int, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if got := run(args, &out, &errs); got != code || errs.Len() > 0 {
		t.Fatalf("%v: exit code %d, want %d; %s", args, got, code, &errs)
	}
	return out.String()
}

// files writes files into a directory of their own and returns their paths.
func files(t *testing.T, texts ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var paths []string
	for i := 0; i < len(texts); i += 2 {
		path := filepath.Join(dir, texts[i])
		if err := os.WriteFile(path, []byte(texts[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

const (
	kubeadm = `apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.34.1
networking: {podSubnet: 10.244.0.0/16, serviceSubnet: 10.96.0.0/16}
`
	kubelet = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
clusterDNS: [10.97.0.10]
clusterDomain: cluster.local
`
	proxy = `apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: ipvs
clusterCIDR: 10.244.0.0/16
`
)

func TestSample(t *testing.T) {
	out := lint(t, 1, "-kubernetes", "1.34")
	for _, want := range []string{
		"sample.sh:10  error     KC104  kube-apiserver --feature-gates", "sample.sh:25  error     KC101  kubelet --network-plugin",
		"fix: remove RemoveSelfLink", "4 errors, 2 warnings, 0 notes; 1 file, judged by Kubernetes 1.34",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if out := lint(t, 1, "-kubernetes", "v1.29.3"); !strings.Contains(out, "locked") {
		t.Errorf("1.29 is judged otherwise\n%s", out)
	}
	if out := lint(t, 1); !strings.Contains(out, "KC001") || !strings.Contains(out, "judged by Kubernetes 1.37, the newest known") {
		t.Errorf("without a version\n%s", out)
	}
}

func TestTableFits120Columns(t *testing.T) {
	long := strings.Repeat("very-long-name/", 12) + strings.Repeat("x", 130)
	text := "kubelet --node-ip=127.0.0.1 --config=/" + long + " $" + strings.Repeat("A", 140) + " --cluster-dns=" + strings.Repeat("9", 150) + "\n"
	mixed := files(t, "a-long-name-of-a-file-that-somebody-gave-to-it.sh", text, "kubeadm.yaml", kubeadm)
	for _, args := range [][]string{nil, {"-kubernetes", "1.34"}, mixed} {
		for line := range strings.Lines(lint(t, 1, args...)) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns {
				t.Errorf("%d columns: %s", n, line)
			}
		}
	}
}

func TestFilesAreJudgedTogether(t *testing.T) {
	paths := files(t, "kubeadm.yaml", kubeadm, "kubelet.yaml", kubelet, "proxy.yaml", proxy,
		"etcd.yaml", "apiVersion: v1\nkind: Pod\nspec: {containers: [{command: [etcd]}]}\n")
	var v verdict
	if err := json.Unmarshal([]byte(lint(t, 1, append([]string{"-o", "json"}, paths...)...)), &v); err != nil {
		t.Fatal(err)
	}
	if v.Kubernetes != (k8sflags.Version{Major: 1, Minor: 34}) || !slices.Equal(v.Files, paths) || v.Missing == nil {
		t.Errorf("%+v", v)
	}
	dns := slices.IndexFunc(v.Findings, func(f k8sflags.Finding) bool { return f.Rule == "KC404" })
	if dns < 0 || v.Findings[dns].Origin != (k8sflags.Origin{File: paths[1], Line: 3, Field: "clusterDNS[0]"}) || v.Findings[dns].Severity != k8sflags.Error {
		t.Errorf("%+v", v.Findings)
	}
	// The same at another version, which the flag names for all of them.
	if err := json.Unmarshal([]byte(lint(t, 1, append([]string{"-o", "json", "-kubernetes", "1.36"}, paths...)...)), &v); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(v.Findings, func(f k8sflags.Finding) bool { return f.Rule == "KC503" && f.Origin.Line == 3 }) {
		t.Errorf("ipvs is not deprecated: %+v", v.Findings)
	}
}

func TestWhatIsRenderedIsClean(t *testing.T) {
	a := k8sflags.Addressing{Version: k8sflags.MaxVersion()}
	for text, to := range map[string]interface{ UnmarshalText([]byte) error }{"10.244.0.0/16": &a.Pods, "10.96.0.0/16": &a.Services} {
		if err := to.UnmarshalText([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	text, err := manifest.RenderKubeadm(a)
	if err != nil {
		t.Fatal(err)
	}
	want := "0 errors, 0 warnings, 0 notes; 1 file, judged by Kubernetes 1.37\n"
	if out := lint(t, 0, files(t, "kubeadm.yaml", string(text))...); out != want {
		t.Errorf("got %q", out)
	}
}

// A value with a variable in it is not known, and so is not wrong.
func TestVariablesAreNotJudged(t *testing.T) {
	path := files(t, "run.sh", "kube-apiserver --advertise-address=$(hostname -i) --service-cluster-ip-range=10.96.0.0/16 $MORE\nkubelet --config=/etc/k.yaml\n")
	out := lint(t, 0, append([]string{"-kubernetes", "1.34"}, path...)...)
	for _, want := range []string{
		"kube-apiserver --advertise-address has $(hostname -i) in", "kube-apiserver may have more flags by $MORE",
		"kubelet reads /etc/k.yaml: hand it in to have it judged", "0 errors, 0 warnings, 0 notes",
	} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

func TestWhatIsWrongGoesToStandardError(t *testing.T) {
	bad := files(t, "a.yaml", "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: many\n",
		"b.sh", "kubelet --max-pods=1\netcd --name x\n")
	nothing := files(t, "etcd.yaml", "apiVersion: v1\nkind: Pod\n")
	clash := files(t, "c.sh", "kubelet ---x\n")
	for _, tt := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"errors in files", bad, 1, []string{"a.yaml:3: maxPods: want a whole number", `b.sh:2: "etcd" runs none of Kubernetes' components`}},
		{"an argument that is none", clash, 1, []string{"c.sh:1: kubelet argument 1"}},
		{"no components", nothing, 1, []string{"lint: 1 file and no flags of kube-apiserver"}},
		{"no such files", []string{"nowhere.yaml", "nor.yaml"}, 1, []string{"nowhere.yaml", "nor.yaml"}},
		{"no such output", []string{"-o", "xml"}, 2, []string{"want -o table or json"}},
		{"no version", []string{"-kubernetes", "new"}, 2, []string{"-kubernetes"}},
		{"no such flag", []string{"-x"}, 2, []string{"-x"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			if code := run(tt.args, &out, &errs); code != tt.code || out.Len() > 0 {
				t.Errorf("exit code %d, want %d; output %q", code, tt.code, &out)
			}
			for _, want := range tt.want {
				if !strings.Contains(errs.String(), want) {
					t.Errorf("no %q in\n%s", want, &errs)
				}
			}
		})
	}
}

func TestWrap(t *testing.T) {
	for text, want := range map[string][]string{
		"":                  {""},
		"short":             {"short"},
		"one two three":     {"one two", "three"},
		"a/b/cdefghij":      {"a/b/", "cdefghij"},
		"abcdefghijklm":     {"abcdefgh", "ijklm"},
		"two\nlines of it":  {"two", "lines of", "it"},
		"ääääääää ü":        {"ääääääää", "ü"},
		"          padding": {"", "padding"},
	} {
		if got := wrap(text, 8); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
