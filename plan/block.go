package plan

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// Block is one range of a plan, in one family or both. The range of a network
// that clusters share has no Cluster; its Name is the network's. A cluster's
// main range of a role has no Name, an extra one has.
type Block struct {
	Cluster string         `json:"cluster,omitempty"`
	Role    Role           `json:"role"`
	Name    string         `json:"name,omitempty"`
	Zone    string         `json:"zone,omitempty"`
	Range   dualstack.Pair `json:"range"`
	// Room is Range with the headroom that is kept for it to grow in place; the
	// zero Pair where there is none.
	Room dualstack.Pair `json:"room,omitzero"`
}

// String names the block and its range: `cluster "prod-eu" pod 10.4.0.0/16`.
func (b Block) String() string { return b.label() + " " + b.Range.String() }

func (b Block) owner() string { return owner(b.Cluster, b.Name) }

// label is the block's owner, role and name.
func (b Block) label() string {
	s := b.owner() + " " + string(b.Role)
	if b.Cluster != "" && b.Name != "" {
		s += ` "` + b.Name + `"`
	}
	return s
}

// room is the range of family f with its headroom.
func (b *Block) room(f cidr.Family) netip.Prefix {
	if r := b.Room.Of(f); r.IsValid() {
		return r
	}
	return b.Range.Of(f)
}

// owner names a cluster, or a network where there is none.
func owner(cluster, network string) string {
	if cluster == "" {
		return `network "` + network + `"`
	}
	return `cluster "` + cluster + `"`
}

// appendRange returns p with q as its next range; p as it is for the zero
// Prefix. q must be of a family that p lacks.
func appendRange(p dualstack.Pair, q netip.Prefix) dualstack.Pair {
	if !q.IsValid() {
		return p
	}
	var r dualstack.Pair
	var err error
	if p.IsZero() {
		r, err = dualstack.Single(q)
	} else {
		r, err = dualstack.Dual(p.Primary(), q)
	}
	if err != nil {
		return p // the caller broke the rule above
	}
	return r
}
