package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"net/netip"
	"os"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
)

var update = flag.Bool("update", false, "write testdata/bgp.txt.gz anew")

func TestRoutesAreWhatTheGeneratorMakes(t *testing.T) {
	want := routeTable()
	if *update {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := z.Write(routeText(want)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile("testdata/bgp.txt.gz", b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Skipf("%d prefixes written, %d bytes: run the test again", len(want), b.Len())
	}
	if got := readRoutes(); !slices.Equal(got, want) {
		t.Fatalf("testdata/bgp.txt.gz has %d prefixes that differ from the %d generated: go test -run Routes -update", len(got), len(want))
	}
}

func TestRoutesAreLikeTheRealTable(t *testing.T) {
	for _, c := range []struct {
		family       cidr.Family
		least        int
		lengths      map[int]int
		inside, rows float64
	}{
		{cidr.IPv4, 150_000, lengths4, 0.507, 0.544},
		{cidr.IPv6, 30_000, lengths6, 0.569, 0.503},
	} {
		ps := routeList(c.family, 1<<30)
		if len(ps) < c.least {
			t.Errorf("%v: only %d prefixes", c.family, len(ps))
		}
		slices.SortFunc(ps, netip.Prefix.Compare)

		total, counts := 0, map[int]int{}
		for _, n := range c.lengths {
			total += n
		}
		for _, p := range ps {
			counts[p.Bits()]++
		}
		for bits := range c.family.BitLen() + 1 {
			got, want := float64(counts[bits])/float64(len(ps)), float64(c.lengths[bits])/float64(total)
			if got < want-0.0002 || got > want+0.0002 {
				t.Errorf("%v: %.2f %% are /%d, want %.2f %%", c.family, 100*got, bits, 100*want)
			}
		}

		inside, rows := 0, 0
		var around []netip.Prefix
		for i, p := range ps {
			for len(around) > 0 && !around[len(around)-1].Overlaps(p) {
				around = around[:len(around)-1]
			}
			if len(around) > 0 {
				inside++
			}
			around = append(around, p)
			if i > 0 {
				if next, ok := cidr.Next(ps[i-1]); ok && next == p {
					rows++
				}
			}
		}
		near := func(what string, n int, want float64) {
			if got := float64(n) / float64(len(ps)); got < want-0.01 || got > want+0.01 {
				t.Errorf("%v: %.1f %% %s, want %.1f %%", c.family, 100*got, what, 100*want)
			}
		}
		near("lie in others", inside, c.inside)
		near("follow a neighbour", rows, c.rows)
	}
}
