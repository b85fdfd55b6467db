package dualstack_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"pgregory.net/rapid"
)

// A letter for the family of each range: "46" is both, IPv4 first.
func stack(nodes, pods, services string) dualstack.Stack {
	read := func(families, v4, v6 string) dualstack.Pair {
		if families == "" {
			return dualstack.Pair{}
		}
		return dualstack.MustParse(strings.TrimSuffix(strings.NewReplacer("4", v4+",", "6", v6+",").Replace(families), ","))
	}
	return dualstack.Stack{
		Nodes:    read(nodes, "192.168.0.0/16", "fd00:192::/64"),
		Pods:     read(pods, "10.244.0.0/16", "fd00:10:244::/56"),
		Services: read(services, "10.96.0.0/16", "fd00:10:96::/112"),
	}
}

func TestStackCheck(t *testing.T) {
	for _, tt := range []struct {
		name  string
		stack dualstack.Stack
		kind  error
		want  string
	}{
		{"one family", stack("4", "4", "4"), nil, ""},
		{"the other", stack("6", "6", "6"), nil, ""},
		{"both", stack("46", "46", "46"), nil, ""},
		{"both, in another order", stack("64", "46", "64"), nil, ""},
		{"pods of both, services of one", stack("46", "46", "4"), nil, ""},
		{"nodes of both, the rest of one", stack("46", "6", "6"), nil, ""},
		{"pods unknown", stack("", "", "46"), nil, ""},
		{"services of both, pods of one", stack("46", "4", "46"), dualstack.ErrUseless,
			"dualstack: services fd00:10:96::/112, but pods 10.244.0.0/16 have no IPv6: those Services have no endpoints (give the pods IPv6, or drop that service range)"},
		{"services of both, nodes of one", stack("6", "46", "46"), dualstack.ErrUseless, "nodes fd00:192::/64 have no IPv4"},
		{"services of the other family", stack("4", "4", "6"), dualstack.ErrUseless, "pods 10.244.0.0/16 have no IPv6"},
		{"no services", stack("4", "4", ""), dualstack.ErrCount, "no service range"},
	} {
		err := tt.stack.Check()
		if !errors.Is(err, tt.kind) || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %v that says %q", tt.name, err, tt.kind, tt.want)
		}
	}
}

// Each case names where the steps are, in order.
func TestTransition(t *testing.T) {
	const (
		addPods      = "network plugin,kube-proxy,cloud-controller-manager,kube-controller-manager,nodes"
		dropPods     = "nodes,kube-controller-manager,cloud-controller-manager,kube-proxy,nodes"
		addServices  = "kube-apiserver,kube-controller-manager,Services"
		dropServices = "Services,kube-apiserver,kube-controller-manager"
	)
	for _, tt := range []struct {
		name     string
		from, to dualstack.Stack
		want     string
		kind     error
	}{
		{"nothing", stack("46", "46", "4"), stack("46", "46", "4"), "", nil},
		{"all to both", stack("4", "4", "4"), stack("46", "46", "46"), "kubelet," + addPods + "," + addServices, nil},
		{"all to both, IPv6 first", stack("6", "6", "6"), stack("64", "64", "64"), "kubelet," + addPods + "," + addServices, nil},
		{"and back", stack("46", "46", "46"), stack("4", "4", "4"), dropServices + "," + dropPods + ",kubelet", nil},
		{"pods only", stack("46", "4", "4"), stack("46", "46", "4"), addPods, nil},
		{"services only", stack("46", "46", "4"), stack("46", "46", "46"), addServices, nil},
		{"services only, back", stack("46", "46", "46"), stack("46", "46", "4"), dropServices, nil},
		{"pods unknown", stack("", "", "4"), stack("", "", "46"), addServices, nil},
		{"out of what is useless", stack("46", "4", "46"), stack("46", "46", "46"), addPods, nil},
		{"nodes in another order", stack("46", "46", "46"), stack("64", "46", "46"), "", nil},
		{"services before pods", stack("4", "4", "4"), stack("4", "4", "46"), "", dualstack.ErrUseless},
		{"primary service family", stack("46", "46", "46"), stack("46", "46", "64"), "", dualstack.ErrTransition},
		{"primary pod family", stack("46", "46", "46"), stack("46", "64", "46"), "", dualstack.ErrTransition},
		{"the other family", stack("46", "46", "4"), stack("46", "46", "6"), "", dualstack.ErrTransition},
		{"IPv6 in front", stack("46", "46", "4"), stack("46", "46", "64"), "", dualstack.ErrTransition},
	} {
		steps, err := dualstack.Transition(tt.from, tt.to)
		var where []string
		for _, s := range steps {
			where = append(where, s.Where)
			if s.Do == "" || s.Source == "" || strings.ContainsAny(s.Do, "{}") || s.String() != s.Where+": "+s.Do {
				t.Errorf("%s: %+v", tt.name, s)
			}
		}
		if got := strings.Join(where, ","); !errors.Is(err, tt.kind) || got != tt.want {
			t.Errorf("%s: %s, %v; want %s, %v", tt.name, got, err, tt.want, tt.kind)
		}
	}
	other := stack("4", "4", "4")
	other.Services = dualstack.MustParse("10.97.0.0/16")
	if _, err := dualstack.Transition(stack("4", "4", "4"), other); !errors.Is(err, dualstack.ErrTransition) {
		t.Errorf("another range: %v", err)
	}
}

// A transition is a way: what is legal at its end is what the rules say, and
// back is the reverse order of what there.
func TestTransitionsThereAndBack(t *testing.T) {
	families := rapid.SampledFrom([]string{"4", "6", "46", "64"})
	rapid.Check(t, func(t *rapid.T) {
		from := [3]string{families.Draw(t, "nodes"), families.Draw(t, "pods"), families.Draw(t, "services")}
		to := [3]string{families.Draw(t, "nodes"), families.Draw(t, "pods"), families.Draw(t, "services")}
		has := func(outer, inner string) bool { return strings.Trim(inner, outer) == "" }
		useful := has(to[1], to[2]) && has(to[0], to[2])
		possible := from[1][0] == to[1][0] && from[2][0] == to[2][0]
		steps, err := dualstack.Transition(stack(from[0], from[1], from[2]), stack(to[0], to[1], to[2]))
		switch {
		case !useful:
			if !errors.Is(err, dualstack.ErrUseless) {
				t.Fatalf("%v to %v: %v", from, to, err)
			}
			return
		case !possible:
			if !errors.Is(err, dualstack.ErrTransition) {
				t.Fatalf("%v to %v: %v", from, to, err)
			}
			return
		case err != nil:
			t.Fatalf("%v to %v: %v", from, to, err)
		}
		same := true
		for i := range from {
			same = same && has(from[i], to[i]) && has(to[i], from[i])
		}
		if (len(steps) == 0) != same {
			t.Fatalf("%v to %v: %v", from, to, steps)
		}
	})
}

func TestStackInJSON(t *testing.T) {
	for text, s := range map[string]dualstack.Stack{
		`{"services":"10.96.0.0/16"}`: stack("", "", "4"),
		`{"nodes":"192.168.0.0/16,fd00:192::/64","pods":"fd00:10:244::/56,10.244.0.0/16","services":"fd00:10:96::/112"}`: stack("46", "64", "6"),
	} {
		b, err := json.Marshal(s)
		var back dualstack.Stack
		if err != nil || string(b) != text || json.Unmarshal(b, &back) != nil || back != s {
			t.Errorf("%s, %v, and back %v", b, err, back)
		}
	}
}

func TestTransitionsBelongToTheCaller(t *testing.T) {
	from, to := stack("4", "4", "4"), stack("46", "46", "46")
	steps, err := dualstack.Transition(from, to)
	if err != nil {
		t.Fatal(err)
	}
	steps[0].Do = "changed"
	if again, _ := dualstack.Transition(from, to); slices.Equal(again, steps) {
		t.Error("the table has changed")
	}
}

// Dual pods with Services of one family are legal, the reverse is of no use.
func ExampleStack_Check() {
	s := dualstack.Stack{Pods: dualstack.MustParse("10.244.0.0/16,fd00:10:244::/56"), Services: dualstack.MustParse("10.96.0.0/16")}
	fmt.Println(s.Check())
	s.Pods, s.Services = dualstack.MustParse("10.244.0.0/16"), dualstack.MustParse("10.96.0.0/16,fd00:10:96::/112")
	fmt.Println(errors.Is(s.Check(), dualstack.ErrUseless))
	// Output:
	// <nil>
	// true
}

// A second service range for a cluster whose pods have both families already.
func ExampleTransition() {
	from := dualstack.Stack{Pods: dualstack.MustParse("10.244.0.0/16,fd00:10:244::/56"), Services: dualstack.MustParse("10.96.0.0/16")}
	to := from
	to.Services = dualstack.MustParse("10.96.0.0/16,fd00:10:96::/112")
	steps, err := dualstack.Transition(from, to)
	for i, s := range steps {
		fmt.Printf("%d. %v\n", i+1, s)
	}
	fmt.Println(to.Services.Families(), cidr.FamilyOf(to.Services.Primary()), err)
	// Output:
	// 1. kube-apiserver: restart every one with --service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112
	// 2. kube-controller-manager: restart every one with --service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112
	// 3. Services: set ipFamilyPolicy PreferDualStack or RequireDualStack in those that are to have both: none changes by itself
	// [IPv4 IPv6] IPv4 <nil>
}
