package main

import (
	"fmt"
	"io"
	"math/big"
	"strings"

	"github.com/kubecidr/kubecidr/plan"
)

// writeText writes the history for people.
func writeText(to io.Writer, h *history) error {
	var b strings.Builder
	for i, e := range h.events {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "== %s  %s\n\n", e.Date, e.Title)
		switch {
		case e.refused != nil:
			fmt.Fprintf(&b, "refused:\n%v\n", e.refused)
		case e.diff.IsEmpty():
			b.WriteString("nothing changes\n")
		default:
			b.WriteString(e.diff.String())
		}
		if e.plan != nil {
			b.WriteByte('\n')
			for u := range e.plan.Pools() {
				fmt.Fprintln(&b, usage(&u))
			}
		}
	}
	_, err := io.WriteString(to, wrap(b.String()))
	return err
}

// usage is one line about a pool.
func usage(u *plan.PoolUsage) string {
	var parts []string
	for _, n := range []struct {
		what  string
		addrs *big.Int
	}{{"reserved", u.Reserved}, {"used", u.Used}, {"headroom", u.Headroom}, {"resting", u.Resting}, {"free", u.Free}} {
		if n.addrs.Sign() > 0 {
			parts = append(parts, n.what+" "+share(n.addrs, u.Total))
		}
	}
	largest := "nothing is free"
	if u.Largest.IsValid() {
		largest = fmt.Sprintf("largest free %v", u.Largest)
	}
	return fmt.Sprintf("pool %s %v: %s; %s", u.Pool, u.Family, strings.Join(parts, ", "), largest)
}

// share is n of total in per cent.
func share(n, total *big.Int) string {
	permille := new(big.Int).Div(new(big.Int).Mul(n, big.NewInt(1000)), total).Int64()
	if permille == 0 {
		return "<0.1%"
	}
	return fmt.Sprintf("%d.%d%%", permille/10, permille%10)
}
