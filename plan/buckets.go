package plan

// sortByKey sorts indices by a small key from 0 to below keys, and leaves those
// with equal keys in their order. It takes linear time, where comparing a
// million ranges would take most of what a plan takes.
func sortByKey(order []int32, keys int, key func(i int32) int) {
	of := make([]int32, len(order)) // what key says, which may have to look far for it
	ends := make([]int, keys+1)
	for at, i := range order {
		k := key(i)
		of[at] = int32(k)
		ends[k+1]++
	}
	for k := range keys {
		ends[k+1] += ends[k]
	}
	sorted := make([]int32, len(order))
	for at, i := range order {
		k := of[at]
		sorted[ends[k]] = i
		ends[k]++
	}
	copy(order, sorted)
}

// upTo returns the numbers from 0 to below n.
func upTo(n int) []int32 {
	order := make([]int32, n)
	for i := range order {
		order[i] = int32(i)
	}
	return order
}
