// Package kubernetes holds k8sflags and dualstack to Kubernetes' own code: the
// options, the validation and the allocators of the components, in one test
// binary. It has tests only, in a module of its own, so that Kubernetes never
// becomes a requirement of the library.
//
// The tests say what they hold:
//
//   - accepts_test.go: what is rendered, the components take.
//   - files_test.go: what is written as files, they read strictly and take.
//   - agrees_test.go: what Check calls an error the components refuse, and the
//     other way round, but for the rows of differences_test.go.
//   - nodeblocks_test.go, services_test.go, nodeports_test.go: what is predicted
//     is what the allocators hand out.
//   - kubeadm_test.go: kubeadm writes the same flags.
//
// A component's own side is in a file of its name, apiserver_test.go and so on.
package kubernetes
