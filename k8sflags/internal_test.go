package k8sflags

import (
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/kubecidr/kubecidr/cidr"
)

// What ParseCIDRSloppy of k8s.io/utils/net makes of a range's text.
func TestReadCIDR(t *testing.T) {
	for _, c := range []struct {
		text, want string // want "" where it cannot be read
		form       cidrForm
	}{
		{"10.0.0.0/8", "10.0.0.0/8", 0},
		{"10.96.0.5/16", "10.96.0.0/16", hostBitsSet},
		{"010.000.0.0/08", "10.0.0.0/8", leadingZeros},
		{"010.096.0.5/16", "10.96.0.0/16", leadingZeros | hostBitsSet},
		{"0.0.0.0/0", "0.0.0.0/0", 0},
		{"fd00::/8", "fd00::/8", 0},
		{"FD00:0:0::/8", "fd00::/8", 0},
		{"fd00::1/8", "fd00::/8", hostBitsSet},
		{"0fd00::/8", "fd00::/8", leadingZeros},
		{"00fd::/16", "fd::/16", 0},
		{"fd00::/064", "fd00::/64", leadingZeros},
		{"fd00::10.0.0.0/104", "fd00::a00:0/104", 0},
		{"::ffff:10.0.0.0/104", "10.0.0.0/8", mappedIPv4},
		{"::ffff:10.0.0.0/90", "::ffc0:0:0/90", mappedIPv4 | hostBitsSet},
		{"", "", 0},
		{"/", "", 0},
		{"10.0.0.0", "", 0},
		{"10.0.0.0/", "", 0},
		{"10.0.0.0/33", "", 0},
		{"10.0.0.0/-1", "", 0},
		{"10.0.0.0/+8", "", 0},
		{"10.0.0.0/8/8", "", 0},
		{"10.0.0/8", "", 0},
		{"10.0.0.256/8", "", 0},
		{" 10.0.0.0/8", "", 0},
		{"10.0.0.0/8 ", "", 0},
		{"fe80::%eth0/64", "", 0},
		{"fd00::/129", "", 0},
		{"fd00:::/8", "", 0},
		{"10.0.0.0/99999999999999999999", "", 0},
	} {
		got := readCIDR(c.text)
		want := netip.Prefix{}
		if c.want != "" {
			want = netip.MustParsePrefix(c.want)
		}
		if got.prefix != want || got.form != c.form {
			t.Errorf("%q: %v, form %b, want %v, form %b", c.text, got.prefix, got.form, want, c.form)
		}
	}
}

// A strict text means the same to both readers.
func TestReadCIDROfStrictText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		addr := netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "v4")))
		if rapid.Bool().Draw(t, "IPv6") {
			v6 := rapid.Map(rapid.SliceOfN(rapid.Byte(), 16, 16), func(b []byte) netip.Addr { return netip.AddrFrom16([16]byte(b)) })
			addr = v6.Filter(func(a netip.Addr) bool { return !a.Is4In6() }).Draw(t, "v6")
		}
		p := netip.PrefixFrom(addr, rapid.IntRange(0, addr.BitLen()).Draw(t, "bits")).Masked()
		if got := readCIDR(p.String()); got.prefix != p || got.form != 0 {
			t.Fatalf("%s: %+v", p, got)
		}
	})
}

func TestTables(t *testing.T) {
	seen := map[flagKey]bool{}
	for _, row := range flagRows {
		key := flagKey{row.component, row.name}
		if seen[key] || !row.component.known() || row.name == "" || row.source == "" {
			t.Errorf("row %+v is double or incomplete", row)
		}
		seen[key] = true
		if (!row.removed.IsZero() || !row.deprecated.IsZero()) && row.instead == "" {
			t.Errorf("--%s has no way out", row.name)
		}
		if !row.removed.IsZero() && (row.added.AtLeast(row.removed) || row.deprecated.AtLeast(row.removed)) {
			t.Errorf("--%s is gone before it comes", row.name)
		}
	}
	for i, row := range gateRows {
		if row.source == "" || (i > 0 && gateRows[i-1].name >= row.name) {
			t.Errorf("gate %s is double, out of order or without source", row.name)
		}
		for _, pair := range [][2]Version{{row.added, row.beta}, {row.beta, row.on}, {row.added, row.on}, {row.on, row.stable}, {row.stable, row.locked}, {row.locked, row.removed}} {
			if !pair[1].IsZero() && pair[0].Compare(pair[1]) > 0 {
				t.Errorf("gate %s goes from %s to %s", row.name, pair[0], pair[1])
			}
		}
	}
	for c, names := range boolFlagsOf {
		for i, name := range names {
			if i > 0 && names[i-1] >= name {
				t.Errorf("%s: %s is double or out of order", c, name)
			}
			if flagIndex[flagKey{c, name}] != nil {
				t.Errorf("%s: %s is in both tables", c, name)
			}
		}
	}
	for i, name := range boolFlagsOfAll {
		if i > 0 && boolFlagsOfAll[i-1] >= name {
			t.Errorf("%s is double or out of order", name)
		}
	}
	for _, row := range ipamRows {
		if row.source == "" || row.takes == "" {
			t.Errorf("IPAM %s has no source", row.name)
		}
		for _, s := range row.steps {
			if s.rule == "" || s.v4 == 0 && s.v6 == 0 {
				t.Errorf("IPAM %s has a step without rule or number", row.name)
			}
			if s.op == opMultiple && (s.v4&(s.v4-1) != 0 || s.v6&(s.v6-1) != 0) {
				t.Errorf("IPAM %s: %s: not a power of two", row.name, s.rule)
			}
			if row.onlyIPv4 && s.v6 != 0 && s != stepPrimary {
				t.Errorf("IPAM %s: %s: a number for IPv6, of which nothing is known", row.name, s.rule)
			}
		}
	}
}

// KEP-3070's table of the bands.
func TestStaticServices(t *testing.T) {
	for text, want := range map[string]uint64{
		"10.0.0.0/29": 0, "10.0.0.0/28": 0, "10.0.0.0/27": 16, "10.0.0.0/26": 16, "10.0.0.0/24": 16,
		"10.0.0.0/23": 32, "10.0.0.0/22": 64, "10.0.0.0/20": 256, "10.0.0.0/16": 256, "10.0.0.0/12": 256,
		"fd00::/112": 256, "fd00::/108": 256, "fd00::/64": 256, "fd00::/124": 0,
	} {
		if got := staticServices(netip.MustParsePrefix(text)); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

// The count of lost node blocks against one block after another.
func TestLostBlocks(t *testing.T) {
	within := func(t *rapid.T, name string, minBits int) netip.Prefix {
		bits := rapid.IntRange(minBits, 32).Draw(t, name+" bits")
		last := byte(rapid.IntRange(0, 255).Draw(t, name))
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 0, 0, last}), bits).Masked()
	}
	rapid.Check(t, func(t *rapid.T) {
		pods, services := within(t, "pods", 24), within(t, "services", 23)
		mask := rapid.IntRange(pods.Bits(), 32).Draw(t, "mask")
		var wantLost, wantTotal uint64
		for a := pods.Addr(); pods.Contains(a); {
			block := netip.PrefixFrom(a, mask)
			if wantTotal++; block.Overlaps(services) {
				wantLost++
			}
			for block.Contains(a) {
				a = a.Next()
			}
		}
		if lost, total := lostBlocks(pods, services, mask); lost != wantLost || total != wantTotal {
			t.Fatalf("%v, /%d, %v: %d of %d, want %d of %d", pods, mask, services, lost, total, wantLost, wantTotal)
		}
	})
}

// Every special-purpose block of the registries is in one of the tables, but
// those that are for private use and those that no flag takes.
func TestSpecialPurposeBlocksAreJudged(t *testing.T) {
	private := prefixes("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
	mapped := netip.MustParsePrefix("::ffff:0:0/96")
	judged := func(p netip.Prefix) bool {
		for _, s := range specialRanges {
			if s.prefix.Overlaps(p) {
				return true
			}
		}
		for _, s := range setAside {
			if covers(s.prefix, p) {
				return true
			}
		}
		return false
	}
	for _, whole := range prefixes("0.0.0.0/0", "::/0") {
		for s := range cidr.SpecialPurpose(whole) {
			if !judged(s.Prefix) && s.Prefix != mapped && !slices.Contains(private, s.Prefix) {
				t.Errorf("%s, %s, is in no table", s.Prefix, s.Name)
			}
		}
	}
	for i, s := range setAside {
		for _, before := range setAside[:i] {
			if covers(before.prefix, s.prefix) {
				t.Errorf("%s is never told, being behind %s", s.prefix, before.prefix)
			}
		}
	}
}

func prefixes(texts ...string) []netip.Prefix {
	var ps []netip.Prefix
	for _, text := range texts {
		ps = append(ps, netip.MustParsePrefix(text))
	}
	return ps
}
