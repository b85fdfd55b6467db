package plan_test

import (
	"fmt"
	"math/big"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// The tests of this file run a fleet: machines, pods and Services take addresses
// out of the ranges of a plan and give them back, by an allocator that knows of
// nothing but addresses. What the plan promises has to be there at every moment,
// and one more than the capacity must not be.

// lot is addresses of one family that are taken one by one. Those given back
// rest for a while before they are taken again.
type lot struct {
	next    netip.Addr
	left    *big.Int // that nobody had yet
	free    []netip.Addr
	resting []rest // in the order of until
}

type rest struct {
	addr  netip.Addr
	until int64
}

// newLot has the addresses of p without some at its beginning and its end.
func newLot(p netip.Prefix, first, last int64) *lot {
	n := pow2(p.Addr().BitLen() - p.Bits())
	return &lot{next: offset(p.Addr(), big.NewInt(first)), left: n.Sub(n, big.NewInt(first+last))}
}

// offset is the address n after a.
func offset(a netip.Addr, n *big.Int) netip.Addr {
	b := a.AsSlice()
	sum := new(big.Int).SetBytes(b)
	got, _ := netip.AddrFromSlice(sum.Add(sum, n).FillBytes(b))
	return got
}

// machineLot are the addresses of a subnet that nodes can have.
func machineLot(p netip.Prefix) *lot {
	if p.Addr().Is4() {
		return newLot(p, 2, 1) // network and gateway, broadcast
	}
	return newLot(p, 2, 0) // subnet-router anycast and gateway
}

// world is the time, and who has which address.
type world struct {
	t     *rapid.T
	now   int64 // milliseconds
	inUse map[netip.Addr]string
}

// take takes an address of each lot, or none.
func (w *world) take(who string, lots []*lot) ([]netip.Addr, bool) {
	var got []netip.Addr
	for _, l := range lots {
		for len(l.resting) > 0 && l.resting[0].until <= w.now {
			l.free, l.resting = append(l.free, l.resting[0].addr), l.resting[1:]
		}
		switch n := len(l.free); {
		case n > 0:
			got, l.free = append(got, l.free[n-1]), l.free[:n-1]
		case l.left.Sign() > 0:
			got = append(got, l.next)
			l.next = l.next.Next()
			l.left.Sub(l.left, big.NewInt(1))
		default:
			for i, a := range got {
				lots[i].free = append(lots[i].free, a)
			}
			return nil, false
		}
	}
	for _, a := range got {
		if other, taken := w.inUse[a]; taken {
			w.t.Fatalf("%s gets %v of %s", who, a, other)
		}
		w.inUse[a] = who
	}
	return got, true
}

// give gives addresses back, to rest until a time.
func (w *world) give(lots []*lot, as []netip.Addr, until int64) {
	for i, a := range as {
		delete(w.inUse, a)
		lots[i].resting = append(lots[i].resting, rest{a, until})
	}
}

// needs takes what has to be there.
func (w *world) needs(who string, lots []*lot) []netip.Addr {
	got, ok := w.take(who, lots)
	if !ok {
		w.t.Fatalf("%s: out of addresses at %d ms", who, w.now)
	}
	return got
}

// fleetCluster is a cluster that runs.
type fleetCluster struct {
	*world
	spec     plan.ClusterSpec
	got      *plan.Cluster
	machines []*lot // for nodes, by family
	blocks   []uint64
	nextFree uint64 // the first block that no node had yet
	nodes    []*fleetNode
	services map[uint64][]netip.Addr
	ips      []*lot // for services
	subnet   []*lot // of pods, where nodes have no block
}

type fleetNode struct {
	addrs []netip.Addr
	block uint64
	lots  []*lot // of its pods
	pods  [][]netip.Addr
	flat  []netip.Addr // what it takes of the pods' subnet
}

// byFamily makes a lot of each family of the first range of a role.
func byFamily(got *plan.Cluster, r plan.Role, make func(netip.Prefix) *lot) []*lot {
	var lots []*lot
	for p := range got.Block(r).All() {
		lots = append(lots, make(p))
	}
	return lots
}

// ofFlat is how many addresses of a subnet a node takes for so many pods.
var ofFlat = map[k8sflags.IPAM]func(pods uint64) uint64{
	k8sflags.VPCCNI:       func(pods uint64) uint64 { return pods + 1 },
	k8sflags.AKSPodSubnet: func(pods uint64) uint64 { return (pods + 8 + 15) / 16 * 16 },
}

// blockCount is how many node blocks there are in the family that has fewer.
func (c *fleetCluster) blockCount() uint64 {
	d := 64
	for p := range c.got.Block(plan.Pod).All() {
		d = min(d, c.maskOf(p)-p.Bits())
	}
	return 1 << d
}

func (c *fleetCluster) maskOf(p netip.Prefix) int { return c.got.NodeMasks().Of(cidr.FamilyOf(p)) }

// boot adds a node; false if there is no address or no block for it.
func (c *fleetCluster) boot() bool {
	who := fmt.Sprintf("node of %s", c.spec.Name)
	n := &fleetNode{}
	var ok bool
	if n.addrs, ok = c.take(who, c.machines); !ok {
		return false
	}
	if takes := ofFlat[c.spec.IPAM]; takes != nil {
		for range takes(podsPerNode(c.spec) + c.held()) {
			a, ok := c.take("subnet of "+who, c.subnet)
			if !ok {
				return false
			}
			n.flat = append(n.flat, a...)
		}
		c.nodes = append(c.nodes, n)
		return true
	}
	if k := len(c.blocks); k > 0 {
		n.block, c.blocks = c.blocks[k-1], c.blocks[:k-1]
	} else if c.nextFree < c.blockCount() {
		n.block = c.nextFree
		c.nextFree++
	} else {
		return false
	}
	for p := range c.got.Block(plan.Pod).All() {
		host := p.Addr().BitLen() - c.maskOf(p)
		base := offset(p.Addr(), new(big.Int).Lsh(big64(n.block), uint(host)))
		block := netip.PrefixFrom(base, c.maskOf(p))
		if block != block.Masked() || !p.Contains(base) {
			c.t.Fatalf("node block %v of %v", block, p)
		}
		n.lots = append(n.lots, newLot(block, lossOf(c.spec.IPAM, cidr.FamilyOf(p)), 0))
	}
	c.nodes = append(c.nodes, n)
	return true
}

// drain removes the ith node with its pods.
func (c *fleetCluster) drain(i int) {
	n := c.nodes[i]
	c.nodes = slices.Delete(c.nodes, i, i+1)
	c.give(c.machines, n.addrs, c.now)
	for _, as := range n.pods {
		c.give(n.lots, as, c.now)
	}
	for _, a := range n.flat {
		c.give(c.subnet, []netip.Addr{a}, c.now)
	}
	if n.flat == nil {
		c.blocks = append(c.blocks, n.block)
	}
}

// held is how many addresses of a node rest at once: those of a pod a spacing,
// for as long as the cooldown.
func (c *fleetCluster) held() uint64 {
	cooldown, spacing := c.cooldown(), c.spacing()
	if spacing == 0 {
		return 0
	}
	return uint64((cooldown + spacing - 1) / spacing)
}

// spacing is the time between two pods of a node that go, in milliseconds.
func (c *fleetCluster) spacing() int64 {
	if r := int64(c.spec.Churn.PodsPerNodePerMinute); r > 0 {
		return 60_000 / r
	}
	return 0
}

func (c *fleetCluster) cooldown() int64 {
	if t := int64(c.spec.Churn.Cooldown) / 1e6; t > 0 || c.spec.IPAM != k8sflags.VPCCNI {
		return t
	}
	return 30_000
}

// run fills a node with pods, then replaces one after the other as fast as the
// spec says, for longer than the cooldown.
func (c *fleetCluster) run(n *fleetNode) {
	who := fmt.Sprintf("pod of %s", c.spec.Name)
	for uint64(len(n.pods)) < podsPerNode(c.spec) {
		n.pods = append(n.pods, c.needs(who, n.lots))
	}
	for range 3 * c.held() {
		i := rapid.IntRange(0, len(n.pods)-1).Draw(c.t, "pod that goes")
		c.give(n.lots, n.pods[i], c.now+c.cooldown())
		n.pods[i] = c.needs(who, n.lots)
		c.now += c.spacing()
	}
}

// serve has so many Services, of which some are replaced, beside kubernetes and
// DNS.
func (c *fleetCluster) serve(n uint64) {
	for uint64(len(c.services)) < n+2 {
		c.services[uint64(len(c.services))] = c.needs("service of "+c.spec.Name, c.ips)
	}
	for range 5 {
		i := rapid.Uint64Range(0, uint64(len(c.services)-1)).Draw(c.t, "service that goes")
		c.give(c.ips, c.services[i], c.now)
		c.services[i] = c.needs("service of "+c.spec.Name, c.ips)
	}
}

// yearly is how many there are at the end of each year, the first now, by
// arithmetic of this test.
func yearly(c plan.Count) []uint64 {
	n := []uint64{c.Now}
	for y := plan.Year; y <= c.Horizon; y += plan.Year {
		last := n[len(n)-1]
		more := c.GrowthPerYear.N
		if c.GrowthPerYear.Percent {
			more = (last*more + 99) / 100
		}
		n = append(n, last+more)
	}
	return append(n, max(c.Max, n[len(n)-1]))
}

func at(n []uint64, year int) uint64 { return n[min(year, len(n)-1)] }

// live lets a year pass: the nodes become as many as there are then, all are
// replaced in surges, pods and Services come and go.
func (c *fleetCluster) live(year int) {
	nodes := at(yearly(c.spec.Nodes), year)
	for uint64(len(c.nodes)) < nodes {
		c.mustBoot()
	}
	surge := c.spec.Surge.N
	if c.spec.Surge.Percent {
		surge = (nodes*surge + 99) / 100
	}
	for range min(surge, 20) {
		for range surge {
			c.mustBoot()
		}
		for range surge {
			c.drain(rapid.IntRange(0, len(c.nodes)-1).Draw(c.t, "node that goes"))
		}
	}
	if c.subnet == nil {
		for range 2 {
			c.run(c.nodes[rapid.IntRange(0, len(c.nodes)-1).Draw(c.t, "node")])
		}
	}
	c.serve(at(yearly(c.spec.Services), year))
}

func (c *fleetCluster) mustBoot() {
	if !c.boot() {
		c.t.Fatalf("cluster %s: no place for its %d. node in %v, %v", c.spec.Name, len(c.nodes)+1, c.got.Block(plan.Node), c.got.Block(plan.Pod))
	}
}

// genRunning draws a fleet whose clusters grow, churn and surge.
func genRunning() *rapid.Generator[plan.Spec] {
	return rapid.Custom(func(t *rapid.T) plan.Spec {
		s := genSpec().Draw(t, "spec")
		for i := range s.Clusters {
			c := &s.Clusters[i]
			c.Surge = plan.Amount{N: rapid.Uint64Range(0, 12).Draw(t, "surge"), Percent: rapid.Bool().Draw(t, "share")}
			// Rates that divide a minute into whole milliseconds.
			c.Churn.PodsPerNodePerMinute = rapid.SampledFrom([]float64{0, 1, 6, 60}).Draw(t, "rate")
			c.Churn.Cooldown = plan.Duration(rapid.Int64Range(0, 100_000).Draw(t, "cooldown")) * 1e6
			if rapid.Bool().Draw(t, "grows") {
				c.Nodes = plan.Count{Now: c.Nodes.Now, Horizon: plan.Duration(rapid.IntRange(1, 3).Draw(t, "years")) * plan.Year,
					GrowthPerYear: plan.Amount{N: rapid.Uint64Range(1, 40).Draw(t, "growth"), Percent: rapid.Bool().Draw(t, "percent")}}
			}
			if rapid.IntRange(0, 4).Draw(t, "flat") == 0 {
				c.Families, c.IPAM = nil, rapid.SampledFrom([]k8sflags.IPAM{k8sflags.VPCCNI, k8sflags.AKSPodSubnet}).Draw(t, "flat ipam")
			}
		}
		return s
	})
}

// running starts every cluster of a plan, in the subnets that they share.
func running(t *rapid.T, s plan.Spec, p *plan.Plan) []*fleetCluster {
	w := &world{t: t, inUse: map[netip.Addr]string{}}
	subnets := map[netip.Prefix]*lot{}
	machines := func(q netip.Prefix) *lot {
		if subnets[q] == nil {
			subnets[q] = machineLot(q)
		}
		return subnets[q]
	}
	var cs []*fleetCluster
	for _, spec := range s.Clusters {
		got, _ := p.Cluster(spec.Name)
		c := &fleetCluster{world: w, spec: spec, got: got, services: map[uint64][]netip.Addr{}}
		c.machines = byFamily(got, plan.Node, machines)
		c.ips = serviceLots(spec, got)
		if ofFlat[spec.IPAM] != nil {
			c.subnet = byFamily(got, plan.Pod, machineLot)
		}
		cs = append(cs, c)
	}
	for b := range p.Blocks() {
		if b.Cluster != "" {
			continue
		}
		for q := range b.Range.All() {
			for _, n := range s.Networks {
				for range n.Hosts {
					if n.Name == b.Name {
						w.needs("host of "+n.Name, []*lot{machines(q)})
					}
				}
			}
		}
	}
	return cs
}

// serviceLots are the addresses that Services get: not the network's, in IPv4
// not the broadcast address, and up to 1.33 no more than 65,535 in IPv6.
func serviceLots(spec plan.ClusterSpec, got *plan.Cluster) []*lot {
	return byFamily(got, plan.Service, func(p netip.Prefix) *lot {
		if p.Addr().Is4() {
			return newLot(p, 1, 1)
		}
		l := newLot(p, 1, 0)
		if most := big.NewInt(65_535); spec.Kubernetes.Minor < 34 && l.left.Cmp(most) > 0 {
			l.left = most
		}
		return l
	})
}

// Within what a spec asks for, no fleet runs out of anything, in any year.
func TestFleetsDoNotRunOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genRunning().Draw(t, "spec")
		if s.Validate() != nil {
			return // more pods with those in cooldown than the IPAM takes
		}
		p := solveOrExplain(t, s)
		if p == nil {
			return
		}
		cs := running(t, s, p)
		for year := range 5 {
			for _, c := range cs {
				c.live(year)
			}
		}
		for _, c := range cs {
			for _, r := range []plan.Role{plan.External, plan.Ingress} {
				lots := byFamily(c.got, r, func(p netip.Prefix) *lot { return newLot(p, 0, 0) })
				for range single(c.spec, r) {
					c.needs(string(r)+" of "+c.spec.Name, lots)
				}
			}
		}
	})
}

// mostToTry bounds how many of a thing are tried one by one.
const mostToTry = 3_000

// The capacity of a cluster is what it can run, and one more it cannot: nodes,
// pods of a node, Services, single addresses.
func TestCapacityIsWhereFleetsRunOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genRunning().Draw(t, "spec")
		if s.Validate() != nil {
			return
		}
		p := solveOrExplain(t, s)
		if p == nil {
			return
		}
		for _, c := range running(t, s, p) {
			has := c.got.Capacity()
			if c.spec.NodeNetwork == "" && has.Nodes() <= mostToTry {
				exactly(t, "nodes", has.Nodes(), c.boot)
			}
			if len(c.nodes) > 0 && c.subnet == nil && has.PodsPerNode <= mostToTry {
				// The most addresses rest that can at once.
				n := c.nodes[0]
				for range c.held() {
					c.give(n.lots, c.needs("a pod that is gone", n.lots), c.now+1)
				}
				exactly(t, "pods of a node", has.PodsPerNode, func() bool { _, ok := c.take("pod", n.lots); return ok })
			}
			lots := c.ips
			c.needs("kubernetes", lots)
			c.needs("DNS", lots)
			take := func() bool { _, ok := c.take("address", lots); return ok }
			if has.Services <= mostToTry {
				exactly(t, "services", has.Services, take)
			}
			for r, n := range map[plan.Role]uint64{plan.External: has.ExternalIPs, plan.Ingress: has.IngressIPs} {
				lots = byFamily(c.got, r, func(p netip.Prefix) *lot { return newLot(p, 0, 0) })
				if n > 0 && n <= mostToTry {
					exactly(t, string(r), n, take)
				}
			}
		}
	})
}

// exactly takes n of a thing, and no more.
func exactly(t *rapid.T, what string, n uint64, take func() bool) {
	for i := range n {
		if !take() {
			t.Fatalf("%s: %d of them, the capacity is %d", what, i, n)
		}
	}
	if take() {
		t.Fatalf("%s: one more than the capacity of %d", what, n)
	}
}
