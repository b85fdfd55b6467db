package cidr_test

import (
	"errors"
	"math"
	"net/netip"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
)

// Each test holds us to the right answer where a well-known library has given
// a wrong one; the name says which. What RemoveFreePrefix of netipx does is
// tested with Pool.

func TestGoCidrAddressCountOfIPv6WrapsToZero(t *testing.T) {
	for _, p := range prefixes("::/0", "fd00::/64") {
		if n, ok := cidr.NumAddrs(p); ok || n != math.MaxUint64 {
			t.Errorf("NumAddrs(%v) = %d, %v", p, n, ok)
		}
	}
	if got := cidr.NumAddrsBig(netip.MustParsePrefix("::/0")).String(); got != "340282366920938463463374607431768211456" {
		t.Errorf("NumAddrsBig(::/0) = %s", got)
	}
}

func TestGoCidrSubnetBigPanicsOnAnIndexBeyond64Bits(t *testing.T) {
	p := netip.MustParsePrefix("fd00::/8")
	if q, err := cidr.Subnet(p, 16, math.MaxUint64); !errors.Is(err, cidr.ErrOutOfRange) {
		t.Errorf("Subnet = %v, %v", q, err)
	}
}

func TestGoCidrSubnetTakesNegativeLengths(t *testing.T) {
	if q, err := cidr.Subnet(netip.MustParsePrefix("10.0.0.0/16"), 15, 0); !errors.Is(err, cidr.ErrBits) {
		t.Errorf("Subnet = %v, %v", q, err)
	}
}

func TestGoCidrSubnetKeepsHostBits(t *testing.T) {
	q, err := cidr.Subnet(netip.MustParsePrefix("10.1.2.3/16"), 24, 4)
	if err != nil || q.String() != "10.1.4.0/24" {
		t.Errorf("Subnet = %v, %v", q, err)
	}
}

func TestGoCidrAddressRangeOfSixteenByteForm(t *testing.T) {
	sixteen := netip.PrefixFrom(netip.AddrFrom16(netip.MustParseAddr("10.0.0.0").As16()), 104)
	if a := cidr.Last(sixteen); a.IsValid() {
		t.Errorf("Last(%v) = %v", sixteen, a)
	}
}

func TestGoCidrPreviousSubnetContainsItsInput(t *testing.T) {
	q, ok := cidr.Prev(netip.MustParsePrefix("10.0.1.0/24"))
	if !ok || q.String() != "10.0.0.0/24" {
		t.Errorf("Prev = %v, %v", q, ok)
	}
}

func TestGoCidrNextSubnetWraps(t *testing.T) {
	if q, ok := cidr.Next(netip.MustParsePrefix("255.255.255.0/24")); ok {
		t.Errorf("Next = %v", q)
	}
	if q, ok := cidr.Prev(netip.MustParsePrefix("::/64")); ok {
		t.Errorf("Prev = %v", q)
	}
}

func TestIplibCountOfAllIPv4(t *testing.T) {
	if n, ok := cidr.NumAddrs(netip.MustParsePrefix("0.0.0.0/0")); !ok || n != 1<<32 {
		t.Errorf("NumAddrs = %d, %v", n, ok)
	}
}

func TestIplibNextOfTheLastNetworkIsItself(t *testing.T) {
	p := netip.MustParsePrefix("255.255.255.0/24")
	if q, ok := cidr.Next(p); ok || q == p {
		t.Errorf("Next(%v) = %v, %v", p, q, ok)
	}
}

func TestIplibSubnetMaskBeyondTheFamily(t *testing.T) {
	if seq, err := cidr.Split(netip.MustParsePrefix("10.0.0.0/24"), 33); !errors.Is(err, cidr.ErrBits) || seq != nil {
		t.Errorf("Split: %v", err)
	}
	if seq, err := cidr.Split(netip.MustParsePrefix("10.0.0.0/24"), 0); !errors.Is(err, cidr.ErrBits) || seq != nil {
		t.Errorf("Split to /0, which iplib takes for /25: %v", err)
	}
}

func TestKubernetesRangeSizeOfShortPrefixes(t *testing.T) {
	for s, want := range map[string]uint64{"0.0.0.0/0": 1 << 32, "0.0.0.0/1": 1 << 31} {
		if n, ok := cidr.NumAddrs(netip.MustParsePrefix(s)); !ok || n != want {
			t.Errorf("NumAddrs(%s) = %d, %v", s, n, ok)
		}
	}
	if n, ok := cidr.NumAddrs(netip.MustParsePrefix("fd00::/65")); !ok || n != 1<<63 {
		t.Errorf("NumAddrs(/65) = %d, %v", n, ok)
	}
}

func TestKubernetesAddIPOffsetLeavesIPv4(t *testing.T) {
	if a, err := cidr.Nth(netip.MustParsePrefix("255.255.255.255/32"), 1); !errors.Is(err, cidr.ErrOutOfRange) {
		t.Errorf("Nth = %v, %v", a, err)
	}
}

func TestKubernetesAndIpaddressGoTakeLeadingZeros(t *testing.T) {
	for _, s := range []string{"010.001.002.003/08", "010.1.2.3/8", ""} {
		if p, err := cidr.Parse(s); !errors.Is(err, cidr.ErrInvalid) {
			t.Errorf("Parse(%q) = %v, %v", s, p, err)
		}
	}
}

func TestNetipKeepsHostBitsQuietly(t *testing.T) {
	if p, err := cidr.Parse("10.1.2.3/8"); !errors.Is(err, cidr.ErrHostBits) {
		t.Errorf("Parse = %v, %v", p, err)
	}
	if err := cidr.Disjoint(netip.MustParsePrefix("10.1.2.3/8"), netip.MustParsePrefix("10.0.0.0/8")); !errors.Is(err, cidr.ErrOverlap) {
		t.Errorf("the same network, spelt twice: %v", err)
	}
}

func TestNetipTakesMappedForDisjoint(t *testing.T) {
	err := cidr.Disjoint(netip.MustParsePrefix("::ffff:10.0.0.0/104"), netip.MustParsePrefix("10.0.0.0/8"))
	if !errors.Is(err, cidr.ErrMapped) {
		t.Errorf("Disjoint: %v", err)
	}
}

func TestNetipxParseDropsTheLength(t *testing.T) {
	a, p, err := cidr.ParseInterface("10.1.2.3/8")
	if err != nil || a.String() != "10.1.2.3" || p.String() != "10.0.0.0/8" {
		t.Errorf("ParseInterface = %v, %v, %v", a, p, err)
	}
}

func TestBartAndCidrangerLoseEqualPrefixes(t *testing.T) {
	seq, err := cidr.Overlaps(prefixes("10.0.0.0/16", "10.0.0.0/16", "10.0.0.0/16"))
	if err != nil {
		t.Fatal(err)
	}
	if got := len(pairsOf(seq)); got != 3 {
		t.Errorf("three owners of one prefix are %d pairs, want 3", got)
	}
}

// VerifyNoOverlap needs 16 times as long for four times as many. Counting
// comparisons would tie the test to the insides; 200,000 prefixes finish in a
// blink or, quadratic, in minutes.
func TestGoCidrVerifyNoOverlapIsQuadratic(t *testing.T) {
	split, err := cidr.SplitN(netip.MustParsePrefix("10.0.0.0/8"), 200_000)
	if err != nil {
		t.Fatal(err)
	}
	if err := cidr.Disjoint(collect(split)...); err != nil {
		t.Error(err)
	}
}
