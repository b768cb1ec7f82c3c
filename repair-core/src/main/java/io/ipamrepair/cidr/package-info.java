/**
 * Addresses and CIDRs as values, IPv4 and IPv6. Pure. Parsing follows Go's {@code net.ParseCIDR},
 * which Calico uses; printing is RFC 5952. A CIDR with host bits is never silently masked: it is
 * read as {@link io.ipamrepair.cidr.CidrText}, which keeps both readings apart.
 */
package io.ipamrepair.cidr;
