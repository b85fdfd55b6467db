package k8sflags_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/k8sflags"
)

func TestParseCommandNamesTheComponent(t *testing.T) {
	for line, want := range map[string]k8sflags.Component{
		"kubelet --x":                            k8sflags.Kubelet,
		"/usr/local/bin/kube-apiserver --x":      k8sflags.APIServer,
		`C:\k\kube-proxy.exe --x`:                k8sflags.Proxy,
		"hyperkube kubelet --x":                  k8sflags.Kubelet,
		"/hyperkube kube-controller-manager --x": k8sflags.ControllerManager,
		"/hyperkube apiserver --x":               k8sflags.APIServer,
		"/hyperkube controller-manager --x":      k8sflags.ControllerManager,
		"hyperkube proxy --x":                    k8sflags.Proxy,
		"/bin/aws-cloud-controller-manager --x":  k8sflags.CloudControllerManager,
		"exec kubelet --x":                       k8sflags.Kubelet,
		"nohup /usr/bin/kubelet --x":             k8sflags.Kubelet,
		"sudo -E -u root env A=b kubelet --x":    k8sflags.Kubelet,
		"/go-runner --log-file=/k.log --also-stdout=false --redirect-stderr=true /usr/local/bin/kube-apiserver --x": k8sflags.APIServer,
		"kube-log-runner -log-file /k.log -also-stdout kube-proxy --x":                                              k8sflags.Proxy,
		"nice -n 5 kubelet --x":                           k8sflags.Kubelet,
		"/usr/bin/env GOMAXPROCS=2 kube-apiserver --x":    k8sflags.APIServer,
		"KUBECONFIG=/etc/k.conf kubelet --x":              k8sflags.Kubelet,
		"sudo hyperkube cloud-controller-manager --x":     k8sflags.CloudControllerManager,
		"/opt/bin/openstack-cloud-controller-manager --x": k8sflags.CloudControllerManager,
	} {
		p, err := k8sflags.ParseCommand(strings.Fields(line))
		if err != nil || p.Component != want || p.Flags.Component() != want {
			t.Errorf("%s: %q, %v", line, p.Component, err)
			continue
		}
		if got := strings.Join(p.Flags.Args(), " "); got != "--x" {
			t.Errorf("%s: arguments %s", line, got)
		}
		for f := range p.Flags.All() {
			if f.Origin.Arg != len(strings.Fields(line)) {
				t.Errorf("%s: --x at argument %d", line, f.Origin.Arg)
			}
		}
	}
}

func TestParseCommandErrors(t *testing.T) {
	for line, want := range map[string]error{
		"":                       k8sflags.ErrComponent,
		"sudo -E":                k8sflags.ErrComponent,
		"etcd --x":               k8sflags.ErrComponent,
		"hyperkube":              k8sflags.ErrComponent,
		"hyperkube kubectl":      k8sflags.ErrComponent,
		"sh -c kubelet":          k8sflags.ErrComponent,
		"cloud-controller":       k8sflags.ErrComponent,
		"kubelet --=x":           k8sflags.ErrSyntax,
		"/usr/bin/kubelet/ --x":  k8sflags.ErrComponent,
		"kube-apiserver-1.34 -x": k8sflags.ErrComponent,
	} {
		if _, err := k8sflags.ParseCommand(strings.Fields(line)); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", line, err, want)
		}
	}
}
