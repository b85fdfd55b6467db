// Package planfile reads a plan.Spec from a file that people write, in YAML or
// JSON.
//
//	pools:
//	  - {name: corp, prefixes: [10.0.0.0/9], roles: [node, pod, external, ingress]}
//	  - {name: services, prefixes: [10.128.0.0/12], roles: [service]}
//	  - {name: ula, prefixes: ["fd12:3456:789a::/48"]}
//	reserved:
//	  - {prefix: 10.0.0.0/16, reason: head office LAN}
//	networks:
//	  - {name: vlan-12, hosts: 20}
//	clusters:
//	  - name: prod-eu-1
//	    kubernetes: "1.34"
//	    families: [IPv4, IPv6]      # the first is primary; IPv4 if omitted
//	    nodes: {now: 120, max: 300} # or a number
//	    podsPerNode: 110
//	    services: 2000
//	    externalIPs: 64
//	    ingressIPs: 16
//	    ipam: host-local
//	    nodeNetwork: vlan-12        # or a node range of its own
//	    pins: {pod: "10.32.0.0/15"}
//
// Reading is strict: an unknown key, a key given twice and a bad value are
// errors with file, line and the path of the field. All errors of a file are
// reported at once. YAML anchors and merge keys (<<: *base) work; explicit keys
// win over merged ones.
package planfile
