package platform

const (
	srcOpenShift = "https://docs.redhat.com/en/documentation/openshift_container_platform: CIDR range definitions"
	srcInstaller = "openshift/installer pkg/types/validation/installconfig.go"
)

var openShiftFacts = []Fact{
	{ID: "OPENSHIFT-01", Platform: OpenShift, Kind: KindDefault, Ranges: ofNodes, Family: v4, Prefixes: prefixes("10.0.0.0/16"), Severity: figure, Evidence: Documented,
		Source: srcOpenShift, Text: "the machine network, where none is asked for"},
	{ID: "OPENSHIFT-02", Platform: OpenShift, Kind: KindDefault, Ranges: ofPods, Family: v4, Prefixes: prefixes("10.128.0.0/14"), Severity: figure, Evidence: Documented,
		Source: srcOpenShift, Text: "the cluster network, where none is asked for"},
	{ID: "OPENSHIFT-03", Platform: OpenShift, Kind: KindDefault, Ranges: ofServices, Family: v4, Prefixes: prefixes("172.30.0.0/16"), Severity: figure, Evidence: Documented,
		Source: srcOpenShift, Text: "the service network, where none is asked for"},
	{ID: "OPENSHIFT-04", Platform: OpenShift, Kind: KindDefaultNodeMask, Ranges: ofPods, Family: v4, Number: 23, Severity: figure, Evidence: Documented,
		Source: srcOpenShift, Text: "hostPrefix, where none is asked for"},
	{ID: "OPENSHIFT-05", Platform: OpenShift, Kind: KindNodeMask, Ranges: ofPods, Family: v6, Number: 64, Severity: refused, Evidence: SourceRead,
		Source: srcInstaller, Text: "hostPrefix has to be 64 in IPv6"},
	{ID: "OPENSHIFT-06", Platform: OpenShift, Kind: KindFirstFamily, Family: v4, Severity: warned, Evidence: SourceRead,
		Source: srcInstaller, Text: "IPv4 ranges have to come before IPv6 ranges on most infrastructures"},

	// OVN-Kubernetes' networks as they are by default. Clusters upgraded from
	// before 4.17 have a smaller masquerade network, inside of this one.
	{ID: "OPENSHIFT-10", Platform: OpenShift, Kind: KindInternal, Ranges: ofCluster, Family: v4, Prefixes: prefixes("100.64.0.0/16"), Severity: refused, Evidence: SourceRead,
		Source: srcInstaller, Text: "OVN-Kubernetes joins nodes by this network unless it is given another"},
	{ID: "OPENSHIFT-11", Platform: OpenShift, Kind: KindInternal, Ranges: ofCluster, Family: v6, Prefixes: prefixes("fd98::/64"), Severity: refused, Evidence: SourceRead,
		Source: srcInstaller, Text: "OVN-Kubernetes joins nodes by this network unless it is given another"},
	{ID: "OPENSHIFT-12", Platform: OpenShift, Kind: KindInternal, Ranges: ofCluster, Family: v4, Prefixes: prefixes("100.88.0.0/16"), Severity: refused, Evidence: SourceRead,
		Source: srcInstaller, Text: "OVN-Kubernetes has its transit switch here unless it is given another network"},
	{ID: "OPENSHIFT-13", Platform: OpenShift, Kind: KindInternal, Ranges: ofCluster, Family: v6, Prefixes: prefixes("fd97::/64"), Severity: refused, Evidence: SourceRead,
		Source: srcInstaller, Text: "OVN-Kubernetes has its transit switch here unless it is given another network"},
	{ID: "OPENSHIFT-14", Platform: OpenShift, Kind: KindInternal, Ranges: ofCluster, Family: v4, Prefixes: prefixes("169.254.0.0/17"), Severity: refused, Evidence: SourceRead,
		Source: srcInstaller, Text: "OVN-Kubernetes masquerades by this network unless it is given another"},
	{ID: "OPENSHIFT-15", Platform: OpenShift, Kind: KindInternal, Ranges: ofCluster, Family: v6, Prefixes: prefixes("fd69::/112"), Severity: refused, Evidence: SourceRead,
		Source: srcInstaller, Text: "OVN-Kubernetes masquerades by this network unless it is given another"},
	{ID: "OPENSHIFT-16", Platform: OpenShift, Kind: KindForbidden, Ranges: ofCluster, Family: v4, Prefixes: prefixes("172.17.0.0/16"), Severity: warned, Evidence: SourceRead,
		Source: srcInstaller, Text: "the installer warns of Docker's bridge, and older ones refuse it"},
	{ID: "OPENSHIFT-17", Platform: OpenShift, Kind: KindInternal, Ranges: ofCluster, Family: v4, Prefixes: prefixes("172.20.0.1/32"), Severity: warned, Evidence: Documented,
		Source: srcOpenShift, Text: "ROSA with hosted control planes has this address for itself"},
}
