package cidr

import "net/netip"

// What a column of the registry says, one letter each: S for source,
// D for destination, F for forwardable, G for globally reachable, R for
// reserved by protocol; a hyphen for what is not True.
func special(prefix, name, rfc, allocated, terminated, columns string) Special {
	return Special{
		Prefix: netip.MustParsePrefix(prefix), Name: name, RFC: rfc,
		Allocated: allocated, Terminated: terminated,
		Source: columns[0] == 'S', Destination: columns[1] == 'D', Forwardable: columns[2] == 'F',
		GloballyReachable: columns[3] == 'G', ReservedByProtocol: columns[4] == 'R',
	}
}

// specials is in address order, and never changes.
var specials = [...]Special{
	special("0.0.0.0/8", `"This network"`, "RFC 791", "1981-09", "", "S---R"),
	special("0.0.0.0/32", `"This host on this network"`, "RFC 1122", "1981-09", "", "S---R"),
	special("10.0.0.0/8", "Private-Use", "RFC 1918", "1996-02", "", "SDF--"),
	special("100.64.0.0/10", "Shared Address Space", "RFC 6598", "2012-04", "", "SDF--"),
	special("127.0.0.0/8", "Loopback", "RFC 1122", "1981-09", "", "----R"),
	special("169.254.0.0/16", "Link Local", "RFC 3927", "2005-05", "", "SD--R"),
	special("172.16.0.0/12", "Private-Use", "RFC 1918", "1996-02", "", "SDF--"),
	special("192.0.0.0/24", "IETF Protocol Assignments", "RFC 6890", "2010-01", "", "-----"),
	special("192.0.0.0/29", "IPv4 Service Continuity Prefix", "RFC 7335", "2011-06", "", "SDF--"),
	special("192.0.0.8/32", "IPv4 dummy address", "RFC 7600", "2015-03", "", "S----"),
	special("192.0.0.9/32", "Port Control Protocol Anycast", "RFC 7723", "2015-10", "", "SDFG-"),
	special("192.0.0.10/32", "Traversal Using Relays around NAT Anycast", "RFC 8155", "2017-02", "", "SDFG-"),
	special("192.0.0.170/32", "NAT64/DNS64 Discovery", "RFC 8880, RFC 7050", "2013-02", "", "----R"),
	special("192.0.0.171/32", "NAT64/DNS64 Discovery", "RFC 8880, RFC 7050", "2013-02", "", "----R"),
	special("192.0.2.0/24", "Documentation (TEST-NET-1)", "RFC 5737", "2010-01", "", "-----"),
	special("192.31.196.0/24", "AS112-v4", "RFC 7535", "2014-12", "", "SDFG-"),
	special("192.52.193.0/24", "AMT", "RFC 7450", "2014-12", "", "SDFG-"),
	special("192.88.99.0/24", "Deprecated (6to4 Relay Anycast)", "RFC 7526", "2001-06", "2015-03", "-----"),
	special("192.88.99.2/32", "6a44-relay anycast address", "RFC 6751", "2012-10", "", "SDF--"),
	special("192.168.0.0/16", "Private-Use", "RFC 1918", "1996-02", "", "SDF--"),
	special("192.175.48.0/24", "Direct Delegation AS112 Service", "RFC 7534", "1996-01", "", "SDFG-"),
	special("198.18.0.0/15", "Benchmarking", "RFC 2544", "1999-03", "", "SDF--"),
	special("198.51.100.0/24", "Documentation (TEST-NET-2)", "RFC 5737", "2010-01", "", "-----"),
	special("203.0.113.0/24", "Documentation (TEST-NET-3)", "RFC 5737", "2010-01", "", "-----"),
	special("224.0.0.0/4", "Multicast", "RFC 5771", "", "", "-----"),
	special("240.0.0.0/4", "Reserved", "RFC 1112", "1989-08", "", "----R"),
	special("255.255.255.255/32", "Limited Broadcast", "RFC 8190, RFC 919", "1984-10", "", "-D--R"),
	special("::/128", "Unspecified Address", "RFC 4291", "2006-02", "", "S---R"),
	special("::1/128", "Loopback Address", "RFC 4291", "2006-02", "", "----R"),
	special("::ffff:0:0/96", "IPv4-mapped Address", "RFC 4291", "2006-02", "", "----R"),
	special("64:ff9b::/96", "IPv4-IPv6 Translat.", "RFC 6052", "2010-10", "", "SDFG-"),
	special("64:ff9b:1::/48", "IPv4-IPv6 Translat.", "RFC 8215", "2017-06", "", "SDF--"),
	special("100::/64", "Discard-Only Address Block", "RFC 6666", "2012-06", "", "SDF--"),
	special("100:0:0:1::/64", "Dummy IPv6 Prefix", "RFC 9780", "2025-04", "", "S----"),
	special("2001::/23", "IETF Protocol Assignments", "RFC 2928", "2000-09", "", "-----"),
	special("2001::/32", "TEREDO", "RFC 4380, RFC 8190", "2006-01", "", "SDF--"),
	special("2001:1::1/128", "Port Control Protocol Anycast", "RFC 7723", "2015-10", "", "SDFG-"),
	special("2001:1::2/128", "Traversal Using Relays around NAT Anycast", "RFC 8155", "2017-02", "", "SDFG-"),
	special("2001:1::3/128", "DNS-SD Service Registration Protocol Anycast", "RFC 9665", "2024-04", "", "SDFG-"),
	special("2001:2::/48", "Benchmarking", "RFC 5180", "2008-04", "", "SDF--"),
	special("2001:3::/32", "AMT", "RFC 7450", "2014-12", "", "SDFG-"),
	special("2001:4:112::/48", "AS112-v6", "RFC 7535", "2014-12", "", "SDFG-"),
	special("2001:10::/28", "Deprecated (previously ORCHID)", "RFC 4843", "2007-03", "2014-03", "-----"),
	special("2001:20::/28", "ORCHIDv2", "RFC 7343", "2014-07", "", "SDFG-"),
	special("2001:30::/28", "Drone Remote ID Protocol Entity Tags (DETs) Prefix", "RFC 9374", "2022-12", "", "SDFG-"),
	special("2001:db8::/32", "Documentation", "RFC 3849", "2004-07", "", "-----"),
	special("2002::/16", "6to4", "RFC 3056", "2001-02", "", "SDF--"),
	special("2620:4f:8000::/48", "Direct Delegation AS112 Service", "RFC 7534", "2011-05", "", "SDFG-"),
	special("3fff::/20", "Documentation", "RFC 9637", "2024-07", "", "-----"),
	special("5f00::/16", "Segment Routing (SRv6) SIDs", "RFC 9602", "2024-04", "", "SDF--"),
	special("fc00::/7", "Unique-Local", "RFC 4193, RFC 8190", "2005-10", "", "SDF--"),
	special("fe80::/10", "Link-Local Unicast", "RFC 4291", "2006-02", "", "SD--R"),
	special("fec0::/10", "Deprecated (previously Site-Local)", "RFC 3879", "", "", "-----"),
	special("ff00::/8", "Multicast", "RFC 4291", "", "", "-----"),
}
