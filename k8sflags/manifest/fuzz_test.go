package manifest_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/k8sflags/manifest"
)

// digest reads a file and does with it whatever one does: join, check, infer.
// Nothing panics; every error names the file, and every origin is a line of it.
func digest(t *testing.T, text string) {
	const name = "etc/kubelet.service.d/config.conf"
	lines := strings.Count(text, "\n") + 1
	f, err := manifest.Read(name, []byte(text))
	faults(t, err, name)
	if err != nil {
		return
	}
	s, missing, err := manifest.Join(f, f)
	faults(t, err, name)
	for _, m := range missing {
		if m.Name == "" || m.Origin.File != name || m.Origin.Line < 1 || m.Origin.Line > lines {
			t.Fatalf("%+v", m)
		}
	}
	for _, p := range s.Processes {
		for fl := range p.Flags.All() {
			if fl.Origin.File != name || fl.Origin.Line < 1 || fl.Origin.Line > lines {
				t.Fatalf("%+v of %d lines", fl, lines)
			}
		}
	}
	k8sflags.Check(s, k8sflags.WithNodes(100))
	_, _ = k8sflags.Infer(s)
}

func faults(t *testing.T, err error, name string) {
	var es manifest.Errors
	if err == nil {
		return
	}
	if !errors.As(err, &es) || len(es) == 0 {
		t.Fatalf("%v", err)
	}
	for _, e := range es {
		if e.Origin.File != name || e.Message == "" || e.Err == nil || strings.Contains(e.Error(), "\n") {
			t.Fatalf("%+v", e)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) { digest(t, text) })
}

// The readers by themselves, so that none is missed where files are told apart.

func FuzzKubelet(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		digest(t, "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n"+text)
	})
}

func FuzzProxy(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		digest(t, "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\n"+text)
	})
}

func FuzzKubeadm(f *testing.F) {
	f.Fuzz(func(t *testing.T, version uint8, cluster, node string) {
		api := "apiVersion: kubeadm.k8s.io/" + []string{"v1beta2", "v1beta3", "v1beta4", "v1"}[version%4] + "\nkind: "
		digest(t, api+"ClusterConfiguration\n"+cluster+"\n---\n"+api+"InitConfiguration\n"+node+"\n---\n"+api+"JoinConfiguration\n"+node)
	})
}

func FuzzPod(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) { digest(t, "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"+text) })
}

func FuzzUnit(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) { digest(t, "[Service]\n"+text) })
}

func FuzzEnvironment(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) {
		digest(t, "FIRST=\n"+text)
		e, err := manifest.Read("e", []byte("FIRST=\n"+text))
		if err != nil {
			return
		}
		u, err := manifest.Read("u", []byte("[Service]\nEnvironmentFile=e\nExecStart=/bin/kubelet $A ${B} --node-ip=${C}\n"))
		if err != nil {
			t.Fatal(err)
		}
		_, _, _ = manifest.Join(u, e)
	})
}

func FuzzCommands(f *testing.F) {
	f.Fuzz(func(t *testing.T, text string) { digest(t, "kubelet --v=2\n"+text) })
}
