package kubernetes

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/kubernetes/pkg/registry/core/service/ipallocator"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// newServices returns the allocator that kube-apiserver has for a service range.
// What it allocates it sees at once, as the only kube-apiserver.
func newServices(t *testing.T, r netip.Prefix) (*ipallocator.Allocator, error) {
	t.Helper()
	client := fake.NewSimpleClientset()
	factory := informers.NewSharedInformerFactory(client, 0)
	addresses := factory.Networking().V1().IPAddresses()
	a, err := ipallocator.NewIPAllocator(ipNet(r), client.NetworkingV1(), addresses)
	if err != nil {
		return nil, err
	}
	client.PrependReactor("create", "ipaddresses", func(action clienttesting.Action) (bool, runtime.Object, error) {
		created := action.(clienttesting.CreateAction).GetObject()
		return true, created, addresses.Informer().GetIndexer().Add(created)
	})
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	factory.StartWithContext(ctx)
	factory.WaitForCacheSync(ctx.Done())
	return a, nil
}

// A small range gives as many addresses as ServicesIn says, those of the static
// band last.
func TestServicesOfSmallRanges(t *testing.T) {
	for _, text := range []string{
		"10.96.0.0/29", "10.96.0.0/28", "10.96.0.0/27", "10.96.0.16/28", "10.96.0.0/26", "10.96.0.0/25", "10.96.3.0/24", "10.96.2.0/23",
		"fd00::/125", "fd00::/124", "fd00::/123", "fd00::/122", "fd00::/121", "fd00::/120", "fd00::200/119",
	} {
		t.Run(text, func(t *testing.T) {
			r := cidr.MustParse(text)
			allocator, err := newServices(t, r)
			if err != nil {
				t.Fatal(err)
			}
			var given []netip.Addr
			for {
				ip, err := allocator.AllocateNext()
				if errors.Is(err, ipallocator.ErrFull) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				a, _ := netip.AddrFromSlice(ip)
				given = append(given, a.Unmap())
			}
			if want, err := k8sflags.ServicesIn(version, r); err != nil || uint64(len(given)) != want {
				t.Fatalf("the allocator gives %d addresses, ServicesIn says %d %v", len(given), want, err)
			}
			bands, err := k8sflags.ServiceBands(r)
			if err != nil {
				t.Fatal(err)
			}
			dynamic, static := given[:bands.NumDynamic], given[bands.NumDynamic:]
			slices.SortFunc(dynamic, netip.Addr.Compare)
			slices.SortFunc(static, netip.Addr.Compare)
			if !slices.Equal(dynamic, addressesOf(bands.Dynamic)) || !slices.Equal(static, addressesOf(bands.Static)) {
				t.Errorf("given first: %v, last: %v; the bands are %+v", dynamic, static, bands)
			}
		})
	}
}

// Of a large range the first and last address are as predicted, and a Service
// that asks for none gets only addresses of the dynamic band.
func TestServicesOfLargeRanges(t *testing.T) {
	for _, text := range []string{
		"10.96.0.0/20", "10.96.0.0/16", "10.96.0.0/12", "10.0.0.0/8", "64.0.0.0/2",
		"fd00::/112", "fd00::/108", "fd00::/100", "fd00::/65", "fd00::/64",
	} {
		t.Run(text, func(t *testing.T) {
			r := cidr.MustParse(text)
			allocator, err := newServices(t, r)
			if err != nil {
				t.Fatal(err)
			}
			bands, err := k8sflags.ServiceBands(r)
			if err != nil {
				t.Fatal(err)
			}
			for range 100 {
				ip, err := allocator.AllocateNext()
				if err != nil {
					t.Fatal(err)
				}
				if a, _ := netip.AddrFromSlice(ip); !bands.Dynamic.Contains(a) {
					t.Errorf("%s is given to one who asked for none; the bands are %+v", a, bands)
				}
			}
			total, err := k8sflags.ServicesIn(version, r)
			if err != nil || total != bands.NumStatic+bands.NumDynamic {
				t.Fatalf("ServicesIn says %d %v; the bands are %+v", total, err, bands)
			}
			for _, c := range []struct {
				name   string
				offset uint64
				usable bool
			}{{"network address", 0, false}, {"first", 1, true}, {"last", total, true}, {"one more", total + 1, false}} {
				a, err := cidr.Nth(r, c.offset)
				if err != nil {
					if c.usable {
						t.Errorf("%s: %v", c.name, err)
					}
					continue
				}
				err = allocator.Allocate(a.AsSlice())
				var outside *ipallocator.ErrNotInRange
				if errors.As(err, &outside) == c.usable {
					t.Errorf("%s, %s: usable %v, the allocator says %v", c.name, a, c.usable, err)
				}
			}
		})
	}
}

// The allocator refuses the ranges for which ServicesIn has no number, the IPv6
// ones shorter than /64; kube-apiserver's flag takes them.
func TestServicesRefused(t *testing.T) {
	for bits := 1; bits <= 128; bits++ {
		r, _ := netip.MustParseAddr("fd00::").Prefix(bits)
		_, theirs := newServices(t, r)
		_, ours := k8sflags.ServicesIn(version, r)
		if (theirs == nil) != (ours == nil) {
			t.Errorf("%s: the allocator says %v, ServicesIn %v", r, theirs, ours)
		}
	}
}

// addressesOf are all those of a range of addresses.
func addressesOf(r k8sflags.AddrRange) []netip.Addr {
	var all []netip.Addr
	for a := r.First; r.Contains(a); a = a.Next() {
		all = append(all, a)
	}
	return all
}
