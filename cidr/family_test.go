package cidr_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
)

func TestFamilyOf(t *testing.T) {
	for s, want := range map[string]cidr.Family{
		"10.0.0.0/8": cidr.IPv4, "fd00::/8": cidr.IPv6, "::/0": cidr.IPv6, "::ffff:10.0.0.0/104": 0,
	} {
		if got := cidr.FamilyOf(netip.MustParsePrefix(s)); got != want {
			t.Errorf("FamilyOf(%s) = %v", s, got)
		}
	}
	for s, want := range map[string]cidr.Family{
		"10.0.0.1": cidr.IPv4, "fd00::1": cidr.IPv6, "::ffff:10.0.0.1": cidr.IPv4, "fe80::1%eth0": cidr.IPv6,
	} {
		if got := cidr.FamilyOfAddr(netip.MustParseAddr(s)); got != want {
			t.Errorf("FamilyOfAddr(%s) = %v", s, got)
		}
	}
	if got := cidr.FamilyOfAddr(netip.Addr{}); got != 0 {
		t.Errorf("FamilyOfAddr of the zero Addr = %v", got)
	}
}

func TestFamilyText(t *testing.T) {
	type spec struct{ Families []cidr.Family }
	b, err := json.Marshal(spec{[]cidr.Family{cidr.IPv6, cidr.IPv4}})
	if err != nil || string(b) != `{"Families":["IPv6","IPv4"]}` {
		t.Fatalf("%s, %v", b, err)
	}
	var s spec
	if err := json.Unmarshal(b, &s); err != nil || s.Families[0] != cidr.IPv6 || s.Families[1] != cidr.IPv4 {
		t.Errorf("%v, %v", s, err)
	}
	var f cidr.Family
	if err := f.UnmarshalText([]byte("ipv4")); !errors.Is(err, cidr.ErrFamily) {
		t.Errorf("lower case: %v", err)
	}
	if _, err := cidr.Family(5).MarshalText(); !errors.Is(err, cidr.ErrFamily) {
		t.Errorf("family 5: %v", err)
	}
	if cidr.IPv4.BitLen() != 32 || cidr.IPv6.BitLen() != 128 || cidr.Family(0).BitLen() != 0 || cidr.Family(0).String() != "" {
		t.Error("BitLen or String")
	}
}
