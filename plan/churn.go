package plan

import (
	"math"
	"time"
)

// Churn is how fast the pods of a node are replaced, and for how long the
// address of one that is gone must not be given to another: caches of DNS,
// connection tracking and firewalls still mean the pod that had it. The
// addresses in cooldown are held back in each node's block.
type Churn struct {
	// PodsPerNodePerMinute is how many pods of a node come and go, at most.
	PodsPerNodePerMinute float64 `json:"podsPerNodePerMinute,omitempty" yaml:"podsPerNodePerMinute,omitempty"`
	// Cooldown is for how long a released address rests. Where it is 0, that is
	// as long as the IPAM keeps it by itself (k8sflags.IPAM.Cooldown).
	Cooldown Duration `json:"cooldown,omitempty" yaml:"cooldown,omitempty"`
}

// Held is how many addresses of a node are in cooldown at once, at most: rate
// times time (Little's law), rounded up.
func (c Churn) Held() uint64 {
	held := math.Ceil(c.PodsPerNodePerMinute * time.Duration(c.Cooldown).Minutes())
	if !(held > 0) {
		return 0
	}
	if held >= math.MaxUint64 {
		return math.MaxUint64
	}
	return uint64(held)
}

// IsZero reports whether nothing is held back.
func (c Churn) IsZero() bool { return c == Churn{} }
