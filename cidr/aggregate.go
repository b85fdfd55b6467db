package cidr

import (
	"net/netip"
	"slices"
)

// Aggregate returns the fewest prefixes that cover exactly the addresses of
// ps, in address order, IPv4 first: duplicates and subnets go, siblings merge.
// The argument is not changed. If any of ps is invalid or IPv4-mapped the
// result is nil: a range is never dropped quietly. It takes O(n).
func Aggregate(ps []netip.Prefix) []netip.Prefix {
	if out, ok := aggregateInOrder(ps); ok {
		return out
	}
	v4, v6, err := inOrder("aggregate", ps, false)
	if err != nil {
		return nil
	}
	v4.aggregate()
	v6.aggregate()
	out := make([]netip.Prefix, 0, v4.len()+v6.len())
	for _, r := range []*run{&v4, &v6} {
		for i := range r.len() {
			b, _ := r.at(i)
			out = append(out, b.prefix())
		}
	}
	return out
}

// aggregateInOrder is Aggregate of IPv6 prefixes that are in address order, or
// the other way round: they are read once, not twice. It gives up at anything
// else. IPv4 prefixes are read once anyway, and merge faster as words.
func aggregateInOrder(ps []netip.Prefix) (out []netip.Prefix, ok bool) {
	from, step := 0, 1
	if n := len(ps); n > 0 && ps[n-1].Addr().Less(ps[0].Addr()) {
		from, step = n-1, -1
	}
	var last block // of out
	for i := range ps {
		p := ps[from+i*step]
		a := p.Addr()
		if !p.IsValid() || a.Is4() || a.Is4In6() {
			return nil, false
		}
		b := block{maskedNumber(a, p.Bits()), uint8(p.Bits()), IPv6}
		if last.covers(b) {
			continue
		}
		if compareBlocks(b, last) < 0 {
			return nil, false
		}
		for siblings(last, b) {
			b = b.supernet(int(b.bits) - 1)
			out = out[:len(out)-1]
			last = block{}
			if n := len(out); n > 0 {
				last = blockOf(out[n-1])
			}
		}
		if len(out) == cap(out) {
			// Once it looks as if they are in order, room for all that may come.
			out = slices.Grow(out, min(len(ps)-i, max(8, 8*i)))
		}
		out = append(out, b.prefix())
		last = b
	}
	return fit(out), len(ps) > 0
}

// aggregate merges the prefixes of r, which have no indices. What is merged is
// written over what was read.
func (r *run) aggregate() {
	switch {
	case r.one != nil:
		r.one = merge(r.spans(), r.one)
	case r.two != nil:
		r.two = merge(r.spans(), r.two)
	default:
		r.aggregateBlocks()
	}
}

func merge[W words](s spans, ws []W) []W {
	n, end := 0, uint64(0)
	for i := range ws {
		addr, length, _ := fields(s, &ws[i])
		if n > 0 && addr <= end {
			continue
		}
		end = s.last(addr, length)
		// The last one and this may be halves of one network, which in turn
		// may be the second half of another.
		for n > 0 {
			before, l, _ := fields(s, &ws[n-1])
			if l != length || before^addr != s.unit(length) {
				break
			}
			addr, length = before, length-1
			n--
		}
		setFields(s, &ws[n], addr, length)
		n++
	}
	return ws[:n]
}

// aggregateBlocks is aggregate for addresses of more than one word.
func (r *run) aggregateBlocks() {
	all := r.three
	r.three = all[:0]
	var last block
	for i := range all {
		b, _ := r.atThree(&all[i])
		if len(r.three) > 0 && last.covers(b) {
			continue
		}
		for len(r.three) > 0 && siblings(last, b) {
			b = b.supernet(int(b.bits) - 1)
			r.three = r.three[:len(r.three)-1]
			if n := len(r.three); n > 0 {
				last, _ = r.atThree(&all[n-1])
			}
		}
		r.add(b.addr, int(b.bits), 0)
		last = b
	}
}

// siblings reports whether a and b are the halves of one network.
func siblings(a, b block) bool {
	return a.family == b.family && a.bits == b.bits && a.bits > 0 &&
		a.addr.Xor(b.addr) == unit(int(a.bits))
}
