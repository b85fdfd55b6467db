// Package manifest reads the files in which the flags of a cluster's components
// stand, and writes them.
//
// [Read] takes the text of one file and says what is in it: static Pods and
// other Pods, systemd units with their drop-ins and environment files,
// KubeletConfiguration, KubeProxyConfiguration, kubeadm's ClusterConfiguration,
// InitConfiguration and JoinConfiguration, or plain command lines. [Join] makes
// a [k8sflags.Set] of any mix of them, for [k8sflags.Check] and
// [k8sflags.Infer]. Every flag knows the file, the line and the field that it
// comes from, and so does every finding.
//
// [RenderKubeadm], [RenderKubelet], [RenderProxy], [RenderStaticPods] and
// [RenderServiceCIDR] write a [k8sflags.Addressing] as such files, with the same
// bytes for the same addressing. [Read] and [Join] give back what they write,
// but the ServiceCIDR, which is an object of the API and sets no flag.
//
// Not read: a kubelet's --config-dir, flags that k3s and its like pass on to the
// components inside of them, and what systemd puts in place of %i and %H.
//
// Nothing here reads a file, the environment or a clock: the text is handed in.
// All functions are safe for concurrent use.
package manifest
