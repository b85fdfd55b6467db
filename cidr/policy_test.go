package cidr_test

import (
	"errors"
	"iter"
	"math/big"
	"net/netip"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
)

// One policy for inputs that are no prefix: the zero Prefix and IPv4-mapped
// ones are errors where a function returns an error, and give the zero result
// where it does not. Nothing panics.
func TestInvalidInputs(t *testing.T) {
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
			good := netip.MustParsePrefix("10.0.0.0/8")
			for op, f := range map[string]func() (any, error){
				"Nth":            func() (any, error) { return cidr.Nth(bad.p, 0) },
				"NthLast":        func() (any, error) { return cidr.NthLast(bad.p, 0) },
				"Offset":         func() (any, error) { return cidr.Offset(bad.p, good.Addr()) },
				"NumSubnets":     func() (any, error) { return cidr.NumSubnets(bad.p, 120) },
				"Subnet":         func() (any, error) { return cidr.Subnet(bad.p, 120, 0) },
				"SubnetIndex of": func() (any, error) { return cidr.SubnetIndex(bad.p, good) },
				"SubnetIndex in": func() (any, error) { return cidr.SubnetIndex(good, bad.p) },
				"Supernet":       func() (any, error) { return cidr.Supernet(bad.p, 0) },
				"Common":         func() (any, error) { return cidr.Common(good, bad.p) },
				"Split":          func() (any, error) { seq, err := cidr.Split(bad.p, 120); return seq == nil, err },
				"SplitN":         func() (any, error) { seq, err := cidr.SplitN(bad.p, 2); return seq == nil, err },
				"Carve":          func() (any, error) { ps, err := cidr.Carve(bad.p, 120); return ps == nil, err },
				"Disjoint":       func() (any, error) { return nil, cidr.Disjoint(good, bad.p) },
				"Overlaps":       func() (any, error) { seq, err := cidr.Overlaps([]netip.Prefix{bad.p}); return seq == nil, err },
				"OverlapsBetween": func() (any, error) {
					seq, err := cidr.OverlapsBetween([]netip.Prefix{bad.p}, nil)
					return seq == nil, err
				},
			} {
				got, err := f()
				if !errors.Is(err, bad.kind) {
					t.Errorf("%s: error %v, want kind %v", op, err, bad.kind)
				}
				switch got {
				case nil, true, uint64(0), netip.Prefix{}, netip.Addr{}:
				default:
					t.Errorf("%s: result %v beside the error", op, got)
				}
			}

			if f := cidr.FamilyOf(bad.p); f != 0 {
				t.Errorf("FamilyOf: %v", f)
			}
			if a := cidr.Last(bad.p); a.IsValid() {
				t.Errorf("Last: %v", a)
			}
			if n, ok := cidr.NumAddrs(bad.p); n != 0 || !ok {
				t.Errorf("NumAddrs: %d, %v", n, ok)
			}
			if n := cidr.NumAddrsBig(bad.p); n.Cmp(new(big.Int)) != 0 {
				t.Errorf("NumAddrsBig: %v", n)
			}
			for op, f := range map[string]func(netip.Prefix) (netip.Prefix, bool){"Sibling": cidr.Sibling, "Next": cidr.Next, "Prev": cidr.Prev} {
				if p, ok := f(bad.p); ok || p.IsValid() {
					t.Errorf("%s: %v, %v", op, p, ok)
				}
			}
			if ps := cidr.Aggregate([]netip.Prefix{good, bad.p}); ps != nil {
				t.Errorf("Aggregate: %v", ps)
			}
		})
	}
}

// A prefix that a program built is taken with host bits and treated as masked.
func TestHostBitsOfBuiltPrefixesAreMasked(t *testing.T) {
	p, m := netip.MustParsePrefix("10.1.2.3/16"), netip.MustParsePrefix("10.1.0.0/16")
	for op, f := range map[string]func(netip.Prefix) (any, error){
		"Last":        func(p netip.Prefix) (any, error) { return cidr.Last(p), nil },
		"Nth":         func(p netip.Prefix) (any, error) { return cidr.Nth(p, 7) },
		"NthLast":     func(p netip.Prefix) (any, error) { return cidr.NthLast(p, 7) },
		"Offset":      func(p netip.Prefix) (any, error) { return cidr.Offset(p, netip.MustParseAddr("10.1.0.9")) },
		"Subnet":      func(p netip.Prefix) (any, error) { return cidr.Subnet(p, 24, 3) },
		"SubnetIndex": func(p netip.Prefix) (any, error) { return cidr.SubnetIndex(m, netip.PrefixFrom(p.Addr(), 24)) },
		"Supernet":    func(p netip.Prefix) (any, error) { return cidr.Supernet(p, 16) },
		"Common":      func(p netip.Prefix) (any, error) { return cidr.Common(p) },
		"Split":       func(p netip.Prefix) (any, error) { return first(cidr.Split(p, 24)) },
		"SplitN":      func(p netip.Prefix) (any, error) { return first(cidr.SplitN(p, 3)) },
		"Carve":       func(p netip.Prefix) (any, error) { ps, err := cidr.Carve(p, 20); return ps[0], err },
		"Next":        func(p netip.Prefix) (any, error) { q, _ := cidr.Next(p); return q, nil },
		"Prev":        func(p netip.Prefix) (any, error) { q, _ := cidr.Prev(p); return q, nil },
		"Sibling":     func(p netip.Prefix) (any, error) { q, _ := cidr.Sibling(p); return q, nil },
		"Aggregate":   func(p netip.Prefix) (any, error) { return cidr.Aggregate([]netip.Prefix{p})[0], nil },
	} {
		want, wantErr := f(m)
		if op == "SubnetIndex" {
			want = uint64(2)
		}
		if got, err := f(p); err != nil || wantErr != nil || got != want {
			t.Errorf("%s(%v) = %v, %v; of %v it is %v, %v", op, p, got, err, m, want, wantErr)
		}
	}
}

func first(seq iter.Seq[netip.Prefix], err error) (netip.Prefix, error) {
	for p := range seq {
		return p, err
	}
	return netip.Prefix{}, err
}
