package plan

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/dualstack"
)

// Block is one range of a plan, in one family or both. The range of a network
// that clusters share has no Cluster; its Name is the network's.
type Block struct {
	Cluster string         `json:"cluster,omitempty"`
	Role    Role           `json:"role"`
	Name    string         `json:"name,omitempty"`
	Range   dualstack.Pair `json:"range"`
}

// String names the block and its range: `cluster "prod-eu" pod 10.4.0.0/16`.
func (b Block) String() string { return b.owner() + " " + string(b.Role) + " " + b.Range.String() }

func (b Block) owner() string { return owner(b.Cluster, b.Name) }

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
