package cidr

import (
	"fmt"
	"iter"
	"net/netip"
	"slices"
	"sync"

	"github.com/kubecidr/kubecidr/internal/fault"
)

// Pool is address space that blocks are allocated from: the pod network of a
// cluster that nodes get their blocks from, or the plan of a fleet that
// clusters get theirs from. Blocks of any size and of both families can be
// mixed; everything is exact, and the same calls give the same results.
//
// At any time the space is divided into blocks that are [Free], [Used],
// [Excluded] and [Quarantined]. A method that returns an error has changed nothing. A prefix
// with host bits means its network; an invalid or IPv4-mapped one is
// [ErrInvalid] or [ErrMapped].
//
// Memory grows with the number of blocks, not with the size of the space. An
// operation takes time that grows with the logarithm of the number of blocks,
// and allocates no memory once the pool has had its largest number of blocks.
//
// The zero Pool has no space. A Pool is not safe for concurrent use, except
// that several readers may share one that nobody changes. It must not be
// copied: use [Pool.Clone].
type Pool struct {
	_ [0]sync.Mutex // so that go vet finds copies

	v4, v6  *buddy  // nil without space of the family
	waiting waiters // what is in quarantine
}

// NewPool returns a pool of the addresses of all the given prefixes, all of
// them free. They may overlap; siblings merge, so that a block can lie across
// prefixes that follow each other.
func NewPool(space ...netip.Prefix) (*Pool, error) {
	for _, q := range space {
		if err := check("new pool", q); err != nil {
			return nil, err
		}
	}
	p := new(Pool)
	var blocks []block
	for _, q := range Aggregate(space) {
		blocks = append(blocks, blockOf(q))
	}
	n := 0
	for n < len(blocks) && blocks[n].family == IPv4 {
		n++
	}
	if n > 0 {
		p.v4 = newBuddy(IPv4, blocks[:n:n])
	}
	if n < len(blocks) {
		p.v6 = newBuddy(IPv6, blocks[n:])
	}
	return p, nil
}

// Clone returns an independent copy, to try something out on: it takes time
// that is linear in the number of blocks.
func (p *Pool) Clone() *Pool {
	return &Pool{v4: p.v4.clone(), v6: p.v6.clone(), waiting: slices.Clone(p.waiting)}
}

// Alloc takes a free block of a family and prefix length into use, at the
// place that fit says, and returns it. It is [ErrNoSpace] if there is none,
// [ErrFamily] for no family, [ErrBits] for a length that the family does not
// have and [ErrOutOfRange] for an unknown fit.
func (p *Pool) Alloc(f Family, bits int, fit Fit) (netip.Prefix, error) {
	if y := p.of(f); y != nil && bits >= 0 && bits <= f.BitLen() && fit <= Sparse {
		if b, ok := y.alloc(bits, fit); ok {
			return b.prefix(), nil
		}
	}
	if f != IPv4 && f != IPv6 {
		return netip.Prefix{}, fault.New(ErrFamily, "cidr: alloc /%d: no address family (%d)", bits, uint8(f))
	}
	return netip.Prefix{}, p.cannotAlloc(block{family: f}, bits, fit)
}

// AllocIn is [Pool.Alloc] with the pool restricted to the part of it that lies
// within a prefix, whose family it takes. No part of a free block outside of
// that prefix counts, for the size of the free blocks neither. A length shorter
// than the prefix is [ErrNoSpace], like every block that does not fit.
func (p *Pool) AllocIn(within netip.Prefix, bits int, fit Fit) (netip.Prefix, error) {
	if err := check("alloc in", within); err != nil {
		return netip.Prefix{}, err
	}
	in := blockOf(within)
	if y := p.of(in.family); y != nil && bits >= 0 && bits <= in.family.BitLen() && fit <= Sparse {
		if b, ok := y.allocIn(in, bits, fit); ok {
			return b.prefix(), nil
		}
	}
	return netip.Prefix{}, p.cannotAlloc(in, bits, fit)
}

// cannotAlloc says why, and for want of space what is left instead.
func (p *Pool) cannotAlloc(in block, bits int, fit Fit) error {
	if bits < 0 || bits > in.family.BitLen() {
		return fault.New(ErrBits, "cidr: alloc %v /%d: want a length from 0 to %d", in.family, bits, in.family.BitLen())
	}
	if fit > Sparse {
		return fault.New(ErrOutOfRange, "cidr: alloc %v /%d: %v is no fit", in.family, bits, fit)
	}
	where := ""
	if in.bits > 0 {
		where = fmt.Sprintf(" in %v", in.prefix())
	}
	left := "nothing free"
	if y := p.of(in.family); y != nil {
		if b, ok := y.largest(in, false); ok {
			left = fmt.Sprintf("largest free block is /%d (%v)", b.bits, b.prefix())
		}
	}
	return fault.New(ErrNoSpace, "cidr: alloc %v /%d%s: no space left, %s", in.family, bits, where, left)
}

// Claim takes exactly q into use: the range of a cluster that exists, or a
// pinned one. All of q must be free; if not, the error is a [*ConflictError]
// with the block around q that is not, or else the one inside q with the
// lowest address.
func (p *Pool) Claim(q netip.Prefix) error {
	if err := check("claim", q); err != nil {
		return err
	}
	return p.claim(blockOf(q))
}

func (p *Pool) claim(b block) error {
	y := p.of(b.family)
	if y == nil {
		return conflict("claim", ErrConflict, b, b, Outside)
	}
	if !y.cut(b, Used) {
		with, state, _ := y.obstacle(b, 1<<Used|1<<Excluded|1<<Quarantined|1<<Outside)
		return conflict("claim", ErrConflict, b, with, state)
	}
	return nil
}

// Exclude sees to it that no address of q is ever handed out. q may lie partly
// or wholly outside of the pool, and over earlier exclusions. It is a
// [*ConflictError] with the lowest block in use or in quarantine, if there is
// one in or around q.
func (p *Pool) Exclude(q netip.Prefix) error {
	if err := check("exclude", q); err != nil {
		return err
	}
	return p.exclude(blockOf(q))
}

func (p *Pool) exclude(b block) error {
	y := p.of(b.family)
	if y == nil {
		return nil
	}
	if y.cut(b, Excluded) {
		return nil
	}
	if with, state, ok := y.obstacle(b, 1<<Used|1<<Quarantined); ok {
		return conflict("exclude", ErrConflict, b, with, state)
	}
	for _, free := range slices.Collect(y.blocks(Free, b)) {
		y.cut(free, Excluded)
	}
	return nil
}

// Release frees q, which must be a block as it was allocated or claimed, not
// a part of one or several. If not, the error is a [*ConflictError] that wraps
// [ErrNotUsed] and has what is there instead.
func (p *Pool) Release(q netip.Prefix) error {
	if q.IsValid() {
		b := blockOf(q)
		if y := p.of(b.family); y != nil && !y.isHeld(b) && y.free(b) {
			return nil
		}
	}
	_, _, err := p.inUse("release", q)
	return err
}

// inUse finds a block that op needs to be allocated. An IPv4-mapped one that
// the pool itself has handed out, out of ::/0, is as good as others.
func (p *Pool) inUse(op string, q netip.Prefix) (*buddy, block, error) {
	err := check(op, q)
	if err != nil && !q.IsValid() {
		return nil, block{}, err
	}
	b := blockOf(q)
	y := p.of(b.family)
	switch {
	case y != nil && y.isInUse(b):
		return y, b, nil
	case err != nil:
		return nil, block{}, err
	}
	return nil, block{}, y.notUsed(op, b)
}

// notUsed is the error for a block that should be in use: it names what is
// around b, or the first block in use inside b, or else the first of any kind.
func (y *buddy) notUsed(op string, b block) error {
	if y == nil {
		return conflict(op, ErrNotUsed, b, b, Outside)
	}
	with, state, ok := y.obstacle(b, 1<<Used)
	if !ok {
		with, state, _ = y.obstacle(b, 1<<Excluded|1<<Quarantined|1<<Free|1<<Outside)
	}
	return conflict(op, ErrNotUsed, b, with, state)
}

func conflict(op string, kind error, b, with block, state State) error {
	return &ConflictError{Prefix: b.prefix(), With: with.prefix(), State: state, op: op, kind: kind}
}

// of is the space of a family, or nil if there is none.
func (p *Pool) of(f Family) *buddy {
	switch f {
	case IPv4:
		return p.v4
	case IPv6:
		return p.v6
	}
	return nil
}

// families yields the spaces that there are, IPv4 first.
func (p *Pool) families() iter.Seq[*buddy] {
	return func(yield func(*buddy) bool) {
		if p.v4 != nil && !yield(p.v4) {
			return
		}
		if p.v6 != nil {
			yield(p.v6)
		}
	}
}

// Free yields the free space as the largest blocks possible, in address order,
// IPv4 first. The pool must not change meanwhile.
func (p *Pool) Free() iter.Seq[netip.Prefix] { return p.each(Free) }

// Used yields the blocks in use as they were allocated or claimed, in address
// order, IPv4 first. The pool must not change meanwhile.
func (p *Pool) Used() iter.Seq[netip.Prefix] { return p.each(Used) }

// Excluded yields the excluded part of the space as the largest blocks
// possible, in address order, IPv4 first. The pool must not change meanwhile.
func (p *Pool) Excluded() iter.Seq[netip.Prefix] { return p.each(Excluded) }

func (p *Pool) each(s State) iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		for y := range p.families() {
			for b := range y.blocks(s, y.all()) {
				if !yield(b.prefix()) {
					return
				}
			}
		}
	}
}

// Space yields the pool's space as the largest blocks possible, in address
// order, IPv4 first.
func (p *Pool) Space() iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		for y := range p.families() {
			for _, b := range y.space {
				if !yield(b.prefix()) {
					return
				}
			}
		}
	}
}
