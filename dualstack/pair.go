package dualstack

import (
	"iter"
	"net/netip"
	"strings"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/internal/fault"
)

// Pair is no range, one range, or one of each family with the primary first.
// The zero Pair is none. Ranges are masked and valid. Pairs compare with ==;
// the order of the families is part of the value.
type Pair struct {
	primary, secondary netip.Prefix
}

// Single returns the pair of one range. Host bits are masked off; an invalid
// or IPv4-mapped prefix is an error.
func Single(p netip.Prefix) (Pair, error) {
	if err := usable(p); err != nil {
		return Pair{}, err
	}
	return Pair{primary: p.Masked()}, nil
}

// Dual returns the pair of two ranges of different families. Host bits are
// masked off. It is [ErrSameFamily] for two of one family, and an error for an
// invalid or IPv4-mapped prefix.
func Dual(primary, secondary netip.Prefix) (Pair, error) {
	for _, p := range []netip.Prefix{primary, secondary} {
		if err := usable(p); err != nil {
			return Pair{}, err
		}
	}
	if f := cidr.FamilyOf(primary); f == cidr.FamilyOf(secondary) {
		return Pair{}, fault.New(ErrSameFamily, "dualstack: %v and %v are both %v: a pair has one of each family", primary, secondary, f)
	}
	return Pair{primary.Masked(), secondary.Masked()}, nil
}

// usable reports why p cannot stand in a pair.
func usable(p netip.Prefix) error {
	switch {
	case !p.IsValid():
		return fault.New(cidr.ErrInvalid, "dualstack: invalid range (%v)", p)
	case p.Addr().Is4In6() && p.Bits() >= 96:
		return fault.New(cidr.ErrMapped, "dualstack: range %v is IPv4-mapped (use %v)", p, netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96))
	case p.Addr().Is4In6():
		return fault.New(cidr.ErrMapped, "dualstack: range %v is IPv4-mapped", p)
	}
	return nil
}

// Parse reads one range, or two of different families separated by a comma, as
// Kubernetes' flags take them: "10.244.0.0/16,fd00:10:244::/48". It is as
// strict as [cidr.Parse]; empty text is an error.
func Parse(s string) (Pair, error) {
	first, second, two := strings.Cut(s, ",")
	p, err := cidr.Parse(first)
	if !two {
		return Pair{primary: p}, ours(err)
	}
	if q, err2 := cidr.Parse(second); err == nil && err2 == nil {
		return Dual(p, q)
	}
	ps, err := cidr.ParseList(s) // which says what is wrong, and with which
	switch {
	case err != nil:
		return Pair{}, ours(err)
	case len(ps) > 2:
		return Pair{}, fault.New(ErrCount, "dualstack: %q has %d ranges: want one, or one of each family", s, len(ps))
	}
	return Dual(ps[0], ps[1])
}

// MustParse is [Parse] for constants: it panics on an error.
func MustParse(s string) Pair {
	p, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return p
}

// V4 returns the IPv4 range, or the zero Prefix.
func (p Pair) V4() netip.Prefix { return p.Of(cidr.IPv4) }

// V6 returns the IPv6 range, or the zero Prefix.
func (p Pair) V6() netip.Prefix { return p.Of(cidr.IPv6) }

// Of returns the range of family f, or the zero Prefix.
func (p Pair) Of(f cidr.Family) netip.Prefix {
	switch f {
	case 0:
	case cidr.FamilyOf(p.primary):
		return p.primary
	case cidr.FamilyOf(p.secondary):
		return p.secondary
	}
	return netip.Prefix{}
}

// Primary returns the first range, or the zero Prefix if there is none.
func (p Pair) Primary() netip.Prefix { return p.primary }

// Secondary returns the second range, or the zero Prefix.
func (p Pair) Secondary() netip.Prefix { return p.secondary }

// WithPrimary returns p with the range of family f first. A pair without that
// family is returned as it is.
func (p Pair) WithPrimary(f cidr.Family) Pair {
	if p.IsDual() && cidr.FamilyOf(p.secondary) == f {
		p.primary, p.secondary = p.secondary, p.primary
	}
	return p
}

// IsZero reports whether p has no range.
func (p Pair) IsZero() bool { return p == Pair{} }

// IsDual reports whether p has both families.
func (p Pair) IsDual() bool { return p.secondary.IsValid() }

// Families returns the families of p, the primary first; empty for none.
func (p Pair) Families() []cidr.Family {
	var fs []cidr.Family
	for q := range p.All() {
		fs = append(fs, cidr.FamilyOf(q))
	}
	return fs
}

// All yields the ranges of p, the primary first.
func (p Pair) All() iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		if p.primary.IsValid() && yield(p.primary) && p.secondary.IsValid() {
			yield(p.secondary)
		}
	}
}

// String returns the text that [Parse] reads, and "" for none.
func (p Pair) String() string {
	switch {
	case p.IsZero():
		return ""
	case !p.IsDual():
		return p.primary.String()
	}
	return p.primary.String() + "," + p.secondary.String()
}

// AppendText appends [Pair.String] to b. There is no error.
func (p Pair) AppendText(b []byte) ([]byte, error) {
	if p.primary.IsValid() {
		b = p.primary.AppendTo(b)
	}
	if p.secondary.IsValid() {
		b = p.secondary.AppendTo(append(b, ','))
	}
	return b, nil
}

// MarshalText writes [Pair.String].
func (p Pair) MarshalText() ([]byte, error) { return p.AppendText([]byte{}) }

// UnmarshalText reads like [Parse], and empty text as the zero Pair. On an
// error p is unchanged.
func (p *Pair) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Pair{}
		return nil
	}
	q, err := Parse(string(text))
	if err == nil {
		*p = q
	}
	return err
}
