package kubernetes

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	utilnet "k8s.io/apimachinery/pkg/util/net"
	"k8s.io/kubernetes/pkg/registry/core/service/portallocator"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// A text is the same range of ports to k8sflags as to kube-apiserver, or none
// to both.
func TestPortRangesAreReadAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawPortRange(t)
		theirs, refused := utilnet.ParsePortRange(text)
		ours, err := k8sflags.ParsePortRange(text)
		if (err == nil) != (refused == nil) {
			t.Fatalf("%q: ParsePortRange says %v, kube-apiserver %v", text, err, refused)
		}
		if err == nil && ours.Size() > 0 && (ours.Min != theirs.Base || ours.Size() != theirs.Size) {
			t.Fatalf("%q: ParsePortRange reads %v, kube-apiserver %v", text, ours, theirs)
		}
	})
}

// Every port of the range is given out once, those of the static band last.
func TestNodePortBands(t *testing.T) {
	fewerChecks(t, 300)
	rapid.Check(t, func(t *rapid.T) {
		r := k8sflags.PortRange{Min: rapid.IntRange(1, 60000).Draw(t, "first")}
		r.Max = r.Min + rapid.SampledFrom([]int{0, 14, 15, 16, 17, 511, 543, 544, 2767, 4095, 5000}).Draw(t, "more")
		allocator, err := portallocator.NewInMemory(utilnet.PortRange{Base: r.Min, Size: r.Size()})
		if err != nil {
			t.Fatal(err)
		}
		var given []int
		for {
			port, err := allocator.AllocateNext()
			if errors.Is(err, portallocator.ErrFull) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			given = append(given, port)
		}
		first := r.Dynamic().Size()
		if len(given) != r.Size() || first+r.Static().Size() != r.Size() {
			t.Fatalf("%s: %d ports are given, the bands are %s and %s", r, len(given), r.Static(), r.Dynamic())
		}
		slices.Sort(given[:first])
		slices.Sort(given[first:])
		if !slices.Equal(given[:first], portsOf(r.Dynamic())) || !slices.Equal(given[first:], portsOf(r.Static())) {
			t.Fatalf("%s: given first %v, last %v; the bands are %s and %s", r, given[:first], given[first:], r.Dynamic(), r.Static())
		}
	})
}

func portsOf(r k8sflags.PortRange) []int {
	var ports []int
	for port := r.Min; r.Contains(port); port++ {
		ports = append(ports, port)
	}
	return ports
}
