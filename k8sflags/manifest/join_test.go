package manifest_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/k8sflags/manifest"
)

// file is a file's name and text.
type file struct{ name, text string }

func join(t *testing.T, files ...file) (k8sflags.Set, []manifest.Missing, error) {
	t.Helper()
	var fragments []manifest.Fragment
	for _, f := range files {
		fragment, err := manifest.Read(f.name, []byte(f.text))
		if err != nil {
			t.Fatal(err)
		}
		fragments = append(fragments, fragment)
	}
	return manifest.Join(fragments...)
}

// said returns a flag of every process, by name.
func said(s k8sflags.Set, flag string) []string {
	var out []string
	for _, p := range s.Processes {
		v, ok := p.Flags.Get(flag)
		if !ok {
			v = "-"
		}
		out = append(out, strings.TrimSpace(p.Name+" "+v))
	}
	return out
}

const kubeletYAML = "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"

// inEnvironment are a unit and its environment file, whose variable A is words
// of the command and whose variable B is one.
func inEnvironment(text string) []file {
	return []file{{"kubelet.service", "[Service]\nExecStart=/bin/kubelet $A ${B}\nEnvironmentFile=e\n"}, {"e", text}}
}

func TestJoin(t *testing.T) {
	const (
		service = "[Service]\nExecStart=/usr/bin/kubelet --max-pods=1 --config=/var/lib/kubelet/config.yaml\n"
		plain   = "[Service]\nExecStart=/usr/bin/kubelet --config=/var/lib/kubelet/config.yaml\n"
	)
	for _, c := range []struct {
		name  string
		files []file
		flag  string
		want  []string
	}{
		{"flags win over fields", []file{{"u.service", service}, {"config.yaml", kubeletYAML + "maxPods: 2\n"}}, "max-pods", []string{"1"}},
		{"lists are replaced", []file{{"c", "kubelet --config=c.yaml --cluster-dns=10.0.0.1"}, {"c.yaml", kubeletYAML + "clusterDNS: [10.0.0.2, 10.0.0.3]\n"}}, "cluster-dns", []string{"10.0.0.1"}},
		{"feature gates add up", []file{{"c", "kubelet --config=c.yaml --feature-gates=A=true"}, {"c.yaml", kubeletYAML + "featureGates: {A: false, B: true}\n"}}, "feature-gates", []string{"A=true,B=true"}},
		{"the file is read, so that it is not unknown", []file{{"c", "kubelet --config=c.yaml"}, {"c.yaml", kubeletYAML}}, "config", []string{"-"}},
		{"each node its own", []file{
			{"n1/kubelet.service", plain}, {"n2/kubelet.service", plain},
			{"n2/config.yaml", kubeletYAML + "maxPods: 2\n"}, {"n1/config.yaml", kubeletYAML + "maxPods: 1\n"},
		}, "max-pods", []string{"n1/kubelet.service 1", "n2/kubelet.service 2"}},
		{"one file for all", []file{{"n1/kubelet.service", plain}, {"n2/kubelet.service", service}, {"all.yaml", kubeletYAML + "maxPods: 3\n"}},
			"max-pods", []string{"n1/kubelet.service 3", "n2/kubelet.service 1"}},
		{"none of several that it names", []file{{"n1/kubelet.service", plain}, {"a.yaml", kubeletYAML + "maxPods: 3\n"}, {"b.yaml", kubeletYAML + "maxPods: 4\n"}},
			"max-pods", []string{"n1/kubelet.service -", "a.yaml 3", "b.yaml 4"}},
		{"kube-proxy ignores its flags", []file{{"c", "kube-proxy --config=p.yaml --proxy-mode=ipvs"}, {"p.yaml", "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: nftables\n"}},
			"proxy-mode", []string{"c ipvs", "p.yaml nftables"}},
		{"drop-ins by name", []file{
			{"etc/kubelet.service.d/20-b.conf", "[Service]\nEnvironment=N=2\n"}, {"etc/kubelet.service.d/10-a.conf", "[Service]\nEnvironment=N=1\n"},
			{"lib/kubelet.service", "[Service]\nExecStart=/bin/kubelet --max-pods=${N}\n"},
		}, "max-pods", []string{"2"}},
		{"drop-ins take back", []file{
			{"kubelet.service", "[Service]\nEnvironment=N=1\nEnvironmentFile=e\nExecStart=/bin/kubelet --max-pods=${N}\n"}, {"e", "N=3\n"},
			{"kubelet.service.d/a.conf", "[Service]\nEnvironment=\nEnvironmentFile=\nExecStart=\nExecStart=/bin/kubelet --max-pods=${N}0\n"},
		}, "max-pods", []string{"${N}0"}},
		{"drop-ins by themselves", []file{
			{"kubelet.service.d/a.conf", "[Service]\nExecStart=\nExecStart=/bin/kubelet $N\n"}, {"kubelet.service.d/b.conf", "[Service]\nEnvironment=\"N=--max-pods=1 --v=2\"\n"},
		}, "max-pods", []string{"1"}},
		{"drop-ins of each node", []file{
			{"n1/kubelet.service", service}, {"n2/kubelet.service", service}, {"n2/kubelet.service.d/a.conf", "[Service]\nExecStart=\nExecStart=/bin/kubelet --max-pods=7\n"},
		}, "max-pods", []string{"n1/kubelet.service 1", "n2/kubelet.service.d/a.conf 7"}},
		{"a drop-in hides that of its name in another directory", []file{
			{"n1/etc/systemd/system/kubelet.service.d/10-a.conf", "[Service]\nExecStart=\nExecStart=/bin/kubelet --max-pods=7\n"},
			{"n1/usr/lib/systemd/system/kubelet.service", service},
			{"n1/usr/lib/systemd/system/kubelet.service.d/10-a.conf", "[Service]\nExecStart=\nExecStart=/bin/kubelet --max-pods=8\n"},
		}, "max-pods", []string{"7"}},
		{"and a unit that of its name, but not another machine's", []file{
			{"/lib/systemd/system/kubelet.service", service}, {"/etc/systemd/system/kubelet.service", "[Service]\nExecStart=/bin/kubelet --max-pods=7\n"}, {"n2/lib/systemd/system/kubelet.service", service},
		}, "max-pods", []string{"/etc/systemd/system/kubelet.service 7", "n2/lib/systemd/system/kubelet.service 1"}},
		{"environment files win over lines", []file{
			{"kubelet.service", "[Service]\nExecStart=/bin/kubelet $A\nEnvironmentFile=-/etc/default/kubelet\nEnvironment=A=--max-pods=1\n"}, {"etc/default/kubelet", "A='--max-pods=2 --v=3'\n"},
		}, "max-pods", []string{"2"}},
		{"quotes inside of a value are for the splitting", inEnvironment("A=--max-pods=1 --node-labels=\"x=1 y=2\" --v='3'\n"), "node-labels", []string{"x=1 y=2"}},
		{"quotes at the beginning of a value", inEnvironment("A= \"--node-labels='x y' \"'--v=3' \n"), "node-labels", []string{"x y"}},
		{"a value of several lines", inEnvironment("A=\"--v=3\n  --max-pods=1 \\\n--node-labels=x\"\n"), "max-pods", []string{"1"}},
		{"a backslash that escapes nothing in quotes", inEnvironment("A=\"--cluster-domain=a\\\\.b --v=3\"\nB=\"--node-labels=a\\.b\"\n"), "node-labels", []string{`a\.b`}},
		{"a value is no unit line", inEnvironment("A=--node-labels=a%%b\n"), "node-labels", []string{"a%%b"}},
		{"the nearest environment file", []file{
			{"n2/a/kubelet.service", "[Service]\nExecStart=/bin/kubelet $A\nEnvironmentFile=/e\n"}, {"n1/e", "A=--max-pods=1\n"}, {"n2/e", "A=--max-pods=2\n"},
		}, "max-pods", []string{"2"}},
		{"a last line that goes on", []file{{"kubelet.service", "[Service]\nEnvironment=A=--v=3 \\\n\nExecStart=/bin/kubelet \\\n  --max-pods=1 \\\n\n[Install]\nWantedBy=x\n"}}, "max-pods", []string{"1"}},
		{"a dollar sign", []file{{"kubelet.service", "[Service]\nExecStart=/bin/kubelet --cluster-domain=a$$b$c\n"}}, "cluster-domain", []string{"a$b$c"}},
		{"variables of a container", []file{{"p", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [kubelet, --cluster-domain=$(A)-$$(A)-$(B)-$(C)]\n    env: [{name: A, value: x}, {name: B, value: $(A)y}]\n"}},
			"cluster-domain", []string{"x-$(A)-xy-$(C)"}},
		{"a shell in a container", []file{{"p", "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [/bin/sh, -ec]\n    args: ['exec kubelet --max-pods=5']\n"}}, "max-pods", []string{"5"}},
		{"redirections at the end", []file{{"c", "kubelet --max-pods=1 >/dev/null 2>&1\nkubelet --max-pods=2 2> log &>x\n"}}, "max-pods", []string{"c:1 1", "c:2 2"}},
		{"several commands of a script", []file{{"u.service", "[Service]\nExecStart=/bin/sh -c 'kubelet --max-pods=5 \\\n  --v=2'\nExecStart=/bin/sh -c 'echo > x'\n"}}, "max-pods", []string{"5"}},
		{"kubeadm and a worker's file", []file{
			{"cp.yaml", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking: {serviceSubnet: 10.9.0.0/16}\n"},
			{"w.yaml", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n"},
		}, "cluster-dns", []string{"-", "-", "10.9.0.10", "-"}},
		{"a worker's file alone", []file{{"w.yaml", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n"}}, "config", []string{"/var/lib/kubelet/config.yaml"}},
		{"kubeadm merges arguments", []file{{"k", "apiVersion: kubeadm.k8s.io/v1\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n  - {name: service-cluster-ip-range, value: \",fd00::/112\", mergeMethod: append}\n  - {name: max, value: x, mergeMethod: prepend}\n"}},
			"service-cluster-ip-range", []string{"10.96.0.0/12,fd00::/112", "-", "-", "-"}},
		{"kubeadm merges in front", []file{{"k", "apiVersion: kubeadm.k8s.io/v1\nkind: ClusterConfiguration\ncontrollerManager: {extraArgs: [{name: cluster-name, value: my-, mergeMethod: prepend}]}\n"}},
			"cluster-name", []string{"-", "my-kubernetes", "-", "-"}},
		{"kubeadm without a kube-proxy", []file{{"k", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nproxy: {disabled: true}\n"}}, "cluster-name", []string{"-", "kubernetes", "-"}},
		{"kubeadm that skips kube-proxy", []file{{"k", "apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\nskipPhases: [addon/kube-proxy]\n"}}, "cluster-name", []string{"-", "kubernetes", "-"}},
		{"kubeadm that skips all addons", []file{{"k", "apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\nskipPhases: [mark-control-plane, addon]\n---\napiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\n"}}, "cluster-name", []string{"-", "kubernetes", "-"}},
		{"kubeadm that skips DNS", []file{{"k", "apiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\nskipPhases: [addon/coredns]\n"}}, "cluster-name", []string{"-", "kubernetes", "-", "-"}},
		{"merged arguments", []file{{"k", "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\nx: &x {a: \"1\"}\ny: &y {<<: *x, cluster-name: y, b: \"2\"}\ncontrollerManager: {extraArgs: {<<: [*y, *x], cluster-name: z}}\n"}},
			"b", []string{"-", "2", "-", "-"}},
		{"own arguments over merged ones", []file{{"k", "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\ny: &y {cluster-name: y}\ncontrollerManager: {extraArgs: {<<: *y, cluster-name: z}}\n"}},
			"cluster-name", []string{"-", "z", "-", "-"}},
		{"feature gates of YAML 1.1", []file{{"k", kubeletYAML + "featureGates: {A: yes, B: Off, C: True}\n"}}, "feature-gates", []string{"A=true,B=false,C=True"}},
		{"merged feature gates", []file{{"k", kubeletYAML + "x: &x {A: true, B: false}\nfeatureGates: {<<: *x, B: true}\n"}}, "feature-gates", []string{"B=true,A=true"}},
		{"kubeadm init with all defaults", []file{{"i.yaml", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n"}},
			"service-cluster-ip-range", []string{"10.96.0.0/12", "-", "-", "-"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, _, err := join(t, c.files...)
			if err != nil {
				t.Fatal(err)
			}
			if got := said(s, c.flag); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestJoinVersions(t *testing.T) {
	image := func(name, tag string) string {
		return "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - command: [" + name + "]\n    image: example.com:5000/" + name + tag + "\n"
	}
	s, _, err := join(t, file{"a", image("kube-apiserver", ":v1.34.1@sha256:00")}, file{"b", image("kubelet", ":v1.32.9")},
		file{"c", image("kube-controller-manager", ":latest")}, file{"d", image("kube-proxy", "")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range s.Processes {
		got = append(got, p.Version.String())
	}
	if want := []string{"unknown", "1.32", "unknown", "unknown"}; s.Version != (k8sflags.Version{Major: 1, Minor: 34}) || !slices.Equal(got, want) {
		t.Errorf("set %s, processes %s", s.Version, got)
	}
}

func TestJoinErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		files []file
		want  string
	}{
		{"a variable that does not split", []file{{"k.service", "[Service]\nExecStart=/bin/kubelet $A\nEnvironmentFile=e\n"}, {"e", "B=1\nA=\"--x='y\"\n"}},
			"e:2: A: the value of A does not split into arguments: quote ' is never closed"},
		{"an argument that is none", []file{{"c", "kubelet --v=1 ---x"}}, `c:1: kubelet argument 2 "---x": syntax error: a dash or two, then a name`},
		{"extra arguments with dashes", []file{{"k", "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n    --v: \"1\"\n"}},
			`k:5: apiServer.extraArgs.--v: kube-apiserver argument 3 "----v=1": syntax error: a dash or two, then a name`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, missing, err := join(t, c.files...)
			if err == nil || err.Error() != c.want || !errors.Is(err, manifest.ErrSyntax) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
			if len(s.Processes) > 0 || len(missing) > 0 {
				t.Error("a result in spite of the error")
			}
		})
	}
}

// systemd leaves $NAME alone inside of a word, so that nothing is missing there
// and the value is wrong.
func TestMissingOfAUnit(t *testing.T) {
	for arg, want := range map[string]string{
		"--max-pods=$N": "", "--max-pods=${N}": "${N} max-pods", "--max-pods $N": "$N max-pods", "--max-pods=1$N": "", "$N": "$N ", "--max-pods=$$N": "",
	} {
		_, missing, err := join(t, file{"kubelet.service", "[Service]\nExecStart=/bin/kubelet " + arg + "\n"})
		got := ""
		for _, m := range missing {
			got += m.Name + " " + m.Flag
		}
		if err != nil || got != want {
			t.Errorf("%s: missing %q, %v, want %q", arg, got, err, want)
		}
	}
}

func TestMissingExplains(t *testing.T) {
	s, missing, err := join(t, file{"c", "kube-apiserver --advertise_address=$(hostname -i) --bind-address=nonsense"})
	if err != nil || len(missing) != 1 {
		t.Fatal(missing, err)
	}
	explained := map[string]bool{}
	for _, f := range k8sflags.Check(s) {
		if f.Rule == "KC012" {
			explained[f.Flag] = missing[0].Explains(f)
		}
	}
	if !explained["advertise-address"] || explained["bind-address"] || len(explained) != 2 {
		t.Errorf("%v", explained)
	}
}

func TestNothingJoined(t *testing.T) {
	s, missing, err := manifest.Join()
	if len(s.Processes) != 0 || !s.Version.IsZero() || len(missing) != 0 || err != nil {
		t.Error(s, missing, err)
	}
	if s, _, err := manifest.Join(manifest.Fragment{}); len(s.Processes) != 0 || err != nil {
		t.Error(s, err)
	}
}

// Fragments are shared between goroutines, as a server that lints does.
func TestFragmentsAreSafeForConcurrentUse(t *testing.T) {
	fragments := read(t, "kubeadm/config-v1beta4.yaml", "kubeadm/kubelet-config.yaml", "kubespray/kubelet.env", "kubespray/kubelet.service", "standalone/kube-apiserver.service")
	want, _, err := manifest.Join(fragments...)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			got, _, err := manifest.Join(fragments...)
			if err != nil || !slices.Equal(lines(got), lines(want)) {
				t.Errorf("%q, %v", lines(got), err)
			}
		})
	}
	wait.Wait()
}

// lines returns each process' command on one line.
func lines(s k8sflags.Set) []string {
	var out []string
	for _, p := range s.Processes {
		out = append(out, strings.Join(append([]string{string(p.Component), p.Name}, p.Flags.Args()...), " "))
	}
	return out
}
