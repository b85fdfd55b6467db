package plan

import (
	"errors"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"unicode"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
)

// SpecError is one thing wrong with a spec. Path leads to it, in the order of
// the spec as given: "clusters[2].pins.pod".
type SpecError struct {
	Path    string
	Message string
}

func (e *SpecError) Error() string { return "plan: " + e.Path + ": " + e.Message }

// SpecErrors is everything wrong with a spec, one error a line.
type SpecErrors []*SpecError

func (es SpecErrors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the single errors.
func (es SpecErrors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}

// Validate reports everything that is wrong with the spec itself, as
// [SpecErrors], and nil if nothing is. A valid spec may still be infeasible.
func (s Spec) Validate() error {
	v := &validator{spec: &s, users: s.users()}
	v.pools()
	v.reserved()
	v.sharedNetworks()
	v.clusters()
	v.pins()
	if len(v.errs) > 0 {
		return v.errs
	}
	return nil
}

type validator struct {
	spec     *Spec
	users    users
	networks map[string]*Network
	taken    []netip.Prefix // by reservations,
	reasons  []string       // and why
	space    []poolPrefix
	errs     SpecErrors
}

func (v *validator) add(path, format string, args ...any) {
	v.errs = append(v.errs, &SpecError{path, fmt.Sprintf(format, args...)})
}

// name checks that names are there, unique, and fit for tables and flags.
func (v *validator) name(kind, path, name string, seen map[string]string) {
	if first, ok := seen[name]; ok && name != "" {
		v.add(path+".name", "%s %q stands twice, first at %s", kind, name, first)
		return
	}
	seen[name] = path
	switch {
	case name == "":
		v.add(path+".name", "the %s has no name", kind)
	case strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		v.add(path+".name", "%s %q: a name has no spaces or control characters", kind, name)
	}
}

// prefix checks a prefix of the spec and reports whether it can be used.
func (v *validator) prefix(path string, p netip.Prefix) bool {
	if p == (netip.Prefix{}) {
		v.add(path, "there is no prefix")
		return false
	}
	_, err := cidr.Common(p)
	if err != nil {
		v.add(path, "%s", strings.TrimPrefix(err.Error(), "cidr: common prefix: "))
	}
	return err == nil
}

// unmapped checks that no range of a pool can be IPv4-mapped.
func (v *validator) unmapped(path string, p netip.Prefix) bool {
	mapped := netip.PrefixFrom(netip.AddrFrom16([16]byte{10: 0xff, 11: 0xff}), 96)
	if p.Overlaps(mapped) {
		v.add(path, "%v has the IPv4-mapped addresses (%v), which are no cluster's: leave them out", p.Masked(), mapped)
		return false
	}
	return true
}

func (v *validator) pools() {
	if len(v.spec.Pools) == 0 {
		v.add("pools", "there is no pool to take addresses from")
	}
	seen := map[string]string{}
	var prefixes []netip.Prefix
	var paths []string
	for i, p := range v.spec.Pools {
		path := fmt.Sprintf("pools[%d]", i)
		v.name("pool", path, p.Name, seen)
		if len(p.Prefixes) == 0 {
			v.add(path+".prefixes", "pool %q has no prefixes", p.Name)
		}
		for j, q := range p.Prefixes {
			at := fmt.Sprintf("%s.prefixes[%d]", path, j)
			if v.prefix(at, q) && v.unmapped(at, q) {
				prefixes, paths = append(prefixes, q.Masked()), append(paths, at)
				v.space = append(v.space, poolPrefix{q.Masked(), &v.spec.Pools[i]})
			}
		}
		for j, r := range p.Roles {
			if !r.Valid() {
				v.add(fmt.Sprintf("%s.roles[%d]", path, j), "role %q: want one of %v", r, Roles())
			}
		}
	}
	overlaps, err := cidr.Overlaps(prefixes)
	if err != nil {
		return // every prefix was checked
	}
	for i, j := range overlaps {
		if a, b := v.space[j].pool, v.space[i].pool; a != b {
			v.add(paths[j], "pools must not overlap: %v of pool %q and %v of pool %q", prefixes[j], a.Name, prefixes[i], b.Name)
		}
	}
}

func (v *validator) reserved() {
	for i, r := range v.spec.Reserved {
		if v.prefix(fmt.Sprintf("reserved[%d].prefix", i), r.Prefix) {
			v.taken, v.reasons = append(v.taken, r.Prefix.Masked()), append(v.reasons, r.Reason)
		}
	}
}

// families reports whether fs can be used.
func (v *validator) families(path string, fs []cidr.Family) bool {
	before := len(v.errs)
	switch {
	case len(fs) > 2, len(fs) == 2 && fs[0] == fs[1]:
		v.add(path, "families %v: want one, or both with the primary first", fs)
	case slices.ContainsFunc(fs, func(f cidr.Family) bool { return f.BitLen() == 0 }):
		v.add(path, "families %v: want IPv4 or IPv6", fs)
	}
	return len(v.errs) == before
}

func (v *validator) sharedNetworks() {
	v.networks = map[string]*Network{}
	seen := map[string]string{}
	for i := range v.spec.Networks {
		n := &v.spec.Networks[i]
		path := fmt.Sprintf("networks[%d]", i)
		v.name("network", path, n.Name, seen)
		sized := v.families(path+".families", n.Families)
		if v.networks[n.Name] == nil {
			v.networks[n.Name] = n
		}
		if v.users.need(n) == 0 && n.Pin.IsZero() {
			v.add(path, "network %q has no hosts, and no cluster has it as nodeNetwork", n.Name)
		}
		for _, f := range n.Pin.Families() {
			if len(n.Families) > 0 && !slices.Contains(n.Families, f) {
				v.add(path+".pin", "network %q has no %v", n.Name, f)
				sized = false
			}
		}
		if sized {
			v.networkSize(path, n)
		}
	}
}

// networkSize checks that there can be a range for all machines of a network.
func (v *validator) networkSize(path string, n *Network) {
	need := v.users.need(n)
	for _, f := range v.users.families(n) {
		if f.BitLen() == 0 || n.Pin.Of(f).IsValid() {
			continue // a cluster has said so; or it is given
		}
		if _, err := nodeBits(f, need); err != nil {
			v.add(path+".hosts", "network %q: %v", n.Name, err)
		}
	}
	if !n.Pin.IsZero() && usableNodes(n.Pin) < need {
		v.add(path+".pin", "network %q: %v has %d addresses for nodes, needs %d", n.Name, n.Pin, usableNodes(n.Pin), need)
	}
}

func (v *validator) clusters() {
	if len(v.spec.Clusters) == 0 && len(v.spec.Networks) == 0 {
		v.add("clusters", "there is no cluster to plan for")
	}
	seen := map[string]string{}
	for i := range v.spec.Clusters {
		v.cluster(fmt.Sprintf("clusters[%d]", i), &v.spec.Clusters[i], seen)
	}
}

func (v *validator) cluster(path string, c *ClusterSpec, seen map[string]string) {
	before := len(v.errs)
	v.name("cluster", path, c.Name, seen)
	v.families(path+".families", c.Families)
	if !c.Kubernetes.IsZero() && !c.Kubernetes.IsSupported() {
		v.add(path+".kubernetes", "cluster %q: version %v is not known: want %v to %v", c.Name, c.Kubernetes, k8sflags.MinVersion(), k8sflags.MaxVersion())
	}
	if c.Nodes.Need() == 0 {
		v.add(path+".nodes", "cluster %q has 0 nodes", c.Name)
	}
	if c.podsPerNode() > math.MaxInt32 {
		v.add(path+".podsPerNode", "cluster %q: %d pods a node: the kubelet's --max-pods takes at most %d", c.Name, c.PodsPerNode, math.MaxInt32)
	}
	for _, n := range []struct {
		field string
		count Count
	}{{"nodes", c.Nodes}, {"services", c.Services}, {"externalIPs", c.ExternalIPs}, {"ingressIPs", c.IngressIPs}} {
		if n.count.Max != 0 && n.count.Max < n.count.Now {
			v.add(path+"."+n.field, "cluster %q: max %d is below the %d of now", c.Name, n.count.Max, n.count.Now)
		}
	}
	if _, err := c.IPAM.AddrsFor(1, cidr.IPv4); err != nil {
		v.add(path+".ipam", "cluster %q: %s", c.Name, strings.TrimPrefix(err.Error(), "k8sflags: "))
	}
	v.nodeNetwork(path, c)
	for r, p := range sortedPins(c.Pins) {
		at := path + ".pins." + string(r)
		if !r.Valid() {
			v.add(at, "cluster %q: role %q: want one of %v", c.Name, r, Roles())
		}
		for _, f := range p.Families() {
			if !slices.Contains(c.families(), f) {
				v.add(at, "cluster %q: %v is pinned, but the cluster has no %v", c.Name, p.Of(f), f)
			}
		}
	}
	if len(v.errs) > before {
		return // sizes would only repeat what is wrong
	}
	v.sizes(path, c)
}

// sizes checks that there can be a range for everything that a cluster asks
// for, each part of the spec at most once, and that pins are large enough.
func (v *validator) sizes(path string, c *ClusterSpec) {
	bad := map[string]bool{}
	for _, r := range Roles() {
		for _, f := range c.families() {
			if !c.wants(r) || r == Node && c.NodeNetwork != "" || c.Pins[r].Of(f).IsValid() {
				continue
			}
			field := r.field()
			_, err := c.bits(r, f)
			if errors.Is(err, errNodes) {
				field = Node.field()
			}
			if err != nil && !bad[field] {
				bad[field] = true
				v.add(path+"."+field, "cluster %q: %v", c.Name, err)
			}
		}
	}
	for r, p := range sortedPins(c.Pins) {
		if why := c.tooSmall(r, p); why != "" {
			v.add(path+".pins."+string(r), "cluster %q: %s", c.Name, why)
		}
	}
}

func (v *validator) nodeNetwork(path string, c *ClusterSpec) {
	if c.NodeNetwork == "" {
		return
	}
	n := v.networks[c.NodeNetwork]
	if n == nil {
		v.add(path+".nodeNetwork", "cluster %q: there is no network %q", c.Name, c.NodeNetwork)
		return
	}
	if !c.Pins[Node].IsZero() {
		v.add(path+".pins.node", "cluster %q has its nodes in network %q: pin the network", c.Name, c.NodeNetwork)
	}
	families := v.users.families(n)
	for _, f := range c.families() {
		if !slices.Contains(families, f) {
			v.add(path+".nodeNetwork", "cluster %q has %v, network %q has not", c.Name, f, c.NodeNetwork)
		}
	}
}

// pin is one range that is given.
type pin struct {
	path, owner string
	role        Role
}

// pins checks that what is pinned is free, and allowed there.
func (v *validator) pins() {
	var given []netip.Prefix
	var of []pin
	add := func(p pin, ranges dualstack.Pair) {
		for q := range ranges.All() {
			given, of = append(given, q), append(of, p)
		}
	}
	for i := range v.spec.Networks {
		n := &v.spec.Networks[i]
		p := pin{fmt.Sprintf("networks[%d].pin", i), fmt.Sprintf("network %q", n.Name), Node}
		add(p, n.Pin)
	}
	for i := range v.spec.Clusters {
		if len(v.spec.Clusters[i].Pins) == 0 {
			continue
		}
		c := v.spec.Clusters[i].normal()
		for r, ranges := range sortedPins(c.Pins) {
			p := pin{fmt.Sprintf("clusters[%d].pins.%s", i, r), fmt.Sprintf("cluster %q", c.Name), r}
			add(p, ranges)
		}
	}
	v.pinsAllowed(given, of)
	overlaps, err := cidr.Overlaps(given)
	if err != nil {
		return // pairs hold valid prefixes only
	}
	for i, j := range overlaps {
		v.add(of[j].path, "%s %s: %v overlaps %v, pinned for %s %s", of[j].owner, of[j].role, given[j], given[i], of[i].owner, of[i].role)
	}
}

// pinsAllowed checks that pins are clear of reservations and of pools that are
// for other roles.
func (v *validator) pinsAllowed(given []netip.Prefix, of []pin) {
	reserved, err := cidr.OverlapsBetween(given, v.taken)
	if err != nil {
		return // all were checked
	}
	for i, j := range reserved {
		v.add(of[i].path, "%s: %v overlaps %v, reserved%s", of[i].owner, given[i], v.taken[j], forReason(v.reasons[j]))
	}
	space := make([]netip.Prefix, len(v.space))
	for i, p := range v.space {
		space[i] = p.prefix
	}
	pools, err := cidr.OverlapsBetween(given, space)
	if err != nil {
		return
	}
	for i, j := range pools {
		if pool := v.space[j].pool; of[i].role.Valid() && !pool.usableFor(of[i].role) {
			v.add(of[i].path, "%s: %v lies in pool %q, which is for %v and not for %s ranges", of[i].owner, given[i], pool.Name, pool.Roles, of[i].role)
		}
	}
}

func forReason(reason string) string {
	if reason == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", reason)
}

// sortedPins yields the pins in role order, unknown roles first.
func sortedPins(pins map[Role]dualstack.Pair) func(yield func(Role, dualstack.Pair) bool) {
	return func(yield func(Role, dualstack.Pair) bool) {
		roles := make([]Role, 0, len(pins))
		for r := range pins {
			roles = append(roles, r)
		}
		slices.SortFunc(roles, func(a, b Role) int {
			if c := compareRoles(a, b); c != 0 {
				return c
			}
			return strings.Compare(string(a), string(b))
		})
		for _, r := range roles {
			if !yield(r, pins[r]) {
				return
			}
		}
	}
}
