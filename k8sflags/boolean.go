package k8sflags

import "slices"

// Where a boolean flag stands alone, the token after it is not its value:
// "--profiling false" leaves "false" as an argument of its own. Reading a
// command line therefore needs to know which flags are boolean, also those that
// have nothing to do with addresses. The lists are sorted, hold every version's
// flags and are never written; they come from the same options packages as
// [flagRows] and from staging/src/k8s.io/component-base/logs.

// boolFlagsOfAll are the boolean flags that every component has or had.
var boolFlagsOfAll = []string{
	"add-dir-header", "alsologtostderr", "contention-profiling", "h", "help", "log-json-split-stream",
	"log-text-split-stream", "logtostderr", "one-output", "profiling", "skip-headers",
	"skip-log-headers", "version",
}

// boolFlagsOf are the boolean flags of one component that flagRows lacks.
var boolFlagsOf = map[Component][]string{
	APIServer: {
		"aggregator-reject-forwarding-redirect", "allow-privileged", "anonymous-auth",
		"audit-log-batch-throttle-enable", "audit-log-compress", "audit-log-truncate-enabled",
		"audit-webhook-batch-throttle-enable", "audit-webhook-truncate-enabled",
		"disable-http2-serving", "emulation-forward-compatible", "enable-aggregator-routing",
		"enable-bootstrap-token-auth", "enable-garbage-collector", "enable-logs-handler",
		"enable-priority-and-fairness", "enable-swagger-ui",
		"encryption-provider-config-automatic-reload", "kubelet-https", "permit-address-sharing",
		"permit-port-sharing", "runtime-config-emulation-forward-compatible",
		"service-account-extend-token-expiration", "service-account-lookup",
		"shutdown-send-retry-after", "watch-cache",
	},
	ControllerManager: {
		"allow-untagged-cloud", "authentication-skip-lookup", "authentication-tolerate-lookup-failure",
		"disable-attach-detach-reconcile-sync", "disable-force-detach-on-timeout", "disable-http2-serving",
		"emulation-forward-compatible", "enable-dynamic-provisioner", "enable-garbage-collector",
		"enable-hostpath-provisioner", "enable-leader-migration", "enable-taint-manager", "leader-elect",
		"permit-address-sharing", "permit-port-sharing", "use-service-account-credentials",
	},
	CloudControllerManager: {
		"allow-untagged-cloud", "authentication-skip-lookup", "authentication-tolerate-lookup-failure",
		"disable-http2-serving", "enable-leader-migration", "leader-elect", "permit-address-sharing",
		"permit-port-sharing", "use-service-account-credentials",
	},
	Kubelet: {
		"allow-privileged", "anonymous-auth", "authentication-token-webhook", "cgroups-per-qos",
		"containerized", "cpu-cfs-quota", "enable-cadvisor-json-endpoints",
		"enable-controller-attach-detach", "enable-debugging-handlers", "enable-load-reader",
		"enable-server", "exit-on-lock-contention", "experimental-allocatable-ignore-eviction",
		"experimental-check-node-capabilities-before-mount", "experimental-kernel-memcg-notification",
		"fail-cgroupv1", "fail-swap-on", "keep-terminated-pod-volumes", "kernel-memcg-notification",
		"local-storage-capacity-isolation", "log-cadvisor-usage", "make-iptables-util-chains",
		"protect-kernel-defaults", "really-crash-for-testing", "redirect-container-streaming",
		"register-node", "register-schedulable", "rotate-certificates", "rotate-server-certificates",
		"runonce", "seccomp-default", "serialize-image-pulls", "storage-driver-secure",
	},
	Proxy: {
		"bind-address-hard-fail", "cleanup", "cleanup-ipvs", "conntrack-tcp-be-liberal", "enable-dsr",
		"forward-healthcheck-vip", "init-only",
	},
}

// isBool reports whether name, in its normal form, is a boolean flag of c.
func isBool(c Component, name string) bool {
	if row, ok := flagIndex[flagKey{c, name}]; ok {
		return row.kind == boolFlag
	}
	if _, ok := slices.BinarySearch(boolFlagsOfAll, name); ok {
		return true
	}
	_, ok := slices.BinarySearch(boolFlagsOf[c], name)
	return ok
}
