package cidr_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"math/big"
	"net/netip"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"go4.org/netipx"
)

// One policy for all inputs: the zero Prefix and IPv4-mapped ones are errors
// where a function returns an error, and give the zero result where it does
// not; host bits of a prefix that a program built are masked; a zoned address
// is contained nowhere, and an IPv4-mapped one is read as IPv4. Nothing panics.
//
// Every exported function and method has a row. What it takes decides what is
// tried: a row calls it with one bad or good input, beside good ones.
type policy struct {
	// prefix calls with a prefix, of either family.
	prefix func(p netip.Prefix) (any, error)
	// noError: it returns no error, but a zero result.
	noError bool
	// otherwise is what it does instead with what is no prefix.
	otherwise func(bad netip.Prefix) any

	// addr calls with an address, and the others are what is wanted of it:
	// an error, or the result.
	addr                                func(a netip.Addr) (any, error)
	zero, zoned, mapped, mappedAndZoned any
}

var (
	ten        = netip.MustParsePrefix("10.0.0.0/8")
	everything = prefixes("0.0.0.0/0", "::/0")
)

var policies = map[string]policy{
	"Aggregate":   {prefix: result(func(p netip.Prefix) any { return cidr.Aggregate([]netip.Prefix{ten, p}) }), noError: true},
	"Carve":       {prefix: func(p netip.Prefix) (any, error) { return cidr.Carve(p, p.Bits()+4, p.Bits()+2) }},
	"Common":      {prefix: func(p netip.Prefix) (any, error) { return cidr.Common(p) }},
	"Disjoint":    {prefix: func(p netip.Prefix) (any, error) { return nil, cidr.Disjoint(netip.MustParsePrefix("11.0.0.0/8"), p) }},
	"FamilyOf":    {prefix: result(func(p netip.Prefix) any { return cidr.FamilyOf(p) }), noError: true},
	"Hostmask":    {prefix: result(func(p netip.Prefix) any { return cidr.Hostmask(p) }), noError: true},
	"Last":        {prefix: result(func(p netip.Prefix) any { return cidr.Last(p) }), noError: true},
	"Netmask":     {prefix: result(func(p netip.Prefix) any { return cidr.Netmask(p) }), noError: true},
	"Next":        {prefix: moved(cidr.Next), noError: true},
	"Nth":         {prefix: func(p netip.Prefix) (any, error) { return cidr.Nth(p, 7) }},
	"NthLast":     {prefix: func(p netip.Prefix) (any, error) { return cidr.NthLast(p, 7) }},
	"NumAddrs":    {prefix: result(func(p netip.Prefix) any { n, _ := cidr.NumAddrs(p); return n }), noError: true},
	"NumAddrsBig": {prefix: result(func(p netip.Prefix) any { return cidr.NumAddrsBig(p) }), noError: true},
	"NumSubnets":  {prefix: func(p netip.Prefix) (any, error) { return cidr.NumSubnets(p, p.Bits()+8) }},
	"Overlaps":    {prefix: func(p netip.Prefix) (any, error) { return indices(cidr.Overlaps([]netip.Prefix{ten, p, p})) }},
	"Prev":        {prefix: moved(cidr.Prev), noError: true},
	"RangeOf":     {prefix: result(func(p netip.Prefix) any { return cidr.RangeOf(p) }), noError: true},
	"Sibling":     {prefix: moved(cidr.Sibling), noError: true},
	"Split":       {prefix: func(p netip.Prefix) (any, error) { return all(cidr.Split(p, p.Bits()+3)) }},
	"SplitN":      {prefix: func(p netip.Prefix) (any, error) { return all(cidr.SplitN(p, 5)) }},
	"Subnet":      {prefix: func(p netip.Prefix) (any, error) { return cidr.Subnet(p, p.Bits()+8, 3) }},
	"Supernet":    {prefix: func(p netip.Prefix) (any, error) { return cidr.Supernet(p, p.Bits()-1) }},
	"NewPool":     {prefix: func(p netip.Prefix) (any, error) { return pooled(cidr.NewPool(ten, p)) }},
	"SetOf":       {prefix: func(p netip.Prefix) (any, error) { s, err := cidr.SetOf(ten, p); return s.String(), err }},
	"SubnetIndex": {prefix: func(p netip.Prefix) (any, error) { return cidr.SubnetIndex(within(p), p) }},
	"SubnetIndex2": {prefix: func(p netip.Prefix) (any, error) {
		return cidr.SubnetIndex(p, netip.PrefixFrom(cidr.Last(p), p.Bits()+4).Masked())
	}},
	"OverlapsBetween": {prefix: func(p netip.Prefix) (any, error) {
		return indices(cidr.OverlapsBetween([]netip.Prefix{p}, everything))
	}},
	"OverlapsBetween2": {prefix: func(p netip.Prefix) (any, error) {
		return indices(cidr.OverlapsBetween(everything, []netip.Prefix{p}))
	}},
	"SpecialPurpose": {prefix: result(func(p netip.Prefix) any { return slices.Collect(cidr.SpecialPurpose(p)) }), noError: true},

	"NewIndex": {prefix: func(p netip.Prefix) (any, error) {
		x, err := cidr.NewIndex(numbered([]netip.Prefix{ten, p}))
		if x == nil {
			return nil, err
		}
		return entries(x.All()), err
	}},
	"Index.Supernets": {prefix: result(func(p netip.Prefix) any { return entries(anIndex().Supernets(p)) }), noError: true},
	"Index.Subnets":   {prefix: result(func(p netip.Prefix) any { return entries(anIndex().Subnets(p)) }), noError: true},

	"Set.ComplementIn":   {prefix: func(p netip.Prefix) (any, error) { s, err := cidr.Set{}.ComplementIn(p); return s.String(), err }},
	"Set.ContainsPrefix": {prefix: result(func(p netip.Prefix) any { return aSet().ContainsPrefix(p) }), noError: true},
	"Set.Overlaps":       {prefix: result(func(p netip.Prefix) any { return aSet().Overlaps(p) }), noError: true},

	"Pool.AllocIn":    {prefix: change(func(p *cidr.Pool, q netip.Prefix) (any, error) { return p.AllocIn(q, q.Bits()+4, cidr.FirstFit) })},
	"Pool.Claim":      {prefix: change(func(p *cidr.Pool, q netip.Prefix) (any, error) { return nil, p.Claim(q) })},
	"Pool.Exclude":    {prefix: change(func(p *cidr.Pool, q netip.Prefix) (any, error) { return nil, p.Exclude(q) })},
	"Pool.Grow":       {prefix: changeOfUsed(func(p *cidr.Pool, q netip.Prefix) (any, error) { return p.Grow(q) })},
	"Pool.Quarantine": {prefix: changeOfUsed(func(p *cidr.Pool, q netip.Prefix) (any, error) { return nil, p.Quarantine(q, epoch) })},
	"Pool.Release":    {prefix: changeOfUsed(func(p *cidr.Pool, q netip.Prefix) (any, error) { return nil, p.Release(q) })},
	"Pool.Reconcile": {
		prefix: changeOfUsed(func(p *cidr.Pool, q netip.Prefix) (any, error) {
			leaked, unknown := p.Reconcile(slices.Values([]netip.Prefix{q}))
			return [2][]netip.Prefix{leaked, unknown}, nil
		}),
		noError:   true,
		otherwise: func(bad netip.Prefix) any { return [2][]netip.Prefix{nil, {bad}} },
	},

	"FamilyOfAddr": {
		addr: func(a netip.Addr) (any, error) { return cidr.FamilyOfAddr(a), nil },
		zero: cidr.Family(0), zoned: cidr.IPv6, mapped: cidr.IPv4, mappedAndZoned: cidr.IPv4,
	},
	"MaskBits": {
		addr: func(a netip.Addr) (any, error) { return cidr.MaskBits(a) },
		zero: cidr.ErrInvalid, zoned: cidr.ErrZone, mapped: cidr.ErrInvalid, mappedAndZoned: cidr.ErrZone,
	},
	"Offset": {
		prefix: func(p netip.Prefix) (any, error) { return cidr.Offset(p, p.Addr()) },
		addr:   func(a netip.Addr) (any, error) { return cidr.Offset(ten, a) },
		zero:   cidr.ErrInvalid, zoned: cidr.ErrZone, mapped: uint64(9), mappedAndZoned: cidr.ErrZone,
	},
	"Set.Contains": {
		addr: func(a netip.Addr) (any, error) { return aSet().Contains(a), nil },
		zero: false, zoned: false, mapped: true, mappedAndZoned: false,
	},
	"Index.Lookup": {
		addr: func(a netip.Addr) (any, error) {
			p, _, ok := anIndex().Lookup(a)
			if ok != p.IsValid() {
				return nil, errors.New("a prefix without ok, or ok without a prefix")
			}
			return p, nil
		},
		zero: netip.Prefix{}, zoned: netip.Prefix{}, mapped: netip.MustParsePrefix("0.0.0.0/0"), mappedAndZoned: netip.Prefix{},
	},
	// IPRangeFrom takes zones off.
	"RangePrefixes": {
		addr: func(a netip.Addr) (any, error) { return all(cidr.RangePrefixes(netipx.IPRangeFrom(a, a))) },
		zero: cidr.ErrInvalid, zoned: anything{}, mapped: cidr.ErrMapped, mappedAndZoned: cidr.ErrMapped,
	},
	"SetOfRanges": {
		addr: func(a netip.Addr) (any, error) {
			s, err := cidr.SetOfRanges(netipx.IPRangeFrom(a, a))
			return s.String(), err
		},
		zero: cidr.ErrInvalid, zoned: anything{}, mapped: cidr.ErrMapped, mappedAndZoned: cidr.ErrMapped,
	},
}

// withoutAddresses take no prefix and no address but as text, or in a value of
// this package or an IPSet, which have only valid ones.
var withoutAddresses = strings.Fields(`
	BitsFor FromIPSet MustParse Parse ParseInterface ParseList ParseRange ParseSet
	ConflictError.Error ConflictError.Unwrap OverlapError.Error OverlapError.Unwrap
	Family.BitLen Family.MarshalText Family.String Family.UnmarshalText Fit.String State.String
	Index.All Index.Len
	Pool.Alloc Pool.Clone Pool.Equal Pool.Excluded Pool.Fragmentation Pool.Free Pool.FreeLengths Pool.Largest
	Pool.MarshalJSON Pool.MarshalText Pool.NextReclaim Pool.NumFree Pool.Quarantined Pool.Reclaim Pool.Space
	Pool.UnmarshalJSON Pool.UnmarshalText Pool.Used
	Set.AppendText Set.ContainsSet Set.Equal Set.IPSet Set.Intersect Set.IsEmpty Set.MarshalJSON Set.MarshalText
	Set.NumAddrs Set.NumAddrsBig Set.OverlapsSet Set.Prefixes Set.Ranges Set.String Set.Subtract Set.Union
	Set.UnmarshalJSON Set.UnmarshalText
`)

// anything is wanted where the address is no case of its own.
type anything struct{}

func result(f func(netip.Prefix) any) func(netip.Prefix) (any, error) {
	return func(p netip.Prefix) (any, error) { return f(p), nil }
}

func moved(f func(netip.Prefix) (netip.Prefix, bool)) func(netip.Prefix) (any, error) {
	return func(p netip.Prefix) (any, error) {
		if q, ok := f(p); ok || q.IsValid() {
			return q, nil
		}
		return nil, nil
	}
}

func all(seq iter.Seq[netip.Prefix], err error) (any, error) {
	if seq == nil {
		return nil, err
	}
	return slices.Collect(seq), err
}

func indices(seq iter.Seq2[int, int], err error) (any, error) {
	if seq == nil {
		return nil, err
	}
	return pairsOf(seq), err
}

func entries(seq iter.Seq2[netip.Prefix, int]) (ps []netip.Prefix) {
	for p := range seq {
		ps = append(ps, p)
	}
	return ps
}

func within(p netip.Prefix) netip.Prefix {
	if p.Addr().Is4() {
		return everything[0]
	}
	return everything[1]
}

func aSet() cidr.Set {
	s, err := cidr.SetOf(everything...)
	if err != nil {
		panic(err)
	}
	return s
}

func anIndex() *cidr.Index[int] {
	x, err := cidr.NewIndex(numbered(append(prefixes("10.1.2.0/24", "fd00:1:2::/48"), everything...)))
	if err != nil {
		panic(err)
	}
	return x
}

func pooled(p *cidr.Pool, err error) (any, error) {
	if p == nil {
		return nil, err
	}
	text, _ := p.MarshalText()
	return string(text), err
}

// change does something to a pool of everything. The result is what it returns
// and what it leaves; a method that returns an error has changed nothing.
func change(f func(*cidr.Pool, netip.Prefix) (any, error)) func(netip.Prefix) (any, error) {
	return func(q netip.Prefix) (any, error) {
		p, err := cidr.NewPool(everything...)
		if err != nil {
			panic(err)
		}
		got, err := f(p, q)
		if cidr.FamilyOf(q) == 0 { // a pool without space says the same
			var none cidr.Pool
			if g, e := f(&none, q); !reflect.DeepEqual(g, got) || !reflect.DeepEqual(e, err) {
				return fmt.Sprintf("%v, %v; without space %v, %v", got, err, g, e), nil
			}
		}
		if err != nil || cidr.FamilyOf(q) == 0 {
			return got, err
		}
		text, _ := pooled(p, nil)
		return []any{got, text}, nil
	}
}

// changeOfUsed does something to a block in use.
func changeOfUsed(f func(*cidr.Pool, netip.Prefix) (any, error)) func(netip.Prefix) (any, error) {
	return change(func(p *cidr.Pool, q netip.Prefix) (any, error) {
		if cidr.FamilyOf(q) != 0 { // what is in use is taken back, whatever it is
			_ = p.Claim(q.Masked())
		}
		return f(p, q)
	})
}

func TestPolicyForPrefixes(t *testing.T) {
	for name, bad := range map[string]struct {
		p    netip.Prefix
		kind error
	}{
		"zero":                      {netip.Prefix{}, cidr.ErrInvalid},
		"bits beyond the family":    {netip.PrefixFrom(netip.MustParseAddr("10.0.0.0"), 33), cidr.ErrInvalid},
		"negative bits":             {netip.PrefixFrom(netip.MustParseAddr("10.0.0.0"), -1), cidr.ErrInvalid},
		"IPv6 with negative bits":   {netip.PrefixFrom(netip.MustParseAddr("fd00::"), -1), cidr.ErrInvalid},
		"mapped":                    {netip.MustParsePrefix("::ffff:10.0.0.0/104"), cidr.ErrMapped},
		"mapped address":            {netip.MustParsePrefix("::ffff:10.0.0.0/128"), cidr.ErrMapped},
		"all of the mapped":         {netip.MustParsePrefix("::ffff:0.0.0.0/96"), cidr.ErrMapped},
		"host bits that are mapped": {netip.MustParsePrefix("::ffff:10.0.0.0/80"), cidr.ErrMapped},
	} {
		for op, f := range policies {
			if f.prefix == nil {
				continue
			}
			got, err := f.prefix(bad.p)
			switch {
			case f.otherwise != nil:
				if want := f.otherwise(bad.p); err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("%s, %s: %v, %v; want %v", name, op, got, err, want)
				}
			case f.noError && err != nil || !f.noError && !errors.Is(err, bad.kind):
				t.Errorf("%s, %s: error %v, want kind %v", name, op, err, bad.kind)
			case !isNothing(got):
				t.Errorf("%s, %s: result %v", name, op, got)
			}
		}
	}
}

// isNothing reports whether v is what there is where there is no result.
func isNothing(v any) bool {
	if n, ok := v.(*big.Int); ok {
		return n.Sign() == 0
	}
	return v == nil || reflect.ValueOf(v).IsZero()
}

// A prefix that a program built is taken with host bits and treated as masked,
// and results have none.
func TestPolicyForHostBits(t *testing.T) {
	for _, p := range prefixes("10.1.2.3/16", "10.1.2.3/31", "fd00:1:2:3::4/32", "fd00:1:2:3::4/98", "fd00::1:2:3:4/64") {
		for op, f := range policies {
			if f.prefix == nil || op == "Offset" { // of the address that it has
				continue
			}
			got, err := f.prefix(p)
			want, wantErr := f.prefix(p.Masked())
			if !reflect.DeepEqual(got, want) || !reflect.DeepEqual(err, wantErr) {
				t.Errorf("%s(%v) = %v, %v; of %v it is %v, %v", op, p, got, err, p.Masked(), want, wantErr)
			}
			if p.Bits() <= 16 && (err != nil || isNothing(got) && op != "Disjoint") {
				if !errors.Is(err, cidr.ErrOverlap) {
					t.Errorf("%s(%v) = %v, %v", op, p, got, err)
				}
			}
			for _, q := range prefixesIn(got) {
				if err == nil && (q != q.Masked() || cidr.FamilyOf(q) == 0) {
					t.Errorf("%s(%v) has %v", op, p, q)
				}
			}
		}
		a, _ := cidr.Nth(p, 1)
		if n, err := cidr.Offset(p, a); err != nil || n != 1 {
			t.Errorf("Offset(%v, %v) = %d, %v", p, a, n, err)
		}
	}
}

func prefixesIn(v any) []netip.Prefix {
	switch v := v.(type) {
	case netip.Prefix:
		return []netip.Prefix{v}
	case []netip.Prefix:
		return v
	case []any:
		return prefixesIn(v[0])
	}
	return nil
}

func TestPolicyForAddresses(t *testing.T) {
	for op, f := range policies {
		if f.addr == nil {
			continue
		}
		for _, tt := range []struct {
			a    netip.Addr
			want any
		}{
			{netip.Addr{}, f.zero},
			{netip.MustParseAddr("fe80::1%eth0"), f.zoned},
			{netip.MustParseAddr("::ffff:10.0.0.9"), f.mapped},
			{netip.MustParseAddr("::ffff:10.0.0.9%eth0"), f.mappedAndZoned},
		} {
			got, err := f.addr(tt.a)
			switch want := tt.want.(type) {
			case anything:
			case error:
				if !errors.Is(err, want) || !isNothing(got) {
					t.Errorf("%s of %v: %v, %v; want kind %v", op, tt.a, got, err, want)
				}
			default:
				if err != nil || got != want {
					t.Errorf("%s of %v: %v, %v; want %v", op, tt.a, got, err, want)
				}
			}
		}
	}
}

// What is exported and has no row fails, and so does what has one for nothing.
func TestPolicyIsForAllThatIsExported(t *testing.T) {
	takes := exported(t)
	for name, addresses := range takes {
		f, listed := policies[name]
		switch {
		case listed == slices.Contains(withoutAddresses, name):
			t.Errorf("%s: want one row in either table", name)
		case addresses != listed:
			t.Errorf("%s: takes prefixes or addresses: %v", name, addresses)
		case listed && f.prefix == nil && f.addr == nil:
			t.Errorf("%s: nothing is tried", name)
		}
	}
	for name := range policies {
		if _, ok := takes[strings.TrimSuffix(name, "2")]; !ok {
			t.Errorf("%s: no such function", name)
		}
	}
	for _, name := range withoutAddresses {
		if _, ok := takes[name]; !ok {
			t.Errorf("%s: no such function", name)
		}
	}
}

// exported returns the package's exported functions and methods, as "Split" and
// "Pool.Claim", and whether they take prefixes, addresses or ranges.
func exported(t *testing.T) map[string]bool {
	t.Helper()
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	takes := make(map[string]bool)
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), ".go") || strings.HasSuffix(file.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range parsed.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || !f.Name.IsExported() {
				continue
			}
			name := f.Name.Name
			if f.Recv != nil {
				receiver := receiverOf(f.Recv.List[0].Type)
				if !ast.IsExported(receiver) {
					continue
				}
				name = receiver + "." + name
			}
			takes[name] = false
			ast.Inspect(f.Type.Params, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok && slices.Contains([]string{"Prefix", "Addr", "IPRange"}, s.Sel.Name) {
					takes[name] = true
				}
				return true
			})
		}
	}
	return takes
}

// receiverOf returns the name of a receiver's type.
func receiverOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiverOf(e.X)
	case *ast.IndexExpr: // one type parameter
		return receiverOf(e.X)
	case *ast.IndexListExpr:
		return receiverOf(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}
