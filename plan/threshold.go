package plan

import (
	"fmt"
	"slices"

	"github.com/kubecidr/kubecidr/k8sflags"
)

// RuleScale is of an Info: a cluster asks for more than Kubernetes is tested
// with; see [Thresholds].
const RuleScale = "scale"

// Threshold is how many of something a cluster may have for Kubernetes to keep
// its promises (how fast the API answers, how soon pods run). Thresholds are
// soft: nothing stops working at the next one, and they are given for the
// largest clusters, where all of them hold at once.
type Threshold struct {
	What   string `json:"what"` // "nodes", "pods", "pods per node", "services"
	Role   Role   `json:"role"` // whose need it is compared with
	Most   uint64 `json:"most"`
	Source string `json:"source"`
}

const (
	srcLarge      = "https://kubernetes.io/docs/setup/best-practices/cluster-large/"
	srcThresholds = "kubernetes/community sig-scalability/configs-and-limits/thresholds.md"
)

// thresholds is never written.
var thresholds = [...]Threshold{
	{"nodes", Node, 5_000, srcLarge},
	{"pods", Pod, 150_000, srcLarge},
	{"pods per node", Pod, 110, srcLarge},
	{"services", Service, 10_000, srcThresholds},
}

// Thresholds returns the scalability thresholds that address plans touch.
func Thresholds() []Threshold { return slices.Clone(thresholds[:]) }

// Scale returns an Info for each threshold that a cluster's need is beyond; nil
// if it is beyond none. It judges what the spec asks for, and not what a range,
// which is a power of two, could hold. [Audit] has these findings too.
func Scale(c ClusterSpec) []Finding {
	var j scaleJudge
	return j.judge(nil, &c)
}

// scaleJudge words a message once for clusters of a fleet that are alike.
type scaleJudge [len(thresholds)]struct {
	need    uint64
	message string
}

// judge appends the findings of a cluster to fs.
func (j *scaleJudge) judge(fs []Finding, c *ClusterSpec) []Finding {
	nodes, pods := c.nodes(), c.podsPerNode()
	for i, need := range [...]uint64{nodes, mulSaturating(nodes, pods), pods, c.Services.Need()} {
		t := &thresholds[i]
		if need <= t.Most {
			continue
		}
		if j[i].need != need {
			j[i].need = need
			j[i].message = fmt.Sprintf("%d %s: Kubernetes is tested with up to %d (%s)", need, t.What, t.Most, t.Source)
		}
		fs = append(fs, Finding{
			Rule: RuleScale, Severity: k8sflags.Info, Cluster: c.Name, Role: t.Role,
			Message: j[i].message, Fix: "test it at that size, or divide it among clusters",
		})
	}
	return fs
}

// scale judges all clusters.
func (a *auditor) scale() {
	var j scaleJudge
	for i := range a.spec.Clusters {
		a.findings = j.judge(a.findings, &a.spec.Clusters[i])
	}
}
