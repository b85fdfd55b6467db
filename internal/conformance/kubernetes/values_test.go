package kubernetes

import (
	"fmt"
	"strings"

	"pgregory.net/rapid"
)

// drawCIDRList draws none to three ranges, mostly one or two, as people write
// them and as they should not.
func drawCIDRList(t *rapid.T) string {
	n := rapid.SampledFrom([]int{0, 1, 1, 1, 2, 2, 2, 2, 3}).Draw(t, "ranges")
	elements := make([]string, n)
	for i := range elements {
		elements[i] = drawCIDR(t)
	}
	return join(t, elements)
}

// join puts a list together, seldom with a space or a comma too many.
func join(t *rapid.T, elements []string) string {
	switch rapid.IntRange(1, 15).Draw(t, "joined") {
	case 1:
		return strings.Join(elements, ", ")
	case 2:
		return strings.Join(elements, ",") + ","
	case 3:
		return " " + strings.Join(elements, ",") + " "
	}
	return strings.Join(elements, ",")
}

// drawCIDR draws a range: half of the time one in strict form, of any length.
func drawCIDR(t *rapid.T) string {
	if rapid.Bool().Draw(t, "strict") {
		f := rapid.SampledFrom([]int{0, 0, 1, 1}).Draw(t, "family")
		spaces := []string{"10.0.0.0", "fd00:1::"}
		if rapid.Bool().Draw(t, "of services") {
			spaces = []string{"172.16.0.0", "fd00:2::"}
		}
		lengths := []*rapid.Generator[int]{rapid.IntRange(12, 32), rapid.IntRange(32, 128)}
		return fmt.Sprintf("%s/%d", spaces[f], lengths[f].Draw(t, "length"))
	}
	return rapid.SampledFrom(oddCIDRs).Draw(t, "odd range")
}

// oddCIDRs are ranges whose text or size is a question.
var oddCIDRs = []string{
	"", " ", "nonsense", "10.0.0.0", "10.0.0.0/", "/16", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/ 8", "10.0.0.0/8 ", " 10.0.0.0/8",
	"10.0.0.0/08", "10.0.0.0/008", "010.0.0.0/8", "10.00.0.0/16", "10.0.0.08/29", "0000000010.0.0.0/8", "10.0.0.0/0x8", "10.0.0.0/1e1", "10.0.0.0/8/8",
	"10.96.0.5/16", "10.0.0.1/8", "0.0.0.0/0", "0.0.0.0/1", "0.0.0.0/2", "128.0.0.0/1", "10.0.0.0/11", "10.0.0.0/12", "10.0.0.0/29", "10.0.0.0/30", "10.0.0.0/31", "10.0.0.0/32",
	"10.0.0/24", "10.0.0.0.0/24", "10.0.0.256/24", "10.0.0.-1/24", "10,0.0.0/24", "10.0.0.0\\8", "0x0a.0.0.0/8", "167772160/8", "10.0.0.0/8%eth0", "١٠.0.0.0/8",
	"127.0.0.0/16", "169.254.0.0/16", "224.0.0.0/16", "255.255.255.0/24", "0.0.0.0/8",
	"::/0", "::/1", "::/2", "::/64", "fd00::/63", "fd00::/64", "fd00::/107", "fd00::/108", "fd00::/112", "fd00::/125", "fd00::/126", "fd00::/127", "fd00::/128", "fd00::/129",
	"fd00::1/64", "fd00::/064", "FD00::/64", "0fd00::/64", "fd00:0:0:0:0:0:0:0/64", "fd00:00000::/64", "fd00::0001::/64", "fd00:::/64", ":fd00::/64", "fd00::g/64", "[fd00::]/64", "fd00::%eth0/64", "fd00::%/64",
	"fd00::10.0.0.0/112", "fd00::10.0.0.00/112", "fd00::10.0.00.0/112", "fd00::10.0.0/112", "::10.0.0.0/104", "1:2:3:4:5:6:7:8/64", "1:2:3:4:5:6:7:8:9/64", "1:2:3:4:5:6:7::/112", "1:2:3:4:5:6:7:8::/64",
	"::ffff:10.0.0.0/104", "::ffff:10.0.0.0/112", "::ffff:10.0.0.0/24", "::ffff:10.0.0.0/96", "::ffff:0:0/96", "::ffff:a00:0/112", "::ffff:010.0.0.0/112", "::ffff:10.0.0.0/127", "::ffff:10.0.0.0/125", "::FFFF:10.0.0.0/116", "0:0:0:0:0:ffff:10.0.0.0/112",
	"fe80::/64", "ff02::/64", "::1/128", "fec0::/64", "2001:db8::/64", "64:ff9b::/96",
}

// drawAddress draws an address.
func drawAddress(t *rapid.T) string { return rapid.SampledFrom(addresses).Draw(t, "address") }

// addresses are those that a node may have, twice, and others.
var addresses = []string{
	"192.168.0.1", "192.168.0.2", "192.168.0.1", "192.168.0.2", "fd00:3::1", "fd00:3::2", "fd00:3::1", "fd00:3::2",
	"", " ", "nonsense", "0.0.0.0", "::", "127.0.0.1", "::1", "169.254.1.1", "fe80::1", "224.0.0.1", "ff02::1", "255.255.255.255", "239.1.1.1",
	"192.168.0.01", "192.168.000.1", "0192.168.0.1", "192.168.0", "192.168.0.256", "192.168.0.1/24", "192.168.0.1:80", " 192.168.0.1", "192.168.0.1 ", "192.168.0.1.",
	"::ffff:192.168.0.1", "::ffff:192.168.0.01", "::ffff:c0a8:1", "::192.168.0.1", "fd00:3::1%eth0", "fd00:3::1/64", "[fd00:3::1]", "FD00:3::1", "0fd00:3::1", "fd00:03::0001", "fd00:00003::1", "fd00:3:::1",
	"10.0.0.1", "172.16.0.1", "172.16.0.10",
}

// drawAddressList draws none to three addresses.
func drawAddressList(t *rapid.T) string {
	n := rapid.SampledFrom([]int{0, 1, 1, 2, 2, 2, 3}).Draw(t, "addresses")
	elements := make([]string, n)
	for i := range elements {
		elements[i] = drawAddress(t)
	}
	return join(t, elements)
}

// drawNumber draws a number, or what looks like one.
func drawNumber(t *rapid.T) string {
	if rapid.Bool().Draw(t, "plain") {
		return fmt.Sprint(rapid.IntRange(0, 130).Draw(t, "number"))
	}
	return rapid.SampledFrom([]string{
		"", " ", "0", "1", "-1", "+24", "024", "08", "0x18", "0b11000", "0o30", "2_4", "24 ", " 24", "24.0", "2e1", "/24", "x",
		"16", "22", "24", "32", "33", "64", "80", "112", "128", "129", "443", "6443", "30000", "30100", "65535", "65536", "2147483647", "2147483648", "-2147483649", "9223372036854775808",
	}).Draw(t, "odd number")
}

// drawPortRange draws a range of ports in one of its three notations.
func drawPortRange(t *rapid.T) string {
	low, high := rapid.IntRange(0, 65535).Draw(t, "low"), rapid.IntRange(0, 66000).Draw(t, "high")
	switch rapid.IntRange(0, 4).Draw(t, "notation") {
	case 0:
		return fmt.Sprintf("%d-%d", low, high)
	case 1:
		return fmt.Sprintf("%d+%d", low, high)
	case 2:
		return fmt.Sprint(high)
	}
	return rapid.SampledFrom([]string{
		"", " ", "30000-32767", "30000+100", " 30000-32767 ", "30000 - 32767", "30000- 32767", "30000-", "-32767", "30000+", "+100", "30000--32767", "30000-+5", "30000-31000-32000",
		"0-0", "0", "0-100", "32767-30000", "65535-65536", "65536", "65535+0", "65535+1", "-1--1", "-5", "0x10-0x20", "030000-032767", "30_000-32_767", "a-b", "99999999999999999999-1",
	}).Draw(t, "odd port range")
}

// drawBoolean draws a boolean, or what looks like one.
func drawBoolean(t *rapid.T) string {
	return rapid.SampledFrom([]string{"true", "false", "true", "false", "TRUE", "True", "t", "F", "1", "0", "", " true", "yes", "on", "tRUE"}).Draw(t, "boolean")
}

// drawDuration draws a duration, or what looks like one.
func drawDuration(t *rapid.T) string {
	return rapid.SampledFrom([]string{
		"30s", "1s", "0", "0s", "-1s", "1h30m", "500ms", "1.5s", "+1s", "30", "", " 30s", "30 s", "1d", "1S", ".5s", "s", "-0s", "2562047h47m17s", "3000000h",
	}).Draw(t, "duration")
}

// drawGates draws settings of feature gates: those that have to do with
// addresses, in every form.
func drawGates(t *rapid.T) string {
	n := rapid.IntRange(0, 3).Draw(t, "gates")
	elements := make([]string, n)
	for i := range elements {
		name := rapid.SampledFrom([]string{
			"MultiCIDRServiceAllocator", "DisableAllocatorDualWrite", "CloudDualStackNodeIPs", "NFTablesProxyMode", "KubeProxyIPVS",
			"ServiceIPStaticSubrange", "ServiceNodePortStaticSubrange", "AllowServiceExternalIPs", "RemoveSelfLink", "StrictIPCIDRValidation", "MultiCIDRRangeAllocator",
		}).Draw(t, "gate")
		elements[i] = name + rapid.SampledFrom([]string{"=true", "=false", "=true", "=false", "=1", "=T", "=yes", "=", "", " = true", "= false "}).Draw(t, "setting")
	}
	return join(t, elements)
}
