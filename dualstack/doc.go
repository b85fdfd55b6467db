// Package dualstack treats an IPv4 and an IPv6 range of one purpose as one
// thing: the pod ranges of a cluster, its service ranges, a node's pod CIDRs.
//
// Kubernetes takes such ranges as one range or as one of each family, and the
// first is the primary family: it decides the family of a Service that does
// not ask for one, and of the kubernetes Service itself. A [Pair] holds them so
// that no other combination can be written down. [Addrs] does the same for
// node IPs and cluster DNS.
//
// [Masks] are the lengths of a node's pod CIDRs. [NodeMasks] finds them for a
// number of nodes, [NodeCapacity] counts the nodes that they give, [NodeBlock]
// and [NodeBlocks] are the blocks in the order in which kube-controller-manager
// hands them out. [Alloc] takes a block of each family from a pool, or none.
//
// [ULA] makes a private IPv6 range, and [Embed] finds the IPv6 block that shows
// the digits of an IPv4 one. A [Stack] is what a cluster has of each family, and
// [Transition] the way from one family to two, or back.
//
// All types are immutable values, comparable with ==, and safe for concurrent
// use. The zero Pair, Addrs and Masks hold no family.
package dualstack
