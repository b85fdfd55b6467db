package cidr_test

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

// windows4 and windows6 are both ends of the address space, the whole of it in
// wide cells, an ordinary place, and, for IPv6, the middle of the address.
var (
	windows4 = []string{"10.0.0.0/24", "0.0.0.0/24", "255.255.255.0/24", "0.0.0.0/0", "10.0.0.0/8"}
	windows6 = []string{"fd00::/120", "::/120", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00/120", "::/0", "2001:db8::/60", "fd00::/48"}
)

// model is a pool and its oracle.
type model struct {
	pool *cidr.Pool
	slow []*slowPool // IPv4, IPv6
}

func newModel(t *rapid.T) *model {
	m := &model{slow: []*slowPool{
		{window: windowOf(rapid.SampledFrom(windows4).Draw(t, "IPv4 window"))},
		{window: windowOf(rapid.SampledFrom(windows6).Draw(t, "IPv6 window"))},
	}}
	var space []netip.Prefix
	for _, s := range m.slow {
		for range rapid.IntRange(0, 4).Draw(t, "prefixes") {
			r := genRun().Draw(t, "space")
			s.set(r, cidr.Free)
			space = append(space, s.prefix(r))
		}
	}
	pool, err := cidr.NewPool(space...)
	if err != nil {
		t.Fatal(err)
	}
	m.pool = pool
	return m
}

func genRun() *rapid.Generator[run] {
	return rapid.Custom(func(t *rapid.T) run {
		size := 1 << rapid.IntRange(0, 8).Draw(t, "log size")
		return run{rapid.IntRange(0, cells/size-1).Draw(t, "number") * size, size}
	})
}

func (m *model) family(t *rapid.T) *slowPool { return m.slow[rapid.IntRange(0, 1).Draw(t, "family")] }

// block draws a prefix to ask for: any run of a window, more often one that is
// near what is in use, sometimes a network around the window or beside it.
func (m *model) block(t *rapid.T) (s *slowPool, q netip.Prefix) {
	s = m.family(t)
	switch kind := rapid.IntRange(0, 9).Draw(t, "kind"); {
	case kind == 0 && s.bits > 0:
		p := s.prefix(run{0, cells})
		return s, netip.PrefixFrom(p.Addr(), rapid.IntRange(0, p.Bits()-1).Draw(t, "bits")).Masked()
	case kind == 1 && s.bits > 0:
		if p, ok := relative(s.prefix(genRun().Draw(t, "run")), rapid.IntRange(1, 3).Draw(t, "beside")); ok && cidr.FamilyOf(p) != 0 {
			return s, p
		}
	case kind < 6 && len(s.used) > 0:
		r := rapid.SampledFrom(s.used).Draw(t, "used")
		switch rapid.IntRange(0, 6).Draw(t, "near") {
		case 0:
			if r.size < cells {
				r.start ^= r.size
			}
		case 1:
			if r.size > 1 {
				r.size /= 2
				r.start += r.size
			}
		case 2:
			if r.size < cells {
				r = run{r.start &^ r.size, 2 * r.size}
			}
		}
		return s, s.prefix(r)
	}
	return s, s.prefix(genRun().Draw(t, "run"))
}

// usable reports whether a function takes a prefix: a window of wide cells has
// the IPv4-mapped network among its prefixes.
func usable(p netip.Prefix) bool { return cidr.FamilyOf(p) != 0 }

func (m *model) alloc(t *rapid.T) {
	s := m.family(t)
	n := rapid.IntRange(max(0, s.bits-1), s.bits+8).Draw(t, "bits")
	fit := rapid.SampledFrom(fits).Draw(t, "fit")
	want, ok := run{}, false
	if n >= s.bits {
		want, ok = s.place(run{0, cells}, sizeOf(s.window, n), fit)
	}
	got, err := m.pool.Alloc(s.family, n, fit)
	m.allocated(t, fmt.Sprintf("Alloc(%v, %d, %v)", s.family, n, fit), s, got, err, want, ok)
}

func (m *model) allocIn(t *rapid.T) {
	s, within := m.block(t)
	if !usable(within) {
		return
	}
	n := rapid.IntRange(max(0, s.bits-1), s.bits+8).Draw(t, "bits")
	fit := rapid.SampledFrom(fits).Draw(t, "fit")
	want, ok := run{}, false
	if in, inside := s.run(within); inside && n >= s.bits && n >= within.Bits() {
		want, ok = s.place(in, sizeOf(s.window, n), fit)
	}
	got, err := m.pool.AllocIn(within, n, fit)
	m.allocated(t, fmt.Sprintf("AllocIn(%v, %d, %v)", within, n, fit), s, got, err, want, ok)
}

func (m *model) allocated(t *rapid.T, call string, s *slowPool, got netip.Prefix, err error, want run, ok bool) {
	switch {
	case !ok:
		if got != (netip.Prefix{}) || !errors.Is(err, cidr.ErrNoSpace) {
			t.Fatalf("%s = %v, %v; want no space", call, got, err)
		}
	case err != nil || got != s.prefix(want):
		t.Fatalf("%s = %v, %v; want %v", call, got, err, s.prefix(want))
	default:
		s.use(want)
	}
}

func (m *model) claim(t *rapid.T) {
	s, q := m.block(t)
	if !usable(q) {
		return
	}
	err := m.pool.Claim(q)
	if r, inside := s.run(q); inside && q.Bits() >= s.bits && s.all(r, cidr.Free) {
		if err != nil {
			t.Fatalf("Claim(%v): %v", q, err)
		}
		s.use(r)
		return
	}
	m.conflict(t, "Claim", s, q, err, cidr.ErrConflict, func(state cidr.State) bool { return state != cidr.Free })
}

func (m *model) exclude(t *rapid.T) {
	s, q := m.block(t)
	if !usable(q) {
		return
	}
	err := m.pool.Exclude(q)
	if r, inside := s.run(q); !inside || s.exclude(r) {
		if err != nil {
			t.Fatalf("Exclude(%v): %v", q, err)
		}
		return
	}
	m.conflict(t, "Exclude", s, q, err, cidr.ErrConflict, func(state cidr.State) bool {
		return state == cidr.Used || state == cidr.Quarantined
	})
}

func (m *model) release(t *rapid.T) {
	s, q := m.block(t)
	err := m.pool.Release(q)
	if r, inside := s.run(q); inside && q.Bits() >= s.bits && s.isUsed(r) {
		if err != nil {
			t.Fatalf("Release(%v): %v", q, err)
		}
		s.release(r, cidr.Free)
		return
	}
	m.notUsed(t, "Release", s, q, err)
}

// notUsed holds an error to what is there: the first that is in use, or else
// the first of anything.
func (m *model) notUsed(t *rapid.T, op string, s *slowPool, q netip.Prefix, err error) {
	if !usable(q) {
		if !errors.Is(err, cidr.ErrMapped) {
			t.Fatalf("%s(%v): %v", op, q, err)
		}
		return
	}
	anyUsed := false
	if r, inside := s.run(q); inside {
		for i := r.start; i < r.end(); i++ {
			anyUsed = anyUsed || s.state[i] == cidr.Used
		}
	}
	m.conflict(t, op, s, q, err, cidr.ErrNotUsed, func(state cidr.State) bool {
		return !anyUsed || state == cidr.Used
	})
}

// conflict holds a ConflictError to the oracle: it names the first address of
// q in one of the states that count, with a block of that state around or
// inside q.
func (m *model) conflict(t *rapid.T, op string, s *slowPool, q netip.Prefix, err error, kind error, counts func(cidr.State) bool) {
	var c *cidr.ConflictError
	if !errors.As(err, &c) || !errors.Is(err, kind) || c.Prefix != q {
		t.Fatalf("%s(%v): %v; want a conflict (%v)", op, q, err, kind)
	}
	with := spanOf(c.With)
	if !with.contains(spanOf(q)) && !spanOf(q).contains(with) {
		t.Fatalf("%s(%v): %v: in conflict with a block elsewhere", op, q, err)
	}
	first, state := s.firstThat(q, counts)
	ok := c.State == state && with.contains(span{s.family, first, first})
	if r, inside := s.run(c.With); inside {
		ok = ok && s.all(r, state) && (state != cidr.Used || s.isUsed(r))
	}
	if !ok {
		t.Fatalf("%s(%v): %v (state %v, with %v); want %v with %v", op, q, err, c.State, c.With, state, addrOfBig(s.family, first))
	}
}

// cloned goes on with a copy, and changes the original, which must not matter.
func (m *model) cloned(t *rapid.T) {
	old := *m
	old.slow = []*slowPool{m.slow[0].clone(), m.slow[1].clone()}
	m.pool = old.pool.Clone()
	for range 3 {
		rapid.SampledFrom([]func(*rapid.T){old.alloc, old.claim, old.exclude, old.release}).Draw(t, "change")(t)
	}
	old.check(t)
}

// check compares all there is to see.
func (m *model) check(t *rapid.T) {
	var free, used, excluded, space []netip.Prefix
	for _, s := range m.slow {
		whole := run{0, cells}
		free = append(free, s.prefixes(s.maximal(cidr.Free, whole))...)
		used = append(used, s.prefixes(s.used)...)
		excluded = append(excluded, s.prefixes(s.maximal(cidr.Excluded, whole))...)
		inSpace := s.clone()
		for i, state := range s.state {
			if state != cidr.Outside {
				inSpace.state[i] = cidr.Free
			}
		}
		space = append(space, s.prefixes(inSpace.maximal(cidr.Free, whole))...)
	}
	equal(t, "Free", m.pool.Free(), free)
	equal(t, "Used", m.pool.Used(), used)
	equal(t, "Excluded", m.pool.Excluded(), excluded)
	equal(t, "Space", m.pool.Space(), space)
	for _, s := range m.slow {
		for n := range s.family.BitLen() + 1 {
			want := s.numFree(n)
			got, ok := m.pool.NumFree(s.family, n)
			if ok != want.IsUint64() || ok && got != want.Uint64() || !ok && got != ^uint64(0) {
				t.Fatalf("NumFree(%v, %d) = %d, %v; want %v", s.family, n, got, ok, want)
			}
		}
		var want netip.Prefix
		if rs := s.maximal(cidr.Free, run{0, cells}); len(rs) > 0 {
			want = s.prefix(slices.MaxFunc(rs, func(a, b run) int { return a.size - b.size }))
		}
		if got, ok := m.pool.Largest(s.family); got != want || ok != want.IsValid() {
			t.Fatalf("Largest(%v) = %v, %v; want %v", s.family, got, ok, want)
		}
	}
}

func equal(t *rapid.T, name string, got func(func(netip.Prefix) bool), want []netip.Prefix) {
	if got := slices.Collect(got); !slices.Equal(got, want) {
		t.Fatalf("%s() = %v\nwant %v", name, got, want)
	}
}

// TestPoolModel runs random traces of all operations against the oracle. After
// each step everything is compared, so that a failed operation has changed
// nothing, and what the pool says is free, used and excluded tiles its space.
func TestPoolModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(t)
		t.Repeat(map[string]func(*rapid.T){
			"Alloc":   m.alloc,
			"AllocIn": m.allocIn,
			"Claim":   m.claim,
			"Exclude": m.exclude,
			"Release": m.release,
			"Clone":   m.cloned,
			"":        m.check,
		})
	})
}

var fits = []cidr.Fit{cidr.FirstFit, cidr.BestFit, cidr.LastFit}
