package plan

import (
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// users is what clusters ask of the shared networks, by the network's name.
type users map[string]*use

type use struct {
	nodes    uint64
	families []cidr.Family // sorted, once each
	// kinds are the platforms that there are facts about, in the order of clusters;
	// no IPAM has any about machines.
	kinds []clusterKind
}

// users looks at every cluster once.
func (s *Spec) users() users {
	us := users{}
	if len(s.Networks) == 0 {
		return us // whoever names one is wrong
	}
	for i := range s.Clusters {
		us.add(&s.Clusters[i])
	}
	return us
}

// add counts the nodes of a cluster.
func (us users) add(c *ClusterSpec) {
	if c.NodeNetwork == "" {
		return
	}
	u := us[c.NodeNetwork]
	if u == nil {
		u = &use{}
		us[c.NodeNetwork] = u
	}
	u.nodes = addSaturating(u.nodes, c.machines())
	for _, f := range c.families() {
		if !slices.Contains(u.families, f) {
			u.families = append(u.families, f)
		}
	}
	slices.Sort(u.families)
	if k := (clusterKind{platform: c.Platform}); c.Platform != "" && !slices.Contains(u.kinds, k) {
		u.kinds = append(u.kinds, k)
	}
}

// need returns how many addresses n must have for hosts and the nodes of its
// clusters.
func (us users) need(n *Network) uint64 {
	if u := us[n.Name]; u != nil {
		return addSaturating(n.Hosts, u.nodes)
	}
	return n.Hosts
}

// families returns the families of n, with the default filled in: those of its
// clusters and of its pin, IPv4 first.
func (us users) families(n *Network) []cidr.Family {
	if len(n.Families) > 0 {
		return slices.Clone(n.Families)
	}
	families := n.Pin.Families()
	if u := us[n.Name]; u != nil {
		families = append(families, u.families...)
	}
	if len(families) == 0 {
		families = []cidr.Family{cidr.IPv4}
	}
	slices.Sort(families)
	return slices.Compact(families)
}
