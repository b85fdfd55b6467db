package cidr

import (
	"net/netip"
	"testing"
)

// An index of so many entries that an IPv4 prefix takes two words.
func TestIndexOfMoreThanFits(t *testing.T) {
	c := collector{n: 1 << shortIndexBits}
	for _, s := range []string{"10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/16", "0.0.0.0/1", "192.0.2.1/32"} {
		if err := c.add(netip.MustParsePrefix(s)); err != nil {
			t.Fatal(err)
		}
	}
	x := &Index[struct{}]{values: make([]struct{}, c.n)}
	x.nest4.run, _ = c.sorted()
	x.v4 = newCells4(&x.nest4)
	for s, want := range map[string]string{
		"10.1.2.3": "10.1.0.0/16", "10.2.0.0": "10.0.0.0/8", "127.255.255.255": "0.0.0.0/1", "192.0.2.1": "192.0.2.1/32",
		"192.0.2.2": "invalid Prefix", "128.0.0.0": "invalid Prefix", "::ffff:10.1.2.3": "10.1.0.0/16",
	} {
		a := netip.MustParseAddr(s)
		if p, _, ok := x.Lookup(a); p.String() != want || ok != p.IsValid() {
			t.Errorf("Lookup(%v) = %v, %v; want %s", a, p, ok, want)
		}
		if n := testing.AllocsPerRun(10, func() { x.Lookup(a) }); n != 0 {
			t.Errorf("Lookup(%v): %v allocations", a, n)
		}
	}
}
