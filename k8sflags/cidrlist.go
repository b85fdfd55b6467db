package k8sflags

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
)

// cidrForm is what of a range's text Kubernetes reads without a word although
// it says something else than it looks like, or nothing certain.
type cidrForm uint8

const (
	leadingZeros cidrForm = 1 << iota // skipped, not octal
	hostBitsSet                       // masked off
	mappedIPv4                        // ::ffff:10.0.0.0/104, in part treated as IPv4
)

// cidrItem is one element of a flag's list as Kubernetes reads it, with
// ParseCIDRSloppy of k8s.io/utils/net.
type cidrItem struct {
	text   string
	prefix netip.Prefix // masked; the zero Prefix where Kubernetes cannot read it
	form   cidrForm
}

// cidrList is a flag's list of ranges.
type cidrList struct {
	isSet bool
	text  string
	items []cidrItem
	// The list as one range, or one of each family, where it is that.
	asPair dualstack.Pair
	isPair bool
}

// readCIDRs reads a list without trimming anything, as kube-apiserver and
// kube-proxy do: a space after a comma is part of the next element, and fatal.
func readCIDRs(text string) cidrList {
	l := cidrList{isSet: true, text: text, items: make([]cidrItem, 0, 2)}
	for element := range strings.SplitSeq(text, ",") {
		l.items = append(l.items, readCIDR(element))
	}
	l.asPair, l.isPair = pairOf(l.items)
	return l
}

// readCIDR reads one range the way of Go before 1.17, which Kubernetes keeps.
func readCIDR(text string) cidrItem {
	it := cidrItem{text: text}
	addrText, bitsText, ok := strings.Cut(text, "/")
	if !ok || strings.Contains(addrText, "%") {
		return it
	}
	addr, stripped, ok := sloppy(addrText)
	if !ok {
		return it
	}
	bits, ok := digits(bitsText)
	if !ok || bits > addr.BitLen() {
		return it
	}
	if stripped || (len(bitsText) > 1 && bitsText[0] == '0') {
		it.form |= leadingZeros
	}
	if addr.Is4In6() {
		it.form |= mappedIPv4
		if bits >= 96 { // a shorter one is not in ::ffff:0:0/96, but holds it
			addr, bits = addr.Unmap(), bits-96
		}
	}
	p := netip.PrefixFrom(addr, bits)
	it.prefix = p.Masked()
	if it.prefix != p {
		it.form |= hostBitsSet
	}
	return it
}

// sloppy reads an address with leading zeros skipped, and tells whether there
// were any.
func sloppy(text string) (a netip.Addr, stripped, ok bool) {
	a, err := netip.ParseAddr(text)
	if err != nil {
		stripped = true
		a, err = netip.ParseAddr(stripZeros(text))
	}
	return a, stripped, err == nil
}

// stripZeros drops the leading zeros of each number of an address: of decimal
// ones, which the sloppy parser reads as decimal, and of hexadecimal ones
// beyond four digits.
func stripZeros(addr string) string {
	var b strings.Builder
	for len(addr) > 0 {
		end := strings.IndexAny(addr, ".:")
		number, sep := addr, ""
		if end >= 0 {
			number, sep = addr[:end], addr[end:end+1]
		}
		addr = addr[len(number)+len(sep):]
		decimal := sep == "." || strings.Contains(b.String(), ".")
		for len(number) > 1 && number[0] == '0' && (decimal || len(number) > 4) {
			number = number[1:]
		}
		b.WriteString(number)
		b.WriteString(sep)
	}
	return b.String()
}

// digits reads a prefix length: digits only, leading zeros skipped.
func digits(s string) (int, bool) {
	if s == "" {
		return 0, false
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// unreadable returns the first element that Kubernetes cannot read.
func (l *cidrList) unreadable() (int, bool) {
	i := slices.IndexFunc(l.items, func(it cidrItem) bool { return !it.prefix.IsValid() })
	return i, i >= 0
}

// of returns the first range of family f.
func (l *cidrList) of(f cidr.Family) (netip.Prefix, bool) {
	for _, it := range l.items {
		if it.prefix.IsValid() && cidr.FamilyOf(it.prefix) == f {
			return it.prefix, true
		}
	}
	return netip.Prefix{}, false
}

// pair returns the list as one range, or one of each family; ok is false for
// any other list.
func (l *cidrList) pair() (p dualstack.Pair, ok bool) { return l.asPair, l.isPair }

func pairOf(items []cidrItem) (p dualstack.Pair, ok bool) {
	var err error
	switch len(items) {
	case 1:
		p, err = dualstack.Single(items[0].prefix)
	case 2:
		p, err = dualstack.Dual(items[0].prefix, items[1].prefix)
	default:
		return p, false
	}
	return p, err == nil
}

// shape says what is wrong with the list where a component wants one range, or
// one of each family. It is "" for nothing.
func (l *cidrList) shape() string {
	if l.isPair {
		return ""
	}
	if i, bad := l.unreadable(); bad {
		return unreadableText(i, l.items[i].text)
	}
	if len(l.items) > 2 {
		return strconv.Itoa(len(l.items)) + " ranges, at most one of each family"
	}
	if _, ok := l.pair(); !ok {
		return "two ranges of one family, at most one of each"
	}
	return ""
}

func unreadableText(i int, text string) string {
	where := "element " + strconv.Itoa(i+1)
	switch {
	case text == "":
		return where + " is empty"
	case text != strings.TrimSpace(text):
		return where + " " + strconv.Quote(text) + " has a space, which nobody trims"
	}
	return where + " " + strconv.Quote(text) + " is not a range"
}

// mapped reports whether the IPv4 range is written as an IPv4-mapped one.
func (l *cidrList) mapped() bool {
	return slices.ContainsFunc(l.items, func(it cidrItem) bool { return it.form&mappedIPv4 != 0 && it.prefix.Addr().Is4() })
}

// same reports whether two lists hold the same ranges in whatever order.
func (l *cidrList) same(o *cidrList) bool {
	return len(l.items) == len(o.items) && l.hasAll(o) && o.hasAll(l)
}

func (l *cidrList) hasAll(o *cidrList) bool {
	for _, it := range o.items {
		if !slices.ContainsFunc(l.items, func(mine cidrItem) bool { return mine.prefix == it.prefix }) {
			return false
		}
	}
	return true
}
