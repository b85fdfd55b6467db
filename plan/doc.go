// Package plan turns what a fleet of clusters needs into address ranges that
// do not overlap, and proves it.
//
// A [Spec] says which address space there is (pools), what of it is taken
// (reservations), and what each cluster needs: nodes, pods a node, services,
// external and ingress addresses, now or as they grow, in one or two families.
// [Solve] sizes every range, places all of them and returns a [Plan]. A [Cluster]
// of it has its ranges, its node masks, its capacity and its components' flags.
//
// [Audit] proves a set of ranges against a spec from the outside. It trusts
// nothing that Solve does, and judges ranges that people wrote as well.
//
// [Evolve] takes a plan to the next spec and leaves what serves where it is; the
// [Diff] says what changes and what has to be done. What cannot stay is an
// [OutgrownError], unless it may move, and what is given up rests
// ([Plan.Quarantine]). [Adopt] makes a plan of a fleet that exists, with all that
// is wrong with it, for Evolve to go on from.
//
// Package platform has what clouds and distributions say about ranges; package
// planfile reads specs from files; package plantest is for tests of programs that
// use this one.
//
// # What is promised
//
//   - No overlap: no two ranges of a plan share an address, but those of roles in
//     Spec.Share whose clusters no mesh keeps apart, and none touches a
//     reservation or a peer.
//   - Capacity: every cluster can hold the nodes, the pods on each node (under
//     its IPAM), the services, the external and the ingress addresses that the
//     spec asks for, in every family it has.
//   - Completeness: where the pools that ranges may use nest, by role, zone and
//     region, Solve fails only if no plan exists. Elsewhere the problem is NP-hard: Solve searches within
//     a bound, and [InfeasibleError] says whether failure is proved.
//   - Stability: a range that an earlier plan has stays or grows in place, and
//     node masks stay, unless Evolve is told otherwise.
//
// A plan that was adopted keeps the flaws that it has ([Plan.Flaws]).
//
// # Sizes
//
// Every range is a power of two, aligned to its size.
//
//   - node: IPv4, the nodes and three more (network, broadcast, gateway);
//     IPv6, a /64.
//   - pod: IPv4, a block for every node, rounded up to a power of two, each
//     block the smallest that holds the pods of a node and what the IPAM takes
//     for itself; IPv6, a /64 for every node. Where the IPAM insists on a
//     length of its blocks, that; where it gives nodes none, the addresses that
//     the nodes take of a subnet.
//   - service: the services and two more (kubernetes, DNS), at least a /28;
//     IPv6, a /112 or larger.
//   - external and ingress: every address counts; IPv6, a /112 or larger; no
//     range where none is asked for.
//
// A cluster that names its platform has ranges as that takes them: subnets lose
// what the cloud keeps, and no range is smaller or larger than it allows. The
// facts are data, with their sources, in package platform.
//
// [Sizing] has every number on the way to these lengths, with its rule and where
// that is written. [Capacities] counts what ranges hold in each family, also
// those that nobody planned ([CapacityOf]), [Comparison] what other node masks
// would make of them, and [Scale] says where a cluster is larger than Kubernetes
// is tested with.
//
// # Reports
//
// What others have to be told follows from a plan: [Plan.Zones] for firewalls,
// [Plan.Routes] for routers, [Plan.NativeRouting] for masquerading,
// [Cluster.FlagSet] for the components of a cluster, [Plan.Owners] for whoever has
// an address and asks whose it is, [Plan.Pools] for what is left, and
// [Plan.Savings] for what sharing spares.
//
// # Determinism
//
// The same spec gives the same bytes on every machine. The order of a cluster's
// families is part of the spec; the order of every other list is not.
//
// Specs are plain data. Plans and clusters are immutable and safe for
// concurrent use.
package plan
