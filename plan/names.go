package plan

import (
	"cmp"
	"encoding/binary"
	"slices"
	"sort"
)

// sortedBy returns a copy of s in the order of its elements' names, equal ones
// as they were, so that the caller's stays as it is.
func sortedBy[T any](s []T, name func(*T) string) []T {
	if isSortedBy(s, name) {
		return slices.Clone(s)
	}
	n := make([]T, len(s))
	for k, o := range inNameOrder(s, name) {
		n[k] = s[o.index]
	}
	return n
}

func isSortedBy[T any](s []T, name func(*T) string) bool {
	for i := 1; i < len(s); i++ {
		if name(&s[i-1]) > name(&s[i]) {
			return false
		}
	}
	return true
}

// named is an element of a list. Elements are large and their names lie
// somewhere else, so that what most comparisons need stands together.
type named struct {
	head  uint64 // the beginning of the name, behind what all have in common
	index int32
}

func inNameOrder[T any](s []T, name func(*T) string) []named {
	common := len(name(&s[0]))
	for i := range s {
		common = commonPrefix(name(&s[0])[:common], name(&s[i]))
	}
	order := make([]named, len(s))
	for i := range s {
		order[i] = named{head(name(&s[i])[common:]), int32(i)}
	}
	slices.SortFunc(order, func(a, b named) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		return cmp.Or(cmp.Compare(name(&s[a.index]), name(&s[b.index])), cmp.Compare(a.index, b.index))
	})
	return order
}

// commonPrefix returns how many bytes at the beginning of a and b are equal.
func commonPrefix(a, b string) int {
	n := min(len(a), len(b))
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// head is the first bytes of s as a number that has their order. What is
// shorter ends with zeros.
func head(s string) uint64 {
	var b [8]byte
	copy(b[:], s)
	return binary.BigEndian.Uint64(b[:])
}

// find returns where a name stands among n names in order, and whether it does.
func find(n int, name func(int) string, want string) (int, bool) {
	i := sort.Search(n, func(i int) bool { return name(i) >= want })
	return i, i < n && name(i) == want
}

// findNear is find of a name that is likely to stand at or behind some place.
func findNear(n int, name func(int) string, want string, place int) (int, bool) {
	for i := place; i < min(place+2, n); i++ {
		if name(i) == want {
			return i, true
		}
	}
	return find(n, name, want)
}
