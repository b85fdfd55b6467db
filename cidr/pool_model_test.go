package cidr_test

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"testing"
	"time"

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

func (m *model) grow(t *rapid.T) {
	s, q := m.block(t)
	got, err := m.pool.Grow(q)
	r, inside := s.run(q)
	if !inside || q.Bits() < s.bits || !s.isUsed(r) {
		m.notUsed(t, "Grow", s, q, err)
		return
	}
	if r.size == cells {
		if want := map[bool]error{true: cidr.ErrBits, false: cidr.ErrConflict}[s.bits == 0]; !errors.Is(err, want) {
			t.Fatalf("Grow(%v) = %v, %v; want %v", q, got, err, want)
		}
		return
	}
	larger := run{r.start &^ r.size, 2 * r.size}
	other := run{r.start ^ r.size, r.size}
	if s.all(other, cidr.Free) {
		if err != nil || got != s.prefix(larger) {
			t.Fatalf("Grow(%v) = %v, %v; want %v", q, got, err, s.prefix(larger))
		}
		s.release(r, cidr.Free)
		s.use(larger)
		return
	}
	var c *cidr.ConflictError
	first, state := s.firstThat(s.prefix(other), func(state cidr.State) bool { return state != cidr.Free })
	if !errors.As(err, &c) || !errors.Is(err, cidr.ErrConflict) || c.Prefix != s.prefix(larger) || c.State != state ||
		!spanOf(c.With).contains(span{s.family, first, first}) {
		t.Fatalf("Grow(%v) = %v, %v; want %v at %v", q, got, err, state, addrOfBig(s.family, first))
	}
}

// Times are few, so that many are equal.
var epoch = time.Date(2026, 3, 29, 1, 0, 0, 0, time.UTC)

func hours(t *rapid.T) time.Time {
	return epoch.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "hours")) * time.Hour)
}

func (m *model) quarantine(t *rapid.T) {
	s, q := m.block(t)
	until := hours(t)
	err := m.pool.Quarantine(q, until.In(time.FixedZone("east", 3600)))
	r, inside := s.run(q)
	if !inside || q.Bits() < s.bits || !s.isUsed(r) {
		m.notUsed(t, "Quarantine", s, q, err)
		return
	}
	if err != nil {
		t.Fatalf("Quarantine(%v): %v", q, err)
	}
	s.release(r, cidr.Quarantined)
	s.held = append(s.held, wait{r, until})
}

func (m *model) reclaim(t *rapid.T) {
	now := hours(t)
	var want []netip.Prefix
	for _, s := range m.slow {
		var held []wait
		for _, w := range s.held {
			if w.until.After(now) {
				held = append(held, w)
				continue
			}
			s.set(w.run, cidr.Free)
			want = append(want, s.prefix(w.run))
		}
		s.held = held
	}
	slices.SortFunc(want, compare)
	if got := m.pool.Reclaim(now); !slices.Equal(got, want) {
		t.Fatalf("Reclaim(%v) = %v, want %v", now, got, want)
	}
}

// reconcile asks about some of what is in use and some that is not.
func (m *model) reconcile(t *rapid.T) {
	var live []netip.Prefix
	for range rapid.IntRange(0, 6).Draw(t, "live") {
		_, q := m.block(t)
		live = append(live, q)
	}
	var leaked, unknown, bad []netip.Prefix
	isUsed := map[netip.Prefix]bool{}
	for _, s := range m.slow {
		for _, q := range s.prefixes(s.used) {
			isUsed[q] = true
			if !slices.Contains(live, q) {
				leaked = append(leaked, q)
			}
		}
	}
	for i, q := range live {
		switch {
		case isUsed[q] || slices.Contains(live[:i], q):
		case usable(q):
			unknown = append(unknown, q)
		default:
			bad = append(bad, q)
		}
	}
	slices.SortFunc(unknown, compare)
	gotLeaked, gotUnknown := m.pool.Reconcile(slices.Values(live))
	if !slices.Equal(gotLeaked, leaked) || !slices.Equal(gotUnknown, append(unknown, bad...)) {
		t.Fatalf("Reconcile(%v) = %v, %v; want %v, %v, %v", live, gotLeaked, gotUnknown, leaked, unknown, bad)
	}
}

// restored goes on with the pool of a snapshot.
func (m *model) restored(t *rapid.T) {
	restored := newPoolForSnapshot()
	if rapid.Bool().Draw(t, "JSON") {
		b, err := m.pool.MarshalJSON()
		if err == nil {
			err = restored.UnmarshalJSON(b)
		}
		if err != nil {
			t.Fatalf("%v: %s", err, b)
		}
	} else {
		b, err := m.pool.MarshalText()
		if err == nil {
			err = restored.UnmarshalText(b)
		}
		if err != nil {
			t.Fatalf("%v:\n%s", err, b)
		}
	}
	if !restored.Equal(m.pool) {
		t.Fatal("the restored pool is not equal")
	}
	m.pool = restored
}

// newPoolForSnapshot has something of everything, which must go.
func newPoolForSnapshot() *cidr.Pool {
	p := new(cidr.Pool)
	if err := p.UnmarshalText([]byte(`
		space 172.16.0.0/12
		excluded 172.17.0.0/16
		used 172.18.0.0/16
		quarantined 172.19.0.0/16 2026-03-29T01:00:00.5Z`)); err != nil {
		panic(err)
	}
	return p
}

// cloned goes on with a copy, and changes the original, which must not matter.
func (m *model) cloned(t *rapid.T) {
	old := *m
	old.slow = []*slowPool{m.slow[0].clone(), m.slow[1].clone()}
	m.pool = old.pool.Clone()
	for range 3 {
		rapid.SampledFrom([]func(*rapid.T){old.alloc, old.claim, old.exclude, old.release, old.quarantine, old.reclaim}).Draw(t, "change")(t)
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
	m.checkQuarantine(t)
	for _, s := range m.slow {
		m.checkLengths(t, s)
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

func (m *model) checkQuarantine(t *rapid.T) {
	want := map[netip.Prefix]time.Time{}
	var next time.Time
	for _, s := range m.slow {
		for _, w := range s.held {
			want[s.prefix(w.run)] = w.until
			if next.IsZero() || w.until.Before(next) {
				next = w.until
			}
		}
	}
	var order []netip.Prefix
	for q, until := range m.pool.Quarantined() {
		if w, ok := want[q]; !ok || w != until {
			t.Fatalf("Quarantined() has %v until %v, want %v, %v", q, until, w, ok)
		}
		order = append(order, q)
	}
	if len(order) != len(want) || !slices.IsSortedFunc(order, compare) {
		t.Fatalf("Quarantined() = %v, want %v", order, want)
	}
	if got, ok := m.pool.NextReclaim(); got != next || ok != (len(want) > 0) {
		t.Fatalf("NextReclaim() = %v, %v; want %v", got, ok, next)
	}
}

func (m *model) checkLengths(t *rapid.T, s *slowPool) {
	want := map[int]uint64{}
	free := 0
	for _, r := range s.maximal(cidr.Free, run{0, cells}) {
		want[s.lengthOf(r.size)]++
		free += r.size
	}
	got := maps.Collect(m.pool.FreeLengths(s.family))
	if !maps.Equal(got, want) {
		t.Fatalf("FreeLengths(%v) = %v, want %v", s.family, got, want)
	}
	for n := s.bits - 1; n <= s.bits+9; n++ {
		small := 0
		for _, r := range s.maximal(cidr.Free, run{0, cells}) {
			if s.lengthOf(r.size) > n {
				small += r.size
			}
		}
		want := float64(small) / float64(max(free, 1))
		if got := m.pool.Fragmentation(s.family, n); got != want {
			t.Fatalf("Fragmentation(%v, %d) = %v, want %v", s.family, n, got, want)
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
			"Alloc":      m.alloc,
			"AllocIn":    m.allocIn,
			"Claim":      m.claim,
			"Exclude":    m.exclude,
			"Release":    m.release,
			"Clone":      m.cloned,
			"Grow":       m.grow,
			"Quarantine": m.quarantine,
			"Reclaim":    m.reclaim,
			"Reconcile":  m.reconcile,
			"snapshot":   m.restored,
			"":           m.check,
		})
	})
}

var fits = []cidr.Fit{cidr.FirstFit, cidr.BestFit, cidr.LastFit, cidr.Sparse}
