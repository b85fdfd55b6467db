package cidr_test

import (
	"errors"
	"net/netip"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"go4.org/netipx"
)

// Sets, ranges, masks and the registries hold to the policy of
// TestInvalidInputs.
func TestInvalidInputsOfSets(t *testing.T) {
	good := netip.MustParsePrefix("10.0.0.0/8")
	everything := setOf(t, prefixes("0.0.0.0/0", "::/0")...)
	for name, bad := range map[string]struct {
		p    netip.Prefix
		kind error
	}{
		"zero":                      {netip.Prefix{}, cidr.ErrInvalid},
		"bits beyond the family":    {netip.PrefixFrom(netip.MustParseAddr("10.0.0.0"), 33), cidr.ErrInvalid},
		"negative bits":             {netip.PrefixFrom(netip.MustParseAddr("10.0.0.0"), -1), cidr.ErrInvalid},
		"mapped":                    {netip.MustParsePrefix("::ffff:10.0.0.0/104"), cidr.ErrMapped},
		"all of the mapped":         {netip.MustParsePrefix("::ffff:0.0.0.0/96"), cidr.ErrMapped},
		"host bits that are mapped": {netip.MustParsePrefix("::ffff:10.0.0.0/80"), cidr.ErrMapped},
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := cidr.SetOf(good, bad.p); !s.IsEmpty() || !errors.Is(err, bad.kind) {
				t.Errorf("SetOf: %v, %v", s, err)
			}
			if s, err := everything.ComplementIn(bad.p); !s.IsEmpty() || !errors.Is(err, bad.kind) {
				t.Errorf("ComplementIn: %v, %v", s, err)
			}
			if everything.ContainsPrefix(bad.p) {
				t.Error("ContainsPrefix")
			}
			if everything.Overlaps(bad.p) {
				t.Error("Overlaps")
			}
			if r := cidr.RangeOf(bad.p); r != (netipx.IPRange{}) {
				t.Errorf("RangeOf: %v", r)
			}
			if a := cidr.Netmask(bad.p); a.IsValid() {
				t.Errorf("Netmask: %v", a)
			}
			if a := cidr.Hostmask(bad.p); a.IsValid() {
				t.Errorf("Hostmask: %v", a)
			}
			for s := range cidr.SpecialPurpose(bad.p) {
				t.Errorf("SpecialPurpose: %v", s)
			}
		})
	}
	if everything.Contains(netip.Addr{}) {
		t.Error("the zero address is in a set")
	}
}

// A prefix that a program built is taken with host bits and treated as masked.
func TestHostBitsOfBuiltPrefixesAreMaskedInSets(t *testing.T) {
	p, m := netip.MustParsePrefix("10.1.2.3/16"), netip.MustParsePrefix("10.1.0.0/16")
	s := setOf(t, m)
	if got := setOf(t, p); !got.Equal(s) {
		t.Errorf("SetOf(%v) = %v", p, got)
	}
	if c, err := s.ComplementIn(netip.MustParsePrefix("10.1.2.3/15")); err != nil || c.String() != "10.0.0.0/16" {
		t.Errorf("ComplementIn = %v, %v", c, err)
	}
	if !s.ContainsPrefix(p) || !s.Overlaps(p) {
		t.Errorf("%v does not contain %v", s, p)
	}
	if cidr.RangeOf(p) != cidr.RangeOf(m) || cidr.Netmask(p) != cidr.Netmask(m) || cidr.Hostmask(p) != cidr.Hostmask(m) {
		t.Errorf("%v is not treated as %v", p, m)
	}
}
