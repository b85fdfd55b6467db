package plan

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kubecidr/kubecidr/cidr"
)

// SpecError is one thing wrong with a spec. Path leads to it, in the order of
// the spec as given: "clusters[2].pins.pod".
type SpecError struct {
	Path    string
	Message string
}

// Error is "plan: clusters[2].pins.pod: …".
func (e *SpecError) Error() string { return "plan: " + e.Path + ": " + e.Message }

// SpecErrors is everything wrong with a spec, one error a line.
type SpecErrors []*SpecError

// Error has a line for each error.
func (es SpecErrors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the single errors.
func (es SpecErrors) Unwrap() []error {
	errs := make([]error, len(es))
	for i, e := range es {
		errs[i] = e
	}
	return errs
}

// Validate reports everything that is wrong with the spec itself, as
// [SpecErrors], and nil if nothing is. A valid spec may still be infeasible.
func (s Spec) Validate() error { return newValidator(&s).all() }

// all checks the whole spec.
func (v *validator) all() error {
	s := v.spec
	v.surroundings()
	if len(s.Clusters) == 0 && len(s.Networks) == 0 {
		v.add("clusters", "there is no cluster to plan for")
	}
	seen := make(map[string]int, len(s.Clusters))
	for i := range s.Clusters {
		v.name("cluster", "clusters", i, s.Clusters[i].Name, seen)
		v.cluster(i, &s.Clusters[i])
	}
	v.meshes(seen)
	v.pins()
	return v.err()
}

type validator struct {
	spec     *Spec
	users    users
	zones    map[string]int
	networks map[string]*Network
	taken    []netip.Prefix // by reservations and peers,
	reasons  []string       // and why
	space    []poolPrefix
	as       []ask // used again for each cluster
	limitsOf map[clusterKind]clusterLimits
	// layout: the spec is laid out next, which finds the sizes that there cannot
	// be. To have a hundred thousand clusters sized once is worth that.
	layout bool
	errs   SpecErrors
}

func newValidator(s *Spec) *validator { return &validator{spec: s, users: s.users()} }

func (v *validator) err() error {
	if len(v.errs) > 0 {
		return v.errs
	}
	return nil
}

// surroundings checks all but clusters.
func (v *validator) surroundings() {
	v.zoneNames()
	v.pools()
	v.reserved()
	v.peers()
	v.shared()
	v.sharedNetworks()
}

func (v *validator) add(path, format string, args ...any) {
	v.errs = append(v.errs, &SpecError{path, fmt.Sprintf(format, args...)})
}

// name checks that names are there, unique, and fit for tables and flags.
func (v *validator) name(kind, list string, i int, name string, seen map[string]int) {
	if first, ok := seen[name]; ok && name != "" {
		v.add(fmt.Sprintf("%s[%d].name", list, i), "%s %q stands twice, first at %s[%d]", kind, name, list, first)
		return
	}
	seen[name] = i
	switch {
	case name == "":
		v.add(fmt.Sprintf("%s[%d].name", list, i), "the %s has no name", kind)
	case !utf8.ValidString(name):
		v.text(fmt.Sprintf("%s[%d].name", list, i), name)
	case !printable(name):
		v.add(fmt.Sprintf("%s[%d].name", list, i), "%s %q: a name has no spaces or control characters", kind, name)
	}
}

// text checks that text is what JSON can restore: UTF-8.
func (v *validator) text(path, s string) {
	if !utf8.ValidString(s) {
		v.add(path, "%q is not UTF-8", s)
	}
}

func printable(name string) bool {
	plain := true // as almost all are
	for i := range len(name) {
		plain = plain && name[i] > ' ' && name[i] < 0x7f
	}
	return plain || !strings.ContainsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
}

// prefix checks a prefix of the spec and reports whether it can be used.
func (v *validator) prefix(path string, p netip.Prefix) bool {
	if p == (netip.Prefix{}) {
		v.add(path, "there is no prefix")
		return false
	}
	_, err := cidr.Common(p)
	if err != nil {
		v.add(path, "%s", strings.TrimPrefix(err.Error(), "cidr: common prefix: "))
	}
	return err == nil
}

// families reports whether fs can be used.
func (v *validator) families(path func() string, fs []cidr.Family) bool {
	switch {
	case len(fs) > 2, len(fs) == 2 && fs[0] == fs[1]:
		v.add(path(), "families %v: want one, or both with the primary first", fs)
		return false
	case slices.ContainsFunc(fs, func(f cidr.Family) bool { return f.BitLen() == 0 }):
		v.add(path(), "families %d: want IPv4 (4) or IPv6 (6)", fs)
		return false
	}
	return true
}

func (v *validator) zoneNames() {
	v.zones = map[string]int{}
	for i, z := range v.spec.Zones {
		v.name("zone", "zones", i, z.Name, v.zones)
		v.text(fmt.Sprintf("zones[%d].description", i), z.Description)
	}
}

// zone checks that a zone is one of the spec's.
func (v *validator) zone(path func() string, zone string) {
	if zone == "" {
		return
	}
	if _, ok := v.zones[zone]; !ok {
		v.add(path(), "there is no zone %q: add it to zones", zone)
	}
}

func (v *validator) shared() {
	for i, r := range v.spec.Share {
		if r != Pod && r != Service {
			v.add(fmt.Sprintf("share[%d]", i), "role %q: want %s or %s, whose addresses do not leave a cluster", r, Pod, Service)
		}
	}
}

func (v *validator) meshes(clusters map[string]int) {
	seen := map[string]int{}
	for i, m := range v.spec.Meshes {
		path := fmt.Sprintf("meshes[%d]", i)
		v.name("mesh", "meshes", i, m.Name, seen)
		if !m.Kind.Valid() {
			v.add(path+".kind", "mesh %q: kind %q: want one of %v", m.Name, m.Kind, MeshKinds())
		} else if most := m.Kind.row().most; most > 0 && len(m.Clusters) > most {
			v.add(path+".clusters", "mesh %q: %d clusters: %s takes at most %d", m.Name, len(m.Clusters), m.Kind, most)
		}
		in := make(map[string]bool, len(m.Clusters))
		for j, c := range m.Clusters {
			if _, ok := clusters[c]; !ok {
				v.add(fmt.Sprintf("%s.clusters[%d]", path, j), "mesh %q: there is no cluster %q", m.Name, c)
			} else if in[c] {
				v.add(fmt.Sprintf("%s.clusters[%d]", path, j), "mesh %q: cluster %q stands twice", m.Name, c)
			}
			in[c] = true
		}
	}
}
