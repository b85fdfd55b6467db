package dualstack

import (
	"errors"
	"fmt"
	"io"
	"net/netip"

	"github.com/kubecidr/kubecidr/internal/fault"
)

// globalIDBytes is the length of the part of a unique local range that is
// random: 40 bits between fd and the subnets (RFC 4193 section 3.1).
const globalIDBytes = 5

// ULA returns a unique local IPv6 range, a /48 in fd00::/8 whose global ID is
// read from random (RFC 4193): 65,536 subnets of /64, and addresses that nobody
// else is likely to have. Hand in crypto/rand.Reader, and keep the result: the
// same bytes give the same range.
//
// It reads five bytes. [ErrRandom] is wrapped where there are fewer, with the
// reader's error, where random is nil, and where all of them are zero: fd00::/48
// is what people write who did not ask for chance, and clashes with theirs.
func ULA(random io.Reader) (netip.Prefix, error) {
	if random == nil {
		return netip.Prefix{}, fault.New(ErrRandom, "dualstack: unique local range: no random source")
	}
	a := [16]byte{0: 0xfd}
	id := a[1 : 1+globalIDBytes]
	if n, err := io.ReadFull(random, id); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF // the end is never expected here
		}
		return netip.Prefix{}, fmt.Errorf("dualstack: unique local range: %d of %d bytes from the random source: %w: %w", n, globalIDBytes, ErrRandom, err)
	}
	if [globalIDBytes]byte(id) == ([globalIDBytes]byte{}) {
		return netip.Prefix{}, fault.New(ErrRandom, "dualstack: unique local range: the random source gave zeros alone, and fd00::/48 is unique to nobody")
	}
	return netip.PrefixFrom(netip.AddrFrom16(a), 48), nil
}
