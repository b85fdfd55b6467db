package cidr

import "net/netip"

// Union returns the addresses that are in s, in t or in both. It takes O(n).
func (s Set) Union(t Set) Set { return Set{s.v4.union(t.v4), s.v6.union(t.v6)} }

// Intersect returns the addresses that are in both s and t. It takes O(n).
func (s Set) Intersect(t Set) Set { return Set{s.v4.intersect(t.v4), s.v6.intersect(t.v6)} }

// Subtract returns the addresses that are in s and not in t. It takes O(n).
func (s Set) Subtract(t Set) Set { return Set{s.v4.subtract(t.v4), s.v6.subtract(t.v6)} }

// ComplementIn returns the addresses of p that are not in s: what is left of a
// network. The result has none of the other family. An invalid or IPv4-mapped
// prefix is an error.
func (s Set) ComplementIn(p netip.Prefix) (Set, error) {
	if err := check("complement", p); err != nil {
		return Set{}, err
	}
	var whole Set
	whole.appendSpan(blockOf(p).span())
	return whole.Subtract(s), nil
}
