package cidr

import (
	"iter"
	"net/netip"
)

// Special is an entry of IANA's registries of special-purpose addresses, or of
// a block that other registries set apart: multicast, and the site-local
// addresses that are deprecated. What an entry means for a network is for the
// caller to judge.
type Special struct {
	Prefix netip.Prefix
	// Name as the registry has it; for fec0::/10, which it has as reserved, what
	// it was.
	Name string
	// RFC, or several separated by commas: "RFC 8190, RFC 919".
	RFC string
	// Allocated and Terminated are months, as "2006-02"; "" where the registry
	// has none.
	Allocated, Terminated string

	// The registry's columns, as RFC 6890 defines them: whether addresses of
	// the block are valid as a source and as a destination, whether routers may
	// forward datagrams to them, also beyond an administrative domain, and
	// whether every implementation of IP has to treat them in a special way.
	// They are true where the registry says True. Where it says N/A or nothing
	// they are false: in all columns of terminated entries and of those from
	// other registries, and in GloballyReachable of Teredo and 6to4.
	Source, Destination, Forwardable, GloballyReachable, ReservedByProtocol bool
}

// SpecialPurpose returns every entry of the registries that has addresses in
// common with p, in address order, a block before the parts of it: of
// 192.0.0.8/32 it yields 192.0.0.0/24, of which it is a part, and 192.0.0.8/32
// itself; of 0.0.0.0/0 everything of IPv4. The most specific entry is the one
// that counts. It yields nothing for an invalid or IPv4-mapped prefix, and for
// addresses that are not special.
//
// The sources are the IANA IPv4 and IPv6 Special-Purpose Address Registries
// of 2026-07, and the IPv4 Multicast and the IPv6 Address Space Registries for
// the multicast and site-local blocks. The sequence allocates nothing per
// element.
func SpecialPurpose(p netip.Prefix) iter.Seq[Special] {
	return func(yield func(Special) bool) {
		if FamilyOf(p) == 0 {
			return
		}
		for i := range specials {
			if specials[i].Prefix.Overlaps(p) && !yield(specials[i]) {
				return
			}
		}
	}
}
