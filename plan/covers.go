package plan

import (
	"net/netip"

	"github.com/kubecidr/kubecidr/dualstack"
)

func covers(p, q netip.Prefix) bool { return p.Bits() <= q.Bits() && p.Contains(q.Addr()) }

// coversAll reports whether p covers q in every family that both have, and
// there is one.
func coversAll(p, q dualstack.Pair) bool {
	some := false
	for _, f := range q.Families() {
		if r := p.Of(f); r.IsValid() {
			if !covers(r, q.Of(f)) {
				return false
			}
			some = true
		}
	}
	return some
}
