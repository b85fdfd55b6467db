package plan

import (
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/plan/platform"
)

// scope is what decides from which pools a range may come.
type scope struct {
	role   Role
	family cidr.Family
	zone   string
	region string
	// platform is set where it wants such ranges in certain space.
	platform platform.Name
}

// eligibleFor returns the indices of the pools that ranges of a scope may come
// from: those of its zone, for its role, with its family, where its platform
// wants them. A region that has such pools of its own takes from those alone, so
// that its routes summarise; every other takes from pools without a region. Pool
// grown, −1 for none, is thought to have the family.
func (s *scopes) eligibleFor(sc scope, grown int) []int {
	var own, open []int
	for _, i := range s.zones[sc.zone] {
		p := &s.pools[i]
		if i != grown && !p.has(sc.family) || !sc.mayUse(p) {
			continue
		}
		if p.Region == "" {
			open = append(open, i)
		} else {
			own = append(own, i)
		}
	}
	if len(own) > 0 {
		return own
	}
	return open
}

// mayUse reports whether a pool that has the scope's family is for its ranges,
// if its region has no pool of its own.
func (sc scope) mayUse(p *PoolSpec) bool {
	return p.Zone == sc.zone && (p.Region == "" || p.Region == sc.region) && p.usableFor(sc.role) && sc.within(p)
}

// scopes numbers the scopes of a layout. There are few, and each has a pool
// list of its own.
type scopes struct {
	pools    []PoolSpec
	zones    map[string][]int // the pools of each
	all      []scope
	eligible [][]int
	numbers  map[scope]int32
	last     [2 * len(roles)]int32 // by role and family, of what was asked for last
	zone     string
	region   string
	platform platform.Name
	regions  bool // some scope has one
}

func newScopes(pools []PoolSpec) scopes {
	s := scopes{pools: pools, zones: map[string][]int{}, numbers: map[scope]int32{}}
	for i := range pools {
		z := pools[i].Zone
		s.zones[z] = append(s.zones[z], i)
	}
	s.forget("", "", "")
	return s
}

func (s *scopes) forget(zone, region string, n platform.Name) {
	s.zone, s.region, s.platform = zone, region, n
	for i := range s.last {
		s.last[i] = -1
	}
}

// of returns the number of a scope.
func (s *scopes) of(r Role, f cidr.Family, zone, region string, on platform.Name) int32 {
	if zone != s.zone || region != s.region || on != s.platform {
		s.forget(zone, region, on)
	}
	at := &s.last[2*r.order()+int(f>>1&1)]
	if *at >= 0 {
		return *at
	}
	sc := scope{role: r, family: f, zone: zone, region: region}
	if on != "" && len(termsOf(on, r, f).within) > 0 {
		sc.platform = on
	}
	s.regions = s.regions || region != ""
	n, ok := s.numbers[sc]
	if !ok {
		n = int32(len(s.all))
		s.all, s.eligible = append(s.all, sc), append(s.eligible, s.eligibleFor(sc, -1))
		s.numbers[sc] = n
	}
	*at = n
	return n
}

// alike returns the first scope for the same role and family that has the same
// pools.
func (s *scopes) alike(n int32) int32 {
	a := &s.all[n]
	for k := range s.all[:n] {
		if b := &s.all[k]; b.role == a.role && b.family == a.family && b.zone == a.zone && slices.Equal(s.eligible[k], s.eligible[n]) {
			return int32(k)
		}
	}
	return n
}
