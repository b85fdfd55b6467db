// Package k8sflags knows the command-line flags that carry a Kubernetes
// cluster's addresses: it renders them so that the components cannot contradict
// each other, reads the ones of a cluster that exists, and says what is wrong
// with them.
//
// # The parts
//
// [Flags] are one process's flags, in order and token by token: [ParseArgs],
// [ParseCommand] and [SplitCommand] read what people really have, and
// [Flags.Args] gives back exactly what was read. A [Set] holds the processes of
// a cluster, several of one component included.
//
// [Addressing] is the typed form: a pod range is a [dualstack.Pair], not text.
// [Render] turns it into flags, [Infer] turns flags back into it.
//
// [Check] judges a set by the table that [Rules] lists. Every rule names the
// place in Kubernetes that makes it true. A [Finding] says what really happens:
// the component refuses to start or traffic is lost ([Error]), it starts and
// something is ignored or burnt ([Warning]), a convention is not kept ([Info]).
//
// [CheckChange] judges what a cluster that lives makes of other flags, and gives
// the steps where there is a way. RULES.md lists all rules with their sources.
//
// # What flags do not show
//
// Nothing here knows what a certificate says: that the API server's covers the
// address of the Service kubernetes, the first of the primary service range,
// is for others to see to. The same goes for what a network plugin is
// configured with, and for a kubelet's or kube-proxy's configuration file, which
// makes a kube-proxy's flags void and is overridden by a kubelet's.
//
// # Two readings of a value
//
// Kubernetes reads CIDR flags sloppily: leading zeros are skipped, host bits
// masked off. This package reads them the same way where it judges a cluster
// that exists, says so in a finding, and never writes anything but the strict
// form.
//
// # Versions
//
// The tables cover Kubernetes [MinVersion] to [MaxVersion]. [Check] judges
// another version by the nearest of these and says that it does; [Render]
// refuses it.
//
// Nothing here reads a file, the environment or a clock. All values are
// immutable and safe for concurrent use.
package k8sflags
