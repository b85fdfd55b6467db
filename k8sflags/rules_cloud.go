package k8sflags

// cloudRules judge the cloud-controller-manager. What it does depends on the
// provider that is built into it, which no flag shows: where that decides, the
// rules say so and are no errors.
var cloudRules = []ruleRow{
	{Rule: Rule{ID: "KC321", Title: "pod range that a cloud's routes cannot be made of", Severity: Warning, Component: CloudControllerManager,
		Source: "staging/src/k8s.io/cloud-provider/app/core.go, startRouteController"}, each: checkRouteRange},
	{Rule: Rule{ID: "KC322", Title: "flag that only some providers have", Severity: Info, Component: CloudControllerManager,
		Source: srcCloudNodeIPAM}, each: checkProviderFlags},
}

// routes reports whether a cloud-controller-manager makes routes, if its
// provider has them. --allocate-node-cidrs has no say in that.
func (m *member) routes() bool {
	return m.boolean("configure-cloud-routes", true) && m.runs("route", "node-route-controller")
}

func checkRouteRange(_ *cluster, m *member, r report) {
	if !m.routes() {
		return
	}
	const ends = "a cloud-controller-manager whose provider has routes ends with that"
	if len(m.pods.items) == 0 {
		r.flag(m, "cluster-cidr", "set it as kube-controller-manager has it, or --configure-cloud-routes=false", "no range to make routes for: %s", ends)
		return
	}
	if wrong := m.pods.shape(); wrong != "" {
		r.flag(m, "cluster-cidr", "give one range, or one of each family with a comma and no space between them", "%s: %s", wrong, ends)
	}
}

func checkProviderFlags(_ *cluster, m *member, r report) {
	for _, flag := range []string{serviceRange, "node-cidr-mask-size", "node-cidr-mask-size-ipv4", "node-cidr-mask-size-ipv6"} {
		if m.isSet(flag) {
			r.flag(m, flag, "remove it unless the provider documents it",
				"the common part of the cloud-controller-managers has no such flag; without it in the provider's they refuse to start")
		}
	}
}
