// Package cidr computes with IP prefixes: it reads them strictly, counts,
// moves, splits and merges them, finds every overlap, has sets of addresses,
// and allocates blocks from free space. The types are those of net/netip, and
// of netipx for ranges.
//
// # Prefixes in, prefixes out
//
// Text is read strictly, by the rules that Kubernetes has for API fields
// (KEP-4858): no leading zeros, no IPv4-mapped form, no zone, no host bits.
//
// A prefix that a program built is accepted with host bits and treated as
// masked. The zero Prefix and IPv4-mapped prefixes (::ffff:10.0.0.0/104) are
// errors where a function returns an error; where it does not, the result is
// the zero value that its comment states. Nothing panics except MustParse.
//
// Results are always masked and have no zone. The only results in IPv4-mapped
// form are the parts of an IPv6 prefix that covers ::ffff:0:0/96 itself, such
// as ::/0, what an IPSet had of them, and the block's own registry entry.
//
// Address order is IPv4 before IPv6, then by address, a supernet before its
// subnets.
//
// # Counts
//
// Counts are uint64 and never wrap. Where one cannot hold the value the result
// says so, and a function with the suffix Big has it exactly.
//
// # Errors
//
// Every error wraps one of the Err values, for errors.Is; the message names
// the operation, its operands and, where there is one, the way out.
//
// # Speed
//
// Sequences are lazy and allocate nothing per element. Sets of n prefixes are
// compared by sorting once and sweeping once, O(n log n) and the size of the
// answer.
//
// # Concurrency
//
// Functions are safe for concurrent use as long as nobody changes the slices
// given to them. So are immutable values such as Set; a Pool is not.
package cidr
