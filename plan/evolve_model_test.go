package plan_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// serving is where every range is: by owner, role, name and family.
type serving map[[4]string]netip.Prefix

func servingOf(p *plan.Plan) serving {
	at := serving{}
	for b := range p.Blocks() {
		for q := range b.Range.All() {
			at[[4]string{b.Cluster, string(b.Role), b.Name, cidr.FamilyOf(q).String()}] = q
		}
	}
	return at
}

// Whatever happens to a fleet, no range that serves moves: it stays, or grows
// around where it was. And at each step the plan is sound and large enough, is
// what its own JSON restores, and does not change as long as nothing does.
func TestRandomHistoriesMoveNothing(t *testing.T) {
	steps, refused := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		s := genGrowing(t)
		p, err := plan.Solve(s)
		if err != nil {
			return
		}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		next := 100
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "days")) * 24 * time.Hour)
			edited, renamed := edit(t, s, &next)
			o := plan.EvolveOptions{Now: now, Renamed: renamed}
			for _, c := range edited.Clusters {
				if rapid.IntRange(0, 3).Draw(t, "may move") == 0 {
					o.AllowMove = append(o.AllowMove, c.Name)
				}
			}
			q, d, err := plan.Evolve(p, edited, o)
			var (
				infeasible *plan.InfeasibleError
				outgrown   *plan.OutgrownError
				invalid    plan.SpecErrors
			)
			steps++
			switch {
			case errors.As(err, &infeasible), errors.As(err, &outgrown), errors.As(err, &invalid):
				refused++
				if err.Error() == "" || q != nil || d != nil {
					t.Fatalf("%v, %v beside %v", q, d, err)
				}
				continue
			case err != nil:
				t.Fatal(err)
			}
			checkStep(t, p, q, d, edited, o)
			s, p = edited, q
		}
	})
	if steps > 0 && refused == steps {
		t.Error("every step was refused")
	}
}

func checkStep(t *rapid.T, p, q *plan.Plan, d *plan.Diff, s plan.Spec, o plan.EvolveOptions) {
	renamed, now := o.Renamed, o.Now
	before, after := servingOf(p), servingOf(q)
	for key, was := range before {
		checkRest(t, q, s, was, after, now)
		if name := renamed[key[0]]; name != "" {
			key[0] = name
		} else if slices.Contains(slices.Collect(maps.Values(renamed)), key[0]) {
			continue // its name went to another, and it is gone
		}
		is, ok := after[key]
		if !ok {
			continue
		}
		if slices.Contains(o.AllowMove, key[0]) {
			continue
		}
		if is != was && (is.Bits() > was.Bits() || !is.Contains(was.Addr())) {
			t.Fatalf("%v was %v and is %v", key, was, is)
		}
	}
	for _, f := range q.Audit() {
		if f.Severity == k8sflags.Error {
			t.Fatalf("%v", f)
		}
	}
	for _, c := range s.Clusters {
		got, ok := q.Cluster(c.Name)
		if !ok {
			t.Fatalf("no cluster %q", c.Name)
		}
		has := got.Capacity()
		if has.Nodes() < c.Nodes.Need() || has.PodsPerNode < podsPerNode(c) || has.Services < c.Services.Need() ||
			has.ExternalIPs < c.ExternalIPs.Need() || has.IngressIPs < c.IngressIPs.Need() {
			t.Fatalf("cluster %+v holds only %+v", c, has)
		}
		for _, old := range p.Spec().Clusters {
			if old.Name == c.Name && len(renamed) == 0 && !slices.Contains(o.AllowMove, c.Name) {
				was, _ := p.Cluster(c.Name)
				for _, f := range was.Block(plan.Pod).Families() {
					if got.Block(plan.Pod).Of(f).IsValid() && got.NodeMasks().Of(f) != was.NodeMasks().Of(f) {
						t.Fatalf("cluster %q: node masks %v, were %v", c.Name, got.NodeMasks(), was.NodeMasks())
					}
				}
			}
		}
	}
	for _, z := range q.Quarantine() {
		if !z.Until.After(now) {
			t.Fatalf("%v has rested at %v", z, now)
		}
		for key, r := range after {
			if r.Overlaps(z.Prefix) {
				t.Fatalf("%v %v overlaps %v, which rests", key, r, z)
			}
		}
	}
	checkDiff(t, p, q, d, before, after, renamed)

	text := marshal(t, q)
	restored, err := plan.Decode(text)
	if err != nil {
		t.Fatal(err)
	}
	if again := marshal(t, restored); !bytes.Equal(text, again) {
		t.Fatalf("decoded\n%s\nwas\n%s", again, text)
	}
	for _, same := range []*plan.Plan{q, restored} {
		r, d, err := plan.Evolve(same, q.Spec(), plan.EvolveOptions{Now: now})
		if err != nil {
			t.Fatal(err)
		}
		if again := marshal(t, r); !bytes.Equal(text, again) || !d.IsEmpty() {
			t.Fatalf("evolved to itself it is\n%s\nwas\n%s\ndiff %v", again, text, d)
		}
	}
	// A plan restored goes on as the one that it was.
	more := q.Spec()
	more.Clusters = append(more.Clusters, plan.ClusterSpec{Name: "another", Nodes: now64(3), PodsPerNode: 5})
	a, _, err1 := plan.Evolve(q, more, plan.EvolveOptions{Now: now})
	b, _, err2 := plan.Evolve(restored, more, plan.EvolveOptions{Now: now})
	if (err1 == nil) != (err2 == nil) || err1 == nil && !bytes.Equal(marshal(t, a), marshal(t, b)) {
		t.Fatalf("the restored plan goes on otherwise: %v, %v", err1, err2)
	}
}

// checkRest checks that a range which nobody has any more rests, if it comes
// from a pool with a cooldown.
func checkRest(t *rapid.T, q *plan.Plan, s plan.Spec, was netip.Prefix, after serving, now time.Time) {
	for _, is := range after {
		if is.Overlaps(was) {
			return
		}
	}
	for _, pool := range s.Pools {
		if pool.Cooldown == 0 || !covered(was, pool.Prefixes) {
			continue
		}
		until := now.Add(time.Duration(pool.Cooldown))
		if !slices.ContainsFunc(q.Quarantine(), func(z plan.Quarantined) bool { return z.Prefix == was && z.Until.Equal(until) }) &&
			!slices.ContainsFunc(s.Reserved, func(r plan.Reservation) bool { return r.Prefix.Overlaps(was) }) {
			t.Fatalf("%v does not rest: %v", was, q.Quarantine())
		}
	}
}

func now64(n uint64) plan.Count { return plan.Count{Now: n} }

// checkDiff checks that a diff has every range that differs, and no other.
func checkDiff(t *rapid.T, p, q *plan.Plan, d *plan.Diff, before, after serving, renamed map[string]string) {
	wasNamed := map[string]string{}
	for old, name := range renamed {
		wasNamed[name] = old
	}
	listed := map[[3]string]plan.RangeChange{}
	for _, c := range d.Changes {
		name := c.Cluster
		for _, r := range c.Ranges {
			label := r.Name
			if c.Network != "" {
				label = c.Network
			}
			listed[[3]string{name, string(r.Role), label}] = r
		}
	}
	whole := func(p *plan.Plan) map[[3]string]dualstack.Pair {
		m := map[[3]string]dualstack.Pair{}
		for b := range p.Blocks() {
			m[[3]string{b.Cluster, string(b.Role), b.Name}] = b.Range
		}
		return m
	}
	old, is := whole(p), whole(q)
	for key, r := range is {
		was := key
		if n := wasNamed[key[0]]; n != "" {
			was[0] = n
		} else if renamed[key[0]] != "" {
			was[0] = "\x00" // its name was another's
		}
		if r == old[was] {
			if c, ok := listed[key]; ok && c.MasksBefore == c.MasksAfter {
				t.Fatalf("%v did not change, and is listed as %+v", key, c)
			}
			continue
		}
		if c, ok := listed[key]; !ok || c.Before != old[was] || c.After != r {
			t.Fatalf("%v was %v and is %v, listed as %+v", key, old[was], r, c)
		}
	}
	if d.IsEmpty() != (d.String() == "") {
		t.Fatalf("empty %v, text %q", d.IsEmpty(), d.String())
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var back plan.Diff
	if err := json.Unmarshal(text, &back); err != nil || back.String() != d.String() {
		t.Fatalf("%v: %s is\n%s\nwas\n%s", err, text, back.String(), d)
	}
}

func marshal(t interface{ Fatal(...any) }, p *plan.Plan) []byte {
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// genGrowing is a fleet with room to grow.
func genGrowing(t *rapid.T) plan.Spec {
	s := plan.Spec{}
	fits := []plan.Fit{"", plan.FirstFit, plan.LastFit, plan.Sparse}
	for i := range rapid.IntRange(1, 2).Draw(t, "pools") {
		s.Pools = append(s.Pools, plan.PoolSpec{
			Name:     fmt.Sprintf("p%d", i),
			Prefixes: []netip.Prefix{netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(64 * i)}), rapid.IntRange(13, 16).Draw(t, "length")), netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfd, byte(i)}), 48)},
			Fit:      rapid.SampledFrom(fits).Draw(t, "fit"),
			Headroom: rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "headroom"),
			Cooldown: rapid.SampledFrom([]plan.Duration{0, 30 * plan.Day}).Draw(t, "cooldown"),
		})
	}
	if rapid.IntRange(0, 2).Draw(t, "shared network") == 0 {
		s.Networks = []plan.Network{{Name: "vlan", Hosts: 9}}
	}
	if rapid.IntRange(0, 3).Draw(t, "share") == 0 {
		s.Share = []plan.Role{plan.Service}
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "clusters") {
		s.Clusters = append(s.Clusters, genCluster(t, i, s.Networks))
	}
	return s
}

// edit draws a change of a spec, and the names that it changes.
func edit(t *rapid.T, s plan.Spec, next *int) (plan.Spec, map[string]string) {
	s = copied(s)
	n := len(s.Clusters)
	pick := func() *plan.ClusterSpec { return &s.Clusters[rapid.IntRange(0, n-1).Draw(t, "which")] }
	switch kind := rapid.IntRange(0, 11).Draw(t, "edit"); {
	case kind == 0 || n == 0:
		*next++
		s.Clusters = append(s.Clusters, genCluster(t, *next, s.Networks))
	case kind == 1 && n > 1:
		i := rapid.IntRange(0, n-1).Draw(t, "removed")
		s.Clusters = slices.Delete(s.Clusters, i, i+1)
	case kind == 2:
		c := pick()
		*next++
		was := c.Name
		c.Name = fmt.Sprintf("renamed-%d", *next)
		return s, map[string]string{was: c.Name}
	case kind == 3:
		c := pick()
		c.Nodes = plan.Count{Now: c.Nodes.Need() * rapid.Uint64Range(1, 4).Draw(t, "times")}
	case kind == 4:
		c := pick()
		c.Services = plan.Count{Now: c.Services.Need()*2 + 1}
		c.ExternalIPs = plan.Count{Now: c.ExternalIPs.Need() * 2}
	case kind == 5:
		if c := pick(); len(c.Families) == 1 && c.NodeNetwork == "" {
			c.Families = append(slices.Clone(c.Families), map[cidr.Family]cidr.Family{cidr.IPv4: cidr.IPv6, cidr.IPv6: cidr.IPv4}[c.Families[0]])
		}
	case kind == 6:
		c := pick()
		c.Nodes, c.Services, c.ExternalIPs = now64(1), plan.Count{}, plan.Count{}
	case kind == 7:
		slices.Reverse(s.Clusters)
		slices.Reverse(s.Pools)
	case kind == 8:
		c := pick()
		c.PodsPerNode = rapid.SampledFrom([]uint64{5, 60, 110, 120}).Draw(t, "pods")
	case kind == 9:
		*next++
		c := pick()
		c.Extra = append(slices.Clone(c.Extra), plan.BlockSpec{Name: fmt.Sprintf("x%d", *next), Role: plan.External, Count: now64(5)})
	case kind == 10:
		s.Reserved = append(s.Reserved, plan.Reservation{Prefix: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, rapid.Byte().Draw(t, "reserved")}), 20)})
	default:
		s.Pools[0].Prefixes = append(slices.Clone(s.Pools[0].Prefixes), netip.PrefixFrom(netip.AddrFrom4([4]byte{11, byte(*next)}), 16))
		*next++
	}
	return s, nil
}
