package plantest

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/kubecidr/kubecidr/k8sflags"
	"github.com/kubecidr/kubecidr/plan"
)

// Option changes what [Check] does.
type Option func(*options)

type options struct{ knownFlaws bool }

// KnownFlaws logs the errors that a plan was adopted with (plan.Plan.Flaws)
// instead of failing for them: a fleet that exists has some, and a test that is
// always red finds no new ones.
func KnownFlaws() Option { return func(o *options) { o.knownFlaws = true } }

// Check fails the test for everything that is wrong with a plan, one line each,
// and logs the warnings:
//
//   - what plan.Audit finds;
//   - a cluster whose ranges hold less than its spec asks for, counted again
//     from its capacity;
//   - a plan that its own JSON does not restore, byte for byte;
//   - flags that cannot be rendered, or about which k8sflags.Check has an error.
//     A cluster without a version, or whose control plane a cloud runs, has
//     none.
func Check(t TB, p *plan.Plan, opts ...Option) {
	t.Helper()
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	if p == nil {
		t.Fatalf("plantest: there is no plan: it is nil")
		return
	}
	c := checker{TB: t, known: map[plan.Finding]bool{}}
	if o.knownFlaws {
		for _, f := range p.Flaws() {
			c.known[f] = true
			c.flaws = append(c.flaws, f)
		}
	}
	c.audit(p)
	c.restored(p)
	for cluster := range p.Clusters() {
		c.holds(cluster)
		c.flags(cluster)
	}
}

type checker struct {
	TB
	known map[plan.Finding]bool
	flaws []plan.Finding // those of known, in order
}

func (c *checker) audit(p *plan.Plan) {
	c.Helper()
	for _, f := range p.Audit() {
		switch {
		case f.Severity != k8sflags.Error:
			c.Logf("plantest: %v", f)
		case c.known[f]:
			c.Logf("plantest: known: %v", f)
		default:
			c.Errorf("plantest: %v", f)
		}
	}
}

// restored checks that the plan's JSON is a plan with the same JSON.
func (c *checker) restored(p *plan.Plan) {
	c.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		c.Errorf("plantest: the plan has no JSON: %v", err)
		return
	}
	q, err := plan.Decode(text)
	if err != nil {
		c.Errorf("plantest: the plan's JSON is not read back: %v", err)
		return
	}
	again, err := json.Marshal(q)
	if err != nil || !bytes.Equal(text, again) {
		c.Errorf("plantest: the plan's JSON restores another plan (%v): want\n%s\ngot\n%s", err, text, again)
	}
}

// holds compares a cluster's capacity with its need.
func (c *checker) holds(cluster *plan.Cluster) {
	c.Helper()
	has, s := cluster.Capacity(), cluster.Spec()
	nodes, pods := s.Nodes.Need(), plan.Pod
	if s.PodsFromNodeRange {
		pods = plan.Node
	}
	nodes += min(s.Surge.Of(nodes), ^nodes)
	for _, n := range []struct {
		what      string
		has, need uint64
		role      plan.Role
	}{
		{"nodes with an address", has.NodeAddresses, nodes, plan.Node},
		{"nodes with addresses for their pods", has.NodeBlocks, nodes, pods},
		{"pods a node", has.PodsPerNode, s.PodsPerNode, pods},
		{"services", has.Services, s.Services.Need(), plan.Service},
		{"external addresses", has.ExternalIPs, s.ExternalIPs.Need(), plan.External},
		{"ingress addresses", has.IngressIPs, s.IngressIPs.Need(), plan.Ingress},
	} {
		switch {
		case n.has >= n.need:
		case n.role == plan.Service && cluster.Block(n.role).IsZero():
			// The platform chooses it; where one is missing, plan.Audit says so.
		case c.knownShort(s, n.role):
			c.Logf("plantest: known: cluster %q holds %d %s, needs %d", s.Name, n.has, n.what, n.need)
		default:
			c.Errorf("plantest: cluster %q holds %d %s, needs %d", s.Name, n.has, n.what, n.need)
		}
	}
}

// knownShort reports whether it is a known flaw that ranges of a role do not
// hold what a cluster asks for.
func (c *checker) knownShort(s plan.ClusterSpec, r plan.Role) bool {
	for _, f := range c.flaws {
		ours := f.Cluster == s.Name && f.Role == r ||
			r == plan.Node && s.NodeNetwork != "" && f.Network == s.NodeNetwork
		switch {
		case !ours:
		case f.Rule == plan.RuleCapacity, f.Rule == plan.RuleMissing, f.Rule == plan.RuleFamily:
			return true
		}
	}
	return false
}

func (c *checker) flags(cluster *plan.Cluster) {
	c.Helper()
	set, err := cluster.FlagSet()
	switch {
	case errors.Is(err, plan.ErrManaged), errors.Is(err, plan.ErrNoVersion):
		return
	case err != nil && c.flawed(cluster.Name()):
		c.Logf("plantest: known: flags of cluster %q: %v", cluster.Name(), err)
		return
	case err != nil:
		c.Errorf("plantest: flags of cluster %q: %v", cluster.Name(), err)
		return
	}
	for _, f := range k8sflags.Check(set, k8sflags.WithNodes(flagged(cluster.Spec())), k8sflags.WithIPAM(cluster.Spec().IPAM)) {
		switch {
		case f.Severity == k8sflags.Error && c.flawed(cluster.Name()):
			c.Logf("plantest: known: flags of cluster %q: %v", cluster.Name(), f)
		case f.Severity == k8sflags.Error:
			c.Errorf("plantest: flags of cluster %q: %v", cluster.Name(), f)
		default:
			c.Logf("plantest: flags of cluster %q: %v", cluster.Name(), f)
		}
	}
}

// flagged is for how many nodes the pod range in flags has to have blocks; 0
// where extra ranges carry some of them, so that the capacity alone counts.
func flagged(s plan.ClusterSpec) uint64 {
	for _, b := range s.Extra {
		if b.Role == plan.Pod {
			return 0
		}
	}
	return s.Nodes.Need()
}

// flawed reports whether a cluster has known flaws, which its flags then
// repeat.
func (c *checker) flawed(cluster string) bool {
	for _, f := range c.flaws {
		if f.Cluster == cluster {
			return true
		}
	}
	return false
}
