package plan

import (
	"slices"
)

// Role is what a range of addresses is for.
type Role string

// The roles, in the order in which a cluster's ranges are listed.
const (
	Node     Role = "node"     // the machines
	Pod      Role = "pod"      // --cluster-cidr
	Service  Role = "service"  // --service-cluster-ip-range
	External Role = "external" // load balancer addresses
	Ingress  Role = "ingress"  // addresses of ingress controllers and gateways
)

// roles is never written.
var roles = [...]Role{Node, Pod, Service, External, Ingress}

// Roles returns every role, in listing order.
func Roles() []Role { return slices.Clone(roles[:]) }

// Valid reports whether r is one of [Roles].
func (r Role) Valid() bool { return r.order() >= 0 }

// order is r's place in listing order, −1 for no role.
func (r Role) order() int {
	switch r {
	case Node:
		return 0
	case Pod:
		return 1
	case Service:
		return 2
	case External:
		return 3
	case Ingress:
		return 4
	}
	return -1
}

func compareRoles(a, b Role) int { return a.order() - b.order() }

// field names the part of a cluster's spec that sizes the ranges of r.
func (r Role) field() string {
	switch r {
	case Node:
		return "nodes"
	case Pod:
		return "podsPerNode"
	case Service:
		return "services"
	case External:
		return "externalIPs"
	case Ingress:
		return "ingressIPs"
	}
	return string(r)
}
