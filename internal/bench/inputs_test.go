package main

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
)

func TestInputsAreWhatTheyAreCalled(t *testing.T) {
	const n = 5000
	for _, f := range both {
		for _, k := range []kind{disjoint, disjointSorted, disjointReversed, random, randomSorted, randomReversed, nested, routes, equal} {
			ps := k.list(f, n)
			if len(ps) != n {
				t.Errorf("%s, %v: %d prefixes", k.name, f, len(ps))
			}
			for _, p := range ps {
				if cidr.FamilyOf(p) != f || p.Masked() != p {
					t.Fatalf("%s, %v: %v", k.name, f, p)
				}
			}
			again := k.list(f, n)
			if !slices.Equal(ps, again) {
				t.Errorf("%s, %v: the second list differs from the first", k.name, f)
			}
			slices.SortFunc(again, netip.Prefix.Compare)
			if distinct := len(slices.Compact(again)); distinct != n && k.name != equal.name {
				t.Errorf("%s, %v: only %d different prefixes", k.name, f, distinct)
			}
		}
		for _, k := range []kind{disjoint, disjointSorted, disjointReversed} {
			if err := cidr.Disjoint(k.list(f, n)...); err != nil {
				t.Errorf("%s, %v: %v", k.name, f, err)
			}
		}
	}
}
