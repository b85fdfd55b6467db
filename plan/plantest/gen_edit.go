package plantest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/kubecidr/kubecidr/cidr"
	"github.com/kubecidr/kubecidr/dualstack"
	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
	"pgregory.net/rapid"
)

// Edit is a change of a spec.
type Edit struct {
	Text    string            // what it is, such as `rename cluster "a"`
	Spec    plan.Spec         // the whole spec after it
	Renamed map[string]string // as plan.EvolveOptions has it
}

// Options is what plan.Evolve has to be told of the edit, done at a time.
func (e Edit) Options(now time.Time) plan.EvolveOptions {
	return plan.EvolveOptions{Now: now, Renamed: e.Renamed}
}

// GoString is what a failing property shows: what the edit is, and the spec as
// JSON.
func (e Edit) GoString() string {
	spec, err := json.Marshal(e.Spec)
	if err != nil {
		return fmt.Sprintf("%s: %v", e.Text, err)
	}
	return fmt.Sprintf("%s: %s", e.Text, spec)
}

// Edits draws a change of a spec that people make: clusters come, go, grow,
// shrink, get a new name, a second family or an extra range; networks are
// renamed, space is reserved or added, lists are put in another order. The spec
// after it is valid if s is, and s is not changed. Whether there is a plan, and
// one in which nothing moves, is for plan.Evolve to say. Edits of edits are
// histories.
func Edits(s plan.Spec) *rapid.Generator[Edit] {
	return rapid.Custom(func(t *rapid.T) Edit {
		e := editor{generator: generator{T: t}, s: copyOf(s), text: "change nothing"}
		rapid.SampledFrom(edits).Draw(t, "edit")(&e)
		if e.s.Validate() != nil { // not all go with every platform, pin or version
			return Edit{Text: "change nothing", Spec: copyOf(s)}
		}
		return Edit{e.text, e.s, e.renamed}
	})
}

type editor struct {
	generator
	s       plan.Spec
	text    string
	renamed map[string]string
}

// edits is never written. Those that matter most stand twice.
var edits = []func(*editor){
	(*editor).add, (*editor).add, (*editor).remove, (*editor).rename, (*editor).renameNetwork,
	(*editor).moreNodes, (*editor).moreNodes, (*editor).moreAddresses, (*editor).less, (*editor).otherPods,
	(*editor).secondFamily, (*editor).upgrade, (*editor).addExtra, (*editor).otherZone,
	(*editor).reserve, (*editor).pin, (*editor).addSpace, (*editor).reorder, (*editor).join,
}

// copyOf copies what edits change.
func copyOf(s plan.Spec) plan.Spec {
	s.Pools, s.Reserved, s.Peers = slices.Clone(s.Pools), slices.Clone(s.Reserved), slices.Clone(s.Peers)
	s.Zones, s.Share = slices.Clone(s.Zones), slices.Clone(s.Share)
	s.Networks, s.Clusters, s.Meshes = slices.Clone(s.Networks), slices.Clone(s.Clusters), slices.Clone(s.Meshes)
	for i := range s.Meshes {
		s.Meshes[i].Clusters = slices.Clone(s.Meshes[i].Clusters)
	}
	return s
}

// without returns s without its cluster i.
func without(s plan.Spec, i int) plan.Spec {
	s = copyOf(s)
	name := s.Clusters[i].Name
	s.Clusters = slices.Delete(s.Clusters, i, i+1)
	for j := range s.Meshes {
		s.Meshes[j].Clusters = slices.DeleteFunc(s.Meshes[j].Clusters, func(c string) bool { return c == name })
	}
	return s
}

// pick draws a cluster of the spec, and says what happens to it. A spec of
// networks alone has none; nil then.
func (e *editor) pick(what string) *plan.ClusterSpec {
	if len(e.s.Clusters) == 0 {
		return nil
	}
	c := &e.s.Clusters[rapid.IntRange(0, len(e.s.Clusters)-1).Draw(e.T, "cluster")]
	e.text = fmt.Sprintf("%s cluster %q", what, c.Name)
	return c
}

// unused returns the first number that no cluster or network has in its name
// yet.
func (e *editor) unused(format string) (string, int) {
	for i := 0; ; i++ {
		name := fmt.Sprintf(format, i)
		if !slices.ContainsFunc(e.s.Clusters, func(c plan.ClusterSpec) bool { return c.Name == name }) &&
			!slices.ContainsFunc(e.s.Networks, func(n plan.Network) bool { return n.Name == name }) {
			return name, i
		}
	}
}

func (e *editor) add() {
	name, i := e.unused("cluster-%d")
	e.s.Clusters = append(e.s.Clusters, e.cluster(&e.s, i))
	e.text = fmt.Sprintf("add cluster %q", name)
}

func (e *editor) remove() {
	if len(e.s.Clusters) > 1 {
		i := rapid.IntRange(0, len(e.s.Clusters)-1).Draw(e.T, "cluster")
		e.text = fmt.Sprintf("remove cluster %q", e.s.Clusters[i].Name)
		e.s = without(e.s, i)
	}
}

func (e *editor) rename() {
	if c := e.pick("rename"); c != nil {
		was := c.Name
		c.Name, _ = e.unused("renamed-%d")
		for i := range e.s.Meshes {
			for j, name := range e.s.Meshes[i].Clusters {
				if name == was {
					e.s.Meshes[i].Clusters[j] = c.Name
				}
			}
		}
		e.renamed = map[string]string{was: c.Name}
	}
}

func (e *editor) renameNetwork() {
	if len(e.s.Networks) > 0 {
		n := &e.s.Networks[rapid.IntRange(0, len(e.s.Networks)-1).Draw(e.T, "network")]
		was := n.Name
		n.Name, _ = e.unused("renamed-net-%d")
		for i := range e.s.Clusters {
			if e.s.Clusters[i].NodeNetwork == was {
				e.s.Clusters[i].NodeNetwork = n.Name
			}
		}
		e.text, e.renamed = fmt.Sprintf("rename network %q", was), map[string]string{was: n.Name}
	}
}

func (e *editor) moreNodes() {
	if c := e.pick("give more nodes to"); c != nil {
		c.Nodes = plan.Count{Now: c.Nodes.Need() * rapid.Uint64Range(1, 4).Draw(e.T, "times")}
	}
}

func (e *editor) moreAddresses() {
	if c := e.pick("give more services and addresses to"); c != nil {
		c.Services = plan.Count{Now: c.Services.Need()*2 + 1}
		c.ExternalIPs = plan.Count{Now: c.ExternalIPs.Need()*2 + 1}
	}
}

func (e *editor) less() {
	if c := e.pick("ask for less for"); c != nil {
		c.Nodes, c.Services, c.ExternalIPs, c.IngressIPs, c.Surge = plan.Count{Now: 1}, plan.Count{}, plan.Count{}, plan.Count{}, plan.Amount{}
	}
}

func (e *editor) otherPods() {
	if c := e.pick("change the pods a node of"); c != nil {
		c.PodsPerNode = rapid.SampledFrom([]uint64{12, 60, 110, 120}).Draw(e.T, "pods")
	}
}

func (e *editor) secondFamily() {
	c := e.pick("add a family to")
	if c == nil || len(c.Families) > 1 {
		return
	}
	if len(c.Families) == 0 {
		c.Families = []cidr.Family{cidr.IPv4}
	}
	c.Families = append(slices.Clone(c.Families), map[cidr.Family]cidr.Family{cidr.IPv4: cidr.IPv6, cidr.IPv6: cidr.IPv4}[c.Families[0]])
}

func (e *editor) upgrade() {
	if c := e.pick("upgrade"); c != nil && c.Kubernetes.Compare(k8sflags.MaxVersion()) < 0 && !c.Kubernetes.IsZero() {
		c.Kubernetes.Minor++
	}
}

func (e *editor) addExtra() {
	if c := e.pick("add a range to"); c != nil {
		b := e.extra(c, len(c.Extra))
		for j := 0; slices.ContainsFunc(c.Extra, func(x plan.BlockSpec) bool { return x.Name == b.Name }); j++ {
			b.Name = fmt.Sprintf("extra-%d", j)
		}
		c.Extra = append(slices.Clone(c.Extra), b)
	}
}

func (e *editor) otherZone() {
	if c := e.pick("change the zone of"); c != nil {
		c.Zone = e.zone(&e.s)
	}
}

func (e *editor) reserve() {
	p := e.near(len(e.s.Pools))
	e.s.Reserved = append(e.s.Reserved, plan.Reservation{Prefix: p})
	e.text = fmt.Sprintf("reserve %v", p)
}

// pin gives a cluster a range in a pool, where something may be.
func (e *editor) pin() {
	c := e.pick("pin a range of")
	if c == nil || slices.Contains(c.Families, cidr.IPv6) {
		return
	}
	r := rapid.SampledFrom([]plan.Role{plan.Pod, plan.Service, plan.External}).Draw(e.T, "role")
	bits := map[plan.Role]int{plan.Pod: 17, plan.Service: 22, plan.External: 25}[r]
	start := poolSpace(rapid.IntRange(0, len(e.s.Pools)-1).Draw(e.T, "pool"), 0, cidr.IPv4).As4()
	start[1] += rapid.SampledFrom([]byte{0, 0, 1}).Draw(e.T, "second byte")
	start[2] = rapid.SampledFrom([]byte{0, 0, 16, 64}).Draw(e.T, "third byte")
	p, err := dualstack.Single(netip.PrefixFrom(netip.AddrFrom4(start), bits).Masked())
	if err != nil {
		e.Fatalf("plantest: pin: %v", err)
	}
	pins := maps.Clone(c.Pins)
	if pins == nil {
		pins = map[plan.Role]dualstack.Pair{}
	}
	pins[r], c.Pins = p, pins
}

func (e *editor) addSpace() {
	q := netip.PrefixFrom(netip.AddrFrom4([4]byte{11, rapid.Byte().Draw(e.T, "second byte")}), 16)
	p := &e.s.Pools[rapid.IntRange(0, len(e.s.Pools)-1).Draw(e.T, "pool")]
	p.Prefixes = append(slices.Clone(p.Prefixes), q)
	e.text = fmt.Sprintf("add %v to pool %q", q, p.Name)
}

func (e *editor) reorder() {
	slices.Reverse(e.s.Clusters)
	slices.Reverse(e.s.Pools)
	slices.Reverse(e.s.Networks)
	e.text = "reorder lists"
}

func (e *editor) join() {
	if len(e.s.Clusters) > 0 {
		name := "joined"
		for slices.ContainsFunc(e.s.Meshes, func(m plan.Mesh) bool { return m.Name == name }) {
			name += "-more"
		}
		m := plan.Mesh{Name: name, Kind: rapid.SampledFrom(plan.MeshKinds()).Draw(e.T, "kind")}
		for i := range e.s.Clusters {
			m.Clusters = append(m.Clusters, e.s.Clusters[i].Name)
		}
		e.s.Meshes = append(e.s.Meshes, m)
		e.text = fmt.Sprintf("join all clusters in mesh %q", name)
	}
}
