// Package live starts the control plane of Kubernetes from rendered flags, on
// loopback, and compares what happens with what was predicted: the pod blocks of
// nodes, the addresses and ports of Services, and what happens when a range is
// used up. It has tests only, in a module of its own.
//
// The test binary is etcd, kube-apiserver and kube-controller-manager as well: it
// starts itself as one of them, so that what go.mod names is what runs. Every listener is on 127.0.0.1, every file in a temporary
// directory, and every process is ended by the test that started it.
package live
