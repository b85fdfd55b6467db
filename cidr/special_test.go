package cidr_test

import (
	"net/netip"
	"regexp"
	"slices"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"pgregory.net/rapid"
)

// allSpecial is the whole table.
func allSpecial() []cidr.Special {
	return slices.Concat(
		slices.Collect(cidr.SpecialPurpose(netip.MustParsePrefix("0.0.0.0/0"))),
		slices.Collect(cidr.SpecialPurpose(netip.MustParsePrefix("::/0"))),
	)
}

func TestSpecialTable(t *testing.T) {
	all := allSpecial()
	// 26 and 25 of the registries, where 192.0.0.170 and .171 share a row;
	// multicast twice, and the former site-local addresses.
	if len(all) != 26+25+3 {
		t.Errorf("%d entries", len(all))
	}
	rfcs := regexp.MustCompile(`^RFC \d{3,4}(, RFC \d{3,4})*$`)
	month := regexp.MustCompile(`^((19|20)\d\d-(0[1-9]|1[0-2]))?$`)
	for i, s := range all {
		if i > 0 && compare(all[i-1].Prefix, s.Prefix) >= 0 {
			t.Errorf("%v does not stand behind %v", s.Prefix, all[i-1].Prefix)
		}
		if s.Prefix != s.Prefix.Masked() {
			t.Errorf("%v has host bits", s.Prefix)
		}
		if s.Name == "" || !rfcs.MatchString(s.RFC) || !month.MatchString(s.Allocated) || !month.MatchString(s.Terminated) {
			t.Errorf("%+v", s)
		}
		// RFC 6890, section 2.2.1: what is no destination is not forwardable
		// either, nor globally reachable.
		if s.GloballyReachable && !s.Forwardable || s.Forwardable && !s.Destination {
			t.Errorf("%v is reachable where it is no destination: %+v", s.Prefix, s)
		}
		if s.Terminated != "" && (s.Source || s.Destination || s.ReservedByProtocol) {
			t.Errorf("%v is terminated and in use: %+v", s.Prefix, s)
		}
	}
}

func TestSpecialPurpose(t *testing.T) {
	for in, want := range map[string][]netip.Prefix{
		"10.244.0.0/16":    prefixes("10.0.0.0/8"),
		"172.16.0.0/11":    prefixes("172.16.0.0/12"),
		"172.32.0.0/16":    nil,
		"192.0.0.8/32":     prefixes("192.0.0.0/24", "192.0.0.8/32"),
		"192.0.0.0/30":     prefixes("192.0.0.0/24", "192.0.0.0/29"),
		"0.0.0.0/32":       prefixes("0.0.0.0/8", "0.0.0.0/32"),
		"224.0.0.0/3":      prefixes("224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32"),
		"192.168.0.1/16":   prefixes("192.168.0.0/16"), // host bits
		"8.8.8.0/24":       nil,
		"fd00:10:244::/48": prefixes("fc00::/7"),
		"2001:db8::/64":    prefixes("2001:db8::/32"),
		"2001:1::/32":      prefixes("2001::/23", "2001:1::1/128", "2001:1::2/128", "2001:1::3/128"),
		"fe00::/8":         prefixes("fe80::/10", "fec0::/10"),
		"::/96":            prefixes("::/128", "::1/128"),
		"::/80":            prefixes("::/128", "::1/128", "::ffff:0:0/96"),
		"2606:4700::/32":   nil,
	} {
		var got []netip.Prefix
		for s := range cidr.SpecialPurpose(netip.MustParsePrefix(in)) {
			got = append(got, s.Prefix)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", in, got, want)
		}
	}
}

func TestSpecialColumns(t *testing.T) {
	for in, want := range map[string]cidr.Special{
		"10.0.0.0/8":         {Name: "Private-Use", RFC: "RFC 1918", Allocated: "1996-02", Source: true, Destination: true, Forwardable: true},
		"127.0.0.0/8":        {Name: "Loopback", RFC: "RFC 1122", Allocated: "1981-09", ReservedByProtocol: true},
		"192.0.0.9/32":       {Name: "Port Control Protocol Anycast", RFC: "RFC 7723", Allocated: "2015-10", Source: true, Destination: true, Forwardable: true, GloballyReachable: true},
		"192.88.99.0/24":     {Name: "Deprecated (6to4 Relay Anycast)", RFC: "RFC 7526", Allocated: "2001-06", Terminated: "2015-03"},
		"255.255.255.255/32": {Name: "Limited Broadcast", RFC: "RFC 8190, RFC 919", Allocated: "1984-10", Destination: true, ReservedByProtocol: true},
		"224.0.0.0/4":        {Name: "Multicast", RFC: "RFC 5771"},
		"fc00::/7":           {Name: "Unique-Local", RFC: "RFC 4193, RFC 8190", Allocated: "2005-10", Source: true, Destination: true, Forwardable: true},
		"fe80::/10":          {Name: "Link-Local Unicast", RFC: "RFC 4291", Allocated: "2006-02", Source: true, Destination: true, ReservedByProtocol: true},
	} {
		want.Prefix = netip.MustParsePrefix(in)
		all := allSpecial()
		if i := slices.IndexFunc(all, func(s cidr.Special) bool { return s.Prefix == want.Prefix }); i < 0 || all[i] != want {
			t.Errorf("%s: %+v", in, all[max(i, 0)])
		}
	}
}

func TestSpecialPurposeFindsWhatOverlaps(t *testing.T) {
	all := allSpecial()
	rapid.Check(t, func(t *rapid.T) {
		p := rapid.OneOf(genPrefix(), rapid.Custom(func(t *rapid.T) netip.Prefix {
			p := rapid.SampledFrom(all).Draw(t, "near").Prefix
			return netip.PrefixFrom(p.Addr(), rapid.IntRange(0, p.Addr().BitLen()).Draw(t, "bits")).Masked()
		})).Filter(usable).Draw(t, "p")
		var want []cidr.Special
		for _, s := range all {
			if spanOf(s.Prefix).overlaps(spanOf(p)) {
				want = append(want, s)
			}
		}
		if got := slices.Collect(cidr.SpecialPurpose(p)); !slices.Equal(got, want) {
			t.Fatalf("%v: %v, want %v", p, got, want)
		}
	})
}
