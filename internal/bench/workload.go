package main

import (
	"net/netip"
	"slices"

	"github.com/kubecidr/kubecidr/cidr"
)

// A workload is a job that several libraries can do, with the inputs that they
// are given.
type workload struct {
	name     string
	per      string // what an element is: a prefix, an allocation
	families []cidr.Family
	kinds    []kind
	size     func(n int) int // the number of elements for n; nil: n
	setup    func(*input)    // what the job needs besides prefixes; nil: nothing

	contenders []contender // the first is ours
}

// An input is what all contenders get.
type input struct {
	kind     string
	family   cidr.Family
	n        int
	prefixes []netip.Prefix
	more     []netip.Prefix // the second operand, where there are two
	addrs    []netip.Addr   // to look up
}

// A contender is a library, or one of its types, or a way to use it.
type contender struct {
	name string
	// prepare turns the input into what the library takes, which is not
	// timed. Where the library cannot do the job for this input, it says why.
	prepare func(in input) (j job, why string)
	// quadratic: it is cut off at the size where the budget would not do.
	quadratic bool
	// differs says what is known to be wrong with the answer for an input: it
	// is then not compared. nil or "" is nothing.
	differs func(in input) string
}

// A job is a contender at work on an input.
type job struct {
	reset    func() // the state that run needs; nil: none
	run      func()
	answer   func() uint64 // a digest of what the last run found
	elements int           // that run processes; 0: all
}

// able is the preparation of what can do the job for every input.
func able(prepare func(in input) job) func(input) (job, string) {
	return func(in input) (job, string) { return prepare(in), "" }
}

var both = []cidr.Family{cidr.IPv4, cidr.IPv6}

// workloads are all there are, in the order of the table.
func workloads() []workload {
	return slices.Concat(
		overlapWorkloads(),
		aggregateWorkloads(),
		setWorkloads(),
		poolWorkloads(),
		sparsePoolWorkloads(),
		splitWorkloads(),
		indexWorkloads(),
	)
}
