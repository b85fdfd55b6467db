package k8sflags_test

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
)

func TestServiceRangeLimitsByVersion(t *testing.T) {
	for v := range k8sflags.Versions() {
		v4, v6 := 12, 108
		if v.Minor >= 34 {
			v4, v6 = 2, 64
		}
		if got := k8sflags.ShortestServiceBits(v, cidr.IPv4); got != v4 {
			t.Errorf("%s IPv4: /%d, want /%d", v, got, v4)
		}
		if got := k8sflags.ShortestServiceBits(v, cidr.IPv6); got != v6 {
			t.Errorf("%s IPv6: /%d, want /%d", v, got, v6)
		}
	}
	if got := k8sflags.ShortestServiceBits(k8sflags.Version{Major: 1, Minor: 20}, cidr.IPv4); got != 12 {
		t.Errorf("older than the tables: /%d", got)
	}
	if got := k8sflags.ShortestServiceBits(k8sflags.Version{}, cidr.IPv4); got != 2 {
		t.Errorf("no version is not the newest: /%d", got)
	}
	if k8sflags.ShortestServiceBits(k8sflags.MaxVersion(), 0) != 0 || k8sflags.LongestServiceBits(0) != 0 {
		t.Error("no family has limits")
	}
	if k8sflags.LongestServiceBits(cidr.IPv4) != 29 || k8sflags.LongestServiceBits(cidr.IPv6) != 125 {
		t.Error("the primary range does not need 8 addresses")
	}
}

func TestServicesIn(t *testing.T) {
	for _, c := range []struct {
		version, r string
		want       uint64
	}{
		{"1.24", "10.96.0.0/12", 1<<20 - 2},
		{"1.34", "10.96.0.0/12", 1<<20 - 2},
		{"1.34", "10.0.0.0/8", 1<<24 - 2},
		{"1.30", "10.96.0.0/24", 254},
		{"1.30", "10.96.0.7/24", 254},
		{"1.30", "10.96.0.0/29", 6},
		{"1.30", "10.96.0.0/30", 2},
		{"1.30", "10.96.0.0/31", 0},
		{"1.30", "10.96.0.0/32", 0},
		{"1.33", "fd00::/108", 65535},
		{"1.33", "fd00::/112", 65535},
		{"1.33", "fd00::/113", 32767},
		{"1.34", "fd00::/108", 1<<20 - 1},
		{"1.34", "fd00::/64", 1<<64 - 1},
		{"1.34", "fd00::/127", 1},
		{"1.34", "fd00::/128", 0},
	} {
		got, err := k8sflags.ServicesIn(versionOf(t, c.version), netip.MustParsePrefix(c.r))
		if err != nil || got != c.want {
			t.Errorf("%s at %s: %d, %v, want %d", c.r, c.version, got, err, c.want)
		}
	}
	for _, c := range []struct {
		version, r string
		want       error
	}{
		{"1.33", "10.0.0.0/11", k8sflags.ErrServiceRange},
		{"1.33", "fd00::/107", k8sflags.ErrServiceRange},
		{"1.34", "fd00::/63", k8sflags.ErrServiceRange},
		{"1.34", "0.0.0.0/1", k8sflags.ErrServiceRange},
		{"1.34", "::ffff:10.0.0.0/112", cidr.ErrMapped},
	} {
		if got, err := k8sflags.ServicesIn(versionOf(t, c.version), netip.MustParsePrefix(c.r)); !errors.Is(err, c.want) || got != 0 {
			t.Errorf("%s at %s: %d, %v, want %v", c.r, c.version, got, err, c.want)
		}
	}
	if _, err := k8sflags.ServicesIn(k8sflags.MaxVersion(), netip.Prefix{}); !errors.Is(err, cidr.ErrInvalid) {
		t.Errorf("the zero prefix: %v", err)
	}
	_, err := k8sflags.ServicesIn(versionOf(t, "1.30"), netip.MustParsePrefix("10.1.2.3/8"))
	if want := "k8sflags: service range 10.0.0.0/8: too large at Kubernetes 1.30, use a /12 or longer: not a service range"; err == nil || err.Error() != want {
		t.Errorf("got %v", err)
	}
}
