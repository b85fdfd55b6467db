package cidr

import (
	"cmp"
	"container/heap"
	"iter"
	"net/netip"
	"slices"
	"time"

	"github.com/kubecidr/kubecidr/internal/fault"
)

// Quarantine releases the allocated block q like [Pool.Release], but keeps it
// from being handed out again before [Pool.Reclaim] is called with a time that
// is not before until: connection tracking, caches and firewalls that know its
// addresses get the time to forget them. It is [ErrOutOfRange] where until is
// not in the years 0 to 9999.
//
// A pool has no clock. Times are kept to the nanosecond, in UTC.
func (p *Pool) Quarantine(q netip.Prefix, until time.Time) error {
	y, b, err := p.inUse("quarantine", q)
	if err != nil {
		return err
	}
	until = until.UTC().Round(0) // Round drops the monotonic clock
	if year := until.Year(); year < 0 || year > 9999 {
		return fault.New(ErrOutOfRange, "cidr: quarantine %v: until the year %d: want a year from 0 to 9999", b.prefix(), year)
	}
	if y.held == nil {
		y.held = map[block]struct{}{}
	}
	y.held[b] = struct{}{}
	heap.Push(&p.waiting, waiter{b, until})
	return nil
}

// Reclaim frees every block whose quarantine is over, which it is at the very
// time that was given for it, and returns them in address order, IPv4 first.
func (p *Pool) Reclaim(now time.Time) []netip.Prefix {
	var over []block
	for len(p.waiting) > 0 && !now.Before(p.waiting[0].until) {
		b := heap.Pop(&p.waiting).(waiter).block
		y := p.of(b.family)
		delete(y.held, b)
		y.free(b)
		over = append(over, b)
	}
	slices.SortFunc(over, compareBlocks)
	ps := make([]netip.Prefix, len(over))
	for i, b := range over {
		ps[i] = b.prefix()
	}
	return ps
}

// NextReclaim is the earliest time at which [Pool.Reclaim] has something to
// free. ok is false if nothing is in quarantine.
func (p *Pool) NextReclaim() (next time.Time, ok bool) {
	if len(p.waiting) == 0 {
		return time.Time{}, false
	}
	return p.waiting[0].until, true
}

// Quarantined yields the blocks in quarantine and the times until which they
// are, in address order, IPv4 first. The pool may change meanwhile: the
// sequence is as it was when the ranging began.
func (p *Pool) Quarantined() iter.Seq2[netip.Prefix, time.Time] {
	return func(yield func(netip.Prefix, time.Time) bool) {
		for _, w := range p.waiting.inOrder() {
			if !yield(w.prefix(), w.until) {
				return
			}
		}
	}
}

// waiter is a block in quarantine.
type waiter struct {
	block
	until time.Time
}

// waiters is a heap, for container/heap, with the first that can be reclaimed on top.
type waiters []waiter

func (w waiters) inOrder() []waiter {
	return slices.SortedFunc(slices.Values(w), func(a, b waiter) int { return compareBlocks(a.block, b.block) })
}

// Len returns the number of blocks.
func (w waiters) Len() int { return len(w) }

// Less reports whether the ith can be reclaimed before the jth; of equal times
// the lower address comes first.
func (w waiters) Less(i, j int) bool {
	return cmp.Or(w[i].until.Compare(w[j].until), compareBlocks(w[i].block, w[j].block)) < 0
}

// Swap exchanges two blocks.
func (w waiters) Swap(i, j int) { w[i], w[j] = w[j], w[i] }

// Push appends a waiter.
func (w *waiters) Push(x any) { *w = append(*w, x.(waiter)) }

// Pop takes the last block off; there must be one.
func (w *waiters) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}
