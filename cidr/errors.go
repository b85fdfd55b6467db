package cidr

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/kubecidr/kubecidr/internal/fault"
)

// What went wrong, for [errors.Is]. The messages that carry them name the
// operation, its operands and the way out.
var (
	// ErrInvalid: the zero or an otherwise invalid prefix, address or range, or
	// text that is none of them.
	ErrInvalid = errors.New("invalid prefix")
	// ErrMapped: an IPv4-mapped prefix or address (::ffff:10.0.0.0/104),
	// which some programs read as IPv4 and others as IPv6.
	ErrMapped = errors.New("IPv4-mapped")
	// ErrZone: an address with a zone (fe80::1%eth0).
	ErrZone = errors.New("zoned address")
	// ErrHostBits: text of a network with bits set beyond the prefix length.
	ErrHostBits = errors.New("host bits set")
	// ErrFamily: operands of different address families, or no family.
	ErrFamily = errors.New("address family mismatch")
	// ErrBits: a prefix length outside of what the family or the prefix allows.
	ErrBits = errors.New("prefix length out of range")
	// ErrOutOfRange: an index, count or address outside of the prefix.
	ErrOutOfRange = errors.New("out of range")
	// ErrOverflow: a number that a uint64 cannot hold.
	ErrOverflow = errors.New("exceeds 64 bits")
	// ErrOverlap: two prefixes share addresses; see [OverlapError].
	ErrOverlap = errors.New("prefixes overlap")
	// ErrEmpty: nothing was given where at least one prefix is needed.
	ErrEmpty = errors.New("no prefixes")
	// ErrNoSpace: no free block of the size asked for is left.
	ErrNoSpace = errors.New("no space left")
	// ErrConflict: a block that a pool needs free is not; see [ConflictError].
	ErrConflict = errors.New("block is not free")
	// ErrNotUsed: a block is not allocated as it is; see [ConflictError].
	ErrNotUsed = errors.New("not an allocated block")
)

// check reports why p cannot be used by op: it is invalid or IPv4-mapped.
func check(op string, p netip.Prefix) error {
	switch {
	case !p.IsValid():
		return fault.New(ErrInvalid, "cidr: %s: invalid prefix (%v)", op, p)
	case p.Addr().Is4In6():
		return fault.New(ErrMapped, "cidr: %s: %v is IPv4-mapped%s", op, p, meantIPv4(p))
	}
	return nil
}

// meantIPv4 suggests the IPv4 prefix inside an IPv4-mapped one.
func meantIPv4(p netip.Prefix) string {
	if p.Bits() < 96 {
		return ""
	}
	return fmt.Sprintf(" (use %v)", netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96))
}
