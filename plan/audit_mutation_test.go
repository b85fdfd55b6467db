package plan_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// fault is what a mutation plants, and whose it is: the finding may be at any
// of the clusters, or networks.
type fault struct {
	spec   plan.Spec
	blocks []plan.Block
	rule   string
	at     []plan.Block
}

// mutations plant one fault each in ranges where there is none. They return
// false where a plan has no place for it.
var mutations = map[string]func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool){
	"on another's range": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		return onto(t, s, bs, func(a, b plan.Block) bool { return a.Cluster != b.Cluster })
	},
	"on a range of its cluster": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		return onto(t, s, bs, func(a, b plan.Block) bool { return a.Cluster == b.Cluster })
	},
	"on what a mesh keeps apart": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		return onto(t, s, bs, func(a, b plan.Block) bool {
			return a.Cluster != b.Cluster && a.Role == b.Role && slices.Contains(s.Share, a.Role)
		})
	},
	"joined while it is shared": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		for i, a := range bs {
			for _, b := range bs[:i] {
				if a.Cluster != "" && b.Cluster != "" && a.Cluster != b.Cluster && pairsOverlap(a.Range, b.Range) {
					s.Meshes = append(slices.Clone(s.Meshes), plan.Mesh{Name: "joined", Kind: plan.Submariner, Clusters: []string{a.Cluster, b.Cluster}})
					return fault{s, bs, plan.RuleOverlap, []plan.Block{a, b}}, true
				}
			}
		}
		return fault{}, false
	},
	"in another zone": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		return intoPool(t, s, bs, plan.RuleZone, func(w asked, p plan.PoolSpec) bool { return p.Zone != "" && p.Zone != w.zone })
	},
	"out of its zone": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		return intoPool(t, s, bs, plan.RulePool, func(w asked, p plan.PoolSpec) bool {
			return p.Zone == "" && w.zone != "" && !w.pin.IsValid()
		})
	},
	"in a pool for other roles": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		return intoPool(t, s, bs, plan.RulePool, func(w asked, p plan.PoolSpec) bool {
			return p.Zone == w.zone && !w.pin.IsValid() && !slices.Contains(rolesOf(p), w.role)
		})
	},
	"in a pool of another region": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		return intoPool(t, s, bs, plan.RulePool, func(w asked, p plan.PoolSpec) bool {
			return p.Region != "" && p.Region != w.region && !w.pin.IsValid()
		})
	},
	"out of every pool": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i, w, ok := pick(t, s, bs, func(w asked) bool { return !w.pin.IsValid() })
		if !ok {
			return fault{}, false
		}
		a := netip.AddrFrom4([4]byte{192, 168})
		if w.family == cidr.IPv6 {
			a = netip.AddrFrom16([16]byte{0xfd, 0x77})
		}
		bs[i] = with(bs[i], netip.PrefixFrom(a, w.bits))
		return fault{s, bs, plan.RulePool, bs[i : i+1]}, true
	},
	"one bit too short": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i, w, ok := pick(t, s, bs, func(w asked) bool { return !w.pin.IsValid() && tightest(s, w) })
		if !ok {
			return fault{}, false
		}
		bs[i] = with(bs[i], netip.PrefixFrom(bs[i].Range.Of(w.family).Addr(), w.bits+1))
		return fault{s, bs, plan.RuleCapacity, bs[i : i+1]}, true
	},
	"without a family": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i := rapid.IntRange(0, len(bs)-1).Draw(t, "block")
		if !bs[i].Range.IsDual() {
			return fault{}, false
		}
		bs[i].Range, bs[i].Room = single1(bs[i].Range.Secondary()), dualstack.Pair{}
		return fault{s, bs, plan.RuleFamily, bs[i : i+1]}, true
	},
	"with a family too many": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i := rapid.IntRange(0, len(bs)-1).Draw(t, "block")
		if bs[i].Range.IsDual() {
			return fault{}, false
		}
		other := prefix("fd77::/64")
		if !bs[i].Range.V4().IsValid() {
			other = prefix("192.168.0.0/16")
		}
		both, err := dualstack.Dual(bs[i].Range.Primary(), other)
		bs[i].Range = both
		return fault{s, bs, plan.RuleFamily, bs[i : i+1]}, err == nil
	},
	"families in another order": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i := rapid.IntRange(0, len(bs)-1).Draw(t, "block")
		if !bs[i].Range.IsDual() {
			return fault{}, false
		}
		bs[i].Range = bs[i].Range.WithPrimary(cidr.FamilyOf(bs[i].Range.Secondary()))
		return fault{s, bs, plan.RuleFamily, bs[i : i+1]}, true
	},
	"left out": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i := rapid.IntRange(0, len(bs)-1).Draw(t, "block")
		at := []plan.Block{bs[i]}
		return fault{s, slices.Delete(bs, i, i+1), plan.RuleMissing, at}, true
	},
	"twice": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i := rapid.IntRange(0, len(bs)-1).Draw(t, "block")
		return fault{s, append(bs, bs[i]), plan.RuleUnknown, bs[i : i+1]}, true
	},
	"of nobody": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		b := plan.Block{Cluster: "ghost", Role: plan.Pod, Range: pair("192.168.0.0/24")}
		return fault{s, append(bs, b), plan.RuleUnknown, []plan.Block{b}}, true
	},
	"not asked for": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		b := plan.Block{Cluster: s.Clusters[0].Name, Role: plan.Pod, Name: "more", Range: pair("192.168.0.0/24")}
		return fault{s, append(bs, b), plan.RuleUnknown, []plan.Block{b}}, true
	},
	"said to be in another zone": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i := rapid.IntRange(0, len(bs)-1).Draw(t, "block")
		bs[i].Zone += "x"
		return fault{s, bs, plan.RuleZone, bs[i : i+1]}, true
	},
	"reserved": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i, w, ok := pick(t, s, bs, func(w asked) bool { return !w.pin.IsValid() })
		if !ok {
			return fault{}, false
		}
		s.Reserved = append(slices.Clone(s.Reserved), plan.Reservation{Prefix: edge(t, bs[i].Range.Of(w.family))})
		return fault{s, bs, plan.RuleReserved, bs[i : i+1]}, true
	},
	"of a peer": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i, w, ok := pick(t, s, bs, func(w asked) bool { return !w.pin.IsValid() })
		if !ok {
			return fault{}, false
		}
		s.Peers = append(slices.Clone(s.Peers), plan.Peer{Name: "partner", Prefixes: []netip.Prefix{edge(t, bs[i].Range.Of(w.family))}})
		return fault{s, bs, plan.RulePeer, bs[i : i+1]}, true
	},
	"beside its pin": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i, w, ok := pick(t, s, bs, func(w asked) bool { return w.pin.IsValid() })
		if !ok {
			return fault{}, false
		}
		moved := w.pin.Addr().AsSlice()
		moved[1] ^= 1
		a, _ := netip.AddrFromSlice(moved)
		bs[i] = with(bs[i], netip.PrefixFrom(a, w.pin.Bits()))
		return fault{s, bs, plan.RulePin, bs[i : i+1]}, true
	},
	"another in its room": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i, j := rapid.IntRange(0, len(bs)-1).Draw(t, "block"), rapid.IntRange(0, len(bs)-1).Draw(t, "other")
		for _, f := range []cidr.Family{cidr.IPv4, cidr.IPv6} {
			p, q := bs[i].Range.Of(f), bs[j].Range.Of(f)
			if p.IsValid() && q.IsValid() && !p.Overlaps(q) && !mayOverlap(s, ask1(s, bs[i], f), ask1(s, bs[j], f)) {
				room, err := cidr.Common(p, q)
				bs[i].Room = single1(room)
				return fault{s, bs, plan.RuleRoom, bs[i : i+1]}, err == nil
			}
		}
		return fault{}, false
	},
	"room on a reservation": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i := slices.IndexFunc(bs, func(b plan.Block) bool { return !b.Room.IsZero() })
		if i < 0 {
			return fault{}, false
		}
		for f := range bs[i].Room.All() {
			last := netip.PrefixFrom(cidr.Last(f), f.Addr().BitLen())
			if !bs[i].Range.Of(cidr.FamilyOf(f)).Overlaps(last) && !slices.ContainsFunc(bs, func(b plan.Block) bool { return pairsOverlap(b.Range, single1(last)) }) {
				s.Reserved = append(slices.Clone(s.Reserved), plan.Reservation{Prefix: last})
				return fault{s, bs, plan.RuleRoom, bs[i : i+1]}, true
			}
		}
		return fault{}, false
	},
	"room elsewhere": func(t *rapid.T, s plan.Spec, bs []plan.Block) (fault, bool) {
		i := rapid.IntRange(0, len(bs)-1).Draw(t, "block")
		bs[i].Room = pair("192.168.0.0/16")
		return fault{s, bs, plan.RuleRoom, bs[i : i+1]}, true
	},
}

// pick draws a block, and a family of it, of which what is asked for has a
// property.
func pick(t *rapid.T, s plan.Spec, bs []plan.Block, of func(asked) bool) (int, asked, bool) {
	var some []int
	var what []asked
	for i, b := range bs {
		for _, f := range b.Range.Families() {
			if w := ask1(s, b, f); of(w) {
				some, what = append(some, i), append(what, w)
			}
		}
	}
	if len(some) == 0 {
		return 0, asked{}, false
	}
	k := rapid.IntRange(0, len(some)-1).Draw(t, "block")
	return some[k], what[k], true
}

// ask1 is what the spec says of a block in one family.
func ask1(s plan.Spec, b plan.Block, f cidr.Family) asked {
	for _, w := range asks(s) {
		if w.cluster == b.Cluster && w.name == b.Name && w.role == b.Role && w.family == f {
			return w
		}
	}
	return asked{}
}

// with is b with a range replaced, without room.
func with(b plan.Block, p netip.Prefix) plan.Block {
	var ps []netip.Prefix
	for q := range b.Range.All() {
		if cidr.FamilyOf(q) == cidr.FamilyOf(p) {
			q = p
		}
		ps = append(ps, q)
	}
	b.Range, b.Room = single1(ps[0]), dualstack.Pair{}
	if len(ps) == 2 {
		b.Range, _ = dualstack.Dual(ps[0], ps[1])
	}
	return b
}

func single1(p netip.Prefix) dualstack.Pair {
	one, err := dualstack.Single(p)
	if err != nil {
		panic(err)
	}
	return one
}

func pairsOverlap(a, b dualstack.Pair) bool {
	return a.V4().Overlaps(b.V4()) || a.V6().Overlaps(b.V6())
}

// edge is the first or the last address of a range.
func edge(t *rapid.T, p netip.Prefix) netip.Prefix {
	a := p.Addr()
	if rapid.Bool().Draw(t, "last") {
		a = cidr.Last(p)
	}
	return netip.PrefixFrom(a, a.BitLen())
}

// onto puts a block where another is, which it may not touch.
func onto(t *rapid.T, s plan.Spec, bs []plan.Block, of func(a, b plan.Block) bool) (fault, bool) {
	var some [][2]int
	var families []cidr.Family
	for i, a := range bs {
		for j, b := range bs {
			for _, f := range a.Range.Families() {
				if i != j && of(a, b) && b.Range.Of(f).IsValid() && !mayOverlap(s, ask1(s, a, f), ask1(s, b, f)) {
					some, families = append(some, [2]int{i, j}), append(families, f)
				}
			}
		}
	}
	if len(some) == 0 {
		return fault{}, false
	}
	k := rapid.IntRange(0, len(some)-1).Draw(t, "pair")
	i, j := some[k][0], some[k][1]
	q := bs[j].Range.Of(families[k])
	// Around it, beside its beginning, or equal to it.
	bits := max(1, min(bs[i].Range.Of(families[k]).Bits(), q.Bits()+rapid.IntRange(-1, 2).Draw(t, "length")))
	bs[i] = with(bs[i], netip.PrefixFrom(q.Addr(), min(bits, q.Addr().BitLen())).Masked())
	return fault{s, bs, plan.RuleOverlap, []plan.Block{bs[i], bs[j]}}, true
}

// intoPool moves a block into a pool with a property.
func intoPool(t *rapid.T, s plan.Spec, bs []plan.Block, rule string, of func(asked, plan.PoolSpec) bool) (fault, bool) {
	for _, k := range rapid.Permutation(upTo(len(bs))).Draw(t, "order") {
		for _, f := range bs[k].Range.Families() {
			for _, p := range s.Pools {
				for _, q := range p.Prefixes {
					w := ask1(s, bs[k], f)
					if cidr.FamilyOf(q) == f && of(w, p) {
						bs[k] = with(bs[k], netip.PrefixFrom(q.Addr(), max(q.Bits(), bs[k].Range.Of(f).Bits())))
						return fault{s, bs, rule, bs[k : k+1]}, true
					}
				}
			}
		}
	}
	return fault{}, false
}

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// tightest reports whether a range that is a bit longer does not hold what it
// is for. IPv6 pods and single addresses have more than they need, and the
// least service range too.
func tightest(s plan.Spec, w asked) bool {
	if w.cluster == "" {
		return w.family == cidr.IPv4
	}
	c := s.Clusters[slices.IndexFunc(s.Clusters, func(c plan.ClusterSpec) bool { return c.Name == w.cluster })]
	for _, b := range c.Extra {
		if b.Role == w.role && b.Name == w.name && need(b.Count) == 0 {
			return true
		}
	}
	return w.family == cidr.IPv4 && (w.role != plan.Service || w.bits < 28)
}

// drawSolved draws a small spec that has a plan.
func drawSolved(t *rapid.T) (plan.Spec, *plan.Plan) {
	for {
		s := drawEverything(t)
		if p, err := plan.Solve(s); err == nil {
			return s, p
		}
	}
}

// Every fault is found, at a cluster that it is of, and where there is none,
// nothing is found.
func TestAuditFindsEveryFault(t *testing.T) {
	names := make([]string, 0, len(mutations))
	for name := range mutations {
		names = append(names, name)
	}
	slices.Sort(names)
	planted := map[string]int{}
	rapid.Check(t, func(t *rapid.T) {
		s, p := drawSolved(t)
		blocks := slices.Collect(p.Blocks())
		for _, f := range plan.Audit(s, blocks) {
			if f.Severity == k8sflags.Error {
				t.Fatalf("nothing is wrong, but %v", f)
			}
		}
		for _, name := range rapid.Permutation(names).Draw(t, "faults")[:9] {
			x, ok := mutations[name](t, s, slices.Clone(blocks))
			if !ok {
				continue
			}
			planted[name]++
			if err := x.spec.Validate(); err != nil {
				t.Fatalf("%s: the spec is not valid any more: %v", name, err)
			}
			fs := plan.Audit(x.spec, x.blocks)
			if !slices.ContainsFunc(fs, func(f plan.Finding) bool {
				return f.Severity == k8sflags.Error && f.Rule == x.rule && f.Fix != "" && slices.ContainsFunc(x.at, func(b plan.Block) bool {
					return f.Cluster == b.Cluster && f.Network+f.Name == b.Name && f.Role == b.Role
				})
			}) {
				t.Fatalf("a range %s of %v is not found: %v\n%s\n%v", name, x.at, fs, text(t, x.spec), fmt.Sprint(x.blocks))
			}
		}
	})
	for _, name := range names {
		if planted[name] == 0 {
			t.Logf("this time no plan had a range %s", name)
		}
	}
}
