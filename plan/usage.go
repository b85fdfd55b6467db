package plan

import (
	"iter"
	"math/big"
	"net/netip"

	"github.com/kubecidr/kubecidr/cidr"
)

// PoolUsage says how full a pool is in one family, in addresses. Total is the
// sum of all others but Largest.
type PoolUsage struct {
	Pool     string
	Family   cidr.Family
	Total    *big.Int
	Reserved *big.Int     // by reservations and peers, or refused by platforms
	Used     *big.Int     // by ranges, pinned ones too; a shared one counts once
	Headroom *big.Int     // kept beside ranges for them to grow
	Resting  *big.Int     // of ranges that were given up; see [Evolve]
	Free     *big.Int     // to be taken
	Largest  netip.Prefix // the largest free block; the zero Prefix if none
}

// Pools yields the usage of every pool by name, once for each family it has,
// IPv4 first. The first call for a plan takes O(n log n).
func (p *Plan) Pools() iter.Seq[PoolUsage] {
	return func(yield func(PoolUsage) bool) {
		if p.usage == nil {
			return
		}
		for _, u := range p.usage() {
			if !yield(u.clone()) {
				return
			}
		}
	}
}

// poolUsage is what Pools yields.
func (p *Plan) poolUsage() []PoolUsage {
	pools, err := p.space()
	if err != nil {
		return nil // a plan's spec is valid, and its ranges are apart
	}
	var used []netip.Prefix
	for _, b := range p.blocks() {
		for q := range b.Range.All() {
			used = append(used, q)
		}
	}
	used = cidr.Aggregate(used)
	var all []PoolUsage
	for _, pool := range pools {
		for _, f := range [...]cidr.Family{cidr.IPv4, cidr.IPv6} {
			if pool.spec.has(f) {
				all = append(all, pool.usage(f, used))
			}
		}
	}
	return all
}

// clone returns a copy that shares no number with u.
func (u PoolUsage) clone() PoolUsage {
	for _, n := range []**big.Int{&u.Total, &u.Reserved, &u.Used, &u.Headroom, &u.Resting, &u.Free} {
		*n = new(big.Int).Set(*n)
	}
	return u
}

// taken are the ranges of reservations and peers, aggregated.
func (s *Spec) taken() []netip.Prefix {
	var taken []netip.Prefix
	for _, r := range s.Reserved {
		taken = append(taken, r.Prefix)
	}
	for i := range s.Peers {
		taken = append(taken, s.Peers[i].Prefixes...)
	}
	return cidr.Aggregate(taken)
}

func (o *openPool) usage(f cidr.Family, used []netip.Prefix) PoolUsage {
	u := PoolUsage{
		Pool: o.spec.Name, Family: f,
		Total:    new(big.Int),
		Reserved: new(big.Int),
		Used:     new(big.Int),
		Resting:  new(big.Int),
		Free:     addresses(o.free)[f],
	}
	for _, q := range o.spec.Prefixes {
		if cidr.FamilyOf(q) == f {
			u.Total.Add(u.Total, cidr.NumAddrsBig(q))
			inside(u.Used, used, q)
		}
	}
	for q := range o.free.Excluded() {
		if cidr.FamilyOf(q) == f {
			pinned := new(big.Int)
			inside(pinned, used, q)
			u.Reserved.Add(u.Reserved, cidr.NumAddrsBig(q))
			u.Reserved.Sub(u.Reserved, pinned)
		}
	}
	for q := range o.free.Quarantined() {
		if cidr.FamilyOf(q) == f {
			u.Resting.Add(u.Resting, cidr.NumAddrsBig(q))
		}
	}
	u.Headroom = new(big.Int).Set(u.Total)
	for _, n := range []*big.Int{u.Reserved, u.Used, u.Resting, u.Free} {
		u.Headroom.Sub(u.Headroom, n)
	}
	u.Largest, _ = o.free.Largest(f)
	return u
}

// inside adds to n how many addresses of q ps have. ps are aggregated.
func inside(n *big.Int, ps []netip.Prefix, q netip.Prefix) {
	for _, p := range overlapping(ps, q) {
		if p.Bits() < q.Bits() {
			p = q
		}
		n.Add(n, cidr.NumAddrsBig(p))
	}
}

// addresses counts the free addresses of each family.
func addresses(p *cidr.Pool) map[cidr.Family]*big.Int {
	n := map[cidr.Family]*big.Int{cidr.IPv4: {}, cidr.IPv6: {}}
	for f, sum := range n {
		for bits, blocks := range p.FreeLengths(f) {
			size := new(big.Int).Lsh(new(big.Int).SetUint64(blocks), uint(f.BitLen()-bits))
			sum.Add(sum, size)
		}
	}
	return n
}
