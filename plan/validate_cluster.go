package plan

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// inCluster is a path into a cluster of a spec, which is only put together
// where something is wrong.
func inCluster(i int, field string) string { return fmt.Sprintf("clusters[%d].%s", i, field) }

func (v *validator) cluster(i int, c *ClusterSpec) {
	before := len(v.errs)
	fail := func(field, format string, args ...any) {
		v.add(inCluster(i, field), "cluster %q: %s", c.Name, fmt.Sprintf(format, args...))
	}
	v.families(func() string { return inCluster(i, "families") }, c.Families)
	v.zone(func() string { return inCluster(i, "zone") }, c.Zone)
	if !c.Kubernetes.IsZero() && !c.Kubernetes.IsSupported() {
		fail("kubernetes", "version %v is not known: want %v to %v", c.Kubernetes, k8sflags.MinVersion(), k8sflags.MaxVersion())
	}
	if !utf8.ValidString(c.Region) {
		v.text(inCluster(i, "region"), c.Region)
	}
	v.platform(i, c)
	if c.Nodes.Need() == 0 {
		v.add(inCluster(i, "nodes"), "cluster %q has 0 nodes", c.Name)
	}
	if c.podsPerNode() > math.MaxInt32 {
		fail("podsPerNode", "%d pods a node: the kubelet's --max-pods takes at most %d", c.PodsPerNode, math.MaxInt32)
	}
	if r := c.Churn.PodsPerNodePerMinute; math.IsNaN(r) || math.IsInf(r, 0) || r < 0 {
		fail("churn.podsPerNodePerMinute", "%v pods a minute: want a number from 0 on", r)
	}
	if c.Churn.Cooldown < 0 {
		fail("churn.cooldown", "%v is negative", c.Churn.Cooldown)
	}
	v.count(i, c, Node.field(), c.Nodes)
	v.count(i, c, Service.field(), c.Services)
	v.count(i, c, External.field(), c.ExternalIPs)
	v.count(i, c, Ingress.field(), c.IngressIPs)
	for _, f := range c.families() {
		if f.BitLen() == 0 {
			continue // which is said above
		}
		if _, err := c.IPAM.AddrsFor(1, f); err != nil {
			fail("ipam", "%s", strings.TrimPrefix(err.Error(), "k8sflags: "))
			break
		}
	}
	v.podsFromNodeRange(i, c)
	v.nodeNetwork(i, c)
	if len(c.Pins) > 0 {
		v.pinned(i, c)
	}
	for j := range c.Extra {
		v.extra(i, j, c)
	}
	if len(v.errs) > before {
		return // sizes would only repeat what is wrong
	}
	v.sizes(i, c)
}

func (v *validator) count(i int, c *ClusterSpec, field string, n Count) {
	fail := func(format string, args ...any) {
		v.add(inCluster(i, field), "cluster %q: %s", c.Name, fmt.Sprintf(format, args...))
	}
	if n.Max != 0 && n.Max < n.Now {
		fail("max %d is below the %d of now", n.Max, n.Now)
	}
	switch {
	case n.Horizon < 0:
		fail("horizon %v is negative", n.Horizon)
	case !n.GrowthPerYear.IsZero() && n.Horizon == 0:
		fail("it grows %v a year, but until when? give a horizon such as 3y", n.GrowthPerYear)
	case n.GrowthPerYear.IsZero() && n.Horizon > 0:
		fail("it has a horizon of %v, but does not grow: give growthPerYear", n.Horizon)
	}
}

func (v *validator) pinned(i int, c *ClusterSpec) {
	for r, p := range sortedPins(c.Pins) {
		at := inCluster(i, "pins."+string(r))
		if !r.Valid() {
			v.add(at, "cluster %q: role %q: want one of %v", c.Name, r, Roles())
		}
		v.pinFamilies(at, c, p, c.families())
	}
}

func (v *validator) pinFamilies(path string, c *ClusterSpec, p dualstack.Pair, families []cidr.Family) {
	for _, f := range p.Families() {
		if !slices.Contains(families, f) {
			v.add(path, "cluster %q: %v is pinned, but the cluster has no %v", c.Name, p.Of(f), f)
		}
	}
}

// extraServices is the version from which a cluster may have ServiceCIDR
// objects beside the flag (KEP-1880).
var extraServices = k8sflags.Version{Major: 1, Minor: 33}

// extra checks an extra range of a cluster.
func (v *validator) extra(i, j int, c *ClusterSpec) {
	b := &c.Extra[j]
	fail := func(field, format string, args ...any) {
		v.add(inCluster(i, fmt.Sprintf("extra[%d].%s", j, field)), "cluster %q: %s", c.Name, fmt.Sprintf(format, args...))
	}
	switch {
	case b.Name == "":
		fail("name", "the extra range has no name")
	case !utf8.ValidString(b.Name):
		fail("name", "range %q: it is not UTF-8", b.Name)
	case !printable(b.Name):
		fail("name", "range %q: a name has no spaces or control characters", b.Name)
	case slices.ContainsFunc(c.Extra[:j], func(a BlockSpec) bool { return a.Name == b.Name && a.Role == b.Role }):
		fail("name", "it has two extra %s ranges %q", b.Role, b.Name)
	}
	if !b.Role.Valid() {
		fail("role", "role %q: want one of %v", b.Role, Roles())
	}
	v.zone(func() string { return inCluster(i, fmt.Sprintf("extra[%d].zone", j)) }, b.Zone)
	v.families(func() string { return inCluster(i, fmt.Sprintf("extra[%d].families", j)) }, b.Families)
	for _, f := range b.Families {
		if !slices.Contains(c.families(), f) {
			fail("families", "it has no %v", f)
		}
	}
	v.count(i, c, fmt.Sprintf("extra[%d].count", j), b.Count)
	v.pinFamilies(inCluster(i, fmt.Sprintf("extra[%d].pin", j)), c, b.Pin, b.families(c))
	if b.Role == Service && b.Count.Need() > 0 && !c.Kubernetes.IsZero() && c.Kubernetes.Compare(extraServices) < 0 {
		fail("role", "ServiceCIDR objects are stable from Kubernetes %v on, it has %v", extraServices, c.Kubernetes)
	}
	for _, f := range dualIPv4 {
		switch {
		case slices.Contains(b.families(c), f):
		case b.Count.Need() > 0 && slices.Contains(c.families(), f):
			// The main range is for the rest, which is the same in each family.
			fail("families", "range %q has a count and lacks %v, which the cluster has: leave families out, or give bits", b.Name, f)
		case b.Bits.Of(f) != 0:
			fail("bits", "range %q has bits of %v, but not the family", b.Name, f)
		}
	}
	for _, f := range b.families(c) {
		switch bits := b.Bits.Of(f); {
		case bits < 0 || bits > f.BitLen():
			fail("bits", "%v range of length %d: want 1 to %d", f, bits, f.BitLen())
		case bits == 0 && b.Count.Need() == 0 && !b.Pin.Of(f).IsValid():
			fail("count", "range %q has no size in %v: give a count, bits or a pin", b.Name, f)
		case bits > 0 && b.Count.Need() > 0:
			fail("bits", "range %q has both a count and bits: give one", b.Name)
		}
	}
}

// sizes checks that there can be a range for everything that a cluster asks
// for, each part of the spec at most once, and that pins are large enough.
func (v *validator) sizes(i int, c *ClusterSpec) {
	var bad []string
	v.as = c.asks(v.as[:0])
	for k := range v.as {
		a := &v.as[k]
		if !a.pin.IsZero() {
			if why := c.tooSmall(a, a.pin); why != "" {
				v.add(inCluster(i, c.pinField(a)), "cluster %q: %s", c.Name, why)
			}
			v.refused(inCluster(i, c.pinField(a)), owner(c.Name, ""), a.role, a.pin, c.kind())
		} else if v.layout {
			continue
		}
		for _, f := range a.families {
			if a.pin.Of(f).IsValid() {
				continue
			}
			_, err := c.bitsOf(a, f)
			if err == nil {
				continue
			}
			field := a.role.field()
			if errors.Is(err, errNodes) {
				field = Node.field()
			}
			if a.name != "" {
				field = c.extraField(a) + ".count"
				if a.bits.Of(f) > 0 {
					field = c.extraField(a) + ".bits"
				}
			}
			if !slices.Contains(bad, field) {
				bad = append(bad, field)
				v.add(inCluster(i, field), "cluster %q: %v", c.Name, err)
			}
		}
	}
}

// pinField is where a range is pinned.
func (c *ClusterSpec) pinField(a *ask) string {
	if a.name == "" {
		return "pins." + string(a.role)
	}
	return c.extraField(a) + ".pin"
}

func (c *ClusterSpec) extraField(a *ask) string {
	j := slices.IndexFunc(c.Extra, func(b BlockSpec) bool { return b.Role == a.role && b.Name == a.name })
	return fmt.Sprintf("extra[%d]", j)
}

func (v *validator) nodeNetwork(i int, c *ClusterSpec) {
	if c.NodeNetwork == "" {
		return
	}
	at := inCluster(i, "nodeNetwork")
	n := v.networks[c.NodeNetwork]
	if n == nil {
		v.add(at, "cluster %q: there is no network %q", c.Name, c.NodeNetwork)
		return
	}
	if !c.pin(Node).IsZero() {
		v.add(inCluster(i, "pins.node"), "cluster %q has its nodes in network %q: pin the network", c.Name, c.NodeNetwork)
	}
	families := v.users.families(n)
	for _, f := range c.families() {
		if !slices.Contains(families, f) {
			v.add(at, "cluster %q has %v, network %q has not", c.Name, f, c.NodeNetwork)
		}
	}
}
