package main

import (
	"fmt"
	"io"
	"math/big"
	"strings"
	"unicode/utf8"

	"github.com/kubecidr/kubecidr/plan"
)

// writeTable writes what each cluster has, what that holds against what it
// needs, and how full the pools are. It stays within 120 columns.
func writeTable(to io.Writer, p *plan.Plan, clusters []*plan.Cluster) error {
	ranges := table{{"", "  role", "range", "", "holds", "needs"}}
	for _, c := range clusters {
		heading := title(c)
		for _, r := range plan.Roles() {
			// All ranges of a role hold together what the cluster needs.
			holds, needs := capacity(c, r)
			for b := range c.Blocks(r) {
				primary, secondary, _ := strings.Cut(b.Range.String(), ",")
				ranges = append(ranges, []string{heading, "  " + label(b), primary, secondary, holds, needs})
				heading, holds, needs = "", "", ""
			}
		}
	}
	pools := table{{"", "pool", "family", "addresses", "reserved", "used", "free", "largest free"}}
	for u := range p.Pools() {
		largest := "none"
		if u.Largest.IsValid() {
			largest = u.Largest.String()
		}
		pools = append(pools, []string{"", u.Pool, u.Family.String(), number(u.Total), number(u.Reserved),
			number(u.Used) + share(u.Used, u.Total), number(u.Free) + share(u.Free, u.Total), largest})
	}
	_, err := fmt.Fprintf(to, "%v\n%v", ranges, pools)
	return err
}

// label is a range's role, with the name of an extra one.
func label(b plan.Block) string {
	if b.Cluster == "" || b.Name == "" {
		return string(b.Role)
	}
	return string(b.Role) + " " + b.Name
}

// table is rows of cells under a first row of headings. The first cell of a row
// is a title that stands on a line above it, and may be empty.
type table [][]string

// String aligns the columns, and ends every row with a line break.
func (t table) String() string {
	widths := make([]int, len(t[0]))
	for _, row := range t {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range t {
		if row[0] != "" {
			b.WriteString("\n" + row[0] + "\n")
		}
		var line strings.Builder
		for i, cell := range row[1:] {
			fmt.Fprintf(&line, "%-*s", widths[i+1]+2, cell)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
	return b.String()
}

func title(c *plan.Cluster) string {
	s := c.Spec()
	families := make([]string, len(s.Families))
	for i, f := range s.Families {
		families[i] = f.String()
	}
	nodes, growth, _ := strings.Cut(s.Nodes.String(), ", ")
	if growth != "" {
		growth = " (" + growth + ")"
	}
	t := fmt.Sprintf("%s: %s, %s nodes%s of %d pods", s.Name, strings.Join(families, "+"), nodes, growth, s.PodsPerNode)
	if !s.Kubernetes.IsZero() {
		t += fmt.Sprintf(", Kubernetes %v", s.Kubernetes)
	}
	if s.NodeNetwork != "" {
		t += ", on " + s.NodeNetwork
	}
	if s.Zone != "" {
		t += ", zone " + s.Zone
	}
	if s.Region != "" {
		t += ", region " + s.Region
	}
	return t
}

// capacity returns what the range of a role holds, and what is needed of it.
// Pods are nodes times pods a node, with the node masks.
func capacity(c *plan.Cluster, r plan.Role) (holds, needs string) {
	s, has := c.Spec(), c.Capacity()
	switch r {
	case plan.Node:
		return count(has.NodeAddresses), count(s.Nodes.Need())
	case plan.Pod:
		return fmt.Sprintf("%s x %s (%v)", count(has.NodeBlocks), count(has.PodsPerNode), c.NodeMasks()),
			fmt.Sprintf("%s x %s", count(s.Nodes.Need()), count(s.PodsPerNode))
	case plan.Service:
		return count(has.Services), count(s.Services.Need())
	case plan.External:
		return count(has.ExternalIPs), count(s.ExternalIPs.Need())
	default:
		return count(has.IngressIPs), count(s.IngressIPs.Need())
	}
}

func count(n uint64) string { return number(new(big.Int).SetUint64(n)) }

// number groups digits, and writes what is too long to read as a power of two.
func number(n *big.Int) string {
	digits := n.String()
	if len(digits) > 12 {
		// Rounded up: 2^64−3 addresses read as 2^64.
		return fmt.Sprintf("~2^%d", new(big.Int).Sub(n, big.NewInt(1)).BitLen())
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// share is n of total in per cent, in parentheses.
func share(n, total *big.Int) string {
	permille := new(big.Int).Div(new(big.Int).Mul(n, big.NewInt(1000)), total).Int64()
	return fmt.Sprintf(" (%d.%d%%)", permille/10, permille%10)
}
