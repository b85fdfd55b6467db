package plan

import (
	"encoding/json"
	"math"
	"net/netip"
	"reflect"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"pgregory.net/rapid"
)

// anyOf draws a value of any type that stands in a plan's JSON, every field of
// it as likely zero as not: a field that is new is tested as soon as it is
// there.
func anyOf[T any](t *rapid.T) T {
	var v T
	draw(t, reflect.ValueOf(&v).Elem())
	return v
}

var (
	texts = rapid.OneOf(
		rapid.SampledFrom([]string{"", "a", "prod-eu-1", "<b>&", "quote\" back\\", "line\nbreak\x00\x7f", "é\u2028\u2029", "not UTF-8: \xff", "ipv6"}),
		rapid.String(),
	)
	numbers = rapid.OneOf(rapid.Uint64Range(0, 3), rapid.Uint64())
	v4s     = rapid.Map(rapid.IntRange(0, 32), func(bits int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 11, 12, 13}), bits).Masked()
	})
	v6s = rapid.Map(rapid.IntRange(0, 128), func(bits int) netip.Prefix {
		return netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfd, 7: 1, 11: 3, 15: 9}), bits).Masked()
	})
	pairs = rapid.Custom(func(t *rapid.T) dualstack.Pair {
		p := appendRange(dualstack.Pair{}, v4s.Draw(t, "v4"))
		if rapid.Bool().Draw(t, "dual") {
			p = appendRange(p, v6s.Draw(t, "v6"))
		}
		if rapid.Bool().Draw(t, "IPv6 first") {
			p = p.WithPrimary(cidr.IPv6)
		}
		return p
	})
)

func draw(t *rapid.T, v reflect.Value) {
	if rapid.Bool().Draw(t, "zero") {
		return
	}
	switch p := v.Addr().Interface().(type) {
	case *netip.Prefix:
		*p = v6s.Draw(t, "prefix")
		return
	case *dualstack.Pair:
		*p = pairs.Draw(t, "pair")
		return
	case *cidr.Family:
		*p = rapid.SampledFrom([]cidr.Family{cidr.IPv4, cidr.IPv6}).Draw(t, "family")
		return
	case *Role:
		*p = rapid.SampledFrom(Roles()).Draw(t, "role")
		return
	case *k8sflags.Version:
		*p = k8sflags.Version{Major: 1, Minor: rapid.IntRange(24, 37).Draw(t, "minor")}
		return
	case *k8sflags.Severity:
		*p = k8sflags.Error
		return
	case *Duration:
		*p = Duration(rapid.Int64Range(0, math.MaxInt64).Draw(t, "duration"))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			draw(t, v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		draw(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), rapid.IntRange(0, 3).Draw(t, "length"), 3))
		for i := range v.Len() {
			draw(t, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range rapid.IntRange(0, 3).Draw(t, "entries") {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			draw(t, key)
			draw(t, value)
			v.SetMapIndex(key, value)
		}
	case reflect.String:
		v.SetString(texts.Draw(t, "text"))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, "bool"))
	case reflect.Uint64:
		v.SetUint(numbers.Draw(t, "number"))
	case reflect.Int:
		v.SetInt(int64(rapid.IntRange(0, 200).Draw(t, "int")))
	case reflect.Float64:
		v.SetFloat(rapid.Float64Range(-1, 1e30).Draw(t, "float"))
	default:
		t.Fatalf("draw %v", v.Type())
	}
}

func TestWriterWritesLikeEncodingJSON(t *testing.T) {
	same := func(t *rapid.T, v any, write func(*writer)) {
		t.Helper()
		want, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var w writer
		if write(&w); w.err != nil || string(w.b) != string(want) {
			t.Fatalf("%v\n%s\nwant\n%s", w.err, w.b, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		spec := anyOf[ClusterSpec](t)
		same(t, spec, func(w *writer) { w.spec(&spec) })
		doc := anyOf[clusterDocument](t)
		same(t, doc, func(w *writer) { w.document(&doc) })
	})
}

// A whole plan, put together of arbitrary parts.
func TestPlansAreWrittenLikeEncodingJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := &Plan{spec: anyOf[Spec](t), flaws: anyOf[[]Finding](t)}
		p.spec.Clusters = nil
		d := document{Format: Format, Clusters: []clusterDocument{}, Flaws: p.flaws, Spec: p.spec}
		d.Spec.Clusters = []ClusterSpec{}
		for range rapid.IntRange(0, 3).Draw(t, "clusters") {
			c := &Cluster{spec: anyOf[ClusterSpec](t), masks: anyOf[dualstack.Masks](t)}
			for _, r := range roles {
				c.blocks = append(c.blocks, Block{Role: r, Range: pairs.Draw(t, "range"), Name: texts.Draw(t, "name")})
			}
			p.clusters = append(p.clusters, c)
			d.Clusters = append(d.Clusters, c.document())
			d.Spec.Clusters = append(d.Spec.Clusters, c.spec)
		}
		want, err := json.Marshal(&d)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := p.MarshalJSON(); err != nil || string(got) != string(want) {
			t.Fatalf("%v\n%s\nwant\n%s", err, got, want)
		}
	})
}
