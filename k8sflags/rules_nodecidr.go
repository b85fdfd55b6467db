package k8sflags

import (
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

const (
	srcNodeIPAM = "cmd/kube-controller-manager/app/core.go, startNodeIpamController; pkg/controller/nodeipam/node_ipam_controller.go"
	srcMasks    = "cmd/kube-controller-manager/app/core.go, setNodeCIDRMaskSizes"
	srcCIDRSet  = "pkg/controller/nodeipam/ipam/cidrset/cidr_set.go, NewCIDRSet"
)

// nodeCIDRRules judge how kube-controller-manager gives nodes their pod blocks.
// They hold only where it does: without --allocate-node-cidrs its address flags
// are inert, which is a rule of its own.
var nodeCIDRRules = []ruleRow{
	{Rule: Rule{ID: "KC301", Title: "node blocks without one pod range or one of each family", Severity: Error,
		Component: ControllerManager, Source: srcNodeIPAM}, each: checkPodShape},
	{Rule: Rule{ID: "KC302", Title: "node mask flag of the wrong kind", Severity: Error,
		Component: ControllerManager, Source: srcMasks}, each: checkMaskFlags},
	{Rule: Rule{ID: "KC303", Title: "node block larger than the pod range", Severity: Error,
		Component: ControllerManager, Source: srcNodeIPAM}, each: checkMaskTooShort},
	{Rule: Rule{ID: "KC304", Title: "node mask longer than an address", Severity: Error,
		Component: ControllerManager, Source: srcCIDRSet + ": not validated, and no block can be given"}, each: checkMaskTooLong},
	{Rule: Rule{ID: "KC305", Title: "IPv6 node mask more than 16 bits longer than the pod range", Severity: Error,
		Component: ControllerManager, Source: srcCIDRSet}, each: checkMaskDifference},
	{Rule: Rule{ID: "KC306", Title: "flags that count for nothing without node blocks", Severity: Warning,
		Component: ControllerManager, Source: "staging/src/k8s.io/cloud-provider/options/kubecloudshared.go, help of --cluster-cidr"}, each: checkInertFlags},
	{Rule: Rule{ID: "KC307", Title: "service range that is not read", Severity: Warning,
		Component: ControllerManager, Source: srcNodeIPAM}, each: checkManagerServices},
	{Rule: Rule{ID: "KC308", Title: "service range of the wrong shape", Severity: Error,
		Component: ControllerManager, Source: srcNodeIPAM}, each: checkManagerServiceShape},
	{Rule: Rule{ID: "KC309", Title: "allocator that needs a cloud provider in the tree", Severity: Error,
		Component: ControllerManager, Since: v1(31), Source: "cmd/kube-controller-manager/app/core.go; pkg/controller/nodeipam/ipam/cidr_allocator.go"}, each: checkAllocatorType},
	{Rule: Rule{ID: "KC310", Title: "cloud routes that nobody makes", Severity: Warning, Component: ControllerManager, Since: v1(31),
		Source: "KEP-2395: kube-controller-manager has no route controller"}, each: checkCloudRoutes},
	{Rule: Rule{ID: "KC311", Title: "controller by a name that is not known yet", Severity: Error, Component: ControllerManager, Until: v1(27),
		Source: "cmd/kube-controller-manager/names/controller_names.go; staging/src/k8s.io/controller-manager/options/generic.go, Validate"}, each: checkControllerName},
	{Rule: Rule{ID: "KC312", Title: "allocator that does not exist", Severity: Error, Component: ControllerManager,
		Source: "pkg/controller/nodeipam/ipam/cidr_allocator.go, New"}, each: checkAllocatorKnown},
	{Rule: Rule{ID: "KC313", Title: "pod range that kubeadm refuses", Severity: Info, Component: ControllerManager,
		Source: "cmd/kubeadm/app/apis/kubeadm/validation/validation.go, ValidateIPNetFromString and ValidatePodSubnetNodeMask"}, each: checkKubeadmPods},
	{Rule: Rule{ID: "KC314", Title: "node blocks that the IPAM does not use", Severity: Warning, Component: ControllerManager,
		Source: "the IPAMs' own allocators, which do not read Node.spec.podCIDRs"}, each: checkUnusedBlocks},
}

func checkPodShape(_ *cluster, m *member, r report) {
	if !m.allocates() {
		return
	}
	if len(m.pods.items) == 0 {
		r.flag(m, "cluster-cidr", "set it, or --allocate-node-cidrs=false", "--allocate-node-cidrs needs a pod range to take blocks from")
		return
	}
	if wrong := m.pods.shape(); wrong != "" {
		r.flag(m, "cluster-cidr", "give one range, or one of each family with a comma and no space between them", "%s", wrong)
	}
}

// blocks calls judge with the pod range and node mask of each family, where
// kube-controller-manager gives out blocks and its range can be read.
func blocks(m *member, judge func(f cidr.Family, flag string, mask int, pods dualstack.Pair)) {
	pods, ok := m.pods.pair()
	if !ok || !m.allocates() {
		return
	}
	for _, f := range pods.Families() {
		flag := maskFlag(f)
		if m.isSet("node-cidr-mask-size") && !m.isSet(flag) && !pods.IsDual() {
			flag = "node-cidr-mask-size"
		}
		judge(f, flag, m.nodeMask(f, pods.IsDual()), pods)
	}
}

func checkMaskFlags(_ *cluster, m *member, r report) {
	pods, ok := m.pods.pair()
	if !ok || !m.allocates() {
		return
	}
	const plain, v4, v6 = "node-cidr-mask-size", "node-cidr-mask-size-ipv4", "node-cidr-mask-size-ipv6"
	has := func(flag string) bool { return m.integer(flag, 0) != 0 } // 0 is the same as none
	switch {
	case has(plain) && pods.IsDual():
		r.flag(m, plain, "use --"+v4+" and --"+v6, "not allowed with pod ranges of both families")
	case has(plain) && (has(v4) || has(v6)):
		r.flag(m, plain, "remove it", "not allowed beside --%s and --%s", v4, v6)
	case has(v4) && !pods.V4().IsValid():
		r.flag(m, v4, "remove it and use --"+v6, "not allowed with IPv6 pods alone")
	case has(v6) && !pods.V6().IsValid():
		r.flag(m, v6, "remove it and use --"+v4, "not allowed with IPv4 pods alone")
	}
}

func checkMaskTooShort(_ *cluster, m *member, r report) {
	blocks(m, func(f cidr.Family, flag string, mask int, pods dualstack.Pair) {
		bits, text := pods.Of(f).Bits(), pods.Of(f).String()
		if f == cidr.IPv4 && m.pods.mapped() {
			bits, text = bits+96, m.pods.text // an IPv4 range by its address, but not by its length
		}
		if mask < bits {
			r.flag(m, flag, "use a mask of /"+itoa(bits)+" or longer, or a larger pod range", "a node block of /%d does not fit into the pods' %s", mask, text)
		}
	})
}

func checkMaskTooLong(_ *cluster, m *member, r report) {
	blocks(m, func(f cidr.Family, flag string, mask int, _ dualstack.Pair) {
		if mask > f.BitLen() {
			r.flag(m, flag, "use a mask of /"+itoa(f.BitLen())+" or shorter", "%s addresses have %d bits", f, f.BitLen())
		}
	})
}

func checkMaskDifference(_ *cluster, m *member, r report) {
	blocks(m, func(f cidr.Family, flag string, mask int, pods dualstack.Pair) {
		bits, text := pods.Of(f).Bits(), pods.Of(f).String()
		if f == cidr.IPv6 && mask-bits > dualstack.MaxIPv6Difference && mask <= f.BitLen() {
			r.flag(m, flag, "use a mask of /"+itoa(bits+dualstack.MaxIPv6Difference)+" or shorter, or a smaller pod range",
				"a node block of /%d is %d bits longer than the pods' %s, at most %d are allowed", mask, mask-bits, text, dualstack.MaxIPv6Difference)
		}
	})
}

func checkInertFlags(_ *cluster, m *member, r report) {
	if m.boolean("allocate-node-cidrs", false) && m.runsNodeIPAM() {
		return
	}
	why := "--allocate-node-cidrs is not true"
	if !m.runsNodeIPAM() {
		why = "--controllers leaves the node IPAM controller out"
	}
	for _, flag := range []string{"cluster-cidr", "node-cidr-mask-size", "node-cidr-mask-size-ipv4", "node-cidr-mask-size-ipv6"} {
		if m.isSet(flag) {
			r.flag(m, flag, "remove it, or let kube-controller-manager give nodes their blocks", "ignored, since %s", why)
		}
	}
}

func checkManagerServices(_ *cluster, m *member, r report) {
	if i, bad := m.services.unreadable(); bad && m.allocates() {
		r.flag(m, serviceRange, "write it as kube-apiserver has it",
			"%s: kube-controller-manager only logs that, and keeps no node block clear of the services", unreadableText(i, m.services.items[i].text))
	}
}

func checkManagerServiceShape(_ *cluster, m *member, r report) {
	if n := len(m.services.items); n > 2 { // refused unread, and unused too
		r.flag(m, serviceRange, "write it as kube-apiserver has it", "%d ranges, at most one of each family", n)
		return
	}
	if _, bad := m.services.unreadable(); bad || !m.allocates() || len(m.services.items) == 0 {
		return
	}
	if wrong := m.services.shape(); wrong != "" {
		r.flag(m, serviceRange, "write it as kube-apiserver has it", "%s", wrong)
	}
}

// looksAtAllocator reports whether a kube-controller-manager cares about the
// name of its allocator: from 1.32 on it does even if it gives no blocks
// (cmd/kube-controller-manager/app/options/options.go, Validate).
func (m *member) looksAtAllocator() bool {
	return m.at.AtLeast(v1(32)) || m.boolean("allocate-node-cidrs", false) && m.runsNodeIPAM()
}

func checkAllocatorType(_ *cluster, m *member, r report) {
	kind := m.text("cidr-allocator-type")
	if !m.looksAtAllocator() {
		return
	}
	if kind == "CloudAllocator" || strings.HasPrefix(kind, "IPAMFrom") {
		r.flag(m, "cidr-allocator-type", "leave the blocks to the cloud-controller-manager, with --allocate-node-cidrs=false here",
			"there is no cloud provider in kube-controller-manager since Kubernetes 1.31")
	}
}

func checkCloudRoutes(_ *cluster, m *member, r report) {
	if m.isSet("configure-cloud-routes") && m.boolean("configure-cloud-routes", true) {
		r.flag(m, "configure-cloud-routes", "remove it; the cloud-controller-manager has a flag of that name",
			"without effect since Kubernetes 1.31, when the clouds left kube-controller-manager")
	}
}

func checkControllerName(_ *cluster, m *member, r report) {
	for name := range strings.SplitSeq(m.text("controllers"), ",") {
		if strings.TrimPrefix(name, "-") == "node-ipam-controller" {
			r.flag(m, "controllers", "write nodeipam, which later versions read too", "%q is known from Kubernetes 1.28 on; %s refuses to start", name, m.at)
		}
	}
}

func checkAllocatorKnown(_ *cluster, m *member, r report) {
	v := m.value("cidr-allocator-type")
	if v == nil || !m.looksAtAllocator() {
		return
	}
	if v.text == "" && !(m.boolean("allocate-node-cidrs", false) && m.runsNodeIPAM()) {
		return // passes the first look, and there is no second
	}
	switch v.text {
	case "RangeAllocator", "CloudAllocator", "IPAMFromCluster", "IPAMFromCloud":
	default:
		r.flag(m, "cidr-allocator-type", "remove it", "not an allocator of kube-controller-manager")
	}
}

// kubeadmPods is the fewest addresses of a pod range that kubeadm takes
// (MinimumAddressesInPodSubnet).
const kubeadmPods = 14

// checkKubeadmPods: kubeadm has the limit of 16 bits for IPv4 too. It does not
// read --node-cidr-mask-size, and reckons with the default in its place.
func checkKubeadmPods(_ *cluster, m *member, r report) {
	blocks(m, func(f cidr.Family, flag string, mask int, pods dualstack.Pair) {
		p := pods.Of(f)
		read, as := mask, ""
		if flag == "node-cidr-mask-size" {
			if read = defaultMaskV4; f == cidr.IPv6 {
				read = defaultMaskV6
			}
			as = ", since it does not read --node-cidr-mask-size"
		}
		switch {
		case mask < p.Bits() || mask > f.BitLen() || (f == cidr.IPv6 && mask-p.Bits() > dualstack.MaxIPv6Difference):
			// kube-controller-manager refuses it, or another rule does
		case f.BitLen()-p.Bits() < 4:
			r.flag(m, "cluster-cidr", "use a /"+itoa(f.BitLen()-4)+" or shorter", "kubeadm refuses %s: fewer than %d addresses", p, kubeadmPods)
		case read < p.Bits():
			r.flag(m, flag, "use --"+maskFlag(f), "kubeadm reckons with node blocks of /%d%s, and refuses %s", read, as, p)
		case read-p.Bits() > dualstack.MaxIPv6Difference:
			r.flag(m, flag, "use --"+maskFlag(f)+"="+itoa(p.Bits()+dualstack.MaxIPv6Difference)+" or shorter, or a smaller pod range",
				"kubeadm reckons with node blocks of /%d%s, and refuses more than %d bits beyond %s", read, as, dualstack.MaxIPv6Difference, p)
		}
	})
}

func checkUnusedBlocks(c *cluster, m *member, r report) {
	if row, err := c.opts.ipam.row(); err == nil && row.ownBlocks && m.allocates() {
		r.flag(m, "allocate-node-cidrs", "set it to false", "%s %s, and does not use Node.spec.podCIDRs", row.name, row.gives())
	}
}
