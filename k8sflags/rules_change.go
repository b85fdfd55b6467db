package k8sflags

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

const (
	srcServiceCIDR  = "pkg/apis/networking/validation/validation.go; pkg/controlplane/controller/defaultservicecidr"
	srcServiceAlloc = "pkg/registry/core/service/storage/alloc.go"
	srcOccupy       = "pkg/controller/nodeipam/ipam/range_allocator.go, occupyCIDRs; cidrset/cidr_set.go, Occupy and Release"
	srcNodePodCIDR  = "pkg/apis/core/validation/validation.go, ValidateNodeUpdate"
	srcPodResolver  = "pkg/kubelet/network/dns/dns.go: written when a pod starts"
)

// changeRules judge a change of a cluster that lives.
var changeRules = []ruleRow{
	{Rule: Rule{ID: "KC701", Title: "primary service family changes", Severity: Error, Change: true,
		Source: "ClusterIPs[0] and ServiceCIDR.spec.cidrs[0] are immutable: " + srcServiceAlloc + "; " + srcServiceCIDR}, change: changePrimaryServices},
	{Rule: Rule{ID: "KC702", Title: "service range is replaced", Severity: Error, Change: true, Source: srcServiceCIDR}, change: changeServices},
	{Rule: Rule{ID: "KC703", Title: "secondary service range is dropped", Severity: Warning, Change: true, Source: srcServiceAlloc + "; " + srcServiceCIDR}, change: changeServicesDropped},
	{Rule: Rule{ID: "KC704", Title: "secondary service range is added", Severity: Info, Change: true, Source: srcServiceCIDR + "; " + srcDualStack}, change: changeServicesAdded},

	{Rule: Rule{ID: "KC711", Title: "pod range moves away from nodes' blocks", Severity: Error, Change: true, Source: srcOccupy}, change: changePods},
	{Rule: Rule{ID: "KC712", Title: "pod range grows", Severity: Info, Change: true, Source: srcOccupy + "; " + srcRoutes}, change: changePodsGrow},
	{Rule: Rule{ID: "KC713", Title: "primary pod family changes", Severity: Error, Change: true, Source: srcOccupy + ": ranges go with podCIDRs by their place"}, change: changePrimaryPods},
	{Rule: Rule{ID: "KC714", Title: "secondary pod range is dropped", Severity: Error, Change: true, Source: srcOccupy}, change: changePodsDropped},
	{Rule: Rule{ID: "KC715", Title: "secondary pod range is added", Severity: Info, Change: true, Source: srcOccupy + "; " + srcNodePodCIDR}, change: changePodsAdded},
	{Rule: Rule{ID: "KC716", Title: "node blocks become larger", Severity: Error, Change: true, Source: srcOccupy}, change: changeMasksShorter},
	{Rule: Rule{ID: "KC717", Title: "node blocks become smaller", Severity: Warning, Change: true, Source: srcOccupy + "; " + srcNodePodCIDR}, change: changeMasksLonger},
	{Rule: Rule{ID: "KC718", Title: "node blocks are given out from now on, or no longer", Severity: Warning, Change: true, Source: srcNodeIPAM + "; " + srcOccupy}, change: changeAllocation},

	{Rule: Rule{ID: "KC721", Title: "node port range loses ports", Severity: Warning, Change: true,
		Source: "pkg/registry/core/service/portallocator/controller/repair.go"}, change: changeNodePorts},
	{Rule: Rule{ID: "KC722", Title: "cluster DNS changes", Severity: Warning, Change: true, Source: srcPodResolver}, change: changeDNS},
	{Rule: Rule{ID: "KC723", Title: "cluster domain changes", Severity: Warning, Change: true, Source: srcPodResolver}, change: changeDomain},
	{Rule: Rule{ID: "KC724", Title: "primary family of a node changes", Severity: Warning, Change: true, Source: srcDualStack + ": the addresses of pods come in the order of the node's"}, change: changeNodeFamily},
}

// services returns the service range before and after, with the process to
// point at; ok is false where one is not known.
func (ch *change) services() (before, after dualstack.Pair, m *member, ok bool) {
	before, _, ok = ch.before.serviceRange()
	if !ok {
		return before, after, nil, false
	}
	after, m, ok = ch.after.serviceRange()
	return before, after, m, ok
}

// pods returns the pod range before and after with the controllers that give
// blocks of it; ok is false where one of them does not.
func (ch *change) pods() (before, after dualstack.Pair, old, m *member, ok bool) {
	before, old = ch.before.allocator()
	after, m = ch.after.allocator()
	return before, after, old, m, old != nil && m != nil
}

// primary returns the primary family of a pair.
func primary(p dualstack.Pair) cidr.Family { return cidr.FamilyOf(p.Primary()) }

func changePrimaryServices(ch *change, r report) {
	if before, after, m, ok := ch.services(); ok && primary(before) != primary(after) {
		r.flag(m, serviceRange, steps("put "+before.Primary().String()+" first again", "for the other primary family build a cluster anew and move what runs there"),
			"%s came first: existing Services cannot change the family of their first address, nor can the Service kubernetes", before.Primary())
	}
}

func changeServices(ch *change, r report) {
	before, after, m, ok := ch.services()
	if !ok {
		return
	}
	for was := range before.All() {
		now := after.Of(cidr.FamilyOf(was))
		if !now.IsValid() || now == was {
			continue
		}
		fix := steps("put "+was.String()+" back", "for other addresses build a cluster anew and move what runs there")
		if ch.after.version.AtLeast(v1(33)) {
			fix = steps("put "+was.String()+" back", "create a ServiceCIDR with the further range", "keep pods, nodes and other networks clear of both")
		}
		r.flag(m, serviceRange, fix, "%s was %s: Services keep their addresses, and the Service kubernetes and the cluster's DNS lie in the old range", now, was)
	}
}

func changeServicesDropped(ch *change, r report) {
	before, after, m, ok := ch.services()
	if !ok || !before.IsDual() || after.IsDual() || primary(before) != primary(after) {
		return
	}
	r.flag(m, serviceRange, steps(
		"put "+before.Secondary().String()+" back",
		"set ipFamilyPolicy SingleStack in every Service, which releases its second address",
		"drop the range in every kube-apiserver", "drop it in kube-controller-manager",
	), "%s is gone: Services that have an address of it keep that, and cannot release it afterwards (not confirmed)", before.Secondary())
}

func changeServicesAdded(ch *change, r report) {
	before, after, m, ok := ch.services()
	if !ok || before.IsDual() || !after.IsDual() || primary(before) != primary(after) {
		return
	}
	r.flag(m, serviceRange, steps(
		"give nodes and pods both families", "restart every kube-apiserver with "+after.String(),
		"set the same in kube-controller-manager", "set ipFamilyPolicy in the Services that are to have both: none changes by itself",
	), "%s is new, which a cluster that lives can take", after.Secondary())
}

// reregister are the steps to new blocks: those of a node cannot be changed.
func reregister(after dualstack.Pair) string {
	return steps(
		"put the old flag back",
		"or drain and delete every node",
		"give "+after.String()+" to cloud-controller-manager and kube-proxy, then to every kube-controller-manager",
		"let the kubelets register their nodes anew",
	)
}

func changePods(ch *change, r report) {
	before, after, _, m, ok := ch.pods()
	if !ok {
		return
	}
	for was := range before.All() {
		if now := after.Of(cidr.FamilyOf(was)); now.IsValid() && !covers(now, was) {
			r.flag(m, "cluster-cidr", reregister(after), "%s was %s: kube-controller-manager ends when it finds a node with a block outside of its range", now, was)
		}
	}
}

func changePodsGrow(ch *change, r report) {
	before, after, _, m, ok := ch.pods()
	if !ok {
		return
	}
	for was := range before.All() {
		if now := after.Of(cidr.FamilyOf(was)); now.IsValid() && now != was && covers(now, was) {
			r.flag(m, "cluster-cidr", steps(
				"see that nothing else has addresses of "+now.String(), "give it to kube-proxy and to the network plugin",
				"give it to the cloud-controller-manager", "give it to every kube-controller-manager",
			), "%s was %s: the nodes' blocks lie in both", now, was)
		}
	}
}

func changePrimaryPods(ch *change, r report) {
	if before, after, _, m, ok := ch.pods(); ok && primary(before) != primary(after) {
		r.flag(m, "cluster-cidr", reregister(after), "%s came first: kube-controller-manager looks for a node's first block in its first range, and ends", before.Primary())
	}
}

func changePodsDropped(ch *change, r report) {
	before, after, _, m, ok := ch.pods()
	if ok && before.IsDual() && !after.IsDual() && primary(before) == primary(after) {
		r.flag(m, "cluster-cidr", steps(
			"put "+before.Secondary().String()+" back", "set ipFamilyPolicy SingleStack in every Service, and drop the second service range",
			"drain and delete every node", "drop the pod range in every kube-controller-manager, then in kube-proxy and cloud-controller-manager",
			"let the kubelets register their nodes anew",
		), "%s is gone: kube-controller-manager ends when it finds a node with blocks of both families", before.Secondary())
	}
}

func changePodsAdded(ch *change, r report) {
	before, after, _, m, ok := ch.pods()
	if ok && !before.IsDual() && after.IsDual() && primary(before) == primary(after) {
		r.flag(m, "cluster-cidr", steps(
			"give nodes addresses of both families", "give "+after.String()+" to kube-proxy, cloud-controller-manager and the network plugin",
			"give it to every kube-controller-manager, with the masks of each family",
			"drain, delete and register anew each node: those that exist keep one block", "then add the second service range",
		), "%s is new, which a cluster that lives can take", after.Secondary())
	}
}

// masks calls judge with the node mask before and after of each family that has
// one in both.
func (ch *change) masks(judge func(m *member, flag string, was, now int)) {
	before, after, old, m, ok := ch.pods()
	if !ok {
		return
	}
	for _, f := range after.Families() {
		if !before.Of(f).IsValid() {
			continue
		}
		flag := maskFlag(f)
		if m.isSet("node-cidr-mask-size") && !m.isSet(flag) {
			flag = "node-cidr-mask-size"
		}
		judge(m, flag, old.nodeMask(f, before.IsDual()), m.nodeMask(f, after.IsDual()))
	}
}

// changeMasksShorter: two old blocks are one new block, which is free again as
// soon as one of their nodes goes.
func changeMasksShorter(ch *change, r report) {
	ch.masks(func(m *member, flag string, was, now int) {
		if now < was {
			r.flag(m, flag, steps("put /"+itoa(was)+" back", "or drain and delete every node", "change the mask in every kube-controller-manager", "let the kubelets register their nodes anew"),
				"/%d was /%d: when one of several nodes in a new block goes, the block is given to another while the others still use it", now, was)
		}
	})
}

func changeMasksLonger(ch *change, r report) {
	ch.masks(func(m *member, flag string, was, now int) {
		if now > was {
			r.flag(m, flag, steps("see that --max-pods of new nodes fits their blocks", "change the mask in every kube-controller-manager at once", "drain and register anew the nodes that are to have a small block"),
				"/%d was /%d: nodes that exist keep their blocks, new ones get smaller ones", now, was)
		}
	})
}

func changeAllocation(ch *change, r report) {
	old, m := ch.before.first(ControllerManager), ch.after.first(ControllerManager)
	if old == nil || m == nil || old.allocates() == m.allocates() {
		return
	}
	if m.allocates() {
		r.flag(m, "allocate-node-cidrs", steps("see that the nodes' podCIDRs are empty or lie in --cluster-cidr", "turn it on"),
			"nodes get blocks from now on: kube-controller-manager ends when it finds one with a block outside of its range")
		return
	}
	r.flag(m, "allocate-node-cidrs", steps("see that the network plugin gives nodes their blocks", "see that kube-proxy does not detect local traffic by NodeCIDR", "turn it off"),
		"nodes that exist keep their blocks, new ones get none")
}

func changeNodePorts(ch *change, r report) {
	old, m := ch.before.first(APIServer), ch.after.first(APIServer)
	if old == nil || m == nil {
		return
	}
	was, err := old.nodePorts()
	now, err2 := m.nodePorts()
	if err == nil && err2 == nil && (now.Min > was.Min || now.Max < was.Max) {
		r.flag(m, nodePortRange, steps("keep the ports of "+was.String()+" that Services have", "or create those Services anew", "change every kube-apiserver"),
			"%s was %s: Services keep node ports outside of the range, and kube-apiserver complains of each", now, was)
	}
}

// said returns the first kubelet that sets a flag.
func said(c *cluster, flag string) *member {
	for _, m := range c.of(Kubelet) {
		if m.text(flag) != "" {
			return m
		}
	}
	return nil
}

func changeDNS(ch *change, r report) {
	old, m := said(ch.before, "cluster-dns"), said(ch.after, "cluster-dns")
	if old == nil || m == nil || sameAddrs(old.clusterDNS, m.clusterDNS) {
		return
	}
	r.flag(m, "cluster-dns", steps("let the DNS server answer at the old and the new address", "change the kubelets", "start every pod anew", "drop the old address"),
		"was %q: pods keep the old address as long as they live", old.text("cluster-dns"))
}

func sameAddrs(a, b []netip.Addr) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

func changeDomain(ch *change, r report) {
	const flag = "cluster-domain"
	old, m := said(ch.before, flag), said(ch.after, flag)
	if old != nil && m != nil && old.text(flag) != m.text(flag) {
		r.flag(m, flag, steps("let the DNS server serve both domains", "change the kubelets", "start every pod anew", "drop the old domain"),
			"was %q: pods keep the old search path as long as they live", old.text(flag))
	}
}

// changeNodeFamily compares the kubelets that have the same name in both sets.
func changeNodeFamily(ch *change, r report) {
	kubelets := ch.before.of(Kubelet)
	if len(kubelets) == 0 {
		return
	}
	before := make(map[string]*member, len(kubelets))
	for _, m := range kubelets {
		before[m.name] = m
	}
	for _, m := range ch.after.of(Kubelet) {
		old := before[m.name]
		if old == nil || len(old.nodeIPs) == 0 || len(m.nodeIPs) == 0 {
			continue
		}
		if was, now := cidr.FamilyOfAddr(old.nodeIPs[0]), cidr.FamilyOfAddr(m.nodeIPs[0]); was != now {
			r.flag(m, "node-ip", steps("drain the node", "change the flag", "start its pods anew"), "%s came first: pods that run keep the order of their addresses, new ones get the other", was)
		}
	}
}
