// Package kubecidr is the overview of a library for CIDR arithmetic and
// Kubernetes address plans. The code is in the packages below it:
//
//   - [github.com/kubecidr/kubecidr/cidr]: prefixes; text, arithmetic,
//     splitting, overlap, aggregation, free space.
//   - [github.com/kubecidr/kubecidr/dualstack]: an IPv4 and an IPv6 range as
//     one thing; node masks and node blocks.
//   - [github.com/kubecidr/kubecidr/k8sflags]: the address flags of
//     kube-apiserver, kube-controller-manager, cloud-controller-manager,
//     kubelet and kube-proxy, read, judged and written for Kubernetes 1.24 to
//     1.37.
//   - [github.com/kubecidr/kubecidr/k8sflags/manifest]: the files in which
//     those flags stand, from static pods to kubeadm's configuration.
//   - [github.com/kubecidr/kubecidr/plan]: a fleet's needs in, ranges that
//     provably do not overlap and suffice out; plans that evolve without moving
//     what serves.
//   - [github.com/kubecidr/kubecidr/plan/platform]: what clouds and
//     distributions say about ranges, as data.
//   - [github.com/kubecidr/kubecidr/plan/planfile]: the needs as a YAML or JSON
//     file.
//   - [github.com/kubecidr/kubecidr/plan/plantest]: assertions and generators
//     for the tests of programs that plan.
//
// No package reads a file, a clock, the network, the environment or a random
// source: the same input gives the same result on every machine.
package kubecidr
