package k8sflags

import (
	"math"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

// capacityRules ask whether there is enough of everything.
var capacityRules = []ruleRow{
	{Rule: Rule{ID: "KC621", Title: "more pods than a node's block has addresses", Severity: Error,
		Source: "the IPAMs' own allocators; the kubelet never compares --max-pods with its pod CIDR"}, all: checkPodsFit},
	{Rule: Rule{ID: "KC623", Title: "more nodes than Kubernetes is tried with", Severity: Info,
		Source: "https://kubernetes.io/docs/setup/best-practices/cluster-large/"}, all: checkScale},
	{Rule: Rule{ID: "KC622", Title: "more nodes than node blocks", Severity: Error, Source: srcCIDRSet}, all: checkNodesFit},
}

// maxPods returns how many pods a kubelet runs; ok is false where a
// configuration file or the number of its cores decides.
func (m *member) maxPods() (n uint64, ok bool) {
	if m.integer("pods-per-core", 0) != 0 || (m.configFile && !m.isSet("max-pods")) {
		return 0, false
	}
	pods := m.integer("max-pods", defaultMaxPods)
	if pods == 0 {
		pods = defaultMaxPods
	}
	return uint64(max(pods, 0)), true
}

func checkPodsFit(c *cluster, r report) {
	row, err := c.opts.ipam.row()
	if err != nil {
		return // another rule's
	}
	pods, allocator := c.allocator()
	if row.ownBlocks {
		allocator = nil // its blocks are not what pods get their addresses from
	}
	for _, m := range c.of(Kubelet) {
		n, ok := m.maxPods()
		if !ok {
			continue
		}
		if allocator != nil {
			for p := range pods.All() {
				f := cidr.FamilyOf(p)
				if mask := allocator.nodeMask(f, pods.IsDual()); mask >= p.Bits() && mask <= f.BitLen() {
					judgeBlock(row, m, r, netip.PrefixFrom(p.Addr(), mask), n, f)
				}
			}
			continue
		}
		if own, ok := m.pods.pair(); ok && !c.inCluster(m) {
			for p := range own.All() {
				judgeBlock(row, m, r, p, n, cidr.FamilyOf(p))
			}
		}
	}
}

// judgeBlock reports a kubelet with more pods than fit into a block.
func judgeBlock(row *ipamRow, m *member, r report, block netip.Prefix, pods uint64, f cidr.Family) {
	fits, err := row.name.PodsIn(block)
	if err != nil || pods <= fits {
		return // an error here is a block too large to count
	}
	takes := row.takes
	if row.guessV6 && f == cidr.IPv6 {
		takes += ", not confirmed"
	}
	r.flag(m, "max-pods", "use at most "+itoa(int(min(fits, math.MaxInt32)))+", or larger node blocks",
		"%d pods, but an %s block of /%d holds %d under %s (%s)", pods, f, block.Bits(), fits, row.name, takes)
}

func checkNodesFit(c *cluster, r report) {
	if c.opts.nodes == 0 {
		return
	}
	pods, m := c.allocator()
	if m == nil {
		return
	}
	known, _ := m.services.pair()
	for p := range pods.All() {
		f := cidr.FamilyOf(p)
		mask := m.nodeMask(f, pods.IsDual())
		if mask < p.Bits() || mask > f.BitLen() {
			continue // another rule's
		}
		lost, total := lostBlocks(p, known.Of(f), mask)
		if have := total - lost; c.opts.nodes > have {
			r.flag(m, "cluster-cidr", "use a larger pod range, or a longer node mask",
				"%d nodes, but %s has %d blocks of /%d to give (%d of %d lost to the service range)", c.opts.nodes, p, have, mask, lost, total)
		}
	}
}

// triedNodes is how many nodes a cluster is tried with.
const triedNodes = 5000

func checkScale(c *cluster, r report) {
	if c.opts.nodes > triedNodes {
		r.process(nil, "split the cluster, or measure it first", "%d nodes, but Kubernetes is tried with %d, 150,000 pods and 110 pods a node at most", c.opts.nodes, triedNodes)
	}
}
