package plan

import (
	"fmt"
	"slices"
)

// unsettleShared looks again at all clusters where one changes and ranges may be
// shared: who comes may have a place that is there. What was adopted with a flaw
// stays as it is until its own cluster changes.
func (e *evolution) unsettleShared(matches []match) {
	if len(e.spec.Share) == 0 || !slices.ContainsFunc(matches, func(m match) bool { return m.spec != nil }) {
		return
	}
	flawed := map[string]bool{}
	for _, f := range e.prev.flaws {
		flawed[f.Cluster] = true
	}
	for i := range matches {
		if m := &matches[i]; m.spec == nil && !flawed[m.prev.spec.Name] {
			own := m.prev.spec
			m.spec = &own
		}
	}
}

// apart lets go of kept ranges that were shared and may not be any more: a mesh
// joins their clusters now, or nobody shares ranges of the role. Of ranges that
// lie in each other the largest stays, and of equals the first.
func (k *keeper) apart() {
	before := k.prev.spec.sharing()
	for _, r := range k.prev.spec.Share {
		var kept []int32
		for i := range k.wants {
			if w := &k.wants[i]; w.kept && k.blocks[w.block].Role == r && k.blocks[w.block].Cluster != "" {
				kept = append(kept, int32(i))
			}
		}
		slices.SortStableFunc(kept, func(i, j int32) int { return comparePrefixes(k.wants[i].held(), k.wants[j].held()) })
		for _, together := range k.together(r, kept) {
			last := int32(-1)
			for _, i := range together {
				w := &k.wants[i]
				switch {
				case !w.kept: // it left for another mesh
				case last < 0 || !k.wants[last].held().Contains(w.got.Addr()):
					last = i
				case before.allows(r, k.oldName(i), k.oldName(last)):
					other := &k.wants[last]
					k.leaveFor(i, fmt.Sprintf("it lies in %v of %s, and the two must be apart now", other.held(), k.blocks[other.block].label()),
						"join no clusters that share a range, and leave what is shared as it was")
				}
			}
		}
	}
}

// together returns those of kept that must be apart from each other, in order.
func (k *keeper) together(r Role, kept []int32) [][]int32 {
	s := &k.evolution.spec
	if !slices.Contains(s.Share, r) {
		return [][]int32{kept}
	}
	meshes := s.meshesApart(r)
	of := map[string][]int32{}
	for _, i := range kept {
		for _, m := range meshes[k.blocks[k.wants[i].block].Cluster] {
			of[m] = append(of[m], i)
		}
	}
	var all [][]int32
	for i := range s.Meshes {
		all = append(all, of[s.Meshes[i].Name])
	}
	return all
}

// oldName is the name that the cluster of a want had.
func (k *keeper) oldName(i int32) string {
	return k.names.oldCluster(k.blocks[k.wants[i].block].Cluster)
}
