package plantest

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

// Disjoint fails the test for every two prefixes that share addresses, and
// names both with their place in the arguments. A prefix that is invalid or
// IPv4-mapped is a failure too, and not disjoint from anything.
func Disjoint(t TB, ps ...netip.Prefix) {
	t.Helper()
	overlaps, err := cidr.Overlaps(ps)
	if err != nil {
		t.Errorf("plantest: %v", err)
		return
	}
	for i, j := range overlaps {
		if ps[i] == ps[j] {
			t.Errorf("plantest: %v stands twice (prefixes %d and %d)", ps[i], i, j)
		} else {
			t.Errorf("plantest: %v and %v overlap (prefixes %d and %d)", ps[i], ps[j], i, j)
		}
	}
}
