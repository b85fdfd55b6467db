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
		"peers":    each(r, &s.Peers, r.peer),
		"zones":    each(r, &s.Zones, r.zone),
		"meshes":   each(r, &s.Meshes, r.mesh),
		"share":    each(r, &s.Share, r.role),
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
		"zone":     text(r, &p.Zone),
		"region":   text(r, &p.Region),
		"fit":      text(r, &p.Fit),
		"headroom": r.small(&p.Headroom),
		"cooldown": r.parsed(&p.Cooldown, durationExample),
	})
	return p
}

const durationExample = "a duration such as 72h, 30d, 2w or 3y"

func (r *reader) peer(n *yaml.Node, path string) (v plan.Peer) {
	r.object(n, path, map[string]field{
		"name":     text(r, &v.Name),
		"prefixes": each(r, &v.Prefixes, r.prefix),
	})
	return v
}

func (r *reader) zone(n *yaml.Node, path string) (v plan.Zone) {
	r.object(n, path, map[string]field{
		"name":        text(r, &v.Name),
		"description": text(r, &v.Description),
	})
	return v
}

func (r *reader) mesh(n *yaml.Node, path string) (v plan.Mesh) {
	r.object(n, path, map[string]field{
		"name": text(r, &v.Name),
		"kind": text(r, &v.Kind),
		"clusters": each(r, &v.Clusters, func(n *yaml.Node, path string) (name string) {
			text(r, &name)(n, path)
			return name
		}),
	})
	return v
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
		"zone":     text(r, &v.Zone),
		"region":   text(r, &v.Region),
		"pin":      r.parsed(&v.Pin, "a range, or one of each family"),
	})
	return v
}

func (r *reader) cluster(n *yaml.Node, path string) (c plan.ClusterSpec) {
	r.object(n, path, map[string]field{
		"name":        text(r, &c.Name),
		"kubernetes":  r.parsed(&c.Kubernetes, `a version such as "1.34"`),
		"platform":    text(r, &c.Platform),
		"families":    each(r, &c.Families, r.family),
		"zone":        text(r, &c.Zone),
		"region":      text(r, &c.Region),
		"nodes":       r.count(&c.Nodes),
		"surge":       r.parsed(&c.Surge, amountExample),
		"podsPerNode": r.number(&c.PodsPerNode),
		"churn":       func(n *yaml.Node, path string) { c.Churn = r.churn(n, path) },
		"services":    r.count(&c.Services),
		"externalIPs": r.count(&c.ExternalIPs),
		"ingressIPs":  r.count(&c.IngressIPs),
		"ipam":        text(r, &c.IPAM),
		"nodeNetwork": text(r, &c.NodeNetwork),
		"pins":        func(n *yaml.Node, path string) { c.Pins = r.pins(n, path) },
		"extra":       each(r, &c.Extra, r.extra),

		"podsFromNodeRange": r.boolean(&c.PodsFromNodeRange),
	})
	return c
}

const amountExample = "a number such as 20, or a share such as 25%"

func (r *reader) churn(n *yaml.Node, path string) (v plan.Churn) {
	r.object(n, path, map[string]field{
		"podsPerNodePerMinute": r.decimal(&v.PodsPerNodePerMinute),
		"cooldown":             r.parsed(&v.Cooldown, durationExample),
	})
	return v
}

func (r *reader) extra(n *yaml.Node, path string) (b plan.BlockSpec) {
	r.object(n, path, map[string]field{
		"name":     text(r, &b.Name),
		"role":     text(r, &b.Role),
		"zone":     text(r, &b.Zone),
		"families": each(r, &b.Families, r.family),
		"count":    r.count(&b.Count),
		"bits": func(n *yaml.Node, path string) {
			r.object(n, path, map[string]field{"v4": r.small(&b.Bits.V4), "v6": r.small(&b.Bits.V6)})
		},
		"pin": r.parsed(&b.Pin, "a range, or one of each family"),
	})
	return b
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
		r.object(n, path, map[string]field{
			"now":           r.number(&to.Now),
			"max":           r.number(&to.Max),
			"growthPerYear": r.parsed(&to.GrowthPerYear, amountExample),
			"horizon":       r.parsed(&to.Horizon, durationExample),
		})
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
