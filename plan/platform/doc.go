// Package platform has what clouds and distributions of Kubernetes say about
// the address ranges of a cluster, as data: how long a range may be, which
// addresses they keep for themselves, which they cannot live with, how many pods
// a node has.
//
// A [Fact] is one such sentence, with the place that it comes from and how well
// it is confirmed. [Facts] yields those of a platform, and those that hold on
// every one: addresses that are special by IANA's registries, Docker's networks,
// the addresses of metadata services. PLATFORMS.md lists all of them.
//
// # How to read a fact
//
// Its [Severity] says what happens to a range that breaks it: an Error is
// refused by the platform, or cannot work there; a Warning works and costs
// something, or is one way of several; Info is a figure to plan with. A fact
// that is not confirmed ([Unconfirmed]) is never more than a Warning. One with an
// IPAM holds where pods get their addresses from that IPAM, and only there.
//
// [Check] and [CheckUnder] judge one range by the facts. For a solver, [Limits],
// [Forbidden] and [Within] say beforehand where a range can be: they follow the
// confirmed errors alone, so that a guess never makes a plan impossible. [Lost]
// and the methods of [Name] give the figures that sizes depend on.
//
// What depends on Kubernetes' version is not here: see k8sflags.ServicesIn.
// Whether two ranges of one cluster overlap is for package plan to see.
//
// The platforms change without notice. The facts are those of late 2026; a
// platform's own answer counts more than this package.
//
// All functions are pure, and safe for concurrent use.
//
// [Severity]: https://pkg.go.dev/github.com/kubecidr/kubecidr/k8sflags#Severity
package platform
