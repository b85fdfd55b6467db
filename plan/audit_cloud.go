package plan

import (
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// clouds says what platforms have against several ranges of a cluster together,
// or against how it uses them. How many subnets a range is divided into, and of
// which VPC it is, a spec does not say, so that all of it are warnings.
func (a *auditor) clouds(of []int32) {
	byCluster := a.ofClouds(of)
	for i := range a.spec.Clusters {
		c := &a.spec.Clusters[i]
		if c.Platform == "" {
			continue
		}
		t, own := platformOf(c.Platform), byCluster[int32(i)]
		if x := &t.first; x.ID != "" && len(c.Families) > 1 && c.Families[0] != x.Family {
			a.warn(c, "", "", x, "put it first", "%v is its primary family, and %s", c.Families[0], x.Text)
		}
		if t.subnets.ID != "" {
			a.subnets(c, &t.subnets, own)
		}
		if t.free.ID != "" {
			a.free(c, &t.free, own)
		}
		if t.associates {
			a.associations(c, own)
		}
	}
}

// ofClouds returns the blocks of the clusters that are judged together.
func (a *auditor) ofClouds(of []int32) map[int32][]*Block {
	byCluster := map[int32][]*Block{}
	for k, b := range a.blocks {
		i := of[k] - int32(len(a.spec.Networks))
		if i < 0 || int(i) >= len(a.spec.Clusters) || b.Role != Node && b.Role != Pod {
			continue
		}
		if t := platformOf(a.spec.Clusters[i].Platform); t.subnets.ID != "" || t.free.ID != "" || t.associates {
			byCluster[i] = append(byCluster[i], b)
		}
	}
	return byCluster
}

func (a *auditor) warn(c *ClusterSpec, r Role, name string, x *platform.Fact, fix, format string, args ...any) {
	a.add(RulePlatform, &Block{Cluster: c.Name, Role: r, Name: name}, fixOf(x, fix), format, args...)
	a.findings[len(a.findings)-1].Severity = k8sflags.Warning
}

// subnets counts the node ranges of a cluster. One in a network may have many.
func (a *auditor) subnets(c *ClusterSpec, x *platform.Fact, own []*Block) {
	n := uint64(0)
	for _, b := range own {
		if b.Role == Node {
			n++
		}
	}
	if n < x.Number && c.NodeNetwork == "" {
		a.warn(c, Node, "", x, "give it extra node ranges", "it has %d node range, and %s", n, x.Text)
	}
}

// free looks whether the cloud finds addresses in the node ranges when all nodes
// are there.
func (a *auditor) free(c *ClusterSpec, x *platform.Fact, own []*Block) {
	for _, b := range own {
		p := b.Range.Of(x.Family)
		if b.Role != Node || !p.IsValid() || c.PodsFromNodeRange {
			continue
		}
		asked := c.need(Node)
		if j := slices.IndexFunc(c.Extra, func(e BlockSpec) bool { return e.Role == Node && e.Name == b.Name }); j >= 0 {
			asked = c.Extra[j].Count.Need()
		}
		have, _ := cidr.NumAddrs(p)
		have -= min(have, lostOn(c.Platform).of(x.Family))
		if left := have - min(have, asked); have >= asked && left < x.Number {
			a.warn(c, Node, b.Name, x, "ask for more nodes", "%v has %d addresses left beside %d nodes, and %s", p, left, asked, x.Text)
		}
	}
}

// associations looks for two ranges of a cluster's network that it does not take
// together. Two that lie in one range of the length that a network may have are
// taken for parts of that.
func (a *auditor) associations(c *ClusterSpec, own []*Block) {
	var ps []netip.Prefix
	for _, b := range own {
		if p := b.Range.V4(); p.IsValid() && (b.Role == Node || c.flat()) {
			ps = append(ps, p)
		}
	}
	if len(ps) < 2 {
		return
	}
	shortest := termsOf(c.Platform, Node, cidr.IPv4).shortest
	var said []string
	for i, p := range ps {
		for _, q := range ps[:i] {
			if both, err := cidr.Common(p, q); err != nil || both.Bits() >= shortest {
				continue
			}
			// Either may have been there first.
			one, other := platform.Associate(c.Platform, q, p), platform.Associate(c.Platform, p, q)
			if len(one) == 0 || len(other) == 0 {
				continue
			}
			for _, x := range append(one, other...) {
				if !slices.Contains(said, x.Fact.ID) {
					said = append(said, x.Fact.ID)
					a.warn(c, "", "", &x.Fact, "take them from one range, or from 100.64.0.0/10", "where both are of one network, %s", x.Message)
				}
			}
		}
	}
}
