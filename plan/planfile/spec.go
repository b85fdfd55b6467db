package planfile

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/plan"
	"go.yaml.in/yaml/v3"
)

// The fields of a spec file, by the names that they have in plan.Spec's JSON.

func (r *reader) spec(n *yaml.Node) (s plan.Spec) {
	r.object(n, "", map[string]field{
		"pools":    each(r, &s.Pools, r.pool),
		"reserved": each(r, &s.Reserved, r.reservation),
		"networks": each(r, &s.Networks, r.network),
		"clusters": each(r, &s.Clusters, r.cluster),
	})
	return s
}

func (r *reader) pool(n *yaml.Node, path string) (p plan.PoolSpec) {
	r.object(n, path, map[string]field{
		"name":     text(r, &p.Name),
		"prefixes": each(r, &p.Prefixes, r.prefix),
		"roles":    each(r, &p.Roles, r.role),
	})
	return p
}

func (r *reader) reservation(n *yaml.Node, path string) (v plan.Reservation) {
	r.object(n, path, map[string]field{
		"prefix": func(n *yaml.Node, path string) { v.Prefix = r.prefix(n, path) },
		"reason": text(r, &v.Reason),
	})
	return v
}

func (r *reader) network(n *yaml.Node, path string) (v plan.Network) {
	r.object(n, path, map[string]field{
		"name":     text(r, &v.Name),
		"families": each(r, &v.Families, r.family),
		"hosts":    r.number(&v.Hosts),
		"pin":      r.parsed(&v.Pin, "a range, or one of each family"),
	})
	return v
}

func (r *reader) cluster(n *yaml.Node, path string) (c plan.ClusterSpec) {
	r.object(n, path, map[string]field{
		"name":        text(r, &c.Name),
		"kubernetes":  r.parsed(&c.Kubernetes, `a version such as "1.34"`),
		"families":    each(r, &c.Families, r.family),
		"nodes":       r.count(&c.Nodes),
		"podsPerNode": r.number(&c.PodsPerNode),
		"services":    r.count(&c.Services),
		"externalIPs": r.count(&c.ExternalIPs),
		"ingressIPs":  r.count(&c.IngressIPs),
		"ipam":        text(r, &c.IPAM),
		"nodeNetwork": text(r, &c.NodeNetwork),
		"pins":        func(n *yaml.Node, path string) { c.Pins = r.pins(n, path) },
	})
	return c
}

func (r *reader) pins(n *yaml.Node, path string) map[plan.Role]dualstack.Pair {
	pins := map[plan.Role]dualstack.Pair{}
	fields := map[string]field{}
	for _, role := range plan.Roles() {
		fields[string(role)] = func(n *yaml.Node, path string) {
			var p dualstack.Pair
			r.parsed(&p, "a range, or one of each family")(n, path)
			pins[role] = p
		}
	}
	r.object(n, path, fields)
	return pins
}

// count reads a number, or what is now and what will be at most.
func (r *reader) count(to *plan.Count) field {
	return func(n *yaml.Node, path string) {
		if resolve(n).Kind != yaml.MappingNode {
			r.number(&to.Now)(n, path)
			return
		}
		r.object(n, path, map[string]field{"now": r.number(&to.Now), "max": r.number(&to.Max)})
	}
}

func (r *reader) family(n *yaml.Node, path string) (f cidr.Family) {
	r.parsed(&f, "IPv4 or IPv6")(n, path)
	return f
}

func (r *reader) role(n *yaml.Node, path string) (v plan.Role) {
	text(r, &v)(n, path)
	return v
}

func (r *reader) prefix(n *yaml.Node, path string) (p netip.Prefix) {
	s, ok := r.scalar(n, path, "a prefix such as 10.0.0.0/16")
	if !ok {
		return p
	}
	p, err := cidr.Parse(s)
	if err != nil {
		r.fail(n, path, "%s", reason(err))
	}
	return p
}
