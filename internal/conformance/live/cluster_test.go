package live

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"

	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// addressing is a cluster of the given ranges whose kube-apiserver listens on
// loopback. What it advertises is an address of documentation: nobody asks for
// it here.
func addressing(t *testing.T, pods, services string, masks dualstack.Masks) k8sflags.Addressing {
	t.Helper()
	a := k8sflags.Addressing{
		Version: k8sflags.Version{Major: 1, Minor: 37}, MaxPods: 1, NodeMasks: masks,
		Pods: dualstack.MustParse(pods), Services: dualstack.MustParse(services),
		BindAddress: netip.MustParseAddr("127.0.0.1"), SecurePort: freePort(t),
		AdvertiseAddress: netip.MustParseAddr("192.0.2.1"),
		NodePorts:        k8sflags.PortRange{Min: 30000, Max: 30063},
	}
	if a.Services.Primary().Addr().Is6() {
		a.AdvertiseAddress = netip.MustParseAddr("2001:db8::1")
	}
	return a
}

// startCluster starts a control plane with the flags of the addressing, and
// returns a client that may do everything.
func startCluster(t *testing.T, a k8sflags.Addressing) kubernetes.Interface {
	t.Helper()
	set, err := k8sflags.Render(a)
	if err != nil {
		t.Fatal(err)
	}
	return startSet(t, set, a.SecurePort)
}

// startSet starts the control plane of a set whose kube-apiserver listens on
// the given port of loopback.
func startSet(t *testing.T, set k8sflags.Set, port int) kubernetes.Interface {
	t.Helper()
	f := newFiles(t)
	etcd := startEtcd(t, f.dir)
	flags := map[k8sflags.Component][]string{}
	for _, p := range set.Processes {
		flags[p.Component] = p.Flags.Args()
	}
	start(t, f.dir, "kube-apiserver", slices.Concat(flags[k8sflags.APIServer], []string{
		"--etcd-servers=" + etcd, "--authorization-mode=RBAC", "--token-auth-file=" + f.tokens,
		"--tls-cert-file=" + f.cert, "--tls-private-key-file=" + f.key,
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + f.serviceAccounts, "--service-account-signing-key-file=" + f.serviceAccounts,
	})...)
	server := fmt.Sprintf("https://127.0.0.1:%d", port)
	client, err := kubernetes.NewForConfig(&rest.Config{
		Host: server, BearerToken: adminToken, TLSClientConfig: rest.TLSClientConfig{CAFile: f.cert}, QPS: 500, Burst: 500,
	})
	if err != nil {
		t.Fatal(err)
	}
	within(t, time.Minute, "kube-apiserver is ready", func() error {
		_, err := client.Discovery().RESTClient().Get().AbsPath("/readyz").DoRaw(context.Background())
		return err
	})
	if args, ok := flags[k8sflags.ControllerManager]; ok {
		write(t, f.kubeconfig, fmt.Appendf(nil, `apiVersion: v1
kind: Config
current-context: test
contexts: [{name: test, context: {cluster: test, user: test}}]
clusters: [{name: test, cluster: {server: %q, certificate-authority: %q}}]
users: [{name: test, user: {token: %q}}]
`, server, f.cert, adminToken))
		// Without credentials of their own the controllers allocate nothing.
		start(t, f.dir, "kube-controller-manager", slices.Concat(args, []string{
			"--kubeconfig=" + f.kubeconfig, "--controllers=node-ipam-controller,service-cidr-controller",
			"--leader-elect=false", "--secure-port=0", "--use-service-account-credentials=true",
		})...)
	}
	return client
}

// startEtcd starts an etcd that keeps nothing, and returns its address.
func startEtcd(t *testing.T, dir string) string {
	t.Helper()
	client, peer := fmt.Sprintf("http://127.0.0.1:%d", freePort(t)), fmt.Sprintf("http://127.0.0.1:%d", freePort(t))
	start(t, dir, "etcd",
		"--name=test", "--data-dir="+dir+"/etcd", "--unsafe-no-fsync", "--log-level=warn",
		"--listen-client-urls="+client, "--advertise-client-urls="+client,
		"--listen-peer-urls="+peer, "--initial-advertise-peer-urls="+peer, "--initial-cluster=test="+peer,
	)
	return client
}
