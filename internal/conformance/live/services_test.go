package live

import (
	"context"
	"fmt"
	"net/netip"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// addService creates a Service that asks for an address of every family.
func addService(client kubernetes.Interface, name string, change func(*corev1.ServiceSpec)) (*corev1.Service, error) {
	policy := corev1.IPFamilyPolicyPreferDualStack
	s := &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: name},
		Spec:       corev1.ServiceSpec{IPFamilyPolicy: &policy, Ports: []corev1.ServicePort{{Port: 80}}},
	}
	if change != nil {
		change(&s.Spec)
	}
	return client.CoreV1().Services("default").Create(context.Background(), s, metav1.CreateOptions{})
}

// clusterIPs returns the addresses of a Service as a pair.
func clusterIPs(t *testing.T, s *corev1.Service) dualstack.Addrs {
	t.Helper()
	a, err := dualstack.SingleAddr(netip.MustParseAddr(s.Spec.ClusterIPs[0]))
	if len(s.Spec.ClusterIPs) == 2 {
		a, err = dualstack.DualAddrs(a.Primary(), netip.MustParseAddr(s.Spec.ClusterIPs[1]))
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// checkKubernetes holds the Service of the API server to the first address of
// the primary range.
func checkKubernetes(t *testing.T, client kubernetes.Interface, services dualstack.Pair) {
	t.Helper()
	want, err := cidr.Nth(services.Primary(), 1)
	if err != nil {
		t.Fatal(err)
	}
	within(t, 30*time.Second, "the Service kubernetes has its address", func() error {
		s, err := client.CoreV1().Services("default").Get(context.Background(), "kubernetes", metav1.GetOptions{})
		if err != nil {
			return err
		}
		if got := s.Spec.ClusterIPs; len(got) != 1 || got[0] != want.String() {
			t.Fatalf("the Service kubernetes has %v, not %s", got, want)
		}
		return nil
	})
}

// checkServices creates n Services and holds their addresses to the ranges: one
// of each family in order, and none of the band for those who ask.
func checkServices(t *testing.T, client kubernetes.Interface, services dualstack.Pair, n int) {
	t.Helper()
	for i := range n {
		s, err := addService(client, fmt.Sprint("s-", i), nil)
		if err != nil {
			t.Fatal(err)
		}
		ips := clusterIPs(t, s)
		if ips.IsDual() != services.IsDual() || cidr.FamilyOfAddr(ips.Primary()) != cidr.FamilyOf(services.Primary()) {
			t.Fatalf("a Service got %s out of %s", ips, services)
		}
		for p := range services.All() {
			a := ips.Of(cidr.FamilyOf(p))
			offset, err := cidr.Offset(p, a)
			if err != nil || offset <= 256 { // the static band of a range of 4096 addresses and more
				t.Fatalf("a Service got %s, number %d of %s: %v", a, offset, p, err)
			}
		}
	}
}

// checkAskedFor holds the addresses that a Service may ask for to those that
// the range has.
func checkAskedFor(t *testing.T, client kubernetes.Interface, primary netip.Prefix) {
	t.Helper()
	last := cidr.Last(primary)
	for _, c := range []struct {
		name string
		addr netip.Addr
		ok   bool
	}{
		{"network", primary.Addr(), false},
		{"dns", primary.Addr().Next().Next(), true},
		{"last", last, last.Is6()},
		{"beyond", last.Next(), false},
	} {
		_, err := addService(client, c.name, func(s *corev1.ServiceSpec) {
			single := corev1.IPFamilyPolicySingleStack
			s.IPFamilyPolicy, s.ClusterIP = &single, c.addr.String()
		})
		if (err == nil) != c.ok {
			t.Errorf("%s, the %s address of %s: %v", c.addr, c.name, primary, err)
		}
	}
}
