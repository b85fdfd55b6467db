package plan

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// ErrRename is wrapped where EvolveOptions.Renamed does not fit the specs.
var ErrRename = errors.New("no such renaming")

// renaming has the names of clusters and networks that have another now. The
// two know nothing of each other: a cluster and a network may have one name.
type renaming struct {
	clusters, networks         map[string]string // old names by new ones
	clustersLeft, networksLeft map[string]bool   // old names that are nobody's or another's now
}

// oldCluster is the name that a cluster had.
func (r *renaming) oldCluster(name string) string { return cmp.Or(r.clusters[name], name) }

// oldNetwork is the name that a network had.
func (r *renaming) oldNetwork(name string) string { return cmp.Or(r.networks[name], name) }

// of returns a finding with the names that its cluster and network have now.
func (r *renaming) of(f Finding) Finding {
	for name, old := range r.clusters {
		if f.Cluster == old {
			f.Cluster = name
			break
		}
	}
	for name, old := range r.networks {
		if f.Network == old {
			f.Network = name
			break
		}
	}
	return f
}

// newRenaming turns the given renamings around, and checks them.
func newRenaming(prev *Plan, s *Spec, renamed map[string]string) (renaming, error) {
	var r renaming
	if len(renamed) == 0 {
		return r, nil
	}
	r = renaming{map[string]string{}, map[string]string{}, map[string]bool{}, map[string]bool{}}
	clusters, networks, networksBefore := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for i := range s.Clusters {
		clusters[s.Clusters[i].Name] = true
	}
	for i := range s.Networks {
		networks[s.Networks[i].Name] = true
	}
	for i := range prev.networks {
		networksBefore[prev.networks[i].Name] = true
	}
	for _, old := range slices.Sorted(maps.Keys(renamed)) {
		name := renamed[old]
		fail := func(format string, args ...any) (renaming, error) {
			return renaming{}, fmt.Errorf("plan: rename %q to %q: %s: %w", old, name, fmt.Sprintf(format, args...), ErrRename)
		}
		_, cluster := prev.find(old)
		network := networksBefore[old]
		switch {
		case !cluster && !network:
			return fail("the earlier plan has no %q", old)
		case !clusters[name] && !networks[name]:
			return fail("the spec has no %q", name)
		case !(cluster && clusters[name]) && !(network && networks[name]):
			return fail("one is a cluster, the other a network")
		}
		if cluster && clusters[name] {
			if r.clusters[name] != "" {
				return fail("so is %q", r.clusters[name])
			}
			r.clusters[name], r.clustersLeft[old] = old, true
		}
		if network && networks[name] {
			if r.networks[name] != "" {
				return fail("so is %q", r.networks[name])
			}
			r.networks[name], r.networksLeft[old] = old, true
		}
	}
	for old, name := range renamed {
		if old == name { // no renaming at all, but nobody else may get the name
			delete(r.clusters, name)
			delete(r.clustersLeft, name)
			delete(r.networks, name)
			delete(r.networksLeft, name)
		}
	}
	return r, nil
}
