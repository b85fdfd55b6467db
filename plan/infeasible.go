package plan

import (
	"fmt"
	"maps"
	"math/big"
	"net/netip"
	"slices"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// InfeasibleError says that not every range of a spec found a place, what is
// missing, and what would help. It wraps [cidr.ErrNoSpace].
type InfeasibleError struct {
	// Proven is true where no plan exists at all, and false where a bounded
	// search found none; see [Solve].
	Proven bool
	// Unplaced are the ranges without a place once all others have theirs.
	Unplaced []Shortage
	// Pools is the demand on each pool and family that Unplaced could use.
	Pools []PoolDemand
	// WaysOut are single changes to the spec. Each was tried, and says how many
	// of the unplaced ranges find a place with it while no other loses its own.
	WaysOut []string
}

// Shortage is one range that found no place.
type Shortage struct {
	Cluster  string
	Network  string // where a shared network's range found no place
	Role     Role
	Family   cidr.Family
	Name     string // of an extra range
	Zone     string // its zone and region, which decide where it may go
	Region   string
	Platform platform.Name // set where it wants such ranges in certain space alone
	Bits     int           // the length that it needs
	Headroom int           // and so many bits shorter in Pool, to grow in place
	Pool     string        // the pool with the largest free block that it may use
	Largest  netip.Prefix  // that block; the zero Prefix if nothing is free
}

// String is one line: whose range, what it needs, and the most there is.
func (s Shortage) String() string {
	role := string(s.Role)
	if s.Name != "" {
		role += fmt.Sprintf(" %q", s.Name)
	}
	need := fmt.Sprintf("%s: %s range needs a /%d (%v)", owner(s.Cluster, s.Network), role, s.Bits, s.Family)
	if s.Headroom > 0 {
		need += fmt.Sprintf(" with headroom up to a /%d", s.Bits-s.Headroom)
	}
	switch {
	case s.Pool == "":
		need = fmt.Sprintf("%s, but no pool has %v for %s ranges", need, s.Family, s.Role)
		if s.Platform != "" {
			need += fmt.Sprintf(" that lies in %s as a whole, where %s wants them", prefixList(termsOf(s.Platform, s.Role, s.Family).within), s.Platform)
		}
		if s.Zone != "" {
			need += fmt.Sprintf(" of zone %q", s.Zone)
		}
		if s.Region != "" {
			need += fmt.Sprintf(" in region %q", s.Region)
		}
		return need
	case !s.Largest.IsValid():
		return fmt.Sprintf("%s, pool %q has nothing free", need, s.Pool)
	}
	return fmt.Sprintf("%s, largest free block in pool %q is a /%d (%v)", need, s.Pool, s.Largest.Bits(), s.Largest)
}

// PoolDemand compares what is asked of a pool in one family with what it has.
type PoolDemand struct {
	Pool   string
	Family cidr.Family
	Ranges int      // that were placed in it, or found no place and may use it
	Asked  *big.Int // the addresses of Ranges
	Free   *big.Int // addresses without those reserved or pinned
	Left   *big.Int // addresses free once all others are placed
	// Largest is the largest free block of those left; the zero Prefix if none.
	Largest netip.Prefix
	// Fragmentation is the share of Left that is not in Largest, from 0 (all
	// that is left is one block) to below 1.
	Fragmentation float64
}

// String is one line.
func (d PoolDemand) String() string {
	s := fmt.Sprintf("pool %q (%v): asked %v addresses in %s, free %v, left %v",
		d.Pool, d.Family, d.Asked, ranges(d.Ranges), d.Free, d.Left)
	if d.Largest.IsValid() {
		s += fmt.Sprintf(", largest free block %v", d.Largest)
		if d.Fragmentation > 0 {
			s += fmt.Sprintf(" (%.0f%% of what is left lies elsewhere)", 100*d.Fragmentation)
		}
	}
	return s
}

// errorShortages is how many shortages Error lists; Unplaced has all.
const errorShortages = 20

// Error lists the shortages, at most 20 of them, the demand and the ways out,
// one a line.
func (e *InfeasibleError) Error() string {
	verdict := "no plan exists"
	if !e.Proven {
		verdict = "no plan was found (not proved that none exists)"
	}
	finds := "find"
	if len(e.Unplaced) == 1 {
		finds = "finds"
	}
	lines := []string{fmt.Sprintf("%s: %s %s no place", verdict, ranges(len(e.Unplaced)), finds)}
	for _, s := range e.Unplaced[:min(len(e.Unplaced), errorShortages)] {
		lines = append(lines, s.String())
	}
	if more := len(e.Unplaced) - errorShortages; more > 0 {
		lines = append(lines, fmt.Sprintf("and %s more", ranges(more)))
	}
	for _, d := range e.Pools {
		lines = append(lines, d.String())
	}
	for _, w := range e.WaysOut {
		lines = append(lines, "way out: "+w)
	}
	return "plan: " + strings.Join(lines, "\nplan: ")
}

// Unwrap returns [cidr.ErrNoSpace].
func (e *InfeasibleError) Unwrap() error { return cidr.ErrNoSpace }

func ranges(n int) string {
	if n == 1 {
		return "1 range"
	}
	return fmt.Sprintf("%d ranges", n)
}

// infeasible explains why p left something unplaced.
func infeasible(s *Spec, p *placement) *InfeasibleError {
	e := &InfeasibleError{Proven: p.proven}
	for _, i := range p.unplaced {
		w := &p.wants[i]
		b := &p.blocks[w.block]
		short := Shortage{Cluster: b.Cluster, Role: b.Role, Family: w.family, Bits: int(w.bits)}
		if short.Name = b.Name; b.Cluster == "" {
			short.Network, short.Name = b.Name, ""
		}
		for _, k := range p.scopes.eligible[w.scope] {
			largest, ok := p.pools[k].free.Largest(w.family)
			if short.Pool == "" || ok && (!short.Largest.IsValid() || largest.Bits() < short.Largest.Bits()) {
				short.Pool, short.Largest = p.pools[k].spec.Name, largest
				short.Headroom = p.pools[k].spec.Headroom
			}
		}
		short.Zone, short.Region = b.Zone, p.scopes.all[w.scope].region
		short.Platform = p.scopes.all[w.scope].platform
		e.Unplaced = append(e.Unplaced, short)
	}
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		for _, k := range slices.Sorted(maps.Keys(p.concerned(f))) {
			e.Pools = append(e.Pools, p.poolDemand(k, f))
		}
	}
	e.WaysOut = waysOut(s, p)
	return e
}

// concerned are the pools that those without a place in a family may use.
func (p *placement) concerned(f cidr.Family) map[int]bool {
	pools, seen := map[int]bool{}, map[int32]bool{}
	for _, i := range p.unplaced {
		if w := &p.wants[i]; w.family == f && !seen[w.scope] {
			seen[w.scope] = true
			for _, k := range p.scopes.eligible[w.scope] {
				pools[k] = true
			}
		}
	}
	return pools
}

func (p *placement) poolDemand(pool int, f cidr.Family) PoolDemand {
	free := p.pools[pool].free
	d := PoolDemand{Pool: p.pools[pool].spec.Name, Family: f, Asked: new(big.Int), Left: addresses(free)[f]}
	d.Free = new(big.Int).Set(d.Left)
	d.Largest, _ = free.Largest(f)
	if d.Largest.IsValid() {
		d.Fragmentation = 1 - share(cidr.NumAddrsBig(d.Largest), d.Left)
	}
	for i := range p.wants {
		w := &p.wants[i]
		if w.family != f || w.pinned || w.shares >= 0 {
			continue
		}
		mine := w.got.IsValid() && int(w.pool) == pool
		if !mine && (w.got.IsValid() || !slices.Contains(p.scopes.eligible[w.scope], pool)) {
			continue
		}
		size := new(big.Int).Lsh(big.NewInt(1), uint(f.BitLen()-p.placeBits(&p.pools[pool], int32(i))))
		if mine {
			d.Free.Add(d.Free, size)
		}
		d.Ranges++
		d.Asked.Add(d.Asked, size)
	}
	return d
}

// share is a part of a whole, from 0 to 1.
func share(part, whole *big.Int) float64 {
	f, _ := new(big.Rat).SetFrac(part, whole).Float64()
	return f
}
