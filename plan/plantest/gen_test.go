package plantest_test

import (
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/plan"
	"github.com/kubecidr/kubecidr/plan/plantest"
	"pgregory.net/rapid"
)

func TestPrefixesLieInTheirSpace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		space := []netip.Prefix{cidr.MustParse("10.3.0.0/17"), cidr.MustParse("fd00:0:0:8000::/49")}
		lengths := map[int]bool{}
		for range 10 {
			p := plantest.Prefixes(space...).Draw(t, "prefix")
			if p != p.Masked() || !p.IsValid() || cidr.FamilyOf(p) == 0 {
				t.Fatalf("%v", p)
			}
			inside := false
			for _, q := range space {
				inside = inside || q.Overlaps(p) && q.Bits() <= p.Bits()
			}
			if !inside {
				t.Fatalf("%v is outside of %v", p, space)
			}
			lengths[p.Bits()] = true
		}
		if p := plantest.Prefixes().Draw(t, "private"); !p.Addr().IsPrivate() {
			t.Fatalf("%v is not private", p)
		}
	})
}

func TestPrefixesReachBothEnds(t *testing.T) {
	seen := map[netip.Prefix]bool{}
	space := cidr.MustParse("10.0.0.32/30")
	for i := range 500 {
		seen[plantest.Prefixes(space).Example(i)] = true
	}
	if len(seen) != 1+2+4 {
		t.Errorf("%d of 7 prefixes of %v: %v", len(seen), space, seen)
	}
}

// Specs are valid, about half have a solution, and all that a spec can have
// occurs.
func TestSpecs(t *testing.T) {
	solved, all := 0, 0
	seen := map[string]bool{}
	rapid.Check(t, func(t *rapid.T) {
		s := plantest.Specs().Draw(t, "spec")
		if err := s.Validate(); err != nil {
			t.Fatalf("%v\n%+v", err, s)
		}
		_, err := plan.Solve(s)
		var infeasible *plan.InfeasibleError
		if err != nil && !errors.As(err, &infeasible) {
			t.Fatal(err)
		}
		all++
		if err == nil {
			solved++
		}
		note(seen, "Spec", reflect.ValueOf(s))
	})
	t.Logf("%d of %d have a solution", solved, all)
	if all >= 100 && (solved < all/4 || solved > all*3/4) {
		t.Errorf("%d of %d have a solution, want about half", solved, all)
	}
	if all >= 100 {
		for _, want := range fieldsOf("Spec", reflect.TypeFor[plan.Spec]()) {
			if !seen[want] && want != "Spec.Zones[].Description" && want != "Spec.Networks[].Region" && want != "Spec.Networks[].Pin" &&
				want != "Spec.Clusters[].Extra[].Pin" && want != "Spec.Clusters[].Extra[].Zone" && want != "Spec.Clusters[].Extra[].Families" {
				t.Errorf("%s never occurs", want)
			}
		}
	}
}

// note notes which fields of a spec are not zero.
func note(seen map[string]bool, path string, v reflect.Value) {
	if v.IsZero() {
		return
	}
	seen[path] = true
	switch {
	case v.Kind() == reflect.Struct && ours(v.Type()):
		for i := range v.NumField() {
			note(seen, path+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			note(seen, path+"[]", v.Index(i))
		}
	}
}

// fieldsOf lists what note can note.
func fieldsOf(path string, t reflect.Type) []string {
	paths := []string{path}
	switch {
	case t.Kind() == reflect.Struct && ours(t):
		for i := range t.NumField() {
			paths = append(paths, fieldsOf(path+"."+t.Field(i).Name, t.Field(i).Type)...)
		}
	case t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct && ours(t.Elem()):
		paths = append(paths, fieldsOf(path+"[]", t.Elem())...)
	}
	return paths
}

func ours(t reflect.Type) bool {
	switch t {
	case reflect.TypeFor[plan.Spec](), reflect.TypeFor[plan.ClusterSpec](), reflect.TypeFor[plan.PoolSpec](),
		reflect.TypeFor[plan.Network](), reflect.TypeFor[plan.Zone](), reflect.TypeFor[plan.BlockSpec](), reflect.TypeFor[plan.Mesh]():
		return true
	}
	return false
}

func TestPlansPassCheck(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		plantest.Check(t, plantest.Plans().Draw(t, "plan"))
	})
}

// Histories of edits: every spec is valid, and whatever Evolve takes moves
// nothing and passes Check. It covers zones, regions, meshes, platforms, pins
// and extra ranges.
func TestHistories(t *testing.T) {
	done, refused := map[string]int{}, 0
	rapid.Check(t, func(t *rapid.T) {
		p := plantest.Plans().Draw(t, "plan")
		s := p.Spec()
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for i := range rapid.IntRange(1, 6).Draw(t, "edits") {
			e := plantest.Edits(s).Draw(t, "edit")
			if err := e.Spec.Validate(); err != nil {
				t.Fatalf("%s: %v", e.Text, err)
			}
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(t, "days")) * 24 * time.Hour)
			q, d, err := plan.Evolve(p, e.Spec, e.Options(now))
			var infeasible *plan.InfeasibleError
			var outgrown *plan.OutgrownError
			switch {
			case errors.As(err, &infeasible), errors.As(err, &outgrown):
				refused++
				continue
			case err != nil:
				t.Fatalf("%d: %s: %v", i, e.Text, err)
			}
			plantest.Unmoved(t, p, q, e.Renamed)
			plantest.Check(t, q)
			if t.Failed() {
				t.Fatalf("%d: %s\n%v", i, e.Text, d)
			}
			var verb string
			fmt.Sscan(e.Text, &verb)
			done[verb]++
			p, s = q, e.Spec
		}
	})
	t.Logf("done %v, refused %d", done, refused)
}

func TestEditsLeaveTheirSpecAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := plantest.Specs().Draw(t, "spec")
		was := fmt.Sprintf("%+v", s)
		plantest.Edits(s).Draw(t, "edit")
		if is := fmt.Sprintf("%+v", s); is != was {
			t.Fatalf("%s\nwas\n%s", is, was)
		}
	})
}
