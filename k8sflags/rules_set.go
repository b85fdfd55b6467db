package k8sflags

// setRules judge the question rather than the flags.
var setRules = []ruleRow{
	{Rule: Rule{ID: "KC001", Title: "version outside of the tables, or none", Severity: Info,
		Source: "https://kubernetes.io/releases/"}, all: checkVersions},
	{Rule: Rule{ID: "KC002", Title: "unknown IPAM", Severity: Warning,
		Source: "the table behind IPAM"}, all: checkIPAM},
}

// checkVersions reports the set's version once, and of the processes only
// those that have one of their own.
func checkVersions(c *cluster, r report) {
	const fix = "name a version from 1.24 to 1.37"
	needed := len(c.members) == 0
	for _, m := range c.members {
		needed = needed || m.Version.IsZero()
	}
	switch v := c.given.Version; {
	case !needed || v.IsSupported():
	case v.IsZero():
		r.process(nil, fix, "no Kubernetes version is named: judged by %s", c.version)
	default:
		r.process(nil, fix, "Kubernetes %s is not in the tables: judged by %s, the nearest that is", v, c.version)
	}
	for _, m := range c.members {
		if v := m.Version; !v.IsZero() && !v.IsSupported() {
			r.process(m, fix, "Kubernetes %s is not in the tables: judged by %s, the nearest that is", v, m.at)
		}
	}
}

func checkIPAM(c *cluster, r report) {
	if _, err := c.opts.ipam.row(); err != nil {
		r.process(nil, "name one of "+knownIPAMs(), "the pods of a node are not counted: unknown IPAM %q", string(c.opts.ipam))
	}
}
