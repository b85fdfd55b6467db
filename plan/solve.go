package plan

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// Solve sizes every range that s asks for and places all of them.
//
// An invalid spec is a [SpecErrors]; one without a solution, or, where pools
// do not nest, without one that the search found, an [*InfeasibleError].
// Ranges are placed largest first into the smallest free block that holds
// them, at its lowest address; pins and reservations come before. It takes
// O(n log n) for n ranges.
func Solve(s Spec) (*Plan, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	s = s.normal()
	placed, err := place(&s)
	if err != nil {
		return nil, err
	}
	if len(placed.unplaced) > 0 {
		return nil, infeasible(&s, placed)
	}
	return newPlan(s, placed.blocks)
}

// want is one range of one family that a spec asks for.
type want struct {
	cluster, name string // name is a network's
	role          Role
	family        cidr.Family
	bits          int
	pin           netip.Prefix
	got           netip.Prefix // the zero Prefix until it is placed
	pool          int          // where got comes from; of no meaning for a pin
}

// wants lists what a normal spec asks for, in the order of its blocks.
func (s *Spec) wants() ([]want, error) {
	var ws []want
	users := s.users()
	for i := range s.Networks {
		n := &s.Networks[i]
		for _, f := range n.Families {
			w := want{name: n.Name, role: Node, family: f, pin: n.Pin.Of(f)}
			if err := w.size(func() (int, error) { return nodeBits(f, users.need(n)) }); err != nil {
				return nil, err
			}
			ws = append(ws, w)
		}
	}
	for i := range s.Clusters {
		c := &s.Clusters[i]
		for _, r := range Roles() {
			if r == Node && c.NodeNetwork != "" || !c.wants(r) {
				continue
			}
			for _, f := range c.Families {
				w := want{cluster: c.Name, role: r, family: f, pin: c.Pins[r].Of(f)}
				if err := w.size(func() (int, error) { return c.bits(r, f) }); err != nil {
					return nil, err
				}
				ws = append(ws, w)
			}
		}
	}
	return ws, nil
}

// size sets the length of w's range: the pin's where there is one.
func (w *want) size(bits func() (int, error)) (err error) {
	if w.pin.IsValid() {
		w.bits, w.got = w.pin.Bits(), w.pin
		return nil
	}
	if w.bits, err = bits(); err != nil {
		return fmt.Errorf("plan: %s: %s range: %w", owner(w.cluster, w.name), w.role, err)
	}
	return nil
}

// placement is what became of a spec's wants.
type placement struct {
	wants    []want
	blocks   []Block
	pools    []poolState
	unplaced []int // indices of wants
	proven   bool
}

// poolState is one pool's space while it is filled.
type poolState struct {
	spec *PoolSpec
	free *cidr.Pool
}

// place finds a range for every want of a normal spec, or says for which there
// is none.
func place(s *Spec) (*placement, error) {
	ws, err := s.wants()
	if err != nil {
		return nil, err
	}
	pools, err := openPools(s, ws)
	if err != nil {
		return nil, err
	}
	p := &placement{wants: ws, pools: pools, proven: true}
	for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
		if err := p.placeFamily(f); err != nil {
			return nil, err
		}
	}
	if len(p.unplaced) == 0 {
		p.blocks = blocksOf(ws)
	}
	return p, nil
}

// openPools returns the pools without what is reserved or pinned.
func openPools(s *Spec, ws []want) ([]poolState, error) {
	var taken []netip.Prefix
	for _, r := range s.Reserved {
		taken = append(taken, r.Prefix)
	}
	for _, w := range ws {
		if w.pin.IsValid() {
			taken = append(taken, w.pin)
		}
	}
	taken = cidr.Aggregate(taken)
	pools := make([]poolState, len(s.Pools))
	for i := range s.Pools {
		free, err := cidr.NewPool(s.Pools[i].Prefixes...)
		if err != nil {
			return nil, fmt.Errorf("plan: pool %q: %w", s.Pools[i].Name, err)
		}
		pools[i] = poolState{&s.Pools[i], free}
		if err := excludeFrom(free, &s.Pools[i], taken); err != nil {
			return nil, err
		}
	}
	return pools, nil
}

// excludeFrom takes those of ps that lie in a pool out of its free space. ps
// are sorted by address and disjoint.
func excludeFrom(free *cidr.Pool, pool *PoolSpec, ps []netip.Prefix) error {
	for _, q := range pool.Prefixes {
		for _, p := range overlapping(ps, q) {
			if err := free.Exclude(p); err != nil {
				return fmt.Errorf("plan: pool %q: %w", pool.Name, err)
			}
		}
	}
	return nil
}

// overlapping returns those of ps that share addresses with q. ps are sorted
// by address and disjoint.
func overlapping(ps []netip.Prefix, q netip.Prefix) []netip.Prefix {
	first, _ := slices.BinarySearchFunc(ps, q.Addr(), func(p netip.Prefix, a netip.Addr) int { return p.Addr().Compare(a) })
	if first > 0 && ps[first-1].Overlaps(q) {
		first-- // it starts before q and reaches into it
	}
	last := first
	for last < len(ps) && ps[last].Overlaps(q) {
		last++
	}
	return ps[first:last]
}

// placeFamily places the wants of one family.
func (p *placement) placeFamily(f cidr.Family) error {
	open := p.open(f)
	pools, proven := assign(p.requests(open, f, nil), p.holes(f))
	p.proven = p.proven && proven
	for k, i := range open {
		w := &p.wants[i]
		if pools[k] < 0 {
			p.unplaced = append(p.unplaced, i)
			continue
		}
		pool := p.pools[pools[k]]
		got, err := pool.free.Alloc(f, w.bits, cidr.BestFit)
		if err != nil {
			return fmt.Errorf("plan: %s: %s range: pool %q: %w", owner(w.cluster, w.name), w.role, pool.spec.Name, err)
		}
		w.got, w.pool = got, pools[k]
	}
	return nil
}

// open returns the wants of a family that have no range yet, largest first.
func (p *placement) open(f cidr.Family) []int {
	var open []int
	for i := range p.wants {
		if w := &p.wants[i]; w.family == f && !w.got.IsValid() {
			open = append(open, i)
		}
	}
	slices.SortStableFunc(open, func(i, j int) int {
		a, b := &p.wants[i], &p.wants[j]
		return cmp.Or(cmp.Compare(a.bits, b.bits), compareRoles(a.role, b.role))
	})
	return open
}

// requests says from which pools the open wants may come: those that have the
// family, and grown, if any, which is thought to.
func (p *placement) requests(open []int, f cidr.Family, grown *PoolSpec) []request {
	eligible := map[Role][]int{}
	for i, pool := range p.pools {
		if pool.spec != grown && !pool.spec.has(f) {
			continue
		}
		for _, r := range Roles() {
			if pool.spec.usableFor(r) {
				eligible[r] = append(eligible[r], i)
			}
		}
	}
	requests := make([]request, len(open))
	for k, i := range open {
		requests[k] = request{p.wants[i].bits, eligible[p.wants[i].role]}
	}
	return requests
}

// holes counts what is free in each pool.
func (p *placement) holes(f cidr.Family) []*holes {
	free := make([]*holes, len(p.pools))
	for i, pool := range p.pools {
		free[i] = holesOf(pool.free.Free(), f)
	}
	return free
}

// blocksOf joins the families of each range; the wants of a block follow each
// other, the primary family first.
func blocksOf(ws []want) []Block {
	var blocks []Block
	for _, w := range ws {
		if n := len(blocks); n > 0 && blocks[n-1].Cluster == w.cluster && blocks[n-1].Name == w.name && blocks[n-1].Role == w.role {
			blocks[n-1].Range = appendRange(blocks[n-1].Range, w.got)
			continue
		}
		blocks = append(blocks, Block{Cluster: w.cluster, Role: w.role, Name: w.name, Range: appendRange(dualstack.Pair{}, w.got)})
	}
	return blocks
}
